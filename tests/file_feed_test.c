#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>
#undef fail
#include <zlib.h>

#include "base/clock.h"
#include "tests/recorder.h"

static int open_stand(void **state)
{
	static struct stand stand;
	stand_open(&stand);
	snprintf(stand.url, sizeof stand.url, "file:%s/events.ndjson", stand.folder);
	*state = &stand;
	return 0;
}

static int close_stand(void **state)
{
	stand_close(*state);
	return 0;
}

static FILE *events_file(const struct stand *stand)
{
	FILE *file = fopen(stand->url + strlen("file:"), "w");
	assert_non_null(file);
	return file;
}

static void put(FILE *file, int64_t ts)
{
	fprintf(file, "{\"type\":\"contact.offered\",\"ts\":%lld,\"contact\":\"c\",\"agent\":\"a\"}\n", (long long)ts);
}

static void play(struct stand *stand)
{
	stand_feed(stand);
	UNTIL(stand, recorder_link(stand->recorder) == LINK_ENDED);
}

static void assert_batches(const struct recorder *recorder, int count, const int64_t at[], const uint32_t sizes[])
{
	assert_int_equal(recorder->batch_count, count);
	uint64_t next = 1;
	for (int i = 0; i < count; i++) {
		assert_int_equal(recorder->batches[i].boot, 1);
		assert_int_equal(recorder->batches[i].seq, next);
		assert_int_equal(recorder->batches[i].count, sizes[i]);
		assert_int_equal(recorder->batches[i].at, at[i]);
		next += sizes[i];
	}
}

static void test_a_batch_is_a_second(void **state)
{
	struct stand *stand = *state;
	FILE *file = events_file(stand);
	const int64_t times[] = {5000, 5400, 5999, 6000, 6000, 3000, 6500, 900, 1, 7000};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		put(file, times[i]);
	fclose(file);
	play(stand);
	assert_batches(stand->recorder, 6, (int64_t[]){5999, 6000, 6000, 6500, 6500, 7000}, (uint32_t[]){3, 2, 1, 1, 2, 1});
	assert_true(recorder_saw_link(stand->recorder, LINK_LIVE));
	assert_string_equal(stand->recorder->batches[0].src, stand->url + strlen("file:"));
	assert_int_equal(stand->feed->class->progress(stand->feed), 1000);
	assert_false(stand->feed->class->catch_up(stand->feed, view_of("x"), 1, 1, 1));
	assert_true(stand->feed->class->due(stand->feed) == INT64_MAX);
}

static void test_what_happened_at_the_stop_is_in(void **state)
{
	struct stand *stand = *state;
	FILE *file = events_file(stand);
	const int64_t times[] = {1000, 2000, 2001, 2000, 1500};
	for (size_t i = 0; i < sizeof times / sizeof *times; i++)
		put(file, times[i]);
	fclose(file);
	stand->options.stop = 2000;
	play(stand);
	assert_int_equal(stand->recorder->events, 4);
	assert_int_equal(stand->recorder->batches[stand->recorder->batch_count - 1].at, 2000);
}

static void test_a_second_of_many_events_is_several_batches(void **state)
{
	struct stand *stand = *state;
	FILE *file = events_file(stand);
	for (int i = 0; i < 2500; i++)
		put(file, 1000 + i / 10);
	fclose(file);
	play(stand);
	assert_batches(stand->recorder, 3, (int64_t[]){1099, 1199, 1249}, (uint32_t[]){1000, 1000, 500});
	assert_true(recorder_complete(stand->recorder, 1, 2500));
}

static void test_a_bad_line_is_named_and_left_out(void **state)
{
	struct stand *stand = *state;
	char wanted[160];
	FILE *file = events_file(stand);
	put(file, 1000);
	fputs("\n", file);
	fputs("{\"type\":\"contact.offered\",\"contact\":\"c\",\"agent\":\"a\"}\n", file);
	put(file, 1001);
	fclose(file);
	play(stand);
	assert_int_equal(stand->recorder->events, 2);
	assert_int_equal(stand->recorder->refused[FAULT_BAD_EVENT], 1);
	snprintf(wanted, sizeof wanted, "%s:3: ", stand->url + strlen("file:"));
	assert_memory_equal(stand->recorder->why, wanted, strlen(wanted));
	assert_non_null(strstr(stand->recorder->why, "ts"));
}

static void test_an_endless_line_is_left_out(void **state)
{
	struct stand *stand = *state;
	FILE *file = events_file(stand);
	for (int i = 0; i < 2000000; i++)
		fputc('x', file);
	fputs("\n", file);
	put(file, 1000);
	fclose(file);
	play(stand);
	assert_int_equal(stand->recorder->events, 1);
	assert_int_equal(stand->recorder->refused[FAULT_BAD_EVENT], 1);
}

