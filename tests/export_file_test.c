/* Files that a board writes: for their user alone, whole or not at all, and never over another one unasked. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "app/board_memory.h"
#include "app/export_file.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static int set_up(void **state)
{
	static char folder[64];
	snprintf(folder, sizeof folder, "/tmp/tablo-export-XXXXXX");
	*state = mkdtemp(folder);
	return *state ? 0 : -1;
}

static int tear_down(void **state)
{
	char words[100];
	snprintf(words, sizeof words, "rm -rf %s", (const char *)*state);
	return system(words);
}

static int count_files(const char *folder)
{
	DIR *directory = opendir(folder);
	int count = 0;
	for (struct dirent *entry; directory && (entry = readdir(directory));)
		count += entry->d_name[0] != '.';
	closedir(directory);
	return count;
}

static void holds(const char *path, const char *wanted)
{
	char text[100] = "";
	FILE *from = fopen(path, "r");
	assert_non_null(from);
	text[fread(text, 1, sizeof text - 1, from)] = 0;
	fclose(from);
	assert_string_equal(text, wanted);
}

static void a_file_is_its_users_alone(void **state)
{
	char path[100];
	struct error err;
	struct stat found;
	snprintf(path, sizeof path, "%s/rows.csv", (const char *)*state);
	umask(0);
	assert_int_equal(export_file_write(path, "a\n", false, &err), EXPORT_WRITTEN);
	assert_int_equal(stat(path, &found), 0);
	assert_int_equal(found.st_mode & 07777, 0600);
	holds(path, "a\n");
	assert_int_equal(export_file_write(path, "b\n", false, &err), EXPORT_EXISTS);
	holds(path, "a\n");
	assert_int_equal(export_file_write(path, "b\n", true, &err), EXPORT_WRITTEN);
	holds(path, "b\n");
	assert_int_equal(count_files(*state), 1); /* nothing half made stays behind */
}

/* A link is not followed to somewhere else. */
static void links_are_not_followed(void **state)
{
	char path[100], other[100];
	struct error err;
	snprintf(path, sizeof path, "%s/link.csv", (const char *)*state);
	snprintf(other, sizeof other, "%s/other", (const char *)*state);
	assert_int_equal(export_file_write(other, "mine\n", false, &err), EXPORT_WRITTEN);
	assert_int_equal(symlink(other, path), 0);
	assert_int_equal(export_file_write(path, "rows\n", false, &err), EXPORT_EXISTS);
	assert_int_equal(export_file_write(path, "rows\n", true, &err), EXPORT_WRITTEN);
	holds(other, "mine\n");
	holds(path, "rows\n");
}

static void what_cannot_be_written_says_why(void **state)
{
	char path[100];
	struct error err;
	snprintf(path, sizeof path, "%s/nowhere/rows.csv", (const char *)*state);
	assert_int_equal(export_file_write(path, "a", false, &err), EXPORT_FAILED);
	assert_non_null(strstr(err.text, path));
	char endless[1000];
	memset(endless, 'x', sizeof endless - 1);
	endless[sizeof endless - 1] = 0;
	assert_int_equal(export_file_write(endless, "a", false, &err), EXPORT_FAILED);
}

static void hints_are_for_the_first_time(void **state)
{
	char path[100];
	setenv("XDG_STATE_HOME", *state, 1);
	assert_true(board_memory_first());
	assert_false(board_memory_first());
	snprintf(path, sizeof path, "%s/tablo/board.state", (const char *)*state);
	FILE *to = fopen(path, "w");
	for (int i = 0; i < 100000; i++)
		fputc(i % 7, to);
	fclose(to);
	assert_true(board_memory_first()); /* what is broken is mended */
	assert_false(board_memory_first());
	setenv("XDG_STATE_HOME", "/dev/null", 1);
	assert_false(board_memory_first());
	setenv("XDG_STATE_HOME", "here", 1); /* no path from the root: it does not count */
	setenv("HOME", *state, 1);
	assert_true(board_memory_first());
	assert_int_equal(access("here", F_OK), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(a_file_is_its_users_alone, set_up, tear_down),
		cmocka_unit_test_setup_teardown(links_are_not_followed, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_cannot_be_written_says_why, set_up, tear_down),
		cmocka_unit_test_setup_teardown(hints_are_for_the_first_time, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
