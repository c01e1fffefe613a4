#include <locale.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/format.h"

#include <cmocka.h>

/* As main() begins, in an environment of our own. */
static void begin(const char *all, const char *lang, const char *list, const char *wanted)
{
	static const char *const names[] = {"LC_ALL", "LC_MESSAGES", "LC_CTYPE", "LANG", "LANGUAGE"};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		unsetenv(names[i]);
	if (all)
		setenv("LC_ALL", all, 1);
	if (lang)
		setenv("LANG", lang, 1);
	if (list)
		setenv("LANGUAGE", list, 1);
	setlocale(LC_ALL, "C");
	setlocale(LC_ALL, "");
	setlocale(LC_NUMERIC, "C");
	words_open(wanted);
}

static const char *hours(void)
{
	static char text[40];
	format_duration(3 * HOUR_MS + 12 * MINUTE_MS, text, sizeof text);
	return text;
}

static void test_environment_chooses(void **state)
{
	(void)state;
	begin("ru_RU.UTF-8", NULL, NULL, "auto");
	assert_string_equal(hours(), "3 ч 12");
	begin(NULL, "ru_RU.UTF-8", NULL, "auto");
	assert_string_equal(hours(), "3 ч 12");
	begin(NULL, "C.UTF-8", "ru", "auto");
	assert_string_equal(hours(), "3 ч 12");
	begin("C", NULL, "ru", "auto");
	assert_string_equal(hours(), "3 h 12");
	begin(NULL, "de_DE.UTF-8", NULL, "auto");
	assert_string_equal(hours(), "3 h 12");
	begin(NULL, "ru_RU.UTF-8", "en", "auto");
	assert_string_equal(hours(), "3 h 12");
	begin(NULL, NULL, NULL, "auto");
	assert_string_equal(hours(), "3 h 12");
}

static void test_setting_wins(void **state)
{
	(void)state;
	begin("C", NULL, NULL, "ru");
	assert_string_equal(hours(), "3 ч 12");
	begin("ru_RU.UTF-8", NULL, "ru", "en");
	assert_string_equal(hours(), "3 h 12");
	words_open("ru");
	assert_string_equal(hours(), "3 ч 12");
	words_open("en");
	assert_string_equal(hours(), "3 h 12");
	words_change("ru");
	assert_string_equal(hours(), "3 ч 12");
	words_change("en");
	assert_string_equal(hours(), "3 h 12");
}

/* What was on in between is forgotten. */
static void test_auto_asks_again(void **state)
{
	(void)state;
	static const struct { const char *locale, *list, *hours; } rows[] = {{"C.UTF-8", "ru", "3 ч 12"}, {"ru_RU.UTF-8", NULL, "3 ч 12"},
		{"C.UTF-8", NULL, "3 h 12"}, {"ru_RU.UTF-8", "de:en", "3 h 12"}, {"C.UTF-8", "de:ru", "3 ч 12"}};
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		begin(NULL, rows[i].locale, rows[i].list, "auto");
		assert_string_equal(hours(), rows[i].hours);
		for (int round = 0; round < 3; round++) {
			words_open("en");
			assert_string_equal(hours(), "3 h 12");
			words_open("ru");
			assert_string_equal(hours(), "3 ч 12");
			words_open("auto");
			assert_string_equal(hours(), rows[i].hours);
		}
	}
}

static void test_figures_for_programs_stay(void **state)
{
	(void)state;
	char text[40];
	begin("ru_RU.UTF-8", NULL, NULL, "ru");
	snprintf(text, sizeof text, "%.1f", 1.5);
	assert_string_equal(text, "1.5");
	assert_true(strtod("2.5", NULL) == 2.5);
	assert_string_equal(strerror(2), "No such file or directory");
}

static void test_numbers(void **state)
{
	(void)state;
	static const struct { int64_t value; const char *english, *russian; } counts[] = {
		{0, "0", "0"}, {999, "999", "999"}, {12345, "12 345", "12 345"}, {1234567, "1.2 M", "1,2 млн"}, {-250000, "\u2212250 k", "\u2212250 тыс."},
	};
	static const struct { int64_t ms; const char *english, *russian; } spans[] = {
		{0, "0 s", "0 с"}, {20 * SECOND_MS, "20 s", "20 с"}, {90 * MINUTE_MS, "1 h 30 min", "1 ч 30 мин"}, {26 * HOUR_MS, "1 d 2 h", "1 д 2 ч"},
	};
	char text[40];
	for (int russian = 0; russian < 2; russian++) {
		begin("C.UTF-8", NULL, NULL, russian ? "ru" : "en");
		for (size_t i = 0; i < sizeof counts / sizeof *counts; i++) {
			format_count(counts[i].value, text, sizeof text);
			assert_string_equal(text, russian ? counts[i].russian : counts[i].english);
		}
		for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
			format_span(spans[i].ms, text, sizeof text);
			assert_string_equal(text, russian ? spans[i].russian : spans[i].english);
		}
	}
}

static void test_missing_words_stay(void **state)
{
	(void)state;
	begin("C.UTF-8", NULL, NULL, "ru");
	const char *unknown = "no catalogue has this";
	assert_ptr_equal(words_say(unknown), unknown);
	assert_string_equal(words_say(""), "");
	assert_null(words_say(NULL));
	assert_string_equal(words_of("no such context", "h"), "h");
	assert_string_equal(words_of("unit", "h"), "ч");
	assert_string_equal(C_("unit", "no such unit"), "no such unit");
	assert_string_equal(words_plural("one", "many", 1), "one");
	assert_string_equal(words_plural("one", "many", -3), "many");
	words_open_at("/nowhere/at/all", "ru");
	assert_string_equal(hours(), "3 h 12");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_environment_chooses), cmocka_unit_test(test_setting_wins), cmocka_unit_test(test_auto_asks_again),
		cmocka_unit_test(test_figures_for_programs_stay),
		cmocka_unit_test(test_numbers), cmocka_unit_test(test_missing_words_stay),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
