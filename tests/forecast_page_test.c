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
#include "metrics/joined.h"
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
	assert_true(isnan(half_at(snapshot, 22)->staffing.service_level) && isnan(half_at(snapshot, 22)->staffing.wait));
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
	board_key(board, snapshot, '=');
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

/* Nobody in one site takes a call of another: two sites need what each of them needs, and fare as each of them does. */
static void two_sites_need_what_each_needs(void **state)
{
	(void)state;
	struct teller t;
	tell_days(&t);
	const struct engine *parts[] = {t.engine, t.engine};
	const struct joined joined = {.names = engine_create(t.settings, NULL), .parts = parts, .count = 2, .now = engine_now(t.engine)};
	struct query *one = calloc(1, sizeof *one), *both = calloc(1, sizeof *both);
	struct forecast single, sum;
	query_run(one, t.engine, SCOPE_ALL, WINDOW_NOW, BY_OUTCOME, SL_FORMULA_SL2SV, true);
	joined_query(both, &joined, SCOPE_ALL, WINDOW_NOW, BY_OUTCOME, SL_FORMULA_SL2SV, true);
	forecast_of(&single, one);
	forecast_of(&sum, both);
	assert_true(single.known && sum.known);
	assert_true(fabs(sum.next_60m - 2 * single.next_60m) < 1e-9);
	assert_int_equal(sum.staffing.needed, 2 * single.staffing.needed);
	assert_int_equal(sum.staffing.agents, 2 * single.staffing.agents);
	assert_true(fabs(sum.staffing.service_level - single.staffing.service_level) < 1e-9);
	assert_true(fabs(sum.staffing.wait - single.staffing.wait) < 1e-6);
	assert_true(fabs(sum.staffing.occupancy - single.staffing.occupancy) < 1e-9);
	struct figure gap = {.denominator = 1};
	metrics[metric_find("staffing_gap")].value(both, &gap);
	assert_int_equal(gap.numerator, 2 * (single.staffing.agents - single.staffing.needed));
	free(one);
	free(both);
	engine_destroy(joined.names);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_day_and_the_queues), cmocka_unit_test(shifts_where_a_file_gives_them), cmocka_unit_test(keys_change_what_is_asked),
		cmocka_unit_test(two_sites_need_what_each_needs),
	};
	return cmocka_run_group_tests_name("forecast_page", tests, NULL, NULL);
}
