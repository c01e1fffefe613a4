/* A redis-server of a test's own: in a new folder, on a unix socket, gone with the test. */
#ifndef TESTS_REDIS_SERVER_H
#define TESTS_REDIS_SERVER_H

#include <stdbool.h>

#include "store/redis_link.h"
#include "tests/process.h"

struct redis_server {
	struct process process;
	char folder[64], socket[100], url[128];
};

/* Is there a redis-server on this machine? */
bool redis_server_there(void);
/* With these further words ("--maxmemory", "1mb", ..., NULL), or NULL; waits until it answers. */
void redis_server_start(struct redis_server *server, const char *const *further);
/* The same folder and socket again; does not wait. */
void redis_server_launch(struct redis_server *server, const char *const *further);
/* kill -9, the folder stays. */
void redis_server_kill(struct redis_server *server);
/* kill -9, and the folder is removed. */
void redis_server_finish(struct redis_server *server);
void redis_server_signal(const struct redis_server *server, int number);

/* A link to it without a word said yet; time-outs of `patience` ms. `url` NULL: the server's own. */
struct redis_link *redis_server_link(const struct redis_server *server, const char *url, int patience);
/* Where there is a redis-server: starts it, and gives a connected link; NULL elsewhere. */
struct redis_link *redis_server_begin(struct redis_server *server);
/* Of a server that was started or not. */
void redis_server_end(struct redis_server *server, struct redis_link *link);
/* First in a test. */
#define NEEDS_REDIS_SERVER                                                                                         \
	do {                                                                                                       \
		(void)state;                                                                                       \
		if (!redis_server_there())                                                                         \
			skip();                                                                                    \
	} while (0)
/* One command on a connected link; the answer as text ("(nil)", "(2)" for an array), which lasts until the next call. */
const char *redis_server_ask(struct redis_link *link, ...) __attribute__((sentinel));

#endif
