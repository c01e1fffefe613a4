/* How often pictures go to a terminal, by what it takes: on lines of any speed, without one. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include "tui/flow.h"

#include <cmocka.h>

#define SECOND 1000

/* A line that takes so many bytes a second and keeps `room` of them for the program; a picture is wanted each 100 ms. */
struct line {
	double rate, room;
	double queued;	  /* bytes in the room */
	double pending;	  /* bytes that found no room yet */
	int64_t at;
	size_t sent;
	int pictures, dropped;
};

static void pass(struct line *line, int64_t ms)
{
	line->at += ms;
	line->queued -= line->rate * (double)ms / 1000;
	line->queued = line->queued < 0 ? 0 : line->queued;
	const double space = line->room - line->queued, moved = line->pending < space ? line->pending : space;
	line->pending -= moved;
	line->queued += moved;
}

static void draw(struct line *line, struct flow *flow, size_t bytes)
{
	if (line->pending > 0) {
		flow_dropped(flow, line->at);
		line->dropped++;
		return;
	}
	line->pending = (double)bytes;
	pass(line, 0);
	flow_sent(flow, bytes, (size_t)line->pending, line->at);
	line->sent += bytes;
	line->pictures++;
}

static void run(struct line *line, struct flow *flow, size_t bytes, int64_t until)
{
	for (; line->at < until;) {
		const bool pending = line->pending > 0;
		pass(line, 10);
		if (pending && line->pending <= 0)
			flow_drained(flow, line->at);
		if (line->at >= flow_due(flow, line->at))
			draw(line, flow, bytes);
	}
}

static void a_good_line_gets_what_was_set(void **state)
{
	(void)state;
	struct flow flow;
	struct line line = {.rate = 1e7, .room = 4096, .at = SECOND};
	flow_init(&flow, 10, false, line.at);
	run(&line, &flow, 1000, 61 * SECOND);
	assert_in_range(line.pictures, 590, 601);
	assert_int_equal(line.dropped, 0);
	assert_int_equal(flow.interval, 100);
}

/* 2,000 bytes a second and pictures of 1,000: half the line is left for others, so a picture a second. */
static void a_slow_line_gets_fewer(void **state)
{
	(void)state;
	struct flow flow;
	struct line line = {.rate = 2000, .room = 500, .at = SECOND};
	flow_init(&flow, 10, false, line.at);
	run(&line, &flow, 1000, 301 * SECOND);
	assert_in_range(line.pictures, 150, 400);
	assert_in_range(line.dropped, 0, line.pictures / 4);
	assert_true((double)line.sent / 300 <= line.rate);
}

static void a_hopeless_line_gets_one_in_five_seconds(void **state)
{
	(void)state;
	struct flow flow;
	struct line line = {.rate = 150, .room = 200, .at = SECOND};
	flow_init(&flow, 10, false, line.at);
	run(&line, &flow, 1000, 61 * SECOND);
	assert_int_equal(flow.interval, FLOW_SLOWEST);
	assert_in_range(line.pictures, 3, 14);
}

static void a_line_that_mends_is_used_again(void **state)
{
	(void)state;
	struct flow flow;
	struct line line = {.rate = 150, .room = 200, .at = SECOND};
	flow_init(&flow, 10, false, line.at);
	run(&line, &flow, 1000, 61 * SECOND);
	line.rate = 1e6;
	line.room = 4096;
	run(&line, &flow, 1000, 181 * SECOND);
	assert_int_equal(flow.interval, 100);
	assert_true(flow.rate == 0);
}

static void a_stall_is_waited_for(void **state)
{
	(void)state;
	struct flow flow;
	struct line line = {.rate = 0, .room = 4096, .at = SECOND};
	flow_init(&flow, 4, false, line.at);
	run(&line, &flow, 1000, 601 * SECOND);
	assert_in_range(line.pictures, 4, 5);
	assert_true(line.dropped < 130);
	line.rate = 1e6;
	const int before = line.pictures;
	run(&line, &flow, 1000, line.at + 6 * SECOND);
	assert_true(line.pictures > before);
}

/* Over any length of time, whatever is drawn: the rate, and what was saved up. */
static void frugal_keeps_its_word(void **state)
{
	(void)state;
	for (size_t bytes = 20; bytes <= 2000; bytes *= 3) {
		struct flow flow;
		struct line line = {.rate = 1e7, .room = 4096, .at = SECOND};
		flow_init(&flow, 30, true, line.at);
		run(&line, &flow, bytes, 61 * SECOND);
		assert_true(line.sent <= 300 * 60);
		assert_true(line.pictures > 1);
		assert_true(line.pictures <= 31);
	}
}

/* A key goes at once and is paid for by the pictures after it. */
static void frugal_pays_for_what_could_not_wait(void **state)
{
	(void)state;
	struct flow flow;
	flow_init(&flow, 30, true, SECOND);
	flow_sent(&flow, 3000, 0, SECOND);
	const int64_t due = flow_due(&flow, SECOND);
	assert_in_range(due, 8 * SECOND, 12 * SECOND);
	flow_sent(&flow, 500, 0, due);
	assert_true(flow_due(&flow, due) >= due + 2 * SECOND);
}

static void the_slowest_that_can_be_set(void **state)
{
	(void)state;
	struct flow flow;
	struct line line = {.rate = 1e7, .room = 4096, .at = SECOND};
	flow_init(&flow, 0.2, false, line.at);
	run(&line, &flow, 100, 61 * SECOND);
	assert_in_range(line.pictures, 12, 13);
	flow_init(&flow, 0.01, false, line.at);
	assert_int_equal(flow.interval, FLOW_SLOWEST);
}

/* No sequence of what may happen makes it stand still, or go faster than was set. */
static void whatever_happens_it_goes_on(void **state)
{
	(void)state;
	uint32_t chance = 4711;
	for (int round = 0; round < 200; round++) {
		struct flow flow;
		int64_t now = SECOND;
		flow_init(&flow, 1 + round % 30, round % 2, now);
		for (int i = 0; i < 500; i++) {
			chance = chance * 1664525 + 1013904223;
			const uint32_t what = chance >> 30, much = chance >> 12 & 0x3FFF;
			if (what == 0)
				flow_dropped(&flow, now);
			else if (what == 1)
				flow_drained(&flow, now);
			else
				flow_sent(&flow, much, what == 2 ? much / 2 : 0, now);
			now += chance & 0xFFF;
			assert_in_range(flow.interval, flow.fastest, FLOW_SLOWEST);
			assert_in_range(flow_due(&flow, now), 0, now + 2 * FLOW_SLOWEST);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(a_good_line_gets_what_was_set), cmocka_unit_test(a_slow_line_gets_fewer),
		cmocka_unit_test(a_hopeless_line_gets_one_in_five_seconds), cmocka_unit_test(a_line_that_mends_is_used_again),
		cmocka_unit_test(a_stall_is_waited_for), cmocka_unit_test(frugal_keeps_its_word), cmocka_unit_test(frugal_pays_for_what_could_not_wait),
		cmocka_unit_test(the_slowest_that_can_be_set), cmocka_unit_test(whatever_happens_it_goes_on)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
