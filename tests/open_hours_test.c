/* Opening hours: by hand for each rule, and against a walk over every minute for random weeks in many zones. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/open_hours.h"

#include <cmocka.h>

#define H HOUR_MS
#define WORKDAYS {0, 540, 1080}, {1, 540, 1080}, {2, 540, 1080}, {3, 540, 1080}, {4, 540, 1080} /* 09:00 to 18:00 */

static struct zone *zone_named(const char *name)
{
	struct error err = {""};
	struct zone *zone = zone_open(name, &err);
	if (!zone)
		fail_msg("%s", err.text);
	return zone;
}

static int64_t at(const char *text)
{
	struct error err = {""};
	int64_t instant = 0;
	if (!instant_parse(view_of(text), NULL, 0, &instant, &err))
		fail_msg("%s: %s", text, err.text);
	return instant;
}

static int32_t day_of(int64_t year, int month, int day)
{
	return (int32_t)calendar_day((struct date){year, month, day});
}

static struct open_hours *hours_in(const char *name, const struct open_block *blocks, size_t count, const int32_t *holidays, size_t holiday_count)
{
	struct zone *zone = zone_named(name);
	struct open_hours *hours = open_hours_create(zone, blocks, count, holidays, holiday_count);
	zone_close(zone);
	return hours;
}

static void always_open(void **state)
{
	(void)state;
	assert_int_equal(open_between(NULL, 5, 12), 7);
	assert_int_equal(open_between(NULL, 12, 5), 0);
	assert_int_equal(open_until(NULL, 5, 7), 12);
	assert_int_equal(open_until(NULL, 5, -7), 5);
	assert_true(open_at(NULL, 5));
	assert_int_equal(open_next_change(NULL, 5), OPEN_NEVER);
}

static void a_working_week(void **state)
{
	(void)state;
	const struct open_block blocks[] = {WORKDAYS};
	const int32_t holidays[] = {day_of(2026, 12, 25)};
	struct open_hours *hours = hours_in("Europe/Berlin", blocks, 5, holidays, 1);
	/* Friday, 2026-03-06; Berlin is an hour ahead. */
	const int64_t friday = at("2026-03-06T16:00:00Z"), monday = at("2026-03-09T08:00:00Z");
	assert_int_equal(open_between(hours, friday, monday), H);
	assert_int_equal(open_until(hours, friday, H), at("2026-03-06T17:00:00Z")); /* at closing time */
	assert_int_equal(open_until(hours, friday, H + 1), monday + 1);
	assert_int_equal(open_until(hours, at("2026-03-07T10:00:00Z"), 0), at("2026-03-07T10:00:00Z"));
	assert_true(open_at(hours, monday));
	assert_false(open_at(hours, monday - 1));
	assert_int_equal(open_next_change(hours, friday), at("2026-03-06T17:00:00Z"));
	assert_int_equal(open_next_change(hours, at("2026-03-06T17:00:00Z")), monday);
	/* Thursday, 24 December to Monday, 28 December: the 25th is none. */
	assert_int_equal(open_between(hours, at("2026-12-24T00:00:00Z"), at("2026-12-28T23:00:00Z")), 18 * H);
	assert_int_equal(open_until(hours, at("2026-12-24T16:00:00Z"), 2 * H), at("2026-12-28T09:00:00Z"));
	open_hours_destroy(hours);
}

static void several_blocks_a_day(void **state)
{
	(void)state;
	/* In no order, overlapping, touching: 08:00-12:30, 13:30-18:00. */
	const struct open_block blocks[] = {{0, 900, 1080}, {0, 480, 600}, {0, 540, 700}, {0, 700, 750}, {0, 810, 960}};
	struct open_hours *hours = hours_in("UTC", blocks, 5, NULL, 0);
	assert_int_equal(open_between(hours, at("2026-03-02T00:00:00Z"), at("2026-03-03T00:00:00Z")), 9 * H);
	assert_int_equal(open_until(hours, at("2026-03-02T12:00:00Z"), H), at("2026-03-02T14:00:00Z"));
	assert_int_equal(open_next_change(hours, at("2026-03-02T08:00:00Z")), at("2026-03-02T12:30:00Z"));
	open_hours_destroy(hours);
}

static void through_midnight(void **state)
{
	(void)state;
	const struct open_block blocks[] = {{4, 1320, 1440}, {5, 0, 120}};
	struct open_hours *hours = hours_in("Asia/Kathmandu", blocks, 2, NULL, 0); /* 5:45 ahead */
	assert_int_equal(open_next_change(hours, at("2026-03-06T12:00:00Z")), at("2026-03-06T16:15:00Z"));
	assert_int_equal(open_next_change(hours, at("2026-03-06T16:15:00Z")), at("2026-03-06T20:15:00Z"));
	assert_int_equal(open_until(hours, at("2026-03-06T12:00:00Z"), 3 * H), at("2026-03-06T19:15:00Z"));
	open_hours_destroy(hours);
}

