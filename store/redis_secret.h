/* A password from a file, held for as short as possible. It is never part of a URL, an argument, a log line or a message. */
#ifndef STORE_REDIS_SECRET_H
#define STORE_REDIS_SECRET_H

#include <stddef.h>

#include "base/error.h"

struct redis_secret {
	char text[512];
	size_t size;
};

/* `name`: an absolute path (a regular file of mode 0600 or less, owned by us or root), or the name of a systemd credential
 * ($CREDENTIALS_DIRECTORY/name). One line; its newline is not part of the password. */
bool redis_secret_read(const char *name, struct redis_secret *secret, struct error *err);
void redis_secret_erase(struct redis_secret *secret);

#endif
