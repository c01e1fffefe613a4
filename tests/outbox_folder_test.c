/* The folder of an outbox: one process has it, and what happens to it under a bridge that runs. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "tests/outbox_scene.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define PATH_ROOM 300

static void run(const char *command, const char *path)
{
	char text[PATH_ROOM + 40];
	snprintf(text, sizeof text, command, path);
	assert_int_equal(system(text), 0);
}

static void expect_taken(const char *directory)
{
	struct error err = {0};
	const pid_t child = fork();
	if (child == 0) {
		struct outbox *second = scene_try(directory, 0, false, &err);
		_exit(!second && strstr(err.text, "another bridge has it") ? 0 : 1);
	}
	int status;
	assert_int_equal(waitpid(child, &status, 0), child);
	assert_int_equal(status, 0);
}

static void second_process(void **state)
{
	(void)state;
	struct outbox *outbox = scene_open(scene_root(), 0, false);
	expect_taken(scene_root());
	run("rm %1$s/lock", scene_root()); /* whoever tidies up does not let in a second one */
	expect_taken(scene_root());
	outbox_close(outbox);
	outbox_close(scene_open(scene_root(), 0, false));
}

/* One event and one thing to remember. */
static bool tell(struct outbox *outbox, uint64_t number, struct error *err)
{
	char key[20];
	snprintf(key, sizeof key, "k/%d", (int)number);
	outbox_begin(outbox);
	outbox_put(outbox, view_of(key), view_of("known"));
	scene_add_event(outbox, number);
	return outbox_commit(outbox, err);
}

static void expect_known(const char *directory, uint64_t boot, int count)
{
	char key[20];
	struct view found;
	struct outbox *outbox = scene_open(directory, 0, false);
	assert_int_equal(outbox_next(outbox), count + 1);
	assert_true(outbox_boot(outbox) == boot);
	for (int i = 1; i <= count; i++) {
		snprintf(key, sizeof key, "k/%d", i);
		assert_true(outbox_find(outbox, view_of(key), &found));
	}
	outbox_close(outbox);
}

/* Somebody removes the folder, or what is in it, or moves it: all that is remembered is written again where the next start will look. */
static void removed_or_moved(void **state)
{
	static const char *const acts[] = {"true %1$s", "rm -rf %1$s", "rm %1$s/*", "rm %1$s/outbox-*", "rm %1$s/lock", "mv %1$s %1$s.moved.$$"};
	(void)state;
	const int count = sizeof acts / sizeof *acts;
	for (int sync = 0; sync < 2; sync++) {
		char directory[PATH_ROOM];
		struct error err = {0};
		snprintf(directory, sizeof directory, "%s/box-%d", scene_root(), sync);
		struct outbox *outbox = scene_open(directory, 0, sync);
		for (int i = 0; i < count; i++) {
			run(acts[i], directory);
			if (!tell(outbox, (uint64_t)i + 1, &err) || !outbox_synced(outbox, &err))
				fail_msg("%s: %s", acts[i], err.text);
			expect_taken(directory);
		}
		assert_non_null(strstr(scene_reported(), "it was made again"));
		scene_expect_events(outbox, 1);
		const uint64_t boot = outbox_boot(outbox);
		outbox_close(outbox);
		expect_known(directory, boot, count);
	}
}

/* Where it cannot be made nothing is taken, until it can. */
static void not_made_at_once(void **state)
{
	(void)state;
	char directory[PATH_ROOM];
	struct error err = {0};
	snprintf(directory, sizeof directory, "%s/box", scene_root());
	struct outbox *outbox = scene_open(directory, 0, false);
	assert_true(tell(outbox, 1, &err));
	run("rm -rf %1$s", directory);
	scene_write_file(directory, "", 0);
	assert_false(tell(outbox, 2, &err));
	assert_non_null(strstr(err.text, "Not a directory"));
	unlink(directory);
	assert_true(tell(outbox, 2, &err));
	outbox_begin(outbox); /* and in the middle of a commit */
	scene_add_event(outbox, 3);
	run("rm -rf %1$s", directory);
	assert_false(outbox_commit(outbox, &err));
	assert_non_null(strstr(err.text, "was removed or moved"));
	assert_true(tell(outbox, 3, &err));
	const uint64_t boot = outbox_boot(outbox);
	outbox_close(outbox);
	expect_known(directory, boot, 3);
}

/* What is in another one was not read: the two are not mixed. */
static void another_in_its_place(void **state)
{
	(void)state;
	char directory[PATH_ROOM], aside[PATH_ROOM];
	struct error err = {0};
	snprintf(directory, sizeof directory, "%s/box", scene_root());
	snprintf(aside, sizeof aside, "%s/aside", scene_root());
	struct outbox *outbox = scene_open(directory, 0, true);
	assert_true(tell(outbox, 1, &err));
	const uint64_t boot = outbox_boot(outbox);
	assert_int_equal(rename(directory, aside), 0);
	assert_int_equal(mkdir(directory, 0700), 0);
	assert_false(tell(outbox, 2, &err));
	assert_non_null(strstr(err.text, "another folder stands in its place"));
	assert_true(outbox_failed(outbox, &err) && !outbox_synced(outbox, &err));
	outbox_close(outbox);
	expect_known(aside, boot, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
	const struct CMUnitTest tests[] = {TEST(second_process), TEST(removed_or_moved), TEST(not_made_at_once), TEST(another_in_its_place)};
	return cmocka_run_group_tests_name("folder of an outbox", tests, NULL, NULL);
}
