#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail
#include <zmq.h>

#include "base/clock.h"
#include "feed/catch_up.h"
#include "feed/replay_ring.h"
#include "feed/replay_wire.h"
#include "feed/topic.h"
#include "feed/wire.h"
#include "feed/zmq_watchdog.h"
#include "tests/recorder.h"

static bool ask(struct stand *stand, uint64_t boot, uint64_t from, uint64_t to)
{
	return stand->feed->class->catch_up(stand->feed, view_of("test"), boot, from, to);
}

/* Published before anybody listened: what a reader must ask for. */
static void lose(struct stand *stand, struct publisher_options options, int events)
{
	options.replay = stand->replay;
	options.boot = 9;
	stand_publisher(stand, options);
	stand_publish(stand, events);
	stand_feed(stand);
}

static void test_a_hole_is_filled(void **state)
{
	struct stand *stand = *state;
	lose(stand, (struct publisher_options){.batch_events = 2}, 300); /* 150 batches: three answers */
	assert_false(ask(stand, 9, 1, 300)); /* nobody has offered anything yet */
	UNTIL(stand, ask(stand, 9, 1, 300));
	assert_true(ask(stand, 9, 5, 20)); /* part of it */
	UNTIL(stand, stand->recorder->events >= 300);
	DURING(stand, 300, stand->recorder->events == 300);
	assert_true(recorder_complete(stand->recorder, 1, 300));
	assert_int_equal(stand->recorder->gap_count, 0);
}

static void test_only_what_is_missing_is_asked_for(void **state)
{
	struct stand *stand = *state;
	lose(stand, (struct publisher_options){.batch_events = 10}, 100);
	UNTIL(stand, ask(stand, 9, 41, 50));
	assert_true(ask(stand, 9, 71, 80));
	UNTIL(stand, stand->recorder->events >= 20);
	DURING(stand, 300, stand->recorder->events == 20);
	assert_true(recorder_complete(stand->recorder, 41, 50));
	assert_true(recorder_complete(stand->recorder, 71, 80));
}

/* A longer one than fits into an answer, and one behind it: what they say comes in its order. */
static void test_two_holes_of_a_boot_come_in_order(void **state)
{
	struct stand *stand = *state;
	lose(stand, (struct publisher_options){.batch_events = 2}, 500);
	UNTIL(stand, ask(stand, 9, 301, 400));
	assert_true(ask(stand, 9, 1, 200));
	UNTIL(stand, stand->recorder->events >= 300);
	assert_true(recorder_complete(stand->recorder, 1, 200));
	assert_true(recorder_complete(stand->recorder, 301, 400));
	for (int i = 1; i < stand->recorder->batch_count; i++)
		assert_true(stand->recorder->batches[i].seq > stand->recorder->batches[i - 1].seq);
}

static void test_what_is_no_longer_kept_is_a_gap(void **state)
{
	struct stand *stand = *state;
	lose(stand, (struct publisher_options){.batch_events = 10, .keep_bytes = 6000}, 1000);
	UNTIL(stand, ask(stand, 9, 1, 1000));
	UNTIL(stand, stand->recorder->gap_count);
	assert_int_equal(stand->recorder->gaps[0].boot, 9);
	assert_int_equal(stand->recorder->gaps[0].from, 1);
	uint64_t last = stand->recorder->gaps[0].to;
	assert_in_range(last, 500, 990);
	UNTIL(stand, stand->recorder->events >= 1000 - last);
	DURING(stand, 300, stand->recorder->gap_count == 1);
	assert_true(recorder_complete(stand->recorder, last + 1, 1000));
}

static void test_a_boot_that_is_over_is_a_gap(void **state)
{
	struct stand *stand = *state;
	lose(stand, (struct publisher_options){0}, 10);
	UNTIL(stand, ask(stand, 8, 4, 6));
	UNTIL(stand, stand->recorder->gap_count);
	assert_int_equal(stand->recorder->gaps[0].boot, 8);
	assert_int_equal(stand->recorder->gaps[0].from, 4);
	assert_int_equal(stand->recorder->gaps[0].to, 6);
	assert_int_equal(stand->recorder->events, 0);
}

