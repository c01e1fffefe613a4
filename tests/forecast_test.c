/* What is to come: by hand, and on a real month against what really came. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "base/memory.h"
#include "metrics/arrivals.h"
#include "metrics/forecast.h"
#include "teller.h"

#include <cmocka.h>

#define AUGUST_1 INT64_C(933465600000) /* 1999-08-01T00:00:00Z, a Sunday */
#define WEEK (7 * D)
#define MONDAY INT64_C(1700438400000) /* 2023-11-20T00:00:00Z */

/* ---- a real month ---- */

static int64_t next_offered(struct input *input, char queue[64], char call[64])
{
	struct view line;
	while (input_next(input, &line, NULL) == INPUT_LINE) {
		char text[200], event[64];
		long long at;
		view_copy(line, text, sizeof text);
		if (sscanf(text, "%lld,%*[^,],%63[^,],%63[^,],%63[^,]", &at, event, call, queue) == 4 && strcmp(event, "offered") == 0)
			return at * SECOND_MS;
	}
	return INT64_MAX;
}

static struct input *open_month(void)
{
	const char *folder = getenv("TABLO_DATA");
	char *path = memory_format("%s/anonbank-1999-08/events.csv.gz", folder && *folder ? folder : "../shared/data");
	struct input *input = input_open(path, NULL);
	free(path);
	return input;
}

/* Everything from the file that was offered before `end`, and then that time. `held`: what was read too far, to be told next. */
struct month {
	struct input *input;
	int64_t held;
	char queue[64], call[64];
};

static void tell_month(struct teller *t, struct month *month, int64_t end)
{
	char keys[300];
	for (; month->held < end; month->held = next_offered(month->input, month->queue, month->call)) {
		snprintf(keys, sizeof keys, "contact=%s queue=%s channel=phone", month->call, month->queue);
		tell(t, month->held, "contact.queued", keys);
		snprintf(keys, sizeof keys, "contact=%s why=abandoned", month->call);
		tell(t, month->held, "contact.left", keys);
	}
	pass(t, end);
}

/* By half hours of the week from `begin`. */
static void count_month(int64_t begin, double came[336])
{
	struct input *input = open_month();
	char queue[64], call[64];
	memset(came, 0, 336 * sizeof *came);
	for (int64_t at; (at = next_offered(input, queue, call)) < begin + WEEK;)
		if (at >= begin)
			came[(at - begin) / (30 * M)]++;
	input_close(input);
}

/* Mean of |expected - came| / came over the half hours in which something came. */
static double mean_error(const double *expected, const double *came, int *n)
{
	double sum = 0;
	*n = 0;
	for (int i = 0; i < 336; i++)
		if (came[i] > 0) {
			sum += fabs(expected[i] - came[i]) / came[i];
			++*n;
		}
	return sum / *n;
}

static void print_errors(const char *what, int64_t begin, const double *ours, const double *naive, const double *came)
{
	int n;
	const double error = mean_error(ours, came, &n), beside = mean_error(naive, came, &n);
	printf("# week %d %s: mean absolute percentage error %.1f %%, same as last week %.1f %%, over %d half hours\n",
		(int)((begin - AUGUST_1) / WEEK) + 1, what, 100 * error, 100 * beside, n);
	assert_true(n > 150);
	assert_true(error < beside);
}

/* Only what was before `begin` is known; the whole week after it is told at once. Then the half hours one by one, as they come. */
static void hold_against(struct teller *t, struct month *month, int64_t begin)
{
	double ours[336], steps[336], naive[336], came[336];
	struct arrivals *arrivals = memory_new(1, sizeof *arrivals);
	tell_month(t, month, begin);
	arrivals_expect(arrivals, t->engine, SCOPE_ALL, begin);
	for (int i = 0; i < 336; i++) {
		ours[i] = arrivals->expected[2 * i] + arrivals->expected[2 * i + 1];
		naive[i] = arrivals->last[2 * i] + arrivals->last[2 * i + 1];
	}
	free(arrivals);
	count_month(begin, came);
	print_errors("from what was before", begin, ours, naive, came);
	for (int i = 0; i < 336; i++) {
		struct forecast forecast;
		tell_month(t, month, begin + i * 30 * M);
		forecast_run(&forecast, t->engine, SCOPE_ALL, -1);
		assert_true(forecast.known);
		steps[i] = forecast.next_30m;
	}
	print_errors("each half hour before", begin, steps, naive, came);
}

