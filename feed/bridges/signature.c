#include "feed/bridges/signature.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/bridges/signature_state.h"
#include "feed/mapping/form.h"

#define BODY "{body}"
#define TIMESTAMP "{timestamp}"
#define QUERY "query:"
#define TOKEN_MOST 1024 /* bytes of a signature or token */

enum written { WRITTEN_HEX, WRITTEN_BASE64, WRITTEN_PLAIN };

struct scheme {
	const char *name;
	gnutls_mac_algorithm_t algorithm; /* of an HMAC over the text; else 0 */
	enum written written;
	const char *header, *prefix; /* where the mapping says nothing */
	signature_matches *matches;
};

/* ---- the schemes ---- */

bool signature_same(struct view one, struct view other)
{
	return one.size == other.size && gnutls_memcmp(one.data, other.data, one.size) == 0;
}

/* The next piece of the text that is signed; false: there is none left. */
static bool next_piece(const char **text, const struct signature_request *request, const struct given *given, struct view *piece)
{
	if (!**text)
		return false;
	if (strncmp(*text, BODY, strlen(BODY)) == 0) {
		*piece = request->body;
		*text += strlen(BODY);
	} else if (strncmp(*text, TIMESTAMP, strlen(TIMESTAMP)) == 0) {
		*piece = view_of(given->timestamp);
		*text += strlen(TIMESTAMP);
	} else {
		*piece = (struct view){*text, 1 + strcspn(*text + 1, "{")};
		*text += piece->size;
	}
	return true;
}

static size_t compute(const struct signature *signature, struct view secret, const struct signature_request *request, const struct given *given,
	uint8_t mac[SIGNATURE_PROOF_MOST])
{
	const gnutls_mac_algorithm_t algorithm = signature->scheme->algorithm;
	gnutls_hmac_hd_t running;
	if (gnutls_hmac_init(&running, algorithm, secret.data, secret.size) != 0)
		abort(); /* out of memory */
	const char *text = signature->text;
	struct view piece;
	while (next_piece(&text, request, given, &piece))
		gnutls_hmac(running, piece.data, piece.size);
	gnutls_hmac_deinit(running, mac);
	return gnutls_hmac_get_len(algorithm);
}

/* The bytes that stand for it as the scheme writes them; false: it is no such text. */
static bool decode(enum written written, struct view text, uint8_t *to, size_t *size)
{
	const gnutls_datum_t datum = {(unsigned char *)(uintptr_t)text.data, (unsigned)text.size};
	if (written == WRITTEN_HEX)
		return text.size == 2 * (text.size / 2) && text.size / 2 <= *size && gnutls_hex_decode(&datum, to, size) == 0;
	gnutls_datum_t bytes = {0};
	if (gnutls_base64_decode2(&datum, &bytes) != 0)
		return false;
	const bool fits = bytes.size <= *size;
	if (fits)
		memcpy(to, bytes.data, *size = bytes.size);
	gnutls_free(bytes.data);
	return fits;
}

static bool hmac_matches(const struct signature *signature, struct view secret, const struct signature_request *request, const struct given *given,
	struct signature_proof *proof)
{
	uint8_t mac[SIGNATURE_PROOF_MOST], claimed[SIGNATURE_PROOF_MOST];
	size_t claimed_size = sizeof claimed;
	const size_t size = compute(signature, secret, request, given, mac);
	if (!decode(signature->scheme->written, given->signature, claimed, &claimed_size)
		|| !signature_same((struct view){(char *)mac, size}, (struct view){(char *)claimed, claimed_size}))
		return false;
	if (signature->once) {
		proof->size = size;
		proof->timed = signature->timestamp != NULL;
		memcpy(proof->bytes, mac, size);
	}
	return true;
}

static bool token_matches(const struct signature *signature, struct view secret, const struct signature_request *request, const struct given *given,
	struct signature_proof *proof)
{
	(void)signature;
	(void)request;
	(void)proof;
	return signature_same(secret, given->signature);
}

/* RFC 7617: the secret is "user:password". */
static bool basic_matches(const struct signature *signature, struct view secret, const struct signature_request *request, const struct given *given,
	struct signature_proof *proof)
{
	(void)signature;
	(void)request;
	(void)proof;
	uint8_t claimed[TOKEN_MOST];
	size_t size = sizeof claimed;
	return decode(WRITTEN_BASE64, given->signature, claimed, &size) && signature_same(secret, (struct view){(char *)claimed, size});
}

