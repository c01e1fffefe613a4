/* The built program on a terminal, with publishers that flood, die, fall silent, send garbage or share a name, and with a
 * terminal that stalls. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#undef fail
#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/publisher.h"
#include "tests/stage.h"

#define SOON 5000
#define LATER 20000 /* ms for 100,000 events, on a slow machine too */
#define SYNC_BEGIN "\033[?2026h"
#define SYNC_END "\033[?2026l"
#define BARE .width = 100, .height = 30 /* a size where figures are text, not big digits */

/* ---- a stalled terminal, and a flood ---- */

struct until {
	struct process *process;
	int code; /* -1: it runs */
};

static bool has_ended(struct pty *pty, const void *what)
{
	(void)pty;
	struct until *until = (struct until *)what;
	if (until->code < 0)
		until->code = process_look(until->process);
	return until->code >= 0;
}

static void expect_end(struct pty *pty, struct process *process, int code)
{
	struct until until = {process, -1};
	assert_true(pty_wait(pty, has_ended, &until, LATER));
	assert_int_equal(until.code, code);
}

static bool is_full(struct pty *pty, const void *nothing)
{
	(void)nothing;
	pty_signal(pty, SIGWINCH); /* the whole page again */
	return pty_full(pty);
}

static bool queue_is(struct pty *pty, const void *wanted)
{
	const int64_t *number = wanted;
	return stage_number(pty, "IN QUEUE") == *number;
}

static void expect_queue(struct pty *pty, int64_t wanted, int64_t most)
{
	if (pty_wait(pty, queue_is, &wanted, most))
		return;
	print_error("in queue: %lld, not %lld; the screen:\n", (long long)stage_number(pty, "IN QUEUE"), (long long)wanted);
	stage_print(pty);
	_fail(__FILE__, __LINE__);
}

/* 50,500 contacts are queued and 49,500 leave, while nobody reads the terminal and it takes no more. */
static void a_stalled_terminal_loses_nothing(void **state)
{
	struct stage *stage = *state;
	stage_write_events(stage, 50500, 49500, 10);
	struct pty *pty = START(stage, OPTIONS(BARE), "--feed", stage->feed, "--clock", "feed", "--zone", "UTC");
	SEE(pty, "waiting for the first batch", SOON);
	pty_stop_reading(pty);
	assert_true(pty_wait(pty, is_full, NULL, SOON));
	const int64_t began = clock_monotonic();
	struct process *sender = SEND(stage, 0, false, "--bind", stage->feed, "--linger", "1s", stage->events);
	expect_end(pty, sender, 0);
	if (clock_monotonic() - began < 3000)
		pty_watch(pty, 3000 - (clock_monotonic() - began));
	assert_true(pty_full(pty));
	assert_int_equal(pty_exit_code(pty), -1);
	pty_resume_reading(pty);
	expect_queue(pty, 1000, SOON);
	SEE(pty, "q quit", SOON);
	pty_send(pty, "h");
	SEE(pty, "100000 events received", SOON);
	SEE(pty, " 0 lost", SOON);
	SEE(pty, " 0 missing", SOON);
}

/* A key is answered within a second while as many events come as the board can take. */
static void keys_are_answered_in_a_flood(void **state)
{
	struct stage *stage = *state;
	stage_write_events(stage, 200000, 0, 1);
	struct pty *pty = START(stage, OPTIONS(BARE), "--feed", stage->feed, "--clock", "feed", "--zone", "UTC");
	SEE(pty, "waiting for the first batch", SOON);
	struct until until = {SEND(stage, 0, false, "--bind", stage->feed, "--linger", "100ms", stage->events), -1};
	SEE(pty, "IN QUEUE", SOON);
	int answers = 0;
	for (; !has_ended(pty, &until); answers++) {
		pty_send(pty, "?");
		SEE(pty, "keys and marks", 1000);
		pty_send(pty, "?");
		SEE_NO(pty, "keys and marks", 1000);
	}
	assert_int_equal(until.code, 0);
	assert_true(answers > 0);
	pty_send(pty, "h");
	SEE(pty, "200000 events received", LATER);
	SEE(pty, " 0 lost", SOON);
}

/* ---- publishers that die and fall silent ---- */

#define QUICK "--set", "stale=2s", "--set", "reconnect=2s"

static void a_killed_publisher_is_seen_and_seen_again(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = START(stage, OPTIONS(BARE), "--feed", stage->feed, QUICK);
	SEND(stage, 0, true, "--bind", stage->feed, "--live", "--wait", "1", "--src", "pbx");
	stage_queue_now(stage, 0, "a", "Billing");
	SEE(pty, "Billing", SOON);
	SEE(pty, "\u25CF live", SOON);
	process_kill(&stage->senders[0]);
	SEE(pty, "STALE", 8000);
	assert_true(pty_shows(pty, "Billing")); /* old figures are better than none */
	SEND(stage, 0, true, "--bind", stage->feed, "--live", "--wait", "1", "--src", "pbx");
	stage_queue_now(stage, 0, "b", "Returns");
	SEE(pty, "Returns", 8000);
	SEE_NO(pty, "STALE", SOON);
	SEE(pty, "\u25CF live", SOON);
	expect_queue(pty, 2, SOON);
}