static void test_what_was_never_sent_is_a_gap_in_the_end(void **state)
{
	struct stand *stand = *state;
	lose(stand, (struct publisher_options){0}, 10);
	UNTIL(stand, ask(stand, 9, 5, UINT64_MAX));
	UNTIL(stand, stand->recorder->gap_count);
	assert_int_equal(stand->recorder->gaps[0].from, 11);
	assert_true(stand->recorder->gaps[0].to == UINT64_MAX);
	assert_int_equal(stand->recorder->events, 10); /* the batch that holds 5 to 10 is whole */
}

static void test_a_publisher_that_never_answers_is_given_up(void **state)
{
	struct stand *stand = *state;
	stand->options.stale = 200; /* a time-out of 100 ms, doubled four times */
	lose(stand, (struct publisher_options){0}, 10);
	UNTIL(stand, ask(stand, 9, 1, 10));
	publisher_close(stand->publisher);
	stand->publisher = NULL;
	UNTIL(stand, stand->recorder->gap_count);
	assert_int_equal(stand->recorder->gaps[0].from, 1);
	assert_int_equal(stand->recorder->gaps[0].to, 10);
}

/* ---- a reader that means ill ---- */

static void *raw_reader(struct stand *stand)
{
	void *socket = stand->raw[0] = zmq_socket(stand->zmq, ZMQ_DEALER);
	int linger = 0;
	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
	assert_int_equal(zmq_connect(socket, stand->replay), 0);
	return socket;
}

static void request(void *socket, const void *map, size_t size)
{
	zmq_send(socket, "", 0, ZMQ_SNDMORE);
	assert_true(zmq_send(socket, map, size, 0) >= 0);
}

/* Messages that are there now; the last one of an answer has `end`. */
static int count_ends(void *socket, int *batches)
{
	int ends = 0, size;
	char frame[70000];
	while ((size = zmq_recv(socket, frame, sizeof frame, ZMQ_DONTWAIT)) >= 0) {
		struct replay_map map;
		if (size == 0)
			continue;
		if (replay_map_read(frame, (size_t)size, &map) && map.end)
			ends++;
		else
			++*batches;
	}
	return ends;
}

static void test_a_reader_gets_four_answers_a_second(void **state)
{
	struct stand *stand = *state;
	uint8_t map[REPLAY_MAP_MAX];
	int batches = 0, ends = 0;
	lose(stand, (struct publisher_options){.batch_events = 1}, 100);
	void *socket = raw_reader(stand);
	size_t size = replay_request_write(map, view_of("test"), 9, 1, UINT64_MAX);
	for (int i = 0; i < 50; i++)
		request(socket, map, size);
	UNTIL(stand, (ends += count_ends(socket, &batches)) >= 4);
	assert_int_equal(batches, 4 * 64);
	int64_t from = clock_monotonic();
	UNTIL(stand, (ends += count_ends(socket, &batches)) >= 0 && clock_monotonic() - from > 300);
	assert_in_range(ends, 4, 6);
}

static void test_requests_that_are_none_change_nothing(void **state)
{
	struct stand *stand = *state;
	uint8_t map[REPLAY_MAP_MAX];
	int batches = 0;
	lose(stand, (struct publisher_options){0}, 10);
	void *socket = raw_reader(stand);
	const char *const bad[] = {"\xdf\xff\xff\xff\xff", "\x81\xa3src\xdb\xff\xff\xff\xff", "\xc1", "\x84", "hello", "\x80"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		zmq_close(socket);
		socket = raw_reader(stand); /* a new name, and so a new allowance */
		request(socket, bad[i], strlen(bad[i]));
		zmq_send(socket, "", 0, 0);
		for (int frame = 0; frame < 10000; frame++)
			zmq_send(socket, "x", 1, frame < 9999 ? ZMQ_SNDMORE : 0);
		request(socket, map, replay_request_write(map, view_of("test"), 9, 7, 3));
		DURING(stand, 30, count_ends(socket, &batches) == 0);
	}
	request(socket, map, replay_request_write(map, view_of("test"), 9, 1, 3));
	UNTIL(stand, count_ends(socket, &batches) == 1);
	assert_int_equal(batches, 1);
	stand_publish(stand, 3);
	UNTIL(stand, stand->recorder->events);
}

/* ---- a publisher that means ill ---- */

