/* Marks of a journal: kept by time, whoever adds them; a torn or changed line takes no other with it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "journal/marks.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static int make_directory(void **context)
{
	static char directory[80];
	snprintf(directory, sizeof directory, "/tmp/tablo-marks-XXXXXX");
	*context = mkdtemp(directory);
	return *context ? 0 : -1;
}

static int remove_directory(void **context)
{
	char words[120];
	snprintf(words, sizeof words, "rm -rf %s", (const char *)*context);
	return system(words);
}

static void expect_marks(const char *directory, size_t damaged, const char *wanted)
{
	struct mark_list list;
	char found[2000] = "";
	assert_true(marks_list(directory, &list, NULL));
	for (size_t i = 0; i < list.count; i++) {
		const size_t used = strlen(found);
		snprintf(found + used, sizeof found - used, "%lld %s|", (long long)list.marks[i].at, list.marks[i].text);
	}
	assert_string_equal(found, wanted);
	assert_int_equal(list.damaged, damaged);
	marks_finish(&list);
}

static void add_bytes(const char *directory, const char *bytes)
{
	char path[120];
	snprintf(path, sizeof path, "%s/marks", directory);
	FILE *file = fopen(path, "a");
	assert_non_null(file);
	fputs(bytes, file);
	fclose(file);
}

static void test_marks_are_kept_by_time(void **context)
{
	struct error err;
	expect_marks(*context, 0, "");
	assert_true(mark_add(*context, 2000, "second", "anna", &err));
	assert_true(mark_add(*context, -5, "long before", "anna", &err));
	assert_true(mark_add(*context, 1000, "a\033[31m\nb \u202E", "anna", &err)); /* what moves a cursor or turns the line round is gone */
	struct mark_list list;
	assert_true(marks_list(*context, &list, NULL));
	assert_int_equal(list.count, 3);
	assert_string_equal(list.marks[0].text, "long before");
	assert_true(list.marks[1].at == 1000 && !strpbrk(list.marks[1].text, "\033\n"));
	assert_string_equal(list.marks[2].text, "second");
	char line[MARK_LINE];
	mark_line(&list.marks[2], line);
	assert_string_equal(line, "second (anna)");
	marks_finish(&list);
}

static void test_damage_stays_alone(void **context)
{
	struct error err;
	assert_true(mark_add(*context, 1, "first", "anna", &err));
	add_bytes(*context, "0badc0de 5 never written\nnonsense\nffffffff 7 to"); /* the last line is torn */
	assert_true(mark_add(*context, 9, "after", "anna", &err));
	expect_marks(*context, 3, "1 first|9 after|");
	char endless[3000];
	memset(endless, 'x', sizeof endless - 1);
	endless[sizeof endless - 1] = 0;
	add_bytes(*context, endless);
	assert_true(mark_add(*context, 10, endless, "anna", &err));
	struct mark_list list;
	assert_true(marks_list(*context, &list, NULL));
	assert_int_equal(list.count, 3);
	assert_int_equal(strlen(list.marks[2].text), MARK_TEXT - 1);
	marks_finish(&list);
}

static void test_where_nothing_can_be_written_it_is_said(void **context)
{
	struct error err;
	(void)context;
	assert_false(mark_add("/nonexistent", 1, "x", "anna", &err));
	assert_non_null(strstr(err.text, "/nonexistent/marks"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(test_marks_are_kept_by_time, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(test_damage_stays_alone, make_directory, remove_directory),
		cmocka_unit_test(test_where_nothing_can_be_written_it_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
