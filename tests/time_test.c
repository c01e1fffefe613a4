#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "base/zone.h"

#include <cmocka.h> /* last: it makes a macro of fail */

/* A small generator of our own, so that a failure can be repeated anywhere. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* ---- zones and instants ---- */

static struct zone *open_zone(const char *name)
{
	struct error err = {""};
	struct zone *zone = zone_open(name, &err);
	if (!zone)
		fail_msg("%s", err.text);
	return zone;
}

static void expect_instant(const char *text, const struct zone *zone, int64_t expected)
{
	int64_t at = -1;
	struct error err = {""};
	if (!instant_parse(view_of(text), zone, 0, &at, &err))
		fail_msg("%s", err.text);
	assert_int_equal(at, expected);
}

static void expect_offset(const struct zone *zone, const char *text, int32_t hours)
{
	int64_t at;
	assert_true(instant_parse(view_of(text), NULL, 0, &at, NULL));
	assert_int_equal(zone_offset(zone, at), hours * 3600);
}

static void expect_written(int64_t at, const struct zone *zone, const char *expected)
{
	char text[40];
	instant_format(at, zone, text, 32);
	assert_string_equal(text, expected);
}

/* Of the rules, whatever they are called. */
static void test_zone_hash(void **state)
{
	(void)state;
	static const char *const names[] = {"UTC", "Europe/Berlin", "Asia/Tokyo", "America/New_York", "Europe/London"};
	uint64_t hashes[5];
	for (size_t i = 0; i < 5; i++) {
		struct zone *zone = open_zone(names[i]), *again = open_zone(names[i]);
		hashes[i] = zone_hash(zone);
		assert_true(hashes[i] == zone_hash(again));
		for (size_t k = 0; k < i; k++)
			assert_true(hashes[k] != hashes[i]);
		zone_close(zone);
		zone_close(again);
	}
	/* The last rule counts too, and only it where there is no table. */
	static const char *const rules[] = {"CET-1CEST,M3.5.0,M10.5.0/3", "CET-1CEST,M3.5.0,M10.5.0/2", "CET-1CEST,M3.4.0,M10.5.0/3", "CET-1"};
	for (size_t i = 0; i < 4; i++) {
		setenv("TZ", rules[i], 1);
		struct zone *zone = open_zone("local");
		hashes[i] = zone_hash(zone);
		for (size_t k = 0; k < i; k++)
			assert_true(hashes[k] != hashes[i]);
		zone_close(zone);
	}
	unsetenv("TZ");
	setenv("TZ", "Europe/Berlin", 1);
	struct zone *local = open_zone("local"), *berlin = open_zone("Europe/Berlin");
	unsetenv("TZ");
	assert_true(zone_hash(local) == zone_hash(berlin));
	assert_true(zone_hash_alike(berlin) == zone_hash(berlin));
	zone_close(local);
	zone_close(berlin);
}

/* UTC is known without a file; the zone database has it with a rule behind an empty table. */
static void test_alike_zones(void **state)
{
	(void)state;
	struct zone *own = open_zone("UTC"), *file = open_zone("Etc/UTC"), *other = open_zone("Etc/GMT-1");
	assert_true(zone_hash(own) != zone_hash(file));
	assert_true(zone_hash_alike(own) == zone_hash(file) && zone_hash(own) == zone_hash_alike(file));
	assert_true(zone_hash_alike(other) != zone_hash(own) && zone_hash(other) != zone_hash_alike(own));
	zone_close(own);
	zone_close(file);
	zone_close(other);
}

static void test_zone_names(void **state)
{
	(void)state;
	static const char *const wrong[] = {"", "Europe/Nowhere", "../../etc/passwd", "/etc/localtime",
		"Europe", "Europe/../UTC", "zone.tab", "tzdata.zi", "a\x1b[0m", "Europe/Berlin "};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct error err = {""};
		assert_null(zone_open(wrong[i], &err));
		assert_non_null(strstr(err.text, "no time zone is called"));
		assert_null(strchr(err.text, 0x1b));
	}
	struct zone *zone = open_zone("UTC");
	assert_string_equal(zone_name(zone), "UTC");
	assert_int_equal(zone_offset(zone, INT64_MIN), 0);
	zone_close(zone);
	zone_close(NULL);
}

