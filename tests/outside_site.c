#include "tests/outside_site.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/lists.h"

#include <cmocka.h>

struct veil site_veil(void)
{
	return (struct veil){.key = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15}};
}

bool has_marker(const void *bytes, size_t size)
{
	return memmem(bytes, size, MARKER, strlen(MARKER)) != NULL;
}

void expect_no_marker(const void *bytes, size_t size, const char *where)
{
	if (has_marker(bytes, size))
		fail_msg("%s holds a name", where);
}


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
void site_send(void *context, const struct record *record, struct view payload)
{
	struct site *site = context;
	struct error err = {0};
	struct view sent = payload;
	if (record->kind == RECORD_BATCH && !site->careless)
		sent = veiled_payload(&site->veil, payload, &site->room, &err);
	if (record->kind == RECORD_BATCH && !sent.data)
		fail_msg("%s", err.text);
	if (record->kind == RECORD_BATCH && site->careless)
		site->names += has_marker(sent.data, sent.size);
	else if (record->kind == RECORD_BATCH)
		expect_no_marker(sent.data, sent.size, "a redacted batch");
	site->bytes += payload.size;
	site->redacted += sent.size;
	fold(site->outside, record, sent, &site->batch);
}

struct site site_open(uint64_t seed)
{
	struct site site = {.veil = site_veil(), .settings = redis_day_settings(), .random = seed * 77 + 5};
	site.veil.spoken[0].words = site.settings->care_reasons; /* a break counts elsewhere too */
	site.veil.spoken[0].count = site.settings->care_reason_count;
	site.inside = redis_day_engine(site.settings);
	site.outside = redis_day_engine(site.settings);
	redis_day_start(&site.day, seed);
	return site;
}

void site_close(struct site *site)
{
	redis_day_finish(&site->day);
	veiled_room_finish(&site->room);
	batch_finish(&site->batch);
	engine_destroy(site->inside);
	engine_destroy(site->outside);
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

void site_batch(struct site *site)
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
	struct wire_header header = {.src = view_of(chance(site, 9) ? "pbx2" : "board:" MARKER "jane@desk"), .boot = 9, .seq = site->seq + 1,
		.sent = site->day.recv};
	site->seq += count;
	if (chance(site, 30) == 0)
		header.src = (struct view){0};
	wire_encode_batch(&whole, &header, count, events.data, events.size);
	const struct view payload = {(const char *)whole.data, whole.size};
	assert_int_equal(wire_decode(payload.data, payload.size, &site->day.batch, NULL), FAULT_NONE);
	const struct record record = {.kind = RECORD_BATCH, .lsn = ++site->day.lsn, .recv = site->day.recv, .batch = &site->day.batch};
	site_send(site, &record, payload);
	assert_int_equal(wire_decode(payload.data, payload.size, &site->day.batch, NULL), FAULT_NONE);
	engine_apply(site->inside, &record);
	wire_buffer_finish(&events);
	wire_buffer_finish(&whole);
}
