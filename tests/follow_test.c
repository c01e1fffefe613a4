/* A growing file: every line once and in order, however it is written, rotated, truncated and packed. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "tests/follow_scene.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

/* ---- what a writer does ---- */

static void test_lines(void **state)
{
	(void)state;
	struct scene scene;
	scene_begin(&scene);
	scene_open(&scene);
	scene_expect(&scene, "");
	scene_expect_said(&scene, "waited for");
	scene_put(&scene, "\xEF\xBB\xBFone\r\ntwo\nthr");
	scene_expect(&scene, "one\ntwo\n");
	scene_put(&scene, "ee\n\nfo");
	scene_expect(&scene, "three\n\n");
	scene_again(&scene);
	scene_put(&scene, "ur\n");
	scene_expect(&scene, "four\n");
	assert_string_equal(scene.said, "");
	scene_end(&scene);
}

static void test_places(void **state)
{
	(void)state;
	struct scene scene;
	struct follow_line line;
	struct error err;
	scene_begin(&scene);
	scene_put(&scene, "one\n\nthree\n");
	scene_open(&scene);
	static const int64_t offsets[] = {0, 4, 5};
	for (int i = 0; i < 3; i++) {
		enum follow_step step;
		while ((step = follow_next(scene.follow, &line, &err)) == FOLLOW_MORE)
			continue;
		assert_int_equal(step, FOLLOW_LINE);
		assert_int_equal(line.offset, offsets[i]);
		assert_int_equal(line.number, i + 1);
		assert_string_equal(line.name, scene.path);
		if (i < 2)
			scene_again(&scene);
	}
	scene_end(&scene);
}

static void test_long_line(void **state)
{
	(void)state;
	struct scene scene;
	char *text = memory_new(1, 400001);
	memset(text, 'x', 400000);
	scene_begin(&scene);
	scene.options.line_most = 1000;
	scene_open(&scene);
	scene_put(&scene, "a\n");
	scene_put(&scene, text);
	scene_expect(&scene, "a\n");
	scene_again(&scene);
	scene_put(&scene, "rest\nb\n");
	scene_expect(&scene, "!\nb\n");
	memset(text, 'y', 1000);
	text[1000] = '\n';
	text[1001] = 0;
	scene_put(&scene, text);
	scene_drain(&scene);
	assert_int_equal(strlen(scene.got), 1001);
	scene.got[0] = 0;
	text[1000] = 'y';
	text[1001] = '\n';
	text[1002] = 0;
	scene_put(&scene, text);
	scene_expect(&scene, "!\n");
	free(text);
	scene_end(&scene);
}

/* ---- rotation ---- */

static void test_rename(void **state)
{
	(void)state;
	struct scene scene;
	scene_start(&scene, "1\n2\n");
	assert_int_equal(rename(scene.path, scene_beside(&scene, ".1")), 0);
	scene_append(scene_beside(&scene, ".1"), "3\n", 2);
	scene_expect(&scene, "3\n");
	scene_put(&scene, ""); /* created by the rotation, while the writer has not turned to it yet */
	scene_drain(&scene);
	scene_append(scene_beside(&scene, ".1"), "4\n5", 3);
	scene_expect(&scene, "4\n");
	scene_put(&scene, "6\n");
	scene_expect(&scene, "5\n6\n");
	scene_expect_said(&scene, "was rotated");
	scene_again(&scene);
	scene_put(&scene, "7\n");
	scene_expect(&scene, "7\n");
	scene_end(&scene);
}

static void test_down(void **state)
{
	(void)state;
	struct scene scene;
	scene_start(&scene, "1\n2\n");
	scene_leave(&scene);
	static const char *const later[] = {"3\n", "4\n", "5\n"};
	for (int i = 0; i < 3; i++) {
		scene_put(&scene, later[i]);
		rename(scene_beside(&scene, ".2"), scene_beside(&scene, ".3"));
		rename(scene_beside(&scene, ".1"), scene_beside(&scene, ".2"));
		assert_int_equal(rename(scene.path, scene_beside(&scene, ".1")), 0);
	}
	scene_pack_file(&scene, ".3");
	scene_pack_file(&scene, ".2");
	scene_put(&scene, "6\n");
	scene_open(&scene);
	scene_expect(&scene, "3\n4\n5\n6\n");
	scene_expect_said(&scene, "log.3.gz, where it was read up to");
	scene_end(&scene);
}

/* Names with dates, and numbers that grow: the time of the last line tells the order. */
static void test_names(void **state)
{
	(void)state;
	static const char *const names[2][3] = {{"-20261120", "-20261121", "-20261122"}, {".0", ".1", ".2"}};
	for (int kind = 0; kind < 2; kind++) {
		struct scene scene;
		scene_start(&scene, "1\n");
		scene_leave(&scene);
		for (int i = 0; i < 3; i++) {
			char text[16];
			snprintf(text, sizeof text, "%d\n", i + 2);
			scene_put(&scene, text);
			assert_int_equal(rename(scene.path, scene_beside(&scene, names[kind][i])), 0);
			const struct timespec times[2] = {{1700000000 + i, 0}, {1700000000 + i, 0}};
			assert_int_equal(utimensat(AT_FDCWD, scene_beside(&scene, names[kind][i]), times, 0), 0);
		}
		scene_append(scene_beside(&scene, ".bak"), "never\n", 6);
		scene_append(scene_beside(&scene, ".1~"), "never\n", 6);
		scene_put(&scene, "5\n");
		scene_open(&scene);
		scene_expect(&scene, "2\n3\n4\n5\n");
		scene_end(&scene);
	}
}