static void test_gzip_is_read_and_its_damage_told(void **state)
{
	struct stand *stand = *state;
	const char *path = stand->url + strlen("file:");
	gzFile packed = gzopen(path, "wb");
	for (int i = 0; i < 5000; i++)
		gzprintf(packed, "{\"type\":\"contact.offered\",\"ts\":%d,\"contact\":\"c%d\",\"agent\":\"a\"}\n", 1000 + 1000 * i, i * 7919);
	gzclose(packed);
	play(stand);
	assert_int_equal(stand->recorder->events, 5000);
	assert_true(recorder_complete(stand->recorder, 1, 5000));
	feed_close(stand->feed);
	memset(stand->recorder->times, 0, sizeof stand->recorder->times);
	stand->recorder->link_count = 0;
	assert_int_equal(truncate(path, 10000), 0);
	play(stand);
	assert_int_equal(stand->recorder->refused[FAULT_BAD_EVENT], 1);
	assert_true(stand->recorder->events > 5000 && stand->recorder->events < 10000);
}

/* Up to `start` at once, from there by the clock: 400 ms of events at twice their speed. */
static void test_the_speed_holds_from_the_start(void **state)
{
	struct stand *stand = *state;
	FILE *file = events_file(stand);
	for (int i = 0; i < 100; i++)
		put(file, 1000 * i + 1);
	put(file, 100400);
	put(file, 101000);
	fclose(file);
	stand->options.start = 100000;
	stand->options.speed = 2;
	int64_t began = clock_monotonic();
	stand_feed(stand);
	UNTIL(stand, stand->recorder->events == 100);
	assert_true(stand->feed->class->time(stand->feed) >= 99000);
	UNTIL(stand, stand->recorder->events == 101);
	assert_in_range(clock_monotonic() - began, 200, 450);
	assert_int_equal(stand->recorder->batches[100].at, 100400);
	UNTIL(stand, recorder_link(stand->recorder) == LINK_ENDED);
	assert_in_range(clock_monotonic() - began, 500, 2000);
	assert_int_equal(stand->recorder->batches[101].at, 101000);
}

static void test_standard_input_does_not_block(void **state)
{
	struct stand *stand = *state;
	int ends[2], kept = dup(0);
	assert_int_equal(pipe(ends), 0);
	dup2(ends[0], 0);
	close(ends[0]);
	snprintf(stand->url, sizeof stand->url, "file:-");
	stand_feed(stand);
	DURING(stand, 50, stand->recorder->events == 0);
	const char line[] = "{\"type\":\"contact.offered\",\"ts\":1000,\"contact\":\"c\",\"agent\":\"a\"}\n";
	assert_true(write(ends[1], line, sizeof line - 1) > 0);
	UNTIL(stand, stand->recorder->events == 1);
	assert_true(write(ends[1], line, 10) > 0);
	DURING(stand, 50, stand->recorder->events == 1);
	assert_true(write(ends[1], line + 10, sizeof line - 11) > 0);
	UNTIL(stand, stand->recorder->events == 2);
	close(ends[1]);
	UNTIL(stand, recorder_link(stand->recorder) == LINK_ENDED);
	assert_true(recorder_complete(stand->recorder, 1, 2));
	dup2(kept, 0);
	close(kept);
}

static void test_a_long_name_is_still_one_of_its_own(void **state)
{
	struct stand *stand = *state;
	char sources[2][ID_MAX + 1];
	for (int i = 0; i < 2; i++) {
		snprintf(stand->url, sizeof stand->url, "file:%.40s/%d-a-very-long-name-of-a-file-that-does-not-fit",
			stand->folder, i);
		FILE *file = events_file(stand);
		put(file, 1);
		fclose(file);
		stand->recorder->batch_count = 0;
		stand->recorder->link_count = 0;
		play(stand);
		feed_close(stand->feed);
		stand->feed = NULL;
		assert_int_equal(stand->recorder->batch_count, 1);
		memcpy(sources[i], stand->recorder->batches[0].src, sizeof sources[i]);
	}
	assert_string_not_equal(sources[0], sources[1]);
}

static void test_a_file_that_is_not_there_is_told(void **state)
{
	struct stand *stand = *state;
	struct feed_sink sink = recorder_sink(stand->recorder);
	struct error err;
	assert_null(feed_open(stand->url, &stand->options, &sink, &err));
	assert_non_null(strstr(err.text, "events.ndjson"));
	assert_null(feed_open("file:", &stand->options, &sink, &err));
}

#define STAND(test) cmocka_unit_test_setup_teardown(test, open_stand, close_stand)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAND(test_a_batch_is_a_second),
		STAND(test_what_happened_at_the_stop_is_in),
		STAND(test_a_second_of_many_events_is_several_batches),
		STAND(test_a_bad_line_is_named_and_left_out),
		STAND(test_an_endless_line_is_left_out),
		STAND(test_gzip_is_read_and_its_damage_told),
		STAND(test_the_speed_holds_from_the_start),
		STAND(test_standard_input_does_not_block),
		STAND(test_a_long_name_is_still_one_of_its_own),
		STAND(test_a_file_that_is_not_there_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
