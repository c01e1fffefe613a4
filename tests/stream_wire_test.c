#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "feed/pack_write.h"
#include "feed/stream_talk.h"
#include "tests/stream_rig.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static const struct stream_origin origin = {{0xab, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 0xcd}, 7};

static void expect_same(const struct frame *a, const struct frame *b)
{
	assert_true(a->type == b->type && a->feed == b->feed);
	assert_true(a->lsn == b->lsn && a->recv == b->recv);
	assert_true(view_equals(a->payload, b->payload));
}

/* Every form of head, and counts on both sides of where a form ends. */
static void the_original_comes_back_byte_for_byte(void **state)
{
	(void)state;
	struct wire_buffer payload = {0}, message = {0}, room = {0};
	struct stream_message out;
	struct error err = {""};
	for (uint64_t lsn = 1; lsn < 5000; lsn++) {
		struct frame frame;
		rig_record(&origin, lsn, &payload, &frame);
		assert_true(stream_encode(&message, &frame, &origin, &err));
		assert_true(message.size <= frame.payload.size + STREAM_ADDED_MAX);
		if (!stream_decode(message.data, message.size, &out, &room, &err))
			fail_msg("%s", err.text);
		assert_false(out.is_heartbeat);
		assert_true(stream_origin_equals(&out.origin, &origin));
		expect_same(&out.frame, &frame);
	}
	wire_buffer_finish(&payload);
	wire_buffer_finish(&message);
	wire_buffer_finish(&room);
}

static void put_maps(struct wire_buffer *to, uint32_t pairs, size_t head)
{
	const uint8_t wide[] = {0xdf, (uint8_t)(pairs >> 24), (uint8_t)(pairs >> 16), (uint8_t)(pairs >> 8), (uint8_t)pairs};
	const uint8_t middle[] = {0xde, (uint8_t)(pairs >> 8), (uint8_t)pairs};
	to->size = 0;
	pack_put_bytes(to, head == 5 ? wide : middle, head);
	for (uint32_t i = 0; i < 2 * pairs; i++)
		pack_put_unsigned(to, 1);
}

static void heads_at_their_limits(void **state)
{
	(void)state;
	static const struct {
		uint32_t pairs;
		size_t head;
	} heads[] = {{0, 3}, {0, 5}, {3, 5}, {65535, 3}, {65530, 3}, {65527, 3}, {65528, 3}, {65536, 5}, {500000, 5}};
	struct wire_buffer payload = {0}, message = {0}, room = {0};
	struct stream_message out;
	for (size_t i = 0; i < sizeof heads / sizeof *heads; i++) {
		put_maps(&payload, heads[i].pairs, heads[i].head);
		struct frame frame = {.type = FRAME_CONFIG, .lsn = INT64_MAX, .recv = -5, .feed = 65535,
			.payload = {(const char *)payload.data, payload.size}};
		assert_true(stream_encode(&message, &frame, &origin, NULL));
		assert_true(stream_decode(message.data, message.size, &out, &room, NULL));
		expect_same(&out.frame, &frame);
	}
	wire_buffer_finish(&payload);
	wire_buffer_finish(&message);
	wire_buffer_finish(&room);
}

/* What the collector appended is passed over by whoever reads a feed. */
static void a_reader_of_a_feed_can_read_it(void **state)
{
	(void)state;
	struct wire_buffer events = {0}, payload = {0}, message = {0};
	struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = 1700000000000, .present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_QUEUE)};
	event.text[KEY_CONTACT] = view_of("c1");
	event.text[KEY_QUEUE] = view_of("Billing");
	wire_encode_event(&events, &event);
	struct wire_header header = {.src = view_of("pbx"), .boot = 5, .seq = 6, .sent = 7};
	wire_encode_batch(&payload, &header, 1, events.data, events.size);
	struct frame frame = {.type = FRAME_BATCH, .lsn = 9, .recv = 8, .payload = {(const char *)payload.data, payload.size}};
	assert_true(stream_encode(&message, &frame, &origin, NULL));
	struct batch batch = {0};
	assert_int_equal(wire_decode(message.data, message.size, &batch, NULL), FAULT_NONE);
	assert_true(batch.count == 1 && batch.seq == 6 && batch.boot == 5 && view_is(batch.src, "pbx"));
	stream_encode_heartbeat(&message, 9, 8, &origin, view_of("tcp://*:1"));
	assert_int_equal(wire_decode(message.data, message.size, &batch, NULL), FAULT_NONE);
	assert_true(batch.count == 0);
	batch_finish(&batch);
	wire_buffer_finish(&events);
	wire_buffer_finish(&payload);
	wire_buffer_finish(&message);
}

static void heartbeats_say_where_to_ask(void **state)
{
	(void)state;
	struct wire_buffer message = {0}, room = {0};
	struct stream_message out;
	stream_encode_heartbeat(&message, 4711, 1234, &origin, view_of("tcp://*:5557"));
	assert_true(stream_decode(message.data, message.size, &out, &room, NULL));
	assert_true(out.is_heartbeat && out.frame.lsn == 4711 && out.frame.recv == 1234 && view_is(out.ask, "tcp://*:5557"));
	assert_true(stream_origin_equals(&out.origin, &origin));
	stream_encode_heartbeat(&message, 0, 0, &origin, (struct view){0});
	assert_true(stream_decode(message.data, message.size, &out, &room, NULL));
	assert_true(out.is_heartbeat && out.frame.lsn == 0 && !out.ask.data);
	wire_buffer_finish(&message);
	wire_buffer_finish(&room);
}

