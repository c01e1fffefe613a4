/* A journal that is written, sealed and removed by its threads while others read it: each record once. On the real disk. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "journal/fork.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/sealer.h"

#include <cmocka.h>

#define RECORDS 20000
#define PATIENCE 20000 /* ms */

static char directory[80];

static int make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof directory, "/tmp/tablo-sealer-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	char *command = memory_format("rm -rf %s", directory);
	const int status = system(command);
	free(command);
	return status;
}

static struct journal *open_journal(uint64_t keep_bytes)
{
	struct journal_options options = journal_options();
	struct error err;
	options.sync = 5;
	options.segment_bytes = 64 * 1024;
	options.keep_free = 0;
	options.keep_bytes = keep_bytes;
	options.seal = 1;
	struct journal *journal = journal_open(directory, &options, &err);
	if (!journal)
		fail_msg("%s", err.text);
	return journal;
}

static void append(struct journal *journal, uint64_t number)
{
	char payload[120];
	const int size = snprintf(payload, sizeof payload, "record %llu of a queue with a name, and a word: %llx", (unsigned long long)number,
		(unsigned long long)(number * 0x9e3779b97f4a7c15u));
	struct frame frame = {.type = FRAME_BATCH, .recv = (int64_t)number, .payload = {payload, (size_t)size}};
	assert_int_equal(journal_append(journal, &frame), JOURNAL_OK);
	assert_int_equal(frame.lsn, number);
}

/* Everything there is for now; returns the last. */
static uint64_t read_on(struct reader *reader, uint64_t last)
{
	struct error err;
	struct frame frame;
	struct damage damage;
	for (enum reader_result result; (result = reader_next(reader, &frame, &damage, &err)) != READER_END;) {
		if (result != READER_RECORD || frame.lsn != last + 1 || frame.recv != (int64_t)last + 1)
			fail_msg("after record %llu: %d", (unsigned long long)last, (int)result);
		last++;
	}
	return last;
}

static size_t count_sealed(size_t *all)
{
	struct segment_list list = {.segments = NULL};
	size_t sealed = 0;
	assert_true(segments_list(&list, &disk_real, directory, SEGMENT_JOURNAL, NULL));
	for (size_t i = 0; i < list.count; i++)
		sealed += list.segments[i].is_sealed;
	*all = list.count;
	segments_finish(&list);
	return sealed;
}

static void files_are_sealed_while_others_read(void **state)
{
	(void)state;
	struct error err;
	struct journal *journal = open_journal(0);
	struct reader *reader = reader_open(NULL, directory, SEGMENT_JOURNAL, &err);
	uint64_t last = 0;
	for (uint64_t number = 1; number <= RECORDS; number++) {
		append(journal, number);
		if (number % 97 == 0)
			last = read_on(reader, last);
	}
	const int64_t until = clock_monotonic() + PATIENCE;
	size_t all = 0, sealed = 0;
	uint64_t more = RECORDS;
	while ((last < more || sealed < 10) && clock_monotonic() < until) {
		last = read_on(reader, last);
		if (journal_state(journal).waiting == 0 && more < 4 * RECORDS)
			append(journal, ++more); /* a file that is closed wakes who seals */
		sealed = count_sealed(&all);
	}
	assert_true(sealed >= 10 && all > sealed);
	assert_true(journal_close(journal, &err));
	assert_int_equal(read_on(reader, last), more);
	reader_close(reader);
	/* From the beginning too, over sealed and other files. */
	reader = reader_open(NULL, directory, SEGMENT_JOURNAL, &err);
	assert_int_equal(read_on(reader, 0), more);
	reader_close(reader);
	/* And it goes on, with less than its bytes kept. */
	journal = open_journal(200000);
	assert_true(journal_state(journal).bytes < more * 100);
	for (uint64_t number = more + 1; number <= more + RECORDS; number++)
		append(journal, number);
	assert_true(journal_close(journal, &err));
	reader = reader_open(NULL, directory, SEGMENT_JOURNAL, &err);
	struct segment_list list = reader_files(reader);
	assert_true(list.segments[0].first > RECORDS);
	assert_int_equal(read_on(reader, list.segments[0].first - 1), more + RECORDS);
	reader_close(reader);
}

static void count_result(void *context, const struct segment *segment, enum seal_result result, const struct error *err)
{
	(void)segment, (void)err;
	*(int *)context += result == SEAL_DONE;
}

/* What is left of a sealing that was cut off just before its end: both forms. Only one counts, and the other goes. */
static void both_forms_are_one_file(void **state)
{
	(void)state;
	struct error err;
	struct journal_options options = journal_options();
	options.keep_free = 0;
	struct journal *journal = journal_open(directory, &options, &err);
	assert_non_null(journal);
	for (uint64_t number = 1; number <= 100; number++)
		append(journal, number);
	assert_true(journal_close(journal, &err));
	char *copy = memory_format("cd %s && cp J-*.wbj copy", directory), *back = memory_format("cd %s && mv copy J-00000000000000000001.wbj", directory);
	assert_int_equal(system(copy), 0);
	struct sealing sealing = {.disk = &disk_real, .directory = directory, .level = 1};
	int sealed = 0;
	assert_true(sealer_seal_all(&sealing, true, count_result, &sealed, &err));
	assert_int_equal(system(back), 0);
	struct reader *reader = reader_open(NULL, directory, SEGMENT_JOURNAL, &err);
	assert_int_equal(read_on(reader, 0), 100);
	reader_close(reader);
	assert_true(sealer_seal_all(&sealing, false, count_result, &sealed, &err));
	assert_int_equal(sealed, 2);
	char *path = disk_path(directory, "J-00000000000000000001.wbj");
	assert_true(disk_real.open(disk_real.context, path, 0) < 0);
	reader = reader_open(NULL, directory, SEGMENT_JOURNAL, &err);
	assert_int_equal(read_on(reader, 0), 100);
	reader_close(reader);
	free(path);
	free(copy);
	free(back);
}

/* A pair's fork may lie within what is sealed: up to it everything stays, from it on nothing. */
static void what_is_sealed_can_be_cut(void **state)
{
	(void)state;
	struct error err;
	struct journal_options options = journal_options();
	options.keep_free = 0;
	options.segment_bytes = 8000;
	struct journal *journal = journal_open(directory, &options, &err);
	assert_non_null(journal);
	for (uint64_t number = 1; number <= 500; number++) {
		append(journal, number);
		while (journal_state(journal).written < number)
			clock_sleep(0);
	}
	assert_true(journal_close(journal, &err));
	struct sealing sealing = {.disk = &disk_real, .directory = directory, .level = 1};
	int sealed = 0;
	assert_true(sealer_seal_all(&sealing, true, count_result, &sealed, &err) && sealed > 4);
	struct fork fork;
	if (!fork_set_aside(NULL, directory, 217, &fork, &err))
		fail_msg("%s", err.text);
	assert_int_equal(fork.last, 500);
	struct reader *reader = reader_open(NULL, directory, SEGMENT_JOURNAL, &err);
	assert_int_equal(read_on(reader, 0), 216);
	reader_close(reader);
	journal = journal_open(directory, &options, &err);
	assert_non_null(journal);
	append(journal, 217);
	assert_true(journal_close(journal, &err));
	reader = reader_open(NULL, directory, SEGMENT_JOURNAL, &err);
	assert_int_equal(read_on(reader, 0), 217);
	reader_close(reader);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(files_are_sealed_while_others_read, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(what_is_sealed_can_be_cut, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(both_forms_are_one_file, make_directory, remove_directory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
