/* A figure beside what it was before: the same time yesterday and last week by the clock on the wall, over whole quarter hours, and not at
 * all where not everything of then is known; sparks over a day, a week and five weeks; lists by name over a window. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/compare.h"
#include "metrics/spark.h"
#include "tests/teller.h"

#include <cmocka.h>

static int64_t at(const char *text)
{
	struct error err;
	int64_t instant;
	if (!instant_parse(view_of(text), NULL, 0, &instant, &err))
		fail_msg("%s", err.text);
	return instant;
}

static void in_berlin(struct settings *settings)
{
	assert_true(settings_set(settings, "zone", "Europe/Berlin", NULL));
	settings->history_days = 36;
}

static int serial;

static void call(struct teller *teller, int64_t when)
{
	char keys[80];
	snprintf(keys, sizeof keys, "contact=c%d queue=Billing channel=phone", ++serial);
	tell(teller, when, "contact.queued", keys);
	snprintf(keys, sizeof keys, "contact=c%d agent=Ana", serial);
	tell(teller, when + 5000, "contact.answered", keys);
	snprintf(keys, sizeof keys, "contact=c%d agent=Ana by=customer", serial);
	tell(teller, when + 65000, "contact.released", keys);
}

/* then and now; -1: they cannot be compared. */
static void expect(const struct teller *teller, const char *metric, enum window window, enum comparison comparison, int64_t then_wanted, int64_t now_wanted)
{
	struct comparing *comparing = memory_new(1, sizeof *comparing);
	struct figure then, now;
	comparing_run(comparing, teller->engine, SCOPE_ALL, window, comparison, BY_OUTCOME, SL_FORMULA_SL2SV, true);
	const bool known = comparing_figure(comparing, metric_find(metric), &then, &now);
	assert_int_equal(known ? then.numerator : -1, then_wanted);
	assert_int_equal(known && now.known ? now.numerator : -1, now_wanted);
	free(comparing);
}

/* Eight days with a call each hour from 8:00 to 17:00, three at 9:00. */
static void tell_days(struct teller *teller, const char *first, int days)
{
	int64_t day = at(first);
	for (int i = 0; i < days; i++, day += DAY_MS)
		for (int hour = 8; hour < 18; hour++)
			for (int j = hour == 9 ? 3 : 1; j > 0; j--)
				call(teller, day + hour * HOUR_MS + (3 - j) * MINUTE_MS * 2 + 1000);
}

static void today_is_held_against_yesterday_and_last_week(void **state)
{
	(void)state;
	struct teller teller;
	teller_open(&teller, in_berlin);
	tell_days(&teller, "2026-11-02T00:00:00+01:00", 8); /* to Monday the 9th */
	const int64_t tuesday = at("2026-11-10T00:00:00+01:00");
	call(&teller, tuesday + 8 * HOUR_MS);
	call(&teller, tuesday + 9 * HOUR_MS + 61000);
	call(&teller, tuesday + 9 * HOUR_MS + 20 * MINUTE_MS); /* after the last whole quarter hour */
	pass(&teller, tuesday + 9 * HOUR_MS + 22 * MINUTE_MS);
	expect(&teller, "offered", WINDOW_TODAY, COMPARE_YESTERDAY, 4, 2);
	expect(&teller, "offered", WINDOW_TODAY, COMPARE_LAST_WEEK, 4, 2);
	expect(&teller, "offered", WINDOW_60M, COMPARE_YESTERDAY, 3, 1);
	expect(&teller, "offered", WINDOW_24H, COMPARE_YESTERDAY, 12, 10);
	expect(&teller, "offered", WINDOW_5M, COMPARE_YESTERDAY, -1, -1); /* no whole quarter hour */
	expect(&teller, "offered", WINDOW_7D, COMPARE_YESTERDAY, -1, -1);
	expect(&teller, "offered", WINDOW_7D, COMPARE_LAST_WEEK, -1, -1); /* nobody listened two weeks ago */
	expect(&teller, "asa_p90", WINDOW_TODAY, COMPARE_YESTERDAY, sketch_value(sketch_bin(5000)), sketch_value(sketch_bin(5000)));
	teller_close(&teller);
}

static void what_waited_then_is_known(void **state)
{
	(void)state;
	struct teller teller;
	teller_open(&teller, in_berlin);
	const int64_t monday = at("2026-11-02T08:00:00+01:00");
	call(&teller, monday - 2 * HOUR_MS);
	for (int i = 0; i < 4; i++) {
		char keys[80];
		snprintf(keys, sizeof keys, "contact=w%d queue=Billing channel=phone", i);
		tell(&teller, monday + i * MINUTE_MS, "contact.queued", keys);
	}
	tell(&teller, monday + 20 * MINUTE_MS, "contact.left", "contact=w0 why=abandoned");
	pass(&teller, monday + 7 * DAY_MS + 16 * MINUTE_MS); /* as of the quarter hour that ended at 8:15 */
	expect(&teller, "queue_depth", WINDOW_5M, COMPARE_LAST_WEEK, 4, -1);
	pass(&teller, monday + 7 * DAY_MS + 31 * MINUTE_MS);
	expect(&teller, "queue_depth", WINDOW_5M, COMPARE_LAST_WEEK, 3, -1);
	expect(&teller, "backlog", WINDOW_TODAY, COMPARE_LAST_WEEK, -1, -1); /* is not sampled */
	expect(&teller, "queue_depth_peak", WINDOW_60M, COMPARE_LAST_WEEK, -1, -1);
	teller_close(&teller);
}

