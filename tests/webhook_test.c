/* The webhook bridge by the wire: who is let in, what becomes of a delivery, and what is answered. */
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <gnutls/crypto.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/bridges/bridge.h"

#include <cmocka.h>

#define SECRET "correct horse battery"
#define MAPPING \
	"name = \"{kind}\"\nroute = \"{queue}\"\n" \
	"webhook { signature = \"hmac-sha256\" header = \"X-Sign\" prefix = \"sha256=\" text = \"{timestamp}.{body}\" timestamp = \"X-Time\"\n" \
	"  delivery = \"{header:X-Delivery}\" }\n" \
	"instant \"when\" { value = \"{bridge:received}\" format = \"epoch_ms\" }\n" \
	"ignore \"ping\" { when = {\"kind = ping\"} }\n" \
	"event \"queued\" { type = \"contact.queued\" at = \"when\" contact = \"{id}\" queue = \"{queue}\" channel = \"{channel}\" customer = \"{phone}\"\n" \
	"  when = {\"kind = call\"} }\n"

struct given {
	const char *name, *value;
};

struct stage {
	char folder[64], *map, *secrets, *state;
	struct outbox *outbox;
	void *webhook;
	struct given options[8];
	int option_count, port;
	char said[400], why[800];
	int counts[BRIDGE_COUNT];
};

static const char *option_nth(const void *arguments, const char *name, int index)
{
	const struct stage *stage = arguments;
	for (int i = 0; i < stage->option_count; i++)
		if (strcmp(stage->options[i].name, name) == 0 && index-- == 0)
			return stage->options[i].value;
	return NULL;
}

static const char *option(const void *arguments, const char *name)
{
	return option_nth(arguments, name, 0);
}

static void count(void *context, enum bridge_count which, const char *why)
{
	struct stage *stage = context;
	stage->counts[which]++;
	if (why)
		snprintf(stage->why, sizeof stage->why, "%s", why);
}

static void say(void *context, const char *text)
{
	struct stage *stage = context;
	if (strncmp(text, "listening at ", 13) == 0)
		stage->port = atoi(strrchr(text, ':') + 1);
	snprintf(stage->said, sizeof stage->said, "%s", text);
}

static char *write_file(const struct stage *stage, const char *name, const char *text, mode_t mode)
{
	char *path = memory_format("%s/%s", stage->folder, name);
	unlink(path);
	const int file = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	fchmod(file, mode);
	close(file);
	return path;
}

static void give(struct stage *stage, const char *name, const char *value)
{
	stage->options[stage->option_count++] = (struct given){name, value};
}

static bool begin(struct stage *stage, struct error *err)
{
	const struct outbox_options outbox = {.directory = stage->state, .src = "t"};
	stage->outbox = outbox_open(&outbox, err);
	assert_non_null(stage->outbox);
	struct bridge_host host = {.outbox = stage->outbox, .option = option, .option_nth = option_nth, .arguments = stage, .count = count,
		.say = say, .context = stage};
	pseudonym_init(&host.pseudonym, view_of("0123456789abcdef"));
	stage->webhook = webhook_bridge.open(&host, "", err);
	return stage->webhook != NULL;
}

static void end(struct stage *stage)
{
	if (stage->webhook)
		webhook_bridge.close(stage->webhook);
	outbox_close(stage->outbox);
	stage->webhook = stage->outbox = NULL;
}

static int set_up(void **state)
{
	struct stage *stage = memory_new(1, sizeof *stage);
	snprintf(stage->folder, sizeof stage->folder, "/tmp/webhook_testXXXXXX");
	assert_non_null(mkdtemp(stage->folder));
	stage->state = memory_format("%s/state", stage->folder);
	stage->map = write_file(stage, "desk.conf", MAPPING, 0644);
	stage->secrets = write_file(stage, "secrets", "# of the desk\ndesk = " SECRET "\n\ngeneric = generic-token\n", 0600);
	give(stage, "--listen", "127.0.0.1:0");
	give(stage, "--map", stage->map);
	give(stage, "--secret-file", stage->secrets);
	*state = stage;
	return 0;
}

