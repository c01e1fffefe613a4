/* What boards elsewhere get: events and states with keyed hashes in place of names and ids. Folded they give the same figures, whether a
 * board followed from the beginning or came with a state in the middle; and nothing of what a site's events call people is in them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/outlets.h"
#include "app/redactor.h"
#include "base/clock.h"
#include "base/instant.h"
#include "feed/identifiers_key.h"
#include "metrics/joined.h"
#include "metrics/lists.h"
#include "metrics/query.h"
#include "tests/outside_site.h"

#include <cmocka.h>

/* ---- the hash ---- */

/* From the reference's table: the key 00..0f, and messages 00, 01 … of so many bytes. */
static void the_hash_is_siphash(void **state)
{
	(void)state;
	const struct veil veil = site_veil();
	static const uint64_t wanted[] = {[0] = UINT64_C(0x726fdb47dd0e0e31), [1] = UINT64_C(0x74f839c593dc67fd), [8] = UINT64_C(0x93f5f5799a932462),
		[15] = UINT64_C(0xa129ca6149be45e5)};
	char message[16];
	for (int i = 0; i < 16; i++)
		message[i] = (char)i;
	static const size_t sizes[] = {0, 1, 8, 15};
	for (size_t i = 0; i < 4; i++)
		assert_true(veil_hash(&veil, (struct view){message, sizes[i]}) == wanted[sizes[i]]);
}

static void hashes_hide_and_tell_apart(void **state)
{
	(void)state;
	const struct veil veil = site_veil();
	const struct veil other = {{1, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
	char a[VEIL_ROOM], b[VEIL_ROOM];
	veil_text(&veil, view_of("Ana"), a);
	veil_text(&veil, view_of("Anb"), b);
	assert_int_equal(strlen(a), 16);
	assert_string_not_equal(a, b);
	veil_text(&other, view_of("Ana"), b);
	assert_string_not_equal(a, b);
	veil_text(&veil, view_of(""), a);
	assert_string_equal(a, "");
	veil_text(&veil, view_of("other"), a);
	assert_string_equal(a, "other");
	assert_true(veil_customer(&veil, 0) == 0);
	veil_pseudonym(&veil, pseudonym_hash(view_of("c-1")), a);
	assert_true(veil_customer(&veil, pseudonym_hash(view_of("c-1"))) == pseudonym_hash(view_of(a)));
}

/* ---- the two engines ---- */

/* The engine inside as a board elsewhere gets it. */
static struct engine *engine_elsewhere(const struct site *site)
{
	size_t size;
	bool differs;
	struct error err;
	uint8_t *bytes = engine_pack_veiled(site->inside, &site->veil, INT64_MIN, &size);
	expect_no_marker(bytes, size, "a packed engine");
	struct engine *engine = engine_unpack(site->settings, bytes, size, &differs, &err);
	if (!engine)
		fail_msg("%s", err.text);
	assert_false(differs);
	free(bytes);
	engine_keep_long(engine);
	return engine;
}

/* But for examples of bad events, which are in no state for elsewhere: so both are packed as such once more. */
static void expect_same_state(const struct engine *a, const struct engine *b)
{
	const struct veil again = site_veil();
	size_t size_a, size_b;
	uint8_t *bytes_a = engine_pack_veiled(a, &again, INT64_MIN, &size_a), *bytes_b = engine_pack_veiled(b, &again, INT64_MIN, &size_b);
	assert_int_equal(size_a, size_b);
	assert_memory_equal(bytes_a, bytes_b, size_a);
	free(bytes_a);
	free(bytes_b);
}

static void expect_same_answers(const struct query *inside, const struct query *outside, int window)
{
	for (int metric = 0; metric < metric_count; metric++) {
		struct figure here = {.known = false}, there = {.known = false};
		query_figure(inside, metric, &here);
		query_figure(outside, metric, &there);
		if (here.known != there.known || (here.known && memcmp(&here.numerator, &there.numerator, 2 * sizeof here.numerator) != 0))
			fail_msg("%s differs in the window %s", metrics[metric].name, window_names[window]);
	}
}

/* Every figure of a scope in every window, the numbers of queues, teams … being the same. */
static void expect_same_scope(const struct site *site, struct scope scope)
{
	for (int window = 0; window < WINDOW_COUNT; window++) {
		struct query a, b;
		query_run(&a, site->inside, scope, (enum window)window, BY_OUTCOME, 0, true);
		query_run(&b, site->outside, scope, (enum window)window, BY_OUTCOME, 0, true);
		expect_same_answers(&a, &b, window);
	}
}

static void expect_same(const struct site *site)
{
	struct engine *elsewhere = engine_elsewhere(site);
	expect_same_state(elsewhere, site->outside);
	engine_destroy(elsewhere);
}

static void expect_same_figures(const struct site *site)
{
	expect_same_scope(site, SCOPE_ALL);
	for (uint16_t i = 2; i < 6; i++) {
		struct scope scopes[] = {SCOPE_ALL, SCOPE_ALL, SCOPE_ALL, SCOPE_ALL, SCOPE_ALL};
		scopes[0].queue = scopes[1].channel = scopes[2].market = scopes[3].team = scopes[4].agent = i;
		for (int kind = 0; kind < 5; kind++)
			expect_same_scope(site, scopes[kind]);
	}
}

/* A board that was killed, or whose link was cut: it comes back with a state of now. */
static void come_back(struct site *site)
{
	engine_destroy(site->outside);
	site->outside = engine_elsewhere(site);
}

/* TABLO_ROUNDS=N: N times as many days. */
static uint64_t rounds(void)
{
	const char *text = getenv("TABLO_ROUNDS");
	return text && atoi(text) > 1 ? (uint64_t)atoi(text) : 1;
}

static void a_day_elsewhere_is_the_same_day(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= rounds(); seed++) {
		struct site site = site_open(seed);
		site.day.told = site_send;
		site.day.context = &site;
		for (int part = 0; part < 4; part++) {
			redis_day_play(&site.day, site.inside, 600);
			if (part % 2)
				redis_day_wait(&site.day, site.inside, 40 * MINUTE_MS);
			expect_same(&site);
			if (part == 2)
				come_back(&site);
		}
		expect_same_figures(&site);
		redis_day_wait(&site.day, site.inside, 26 * HOUR_MS);
		expect_same(&site);
		expect_same_figures(&site);
		site_close(&site);
	}
}

/* Every key of every type, hostile ids, unknown and bad events, alerts that people answer. */
static void events_of_every_type_are_the_same_elsewhere(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= rounds(); seed++) {
		struct site site = site_open(seed);
		struct list_alert alerts[64];
		int answered = 0;
		for (int part = 0; part < 4; part++) {
			for (int i = 0; i < 200; i++)
				site_batch(&site);
			expect_same(&site);
			if (part == 1)
				come_back(&site);
			const int count = list_alerts(site.inside, engine_now(site.inside), alerts, 64);
			for (int i = 0; i < count; i++)
				answered += alerts[i].by[0] != 0;
		}
		assert_true(answered > 0); /* whom alerts are about does not change what they are called */
		expect_same_figures(&site);
		site_close(&site);
	}
}

