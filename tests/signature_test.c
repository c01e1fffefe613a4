/* Signatures of webhooks: vectors that others have published, and what must not hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/memory.h"
#include "feed/bridges/signature.h"

#include <cmocka.h>

#define CHATWOOT_LIKE "sha256=a97a0d22c9ae871d4465845eb4ff9dc6a0e3656d806b984d90fb5397bc085c2d"
#define NOW INT64_C(1616648967000) /* 2021-03-25T05:09:27Z */

struct header {
	const char *name, *value;
};

static const char *find_header(const void *context, const char *name)
{
	for (const struct header *header = context; header->name; header++)
		if (strcasecmp(header->name, name) == 0)
			return header->value;
	return NULL;
}

static struct signature_request request_of(const struct header *headers, const char *body)
{
	return (struct signature_request){.path = "/x", .query = "", .body = view_of(body), .header = find_header, .context = headers, .now = NOW};
}

static struct signature *create(const struct signature_rule *rule, const char *secret)
{
	struct error err = {0};
	struct signature *signature = signature_create(rule, &err);
	if (!signature)
		fail_msg("%s", err.text);
	if (secret)
		assert_true(signature_add_secret(signature, view_of(secret), &err));
	return signature;
}

static enum signature_verdict verdict(const struct signature_rule *rule, const char *secret, const struct signature_request *request,
	struct error *err)
{
	struct signature_proof proof;
	struct signature *signature = create(rule, secret);
	const enum signature_verdict result = signature_check(signature, request, &proof, err);
	assert_true(result != SIGNATURE_GOOD || (proof.size > 0) == (rule->timestamp || rule->replay));
	signature_destroy(signature);
	return result;
}

/* An HMAC in the header X; one flipped bit, another body, another secret: none holds. */
static void expect_hmac(const struct signature_rule *rule, const char *secret, const char *time, const char *body, const char *good)
{
	struct error err;
	char *text = memory_text(good), *other = memory_format("%sx", secret);
	struct header headers[] = {{"x", text}, {"t", time}, {NULL, NULL}};
	struct signature_request request = request_of(headers, body);
	assert_int_equal(verdict(rule, secret, &request, &err), SIGNATURE_GOOD);
	assert_int_equal(verdict(rule, other, &request, &err), SIGNATURE_WRONG);
	request.body.size--;
	assert_int_equal(verdict(rule, secret, &request, &err), SIGNATURE_WRONG);
	request.body.size++;
	for (char *at = text + (rule->prefix ? strlen(rule->prefix) : 0); *at; at++) {
		*at = (char)(*at ^ 1);
		assert_int_not_equal(verdict(rule, secret, &request, &err), SIGNATURE_GOOD);
		*at = (char)(*at ^ 1);
	}
	assert_null(strstr(err.text, good));
	assert_null(strstr(err.text, secret));
	const size_t size = strlen(text);
	text[size - 1] = 0;
	assert_int_not_equal(verdict(rule, secret, &request, &err), SIGNATURE_GOOD);
	text[0] = 0;
	assert_int_not_equal(verdict(rule, secret, &request, &err), SIGNATURE_GOOD);
	headers[0].name = "y";
	assert_int_equal(verdict(rule, secret, &request, &err), SIGNATURE_MISSING);
	free(text);
	free(other);
}

/* GitHub's documented example of X-Hub-Signature-256; and as Zammad and Intercom sign. */
static void holds_over_a_body(void **state)
{
	(void)state;
	expect_hmac(&(struct signature_rule){"hmac-sha256", "X", NULL, "sha256=", NULL, NULL}, "It's a Secret to Everybody", NULL, "Hello, World!",
		"sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17");
	expect_hmac(&(struct signature_rule){"hmac-sha1", "X", NULL, "sha1=", NULL, NULL}, "zammad-token", NULL, "{\"ticket\":{\"id\":81}}",
		"sha1=3efe2ead78f6484718d4eef49e82c7a6b65385e7");
}

/* base64(HMAC-SHA256(timestamp + body)) with Zendesk's published secret of tests. */
static void holds_over_time_and_body(void **state)
{
	(void)state;
	expect_hmac(&(struct signature_rule){"hmac-sha256-base64", "X", "{timestamp}{body}", NULL, "T"}, "dGhpc19zZWNyZXRfaXNfZm9yX3Rlc3Rpbmdfb25seQ==",
		"2021-03-25T05:09:27Z", "{\"event\":\"ticket.updated\",\"id\":123}", "S/RDdU2ERmj7LHDDoWJ2onPYH+t7/f2+LTM4dL7UiLM=");
	/* As Chatwoot signs: sha256= and hex over "time.body". */
	expect_hmac(&(struct signature_rule){"hmac-sha256", "X", "{timestamp}.{body}", "sha256=", "T"}, "chatwoot-secret", "1616648967",
		"{\"event\":\"message_created\"}",
		CHATWOOT_LIKE);
}