static void a_silent_publisher_is_stale(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = START(stage, OPTIONS(BARE), "--feed", stage->feed, QUICK);
	SEND(stage, 0, true, "--bind", stage->feed, "--live", "--wait", "1");
	stage_queue_now(stage, 0, "a", "Billing");
	SEE(pty, "\u25CF live", SOON);
	kill(stage->senders[0].id, SIGSTOP);
	SEE(pty, "STALE", 8000);
	kill(stage->senders[0].id, SIGCONT);
	SEE_NO(pty, "STALE", 8000);
	SEE(pty, "\u25CF live", SOON);
}

/* ---- publishers that are wrong; these are the test itself ---- */

struct wrong {
	void *zmq, *socket; /* the socket sends garbage */
	struct publisher *publishers[2];
	int sent; /* garbage so far */
	int64_t next;
};

static void *wrong_open(struct wrong *wrong)
{
	*wrong = (struct wrong){.zmq = zmq_ctx_new()};
	return wrong->zmq;
}

static void wrong_close(struct wrong *wrong)
{
	for (int i = 0; i < 2; i++)
		publisher_close(wrong->publishers[i]);
	if (wrong->socket)
		zmq_close(wrong->socket);
	zmq_ctx_term(wrong->zmq);
}

static void send_garbage(struct wrong *wrong)
{
	static const char *const garbage[] = {"", "\xC1", "\x81\xA1v\xFF", "hello", "\xDF\xFF\xFF\xFF\xFF", "\x93\x01\x02\x03", "\033[2J\033]0;x\007"};
	const char *payload = garbage[wrong->sent % 7];
	zmq_send(wrong->socket, "default/Billing/", 16, ZMQ_SNDMORE | ZMQ_DONTWAIT);
	zmq_send(wrong->socket, payload, strlen(payload), ZMQ_DONTWAIT);
	zmq_send(wrong->socket, payload, strlen(payload), ZMQ_DONTWAIT); /* one frame */
	wrong->sent++;
}

static void turn_wrong(void *context)
{
	struct wrong *wrong = context;
	for (int i = 0; i < 2; i++)
		if (wrong->publishers[i])
			publisher_serve(wrong->publishers[i], INT64_MIN, NULL);
	if (!wrong->socket || clock_monotonic() < wrong->next)
		return;
	wrong->next = clock_monotonic() + 20;
	send_garbage(wrong);
}

static struct publisher *open_publisher(void *zmq, const char *url, const char *src, uint64_t boot)
{
	struct error err;
	struct publisher *publisher = publisher_open(&(struct publisher_options){.bind = url, .src = src, .boot = boot, .zmq = zmq}, &err);
	if (!publisher)
		print_error("%s\n", err.text);
	assert_non_null(publisher);
	return publisher;
}

static void publish_contact(struct publisher *publisher, const char *contact)
{
	struct wire_buffer buffer = {0};
	struct event event = {.type = EVENT_CONTACT_QUEUED, .ts = clock_wall(), .present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_QUEUE) | KEY_BIT(KEY_CHANNEL)};
	event.text[KEY_CONTACT] = view_of(contact);
	event.text[KEY_QUEUE] = view_of("Billing");
	event.text[KEY_CHANNEL] = view_of("phone");
	wire_encode_event(&buffer, &event);
	assert_true(publisher_add(publisher, buffer.data, buffer.size, event.text[KEY_QUEUE], INT64_MIN, NULL));
	assert_true(publisher_flush(publisher, NULL));
	wire_buffer_finish(&buffer);
}

static bool has_readers(struct pty *pty, const void *what)
{
	(void)pty;
	const struct wrong *wrong = what;
	return publisher_subscribers(wrong->publishers[0]) && (!wrong->publishers[1] || publisher_subscribers(wrong->publishers[1]));
}

/* Two programs that publish under one name take turns: the numbers of both go on, which is no restart. */
static void one_name_twice_is_named(void **state)
{
	struct stage *stage = *state;
	struct wrong wrong;
	wrong_open(&wrong);
	wrong.publishers[0] = open_publisher(wrong.zmq, stage->feed, "pbx", 1000);
	wrong.publishers[1] = open_publisher(wrong.zmq, stage->other, "pbx", 2000);
	struct pty *pty = START(stage, OPTIONS(BARE, .turn = turn_wrong, .context = &wrong), "--feed", stage->feed, "--feed", stage->other);
	assert_true(pty_wait(pty, has_readers, &wrong, SOON));
	for (int64_t i = 0; i < 6; i++) {
		char contact[16];
		snprintf(contact, sizeof contact, "c%d", (int)i);
		publish_contact(wrong.publishers[i % 2], contact);
		expect_queue(pty, i + 1, SOON);
	}
	SEE(pty, "fault", SOON);
	pty_send(pty, "h");
	SEE(pty, "second_publisher", SOON);
	assert_true(stage_number(pty, "second_publisher") > 0);
	pty_send(pty, "h");
	SEE(pty, "IN QUEUE", SOON);
	wrong_close(&wrong);
}

