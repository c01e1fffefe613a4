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
#include "base/memory.h"
#include "feed/identifiers_key.h"
#include "feed/veiled.h"
#include "metrics/lists.h"
#include "metrics/query.h"
#include "tests/redis_day.h"

#include <cmocka.h>

#define MARKER "PII-"

static struct veil veil = {{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};

static void expect_no_marker(const void *bytes, size_t size, const char *where)
{
	if (memmem(bytes, size, MARKER, strlen(MARKER)))
		fail_msg("%s holds a name", where);
}

/* ---- the hash ---- */

/* From the reference's table: the key 00..0f, and messages 00, 01 … of so many bytes. */
static void the_hash_is_siphash(void **state)
{
	(void)state;
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

/* ---- a site that has everything ---- */

struct site {
	struct settings *settings;
	struct engine *inside, *outside;
	struct veiled_room room;
	struct batch batch;
	struct redis_day day;
	uint64_t random, seq;
	int64_t pause; /* ms */
	size_t bytes, redacted;
	bool careless; /* the mistake that the test must find: what goes out is what came in */
};

static uint32_t chance(struct site *site, uint32_t below)
{
	site->random = site->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(site->random >> 33) % below;
}

static void fold(struct engine *engine, const struct record *record, struct view payload, struct batch *batch)
{
	struct record copy = *record;
	if (record->kind == RECORD_BATCH) {
		assert_int_equal(wire_decode(payload.data, payload.size, batch, NULL), FAULT_NONE);
		copy.batch = batch;
	}
	engine_apply(engine, &copy);
}

/* Whatever is applied inside goes out and is folded there. */
static void send(void *context, const struct record *record, struct view payload)
{
	struct site *site = context;
	struct error err = {0};
	struct view sent = payload;
	if (record->kind == RECORD_BATCH && !site->careless)
		sent = veiled_payload(&veil, payload, &site->room, &err);
	if (record->kind == RECORD_BATCH && !sent.data)
		fail_msg("%s", err.text);
	if (record->kind == RECORD_BATCH)
		expect_no_marker(sent.data, sent.size, "a redacted batch");
	site->bytes += payload.size;
	site->redacted += sent.size;
	fold(site->outside, record, sent, &site->batch);
}

static struct site site_open(uint64_t seed)
{
	struct site site = {.settings = redis_day_settings(), .random = seed * 77 + 5};
	veil.spoken[0].words = site.settings->care_reasons; /* a break counts elsewhere too */
	veil.spoken[0].count = site.settings->care_reason_count;
	site.inside = redis_day_engine(site.settings);
	site.outside = redis_day_engine(site.settings);
	redis_day_start(&site.day, seed);
	return site;
}

static void site_close(struct site *site)
{
	redis_day_finish(&site->day);
	veiled_room_finish(&site->room);
	batch_finish(&site->batch);
	engine_destroy(site->inside);
	engine_destroy(site->outside);
	memset(veil.spoken, 0, sizeof veil.spoken);
	settings_destroy(site->settings);
}

/* ---- events of every type, hostile ones among them ---- */

/* A text for a key: of few, so that things meet again. */
static struct view text_for(struct site *site, enum event_key key, char to[80])
{
	const uint32_t n = chance(site, 6), kind = chance(site, 60);
	const bool travels = key == KEY_QUEUE || key == KEY_TEAM || key == KEY_TOPIC || key == KEY_MARKET || key == KEY_POLICY || key == KEY_SCOPE ||
			     key == KEY_CALENDAR || key == KEY_TITLE || key == KEY_ZONE || key == KEY_SL_FORMULA;
	int size = travels ? snprintf(to, 80, "%s-%u", event_key_names[key], n % 3) : snprintf(to, 80, MARKER "%s-%u", event_key_names[key], n);
	if ((key == KEY_REASON || key == KEY_KIND) && kind > 30)
		memcpy(to, kind % 2 ? "lunch" : "LUNCH", (size_t)(size = 5));
	if (!travels && kind == 0)
		memcpy(to, "other", (size_t)(size = 5));
	else if (!travels && kind == 1)
		to[size++] = (char)0xff; /* no UTF-8 */
	else if (!travels && kind == 2)
		memcpy(to + size, "\0tail", 5), size += 5;
	else if (!travels && kind == 3)
		memcpy(to, "\0" MARKER, 5), size = 5;
	else if (!travels && kind == 4) /* as long as an id may be */
		memset(to + size, 'x', (size_t)(ID_MAX - size)), size = ID_MAX;
	return (struct view){to, (size_t)size};
}

static int64_t number_for(struct site *site, enum event_key key, int64_t ts)
{
	switch (key) {
	case KEY_PRIORITY:
		return 1 + chance(site, 5);
	case KEY_DUE:
	case KEY_UNTIL:
		return ts + chance(site, 7200) * SECOND_MS;
	case KEY_SCORE:
		return 1000 * (1 + (int64_t)chance(site, 5));
	case KEY_MIN:
		return 1000;
	case KEY_MAX:
		return 5000;
	case KEY_SLOTS:
	case KEY_N:
	case KEY_PENALTY:
		return chance(site, 4);
	case KEY_CUSTOMERS:
		return chance(site, 5000);
	default:
		return key >= KEY_RESUMED ? (int64_t)chance(site, 2) : (int64_t)chance(site, 900) * SECOND_MS;
	}
}

static void make_event(struct site *site, struct event *event, char texts[KEY_TEXT_COUNT][80])
{
	*event = (struct event){.type = (enum event_type)chance(site, EVENT_TYPE_COUNT), .ts = site->day.recv - chance(site, 3) * SECOND_MS};
	const struct event_type_info *info = &event_types[event->type];
	event->present = info->required;
	for (int key = 0; key < KEY_COUNT; key++)
		if ((info->allowed & KEY_BIT(key)) && chance(site, 3) && key != KEY_SNAPSHOT)
			event->present |= KEY_BIT(key);
	for (int key = 0; key < KEY_TEXT_COUNT; key++)
		event->text[key] = text_for(site, (enum event_key)key, texts[key]);
	for (int i = 0; i < 3 && info->words[i].vocabulary; i++) {
		int count = 0;
		while (*word_text((enum vocabulary)info->words[i].vocabulary, count) || !count)
			count++;
		int word = (int)chance(site, (uint32_t)count);
		word += info->words[i].vocabulary == WORDS_CONDUCT_STEP && !word;
		event->text[info->words[i].key] = view_of(word_text((enum vocabulary)info->words[i].vocabulary, word));
	}
	/* 0x97: seven elements, 0x90: none */
	event->text[KEY_WEEK] = (struct view){"\x97\x91\x92\x00\xcd\x05\xa0\x90\x90\x90\x90\x90\x90", 13};
	event->text[KEY_HOLIDAYS] = (struct view){"\x90", 1};
	for (int key = KEY_TEXT_COUNT; key < KEY_COUNT; key++)
		event->number[key - KEY_TEXT_COUNT] = number_for(site, (enum event_key)key, event->ts);
}

/* An acknowledgement of something that stands. */
static void aim_at_alert(struct site *site, struct event *event, char text[80])
{
	struct list_alert alerts[16];
	const int count = list_alerts(site->inside, engine_now(site->inside), alerts, 16);
	if ((event->type != EVENT_ALERT_ACKNOWLEDGED && event->type != EVENT_ALERT_MUTED) || !count)
		return;
	snprintf(text, 80, "%016llx", (unsigned long long)alerts[chance(site, (uint32_t)count)].id);
	event->text[KEY_ALERT] = view_of(text);
}

static void put_text(struct wire_buffer *to, const char *text)
{
	const uint8_t size = (uint8_t)strlen(text);
	to->data = memory_grow(to->data, &to->room, to->size + size + 1u, 1);
	to->data[to->size++] = (uint8_t)(0xa0 | size);
	memcpy(to->data + to->size, text, size);
	to->size += size;
}

/* One that is bad, unknown, or says more than anybody asked for. */
static void make_bad(struct site *site, struct wire_buffer *events)
{
	static const char *const types[] = {"contact.queued", MARKER "type", "agent.state", "customer.called"};
	const uint32_t kind = chance(site, 4);
	events->data = memory_grow(events->data, &events->room, events->size + 200, 1);
	events->data[events->size++] = kind == 3 ? 0x84 : 0x83;
	put_text(events, "type");
	put_text(events, types[kind]);
	put_text(events, "ts");
	memcpy(events->data + events->size, "\xcf\x00\x00\x01\xa0\xc3\xb2\x4c\x00", 9);
	events->size += 9;
	put_text(events, "phone number");
	put_text(events, MARKER "0123");
	if (kind != 3)
		return;
	put_text(events, "phone number");
	put_text(events, MARKER "0456");
}

static void one_batch(struct site *site)
{
	struct wire_buffer events = {0}, whole = {0};
	struct event event;
	char texts[KEY_TEXT_COUNT][80], alert[80];
	const uint32_t count = 1 + chance(site, 4);
	site->day.recv += chance(site, 4000);
	for (uint32_t i = 0; i < count; i++) {
		if (chance(site, 40) == 0) {
			make_bad(site, &events);
			continue;
		}
		make_event(site, &event, texts);
		aim_at_alert(site, &event, alert);
		wire_encode_event(&events, &event);
	}
	struct wire_header header = {.src = view_of(chance(site, 9) ? "pbx2" : "board:" MARKER "jane@desk"), .boot = 9, .seq = site->seq + 1, .sent = site->day.recv};
	site->seq += count;
	if (chance(site, 30) == 0)
		header.src = (struct view){0};
	wire_encode_batch(&whole, &header, count, events.data, events.size);
	const struct view payload = {(const char *)whole.data, whole.size};
	assert_int_equal(wire_decode(payload.data, payload.size, &site->day.batch, NULL), FAULT_NONE);
	const struct record record = {.kind = RECORD_BATCH, .lsn = ++site->day.lsn, .recv = site->day.recv, .batch = &site->day.batch};
	send(site, &record, payload);
	assert_int_equal(wire_decode(payload.data, payload.size, &site->day.batch, NULL), FAULT_NONE);
	engine_apply(site->inside, &record);
	wire_buffer_finish(&events);
	wire_buffer_finish(&whole);
}

/* ---- the two engines ---- */

/* The engine inside as a board elsewhere gets it. */
static struct engine *engine_elsewhere(const struct site *site)
{
	size_t size;
	bool differs;
	struct error err;
	uint8_t *bytes = engine_pack_veiled(site->inside, &veil, INT64_MIN, &size);
	expect_no_marker(bytes, size, "a packed engine");
	struct engine *engine = engine_unpack(site->settings, bytes, size, &differs, &err);
	if (!engine)
		fail_msg("%s", err.text);
	assert_false(differs);
	free(bytes);
	engine_keep_long(engine);
	return engine;
}

static void expect_same_state(const struct engine *a, const struct engine *b)
{
	size_t size_a, size_b;
	uint8_t *bytes_a = engine_pack(a, INT64_MIN, &size_a), *bytes_b = engine_pack(b, INT64_MIN, &size_b);
	assert_int_equal(size_a, size_b);
	assert_memory_equal(bytes_a, bytes_b, size_a);
	free(bytes_a);
	free(bytes_b);
}

/* Every figure of a scope in every window, the numbers of queues, teams … being the same. */
static void expect_same_scope(const struct site *site, struct scope scope)
{
	for (int window = 0; window < WINDOW_COUNT; window++) {
		struct query a, b;
		query_run(&a, site->inside, scope, (enum window)window, BY_OUTCOME, 0, true);
		query_run(&b, site->outside, scope, (enum window)window, BY_OUTCOME, 0, true);
		for (int metric = 0; metric < metric_count; metric++) {
			struct figure here = {.known = false}, there = {.known = false};
			query_figure(&a, metric, &here);
			query_figure(&b, metric, &there);
			if (here.known != there.known || (here.known && memcmp(&here.numerator, &there.numerator, 2 * sizeof here.numerator) != 0))
				fail_msg("%s differs in the window %s", metrics[metric].name, window_names[window]);
		}
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

static void a_day_elsewhere_is_the_same_day(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct site site = site_open(seed);
		site.day.told = send;
		site.day.context = &site;
		for (int part = 0; part < 12; part++) {
			redis_day_play(&site.day, site.inside, 700);
			if (part % 4 == 3)
				redis_day_wait(&site.day, site.inside, 40 * MINUTE_MS);
			expect_same(&site);
			if (seed != 1 && part % 3 == 1)
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
	for (uint64_t seed = 1; seed <= 4; seed++) {
		struct site site = site_open(seed);
		struct list_alert alerts[64];
		int answered = 0;
		for (int part = 0; part < 8; part++) {
			for (int i = 0; i < 250; i++)
				one_batch(&site);
			expect_same(&site);
			if (part % 3 == 2)
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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_hash_is_siphash),
		cmocka_unit_test(hashes_hide_and_tell_apart),
		cmocka_unit_test(a_day_elsewhere_is_the_same_day),
		cmocka_unit_test(events_of_every_type_are_the_same_elsewhere),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
