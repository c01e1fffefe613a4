/* Batches made by hand: every type, every limit, every kind of value. */
#include "feed/wire_slice.h"
#include "wire_samples.h"

static struct batch batch;

static int finish(void **state)
{
	(void)state;
	batch_finish(&batch);
	return 0;
}

/* One event in a batch, decoded; its fault. */
static enum feed_fault decode_event(int type, uint64_t keys, int odd)
{
	struct sample sample;
	sample_begin(&sample);
	sample_header(&sample, 1);
	sample_event(&sample, type, keys, odd);
	assert_int_equal(sample_decode(&sample, &batch), FAULT_NONE);
	assert_int_equal(batch.count, 1);
	assert_int_equal(batch.events[0].seq, 7);
	enum feed_fault fault = (enum feed_fault)batch.events[0].fault;
	if (fault == FAULT_NONE)
		assert_round_trip(&batch);
	sample_end(&sample);
	return fault;
}

static void takes_every_type(void **state)
{
	(void)state;
	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_type_info *info = &event_types[type];
		const struct event *event;
		assert_int_equal(decode_event(type, info->required, -1), FAULT_NONE);
		assert_int_equal(batch.events[0].present, info->required);
		assert_int_equal(decode_event(type, info->allowed, -1), FAULT_NONE);
		event = &batch.events[0];
		assert_int_equal(event->type, type);
		assert_int_equal(event->ts, SAMPLE_TS);
		assert_int_equal(event->present, info->allowed);
		for (int key = KEY_TEXT_COUNT; key < KEY_COUNT; key++)
			if (info->allowed & KEY_BIT(key))
				assert_int_equal(event_number(event, (enum event_key)key, -1), sample_number(key));
		for (int i = 0; i < 3 && info->words[i].vocabulary; i++)
			assert_int_equal(event_word(event, (enum event_key)info->words[i].key, -1), 1);
	}
}

static void refuses_every_gap_and_wrong_kind(void **state)
{
	(void)state;
	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		const struct event_type_info *info = &event_types[type];
		for (int key = 0; key < KEY_COUNT; key++) {
			uint64_t bit = KEY_BIT(key);
			if (info->required & bit)
				assert_int_equal(decode_event(type, info->allowed & ~bit, -1), FAULT_BAD_EVENT);
			if (info->allowed & bit)
				assert_int_equal(decode_event(type, info->allowed, key), FAULT_BAD_EVENT);
			else
				assert_int_equal(decode_event(type, info->required | bit, key), FAULT_NONE);
		}
	}
}

/* customer.joined with one further key, whose value is these bytes. */
static enum feed_fault decode_value(const char *key, const void *value, size_t size, struct batch *to)
{
	struct sample sample;
	sample_begin(&sample);
	sample_header(&sample, 1);
	msgpack_pack_map(&sample.pack, 4);
	sample_text(&sample, "type");
	sample_text(&sample, "customer.joined");
	sample_text(&sample, key);
	sample_raw(&sample, value, size);
	sample_text(&sample, "ts");
	msgpack_pack_int64(&sample.pack, SAMPLE_TS);
	sample_text(&sample, "market");
	sample_text(&sample, "DE");
	enum feed_fault fault = sample_decode(&sample, to);
	if (fault == FAULT_NONE)
		fault = (enum feed_fault)to->events[0].fault;
	/* The views die with the sample; what is asked below is numbers only. */
	sample_end(&sample);
	return fault;
}
#define VALUE(key, bytes) decode_value(key, bytes, sizeof(bytes) - 1, &batch)