static void its_time_may_be_five_minutes_away(void **state)
{
	(void)state;
	const struct signature_rule rule = {"hmac-sha256", "X", "{timestamp}.{body}", "sha256=", "T", NULL};
	const struct header headers[] = {{"X", CHATWOOT_LIKE}, {"T", "1616648967"}, {NULL, NULL}};
	struct signature_request request = request_of(headers, "{\"event\":\"message_created\"}");
	static const struct { int64_t now; enum signature_verdict expected; } cases[] = {{NOW + SIGNATURE_WINDOW_MS, SIGNATURE_GOOD},
		{NOW + SIGNATURE_WINDOW_MS + 1, SIGNATURE_UNTIMELY}, {NOW - SIGNATURE_WINDOW_MS, SIGNATURE_GOOD}, {NOW - SIGNATURE_WINDOW_MS - 1,
			SIGNATURE_UNTIMELY},
		{NOW + 3600000, SIGNATURE_UNTIMELY}, {NOW - 3600000, SIGNATURE_UNTIMELY}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {0};
		request.now = cases[i].now;
		assert_int_equal(verdict(&rule, "chatwoot-secret", &request, &err), cases[i].expected);
		if (cases[i].expected == SIGNATURE_UNTIMELY)
			assert_non_null(strstr(err.text, "2021-03-25T05:09:27Z"));
	}
	struct error err = {0};
	assert_int_equal(verdict(&rule, "chatwoot-secret", &request, &err), SIGNATURE_UNTIMELY);
	assert_non_null(strstr(err.text, "2021-03-25T04:09:27Z")); /* both times */
	/* Whoever cannot sign is not told the time. */
	assert_int_equal(verdict(&rule, "another-secret", &request, &err), SIGNATURE_WRONG);
	assert_null(strstr(err.text, "2021"));
}

/* The vectors of Twilio's own libraries. */
static void holds_as_twilio_signs(void **state)
{
	(void)state;
	const struct signature_rule rule = {"twilio", NULL, NULL, NULL, NULL};
	struct header headers[] = {{"X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="}, {"Content-Type",
		"application/x-www-form-urlencoded; charset=UTF-8"}, {NULL, NULL}};
	struct signature_request request = request_of(headers,
		"Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE");
	struct error err;
	request.origin = "https://mycompany.com";
	request.path = "/myapp.php";
	request.query = "foo=1&bar=2";
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_GOOD);
	request.query = "foo=1&bar=3";
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_WRONG);
	request.query = "foo=1&bar=2";
	request.body = view_of("Digits=9999&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE");
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_WRONG);
	/* The same field twice is signed once. */
	request.body = view_of("Sid=CA123&SidAccount=AC123&Digits=5678&Digits=1234&Digits=1234");
	headers[0].value = "IK+Dwps556ElfBT0I3Rgjkr1wJU=";
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_GOOD);
	/* Other bodies: their hash stands in the address. */
	headers[0].value = "a9nBmqA0ju/hNViExpshrM61xv4=";
	headers[1].value = "application/json";
	request.body = view_of("{\"property\": \"value\", \"boolean\": true}");
	request.query = "foo=1&bar=2&bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_GOOD);
	request.body.size--;
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_WRONG);
	request.body.size++;
	/* A body that is not signed at all. */
	request.query = "foo=1&bar=2";
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_WRONG);
}

static void finds_twilios_address_in_the_header(void **state)
{
	(void)state;
	const struct signature_rule rule = {"twilio", NULL, NULL, NULL, NULL};
	struct header headers[] = {{"X-Twilio-Signature", "RSOYDt4T1cUTdK1PDd93/VVr8B8="}, {"Content-Type", "application/x-www-form-urlencoded"},
		{"Host", "mycompany.com"},
		{"X-Forwarded-Proto", "https"}, {NULL, NULL}};
	struct signature_request request = request_of(headers,
		"Digits=1234&To=%2B18005551212&From=%2B14158675309&Caller=%2B14158675309&CallSid=CA1234567890ABCDE");
	struct error err;
	request.path = "/myapp.php";
	request.query = "foo=1&bar=2";
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_GOOD);
	headers[2].value = "mycompany.com:443"; /* signed without its port */
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_GOOD);
	headers[3].value = "http";
	assert_int_equal(verdict(&rule, "12345", &request, &err), SIGNATURE_WRONG);
}