static void test_copytruncate(void **state)
{
	(void)state;
	struct scene scene;
	scene_start(&scene, "1\n2\n");
	scene_put(&scene, "3\n"); /* not read before the copy is made */
	scene_copy_file(scene.path, scene_beside(&scene, ".1"), false);
	assert_int_equal(truncate(scene.path, 0), 0);
	scene_put(&scene, "4 is longer than what was there\n");
	scene_expect(&scene, "3\n4 is longer than what was there\n");
	scene_expect_said(&scene, "log.1, where it was read up to");
	assert_int_equal(truncate(scene.path, 0), 0);
	scene_put(&scene, "5\n");
	scene_expect(&scene, "5\n");
	scene_expect_said(&scene, "was truncated");
	scene_end(&scene);
}

/* A copy that was made before the last lines came does not give its lines again. */
static void test_short_copy(void **state)
{
	(void)state;
	struct scene scene;
	scene_start(&scene, "1\n2\n");
	scene_copy_file(scene.path, scene_beside(&scene, ".1"), false);
	scene_put(&scene, "3\n");
	scene_expect(&scene, "3\n");
	assert_int_equal(truncate(scene.path, 0), 0);
	scene_again(&scene);
	scene_put(&scene, "4\n");
	scene_expect(&scene, "4\n");
	scene_end(&scene);
}

static void test_gone(void **state)
{
	(void)state;
	struct scene scene;
	scene_start(&scene, "1\n");
	scene_put(&scene, "2\n3");
	assert_int_equal(unlink(scene.path), 0);
	scene_expect(&scene, "2\n");
	scene_put(&scene, "4\n");
	scene_expect(&scene, "3\n4\n");
	scene_leave(&scene);
	assert_int_equal(unlink(scene.path), 0);
	scene_put(&scene, "another\n");
	scene_open(&scene);
	scene_expect(&scene, "another\n");
	scene_expect_said(&scene, "may be missing");
	scene_end(&scene);
}

static void test_folder_in_place(void **state)
{
	(void)state;
	struct scene scene;
	scene_start(&scene, "1\n");
	assert_int_equal(rename(scene.path, scene_beside(&scene, ".1")), 0);
	assert_int_equal(mkdir(scene.path, 0700), 0);
	scene_append(scene_beside(&scene, ".1"), "2\n", 2);
	scene_expect(&scene, "2\n");
	scene_expect_said(&scene, "no regular file");
	scene_leave(&scene);
	assert_int_equal(rmdir(scene.path), 0);
	scene_put(&scene, "3\n");
	scene_open(&scene);
	scene_expect(&scene, "3\n");
	scene_end(&scene);
}

static void test_refused(void **state)
{
	(void)state;
	struct scene scene;
	struct error err;
	scene_begin(&scene);
	assert_int_equal(mkfifo(scene.path, 0600), 0);
	assert_null(follow_open(&scene.options, (struct view){0}, &err));
	assert_non_null(strstr(err.text, "FIFO"));
	assert_int_equal(unlink(scene.path), 0);
	assert_int_equal(mkdir(scene.path, 0700), 0);
	assert_null(follow_open(&scene.options, (struct view){0}, &err));
	assert_non_null(strstr(err.text, "directory"));
	assert_int_equal(rmdir(scene.path), 0);
	assert_null(follow_open(&scene.options, view_of("not a position"), &err));
	assert_non_null(strstr(err.text, "damaged"));
	scene.options.once = true;
	scene_open(&scene);
	struct follow_line line;
	assert_int_equal(follow_next(scene.follow, &line, &err), FOLLOW_FAILED);
	assert_non_null(strstr(err.text, scene.path));
	scene_end(&scene);
}

static void test_once(void **state)
{
	(void)state;
	struct scene scene;
	scene_begin(&scene);
	scene.options.once = true;
	scene_put(&scene, "1\n2");
	scene_open(&scene);
	assert_int_equal(scene_drain(&scene), FOLLOW_END);
	assert_string_equal(scene.got, "1\n2\n");
	scene_again(&scene);
	scene.got[0] = 0;
	assert_int_equal(scene_drain(&scene), FOLLOW_END);
	assert_string_equal(scene.got, "");
	follow_close(scene.follow);
	scene_pack_file(&scene, "");
	assert_int_equal(rename(scene_beside(&scene, ".gz"), scene.path), 0);
	scene.position_size = 0;
	scene.options.once = false;
	scene_open(&scene);
	assert_int_equal(scene_drain(&scene), FOLLOW_END);
	assert_string_equal(scene.got, "1\n2\n");
	scene_end(&scene);
}

static void test_from_end(void **state)
{
	(void)state;
	struct scene scene;
	scene_begin(&scene);
	scene.options.from_end = true;
	scene_put(&scene, "1\n2\n3");
	scene_open(&scene);
	scene_expect(&scene, "");
	scene_put(&scene, " is half\n4\n");
	scene_expect(&scene, "3 is half\n4\n");
	scene_again(&scene);
	scene_put(&scene, "5\n");
	scene_expect(&scene, "5\n");
	scene_end(&scene);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_lines),
		cmocka_unit_test(test_places),
		cmocka_unit_test(test_long_line),
		cmocka_unit_test(test_rename),
		cmocka_unit_test(test_down),
		cmocka_unit_test(test_names),
		cmocka_unit_test(test_copytruncate),
		cmocka_unit_test(test_short_copy),
		cmocka_unit_test(test_gone),
		cmocka_unit_test(test_folder_in_place),
		cmocka_unit_test(test_refused),
		cmocka_unit_test(test_once),
		cmocka_unit_test(test_from_end),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
