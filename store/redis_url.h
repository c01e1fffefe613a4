/* Where a store is:
 *   redis://[USER:PASS-FILE@]HOST[:PORT][/DB]              unix://PATH[?db=N&user=U&pass-file=F]
 *   redis+sentinel://[..@]HOST[:PORT],HOST[:PORT]/MASTER[/DB]   redis+cluster://[..@]HOST[:PORT],HOST[:PORT]
 * rediss (also rediss+sentinel, rediss+cluster) is the same over TLS, where hiredis has it, with ?ca-file=&cert-file=&key-file=.
 * IPv6 in brackets; %XX in user, file and path. PASS-FILE: see store/redis_secret.h. */
#ifndef STORE_REDIS_URL_H
#define STORE_REDIS_URL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

#define REDIS_HOSTS_MOST 16
#define REDIS_PATH_ROOM 256

enum redis_way { REDIS_BY_HOST, REDIS_BY_UNIX, REDIS_BY_SENTINEL, REDIS_BY_CLUSTER };

struct redis_address {
	char host[256]; /* a unix socket's path where port is 0 */
	uint16_t port;
};

struct redis_url {
	enum redis_way way;
	bool tls;
	struct redis_address hosts[REDIS_HOSTS_MOST];
	int host_count;
	char master[64]; /* Sentinel's name of it */
	char user[64];   /* "": the default user */
	char pass_file[REDIS_PATH_ROOM]; /* "": no password; a path or the name of a credential */
	char sentinel_user[64], sentinel_pass_file[REDIS_PATH_ROOM];
	char ca_file[REDIS_PATH_ROOM], cert_file[REDIS_PATH_ROOM], key_file[REDIS_PATH_ROOM];
	int database;
	char shown[256]; /* harmless; without user and password file: for screens and logs */
};

/* False: err says what is wrong with it and what it should be; nothing of a user:password part is repeated. */
bool redis_url_parse(const char *text, struct redis_url *url, struct error *err);

#endif