static void takes_numbers_however_written(void **state)
{
	(void)state;
	const struct {
		const char *bytes;
		size_t size;
		int64_t number; /* -1: refused */
	} cases[] = {
		{"\x05", 1, 5}, {"\xcc\xff", 2, 255}, {"\xcd\xff\xff", 3, 65535}, {"\xce\xff\xff\xff\xff", 5, 4294967295},
		{"\xcf\x00\x00\x00\x01\x00\x00\x00\x00", 9, 4294967296}, {"\xd0\x05", 2, 5}, {"\xd1\x01\x00", 3, 256},
		{"\xd2\x00\x01\x00\x00", 5, 65536}, {"\xd3\x00\x00\x00\x01\x00\x00\x00\x00", 9, 4294967296},
		{"\xcb\x40\xf0\x00\x00\x00\x00\x00\x00", 9, 65536}, {"\xca\x40\xa0\x00\x00", 5, 5},
		{"\xca\x4b\x80\x00\x00", 5, -1},			/* 2^24 as a float32 may have been another number */
		{"\xcb\x40\x14\xcc\xcc\xcc\xcc\xcc\xcd", 9, -1},	/* 5.2 */
		{"\xcb\x7f\xf8\x00\x00\x00\x00\x00\x00", 9, -1},	/* NaN */
		{"\xcb\x7f\xf0\x00\x00\x00\x00\x00\x00", 9, -1},	/* infinite */
		{"\xcb\x43\x40\x00\x00\x00\x00\x00\x00", 9, -1},	/* 2^53 */
		{"\xff", 1, -1}, {"\xd3\xff\xff\xff\xff\xff\xff\xff\xff", 9, -1}, {"\xcf\xff\xff\xff\xff\xff\xff\xff\xff", 9, -1},
		{"\xc3", 1, -1}, {"\xa1\x35", 2, -1}, {"\xc4\x01\x05", 3, -1}, {"\x90", 1, -1}, {"\x81\x01\x02", 3, -1},
		{"\xd4\x01\x05", 3, -1}, {"\xd6\xff\x00\x00\x00\x00", 6, -1},
	};
	for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
		enum feed_fault fault = decode_value("n", cases[i].bytes, cases[i].size, &batch);
		assert_int_equal(fault, cases[i].number < 0 ? FAULT_BAD_EVENT : FAULT_NONE);
		if (fault == FAULT_NONE)
			assert_int_equal(event_number(&batch.events[0], KEY_N, -1), cases[i].number);
	}
}

static void takes_nil_and_undefined_for_absent(void **state)
{
	(void)state;
	assert_int_equal(VALUE("n", "\xc0"), FAULT_NONE);
	assert_false(event_has(&batch.events[0], KEY_N));
	assert_int_equal(VALUE("n", "\xd4\x00\x00"), FAULT_NONE);
	assert_false(event_has(&batch.events[0], KEY_N));
	assert_int_equal(VALUE("reason", "\xc0"), FAULT_NONE);
	assert_int_equal(VALUE("reason", "\xd4\x00\x00"), FAULT_NONE);
	assert_int_equal(VALUE("reason", "\xa0"), FAULT_NONE);
	assert_false(event_has(&batch.events[0], KEY_REASON));
	assert_int_equal(VALUE("reason", "\xd4\x01\x00"), FAULT_BAD_EVENT);
}

static void passes_over_what_it_does_not_know(void **state)
{
	(void)state;
	assert_int_equal(VALUE("later", "\x93\x01\x81\xa1x\xc2\xc7\x02\x05zz"), FAULT_NONE);
	assert_int_equal(VALUE("later", "\xd6\xff\x00\x00\x00\x00"), FAULT_NONE);
	assert_int_equal(VALUE("later", "\xc4\x03\x00\x01\x02"), FAULT_NONE);
	assert_int_equal(VALUE("later", "\x82\x05\x06\xc2\x90"), FAULT_NONE);
	assert_int_equal(event_number(&batch.events[0], KEY_N, -1), -1);
	assert_int_equal(batch.events[0].present, KEY_BIT(KEY_MARKET));
	/* A key of the protocol that this type does not have. */
	assert_int_equal(VALUE("agent", "\x91\x01"), FAULT_NONE);
	assert_int_equal(VALUE("week", "\x91\x01"), FAULT_NONE);
	assert_int_equal(VALUE("agent", "\xa1x"), FAULT_NONE);
	assert_int_equal(batch.events[0].present, KEY_BIT(KEY_MARKET));
	assert_int_equal(VALUE("later", "\xc1"), FAULT_MALFORMED);
}

static void limits_depth_within_events(void **state)
{
	(void)state;
	/* The event is the third level, so five more: under an unknown key, a known one, and those of calendars. */
	static const char *const keys[] = {"later", "agent", "priority", "week", "ts"};
	for (size_t i = 0; i < sizeof keys / sizeof keys[0]; i++) {
		assert_int_not_equal(VALUE(keys[i], "\x91\x91\x91\x91\x91\x05"), FAULT_TOO_LARGE);
		assert_int_equal(VALUE(keys[i], "\x91\x91\x91\x91\x91\x90"), FAULT_TOO_LARGE);
		assert_int_equal(VALUE(keys[i], "\x91\x81\x05\x91\x91\x91\x90"), FAULT_TOO_LARGE);
	}
}