static const struct scheme schemes[] = {
	{"hmac-sha1", GNUTLS_MAC_SHA1, WRITTEN_HEX, NULL, "", hmac_matches},
	{"hmac-sha1-base64", GNUTLS_MAC_SHA1, WRITTEN_BASE64, NULL, "", hmac_matches},
	{"hmac-sha256", GNUTLS_MAC_SHA256, WRITTEN_HEX, NULL, "", hmac_matches},
	{"hmac-sha256-base64", GNUTLS_MAC_SHA256, WRITTEN_BASE64, NULL, "", hmac_matches},
	{"twilio", 0, WRITTEN_BASE64, "X-Twilio-Signature", "", twilio_matches},
	{"token", 0, WRITTEN_PLAIN, NULL, "", token_matches},
	{"bearer", 0, WRITTEN_PLAIN, "Authorization", "Bearer ", token_matches},
	{"basic", 0, WRITTEN_BASE64, "Authorization", "Basic ", basic_matches},
};
#define SCHEMES (sizeof schemes / sizeof *schemes)

/* ---- a rule ---- */

static bool unknown_scheme(const char *name, struct error *err)
{
	char names[200] = "";
	size_t size = 0;
	for (size_t i = 0; i < SCHEMES; i++) {
		const struct view next = view_of(schemes[i].name);
		memcpy(names + size, i ? ", " : "", i ? 2 : 0);
		size += i ? 2 : 0;
		memcpy(names + size, next.data, next.size + 1);
		size += next.size;
	}
	return fail(err, "signature = \"%.60s\": there are %s", name ? name : "", names);
}

static bool check_text(const struct signature *signature, struct error *err)
{
	const bool has_time = strstr(signature->text, TIMESTAMP) != NULL;
	for (const char *at = strchr(signature->text, '{'); at; at = strchr(at + 1, '{'))
		if (strncmp(at, BODY, strlen(BODY)) != 0 && strncmp(at, TIMESTAMP, strlen(TIMESTAMP)) != 0)
			return fail(err, "text = \"%.80s\": of what a request holds only " BODY " and " TIMESTAMP " can be signed", signature->text);
	if (has_time != (signature->timestamp != NULL))
		return fail(err, has_time ? "text has " TIMESTAMP ", and no 'timestamp' says which header holds it"
					  : "'timestamp' is not in 'text': one that is not signed could be anything");
	return strstr(signature->text, BODY) != NULL || fail(err, "text = \"%.80s\": without " BODY " any body would do", signature->text);
}

struct signature *signature_create(const struct signature_rule *rule, struct error *err)
{
	const struct scheme *scheme = NULL;
	for (size_t i = 0; i < SCHEMES && rule->scheme; i++)
		scheme = strcmp(schemes[i].name, rule->scheme) == 0 ? &schemes[i] : scheme;
	if (!scheme) {
		unknown_scheme(rule->scheme, err);
		return NULL;
	}
	if (rule->replay && (strcmp(rule->replay, "refuse") != 0 || !scheme->algorithm)) {
		fail(err, "replay = \"%.60s\": only \"refuse\", and only of an HMAC", rule->replay);
		return NULL;
	}
	const char *header = rule->header ? rule->header : scheme->header;
	if (!header) {
		fail(err, "signature = \"%s\" needs 'header': the one that holds it", scheme->name);
		return NULL;
	}
	struct signature *signature = memory_new(1, sizeof *signature);
	signature->scheme = scheme;
	signature->header = memory_text(header);
	signature->text = memory_text(rule->text ? rule->text : BODY);
	signature->prefix = memory_text(rule->prefix ? rule->prefix : scheme->prefix);
	signature->timestamp = rule->timestamp ? memory_text(rule->timestamp) : NULL;
	signature->once = rule->timestamp || rule->replay;
	signature->utc = zone_open("UTC", err);
	if (!signature->utc || (scheme->algorithm && !check_text(signature, err))) {
		signature_destroy(signature);
		return NULL;
	}
	return signature;
}

void signature_destroy(struct signature *signature)
{
	if (!signature)
		return;
	for (int i = 0; i < signature->secret_count; i++) {
		char *secret = (char *)(uintptr_t)signature->secrets[i].data;
		explicit_bzero(secret, signature->secrets[i].size);
		free(secret);
	}
	free(signature->header);
	free(signature->text);
	free(signature->prefix);
	free(signature->timestamp);
	zone_close(signature->utc);
	free(signature);
}