static size_t encode(struct wire_buffer *to, uint64_t boot, uint64_t seq, uint32_t count, const char *replay)
{
	struct event event = {.type = EVENT_CONTACT_OFFERED, .ts = 5, .present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_AGENT)};
	event.text[KEY_CONTACT] = event.text[KEY_AGENT] = view_of("x");
	struct wire_buffer events = {0};
	for (uint32_t i = 0; i < count; i++)
		wire_encode_event(&events, &event);
	struct wire_header header = {.src = view_of("test"), .boot = boot, .seq = seq, .sent = 1, .replay = view_of(replay)};
	wire_encode_batch(to, &header, count, events.data, events.size);
	wire_buffer_finish(&events);
	return to->size;
}

static void reply(void *router, const char *name, int size, const void *payload, size_t length)
{
	zmq_send(router, name, (size_t)size, ZMQ_SNDMORE);
	zmq_send(router, "", 0, ZMQ_SNDMORE);
	zmq_send(router, payload, length, 0);
}

static void reply_batch(void *router, const char *name, int size, uint64_t boot, uint64_t seq, uint32_t count)
{
	struct wire_buffer payload = {0};
	size_t length = encode(&payload, boot, seq, count, NULL);
	reply(router, name, size, payload.data, length);
	wire_buffer_finish(&payload);
}

/* Answers each request with what was not asked for, and with 8 of the 10 that were. */
static bool answer_badly(void *router, int *requests)
{
	char name[256], map[512];
	int size = zmq_recv(router, name, sizeof name, ZMQ_DONTWAIT);
	if (size < 0)
		return false;
	zmq_recv(router, map, sizeof map, 0);
	zmq_recv(router, map, sizeof map, 0);
	for (int i = 0; i < 100; i++)
		reply_batch(router, name, size, 9, 500 + (uint64_t)i, 1);
	reply_batch(router, name, size, 8, 1, 10); /* another boot */
	reply(router, name, size, "\xc1", 1);
	reply_batch(router, name, size, 9, 3, 8);
	uint8_t end[REPLAY_MAP_MAX];
	size_t length = replay_end_write(end, 0);
	reply(router, name, size, end, length);
	++*requests;
	return true;
}

static void test_answers_are_not_believed(void **state)
{
	struct stand *stand = *state;
	struct recorder *recorder = stand->recorder;
	void *router = stand->raw[0] = zmq_socket(stand->zmq, ZMQ_ROUTER);
	void *socket = stand->raw[1] = zmq_socket(stand->zmq, ZMQ_XPUB);
	assert_int_equal(zmq_bind(router, stand->replay), 0);
	assert_int_equal(zmq_bind(socket, stand->url), 0);
	stand_feed(stand);
	char frame[64];
	UNTIL(stand, zmq_recv(socket, frame, sizeof frame, ZMQ_DONTWAIT) > 0);
	struct wire_buffer heartbeat = {0};
	encode(&heartbeat, 9, 11, 0, stand->replay);
	zmq_send(socket, "here//", 6, ZMQ_SNDMORE);
	zmq_send(socket, heartbeat.data, heartbeat.size, 0);
	wire_buffer_finish(&heartbeat);
	UNTIL(stand, ask(stand, 9, 1, 10));
	int requests = 0;
	UNTIL(stand, (answer_badly(router, &requests), recorder->gap_count));
	assert_int_equal(requests, 3); /* three answers without 1 and 2: they cannot come */
	assert_int_equal(recorder->gaps[0].from, 1);
	assert_int_equal(recorder->gaps[0].to, 2);
	assert_int_equal(recorder->events, 3 * 8);
	assert_int_equal(recorder->times[1] + recorder->times[2] + recorder->times[500], 0);
	assert_true(recorder->refused[FAULT_MALFORMED] >= 3);
	DURING(stand, 600, !answer_badly(router, &requests));
}

/* ---- the parts ---- */