static void test_zone_local(void **state)
{
	(void)state;
	const char *kept = getenv("TZ") ? strdup(getenv("TZ")) : NULL;
	setenv("TZ", ":Asia/Kolkata", 1);
	struct zone *zone = open_zone("local");
	assert_string_equal(zone_name(zone), "Asia/Kolkata");
	assert_int_equal(zone_offset(zone, 0), 19800);
	zone_close(zone);
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	zone = open_zone("local");
	expect_offset(zone, "2026-03-29T00:59:59Z", 1);
	expect_offset(zone, "2026-03-29T01:00:00Z", 2);
	expect_offset(zone, "2026-10-25T00:59:59Z", 2);
	expect_offset(zone, "2026-10-25T01:00:00Z", 1);
	zone_close(zone);
	setenv("TZ", "rubbish,M13", 1);
	assert_null(zone_open("local", NULL));
	unsetenv("TZ");
	zone_close(open_zone("local"));
	if (kept)
		setenv("TZ", kept, 1);
	free((char *)kept);
}

static void test_zone_berlin(void **state)
{
	(void)state;
	struct zone *zone = open_zone("Europe/Berlin");
	expect_offset(zone, "2026-01-01T00:00:00Z", 1);
	expect_offset(zone, "2026-03-29T00:59:59.999Z", 1);
	expect_offset(zone, "2026-03-29T01:00:00Z", 2);
	expect_offset(zone, "2026-10-25T00:59:59.999Z", 2);
	expect_offset(zone, "2026-10-25T01:00:00Z", 1);
	/* beyond 2037, where the table ends and the rule goes on */
	expect_offset(zone, "2050-07-01T00:00:00Z", 2);
	expect_offset(zone, "2050-03-27T00:59:59Z", 1);
	expect_offset(zone, "2050-03-27T01:00:00Z", 2);
	expect_offset(zone, "2399-10-31T00:59:59Z", 2);
	expect_offset(zone, "2399-10-31T01:00:00Z", 1);
	/* spring: 02:30 does not exist, 03:00 follows */
	expect_instant("2026-03-29T01:59", zone, INT64_C(1774745940000));
	expect_instant("2026-03-29T02:30", zone, INT64_C(1774746000000));
	expect_instant("2026-03-29T03:00", zone, INT64_C(1774746000000));
	/* autumn: 02:30 is there twice, the first counts */
	expect_instant("2026-10-25T02:30", zone, INT64_C(1792888200000));
	expect_instant("2026-10-25T02:30+01:00", zone, INT64_C(1792891800000));
	expect_written(INT64_C(1792888200000), zone, "2026-10-25T02:30:00+02:00");
	expect_written(INT64_C(1792891800000), zone, "2026-10-25T02:30:00+01:00");
	assert_int_equal(zone_instant(zone, INT64_MAX), INT64_MAX);
	assert_int_equal(zone_instant(zone, INT64_MIN), INT64_MIN);
	zone_close(zone);
}

static void test_zone_elsewhere(void **state)
{
	(void)state;
	struct zone *zone = open_zone("America/Sao_Paulo");
	expect_offset(zone, "2018-11-04T02:59:59Z", -3);
	expect_offset(zone, "2018-11-04T03:00:00Z", -2); /* midnight became 01:00 */
	expect_offset(zone, "2019-02-17T01:59:59Z", -2);
	expect_offset(zone, "2019-02-17T02:00:00Z", -3);
	expect_offset(zone, "2045-01-01T00:00:00Z", -3); /* no summer time any more */
	int64_t at;
	assert_true(instant_parse(view_of("2018-11-04T15:00:00"), zone, 0, &at, NULL));
	expect_written(instant_day_begin(at, zone, 0), zone, "2018-11-04T01:00:00-02:00");
	zone_close(zone);
	zone = open_zone("Asia/Kolkata");
	expect_written(0, zone, "1970-01-01T05:30:00+05:30");
	expect_written(INT64_C(4102444800000), zone, "2100-01-01T05:30:00+05:30");
	zone_close(zone);
	zone = open_zone("Asia/Jakarta");
	expect_offset(zone, "2026-06-01T00:00:00Z", 7);
	expect_offset(zone, "2060-06-01T00:00:00Z", 7);
	zone_close(zone);
	zone = open_zone("Australia/Lord_Howe"); /* half an hour of summer time */
	assert_int_equal(zone_offset(zone, INT64_C(2556144000000)), 39600);
	assert_int_equal(zone_offset(zone, INT64_C(2540592000000)), 37800);
	zone_close(zone);
	zone = open_zone("Pacific/Apia"); /* 2011-12-30 never was */
	expect_instant("2011-12-30T12:00", zone, INT64_C(1325239200000));
	expect_instant("2011-12-31T00:00", zone, INT64_C(1325239200000));
	zone_close(zone);
}

