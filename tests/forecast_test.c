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
	assert_int_equal(forecast.weeks, 4); /* the fourth begins before the first call: hardly known */
	/* 32 + what smoothing leaves of the hour from 9 were expected so far; nothing came. */
	assert_near(forecast.today, 100 / (100 + forecast.expected_so_far));
	assert_near(forecast.next_30m / forecast.today, 16);
	assert_near(forecast.next_60m / forecast.today, 32);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_real_month), cmocka_unit_test(what_was_always_so),
	};
	return cmocka_run_group_tests_name("forecast", tests, NULL, NULL);
}
