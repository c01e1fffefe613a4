/* What series hold and how much room they take while the oldest go and late ones come. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/instant.h"
#include "config/settings.h"
#include "metrics/ledger.h"

#include <cmocka.h>

#define DAYS 4
#define MINUTES (DAYS * 24 * 60)
#define START INT64_C(1790000000000)

static int64_t minute_at(int minute)
{
	return (START / QUARTER_MS) * QUARTER_MS + minute * MINUTE_MS;
}

static int64_t sum_of(const struct ledger *ledger, int way, int64_t after, int64_t until, bool quarters)
{
	struct tally tally = {{0}};
	(quarters ? ledger_sum_quarters : ledger_sum_minutes)(ledger, way, after, until, false, &tally);
	return tally.value[COUNT_OFFERED];
}

static void check_room(const struct series *series)
{
	const size_t kept = series->count - series->first;
	assert_true(series->room <= kept + kept / 2 + 16);
}

/* A plain array of minutes says what the ledger must: late ones up to four hours, far beyond the minutes that are kept. */
static void test_sums_and_room_stay_while_the_oldest_go(void **state)
{
	(void)state;
	static int64_t plain[MINUTES];
	struct ledger ledger = {0};
	const struct ledger_rules rules = {.minutes = HOUR_MS, .quarters = DAY_MS, .from = INT64_MIN};
	uint32_t chance = 7;
	for (int minute = 240; minute < MINUTES; minute++) {
		for (int i = 0; i < 3; i++) {
			chance = chance * 1664525 + 1013904223;
			const int late = chance >> 28 ? 0 : (int)(chance >> 12) % 240;
			const struct count count = {COUNT_OFFERED, 1 + (int64_t)(chance >> 30)};
			ledger_count(&ledger, BY_OUTCOME, minute_at(minute - late), minute_at(minute), &rules, &count, 1);
			plain[minute - late] += count.delta;
		}
		if (minute < 26 * 60 || minute % 15 != 14)
			continue;
		int64_t hour = 0, day = 0;
		for (int i = minute - 23 * 60 - 59; i <= minute; i++) {
			day += plain[i];
			hour += i > minute - 60 ? plain[i] : 0;
		}
		assert_int_equal(hour, sum_of(&ledger, BY_OUTCOME, minute_at(minute - 60), minute_at(minute), false));
		assert_int_equal(day, sum_of(&ledger, BY_OUTCOME, minute_at(minute - 24 * 60), minute_at(minute), true));
		check_room(&ledger.minutes[BY_OUTCOME]);
		check_room(&ledger.quarters[BY_OUTCOME]);
	}
	ledger_finish(&ledger);
}

static size_t shared_of(const struct series *series)
{
	size_t shared = 0;
	for (size_t i = series->first; i < series->count; i++)
		shared += series->buckets[i].shared;
	return shared;
}

static void check_quarters(const struct ledger *ledger, const int64_t *plain, int first, int last)
{
	for (int quarter = first; quarter <= last; quarter++)
		assert_int_equal(plain[quarter], sum_of(ledger, BY_OUTCOME, minute_at(quarter * 15) - 1, minute_at(quarter * 15), true));
}

/* Old quarter hours share their memory; now and then one comes late, between them or to one of them, and all part again. */
static void test_what_comes_late_finds_its_place_among_those_that_share(void **state)
{
	(void)state;
	static int64_t plain[DAYS * 96];
	struct ledger ledger = {0};
	const struct ledger_rules rules = {.minutes = HOUR_MS, .quarters = DAY_MS, .from = INT64_MIN};
	uint32_t chance = 11;
	size_t most = 0;
	for (int quarter = 0; quarter < DAYS * 96; quarter++) {
		chance = chance * 1664525 + 1013904223;
		const struct count count = {COUNT_OFFERED, 1 + (int64_t)(chance >> 18)};
		const bool is_late = chance >> 28 == 0 && quarter > 90;
		const int at = is_late ? quarter - 5 - (int)(chance >> 10) % 80 : quarter;
		if (is_late || chance >> 30) {
			ledger_count(&ledger, BY_OUTCOME, minute_at(at * 15), minute_at(quarter * 15), &rules, &count, 1);
			plain[at] += count.delta;
		}
		ledger_close(&ledger, minute_at(quarter * 15), minute_at(quarter * 15), &rules);
		const size_t shared = shared_of(&ledger.quarters[BY_OUTCOME]);
		most = shared > most ? shared : most;
		if (quarter % 7 == 0)
			check_quarters(&ledger, plain, quarter > 94 ? quarter - 94 : 0, quarter);
	}
	assert_true(most >= 4 * BUCKETS_SHARED);
	ledger_finish(&ledger);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_sums_and_room_stay_while_the_oldest_go),
		cmocka_unit_test(test_what_comes_late_finds_its_place_among_those_that_share),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
