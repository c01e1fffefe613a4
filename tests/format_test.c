#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#undef fail /* ours returns false */

#include "base/instant.h"
#include "tui/format.h"

struct expectation {
	int64_t value;
	const char *text;
};

static void check_all(const struct expectation *expectations, size_t count, void (*format)(int64_t, char *, size_t))
{
	for (size_t i = 0; i < count; i++) {
		char text[64];
		format(expectations[i].value, text, sizeof text);
		assert_string_equal(text, expectations[i].text);
	}
}

static void durations_as_people_read_them(void **state)
{
	(void)state;
	static const struct expectation expectations[] = {
		{0, "00:00"}, {999, "00:00"}, {252000, "04:12"}, {3599999, "59:59"}, {HOUR_MS, "1 h 00"}, {11520000, "3 h 12"},
		{DAY_MS - 1, "23 h 59"}, {31 * DAY_MS + 2 * HOUR_MS, "31 d 2 h"}, {-42000, "\u221200:42"}, {-999, "00:00"},
		{-HOUR_MS, "\u22121 h 00"}, {INT64_MIN, "\u2212106751991167 d 7 h"}, {INT64_MAX, "106751991167 d 7 h"},
	};
	check_all(expectations, sizeof expectations / sizeof *expectations, format_duration);
}

static void narrow_durations(void **state)
{
	(void)state;
	static const struct expectation expectations[] = {{252000, "04:12"}, {11520000, "3h 12"}, {2 * DAY_MS + HOUR_MS, "2d 1h"}};
	check_all(expectations, sizeof expectations / sizeof *expectations, format_duration_narrow);
}

static void spans_in_words(void **state)
{
	(void)state;
	static const struct expectation expectations[] = {
		{0, "0 s"}, {-5, "0 s"}, {250, "250 ms"}, {20000, "20 s"}, {90000, "1 min 30 s"}, {60000, "1 min"}, {4 * HOUR_MS, "4 h"},
		{2 * DAY_MS + 3 * HOUR_MS, "2 d 3 h"}, {1500, "1 s"},
	};
	check_all(expectations, sizeof expectations / sizeof *expectations, format_span);
}

static void counts_with_few_digits(void **state)
{
	(void)state;
	static const struct expectation expectations[] = {
		{0, "0"}, {9999, "9999"}, {10000, "10 000"}, {99999, "99 999"}, {100000, "100 k"}, {123456, "123 k"}, {999999, "999 k"},
		{1234567, "1.2 M"}, {99999999, "99.9 M"}, {1000000000, "1.0 G"}, {-7, "\u22127"}, {INT64_MAX, "9.2 E"}, {INT64_MIN, "\u22129.2 E"},
	};
	check_all(expectations, sizeof expectations / sizeof *expectations, format_count);
}

static void little_room_is_never_exceeded(void **state)
{
	(void)state;
	static void (*const formats[])(int64_t, char *, size_t) = {format_duration, format_duration_narrow, format_span, format_count};
	for (size_t i = 0; i < sizeof formats / sizeof *formats; i++) {
		char text[4] = "xxx";
		formats[i](123456789, text, 3);
		assert_int_equal(text[2], 0);
		assert_int_equal(text[3], 0);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations_as_people_read_them), cmocka_unit_test(narrow_durations), cmocka_unit_test(spans_in_words),
		cmocka_unit_test(counts_with_few_digits), cmocka_unit_test(little_room_is_never_exceeded),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