static void tokens_stand_in_a_header_or_the_address(void **state)
{
	(void)state;
	struct error err;
	const struct header headers[] = {{"X-Api-Key", "s3cret-token"}, {"Authorization", "Basic QWxhZGRpbjpvcGVuIHNlc2FtZQ=="}, {NULL, NULL}};
	struct signature_request request = request_of(headers, "{}");
	const struct signature_rule key = {"token", "X-Api-Key", NULL, NULL, NULL}, basic = {"basic", NULL, NULL, NULL, NULL},
		bearer = {"bearer", NULL, NULL, NULL, NULL}, query = {"token", "query:to ken", NULL, NULL, NULL};
	assert_int_equal(verdict(&key, "s3cret-token", &request, &err), SIGNATURE_GOOD);
	assert_int_equal(verdict(&key, "s3cret-tokem", &request, &err), SIGNATURE_WRONG);
	assert_int_equal(verdict(&key, "s3cret-token2", &request, &err), SIGNATURE_WRONG);
	assert_int_equal(verdict(&basic, "Aladdin:open sesame", &request, &err), SIGNATURE_GOOD); /* RFC 7617 */
	assert_int_equal(verdict(&basic, "Aladdin:open sesamE", &request, &err), SIGNATURE_WRONG);
	assert_int_equal(verdict(&bearer, "s3cret-token", &request, &err), SIGNATURE_MISSING);
	const struct header other[] = {{"authorization", "bearer s3cret-token"}, {NULL, NULL}};
	request.context = other;
	assert_int_equal(verdict(&bearer, "s3cret-token", &request, &err), SIGNATURE_GOOD);
	assert_int_equal(verdict(&query, "s3cret token", &request, &err), SIGNATURE_MISSING);
	request.query = "a=b&to%20ken=s3cret+token";
	assert_int_equal(verdict(&query, "s3cret token", &request, &err), SIGNATURE_GOOD);
	request.query = "to%20ken=s3cret+tokens";
	assert_int_equal(verdict(&query, "s3cret token", &request, &err), SIGNATURE_WRONG);
}

static void one_secret_may_replace_another(void **state)
{
	(void)state;
	struct error err;
	struct signature_proof proof;
	struct header headers[] = {{"K", "the-new-secret"}, {NULL, NULL}};
	struct signature_request request = request_of(headers, "{}");
	struct signature *signature = create(&(struct signature_rule){"token", "K", NULL, NULL, NULL, NULL}, "the-old-secret");
	assert_int_equal(signature_check(signature, &request, &proof, &err), SIGNATURE_WRONG);
	assert_true(signature_add_secret(signature, view_of("the-new-secret"), &err));
	assert_int_equal(signature_check(signature, &request, &proof, &err), SIGNATURE_GOOD);
	headers[0].value = "the-old-secret";
	assert_int_equal(signature_check(signature, &request, &proof, &err), SIGNATURE_GOOD);
	assert_false(signature_add_secret(signature, view_of(""), &err));
	signature_destroy(signature);
}

/* Without a secret nothing holds, not even an HMAC with an empty key. */
static void without_a_secret_nothing_holds(void **state)
{
	(void)state;
	struct error err;
	struct signature_proof proof;
	const struct header headers[] = {{"X", "fbdb1d1b18aa6c08324b7d64b71fb76370690e1d"}, {NULL, NULL}}; /* HMAC-SHA1("", "") */
	const struct signature_request request = request_of(headers, "");
	struct signature *signature = create(&(struct signature_rule){"hmac-sha1", "X", NULL, NULL, NULL, NULL}, NULL);
	assert_false(signature_has_secret(signature));
	assert_int_equal(signature_check(signature, &request, &proof, &err), SIGNATURE_WRONG);
	signature_destroy(signature);
}

static void a_rule_that_would_not_protect_is_refused(void **state)
{
	(void)state;
	static const struct { struct signature_rule rule; const char *says; } cases[] = {
		{{NULL, "X", NULL, NULL, NULL, NULL}, "hmac-sha256"},
		{{"md5", "X", NULL, NULL, NULL, NULL}, "hmac-sha256"},
		{{"hmac-sha1", NULL, NULL, NULL, NULL}, "header"},
		{{"token", NULL, NULL, NULL, NULL, NULL}, "header"},
		{{"hmac-sha1", "X", "{timestamp}", NULL, "T"}, "{body}"},
		{{"hmac-sha1", "X", "{timestamp}{body}", NULL, NULL}, "which header"},
		{{"hmac-sha1", "X", "{body}", NULL, "T"}, "not signed"},
		{{"hmac-sha1", "X", NULL, NULL, NULL, "maybe"}, "refuse"},
		{{"token", "X", NULL, NULL, NULL, "refuse"}, "refuse"},
		{{"hmac-sha1", "X", "{body}{header:Y}", NULL, NULL}, "only"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {0};
		assert_null(signature_create(&cases[i].rule, &err));
		if (!strstr(err.text, cases[i].says))
			fail_msg("case %zu: %s", i, err.text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(holds_over_a_body),
		cmocka_unit_test(holds_over_time_and_body),
		cmocka_unit_test(its_time_may_be_five_minutes_away),
		cmocka_unit_test(holds_as_twilio_signs),
		cmocka_unit_test(finds_twilios_address_in_the_header),
		cmocka_unit_test(tokens_stand_in_a_header_or_the_address),
		cmocka_unit_test(one_secret_may_replace_another),
		cmocka_unit_test(without_a_secret_nothing_holds),
		cmocka_unit_test(a_rule_that_would_not_protect_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