/* 2026-03-29, 02:00 to 03:00 is skipped in Berlin; 2026-10-25, 02:00 to 03:00 comes twice. */
static void clocks_change(void **state)
{
	(void)state;
	const struct open_block blocks[] = {{6, 60, 240}, {6, 150, 151}}; /* Sundays, 01:00 to 04:00 */
	struct open_hours *hours = hours_in("Europe/Berlin", blocks, 2, NULL, 0);
	assert_int_equal(open_between(hours, at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), 2 * H);
	assert_int_equal(open_between(hours, at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")), 4 * H);
	assert_int_equal(open_until(hours, at("2026-03-28T12:00:00Z"), 2 * H), at("2026-03-29T02:00:00Z"));
	assert_int_equal(open_until(hours, at("2026-10-24T12:00:00Z"), 4 * H), at("2026-10-25T03:00:00Z"));
	open_hours_destroy(hours);
	/* A block that ends within the hour that comes twice is open in both passes, and shut between them. */
	const struct open_block half[] = {{6, 60, 150}};
	hours = hours_in("Europe/Berlin", half, 1, NULL, 0);
	assert_int_equal(open_between(hours, at("2026-10-24T12:00:00Z"), at("2026-10-25T12:00:00Z")), 2 * H);
	assert_int_equal(open_next_change(hours, at("2026-10-25T00:10:00Z")), at("2026-10-25T00:30:00Z"));
	assert_int_equal(open_next_change(hours, at("2026-10-25T00:30:00Z")), at("2026-10-25T01:00:00Z"));
	assert_int_equal(open_next_change(hours, at("2026-10-25T01:00:00Z")), at("2026-10-25T01:30:00Z"));
	/* One that lies in the skipped hour alone is not open that day. */
	const struct open_block skipped[] = {{6, 120, 180}};
	struct open_hours *lost = hours_in("Europe/Berlin", skipped, 1, NULL, 0);
	assert_int_equal(open_between(lost, at("2026-03-28T12:00:00Z"), at("2026-03-29T12:00:00Z")), 0);
	open_hours_destroy(lost);
	open_hours_destroy(hours);
	/* South of the equator it is the other way round: summer time ends in Sydney on 2026-04-05, 03:00. */
	hours = hours_in("Australia/Sydney", blocks, 2, NULL, 0);
	assert_int_equal(open_between(hours, at("2026-04-04T12:00:00Z"), at("2026-04-05T12:00:00Z")), 4 * H);
	assert_int_equal(open_between(hours, at("2026-10-03T12:00:00Z"), at("2026-10-04T12:00:00Z")), 2 * H);
	open_hours_destroy(hours);
}

static void never_open(void **state)
{
	(void)state;
	struct open_hours *hours = hours_in("Asia/Tokyo", NULL, 0, NULL, 0);
	assert_int_equal(open_between(hours, 0, at("2026-03-06T16:00:00Z")), 0);
	assert_int_equal(open_until(hours, at("2026-03-06T16:00:00Z"), 1), OPEN_NEVER);
	assert_int_equal(open_next_change(hours, at("2026-03-06T16:00:00Z")), OPEN_NEVER);
	assert_int_equal(open_until(hours, INT64_C(1) << 53, 1), OPEN_NEVER);
	assert_int_equal(open_between(hours, INT64_MIN, INT64_MAX), 0);
	open_hours_destroy(hours);
	/* 10,000 days in a row that are holidays, some of them named twice: 27 years. */
	int32_t *holidays = memory_new(20000, sizeof *holidays);
	for (int i = 0; i < 20000; i++)
		holidays[i] = day_of(2026, 1, 1) + (i * 7919) % 10000;
	const struct open_block blocks[] = {WORKDAYS};
	hours = hours_in("Asia/Tokyo", blocks, 5, holidays, 20000);
	assert_int_equal(open_between(hours, at("2025-12-31T15:00:00Z"), at("2053-05-17T15:00:00Z")), 0);
	assert_int_equal(open_until(hours, at("2026-03-06T16:00:00Z"), 1), OPEN_NEVER);
	assert_int_equal(open_until(hours, at("2053-05-16T16:00:00Z"), H), at("2053-05-19T01:00:00Z"));
	open_hours_destroy(hours);
	free(holidays);
}

/* ---- against every minute ---- */

static const char *const zones[] = {"UTC", "Europe/Berlin", "Europe/London", "America/New_York", "America/Sao_Paulo", "Asia/Tokyo",
	"Asia/Kathmandu", "Australia/Sydney", "Australia/Lord_Howe", "Africa/Casablanca", "Pacific/Apia", "America/St_Johns", "Asia/Tehran",
	"Pacific/Chatham"};
#define ZONES (sizeof zones / sizeof *zones)

struct week {
	struct open_block blocks[40];
	size_t count;
	int32_t holidays[60];
	size_t holiday_count;
	const struct zone *zone;
};

static uint32_t below(uint64_t *random, uint32_t limit)
{
	*random = *random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*random >> 33) % limit;
}

static void make_week(uint64_t *random, int64_t around, struct week *week)
{
	week->count = below(random, 40);
	for (size_t i = 0; i < week->count; i++) {
		const uint16_t from = (uint16_t)(below(random, 4) ? below(random, 48) * 30 : below(random, 1440));
		const uint32_t length = 1 + below(random, 600), to = from + length;
		week->blocks[i] = (struct open_block){(uint8_t)below(random, 7), from, (uint16_t)(to < 1440 ? to : 1440)};
	}
	week->holiday_count = below(random, 60);
	for (size_t i = 0; i < week->holiday_count; i++)
		week->holidays[i] = (int32_t)(around / DAY_MS) + (int32_t)below(random, 80) - 40;
}

/* By the definition alone: what does the clock read, is that in a block, is the date a holiday? */
static bool is_open(const struct week *week, int64_t instant)
{
	const int64_t reading = instant + zone_offset(week->zone, instant) * SECOND_MS, day = reading / DAY_MS;
	const int64_t minute = reading % DAY_MS / MINUTE_MS;
	const int weekday = (calendar_weekday(day) + 6) % 7;
	for (size_t i = 0; i < week->holiday_count; i++)
		if (week->holidays[i] == day)
			return false;
	for (size_t i = 0; i < week->count; i++)
		if (week->blocks[i].weekday == weekday && week->blocks[i].from <= minute && minute < week->blocks[i].to)
			return true;
	return false;
}

#define SPAN (5 * 1440)

static void check_week(uint64_t *random, const struct week *week, int64_t begin)
{
	struct open_hours *hours = open_hours_create(week->zone, week->blocks, week->count, week->holidays, week->holiday_count);
	int64_t sum = 0, from = begin + below(random, 1440) * MINUTE_MS;
	const int64_t want = (1 + below(random, 3000)) * MINUTE_MS;
	int64_t due = OPEN_NEVER;
	for (int64_t now = from; now < from + SPAN * MINUTE_MS; now += MINUTE_MS) {
		if (open_between(hours, from, now) != sum || open_at(hours, now) != is_open(week, now))
			fail_msg("%lld ms open from %lld to %lld in %s, not %lld", (long long)sum, (long long)from, (long long)now,
				zone_name(week->zone), (long long)open_between(hours, from, now));
		sum += is_open(week, now) ? MINUTE_MS : 0;
		if (sum >= want && due == OPEN_NEVER)
			due = now + MINUTE_MS;
	}
	if (due != OPEN_NEVER)
		assert_int_equal(open_until(hours, from, want), due);
	else
		assert_true(open_until(hours, from, want) > from + SPAN * MINUTE_MS);
	if (due != OPEN_NEVER && want > 7) /* within a minute as well */
		assert_int_equal(open_between(hours, from + 7, open_until(hours, from + 7, want - 7)), want - 7);
	const int64_t change = open_next_change(hours, from);
	for (int64_t now = from; now < change && now < from + SPAN * MINUTE_MS; now += MINUTE_MS)
		assert_int_equal(is_open(week, now), is_open(week, from));
	if (change != OPEN_NEVER)
		assert_int_not_equal(is_open(week, change), is_open(week, from));
	open_hours_destroy(hours);
}

static void every_minute(void **state)
{
	(void)state;
	const char *often = getenv("TABLO_ROUNDS");
	const int rounds = 200 * (often ? atoi(often) : 1);
	struct zone *opened[ZONES];
	for (size_t i = 0; i < ZONES; i++)
		opened[i] = zone_named(zones[i]);
	uint64_t random = 20260322;
	for (int round = 0; round < rounds; round++) {
		struct week week = {.zone = opened[(size_t)round % ZONES]};
		/* Near a change of the clocks as often as not, up to the years that only the rule knows. */
		int64_t begin = at("1995-01-01T00:00:00Z") + below(&random, 80 * 366) * DAY_MS;
		const int64_t change = zone_change_after(week.zone, begin);
		if (below(&random, 2) && change != INT64_MAX)
			begin = (change / DAY_MS - 2) * DAY_MS;
		make_week(&random, begin, &week);
		check_week(&random, &week, begin);
	}
	for (size_t i = 0; i < ZONES; i++)
		zone_close(opened[i]);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(always_open), cmocka_unit_test(a_working_week), cmocka_unit_test(several_blocks_a_day),
		cmocka_unit_test(through_midnight), cmocka_unit_test(clocks_change), cmocka_unit_test(never_open),
		cmocka_unit_test(every_minute),
	};
	return cmocka_run_group_tests_name("open_hours", tests, NULL, NULL);
}
