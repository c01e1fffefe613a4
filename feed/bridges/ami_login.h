/* Who logs in to a manager interface, from a file that nobody else may read: "user = NAME" and "secret = TEXT", a line each. */
#ifndef FEED_BRIDGES_AMI_LOGIN_H
#define FEED_BRIDGES_AMI_LOGIN_H

#include "base/error.h"
#include "base/view.h"

struct ami_login {
	char user[80], secret[256];
};

bool ami_login_read(struct ami_login *login, const char *path, struct error *err);
/* The answer to a challenge: MD5 of it and the secret, in hexadecimal digits. False: there is no MD5 on this machine. */
bool ami_login_key(const struct ami_login *login, struct view challenge, char to[33]);

#endif