static void counts_a_repeated_key_once(void **state)
{
	(void)state;
	assert_int_equal(VALUE("ts", "\x05"), FAULT_NONE);
	assert_int_equal(batch.events[0].ts, 5);
	assert_int_equal(batch.repeated, 1);
	assert_int_equal(VALUE("type", "\x91\x05"), FAULT_NONE);
	assert_int_equal(batch.events[0].type, EVENT_CUSTOMER_JOINED);
	assert_int_equal(VALUE("reason", "\xa1x"), FAULT_NONE);
	assert_int_equal(batch.repeated, 0);
}

static void keeps_the_nil_of_an_assignment(void **state)
{
	(void)state;
	static const char bytes[] = "\x81\xa6" "events" "\x91\x85\xa5" "agent\xc0\xa5queue\xd4\x00\x00\xa4type\xad" "case.assigned\xa2ts\x05\xa4"
				    "case\xa2" "c1";
	assert_int_equal(wire_decode(bytes, sizeof bytes - 1, &batch, NULL), FAULT_NONE);
	assert_int_equal(batch.events[0].fault, FAULT_NONE);
	assert_true(event_has(&batch.events[0], KEY_AGENT));
	assert_null(event_text(&batch.events[0], KEY_AGENT).data);
	assert_false(event_has(&batch.events[0], KEY_QUEUE));
	assert_int_equal(batch.src.size, 0);
	assert_int_equal(batch.events[0].seq, 0);
	assert_round_trip(&batch);
}

static void keeps_half_points(void **state)
{
	(void)state;
	for (int64_t score = 1000; score <= 5000; score++) {
		struct event event = {.type = EVENT_SURVEY_ANSWERED, .ts = 5, .present = event_types[EVENT_SURVEY_ANSWERED].required};
		event.text[KEY_SURVEY] = view_of("s");
		event.text[KEY_KIND] = view_of("csat");
		event.number[KEY_SCORE - KEY_TEXT_COUNT] = score;
		event.number[KEY_MIN - KEY_TEXT_COUNT] = 1000;
		event.number[KEY_MAX - KEY_TEXT_COUNT] = 5000;
		struct wire_buffer one = {0}, payload = {0};
		wire_encode_event(&one, &event);
		struct wire_header header = {.sent = INT64_MIN};
		wire_encode_batch(&payload, &header, 1, one.data, one.size);
		assert_int_equal(wire_decode(payload.data, payload.size, &batch, NULL), FAULT_NONE);
		assert_int_equal(batch.events[0].fault, FAULT_NONE);
		assert_int_equal(event_number(&batch.events[0], KEY_SCORE, -1), score);
		wire_buffer_finish(&one);
		wire_buffer_finish(&payload);
	}
}

/* The fault of an event of this type with one number replaced. */
static enum feed_fault decode_number(enum event_type type, int key, double number)
{
	struct sample sample;
	uint64_t keys = event_types[type].required & ~KEY_BIT(key);
	sample_begin(&sample);
	msgpack_pack_map(&sample.pack, 1);
	sample_text(&sample, "events");
	msgpack_pack_array(&sample.pack, 1);
	size_t map = sample.bytes.size;
	sample_event(&sample, (int)type, keys, -1);
	sample.bytes.data[map]++;
	sample_text(&sample, key < 0 ? "ts" : event_key_names[key]);
	msgpack_pack_double(&sample.pack, number);
	assert_int_equal(sample_decode(&sample, &batch), FAULT_NONE);
	sample_end(&sample);
	return (enum feed_fault)batch.events[0].fault;
}