static void test_replay_endpoints(void **state)
{
	(void)state;
	static const struct {
		const char *feed, *replay, *wanted;
	} cases[] = {
		{"tcp://pbx:5570", "tcp://*:5571", "tcp://pbx:5571"},
		{"tcp://pbx:5570", "tcp://0.0.0.0:5571", "tcp://pbx:5571"},
		{"tcp://[fe80::1]:5570", "tcp://[::]:5571", "tcp://[fe80::1]:5571"},
		{"tcp://10.0.0.2:0;pbx:5570", "tcp://*:5571", "tcp://pbx:5571"},
		{"tcp://pbx:5570", "tcp://other:5571", "tcp://other:5571"},
		{"ipc:///run/a", "ipc:///run/b", "ipc:///run/b"},
		{"ipc:///run/a", "tcp://*:5571", "tcp://127.0.0.1:5571"},
		{"tcp://pbx:5570", "ipc:///run/b", NULL},
		{"tcp://pbx:5570", "inproc://b", NULL},
		{"tcp://pbx:5570", "tcp://*:", NULL},
		{"tcp://pbx:5570", "tcp://", NULL},
		{"tcp://pbx:5570", "tcp://nothing", NULL},
		{"tcp://pbx:5570", "udp://*:5571", NULL},
		{"tcp://pbx:5570", "tcp://a b:5571", NULL},
		{"tcp://pbx:5570", "", NULL},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		char to[64] = "";
		bool good = replay_endpoint(cases[i].feed, view_of(cases[i].replay), to, sizeof to);
		assert_int_equal(good, cases[i].wanted != NULL);
		if (good)
			assert_string_equal(to, cases[i].wanted);
	}
	char narrow[12];
	assert_false(replay_endpoint("tcp://pbx:1", view_of("tcp://*:5571"), narrow, sizeof narrow));
}

static void test_topics(void **state)
{
	(void)state;
	char topic[TOPIC_ROOM], queue[300];
	assert_true(topic_write(topic, "s", view_of("a-Z0._~ %/\xff")));
	assert_string_equal(topic, "s/a-Z0._~%20%25%2F%FF/");
	memset(queue, 'q', sizeof queue);
	assert_true(topic_write(topic, "s", (struct view){queue, 190}));
	assert_int_equal(strlen(topic), 193);
	assert_true(topic_write(topic, "s", (struct view){queue, 300})); /* does not fit: as if of several */
	assert_string_equal(topic, "s//");
	assert_false(topic_write(topic, "a/b", view_of("q")));
	queue[299] = 0;
	assert_false(topic_write(topic, queue, view_of("q")));
}

static void test_replay_maps(void **state)
{
	(void)state;
	uint8_t map[REPLAY_MAP_MAX];
	struct replay_map read;
	size_t size = replay_request_write(map, view_of("zammad-1"), UINT64_MAX, 5, 9);
	assert_true(replay_map_read(map, size, &read));
	assert_true(view_is(read.src, "zammad-1") && read.boot == UINT64_MAX && read.from == 5 && read.to == 9 && !read.end);
	for (size_t cut = 0; cut < size; cut++) {
		uint8_t *exact = malloc(cut ? cut : 1); /* so that reading past it is noticed */
		memcpy(exact, map, cut);
		assert_false(replay_map_read(exact, cut, &read));
		free(exact);
	}
	map[size] = 0;
	assert_false(replay_map_read(map, size + 1, &read));
	size = replay_end_write(map, 300);
	assert_true(replay_map_read(map, size, &read) && read.end && read.has_have_from && read.have_from == 300);
	/* have_from as JavaScript writes large numbers */
	assert_true(replay_map_read("\x81\xa9have_from\xcb\x42\x78\x00\x00\x00\x00\x00\x00", 20, &read));
	assert_true(read.have_from == UINT64_C(1649267441664));
	assert_false(replay_map_read("\x81\xa4" "from\xff", 7, &read));			 /* -1 */
	assert_false(replay_map_read("\x81\xa4" "from\xd0\x80", 8, &read));		 /* -128 */
	assert_false(replay_map_read("\x81\xa4" "from\xcb\x7f\xf0\0\0\0\0\0\0", 15, &read)); /* infinity */
	assert_false(replay_map_read("\x81\x01\x02", 3, &read));			 /* a key that is no text */
}