/* Against the C library, over a century and a half. */
static void test_zone_reference(void **state)
{
	(void)state;
	static const char *const names[] = {"Europe/Berlin", "America/New_York", "America/Sao_Paulo",
		"Africa/Casablanca", "Europe/Dublin", "Australia/Sydney", "Asia/Tehran", "Pacific/Chatham",
		"America/Nuuk", "Africa/Cairo"};
	uint64_t random = 42;
	for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
		struct zone *zone = open_zone(names[i]);
		setenv("TZ", names[i], 1);
		tzset();
		for (int round = 0; round < 3000; round++) {
			const time_t at = (time_t)(next_random(&random) % (UINT64_C(150) * 31557600)) -
					  60 * (time_t)31557600;
			struct tm parts;
			localtime_r(&at, &parts);
			if (zone_offset(zone, (int64_t)at * 1000) != parts.tm_gmtoff)
				fail_msg("%s at %lld: %d, not %ld", names[i], (long long)at,
					zone_offset(zone, (int64_t)at * 1000), parts.tm_gmtoff);
			const struct civil civil = instant_civil((int64_t)at * 1000 + 7, zone);
			assert_int_equal(civil.year, parts.tm_year + 1900);
			assert_int_equal(civil.month, parts.tm_mon + 1);
			assert_int_equal(civil.day, parts.tm_mday);
			assert_int_equal(civil.hour, parts.tm_hour);
			assert_int_equal(civil.minute, parts.tm_min);
			assert_int_equal(civil.weekday, parts.tm_wday);
			assert_int_equal(civil.millisecond, 7);
			const int64_t back =
				instant_of(&civil, zone); /* itself, or the first of two that read alike */
			const struct civil same = instant_civil(back, zone);
			assert_true(back <= (int64_t)at * 1000 + 7);
			assert_memory_equal(&civil, &same, sizeof same);
		}
		zone_close(zone);
	}
	unsetenv("TZ");
	tzset();
}

/* Any file may be damaged: every cut and many flipped bytes give a zone or a message, never more. */
static void test_zone_damaged(void **state)
{
	(void)state;
	static char bytes[8192];
	FILE *file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
	if (!file)
		skip();
	const size_t size = fread(bytes, 1, sizeof bytes, file);
	fclose(file);
	char path[64], variable[80];
	const int copy = memfd_create("zone", MFD_CLOEXEC);
	snprintf(path, sizeof path, "/proc/self/fd/%d", copy);
	snprintf(variable, sizeof variable, ":%s", path);
	setenv("TZ", variable, 1);
	uint64_t random = 3;
	int opened = 0;
	for (size_t round = 0; round < size + 3000; round++) {
		const size_t cut = round < size ? round : size;
		const size_t flipped = round < size ? 0 : next_random(&random) % size;
		bytes[flipped] ^= (char)(round < size ? 0 : 1 << next_random(&random) % 8);
		assert_int_equal(ftruncate(copy, 0), 0);
		assert_int_equal(pwrite(copy, bytes, cut, 0), (ssize_t)cut);
		struct error err = {""};
		struct zone *zone = zone_open("local", &err);
		if (!zone)
			assert_non_null(strstr(err.text, "no time zone is called"));
		for (int64_t at = -4; zone && at <= 4; at++) {
			assert_in_range(zone_offset(zone, at * INT64_C(1000000000000)) + 93600, 0, 187200);
			zone_instant(zone, at * INT64_C(1000000000000));
		}
		opened += zone != NULL;
		zone_close(zone);
		if (cut == size && round % 10 == 9) { /* the damage adds up for a while */
			file = fopen("/usr/share/zoneinfo/Europe/Berlin", "rb");
			assert_int_equal(fread(bytes, 1, size, file), size);
			fclose(file);
		}
	}
	assert_in_range(opened, 100, size + 2999);
	close(copy);
	unsetenv("TZ");
}