static void refuses_numbers_out_of_bounds(void **state)
{
	(void)state;
	assert_int_equal(decode_number(EVENT_CONTACT_WORKED, KEY_WORK_MS, 0), FAULT_NONE);
	assert_int_equal(decode_number(EVENT_CONTACT_WORKED, KEY_WORK_MS, -1), FAULT_BAD_EVENT);
	assert_int_equal(decode_number(EVENT_CONTACT_WORKED, KEY_WORK_MS, (double)RULES_DURATION_MAX), FAULT_NONE);
	assert_int_equal(decode_number(EVENT_CONTACT_WORKED, KEY_WORK_MS, (double)RULES_DURATION_MAX + 1), FAULT_BAD_EVENT);
	assert_int_equal(decode_number(EVENT_CONTACT_QUEUED, KEY_PRIORITY, 5), FAULT_NONE);
	assert_int_equal(decode_number(EVENT_CONTACT_QUEUED, KEY_PRIORITY, 6), FAULT_BAD_EVENT);
	assert_int_equal(decode_number(EVENT_CONTACT_QUEUED, KEY_PRIORITY, 0), FAULT_BAD_EVENT);
	assert_int_equal(decode_number(EVENT_REVIEW_SCORED, KEY_SCORE, 100), FAULT_NONE);
	assert_int_equal(decode_number(EVENT_REVIEW_SCORED, KEY_SCORE, 100.5), FAULT_SCORE);
	assert_int_equal(decode_number(EVENT_SURVEY_ANSWERED, KEY_SCORE, 5), FAULT_NONE);
	assert_int_equal(decode_number(EVENT_SURVEY_ANSWERED, KEY_SCORE, 5.5), FAULT_SCORE);
	assert_int_equal(decode_number(EVENT_SURVEY_ANSWERED, KEY_SCORE, 0.5), FAULT_SCORE);
	assert_int_equal(decode_number(EVENT_SURVEY_ANSWERED, KEY_SCORE, 1e300), FAULT_BAD_EVENT);
	assert_int_equal(decode_number(EVENT_SURVEY_ANSWERED, KEY_MAX, 1), FAULT_SCORE);
	assert_int_equal(decode_number(EVENT_AGENT_MEMBER, KEY_IN, 1), FAULT_NONE);
	assert_int_equal(decode_number(EVENT_AGENT_MEMBER, KEY_IN, 2), FAULT_BAD_EVENT);
}

/* 2^64 - 1 is no -1. */
static void refuses_huge_numbers(void **state)
{
	(void)state;
	static const char bytes[] = "\x81\xa6" "events\x91\x87\xa4type\xaf" "survey.answered\xa2ts\x05\xa6survey\xa1s\xa4kind\xa4" "csat\xa5score"
				    "\x03\xa3max\x05\xa3min\xcf\xff\xff\xff\xff\xff\xff\xff\xff";
	assert_int_equal(wire_decode(bytes, sizeof bytes - 1, &batch, NULL), FAULT_NONE);
	assert_int_equal(batch.events[0].fault, FAULT_BAD_EVENT);
}

static void limits_notes(void **state)
{
	(void)state;
	char text[4 * 201 + 1] = "";
	for (int characters = 1; characters <= 201; characters++) {
		strcat(text, "\xf0\x9f\x98\x80");
		struct event event = {.type = EVENT_NOTE_POSTED, .ts = 1, .present = event_types[EVENT_NOTE_POSTED].required};
		event.text[KEY_TEXT] = view_of(text);
		event.text[KEY_BY] = view_of("lead");
		struct wire_buffer one = {0}, payload = {0};
		wire_encode_event(&one, &event);
		wire_encode_batch(&payload, &(struct wire_header){.sent = 1}, 1, one.data, one.size);
		assert_int_equal(wire_decode(payload.data, payload.size, &batch, NULL), FAULT_NONE);
		assert_int_equal(batch.events[0].fault, characters <= 200 ? FAULT_NONE : FAULT_BAD_EVENT);
		wire_buffer_finish(&one);
		wire_buffer_finish(&payload);
	}
	memset(text, 'x', 201);
	text[201] = 0;
	struct event event = {.type = EVENT_NOTE_POSTED, .ts = 1};
	event.present = event_types[EVENT_NOTE_POSTED].required;
	event.text[KEY_TEXT] = view_of(text);
	event.text[KEY_BY] = view_of("lead");
	rules_settle(&event, 0, 0, false, NULL);
	assert_int_equal(event.fault, FAULT_BAD_EVENT);
}

static void refuses_strange_times(void **state)
{
	(void)state;
	assert_int_equal(VALUE("ts", "\x00"), FAULT_BAD_EVENT);
	assert_int_equal(VALUE("ts", "\xff"), FAULT_BAD_EVENT);
	assert_int_equal(VALUE("ts", "\xa1\x31"), FAULT_BAD_EVENT);
	assert_int_equal(VALUE("ts", "\xcf\x00\x1f\xff\xff\xff\xff\xff\xff"), FAULT_NONE);
	assert_int_equal(VALUE("ts", "\xcf\x00\x20\x00\x00\x00\x00\x00\x00"), FAULT_BAD_EVENT);
	assert_int_equal(VALUE("ts", "\xcb\x42\x7a\x0c\x60\x0c\x00\x00\x00"), FAULT_NONE);
	assert_int_equal(VALUE("ts", "\xd7\xff\x00\x00\x00\x00\x65\x00\x00\x00"), FAULT_BAD_EVENT);
}