static int set_up_begun(void **state)
{
	struct error err;
	set_up(state);
	if (!begin(*state, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;
	end(stage);
	char *command = memory_format("rm -rf '%s'", stage->folder);
	assert_int_equal(system(command), 0);
	free(command);
	free(stage->map);
	free(stage->secrets);
	free(stage->state);
	free(stage);
	return 0;
}

/* Sends, and lets the bridge work until there is an answer. */
static const char *ask(struct stage *stage, const char *request)
{
	static char text[8192];
	struct error err;
	const int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)stage->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(connect(peer, (const struct sockaddr *)&to, sizeof to), 0);
	assert_int_equal(send(peer, request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
	const int64_t until = clock_monotonic() + 10000;
	size_t size = 0;
	while (clock_monotonic() < until && size < sizeof text - 1) {
		struct pollfd wait = {.fd = peer, .events = POLLIN};
		assert_true(webhook_bridge.turn(stage->webhook, &err));
		if (poll(&wait, 1, 5) <= 0)
			continue;
		const ssize_t got = recv(peer, text + size, sizeof text - 1 - size, 0);
		if (got <= 0)
			break;
		size += (size_t)got;
	}
	text[size] = 0;
	close(peer);
	assert_true(webhook_bridge.turn(stage->webhook, &err));
	return text;
}

static const char *post(struct stage *stage, const char *path, const char *headers, const char *body)
{
	char *request = memory_format("POST %s HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: application/json\r\n%sContent-Length: %zu\r\n\r\n%s", path, headers,
		strlen(body), body);
	const char *text = ask(stage, request);
	free(request);
	return text;
}

static const char *post_signed(struct stage *stage, const char *body, const char *delivery, int64_t away)
{
	uint8_t mac[32];
	char hex[65];
	const long long now = (long long)(clock_wall() + away) / 1000;
	char *text = memory_format("%lld.%s", now, body);
	gnutls_hmac_fast(GNUTLS_MAC_SHA256, SECRET, strlen(SECRET), text, strlen(text), mac);
	for (int i = 0; i < 32; i++)
		snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	char *headers = memory_format("X-Sign: sha256=%s\r\nX-Time: %lld\r\n%s%s%s", hex, now, delivery ? "X-Delivery: " : "", delivery ?
		delivery : "", delivery ? "\r\n" : "");
	const char *answer = post(stage, "/desk", headers, body);
	free(headers);
	free(text);
	return answer;
}

#define EXPECT(text, part) \
	do { \
		const char *heard_ = (text); \
		if (!strstr(heard_, (part))) \
			fail_msg("no \"%s\" in: %s", (part), heard_); \
	} while (0)
#define CALL(id) "{\"kind\":\"call\",\"id\":\"" id "\",\"queue\":\"Billing\",\"channel\":\"phone\",\"phone\":\"+15550100\"}"

static void a_signed_delivery_becomes_an_event(void **state)
{
	struct stage *stage = *state;
	struct outbox_item items[4];
	const char *answer = post_signed(stage, CALL("c1"), "d1", 0);
	EXPECT(answer, " 200 ");
	EXPECT(answer, "mapped");
	assert_int_equal(outbox_read(stage->outbox, 0, items, 4), 1);
	assert_true(view_is(items[0].queue, "Billing"));
	assert_null(memmem(items[0].event.data, items[0].event.size, "5550100", 7));
	EXPECT(post_signed(stage, "{\"kind\":\"ping\"}", "d2", 0), "ignored");
	EXPECT(post_signed(stage, "{\"kind\":\"dance\"}", "d3", 0), "unknown");
	EXPECT(stage->why, "dance");
	assert_int_equal(outbox_read(stage->outbox, 0, items, 4), 1);
	assert_int_equal(stage->counts[BRIDGE_TAKEN], 3);
	assert_int_equal(stage->counts[BRIDGE_MAPPED], 1);
	assert_int_equal(stage->counts[BRIDGE_IGNORED], 1);
	assert_int_equal(stage->counts[BRIDGE_UNKNOWN], 1);
}

static void a_delivery_counts_once_also_after_a_restart(void **state)
{
	struct stage *stage = *state;
	struct error err;
	EXPECT(post_signed(stage, CALL("c1"), "d1", 0), "mapped");
	const char *again = post_signed(stage, CALL("c1"), "d1", 1000);
	EXPECT(again, " 200 ");
	EXPECT(again, "duplicate");
	end(stage);
	assert_true(begin(stage, &err));
	EXPECT(post_signed(stage, CALL("c1"), "d1", 2000), "duplicate");
	EXPECT(post_signed(stage, CALL("c2"), "d2", 0), "mapped");
	assert_int_equal(outbox_next(stage->outbox), 3);
}

/* Where the body alone is signed, and never twice: the same under another id, which is not signed, tells nothing new. */
static void an_id_that_is_not_signed_makes_nothing_new(void **state)
{
	struct stage *stage = *state;
	struct error err;
	uint8_t mac[20];
	char hex[41];
	char *mapping = memory_text(MAPPING), *at = strstr(mapping, "webhook {");
	end(stage);
	const char *last = strstr(strstr(at, "delivery"), "\n");
	memset(at, ' ', (size_t)(last - at));
	static const char section[] = "webhook { signature = \"hmac-sha1\" header = \"X-Sign\" replay = \"refuse\" delivery = \"{header:X-Delivery}\" }";
	memcpy(at, section, sizeof section - 1);
	free(write_file(stage, "desk.conf", mapping, 0644));
	free(mapping);
	if (!begin(stage, &err))
		fail_msg("%s", err.text);
	gnutls_hmac_fast(GNUTLS_MAC_SHA1, SECRET, strlen(SECRET), CALL("c1"), strlen(CALL("c1")), mac);
	for (int i = 0; i < 20; i++)
		snprintf(hex + 2 * i, 3, "%02x", mac[i]);
	for (int i = 0; i < 3; i++) {
		char *headers = memory_format("X-Sign: %s\r\nX-Delivery: d%d\r\n", hex, i);
		EXPECT(post(stage, "/desk", headers, CALL("c1")), i ? "duplicate" : "mapped");
		free(headers);
	}
	assert_int_equal(outbox_next(stage->outbox), 2);
}

static void a_signature_holds_only_once(void **state)
{
	struct stage *stage = *state;
	struct error err;
	EXPECT(post_signed(stage, CALL("c1"), "d1", -60000), "mapped");
	/* The same second again, caught on its way and sent under another id. */
	const char *answer;
	int64_t away = -60000;
	EXPECT(answer = post_signed(stage, CALL("c1"), "d2", away), "HTTP");
	if (!strstr(answer, " 403 ")) /* the second changed meanwhile */
		EXPECT(post_signed(stage, CALL("c1"), "d3", away), " 403 ");
	end(stage);
	assert_true(begin(stage, &err));
	assert_in_range(outbox_next(stage->outbox), 2, 3);
}

static void who_cannot_sign_is_turned_away(void **state)
{
	struct stage *stage = *state;
	EXPECT(post(stage, "/desk", "", CALL("c1")), " 401 ");
	EXPECT(post(stage, "/desk", "X-Sign: sha256=00\r\nX-Time: 1\r\n", CALL("c1")), " 403 ");
	const char *late = post_signed(stage, CALL("c1"), "d1", -HOUR_MS);
	EXPECT(late, " 403 ");
	EXPECT(late, "minutes apart");
	EXPECT(post_signed(stage, CALL("c1"), "d1", HOUR_MS), " 403 ");
	EXPECT(post(stage, "/events", "Authorization: Bearer generic-tokem\r\n", "{}"), " 403 ");
	assert_int_equal(outbox_next(stage->outbox), 1);
	assert_int_equal(stage->counts[BRIDGE_REFUSED], 5);
	assert_null(strstr(stage->why, "generic-token"));
}

static void bad_input_is_answered_with_its_reason(void **state)
{
	struct stage *stage = *state;
	const char *headers = "Authorization: Bearer generic-token\r\n";
	static const char *const bodies[] = {"", "{", "[1,2", "{\"a\":\"\xff\xfe secret\"}", "{\"type\":\"contact.queued\",\"type\":\"secret\"}",
		"\"secret\"", "nonsense secret",
		"{\"type\":\"contact.queued\",\"queue\":\"secret\"}"};
	for (size_t i = 0; i < sizeof bodies / sizeof *bodies; i++) {
		const char *answer = post(stage, "/events", headers, bodies[i]);
		if (!strstr(answer, " 400 ") || strstr(answer, "secret"))
			fail_msg("body %zu: %s", i, answer);
	}
	char deep[40000];
	memset(deep, '[', sizeof deep - 1);
	deep[sizeof deep - 1] = 0;
	EXPECT(post(stage, "/events", headers, deep), " 400 ");
	assert_int_equal(outbox_next(stage->outbox), 1);
	EXPECT(post(stage, "/events", headers, "{\"type\":\"contact.queued\",\"contact\":\"c1\",\"queue\":\"Q\",\"channel\":\"phone\"}"), " 200 ");
	assert_int_equal(outbox_next(stage->outbox), 2);
}

/* What could not be read is not remembered as delivered. */
static void a_damaged_delivery_may_come_again(void **state)
{
	struct stage *stage = *state;
	EXPECT(post_signed(stage, "{\"kind\":\"call\",\"queue\":\"Billing\",\"channel\":\"phone\"}", "d1", 0), " 400 ");
	EXPECT(post_signed(stage, CALL("c1"), "d1", 1000), "mapped");
}

/* More than the bridge may keep waiting: those are told to come again, and all others are served. */
static void too_many_at_once_are_told_to_come_again(void **state)
{
	enum { MOST = 512, MORE = 3 };
	struct stage *stage = *state;
	struct error err;
	int peers[MOST + MORE], busy = 0, good = 0;
	for (int i = 0; i < MOST + MORE; i++) {
		char *request = memory_format("POST /events HTTP/1.1\r\nHost: t\r\nConnection: close\r\nAuthorization: Bearer generic-token\r\nContent-Length: 71\r\n\r\n"
					      "{\"type\":\"contact.queued\",\"contact\":\"%04d\",\"queue\":\"Q\",\"channel\":\"chat\"}", i);
		const struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)stage->port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
		peers[i] = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(peers[i], (const struct sockaddr *)&to, sizeof to), 0);
		assert_int_equal(send(peers[i], request, strlen(request), MSG_NOSIGNAL), (ssize_t)strlen(request));
		free(request);
	}
	struct pollfd refused[MOST + MORE];
	for (int i = 0; i < MOST + MORE; i++)
		refused[i] = (struct pollfd){.fd = peers[i], .events = POLLIN};
	const int64_t until = clock_monotonic() + 10000;
	while (poll(refused, MOST + MORE, 100) < MORE && clock_monotonic() < until)
		continue;
	assert_int_equal(outbox_next(stage->outbox), 1);
	for (int turn = 0; turn < 20; turn++)
		assert_true(webhook_bridge.turn(stage->webhook, &err));
	for (int i = 0; i < MOST + MORE; i++) {
		char text[600];
		const ssize_t got = recv(peers[i], text, sizeof text - 1, 0);
		text[got > 0 ? got : 0] = 0;
		busy += strstr(text, " 429 ") && strstr(text, "Retry-After: 1");
		good += strstr(text, " 200 ") != NULL;
		close(peers[i]);
	}
	assert_int_equal(busy, MORE);
	assert_int_equal(good, MOST);
	assert_int_equal(outbox_next(stage->outbox), 1 + MOST);
}

static void the_door_says_what_it_takes(void **state)
{
	struct stage *stage = *state;
	const char *answer = post(stage, "/nowhere/secret", "", "{}");
	EXPECT(answer, " 404 ");
	EXPECT(answer, "/desk");
	assert_null(strstr(stage->why, "secret"));
	answer = ask(stage, "GET /desk HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
	EXPECT(answer, " 405 ");
	EXPECT(answer, "Allow: POST");
	EXPECT(ask(stage, "HEAD /desk HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"), " 200 ");
	EXPECT(ask(stage, "POST /desk HTTP/1.1\r\nHost: t\r\nConnection: close\r\nContent-Type: image/png\r\nContent-Length: 0\r\n\r\n"), " 415 ");
	EXPECT(post(stage, "/desk", "Content-Encoding: gzip\r\n", "{}"), " 415 ");
	EXPECT(post(stage, "/desk", "x-amz-sns-message-type: SubscriptionConfirmation\r\n", "{}"), "EventBridge");
	EXPECT(ask(stage, "POST /desk HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999\r\n\r\n"), " 413 ");
	answer = ask(stage, "GET /health HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
	EXPECT(answer, " 200 ");
	EXPECT(answer, "\"status\":\"ok\"");
	EXPECT(answer, "\"refused\":5");
}

static void nothing_begins_without_secrets(void **state)
{
	struct stage *stage = *state;
	static const struct { const char *text, *says; mode_t mode; } cases[] = {
		{"desk = " SECRET "\n", "chmod 600", 0644},
		{"generic = generic-token\n", "desk has no secret", 0600},
		{"desk = short\n", "8 bytes at least", 0600},
		{"desk\n", "NAME = SECRET", 0600},
		{"desk = " SECRET "\nnobody = something-long\n", "no source is called 'nobody'", 0600},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct error err = {0};
		free(write_file(stage, "secrets", cases[i].text, cases[i].mode));
		assert_false(begin(stage, &err));
		if (!strstr(err.text, cases[i].says) || strstr(err.text, "something-long") || strstr(err.text, SECRET))
			fail_msg("case %zu: %s", i, err.text);
		end(stage);
	}
}

static void reload(struct stage *stage, const char *text, const char *says)
{
	struct error err = {""};
	free(write_file(stage, "secrets", text, 0600));
	assert_int_equal(webhook_bridge.reload(stage->webhook, &err), says == NULL);
	if (says && (!strstr(err.text, says) || strstr(err.text, "generic-")))
		fail_msg("%s", err.text);
}

/* The old one and the new one hold, then the new one alone; what is no good leaves all as it was. */
static void a_secret_is_replaced_while_requests_come(void **state)
{
	static const char first[] = "Authorization: Bearer generic-token\r\n", second[] = "Authorization: Bearer generic-second\r\n";
	struct stage *stage = *state;
	reload(stage, "desk = " SECRET "\ngeneric = generic-token\ngeneric = generic-second\n", NULL);
	EXPECT(post(stage, "/events", first, "[]"), " 200 ");
	EXPECT(post(stage, "/events", second, "[]"), " 200 ");
	reload(stage, "desk = " SECRET "\ngeneric = generic-second\n", NULL);
	EXPECT(post(stage, "/events", first, "[]"), " 403 ");
	EXPECT(post(stage, "/events", second, "[]"), " 200 ");
	EXPECT(post_signed(stage, CALL("c1"), "d1", 0), "mapped");
	reload(stage, "generic = generic-third\n", "desk has no secret");
	reload(stage, "desk = " SECRET "\ngeneric = generic-third\nzammad = generic-fourth\n", "zammad has no path yet: a new source needs a restart");
	reload(stage, "desk = " SECRET "\ngeneric = generi\n", "8 bytes at least");
	EXPECT(post(stage, "/events", second, "[]"), " 200 ");
	EXPECT(post_signed(stage, CALL("c1"), "d1", 0), "duplicate");
}

static void unsigned_is_for_loopback_alone(void **state)
{
	struct stage *stage = *state;
	struct error err;
	stage->option_count = 2; /* without secrets */
	give(stage, "--unsigned", "desk");
	assert_true(begin(stage, &err));
	EXPECT(post(stage, "/desk", "X-Delivery: d1\r\n", CALL("c1")), "mapped");
	assert_true(webhook_bridge.reload(stage->webhook, &err)); /* nothing to read */
	EXPECT(post(stage, "/desk", "X-Delivery: d2\r\n", CALL("c2")), "mapped");
	end(stage);
	give(stage, "--behind-proxy", "");
	assert_false(begin(stage, &err));
	EXPECT(err.text, "--unsigned");
	end(stage);
	stage->option_count = 1;
	assert_false(begin(stage, &err));
	EXPECT(err.text, "no source");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_signed_delivery_becomes_an_event, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(a_delivery_counts_once_also_after_a_restart, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(an_id_that_is_not_signed_makes_nothing_new, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(a_signature_holds_only_once, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(who_cannot_sign_is_turned_away, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(bad_input_is_answered_with_its_reason, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(a_damaged_delivery_may_come_again, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(too_many_at_once_are_told_to_come_again, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(the_door_says_what_it_takes, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(nothing_begins_without_secrets, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_secret_is_replaced_while_requests_come, set_up_begun, tear_down),
		cmocka_unit_test_setup_teardown(unsigned_is_for_loopback_alone, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
