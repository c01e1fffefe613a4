#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <utf8proc.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/map.h"
#include "base/names.h"
#include "base/text.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define BAD "\xEF\xBF\xBD"

/* A small generator of our own, so that a failure can be repeated anywhere. */
static uint64_t next_random(uint64_t *state)
{
	*state ^= *state << 13;
	*state ^= *state >> 7;
	*state ^= *state << 17;
	return *state;
}

/* ---- text ---- */

static void expect_text(const char *from, size_t size, const char *expected)
{
	char to[512];
	const size_t written = text_harmless((struct view){from, size}, to, sizeof to);
	assert_string_equal(to, expected);
	assert_int_equal(written, strlen(to));
}
#define EXPECT_TEXT(literal, expected) expect_text(literal, sizeof(literal) - 1, expected)

static void test_text_hostile(void **state)
{
	(void)state;
	EXPECT_TEXT("Billing", "Billing");
	EXPECT_TEXT("", "");
	EXPECT_TEXT("a\x1b[31mb", "a" BAD "[31mb");
	EXPECT_TEXT("a\xc2\x9b"
		    "31mb",
		"a" BAD "31mb"); /* C1 CSI */
	EXPECT_TEXT("a\x7f\0b", "a" BAD BAD "b");
	EXPECT_TEXT("a\r\n\t  b", "a b");
	EXPECT_TEXT("a\u00a0\u3000\u2028 b", "a b");
	EXPECT_TEXT("a\u202egnp.exe", "agnp.exe"); /* bidi override */
	EXPECT_TEXT("a\u2066b\u2069\u200f\u061c", "ab");
	EXPECT_TEXT("a\u200bb\u200dc\u2060\ufeff\u00ad", "abc");
	EXPECT_TEXT("a\U000e0041\U000e007fb", "ab"); /* tags */
	EXPECT_TEXT("a\ufe0fb\U000e0100", "ab");     /* variation selectors */
	EXPECT_TEXT("a\ue000b\U0010fffd", "a" BAD "b" BAD);
	EXPECT_TEXT("\xff"
		    "a\xc0\xaf\xed\xa0\x80",
		BAD "a" BAD BAD BAD BAD BAD);
	EXPECT_TEXT("a\xe2\x82", "a" BAD BAD); /* cut in a character */
	EXPECT_TEXT("\U0001f600 \U0001f1e9\U0001f1ea \u231a", BAD " " BAD BAD " " BAD);
	EXPECT_TEXT("\u4dc0\u3248", BAD BAD); /* one cell or two: nobody agrees */
	EXPECT_TEXT("a\u0301\u0302\u0303\u0304z", "a\u0301\u0302z");
	EXPECT_TEXT("\u0301a", "a");
	EXPECT_TEXT("\u65e5\u672c \ud55c\uad6d \u30ab\u30ca", "\u65e5\u672c \ud55c\uad6d \u30ab\u30ca");
	EXPECT_TEXT("\u0421\u043f\u0430\u0441\u0438\u0431\u043e \u00df \u00e9",
		"\u0421\u043f\u0430\u0441\u0438\u0431\u043e \u00df \u00e9");
}

static void test_text_cut(void **state)
{
	(void)state;
	char to[8];
	assert_int_equal(text_harmless(view_of("abc\u65e5\u672c"), to, 7), 6);
	assert_string_equal(to, "abc\u65e5");
	assert_int_equal(text_harmless(view_of("abc\u65e5\u672c"), to, 6), 3);
	assert_string_equal(to, "abc");
	assert_int_equal(text_harmless(view_of("abc"), to, 1), 0);
	assert_string_equal(to, "");
	to[0] = 'x';
	assert_int_equal(text_harmless(view_of("abc"), to, 0), 0);
	assert_int_equal(to[0], 'x');

	char long_name[4096], harmless[200];
	memset(long_name, 0x1b, sizeof long_name);
	const size_t written =
		text_harmless((struct view){long_name, sizeof long_name}, harmless, sizeof harmless);
	assert_int_equal(written, 198); /* 66 replacements of three bytes */
	assert_int_equal(text_width(harmless), 66);
}