/* One board over two sites of which it knows nobody: each has a key of its own. */
static struct joined join(const struct site *sites, const struct engine *parts[2], bool outside)
{
	struct joined joined = {.names = engine_create(sites[0].settings, NULL), .parts = parts, .count = 2};
	for (int i = 0; i < 2; i++)
		parts[i] = outside ? sites[i].outside : sites[i].inside;
	joined.now = joined_latest(parts, 2);
	joined_make_room(joined.names, 2);
	return joined;
}

static void two_sites_elsewhere_are_the_same_together(void **state)
{
	(void)state;
	struct site sites[2] = {site_open(11), site_open(12)};
	const struct engine *parts[2], *parts_outside[2];
	sites[1].veil.key[3] ^= 1;
	for (int i = 0; i < 2; i++)
		for (int part = 0; part < 200; part++)
			site_batch(&sites[i]);
	struct joined inside = join(sites, parts, false), outside = join(sites, parts_outside, true);
	for (uint16_t queue = 1; queue < 5; queue++)
		for (int window = 0; window < WINDOW_COUNT; window++) {
			struct query a, b;
			struct scope own = SCOPE_ALL;
			own.queue = queue > 1 ? queue : SCOPE_ANY;
			joined_query(&a, &inside, joined_scope_from(&inside, 0, own), (enum window)window, BY_OUTCOME, 0, true);
			joined_query(&b, &outside, joined_scope_from(&outside, 0, own), (enum window)window, BY_OUTCOME, 0, true);
			expect_same_answers(&a, &b, window);
		}
	engine_destroy(inside.names);
	engine_destroy(outside.names);
	for (int i = 0; i < 2; i++)
		site_close(&sites[i]);
}

