/* What a snapshot tells the page of forecasts, and what its keys ask for. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/shifts.h"
#include "store/snapshot.h"
#include "store/snapshot_forecast.h"
#include "teller.h"
#include "widgets/board.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

#define MONDAY INT64_C(1700438400000) /* 2023-11-20T00:00:00Z */
#define DAYS 9

/* Calls of 6 min, one every 2 min from 9 to 17 in queue A and every 8 min in queue B, on each day. */
static void tell_days(struct teller *t)
{
	teller_open(t, long_history);
	int number = 0;
	for (int day = 0; day < DAYS; day++)
		for (int i = 0; i < (day + 1 < DAYS ? 240 : 90); i++) {
			char keys[120];
			const int64_t at = MONDAY + day * D + 9 * H + i * 2 * M;
			snprintf(keys, sizeof keys, "contact=c%d queue=%s channel=phone", ++number, i % 4 ? "A" : "B");
			tell(t, at, "contact.queued", keys);
			snprintf(keys, sizeof keys, "contact=c%d agent=ana%d", number, i % 4);
			tell(t, at, "contact.answered", keys);
			snprintf(keys, sizeof keys, "contact=c%d agent=ana%d by=agent talk_ms=360000 wrap_ms=0", number, i % 4);
			tell(t, at + M, "contact.released", keys);
		}
	for (int i = 0; i < 4; i++) {
		char keys[80];
		snprintf(keys, sizeof keys, "agent=ana%d state=available", i);
		tell(t, MONDAY + (DAYS - 1) * D + 12 * H, "agent.state", keys);
	}
	pass(t, MONDAY + (DAYS - 1) * D + 12 * H + 5 * M);
}

static struct snapshot *look(const struct teller *t, const struct zone *zone, struct snapshot_request request)
{
	request.formula = -1;
	request.lists = 1u << SNAPSHOT_FORECAST;
	struct snapshot *snapshot = snapshot_create(t->engine, t->settings, zone, &request);
	assert_non_null(snapshot->forecast);
	return snapshot;
}

static const struct snapshot_half *half_at(const struct snapshot *snapshot, int half)
{
	assert_true(half < snapshot->forecast->half_count);
	return &snapshot->forecast->halves[half];
}

static void the_day_and_the_queues(void **state)
{
	(void)state;
	struct teller t;
	tell_days(&t);
	struct zone *zone = zone_open("UTC", NULL);
	struct snapshot *snapshot = look(&t, zone, (struct snapshot_request){.scope = SCOPE_ALL});
	const struct snapshot_forecast *page = snapshot->forecast;
	assert_true(page->forecast.known && !page->what_if && !page->any_plan);
	assert_int_equal(page->half_count, 49); /* of today, and what is less than 12 hours ahead */
	assert_int_equal(half_at(snapshot, 22)->half.came, 15);
	assert_int_equal(half_at(snapshot, 30)->half.came, -1);
	assert_true(fabs(half_at(snapshot, 22)->half.expected - 15) < 0.01);
	assert_true(fabs(half_at(snapshot, 22)->half.last - 15) < 0.01);
	assert_int_equal(half_at(snapshot, 22)->staffing.needed, -1); /* over */
	assert_true(half_at(snapshot, 30)->staffing.needed > 0);
	assert_int_equal(half_at(snapshot, 30)->staffing.agents, 4); /* as now: nobody planned */
	assert_int_equal(page->need_count, 2);
	const struct snapshot_need *a = strcmp(page->needs[0].queue, "A") == 0 ? &page->needs[0] : &page->needs[1];
	assert_true(fabs(a->staffing.arrivals / page->as_it_is.arrivals - 0.75) < 0.02);
	/* What the overview's figures say and what the page says is one thing. */
	assert_int_equal(snapshot_figure(snapshot, "agents_needed")->numerator, page->as_it_is.needed);
	assert_int_equal(snapshot_figure(snapshot, "forecast_30m")->numerator, llround(page->forecast.next_30m));
	assert_false(snapshot->rows[0].figures[metric_find("forecast_30m")].known); /* rows go without */
	snapshot_destroy(snapshot);
	zone_close(zone);
	teller_close(&t);
}

static struct shifts *read_shifts(const char *text)
{
	char path[] = "/tmp/tablo_shifts_XXXXXX";
	const int file = mkstemp(path);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
	struct shifts *shifts = shifts_read(path, NULL);
	unlink(path);
	assert_non_null(shifts);
	return shifts;
}