static void a_real_month(void **state)
{
	(void)state;
	struct month month = {.input = open_month()};
	struct teller t;
	if (!month.input) {
		skip();
		return;
	}
	month.held = next_offered(month.input, month.queue, month.call);
	teller_open(&t, long_history);
	hold_against(&t, &month, AUGUST_1 + 2 * WEEK);
	hold_against(&t, &month, AUGUST_1 + 3 * WEEK);
	input_close(month.input);
	teller_close(&t);
}

/* ---- by hand ---- */

/* So many calls of one quarter hour, all given up after 30 s but for those that are answered: those last 3 min. */
static void quarter(struct teller *t, int64_t start, const char *queue, int calls)
{
	static int number;
	for (int i = 0; i < calls; i++) {
		char keys[200];
		snprintf(keys, sizeof keys, "contact=c%d queue=%s channel=phone", ++number, queue);
		tell(t, start + i * 10 * S, "contact.queued", keys);
		snprintf(keys, sizeof keys, "contact=c%d why=abandoned wait_ms=0", number);
		tell(t, start + i * 10 * S, "contact.left", keys);
	}
}

/* An hour of `calls` a quarter from `start` on. */
static void hour(struct teller *t, int64_t start, int calls)
{
	for (int i = 0; i < 4; i++)
		quarter(t, start + i * QUARTER_MS, "A", calls);
}

static void assert_near(double value, double expected)
{
	if (!(fabs(value - expected) <= 1e-6 * (1 + fabs(expected))))
		fail_msg("%.12g is not %.12g", value, expected);
}

/* Middle of an hour that was the same in all weeks: smoothing changes nothing there. */
static void what_was_always_so(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	for (int week = 0; week < 3; week++)
		for (int i = 0; i < 3; i++)
			hour(&t, MONDAY + week * WEEK + (9 + i) * H, 8);
	pass(&t, MONDAY + 3 * WEEK + 10 * H);
	struct forecast forecast;
	forecast_run(&forecast, t.engine, SCOPE_ALL, -1);
	assert_true(forecast.known);
	assert_int_equal(forecast.weeks, 3);
	/* 32 + what smoothing leaves of the hour from 9 were expected so far; nothing came. */
	assert_near(forecast.today, 100 / (100 + forecast.expected_so_far));
	assert_near(forecast.next_30m / forecast.today, 16);
	assert_near(forecast.next_60m / forecast.today, 32);
	teller_close(&t);
}

/* 32, 16, 8: half of the drift goes on, whatever the weeks weigh. */
static void a_level_that_falls(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	for (int week = 0; week < 3; week++)
		for (int i = 0; i < 3; i++)
			hour(&t, MONDAY + week * WEEK + (9 + i) * H, 32 >> week);
	pass(&t, MONDAY + 3 * WEEK + M);
	struct arrivals *arrivals = memory_new(1, sizeof *arrivals);
	arrivals_expect(arrivals, t.engine, SCOPE_ALL, MONDAY + 3 * WEEK);
	assert_near(arrivals_between(arrivals, MONDAY + 3 * WEEK + 10 * H, MONDAY + 3 * WEEK + 11 * H), 4 * 8 * sqrt(0.5));
	free(arrivals);
	teller_close(&t);
}

static void berlin(struct settings *settings)
{
	long_history(settings);
	struct error err;
	settings_set(settings, "zone", "Europe/Berlin", &err);
}

