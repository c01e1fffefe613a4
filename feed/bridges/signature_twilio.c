/* Twilio signs the address that it calls: followed by the form's fields in order, or, for other bodies, with the body's SHA-256 in it. */
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "feed/bridges/signature_state.h"
#include "feed/mapping/form.h"

#define BODY_HASH "bodySHA256"
#define FIELDS_MOST 1000
#define ADDRESS_MOST 8192
#define SHA1_SIZE 20
#define SHA256_SIZE 32

struct field {
	struct view name, value;
};

static int compare_views(struct view one, struct view other)
{
	const size_t size = one.size < other.size ? one.size : other.size;
	const int order = size ? memcmp(one.data, other.data, size) : 0;
	return order ? order : (one.size > other.size) - (one.size < other.size);
}

static int compare_fields(const void *one, const void *other)
{
	const struct field *a = one, *b = other;
	const int order = compare_views(a->name, b->name);
	return order ? order : compare_views(a->value, b->value);
}

/* Feeds the form's fields in order, each once. False: there are too many. */
static bool sign_fields(gnutls_hmac_hd_t running, struct view body)
{
	struct field *fields = memory_new(FIELDS_MOST, sizeof *fields);
	char *texts = memory_new(body.size + 1, 1);
	struct view rest = body, name, value;
	size_t count = 0, used = 0;
	while (count < FIELDS_MOST && form_next(&rest, &name, &value)) {
		fields[count].name = (struct view){texts + used, form_decode(name, texts + used)};
		used += fields[count].name.size;
		fields[count].value = (struct view){texts + used, form_decode(value, texts + used)};
		used += fields[count++].value.size;
	}
	const bool whole = !form_next(&rest, &name, &value);
	qsort(fields, count, sizeof *fields, compare_fields);
	for (size_t i = 0; i < count; i++) {
		if (i && compare_fields(&fields[i - 1], &fields[i]) == 0)
			continue;
		gnutls_hmac(running, fields[i].name.data, fields[i].name.size);
		gnutls_hmac(running, fields[i].value.data, fields[i].value.size);
	}
	free(texts);
	free(fields);
	return whole;
}

static bool is_form(const struct signature_request *request)
{
	const char *type = request->header(request->context, "Content-Type");
	return type && strncasecmp(type, "application/x-www-form-urlencoded", strlen("application/x-www-form-urlencoded")) == 0;
}

/* The hash that stands in the address is the body's. */
static bool body_holds(const struct signature_request *request, struct view claimed)
{
	uint8_t hash[SHA256_SIZE];
	char text[2 * SHA256_SIZE + 1], lower[2 * SHA256_SIZE];
	if (claimed.size != 2 * SHA256_SIZE || gnutls_hash_fast(GNUTLS_DIG_SHA256, request->body.data, request->body.size, hash) != 0)
		return false;
	for (size_t i = 0; i < SHA256_SIZE; i++)
		snprintf(text + 2 * i, 3, "%02x", hash[i]);
	for (size_t i = 0; i < sizeof lower; i++)
		lower[i] = (char)tolower((unsigned char)claimed.data[i]);
	return signature_same((struct view){text, sizeof lower}, (struct view){lower, sizeof lower});
}

static struct view body_hash(const char *query)
{
	struct view rest = view_of(query), name, value;
	while (form_next(&rest, &name, &value))
		if (view_is(name, BODY_HASH))
			return value;
	return (struct view){0};
}

/* "https://HOST": as it was told, or as the header has it. */
static bool find_origin(const struct signature_request *request, char to[ADDRESS_MOST])
{
	if (request->origin)
		return snprintf(to, ADDRESS_MOST, "%s", request->origin) < ADDRESS_MOST;
	const char *scheme = request->header(request->context, "X-Forwarded-Proto"), *host = request->header(request->context, "X-Forwarded-Host");
	if (!host)
		host = request->header(request->context, "Host");
	if (!scheme)
		scheme = request->secure ? "https" : "http";
	return host && snprintf(to, ADDRESS_MOST, "%s://%s", scheme, host) < ADDRESS_MOST;
}

/* The same with the scheme's own port, or without it: which of the two is signed differs among Twilio's products. */
static void other_port(const char *origin, char to[ADDRESS_MOST])
{
	const bool secure = strncmp(origin, "https:", 6) == 0;
	const char *host = strstr(origin, "://"), *end = host ? host + 3 + strcspn(host + 3, "/") : origin + strlen(origin);
	const char *colon = host ? memchr(host + 3, ':', (size_t)(end - host - 3)) : NULL;
	const int stem = (int)((colon ? colon : end) - origin);
	snprintf(to, ADDRESS_MOST, "%.*s%s%s", stem, origin, colon ? "" : secure ? ":443" : ":80", end);
}

static bool address_holds(const char *origin, struct view secret, const struct signature_request *request, const struct given *given, bool form)
{
	gnutls_hmac_hd_t running;
	uint8_t mac[SHA1_SIZE];
	if (gnutls_hmac_init(&running, GNUTLS_MAC_SHA1, secret.data, secret.size) != 0)
		abort(); /* out of memory */
	gnutls_hmac(running, origin, strlen(origin));
	gnutls_hmac(running, request->path, strlen(request->path));
	if (*request->query) {
		gnutls_hmac(running, "?", 1);
		gnutls_hmac(running, request->query, strlen(request->query));
	}
	const bool whole = !form || sign_fields(running, request->body);
	gnutls_hmac_deinit(running, mac);
	const gnutls_datum_t bytes = {mac, sizeof mac};
	gnutls_datum_t text = {0};
	if (!whole || gnutls_base64_encode2(&bytes, &text) != 0)
		return false;
	const bool good = signature_same((struct view){(char *)text.data, text.size}, given->signature);
	gnutls_free(text.data);
	return good;
}

bool twilio_matches(const struct signature *signature, struct view secret, const struct signature_request *request, const struct given *given,
	struct signature_proof *proof)
{
	(void)signature;
	(void)proof;
	char origin[ADDRESS_MOST], other[ADDRESS_MOST];
	const struct view claimed = body_hash(request->query);
	const bool form = !claimed.data && is_form(request);
	if (!find_origin(request, origin) || (claimed.data ? !body_holds(request, claimed) : !form && request->body.size))
		return false;
	other_port(origin, other);
	return address_holds(origin, secret, request, given, form) || address_holds(other, secret, request, given, form);
}