static void shifts_where_a_file_gives_them(void **state)
{
	(void)state;
	struct teller t;
	tell_days(&t);
	struct zone *zone = zone_open("UTC", NULL);
	struct shifts *shifts = read_shifts("mon-sun,08:00,15:00,A,7\nmon-sun,08:00,14:00,B,2\n");
	struct snapshot_request request = {.scope = SCOPE_ALL, .shifts = shifts};
	struct snapshot *snapshot = look(&t, zone, request);
	assert_true(snapshot->forecast->any_plan);
	assert_int_equal(half_at(snapshot, 22)->staffing.agents, 9); /* what is over was planned too */
	assert_int_equal(half_at(snapshot, 27)->staffing.agents, 9);
	assert_int_equal(half_at(snapshot, 28)->staffing.agents, 7);
	assert_int_equal(half_at(snapshot, 30)->staffing.agents, 0);
	assert_true(half_at(snapshot, 30)->staffing.service_level < 0.01);
	assert_int_equal(snapshot->forecast->as_it_is.agents, 4); /* who is there counts now */
	snapshot_destroy(snapshot);
	assert_true(engine_scope(t.engine, "queue=B", &request.scope, NULL));
	snapshot = look(&t, zone, request);
	assert_int_equal(half_at(snapshot, 27)->staffing.agents, 2);
	snapshot_destroy(snapshot);
	assert_true(engine_scope(t.engine, "queue=B,channel=phone", &request.scope, NULL));
	snapshot = look(&t, zone, request);
	assert_false(snapshot->forecast->any_plan); /* a file tells of queues, not of a channel of one */
	snapshot_destroy(snapshot);
	shifts_free(shifts);
	zone_close(zone);
	teller_close(&t);
}

static void keys_change_what_is_asked(void **state)
{
	(void)state;
	struct teller t;
	tell_days(&t);
	struct zone *zone = zone_open("UTC", NULL);
	const struct snapshot_request request = {.scope = SCOPE_ALL, .formula = -1};
	struct board *board = board_create(t.settings, &request);
	struct snapshot *snapshot = look(&t, zone, request);
	assert_int_equal(board_key(board, snapshot, '+'), BOARD_NOTHING); /* elsewhere they mean nothing */
	board_key(board, snapshot, '8');
	assert_true(board_request(board)->lists & 1u << SNAPSHOT_FORECAST);
	for (const char *keys = "--->>(("; *keys; keys++)
		assert_int_equal(board_key(board, snapshot, *keys), BOARD_REQUEST);
	const struct what_if *change = &board_request(board)->what_if;
	assert_int_equal(change->agents, -3);
	assert_int_equal(change->arrivals_percent, 10);
	assert_int_equal(change->handle_percent, -10);
	struct snapshot *changed = look(&t, zone, *board_request(board));
	const struct snapshot_forecast *before = snapshot->forecast, *after = changed->forecast;
	assert_true(after->what_if);
	assert_int_equal(after->as_it_is.agents, before->as_it_is.agents);
	assert_int_equal(after->changed.agents, before->as_it_is.agents - 3);
	assert_true(fabs(after->changed.arrivals / before->as_it_is.arrivals - 1.1) < 1e-9);
	assert_true(after->changed.service_level < before->as_it_is.service_level);
	assert_true(fabs(half_at(changed, 30)->staffing.arrivals / half_at(snapshot, 30)->staffing.arrivals - 1.1) < 1e-9);
	assert_int_equal(snapshot_figure(changed, "agents_needed")->numerator, snapshot_figure(snapshot, "agents_needed")->numerator);
	board_key(board, snapshot, 'x');
	assert_int_equal(change->agents || change->arrivals_percent || change->handle_percent, 0);
	for (int i = 0; i < 2000; i++)
		board_key(board, snapshot, i % 2 ? '<' : '(');
	assert_int_equal(change->arrivals_percent, -95);
	snapshot_destroy(changed);
	snapshot_destroy(snapshot);
	board_destroy(board);
	zone_close(zone);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_day_and_the_queues), cmocka_unit_test(shifts_where_a_file_gives_them), cmocka_unit_test(keys_change_what_is_asked),
	};
	return cmocka_run_group_tests_name("forecast_page", tests, NULL, NULL);
}