/* The clocks went back on 2023-10-29: what came at 9 by the clock, an hour of UTC earlier, is expected at 9. */
static void the_time_by_the_clock(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, berlin);
	const int64_t summer = MONDAY - 4 * WEEK - 2 * H, winter = MONDAY - 3 * WEEK - H; /* midnights in Berlin */
	quarter(&t, summer - D, "A", 1);
	for (int i = 0; i < 3; i++)
		hour(&t, summer + (9 + i) * H, 8);
	pass(&t, winter + M);
	struct forecast forecast;
	forecast_run(&forecast, t.engine, SCOPE_ALL, -1);
	assert_int_equal(forecast.day, winter);
	struct forecast_half halves[FORECAST_HALVES_MOST];
	assert_int_equal(forecast_day(t.engine, SCOPE_ALL, &forecast, halves), 48);
	assert_near(halves[20].expected, 16); /* 10:00 */
	assert_near(halves[17].last + halves[24].last, 0);
	assert_near(halves[18].last + halves[23].last, 32);
	teller_close(&t);
}

/* A Monday on which nobody works tells nothing of the next one; one week with it in two is enough. */
static void a_holiday(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	for (int day = 0; day < 14; day++)
		if (day != 7)
			for (int i = 0; i < 3; i++)
				hour(&t, MONDAY + day * D + (9 + i) * H, 8);
	pass(&t, MONDAY + 2 * WEEK + M);
	struct arrivals *arrivals = memory_new(1, sizeof *arrivals);
	arrivals_expect(arrivals, t.engine, SCOPE_ALL, MONDAY + 2 * WEEK);
	assert_near(arrivals_between(arrivals, MONDAY + 2 * WEEK + 10 * H, MONDAY + 2 * WEEK + 11 * H), 32);
	free(arrivals);
	teller_close(&t);
}

static void assert_unknown(const struct teller *t, const char *metric)
{
	assert_false(figure_of(t, metric, WINDOW_NOW).known);
}

/* Nothing at all, then less than a week, then a week with the few days a board keeps by itself. */
static void what_is_not_known(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	assert_unknown(&t, "forecast_30m");
	pass(&t, MONDAY);
	assert_unknown(&t, "forecast_30m");
	for (int day = 0; day < 7; day++)
		hour(&t, MONDAY + day * D + 9 * H, 8);
	assert_unknown(&t, "forecast_60m");
	assert_unknown(&t, "agents_needed");
	pass(&t, MONDAY + WEEK + 8 * H);
	assert_unknown(&t, "forecast_30m"); /* a week ago nobody listened yet */
	pass(&t, MONDAY + WEEK + 9 * H);
	assert_true(gauge(&t, "forecast_60m") > 10);
	assert_unknown(&t, "agents_needed"); /* nobody ever took a call: no handling time */
	pass(&t, MONDAY + WEEK + 12 * H);
	assert_int_equal(gauge(&t, "forecast_30m"), 0);
	teller_close(&t);
}

/* A call that is answered after `wait` and lasts three minutes. */
static void served(struct teller *t, int number, int64_t at, int64_t wait)
{
	char keys[200];
	snprintf(keys, sizeof keys, "contact=s%d queue=A channel=phone", number);
	tell(t, at, "contact.queued", keys);
	snprintf(keys, sizeof keys, "contact=s%d agent=ana", number);
	tell(t, at + wait, "contact.answered", keys);
	snprintf(keys, sizeof keys, "contact=s%d agent=ana by=agent wrap_ms=0", number);
	tell(t, at + wait + 3 * M, "contact.released", keys);
}

static void on_shift(struct teller *t, int64_t at, int agents)
{
	for (int i = 0; i < agents; i++) {
		char keys[100];
		snprintf(keys, sizeof keys, "agent=agent%d state=available", i);
		tell(t, at, "agent.state", keys);
	}
}

static double ratio_of(const struct teller *t, const char *metric)
{
	const struct figure figure = figure_of(t, metric, WINDOW_NOW);
	assert_true(figure.known);
	return (double)figure.numerator / (double)figure.denominator;
}

