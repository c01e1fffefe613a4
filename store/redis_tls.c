#include <stdlib.h>

#include <hiredis/hiredis.h>
#ifdef HAVE_HIREDIS_SSL
#include <hiredis/hiredis_ssl.h>
#endif

#include "base/memory.h"
#include "store/redis_tls.h"

#define TEXT(x) #x
#define VERSION(major, minor, patch) TEXT(major) "." TEXT(minor) "." TEXT(patch)

const char *redis_tls_hiredis(void)
{
	return VERSION(HIREDIS_MAJOR, HIREDIS_MINOR, HIREDIS_PATCH);
}

#ifdef HAVE_HIREDIS_SSL

struct redis_tls {
	redisSSLContext *context;
};

bool redis_tls_available(void)
{
	return true;
}

static const char *or_none(const char *text)
{
	return *text ? text : NULL;
}

struct redis_tls *redis_tls_create(const struct redis_url *url, struct redis_fault *fault)
{
	redisSSLContextError problem = REDIS_SSL_CTX_NONE;
	redisInitOpenSSL();
	const char *folder = *url->ca_file ? NULL : "/etc/ssl/certs"; /* the system's CAs */
	redisSSLContext *context = redisCreateSSLContext(or_none(url->ca_file), folder, or_none(url->cert_file), or_none(url->key_file),
		NULL, &problem);
	if (!context) {
		redis_fail(fault, TROUBLE_TLS, "no TLS: %s; to do: %s", redisSSLContextGetError(problem), redis_troubles[TROUBLE_TLS].remedy);
		return NULL;
	}
	struct redis_tls *tls = memory_new(1, sizeof *tls);
	tls->context = context;
	return tls;
}

void redis_tls_destroy(struct redis_tls *tls)
{
	if (tls)
		redisFreeSSLContext(tls->context);
	free(tls);
}

bool redis_tls_start(struct redis_tls *tls, struct redisContext *context, struct redis_fault *fault)
{
	return redisInitiateSSLWithContext(context, tls->context) == REDIS_OK ||
	       redis_fail(fault, TROUBLE_TLS, "no TLS: %s; to do: %s", context->errstr, redis_troubles[TROUBLE_TLS].remedy);
}

#else

bool redis_tls_available(void)
{
	return false;
}

/* redis_url_parse() lets no TLS through here. */
struct redis_tls *redis_tls_create(const struct redis_url *url, struct redis_fault *fault)
{
	redis_fail(fault, TROUBLE_TLS, "%s needs TLS, which hiredis %s does not have", url->shown, redis_tls_hiredis());
	return NULL;
}

void redis_tls_destroy(struct redis_tls *tls)
{
	(void)tls;
}

bool redis_tls_start(struct redis_tls *tls, struct redisContext *context, struct redis_fault *fault)
{
	(void)tls;
	(void)context;
	return redis_fail(fault, TROUBLE_TLS, "hiredis %s has no TLS", redis_tls_hiredis());
}

#endif