static void numbers_words(void **state)
{
	(void)state;
	static const char fax[] = "\x81\xa6" "events" "\x92"
				  "\x85\xa7" "channel\xa3" "fax\xa7" "contact\xa1" "1\xa5queue\xa1q\xa2ts\x05\xa4type\xae" "contact.queued"
				  "\x84\xa3why\xa5" "bored\xa7" "contact\xa1" "1\xa2ts\x05\xa4type\xac" "contact.left";
	assert_int_equal(wire_decode(fax, sizeof fax - 1, &batch, NULL), FAULT_NONE);
	assert_int_equal(batch.events[0].fault, FAULT_NONE);
	assert_int_equal(event_word(&batch.events[0], KEY_CHANNEL, -1), CHANNEL_OTHER);
	assert_true(view_is(event_text(&batch.events[0], KEY_CHANNEL), "fax"));
	assert_int_equal(batch.events[1].fault, FAULT_BAD_EVENT);
}

static void counts_bad_and_unknown_events_on(void **state)
{
	(void)state;
	struct sample sample;
	sample_begin(&sample);
	sample_header(&sample, 4);
	sample_literal(&sample, "\x80");
	sample_literal(&sample, "\x83\xa4type\xaa" "robot.died\xa2ts\x05\xa5queue\xa1q");
	sample_literal(&sample, "\x82\xa4type\x05\xa2ts\x05");
	sample_event(&sample, EVENT_CONTACT_HELD, event_types[EVENT_CONTACT_HELD].required, -1);
	assert_int_equal(sample_decode(&sample, &batch), FAULT_NONE);
	assert_int_equal(batch.count, 4);
	assert_int_equal(batch.events[0].fault, FAULT_BAD_EVENT);
	assert_int_equal(batch.events[1].fault, FAULT_UNKNOWN_EVENT);
	assert_true(view_is(batch.events[1].type_name, "robot.died"));
	assert_int_equal(batch.events[2].fault, FAULT_BAD_EVENT);
	assert_int_equal(batch.events[3].fault, FAULT_NONE);
	for (uint32_t i = 0; i < 4; i++)
		assert_int_equal(batch.events[i].seq, 7 + i);
	sample_end(&sample);
}

static enum feed_fault decode_calendar(const void *week, size_t week_size, const void *holidays, size_t holidays_size)
{
	struct sample sample;
	sample_begin(&sample);
	sample_header(&sample, 1);
	msgpack_pack_map(&sample.pack, 6);
	sample_literal(&sample, "\xa2ts\x05\xa8" "calendar\xa1" "a\xa4zone\xa3UTC\xa4week");
	sample_raw(&sample, week, week_size);
	sample_literal(&sample, "\xa8holidays");
	sample_raw(&sample, holidays, holidays_size);
	sample_literal(&sample, "\xa4type\xb0" "calendar.defined");
	enum feed_fault fault = sample_decode(&sample, &batch);
	if (fault == FAULT_NONE && batch.events[0].fault == FAULT_NONE) {
		assert_int_equal(event_text(&batch.events[0], KEY_WEEK).size, week_size);
		assert_memory_equal(event_text(&batch.events[0], KEY_WEEK).data, week, week_size);
		assert_int_equal(event_text(&batch.events[0], KEY_HOLIDAYS).size, holidays_size);
		assert_round_trip(&batch);
	}
	sample_end(&sample);
	return fault != FAULT_NONE ? fault : (enum feed_fault)batch.events[0].fault;
}
#define CALENDAR(week, holidays) decode_calendar(week, sizeof(week) - 1, holidays, sizeof(holidays) - 1)
#define CLOSED "\x97\x90\x90\x90\x90\x90\x90\x90"

static void takes_calendars(void **state)
{
	(void)state;
	assert_int_equal(CALENDAR(CLOSED, "\x90"), FAULT_NONE);
	assert_int_equal(CALENDAR("\x97\x92\x92\x00\x05\x92\x07\xcd\x05\xa0\x90\x90\x90\x90\x90\x90", "\x91\xaa" "2028-02-29"), FAULT_NONE);
	assert_int_equal(CALENDAR(CLOSED, "\x91\xaa" "2027-02-29"), FAULT_BAD_EVENT);
	assert_int_equal(CALENDAR(CLOSED, "\x91\x05"), FAULT_BAD_EVENT);
	assert_int_equal(CALENDAR(CLOSED, "\x80"), FAULT_BAD_EVENT);
	assert_int_equal(CALENDAR(CLOSED, "\xc0"), FAULT_BAD_EVENT);
	assert_int_equal(CALENDAR("\x96\x90\x90\x90\x90\x90\x90", "\x90"), FAULT_BAD_EVENT);
	assert_int_equal(CALENDAR("\x97\x91\x92\x05\x05\x90\x90\x90\x90\x90\x90", "\x90"), FAULT_BAD_EVENT);
	assert_int_equal(CALENDAR("\x97\x91\x92\x00\xcd\x05\xa1\x90\x90\x90\x90\x90\x90", "\x90"), FAULT_BAD_EVENT);
	assert_int_equal(CALENDAR("\x97\x91\x92\xff\x05\x90\x90\x90\x90\x90\x90", "\x90"), FAULT_BAD_EVENT);
	assert_int_equal(CALENDAR("\xa1w", "\x90"), FAULT_BAD_EVENT);
}