bool signature_add_secret(struct signature *signature, struct view secret, struct error *err)
{
	if (!secret.size)
		return fail(err, "an empty secret is none");
	if (signature->secret_count == SIGNATURE_SECRETS_MOST)
		return fail(err, "a source has %d secrets at most", SIGNATURE_SECRETS_MOST);
	char *copy = memory_new(secret.size, 1);
	memcpy(copy, secret.data, secret.size);
	signature->secrets[signature->secret_count++] = (struct view){copy, secret.size};
	return true;
}

bool signature_has_secret(const struct signature *signature)
{
	return signature->secret_count > 0;
}

/* ---- a request ---- */

/* A parameter of the address, decoded into `to`. */
static bool find_parameter(const char *query, const char *name, char to[TOKEN_MOST], struct view *value)
{
	struct view rest = view_of(query), field, given;
	char decoded[TOKEN_MOST];
	while (form_next(&rest, &field, &given)) {
		if (field.size > TOKEN_MOST || given.size > TOKEN_MOST)
			continue;
		if (!view_is((struct view){decoded, form_decode(field, decoded)}, name))
			continue;
		*value = (struct view){to, form_decode(given, to)};
		return true;
	}
	return false;
}

static bool find_given(const struct signature *signature, const struct signature_request *request, char room[TOKEN_MOST], struct given *given,
	struct error *err)
{
	const char *name = signature->header;
	if (strncmp(name, QUERY, strlen(QUERY)) == 0) {
		if (!find_parameter(request->query, name + strlen(QUERY), room, &given->signature))
			return fail(err, "not signed: the parameter %.60s is missing", name + strlen(QUERY));
	} else {
		given->signature = view_of(request->header(request->context, name));
		if (!given->signature.data)
			return fail(err, "not signed: the header %.60s is missing", name);
	}
	const size_t prefix = strlen(signature->prefix);
	if (given->signature.size < prefix || strncasecmp(given->signature.data, signature->prefix, prefix) != 0)
		return fail(err, "not signed: %.60s does not begin with \"%.30s\"", name, signature->prefix);
	given->signature.data += prefix;
	given->signature.size -= prefix;
	if (given->signature.size > TOKEN_MOST)
		return fail(err, "%.60s is too long", name);
	given->timestamp = signature->timestamp ? request->header(request->context, signature->timestamp) : "";
	return given->timestamp || fail(err, "not signed: the header %.60s is missing", signature->timestamp);
}

/* Seconds, ms (of 12 digits and more) or ISO 8601. */
static bool read_time(const struct signature *signature, const char *text, int64_t *at)
{
	const size_t size = strlen(text);
	if (size && size <= 15 && strspn(text, "0123456789") == size) {
		*at = strtoll(text, NULL, 10) * (size >= 12 ? 1 : 1000);
		return true;
	}
	return size >= 19 && size <= 40 && strchr(text, 'T') && instant_parse(view_of(text), signature->utc, 0, at, NULL);
}

static bool check_time(const struct signature *signature, const struct signature_request *request, const struct given *given, struct error *err)
{
	int64_t at;
	if (!signature->timestamp)
		return true;
	if (!read_time(signature, given->timestamp, &at))
		return fail(err, "%.60s is no time: seconds since 1970, or as in 2026-11-20T10:00:00Z", signature->timestamp);
	if (at >= request->now - SIGNATURE_WINDOW_MS && at <= request->now + SIGNATURE_WINDOW_MS)
		return true;
	char sent[40], here[40];
	instant_format(at, signature->utc, sent, sizeof sent);
	instant_format(request->now, signature->utc, here, sizeof here);
	return fail(err, "signed at %s, and it is %s here: more than 5 minutes apart; set the clock that is wrong", sent, here);
}

enum signature_verdict signature_check(const struct signature *signature, const struct signature_request *request, struct signature_proof *proof,
	struct error *err)
{
	char room[TOKEN_MOST];
	struct given given = {0};
	proof->size = 0;
	if (!find_given(signature, request, room, &given, err))
		return SIGNATURE_MISSING;
	bool good = false;
	for (int i = 0; i < signature->secret_count && !good; i++)
		good = signature->scheme->matches(signature, signature->secrets[i], request, &given, proof);
	if (!good) {
		fail(err, "%.60s does not hold: the secret here and the one at the source differ, or the request was changed on its way", signature->header);
		return SIGNATURE_WRONG;
	}
	/* Only now: to whoever cannot sign, not even the time here is told. */
	return check_time(signature, request, &given, err) ? SIGNATURE_GOOD : SIGNATURE_UNTIMELY;
}
