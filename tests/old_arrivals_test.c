/* Forecasts of a board that keeps eight days of everything else are those of one that keeps five weeks: also after it was written down and
 * read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <math.h>

#include "base/memory.h"
#include "metrics/arrivals.h"
#include "tests/teller.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define WEEK (7 * D)
#define MONDAY (INT64_C(20513) * D) /* 2026-03-01 was a Sunday: day 20513 is the Monday after */
#define WEEKS 6

static uint64_t chance = 7;

static int below(int limit)
{
	chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int)((chance >> 33) % (uint64_t)limit);
}

/* Some calls in each quarter hour of the day's middle, in two queues, a few of them told late. */
static void play_day(struct teller *boards, int count, int64_t day)
{
	for (int64_t at = day + 8 * H; at < day + 18 * H; at += 15 * M)
		for (int call = below(4) + (int)(day / D % 3); call > 0; call--) {
			char keys[96];
			const int64_t late = below(10) ? 0 : below(20) * H;
			snprintf(keys, sizeof keys, "contact=c%lld-%d queue=%s channel=phone", (long long)at, call, below(3) ? "Billing" : "Sales");
			for (int i = 0; i < count; i++)
				tell_late(&boards[i], at + 10 * M, at + 10 * M - late, "contact.queued", keys);
			snprintf(keys, sizeof keys, "contact=c%lld-%d why=abandoned", (long long)at, call);
			for (int i = 0; i < count; i++)
				tell(&boards[i], at + 12 * M, "contact.left", keys);
		}
}

static void check_same(const struct engine *few, const struct engine *many, int64_t day)
{
	struct arrivals *a = memory_new(1, sizeof *a), *b = memory_new(1, sizeof *b);
	arrivals_expect(a, few, SCOPE_ALL, day);
	arrivals_expect(b, many, SCOPE_ALL, day);
	assert_int_equal(a->weeks, b->weeks);
	for (int i = 0; i < ARRIVALS_QUARTERS; i++) {
		const bool same = a->expected[i] == b->expected[i] || (isnan(a->expected[i]) && isnan(b->expected[i]));
		if (!same || (isnan(a->last[i]) ? !isnan(b->last[i]) : a->last[i] != b->last[i]))
			fail_msg("quarter hour %d: %f and %f", i, a->expected[i], b->expected[i]);
	}
	free(a);
	free(b);
}

static void read_back(struct teller *teller)
{
	size_t size;
	bool differs;
	struct error err = {""};
	uint8_t *bytes = engine_pack(teller->engine, INT64_MIN, &size);
	struct engine *copy = engine_unpack(teller->settings, bytes, size, &differs, &err);
	if (!copy)
		fail_msg("%s", err.text);
	engine_destroy(teller->engine);
	teller->engine = copy;
	free(bytes);
}

static void eight_days_tell_of_four_weeks(void **state)
{
	(void)state;
	struct teller boards[2];
	teller_open(&boards[0], NULL);
	teller_open(&boards[1], long_history);
	assert_int_equal(boards[0].settings->history_days, 8);
	for (int64_t day = MONDAY; day < MONDAY + WEEKS * WEEK; day += D) {
		play_day(boards, 2, day);
		if (day == MONDAY + 20 * D)
			read_back(&boards[0]);
		pass(&boards[0], day + D + M);
		pass(&boards[1], day + D + M);
		check_same(boards[0].engine, boards[1].engine, day + D);
	}
	struct arrivals *arrivals = memory_new(1, sizeof *arrivals);
	arrivals_expect(arrivals, boards[0].engine, SCOPE_ALL, MONDAY + WEEKS * WEEK);
	assert_int_equal(arrivals->weeks, ARRIVALS_WEEKS);
	free(arrivals);
	teller_close(&boards[0]);
	teller_close(&boards[1]);
}

static void days_come_in_any_order_and_go(void **state)
{
	(void)state;
	struct old_arrivals old = {0};
	const int64_t now = MONDAY + 40 * D;
	old_arrivals_add(&old, now - 20 * D + 15 * M, 3, now);
	old_arrivals_add(&old, now - 25 * D, 70000, now);
	old_arrivals_add(&old, now - 20 * D + 15 * M, 4, now);
	old_arrivals_add(&old, now - 31 * D, 1, now); /* too long ago */
	old_arrivals_add(&old, now + D, 1, now);      /* not yet */
	old_arrivals_add(&old, -15 * M, 1, now);
	assert_int_equal(old.count, 2);
	assert_int_equal(old.days[0].offered[0], UINT16_MAX);
	assert_int_equal(old.days[1].offered[1], 7);
	old_arrivals_add(&old, now, 0, now + 8 * D);
	assert_int_equal(old.count, 1);
	old_arrivals_finish(&old);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(eight_days_tell_of_four_weeks), cmocka_unit_test(days_come_in_any_order_and_go),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