static void takes_long_lists_of_holidays(void **state)
{
	(void)state;
	for (uint32_t count = 16383; count <= 16385; count++) {
		size_t size = 3 + 11 * (size_t)count;
		uint8_t *days = malloc(size);
		assert_non_null(days);
		memcpy(days, (uint8_t[]){0xdc, (uint8_t)(count >> 8), (uint8_t)count}, 3);
		for (uint32_t i = 0; i < count; i++)
			memcpy(days + 3 + 11 * i, "\xaa" "2026-12-25", 11);
		assert_int_equal(decode_calendar(CLOSED, 8, days, size), count <= 16384 ? FAULT_NONE : FAULT_TOO_LARGE);
		free(days);
	}
}

/* Cut into payloads of their own, a batch's events are the same events under the same numbers. */
static void cuts_a_batch(void **state)
{
	(void)state;
	struct wire_buffer events = {0}, whole = {0}, part = {0};
	for (int i = 0; i < 7; i++) {
		struct event event = {.type = EVENT_CUSTOMER_CHURNED, .ts = 1700000000000 + i};
		wire_encode_event(&events, &event);
	}
	const struct wire_header header = {.src = view_of("pbx"), .boot = 3, .seq = 40, .sent = 1700000000100};
	wire_encode_batch(&whole, &header, 7, events.data, events.size);
	struct wire_slicer slicer;
	struct view cut, payload = {(const char *)whole.data, whole.size};
	assert_true(wire_slicer_begin(&slicer, payload));
	const uint32_t sizes[] = {1, 4, 2};
	for (uint32_t i = 0, from = 0; i < 3; from += sizes[i++]) {
		assert_true(wire_slicer_take(&slicer, sizes[i], &cut));
		const struct wire_header part_header = {.src = header.src, .boot = 3, .seq = 40 + from, .sent = header.sent};
		wire_encode_batch(&part, &part_header, sizes[i], cut.data, cut.size);
		assert_int_equal(wire_decode(part.data, part.size, &batch, NULL), FAULT_NONE);
		assert_int_equal(batch.count, sizes[i]);
		for (uint32_t e = 0; e < batch.count; e++) {
			assert_int_equal(batch.events[e].ts, 1700000000000 + from + e);
			assert_int_equal(batch.events[e].seq, 40 + from + e);
		}
	}
	assert_false(wire_slicer_take(&slicer, 1, &cut));
	assert_false(wire_slicer_begin(&slicer, view_of("nonsense")));
	wire_buffer_finish(&events);
	wire_buffer_finish(&whole);
	wire_buffer_finish(&part);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(takes_every_type),
		cmocka_unit_test(refuses_every_gap_and_wrong_kind),
		cmocka_unit_test(takes_numbers_however_written),
		cmocka_unit_test(takes_nil_and_undefined_for_absent),
		cmocka_unit_test(passes_over_what_it_does_not_know),
		cmocka_unit_test(limits_depth_within_events),
		cmocka_unit_test(counts_a_repeated_key_once),
		cmocka_unit_test(keeps_the_nil_of_an_assignment),
		cmocka_unit_test(keeps_half_points),
		cmocka_unit_test(refuses_numbers_out_of_bounds),
		cmocka_unit_test(refuses_huge_numbers),
		cmocka_unit_test(limits_notes),
		cmocka_unit_test(refuses_strange_times),
		cmocka_unit_test(numbers_words),
		cmocka_unit_test(counts_bad_and_unknown_events_on),
		cmocka_unit_test(cuts_a_batch),
		cmocka_unit_test(takes_calendars),
		cmocka_unit_test(takes_long_lists_of_holidays),
	};
	return cmocka_run_group_tests(tests, NULL, finish);
}