/* Were batches sent as they came, both searches would find it: that for names, and that for equal states. */
static void a_mistake_would_be_found(void **state)
{
	(void)state;
	struct site site = site_open(3);
	site.careless = true;
	for (int i = 0; i < 50; i++)
		site_batch(&site);
	assert_true(site.names > 25);
	size_t size, size_outside;
	struct engine *elsewhere = engine_elsewhere(&site);
	uint8_t *bytes = engine_pack(elsewhere, INT64_MIN, &size), *outside = engine_pack(site.outside, INT64_MIN, &size_outside);
	assert_true(has_marker(outside, size_outside));
	assert_true(size != size_outside || memcmp(bytes, outside, size) != 0);
	free(bytes);
	free(outside);
	engine_destroy(elsewhere);
	site_close(&site);
}

/* ---- payloads ---- */

static void what_is_not_understood_does_not_leave(void **state)
{
	(void)state;
	const struct veil veil = site_veil();
	struct veiled_room room = {0};
	struct error err;
	static const char *const payloads[] = {"", "\x80", "\xc1", ("\x82\xa1v\x01\xa6" "events\xa1x")};
	static const size_t sizes[] = {0, 1, 1, 12};
	for (size_t i = 0; i < 4; i++) {
		memset(&err, 0, sizeof err);
		assert_null(veiled_payload(&veil, (struct view){payloads[i], sizes[i]}, &room, &err).data);
		assert_true(err.text[0]);
	}
	veiled_room_finish(&room);
}

/* Events whose short ids become so much longer that the batch is none any more. */
static void a_batch_that_grows_too_large_is_refused(void **state)
{
	(void)state;
	const struct veil veil = site_veil();
	struct wire_buffer events = {0}, whole = {0};
	struct veiled_room room = {0};
	struct error err;
	char topic[151], market[31];
	memset(topic, 't', 150);
	memset(market, 'm', 30);
	struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = DAY_START,
		.present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_QUEUE) | KEY_BIT(KEY_CHANNEL) | KEY_BIT(KEY_CUSTOMER) | KEY_BIT(KEY_CASE) | KEY_BIT(KEY_TOPIC)};
	event.text[KEY_CONTACT] = event.text[KEY_CUSTOMER] = event.text[KEY_CASE] = event.text[KEY_QUEUE] = view_of("x");
	event.text[KEY_CHANNEL] = view_of("chat");
	event.text[KEY_TOPIC] = (struct view){topic, 150};
	for (int i = 0; i < BATCH_EVENTS_MAX; i++)
		wire_encode_event(&events, &event);
	wire_encode_batch(&whole, &(struct wire_header){.sent = DAY_START}, BATCH_EVENTS_MAX, events.data, events.size);
	assert_true(whole.size < PAYLOAD_MAX && whole.size > PAYLOAD_MAX - 100000);
	assert_null(veiled_payload(&veil, (struct view){(const char *)whole.data, whole.size}, &room, &err).data);
	assert_non_null(strstr(err.text, "at most"));
	veiled_room_finish(&room);
	wire_buffer_finish(&events);
	wire_buffer_finish(&whole);
}

/* The collector's own records: no settings, no addresses, nobody's board. */
static void own_records_tell_no_more(void **state)
{
	(void)state;
	const struct veil veil = site_veil();
	struct redactor redactor = {.veil = &veil};
	struct record_room room = {0};
	struct wire_buffer buffer = {0};
	struct error err;
	struct record back;
	const struct view feed = view_of("tcp://" MARKER "pbx:5560");
	const struct record_config config = {.program = view_of("1"), .settings = view_of("exec = \"" MARKER "\""), .settings_hash = 7, .zone_hash = 8,
		.feeds = &feed, .feed_count = 1};
	const struct record records[] = {{.kind = RECORD_CONFIG, .lsn = 1, .config = &config},
		{.kind = RECORD_GAP, .lsn = 2, .feed = 3, .src = view_of("board:" MARKER "jane@desk"), .boot = 4, .from = 5, .to = 6},
		{.kind = RECORD_CLOCK, .lsn = 3}};
	for (size_t i = 0; i < sizeof records / sizeof *records; i++) {
		struct frame frame = record_frame(&records[i], (struct view){0}, &buffer);
		frame.lsn = records[i].lsn;
		assert_true(redactor_frame(&redactor, &frame, &err));
		expect_no_marker(frame.payload.data, frame.payload.size, "a record");
		assert_true(record_read(&frame, &back, &room, &err));
		assert_int_equal(back.kind, records[i].kind);
		if (back.kind == RECORD_CONFIG)
			assert_true(back.config->settings_hash == 7 && back.config->feed_count == 1 && !back.config->settings.size);
		if (back.kind == RECORD_GAP)
			assert_true(back.from == 5 && back.to == 6 && back.src.size > 6 && memcmp(back.src.data, "board:", 6) == 0);
	}
	record_room_finish(&room);
	redactor_finish(&redactor);
	wire_buffer_finish(&buffer);
}