static void what_is_no_map_is_not_sent(void **state)
{
	(void)state;
	struct wire_buffer message = {0};
	struct error err = {""};
	static const char *const wrong[] = {"", "\x93\x01\x02\x03", "\xa1x", "\xde\x01", "\xdf\x01\x01\x01"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct frame frame = {.type = FRAME_BATCH, .lsn = 1, .payload = view_of(wrong[i])};
		assert_false(stream_encode(&message, &frame, &origin, &err));
		assert_non_null(strstr(err.text, "is no map"));
	}
	wire_buffer_finish(&message);
}

/* Cut anywhere it is refused; with any bit turned it is refused or something else, but never more than its bytes. */
static void damaged_messages(void **state)
{
	(void)state;
	struct wire_buffer payload = {0}, message = {0}, room = {0};
	struct stream_message out;
	for (uint64_t lsn = 1; lsn < 40; lsn++) {
		struct frame frame;
		rig_record(&origin, lsn, &payload, &frame);
		assert_true(stream_encode(&message, &frame, &origin, NULL));
		for (size_t size = 0; size < message.size; size++) {
			uint8_t *exact = memory_new(size ? size : 1, 1);
			memcpy(exact, message.data, size);
			assert_false(stream_decode(exact, size, &out, &room, NULL));
			free(exact);
		}
		for (size_t bit = 0; bit < 8 * message.size; bit++) {
			message.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
			if (stream_decode(message.data, message.size, &out, &room, NULL))
				assert_true(out.frame.payload.size <= message.size);
			message.data[bit / 8] ^= (uint8_t)(1 << bit % 8);
		}
	}
	wire_buffer_finish(&payload);
	wire_buffer_finish(&message);
	wire_buffer_finish(&room);
}

static void a_talk_comes_back(void **state)
{
	(void)state;
	struct wire_buffer bytes = {0};
	struct stream_talk in = {.op = view_of("hello"), .journal = view_of("00"), .program = view_of("0.1.0"), .error = view_of("x"),
		.why = view_of("y"), .event = view_of("\x81\xa1k\x92\x01\x02"), .id = 1, .epoch = 2, .lsn = INT64_MAX, .recv = 4, .size = 5,
		.at = 6, .from = 7, .to = 8, .first = 9, .count = 10, .has = (1u << STREAM_NUMBER_COUNT) - 1,
		.formats = {view_of("a"), view_of("b")}, .format_count = 2};
	struct stream_talk out;
	struct error err = {""};
	stream_talk_write(&bytes, &in);
	if (!stream_talk_read(bytes.data, bytes.size, &out, &err))
		fail_msg("%s", err.text);
	assert_true(view_is(out.op, "hello") && view_is(out.program, "0.1.0") && view_is(out.why, "y"));
	assert_true(view_equals(out.event, in.event) && out.format_count == 2 && view_is(out.formats[1], "b"));
	assert_true(out.has == in.has && out.id == 1 && out.lsn == INT64_MAX && out.count == 10 && out.from == 7 && out.to == 8);
	for (size_t size = 0; size < bytes.size; size++)
		assert_false(stream_talk_read(bytes.data, size, &out, NULL));
	static const struct {
		const char *bytes;
		size_t size;
	} wrong[] = {{"\x80", 1}, {"\x81\xa2op\x01", 5}, {"\x81\xa2id\x01", 5}, {"\x82\xa2op\xa1x\xa2id\xff", 10}, {"\x82\xa2op\xa1x\xa2id\xcb\x3f\xf8\0\0\0\0\0\0", 18},
		{"\x82\xa2op\xa1x\xa5" "event\x01", 13}, {"\x82\xa2op\xa1x\x01\x01", 8}, {"\x81\xa2op\xa1x\xc0", 7},
		{"\xdf\xff\xff\xff\xff", 5}, {"\x82\xa2op\xa1x\xa7" "formats\xdd\xff\xff\xff\xff", 19}};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++)
		assert_false(stream_talk_read(wrong[i].bytes, wrong[i].size, &out, &err));
	wire_buffer_finish(&bytes);
}

static void an_event_that_is_too_long(void **state)
{
	(void)state;
	struct wire_buffer event = {0}, bytes = {0};
	struct stream_talk out;
	struct error err = {""};
	pack_put_map(&event, 4);
	for (int i = 0; i < 4; i++) {
		char text[5000] = {0};
		pack_put_text(&event, view_of("k"));
		pack_put_text(&event, (struct view){text, sizeof text});
	}
	struct stream_talk in = {.op = view_of("act"), .event = {(const char *)event.data, event.size}};
	stream_talk_write(&bytes, &in);
	assert_false(stream_talk_read(bytes.data, bytes.size, &out, &err));
	wire_buffer_finish(&event);
	wire_buffer_finish(&bytes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_original_comes_back_byte_for_byte),
		cmocka_unit_test(heads_at_their_limits),
		cmocka_unit_test(a_reader_of_a_feed_can_read_it),
		cmocka_unit_test(heartbeats_say_where_to_ask),
		cmocka_unit_test(what_is_no_map_is_not_sent),
		cmocka_unit_test(damaged_messages),
		cmocka_unit_test(a_talk_comes_back),
		cmocka_unit_test(an_event_that_is_too_long),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