static void test_the_ring_keeps_the_newest(void **state)
{
	(void)state;
	struct replay_ring ring;
	uint8_t payload[100] = {0};
	replay_ring_init(&ring, 1000);
	assert_int_equal(replay_ring_find(&ring, 1), 0);
	for (uint64_t seq = 1; seq < 500; seq += 5)
		replay_ring_add(&ring, payload, sizeof payload, seq, seq + 4);
	assert_int_equal(ring.count, 10);
	assert_int_equal(ring.bytes, 1000);
	assert_int_equal(replay_ring_at(&ring, 0)->first, 451);
	assert_int_equal(replay_ring_find(&ring, 3), 0);
	assert_int_equal(replay_ring_find(&ring, 455), 0);
	assert_int_equal(replay_ring_find(&ring, 456), 1);
	assert_int_equal(replay_ring_find(&ring, 501), 10);
	uint8_t *large = calloc(1, 2000);
	replay_ring_add(&ring, large, 2000, 501, 505); /* larger than all that is kept */
	assert_int_equal(ring.count, 10);
	free(large);
	replay_ring_finish(&ring);
}

static void test_the_watchdog_backs_off(void **state)
{
	(void)state;
	struct watchdog watchdog;
	struct feed_options options = {.stale = 5000, .reconnect = 10000, .silence = 60000};
	int64_t at[8];
	enum revival kinds[8];
	watchdog_init(&watchdog, &options, true, 0);
	watchdog_connected(&watchdog, 0);
	watchdog_heard(&watchdog, 0);
	watchdog_heartbeat(&watchdog);
	int count = 0;
	for (int64_t now = 0; now < 400000 && count < 8; now += 100) {
		watchdog_look(&watchdog, now);
		enum link_state wanted = now < 5000 ? LINK_LIVE : LINK_STALE;
		assert_int_equal(watchdog_state(&watchdog, now), wanted);
		enum revival kind = watchdog_revive(&watchdog, now);
		if (kind == REVIVE_NOT)
			continue;
		at[count] = now;
		kinds[count++] = kind;
	}
	assert_int_equal(count, 8);
	const int64_t waits[] = {5000, 10000, 20000, 40000, 60000, 60000, 60000};
	assert_int_equal(at[0], 10000);
	for (int i = 1; i < 8; i++)
		assert_int_equal(at[i] - at[i - 1], waits[i - 1]);
	for (int i = 0; i < 8; i++)
		assert_int_equal(kinds[i], i == 5 ? REVIVE_SOCKET : REVIVE_CONNECTION);
	watchdog_heard(&watchdog, 500000);
	assert_int_equal(watchdog_state(&watchdog, 500000), LINK_LIVE);
}

static void test_the_watchdog_forgives_what_we_slept(void **state)
{
	(void)state;
	struct watchdog watchdog;
	struct feed_options options = {.stale = 5000, .reconnect = 10000, .silence = 60000};
	watchdog_init(&watchdog, &options, true, 0);
	watchdog_heard(&watchdog, 1000);
	watchdog_heartbeat(&watchdog);
	watchdog_look(&watchdog, 1500);
	watchdog_look(&watchdog, 601500); /* stopped for ten minutes */
	assert_int_equal(watchdog_state(&watchdog, 601500), LINK_LIVE);
	assert_int_equal(watchdog_revive(&watchdog, 601500), REVIVE_NOT);
	for (int64_t now = 602000; now <= 607000; now += 500)
		watchdog_look(&watchdog, now);
	assert_int_equal(watchdog_state(&watchdog, 607000), LINK_STALE);
}

#define STAND(test) cmocka_unit_test_setup_teardown(test, stand_setup, stand_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAND(test_a_hole_is_filled),
		STAND(test_only_what_is_missing_is_asked_for),
		STAND(test_two_holes_of_a_boot_come_in_order),
		STAND(test_what_is_no_longer_kept_is_a_gap),
		STAND(test_a_boot_that_is_over_is_a_gap),
		STAND(test_what_was_never_sent_is_a_gap_in_the_end),
		STAND(test_a_publisher_that_never_answers_is_given_up),
		STAND(test_a_reader_gets_four_answers_a_second),
		STAND(test_requests_that_are_none_change_nothing),
		STAND(test_answers_are_not_believed),
		cmocka_unit_test(test_replay_endpoints),
		cmocka_unit_test(test_topics),
		cmocka_unit_test(test_replay_maps),
		cmocka_unit_test(test_the_ring_keeps_the_newest),
		cmocka_unit_test(test_the_watchdog_backs_off),
		cmocka_unit_test(test_the_watchdog_forgives_what_we_slept),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