/* Two weeks of 60 calls of 3 min an hour, one at a time; the last one today. */
static void staffing_by_hand(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	for (int day = 0, number = 0; day < 8; day++)
		for (int i = 0; i < 36; i++)
			served(&t, ++number, MONDAY + day * D + 9 * H + i * 4 * M, 6 * S);
	on_shift(&t, MONDAY + WEEK + 12 * H, 2);
	pass(&t, MONDAY + WEEK + 12 * H + M);
	struct forecast forecast;
	forecast_run(&forecast, t.engine, SCOPE_ALL, 2);
	assert_int_equal(forecast.handle, 3 * M);
	assert_int_equal(forecast.patience, 0);
	assert_int_equal(forecast.target, 20 * S);
	/* 10 Erlang take 14 agents for 80 % in 20 s: 13 give 79.6 %. */
	struct staffing staffing;
	forecast_staff(&forecast, t.settings, 100, FORECAST_STEP, 14, NULL, &staffing);
	assert_int_equal(staffing.needed, 14);
	assert_near(round(staffing.service_level * 1000), 888);
	assert_near(staffing.occupancy, 10. / 14);
	const struct what_if change = {.agents = -2, .arrivals_percent = 20, .handle_percent = -50};
	forecast_staff(&forecast, t.settings, 100, FORECAST_STEP, 14, &change, &staffing);
	assert_int_equal(staffing.agents, 12);
	assert_near(staffing.arrivals, 120);
	assert_near(staffing.occupancy, 6. / 12);
	forecast_staff(&forecast, t.settings, 100, FORECAST_STEP, 9, NULL, &staffing);
	assert_true(isinf(staffing.wait) && staffing.service_level == 0);
	assert_int_equal(gauge(&t, "staffing_gap"), 2 - gauge(&t, "agents_needed"));
	teller_close(&t);
}

static void too_few(struct settings *settings)
{
	long_history(settings);
	settings->alerts = memory_new(1, sizeof *settings->alerts);
	settings->alerts[settings->alert_count++] = (struct alert_settings){.name = memory_text("too few"),
		.metric = memory_text("staffing_gap"), .window = -1, .enter = -1, .leave = 0, .and_enter = NAN, .severity = SEVERITY_CRITICAL};
}

/* A figure like others: an alert is raised by it, in time alone and before anybody waits. */
static void an_alert_of_what_is_to_come(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert alerts[4];
	teller_open(&t, too_few);
	for (int day = 0, number = 0; day < 7; day++)
		for (int i = 0; i < 120; i++)
			served(&t, ++number, MONDAY + day * D + 9 * H + i * M, 6 * S);
	pass(&t, MONDAY + WEEK + 7 * H);
	on_shift(&t, MONDAY + WEEK + 7 * H, 2);
	pass(&t, MONDAY + WEEK + 8 * H);
	assert_int_equal(list_alerts(t.engine, engine_now(t.engine), alerts, 4), 0);
	pass(&t, MONDAY + WEEK + 9 * H + M);
	assert_true(gauge(&t, "staffing_gap") < -1);
	assert_int_equal(list_alerts(t.engine, engine_now(t.engine), alerts, 4), 1);
	assert_non_null(strstr(alerts[0].text, "staffing gap"));
	teller_close(&t);
}

/* Where people give up, Erlang A: two waits of 30 s to one who gave up after as long are a patience of 90 s. */
static void patience_from_those_who_gave_up(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	for (int day = 0, number = 0; day < 8; day++)
		for (int i = 0; i < 36; i++) {
			const int64_t at = MONDAY + day * D + 9 * H + i * 5 * M;
			served(&t, ++number, at, 30 * S);
			served(&t, ++number, at, 30 * S);
			char keys[100];
			snprintf(keys, sizeof keys, "contact=s%d queue=A channel=phone", ++number);
			tell(&t, at, "contact.queued", keys);
			snprintf(keys, sizeof keys, "contact=s%d why=abandoned", number);
			tell(&t, at + 30 * S, "contact.left", keys);
		}
	on_shift(&t, MONDAY + WEEK + 10 * H, 1);
	pass(&t, MONDAY + WEEK + 10 * H + M);
	struct forecast forecast;
	forecast_run(&forecast, t.engine, SCOPE_ALL, 1);
	assert_int_equal(forecast.patience, 90 * S);
	assert_true(ratio_of(&t, "expected_abandon_rate") > 0.1);
	assert_true(ratio_of(&t, "expected_occupancy") < 1);
	assert_true(figure_of(&t, "expected_wait", WINDOW_NOW).numerator < 90 * S);
	teller_close(&t);
}