static void test_instant_parse(void **state)
{
	(void)state;
	struct zone *zone = open_zone("Europe/Moscow");
	const int64_t now = INT64_C(1795180043123); /* 2026-11-20 17:07:23.123 there */
	int64_t at;
	struct error err;
	expect_instant("2026-11-20T14:05Z", zone, INT64_C(1795183500000));
	expect_instant("2026-11-20T17:05", zone, INT64_C(1795183500000));
	expect_instant(" 2026-11-20 17:05:06.789 ", zone, INT64_C(1795183506789));
	expect_instant("2026-11-20", zone, INT64_C(1795122000000));
	expect_instant("2026-11-20T14:05:06.7891+0330", zone, INT64_C(1795170906789));
	expect_instant("2026-11-20T14:05-03", zone, INT64_C(1795194300000));
	expect_instant("@933490667", zone, INT64_C(933490667000));
	expect_instant("@933490667123", zone, INT64_C(933490667123));
	expect_instant("@-5", zone, -5000);
	expect_instant("1969-12-31T23:59:59.999Z", NULL, -1);
	expect_instant("0000-01-01T00:00:00Z", NULL, INT64_C(-62167219200000));
	assert_true(instant_parse(view_of("now"), zone, now, &at, &err));
	assert_int_equal(at, now);
	assert_true(instant_parse(view_of("-1h30m"), zone, now, &at, &err));
	assert_int_equal(at, now - 90 * MINUTE_MS);
	assert_true(instant_parse(view_of("14:05:06"), zone, INT64_C(1795183500000), &at, &err));
	expect_written(at, zone, "2026-11-20T14:05:06+03:00");
	static const char *const wrong[] = {"", "x", "2026-11-31", "2026-02-29", "2026-13-01", "2026-00-10",
		"2026-11-20T", "24:00", "14:60", "2026-11-20T14:05:60", "2026-11-20T14:05Q",
		"2026-11-20T14:05Z0", "2026-11-20T14:05+", "2026-11-20T14:05.", "@", "@12x",
		"@9999999999999999999", "-", "-x", "20261120", "2026-11-20T14:05+03:0", "\x1b[2J",
		"2026-11-20T14:05:06."};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		at = 77;
		if (instant_parse(view_of(wrong[i]), zone, now, &at, &err))
			fail_msg("'%s' was taken", wrong[i]);
		assert_int_equal(at, 77);
		assert_non_null(strstr(err.text, "is not a time"));
		assert_null(strchr(err.text, 0x1b));
	}
	zone_close(zone);
}

static void test_instant_format(void **state)
{
	(void)state;
	struct zone *old = open_zone("Europe/Berlin");
	expect_written(INT64_C(933505200000), NULL, "1999-08-01T11:00:00Z");
	expect_written(INT64_C(933505200120), NULL, "1999-08-01T11:00:00.120Z");
	expect_written(-1, NULL, "1969-12-31T23:59:59.999Z");
	expect_written(INT64_MAX, old, "9999-12-31T23:59:59.999Z");
	expect_written(INSTANT_NONE, NULL, "0000-01-01T00:00:00Z");
	expect_written(INT64_C(-2524521600001), old, "1890-01-01T00:52:59.999+00:53");
	char text[40];
	uint64_t random = 7;
	for (int round = 0; round < 5000; round++) {
		const int64_t at =
			(int64_t)(next_random(&random) % UINT64_C(8000000000000)) - INT64_C(3000000000000);
		instant_format(at, old, text, 32);
		expect_instant(text, NULL, at);
	}
	const struct civil hostile = instant_civil(INT64_MAX, old);
	assert_in_range(hostile.month, 1, 12);
	zone_close(old);
}

