/* The outbox against a model: random commits, and an end torn off at every byte. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "tests/outbox_model.h"
#include "tests/outbox_scene.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define COMMITS 60

static void check_model(const char *directory, uint64_t keep, bool sync)
{
	struct model model = {.next = 1};
	uint64_t random = 88172645463325252u;
	struct outbox *outbox = scene_open(directory, keep, sync);
	const uint64_t boot = outbox_boot(outbox);
	for (int i = 0; i < 400; i++) {
		model_commit_some(outbox, &model, &random);
		if (i % 40 != 39)
			continue;
		assert_true(outbox_synced(outbox, NULL));
		model_expect(outbox, &model);
		scene_expect_events(outbox, outbox_oldest(outbox));
		model_expect_anywhere(outbox, &random);
		if (!directory)
			continue;
		outbox_close(outbox);
		outbox = scene_open(directory, keep, sync);
		assert_int_equal(outbox_boot(outbox), boot);
	}
	if (!keep)
		assert_int_equal(outbox_oldest(outbox), 1);
	else
		assert_true(outbox_oldest(outbox) > 1);
	model_expect(outbox, &model);
	outbox_close(outbox);
}

static void test_model_in_memory(void **state)
{
	(void)state;
	check_model(NULL, 0, false);
	check_model(NULL, 8000, false);
}

static void test_model_on_disk(void **state)
{
	(void)state;
	check_model(scene_root(), 0, false);
}

static void test_model_in_many_segments(void **state)
{
	(void)state;
	check_model(scene_root(), 8000, false);
	assert_in_range(scene_segment_count(), 2, 20);
}

static void test_model_with_sync(void **state)
{
	(void)state;
	check_model(scene_root(), 0, true);
}

/* A process killed at any byte of a write: whole commits hold, the last one not at all. */
static void check_torn(uint64_t keep)
{
	struct model models[COMMITS + 1] = {{.next = 1}};
	off_t sizes[COMMITS + 1];
	char path[400], before[400] = "";
	uint64_t random = 1234567;
	size_t size;
	int first = 0;
	struct outbox *outbox = scene_open(scene_root(), keep, false);
	for (int i = 0; i < COMMITS; i++) {
		scene_find_segment(true, path);
		if (strcmp(path, before) != 0)
			first = i;
		memcpy(before, path, sizeof before);
		sizes[i] = scene_size_of(path);
		models[i + 1] = models[i];
		model_commit_some(outbox, &models[i + 1], &random);
	}
	outbox_close(outbox);
	scene_find_segment(true, path);
	if (strcmp(path, before) != 0)
		first = COMMITS;
	sizes[COMMITS] = scene_size_of(path);
	char *content = scene_read_file(path, &size);
	for (off_t length = sizes[first]; length <= sizes[COMMITS]; length++) {
		int last = first;
		while (last < COMMITS && sizes[last + 1] <= length)
			last++;
		scene_write_file(path, content, (size_t)length);
		scene_forget_reports();
		outbox = scene_open(scene_root(), keep, false);
		assert_int_equal(strstr(scene_reported(), "torn") != NULL, sizes[last] != length);
		if (sizes[last] == length || length % 16 == 0) {
			model_expect(outbox, &models[last]);
			scene_expect_events(outbox, outbox_oldest(outbox));
		}
		assert_int_equal(outbox_next(outbox), models[last].next);
		outbox_close(outbox);
		assert_int_equal(scene_size_of(path), sizes[last]);
	}
	free(content);
}

static void test_torn_end(void **state)
{
	(void)state;
	check_torn(0);
}

static void test_torn_end_of_a_later_segment(void **state)
{
	(void)state;
	check_torn(12000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, scene_begin, scene_end)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(test_model_in_memory),
		TEST(test_model_on_disk),
		TEST(test_model_in_many_segments),
		TEST(test_model_with_sync),
		TEST(test_torn_end),
		TEST(test_torn_end_of_a_later_segment),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