static void test_text_width(void **state)
{
	(void)state;
	assert_int_equal(text_width(""), 0);
	assert_int_equal(text_width("abc"), 3);
	assert_int_equal(text_width("\u65e5\u672c"), 4);
	assert_int_equal(text_width("e\u0301a"), 2);
	assert_int_equal(text_width("\u1100\u1161\u11a8"), 2); /* decomposed hangul */
	assert_int_equal(text_width("\u0915\u093e"), 2);       /* a spacing vowel */
	assert_int_equal(text_width(BAD), 1);
	int width, bytes;
	assert_int_equal(text_next("\u65e5x", &width, &bytes), 0x65e5);
	assert_int_equal(width, 2);
	assert_int_equal(bytes, 3);
	assert_int_equal(text_next("", &width, &bytes), 0);
	assert_int_equal(bytes, 0);
	assert_true(text_valid(view_of("\u65e5")));
	assert_false(text_valid(view_of("a\xe6\x97")));
	assert_false(text_valid(view_of("\xed\xa0\x80")));
}

static void check_harmless(const char *text)
{
	int marks = 2;
	bool after_space = false;
	for (int width, bytes, code; (code = text_next(text, &width, &bytes)); text += bytes) {
		const utf8proc_property_t *property = utf8proc_get_property(code);
		assert_true(code >= ' ' && !(code >= 0x7f && code < 0xa0));
		assert_false(property->ignorable);
		assert_true(property->category != UTF8PROC_CATEGORY_CN &&
			    property->category < UTF8PROC_CATEGORY_CC);
		assert_false(code >= 0xe0000 || (code >= 0x202a && code <= 0x202e) ||
			     (code >= 0x2066 && code <= 0x2069));
		assert_false(code == ' ' && after_space);
		after_space = code == ' ';
		marks = width ? 0 : marks + 1;
		assert_in_range(marks, 0, 2);
	}
}

static void test_text_property(void **state)
{
	(void)state;
	uint64_t random = 0x9E3779B97F4A7C15u;
	char from[96], to[160], again[160];
	for (int round = 0; round < 60000; round++) {
		size_t size = 0;
		while (size < 60) {
			const uint64_t choice = next_random(&random);
			const int32_t code = (int32_t)(choice >> 8 & 0x1FFFFF) % 0x110000;
			if (choice % 4 == 0)
				from[size++] = (char)(choice >> 40);
			else if (choice % 4 == 1)
				size += (size_t)utf8proc_encode_char(
					code % 0x3100, (utf8proc_uint8_t *)from + size);
			else
				size += (size_t)utf8proc_encode_char(code, (utf8proc_uint8_t *)from + size);
		}
		const size_t room = 1 + next_random(&random) % sizeof to;
		const size_t written = text_harmless((struct view){from, size}, to, room);
		assert_true(written < room);
		assert_int_equal(to[written], 0);
		assert_true(text_valid((struct view){to, written}));
		check_harmless(to);
		text_harmless(view_of(to), again, sizeof again);
		assert_string_equal(to, again);
	}
}

/* ---- map and names ---- */

#define MAP_KEYS 700

static void test_map_random(void **state)
{
	(void)state;
	uint32_t expected[MAP_KEYS];
	memset(expected, 0xFF, sizeof expected);
	struct map map = {0};
	uint64_t random = 1234567;
	size_t used = 0;
	for (int round = 0; round < 200000; round++) {
		char key[80];
		const unsigned int number = (unsigned int)(next_random(&random) % MAP_KEYS);
		/* short ones live in the entry, long ones outside */
		const int size = snprintf(key, sizeof key,
			number % 2 ? "%u" : "%u: a key too long for the inside of an entry", number);
		const struct view view = {key, (size_t)size};
		const uint32_t value = (uint32_t)(next_random(&random) % 1000);
		switch (next_random(&random) % 3) {
		case 0:
			used += expected[number] == MAP_NONE;
			map_put(&map, view, value);
			expected[number] = value;
			break;
		case 1:
			assert_int_equal(map_remove(&map, view), expected[number] != MAP_NONE);
			used -= expected[number] != MAP_NONE;
			expected[number] = MAP_NONE;
			break;
		default:
			assert_int_equal(map_find(&map, view), expected[number]);
		}
		assert_int_equal(map.used, used);
	}
	size_t position = 0, seen = 0;
	for (const struct map_entry *entry; (entry = map_next(&map, &position)); seen++) {
		char key[80] = "";
		view_copy(map_entry_key(entry), key, sizeof key);
		assert_int_equal(expected[atoi(key)], entry->value);
	}
	assert_int_equal(seen, used);
	map_finish(&map);
	assert_int_equal(map_find(&map, view_of("1")), MAP_NONE);
	assert_false(map_remove(&map, view_of("1")));
}