static bool has_garbage(struct pty *pty, const void *nothing)
{
	(void)nothing;
	return stage_number(pty, "malformed") >= 100 && stage_number(pty, "frames") >= 100;
}

static void garbage_is_counted_and_does_no_harm(void **state)
{
	struct stage *stage = *state;
	struct wrong wrong;
	wrong_open(&wrong);
	wrong.publishers[0] = open_publisher(wrong.zmq, stage->feed, "pbx", 0);
	wrong.socket = zmq_socket(wrong.zmq, ZMQ_PUB);
	zmq_setsockopt(wrong.socket, ZMQ_LINGER, &(int){0}, sizeof(int));
	assert_int_equal(zmq_bind(wrong.socket, stage->other), 0);
	struct pty *pty = START(stage, OPTIONS(BARE, .turn = turn_wrong, .context = &wrong), "--feed", stage->feed, "--feed", stage->other);
	assert_true(pty_wait(pty, has_readers, &wrong, SOON));
	publish_contact(wrong.publishers[0], "a");
	expect_queue(pty, 1, SOON);
	SEE(pty, "fault", SOON);
	pty_send(pty, "h");
	SEE(pty, "malformed", SOON);
	assert_true(pty_wait(pty, has_garbage, NULL, LATER));
	pty_send(pty, "h");
	publish_contact(wrong.publishers[0], "b");
	expect_queue(pty, 2, SOON);
	pty_send(pty, "q");
	ENDS(pty, 0);
	wrong_close(&wrong);
}

/* ---- what is sent to the terminal ---- */

/* Every byte is inside a frame; of the last one the end may not have been read yet. Returns how many there are. */
static int count_frames(const struct pty *pty, size_t from)
{
	const char *bytes;
	const size_t count = pty_bytes(pty, &bytes);
	int frames = 0;
	for (const char *end = NULL; from + strlen(SYNC_BEGIN) <= count; from = (size_t)(end - bytes) + strlen(SYNC_END)) {
		assert_memory_equal(bytes + from, SYNC_BEGIN, strlen(SYNC_BEGIN));
		frames++;
		end = memmem(bytes + from, count - from, SYNC_END, strlen(SYNC_END));
		if (!end)
			break;
	}
	return frames;
}

/* Three seconds of a calm board: only its clocks are sent, a second each, in a frame each. */
static void a_calm_board_sends_little(void **state)
{
	struct stage *stage = *state;
	struct pty *pty = START(stage, OPTIONS(0), "--feed", stage->feed);
	SEND(stage, 0, true, "--bind", stage->feed, "--live", "--wait", "1");
	stage_queue_now(stage, 0, "a", "Billing");
	SEE(pty, "1 queue ", SOON);
	SEE(pty, "\u25CF live", SOON);
	pty_watch(pty, 2500); /* the rate of events comes down */
	const char *bytes;
	const size_t *ends;
	const size_t before = pty_bytes(pty, &bytes), chunks = pty_chunks(pty, &ends);
	pty_watch(pty, 3000);
	const size_t sent = pty_bytes(pty, &bytes) - before, writes = pty_chunks(pty, &ends) - chunks;
	const int frames = count_frames(pty, before);
	print_message("calm: %zu bytes in %d frames in 3 s\n", sent, frames);
	assert_true(sent > 0);
	assert_true(sent < 3000);
	assert_true(frames <= 12);
	assert_int_equal(frames, writes);
}

/* Resizes, keys and events: still nothing outside frames. */
static void a_busy_board_sends_whole_frames(void **state)
{
	struct stage *stage = *state;
	stage_write_events(stage, 20000, 0, 10);
	struct pty *pty = START(stage, OPTIONS(BARE), "--feed", stage->feed, "--clock", "feed", "--zone", "UTC");
	SEE(pty, "waiting for the first batch", SOON);
	SEND(stage, 0, false, "--bind", stage->feed, "--linger", "100ms", stage->events);
	SEE(pty, "IN QUEUE", SOON);
	pty_send(pty, "?");
	SEE(pty, "keys and marks", SOON);
	pty_resize(pty, 120, 40);
	pty_send(pty, "?");
	SEE(pty, "SERVICE LEVEL", SOON);
	pty_resize(pty, 100, 30);
	expect_queue(pty, 20000, LATER);
	assert_true(count_frames(pty, 0) > 4);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, stage_set_up, stage_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {CASE(a_stalled_terminal_loses_nothing), CASE(keys_are_answered_in_a_flood),
		CASE(a_killed_publisher_is_seen_and_seen_again), CASE(a_silent_publisher_is_stale), CASE(one_name_twice_is_named),
		CASE(garbage_is_counted_and_does_no_harm), CASE(a_calm_board_sends_little), CASE(a_busy_board_sends_whole_frames)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