/* ---- what comes back ---- */

static void make_action(struct wire_buffer *to, const struct event *event)
{
	struct wire_buffer one = {0};
	wire_encode_event(&one, event);
	wire_encode_batch(to, &(struct wire_header){.src = view_of("board:joe@elsewhere"), .boot = 5, .seq = 1, .sent = INT64_MIN}, 1, one.data, one.size);
	wire_buffer_finish(&one);
}

static void an_action_names_an_agent_by_his_hash(void **state)
{
	(void)state;
	const struct veil veil = site_veil();
	struct site site = site_open(5);
	struct redactor redactor = {.veil = &veil};
	struct wire_buffer action = {0};
	char hash[VEIL_ROOM];
	for (int i = 0; i < 200; i++)
		site_batch(&site);
	veil_text(&veil, view_of(MARKER "agent-1"), hash);
	struct event event = {.type = EVENT_AGENT_STATE, .ts = DAY_START, .present = KEY_BIT(KEY_AGENT) | KEY_BIT(KEY_STATE) | KEY_BIT(KEY_REASON)};
	event.text[KEY_AGENT] = view_of(hash);
	event.text[KEY_STATE] = view_of("away");
	event.text[KEY_REASON] = view_of("lunch");
	make_action(&action, &event);
	struct view payload = {(const char *)action.data, action.size};
	assert_null(redactor_take_back(&redactor, site.inside, &payload));
	assert_int_equal(wire_decode(payload.data, payload.size, &site.batch, NULL), FAULT_NONE);
	assert_true(view_is(site.batch.events[0].text[KEY_AGENT], MARKER "agent-1"));
	assert_true(view_is(site.batch.events[0].text[KEY_REASON], "lunch") && site.batch.boot == 5);
	event.text[KEY_AGENT] = view_of(MARKER "agent-1"); /* who is no hash is nobody: names cannot be tried */
	make_action(&action, &event);
	payload = (struct view){(const char *)action.data, action.size};
	assert_string_equal(redactor_take_back(&redactor, site.inside, &payload), "unknown_agent");
	event.type = EVENT_CONDUCT_CALMED;
	event.present = KEY_BIT(KEY_AGENT) | KEY_BIT(KEY_CONTACT);
	event.text[KEY_CONTACT] = view_of(hash);
	make_action(&action, &event);
	payload = (struct view){(const char *)action.data, action.size};
	assert_string_equal(redactor_take_back(&redactor, site.inside, &payload), "names_by_hash");
	redactor_finish(&redactor);
	wire_buffer_finish(&action);
	site_close(&site);
}

/* ---- the key, and what may leave ---- */

static void a_key_is_its_owners(void **state)
{
	(void)state;
	char folder[] = "/tmp/tablo-key-XXXXXX", path[64];
	struct veil read = {{0}}, again = {{0}};
	struct error err;
	struct stat about;
	assert_non_null(mkdtemp(folder));
	snprintf(path, sizeof path, "%s/key", folder);
	assert_false(identifiers_key_read(path, &read, &err));
	assert_non_null(strstr(err.text, "keygen --identifiers"));
	assert_true(identifiers_key_write(path, &err));
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	assert_true(identifiers_key_read(path, &read, &err) && identifiers_key_read(path, &again, &err));
	assert_memory_equal(read.key, again.key, sizeof read.key);
	assert_memory_not_equal(read.key, (uint8_t[SIPHASH_KEY_SIZE]){0}, sizeof read.key);
	assert_false(identifiers_key_write(path, &err));
	chmod(path, 0640);
	assert_false(identifiers_key_read(path, &read, &err));
	assert_non_null(strstr(err.text, "chmod 600"));
	chmod(path, 0600);
	assert_int_equal(truncate(path, about.st_size - 9), 0);
	assert_false(identifiers_key_read(path, &again, &err));
	assert_memory_equal(read.key, again.key, sizeof read.key);
	unlink(path);
	rmdir(folder);
}