static void test_names_cap(void **state)
{
	(void)state;
	struct names names;
	names_init(&names, 4);
	assert_int_equal(names_intern(&names, view_of("")), NAME_NONE);
	assert_int_equal(names_intern(&names, (struct view){0}), NAME_NONE);
	const uint32_t a = names_intern(&names, view_of("a\x1b"));
	assert_int_equal(a, 2);
	assert_string_equal(names_text(&names, a), "a" BAD);
	assert_int_equal(names_intern(&names, view_of("a\x1b")), a);
	const uint32_t b = names_intern(&names, view_of("b"));
	assert_int_equal(names_intern(&names, view_of("c")), NAME_OTHER);
	assert_int_equal(names_intern(&names, view_of("d")), NAME_OTHER);
	assert_int_equal(names.refused, 2);
	assert_int_equal(names_intern(&names, view_of("b")), b);
	assert_int_equal(names_find(&names, view_of("c")), NAME_NONE);
	assert_string_equal(names_text(&names, NAME_OTHER), "other");
	assert_string_equal(names_text(&names, 999), "");
	names_finish(&names);
}

/* ---- log ---- */

/* A pipe that nobody reads takes 64 KiB: the lines after that are dropped, and counted. */
static void test_log_never_waits(void **state)
{
	(void)state;
	int ends[2];
	const int kept = dup(STDERR_FILENO);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[1], STDERR_FILENO);
	for (int i = 0; i < 2000; i++)
		log_line(LOG_LEVEL_WARNING, "%0100d", i);
	char text[131072];
	ssize_t first = read(ends[0], text, sizeof text - 1);
	log_line(LOG_LEVEL_WARNING, "read again");
	ssize_t second = read(ends[0], text, sizeof text - 1);
	dup2(kept, STDERR_FILENO);
	close(kept);
	close(ends[0]);
	close(ends[1]);
	assert_in_range(first, 50000, 70000);
	assert_true(second > 0);
	text[second] = 0;
	assert_non_null(strstr(text, "log lines were dropped"));
	assert_non_null(strstr(text, "read again"));
}

static void test_log_file(void **state)
{
	(void)state;
	char directory[] = "/tmp/tablo-log-test-XXXXXX", path[64], link[64], text[512] = "";
	assert_non_null(mkdtemp(directory));
	snprintf(path, sizeof path, "%s/log", directory);
	snprintf(link, sizeof link, "%s/link", directory);
	assert_int_equal(symlink(path, link), 0);
	struct error err = {""};
	assert_false(log_open(link, &err));
	assert_non_null(strstr(err.text, "symbolic link"));
	assert_false(log_open(directory, &err));
	assert_true(log_open(path, &err));
	log_set_level(LOG_LEVEL_WARNING);
	log_line(LOG_LEVEL_INFO, "not this");
	log_line(LOG_LEVEL_WARNING, "feed %s\nsecond", "a\x1b[2J");
	fputs("from a library\n", stderr);
	assert_true(log_open(NULL, &err));
	log_set_level(LOG_LEVEL_INFO);
	struct stat about;
	assert_int_equal(stat(path, &about), 0);
	assert_int_equal(about.st_mode & 0777, 0600);
	FILE *file = fopen(path, "r");
	assert_true(fread(text, 1, sizeof text - 1, file) > 0);
	fclose(file);
	assert_non_null(strstr(text, "Z warning: feed a" BAD "[2J second\nfrom a library\n"));
	assert_null(strstr(text, "not this"));
	unlink(path);
	unlink(link);
	rmdir(directory);
}

static void test_clock(void **state)
{
	(void)state;
	const int64_t before = clock_monotonic(), before_ns = clock_monotonic_ns();
	clock_sleep(5);
	assert_in_range(clock_monotonic() - before, 4, 5000);
	assert_true(clock_monotonic_ns() - before_ns >= 5000000);
	assert_true(clock_wall() > INT64_C(1600000000000));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_text_hostile),
		cmocka_unit_test(test_text_cut),
		cmocka_unit_test(test_text_width),
		cmocka_unit_test(test_text_property),
		cmocka_unit_test(test_map_random),
		cmocka_unit_test(test_names_cap),
		cmocka_unit_test(test_log_never_waits),
		cmocka_unit_test(test_log_file),
		cmocka_unit_test(test_clock),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
