/* TLS, where hiredis has it (hiredis_ssl, from hiredis 1.0 on). */
#ifndef STORE_REDIS_TLS_H
#define STORE_REDIS_TLS_H

#include "store/redis_trouble.h"
#include "store/redis_url.h"

struct redisContext;
struct redis_tls; /* certificates, read once for a link */

bool redis_tls_available(void);
/* The version of hiredis we were built with. */
const char *redis_tls_hiredis(void);
struct redis_tls *redis_tls_create(const struct redis_url *url, struct redis_fault *fault);
void redis_tls_destroy(struct redis_tls *tls);
/* The handshake on a fresh connection, within its time-out. The server's certificate must come from ca-file or the system's CAs;
 * hiredis does not compare its name with the host's. */
bool redis_tls_start(struct redis_tls *tls, struct redisContext *context, struct redis_fault *fault);

#endif