static void what_stays_does_not_leave(void **state)
{
	(void)state;
	struct settings *settings = settings_create();
	struct error err;
	const char *const rules = "market \"DE\" { }\nmarket \"JP\" { identifiers = \"stay\" }\n", *const far = "redis://192.0.2.1/0";
	assert_true(outlets_allowed(settings, "tcp://*:5580", far, &err));
	assert_true(settings_read(settings, view_of(rules), "rules", NULL, &err));
	assert_false(outlets_allowed(settings, "tcp://*:5580", NULL, &err));
	assert_non_null(strstr(err.text, "\"JP\""));
	assert_non_null(strstr(err.text, "client_keys"));
	assert_true(outlets_allowed(settings, "tcp://127.0.0.1:5580", NULL, &err));
	assert_true(outlets_allowed(settings, "ipc:///run/tablo", "unix:///run/redis", &err));
	assert_true(outlets_allowed(settings, NULL, "redis://localhost/0", &err));
	assert_false(outlets_allowed(settings, NULL, far, &err));
	assert_non_null(strstr(err.text, "identifiers_key_file"));
	assert_false(outlets_allowed(settings, NULL, "redis+sentinel://127.0.0.1/main", &err)); /* the master may be anywhere */
	assert_true(settings_set(settings, "client_keys", "any", &err));
	assert_false(outlets_allowed(settings, "tcp://*:5580", NULL, &err));
	assert_true(settings_set(settings, "client_keys", "/etc/tablo/inside", &err));
	assert_true(outlets_allowed(settings, "tcp://*:5580", NULL, &err));
	assert_true(settings_set(settings, "identifiers_key_file", "/etc/tablo/identifiers", &err));
	assert_true(outlets_allowed(settings, NULL, far, &err) && outlets_store_leaves(settings, far));
	assert_false(outlets_store_leaves(settings, "redis://[::1]:6379/0"));
	settings_destroy(settings);
}

/* ---- what it costs ---- */

/* Printed with TABLO_MEASURE=1: nothing is asserted of times. */
static void what_hashing_costs(void **state)
{
	(void)state;
	if (!getenv("TABLO_MEASURE"))
		skip();
	struct site site = site_open(9);
	struct wire_buffer events = {0}, whole = {0};
	struct batch batch = {0};
	struct engine *engine = redis_day_engine(site.settings);
	for (int i = 0; i < 100; i++) {
		struct event event;
		simulator_next(site.day.simulator, &event);
		wire_encode_event(&events, &event);
	}
	wire_encode_batch(&whole, &(struct wire_header){.src = view_of("pbx"), .boot = 1, .seq = 1, .sent = DAY_START}, 100, events.data, events.size);
	const struct view payload = {(const char *)whole.data, whole.size};
	struct view veiled = {0};
	int64_t begin = clock_monotonic();
	for (int i = 0; i < 20000; i++)
		assert_int_equal(wire_decode(payload.data, payload.size, &batch, NULL), FAULT_NONE);
	const int64_t decoded = clock_monotonic() - begin;
	begin = clock_monotonic();
	for (int i = 0; i < 20000; i++)
		veiled = veiled_payload(&site.veil, payload, &site.room, NULL);
	const int64_t redacted = clock_monotonic() - begin;
	printf("decoding %lld ns an event, redacting (decoding too) %lld ns; %zu bytes become %zu\n", (long long)decoded / 2, (long long)redacted / 2,
		payload.size, veiled.size);
	redis_day_play(&site.day, engine, 60000);
	size_t size = 0;
	begin = clock_monotonic();
	for (int i = 0; i < 20; i++)
		free(engine_pack(engine, INT64_MIN, &size));
	const int64_t packed = clock_monotonic() - begin;
	begin = clock_monotonic();
	for (int i = 0; i < 20; i++)
		free(engine_pack_veiled(engine, &site.veil, INT64_MIN, &size));
	printf("packing %zu bytes %lld us, with hashes %lld us\n", size, (long long)packed * 50, (long long)(clock_monotonic() - begin) * 50);
	engine_destroy(engine);
	batch_finish(&batch);
	wire_buffer_finish(&events);
	wire_buffer_finish(&whole);
	site_close(&site);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_siphash),
		cmocka_unit_test(hashes_hide_and_tell_apart),
		cmocka_unit_test(a_day_elsewhere_is_the_same_day),
		cmocka_unit_test(events_of_every_type_are_the_same_elsewhere),
		cmocka_unit_test(two_sites_elsewhere_are_the_same_together),
		cmocka_unit_test(a_mistake_would_be_found),
		cmocka_unit_test(what_is_not_understood_does_not_leave),
		cmocka_unit_test(a_batch_that_grows_too_large_is_refused),
		cmocka_unit_test(own_records_tell_no_more),
		cmocka_unit_test(an_action_names_an_agent_by_his_hash),
		cmocka_unit_test(a_key_is_its_owners),
		cmocka_unit_test(what_stays_does_not_leave),
		cmocka_unit_test(what_hashing_costs),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