/* Letters wait for hours: they are no part of everything's forecast, and have one of their own. */
static void letters_apart(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	for (int day = 0; day < 7; day++)
		for (int i = 0; i < 12; i++) {
			char keys[100];
			snprintf(keys, sizeof keys, "contact=m%d.%d queue=A channel=email", day, i);
			tell(&t, MONDAY + day * D + 9 * H + i * 5 * M, "contact.queued", keys);
		}
	pass(&t, MONDAY + WEEK + 9 * H);
	assert_int_equal(gauge(&t, "forecast_60m"), 0);
	struct scope letters = SCOPE_ALL;
	letters.channel = CHANNEL_EMAIL;
	assert_true(figure_in(&t, "forecast_60m", WINDOW_NOW, BY_OUTCOME, letters).numerator > 6);
	teller_close(&t);
}

/* To the last bit; what lies between the members is nothing. */
static void assert_same(const struct forecast *a, const struct forecast *b)
{
	const double of_a[] = {a->next_15m, a->next_30m, a->next_60m, a->so_far, a->expected_so_far, a->today, a->staffing.arrivals,
		a->staffing.service_level, a->staffing.abandons, a->staffing.occupancy, a->staffing.wait};
	const double of_b[] = {b->next_15m, b->next_30m, b->next_60m, b->so_far, b->expected_so_far, b->today, b->staffing.arrivals,
		b->staffing.service_level, b->staffing.abandons, b->staffing.occupancy, b->staffing.wait};
	assert_memory_equal(of_a, of_b, sizeof of_a);
	assert_int_equal(a->known, b->known);
	assert_int_equal(a->weeks, b->weeks);
	assert_int_equal(a->day, b->day);
	assert_int_equal(a->handle, b->handle);
	assert_int_equal(a->patience, b->patience);
	assert_int_equal(a->target, b->target);
	assert_int_equal(a->staffing.needed, b->staffing.needed);
}

/* An answer depends on what was told, not on when it was asked for before: one engine is asked all the time, the other at the end. */
static void asked_often_or_once(void **state)
{
	(void)state;
	struct teller often, once;
	struct teller *both[] = {&often, &once};
	for (int b = 0; b < 2; b++) {
		struct teller *t = both[b];
		teller_open(t, long_history);
		for (int day = 0, number = 0; day < 9; day++) {
			for (int i = 0; i < 23; i++) {
				served(t, ++number, MONDAY + day * D + (i * 59 + day) * M, 5 * S);
				if (b == 0)
					figure_of(t, "forecast_30m", WINDOW_NOW);
			}
			if (day < 8)
				served(t, ++number, MONDAY + day * D + 23 * H + 30 * M, 5 * S);
		}
		pass(t, MONDAY + 8 * D + 22 * H + 50 * M);
		if (b == 0)
			figure_of(t, "forecast_30m", WINDOW_NOW);
		/* Of yesterday, told late, in a quarter hour that is known: what was worked out before holds no more. */
		tell_late(t, MONDAY + 8 * D + 23 * H, MONDAY + 7 * D + 23 * H + 31 * M, "contact.queued", "contact=late queue=A channel=phone");
		pass(t, MONDAY + 8 * D + 23 * H + M);
	}
	struct forecast a, b;
	forecast_run(&a, often.engine, SCOPE_ALL, 3);
	forecast_run(&b, once.engine, SCOPE_ALL, 3);
	assert_true(a.known);
	assert_same(&a, &b);
	teller_close(&often);
	teller_close(&once);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_real_month), cmocka_unit_test(what_was_always_so), cmocka_unit_test(a_level_that_falls),
		cmocka_unit_test(the_time_by_the_clock), cmocka_unit_test(a_holiday), cmocka_unit_test(what_is_not_known),
		cmocka_unit_test(staffing_by_hand), cmocka_unit_test(an_alert_of_what_is_to_come),
		cmocka_unit_test(patience_from_those_who_gave_up), cmocka_unit_test(letters_apart),
		cmocka_unit_test(asked_often_or_once),
	};
	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
