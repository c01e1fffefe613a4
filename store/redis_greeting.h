/* The first words on a connection: who we are, and how the server is. */
#ifndef STORE_REDIS_GREETING_H
#define STORE_REDIS_GREETING_H

#include "store/redis_link.h"

/* AUTH, with a password that is read now and erased after. "" pass_file: nothing to do. */
bool redis_greeting_login(struct redis_peer *peer, const char *user, const char *pass_file, struct redis_fault *fault);
/* AUTH, SELECT, CLIENT SETNAME, ROLE, INFO. False where it is no master (a Cluster's nodes are not asked), too old or still loading. */
bool redis_greeting_say(struct redis_peer *peer, const struct redis_url *url, const char *name, struct redis_about *about,
	struct redis_fault *fault);

#endif