/* On the 25th of October the clock goes back: the same time of Saturday is 25 hours ago. */
static void a_day_of_25_hours(void **state)
{
	(void)state;
	struct teller teller;
	teller_open(&teller, in_berlin);
	tell_days(&teller, "2026-10-23T00:00:00+02:00", 2);
	const int64_t sunday = at("2026-10-25T10:30:00+01:00");
	pass(&teller, sunday);
	expect(&teller, "offered", WINDOW_TODAY, COMPARE_YESTERDAY, 5, 0); /* 8:00, 9:00 and 10:00 */
	expect(&teller, "offered", WINDOW_60M, COMPARE_YESTERDAY, 1, 0);
	teller_close(&teller);
}

static void what_a_board_was_not_given_is_not_compared(void **state)
{
	(void)state;
	struct teller teller;
	teller_open(&teller, in_berlin);
	tell_days(&teller, "2026-11-02T00:00:00+01:00", 9);
	const int64_t now = engine_now(teller.engine);
	engine_keep_past(teller.engine, now - DAY_MS);
	expect(&teller, "offered", WINDOW_TODAY, COMPARE_LAST_WEEK, -1, -1);
	expect(&teller, "queue_depth", WINDOW_TODAY, COMPARE_LAST_WEEK, -1, -1);
	engine_keep_past(teller.engine, INT64_MIN);
	expect(&teller, "offered", WINDOW_TODAY, COMPARE_LAST_WEEK, 11, 11); /* up to 17:00 */
	teller_close(&teller);
}

static int64_t sum_of(const int64_t *points, int count)
{
	int64_t sum = 0;
	for (int i = 0; i < count; i++)
		sum += points[i] == INT64_MIN ? 0 : points[i] / 1000;
	return sum;
}

static void sparks_hold_what_windows_hold(void **state)
{
	(void)state;
	static const struct {
		enum window window;
		int count;
	} spans[] = {{WINDOW_5M, 60}, {WINDOW_TODAY, 96}, {WINDOW_24H, 96}, {WINDOW_7D, 168}, {WINDOW_35D, 35}};
	struct teller teller;
	teller_open(&teller, in_berlin);
	tell_days(&teller, "2026-10-19T00:00:00+02:00", 14); /* the clock goes back in between */
	struct spark sparks[3] = {{.metric = metric_find("offered")}, {.metric = metric_find("aht_p90")}, {.metric = metric_find("busy")}};
	int64_t starts[SPARK_MOST + 1];
	for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
		const struct spark_span *span = spark_span(spans[i].window);
		assert_int_equal(span->count, spans[i].count);
		spark_run(teller.engine, SCOPE_ALL, SL_FORMULA_SL2SV, span, sparks, 3);
		spark_starts(teller.engine, span, engine_now(teller.engine), starts);
		assert_true(starts[span->count] > engine_now(teller.engine) && starts[span->count - 1] <= engine_now(teller.engine));
		if (spans[i].window == WINDOW_24H || spans[i].window == WINDOW_7D)
			assert_in_range(figure_of(&teller, "offered", spans[i].window).numerator - sum_of(sparks[0].points, span->count), 0, 1);
	}
	/* Days by the clock: twelve calls each, and 25 hours of the Sunday. */
	for (int i = 35 - 13; i < 35; i++)
		assert_int_equal(sparks[0].points[i], 12000);
	assert_int_equal(sparks[0].points[35 - 15], 0); /* nobody listened, but what was counted is known: nothing */
	assert_int_equal(starts[35 - 7] - starts[35 - 8], 25 * HOUR_MS);
	assert_int_equal(sparks[1].points[34], sketch_value(sketch_bin(60000)));
	assert_int_equal(sparks[2].points[34], 1000);
	assert_int_equal(sparks[2].points[35 - 16], INT64_MIN); /* gauges: nobody looked */
	teller_close(&teller);
}

static void refusals_over_weeks(void **state)
{
	(void)state;
	struct teller teller;
	struct list_named items[4];
	int64_t total;
	teller_open(&teller, in_berlin);
	const int64_t begin = at("2026-09-01T10:00:00+02:00");
	for (int day = 0; day < 60; day++)
		tell(&teller, begin + day * DAY_MS, "refusal.said", day % 3 ? "agent=Ana policy=late" : "agent=Ana policy=never");
	pass(&teller, begin + 59 * DAY_MS + HOUR_MS + HOUR_MS); /* the clock went back: 11:00 */
	const struct zone *zone = NULL;
	const struct period week = period_of(WINDOW_7D, engine_now(teller.engine), zone, 0), weeks = period_of(WINDOW_35D, engine_now(teller.engine), zone, 0);
	assert_int_equal(list_refusals(teller.engine, &week, items, 4, &total), 2);
	assert_int_equal(total, 7);
	assert_string_equal(items[0].name, "late");
	assert_true(items[0].count == 5 && items[0].before == 5);
	assert_int_equal(list_refusals(teller.engine, &weeks, items, 4, &total), 2);
	assert_int_equal(total, 35);
	assert_int_equal(items[0].count + items[1].count, 35);
	assert_int_equal(items[0].before + items[1].before, 25); /* of the 35 days before, the first ten had none */
	const struct period today = period_of(WINDOW_30M, engine_now(teller.engine), zone, 0);
	assert_int_equal(list_refusals(teller.engine, &today, items, 4, &total), 1);
	assert_int_equal(total, 1);
	assert_int_equal(items[0].before, 1); /* yesterday's, up to this time */
	teller_close(&teller);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(today_is_held_against_yesterday_and_last_week), cmocka_unit_test(what_waited_then_is_known),
		cmocka_unit_test(a_day_of_25_hours), cmocka_unit_test(what_a_board_was_not_given_is_not_compared),
		cmocka_unit_test(sparks_hold_what_windows_hold), cmocka_unit_test(refusals_over_weeks)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