static void test_durations(void **state)
{
	(void)state;
	static const struct {
		const char *text;
		int64_t ms;
	} good[] = {{"20s", 20000}, {"4h", 14400000}, {"250ms", 250}, {"7d", 604800000}, {"1h30m", 5400000},
		{"90", 90000}, {"0", 0}, {"0s", 0}, {" 5m ", 300000}, {"1d2h3m4s5ms", 93784005},
		{"36500d", INT64_C(3153600000000)}};
	for (size_t i = 0; i < sizeof good / sizeof *good; i++) {
		int64_t ms = -1;
		assert_true(duration_parse(view_of(good[i].text), &ms, NULL));
		assert_int_equal(ms, good[i].ms);
	}
	static const char *const wrong[] = {"", " ", "fast", "-5s", "5x", "s", "1h30", "30m1h", "1s1s",
		"1.5h", "20 s", "99999999999999999999s", "36501d", "9223372036854775807", "36500d1s", "5sm",
		"0x10"};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct error err = {""};
		int64_t ms = 77;
		if (duration_parse(view_of(wrong[i]), &ms, &err))
			fail_msg("'%s' was taken", wrong[i]);
		assert_int_equal(ms, 77);
		assert_non_null(strstr(err.text, "is not a duration"));
	}
}

static void expect_day(const struct zone *zone, const char *at_text, int64_t day_start, const char *expected)
{
	int64_t at;
	assert_true(instant_parse(view_of(at_text), zone, 0, &at, NULL));
	const int64_t begin = instant_day_begin(at, zone, day_start);
	assert_true(begin < at);
	expect_written(begin, zone, expected);
}

static void test_day_begin(void **state)
{
	(void)state;
	struct zone *zone = open_zone("Europe/Berlin");
	expect_day(zone, "2026-11-20T14:00", 0, "2026-11-20T00:00:00+01:00");
	expect_day(zone, "2026-11-20T00:00:00.001", 0, "2026-11-20T00:00:00+01:00");
	expect_day(zone, "2026-11-20T00:00", 0, "2026-11-19T00:00:00+01:00"); /* strictly before */
	expect_day(zone, "2026-11-20T05:59", 6 * HOUR_MS, "2026-11-19T06:00:00+01:00");
	expect_day(zone, "2026-11-20T06:00", 6 * HOUR_MS, "2026-11-19T06:00:00+01:00");
	expect_day(zone, "2026-11-20T06:00:01", 6 * HOUR_MS, "2026-11-20T06:00:00+01:00");
	expect_day(zone, "2026-03-29T12:00", 2 * HOUR_MS + 30 * MINUTE_MS, "2026-03-29T03:00:00+02:00");
	expect_day(zone, "2026-10-25T23:00", 0, "2026-10-25T00:00:00+02:00");
	uint64_t random = 99;
	for (int round = 0; round < 5000; round++) { /* never later than a day of 25 hours ago */
		const int64_t at = (int64_t)(next_random(&random) % UINT64_C(4000000000000));
		const int64_t begin =
			instant_day_begin(at, zone, (int64_t)(next_random(&random) % 96) * QUARTER_MS);
		assert_true(begin < at && at - begin <= 25 * HOUR_MS);
	}
	zone_close(zone);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_zone_names),
		cmocka_unit_test(test_zone_hash),
		cmocka_unit_test(test_alike_zones),
		cmocka_unit_test(test_zone_local),
		cmocka_unit_test(test_zone_berlin),
		cmocka_unit_test(test_zone_elsewhere),
		cmocka_unit_test(test_zone_reference),
		cmocka_unit_test(test_zone_damaged),
		cmocka_unit_test(test_instant_parse),
		cmocka_unit_test(test_instant_format),
		cmocka_unit_test(test_durations),
		cmocka_unit_test(test_day_begin),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
