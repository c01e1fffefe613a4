/* Where two collectors' journals part: the list of epochs, and what is set aside. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "journal/epochs.h"
#include "journal/fork.h"
#include "journal/journal.h"
#include "journal/reader.h"
#include "journal/state_file.h"

#include <cmocka.h>

static char directory[64];

static int make_directory(void **state)
{
	(void)state;
	snprintf(directory, sizeof directory, "/tmp/tablo-fork-XXXXXX");
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	(void)state;
	char *command = memory_format("rm -rf %s", directory);
	int result = system(command);
	free(command);
	return result;
}

static struct epochs read_list(const char *text)
{
	struct epochs epochs = {0};
	if (!epochs_read(view_of(text), &epochs))
		fail_msg("%s", text);
	return epochs;
}

/* ---- the list ---- */

static void lists_share_records_up_to_where_they_part(void **state)
{
	(void)state;
	static const struct {
		const char *ours, *theirs;
		uint64_t last, common;
	} cases[] = {
		{"", "", 1000, 1000},			       /* neither was ever in a pair: one is a copy */
		{"1:1", "1:1", 1000, 1000},		       /* we follow */
		{"1:1", "1:1 2:991", 1000, 990},	       /* they took over at 991, we wrote ten more */
		{"1:1", "1:1 2:991", 500, 500},		       /* ... and we had not got so far */
		{"1:1 2:991", "1:1", 1200, 990},	       /* they know nothing of our epoch */
		{"1:1 2:991", "1:1 2:991 3:1500", 1600, 1499},
		{"1:1 3:501", "1:1 2:991", 900, 500},	       /* both took over, each at its own place */
		{"1:1 2:991", "1:1 3:501", 1600, 500},
		{"1:1 2:991", "1:1 3:991", 1600, 990},	       /* an epoch without a record */
		{"5:501", "1:1 2:300", 900, 0},		       /* nothing in common */
		{"", "7:501", 900, 500},		       /* a journal from before the pair */
		{"7:501", "", 900, 500},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct epochs ours = read_list(cases[i].ours), theirs = read_list(cases[i].theirs);
		uint64_t common = epochs_common(&ours, cases[i].last, &theirs);
		if (common != cases[i].common)
			fail_msg("'%s' ending with %d and '%s': %d, not %d", cases[i].ours, (int)cases[i].last, cases[i].theirs, (int)common,
				(int)cases[i].common);
	}
}

static void an_epoch_takes_the_place_of_what_was_never_written(void **state)
{
	(void)state;
	struct epochs epochs = read_list("1:1 2:991 3:1500");
	char text[EPOCHS_TEXT_ROOM];
	epochs_begin(&epochs, 4, 991);
	epochs_write(&epochs, text);
	assert_string_equal(text, "1:1 4:991");
	for (uint64_t number = 5; number < 100; number++)
		epochs_begin(&epochs, number, number * UINT64_C(90071992547409910));
	assert_int_equal(epochs.count, EPOCHS_MOST);
	assert_int_equal(epochs_newest(&epochs), 99);
	epochs_write(&epochs, text);
	struct epochs again = read_list(text);
	assert_int_equal(again.count, EPOCHS_MOST);
	assert_int_equal(epochs_common(&again, UINT64_MAX, &epochs), UINT64_MAX);
	struct epochs old = read_list("1:1 4:991");
	assert_int_equal(epochs_common(&old, 2000, &again), 0); /* what they shared is not known any more */
}

static void lists_that_are_none_are_refused(void **state)
{
	(void)state;
	static const char *const bad[] = {"1", "1:", ":1", "1:1,2:2", "1:1 1:5", "2:1 1:5", "1:5 2:5", "0:1", "1:0", "x:1", "-1:1",
		"99999999999999999999:1"};
	for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
		struct epochs epochs = read_list("7:7");
		bool is_read = epochs_read(view_of(bad[i]), &epochs);
		if (is_read || epochs.list[0].number != 7)
			fail_msg("'%s' was taken", bad[i]);
	}
}

static void the_list_comes_back_from_its_file(void **state)
{
	(void)state;
	struct error err = {""};
	struct epochs epochs = read_list("1:1 2:991"), again = {0};
	assert_false(epochs_load(NULL, directory, &again, &err));
	assert_string_equal(err.text, "");
	memcpy(epochs.id, "0123456789abcdef", JOURNAL_ID_SIZE);
	assert_true(epochs_save(NULL, directory, &epochs, &err));
	assert_true(epochs_load(NULL, directory, &again, &err));
	assert_memory_equal(again.id, epochs.id, JOURNAL_ID_SIZE);
	assert_int_equal(again.count, 2);
	assert_int_equal(again.list[1].first, 991);
	char *path = memory_format("%s/EPOCHS", directory);
	assert_int_equal(truncate(path, 40), 0);
	free(path);
	assert_false(epochs_load(NULL, directory, &again, &err));
	assert_non_null(strstr(err.text, "damaged"));
	assert_true(epochs_remove(NULL, directory, &err));
	assert_true(epochs_remove(NULL, directory, &err));
}

/* ---- setting aside ---- */

#define RECORDS 30000 /* some files of a MiB */

static char *payload_of(uint64_t number, char tag, char *room)
{
	snprintf(room, 200, "%c %llu %0*d", tag, (unsigned long long)number, (int)(number % 150), 7);
	return room;
}

static void write_records(uint64_t from, uint64_t to, char tag)
{
	struct error err = {""};
	struct journal_options options = journal_options();
	options.segment_bytes = 1024 * 1024;
	struct journal *journal = journal_open(directory, &options, &err);
	if (!journal)
		fail_msg("%s", err.text);
	for (uint64_t number = from; number <= to; number++) {
		char room[200];
		struct frame frame = {.type = FRAME_BATCH, .recv = (int64_t)number, .payload = view_of(payload_of(number, tag, room))};
		while (journal_append(journal, &frame) != JOURNAL_OK || !frame.lsn)
			usleep(1000);
		assert_int_equal(frame.lsn, number);
	}
	assert_true(journal_close(journal, &err));
}

/* Everything that is there, in order; up to `fork` by one tag, then by another. */
static void check_records(uint64_t fork, uint64_t last, char before, char after)
{
	struct error err = {""};
	struct frame frame;
	struct damage damage;
	struct reader *reader = reader_open(NULL, directory, SEGMENT_JOURNAL, &err);
	assert_non_null(reader);
	for (uint64_t number = 1; number <= last; number++) {
		char room[200];
		assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_RECORD);
		assert_int_equal(frame.lsn, number);
		payload_of(number, number < fork ? before : after, room);
		assert_int_equal(frame.payload.size, strlen(room));
		assert_memory_equal(frame.payload.data, room, frame.payload.size);
	}
	assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_END);
	reader_close(reader);
}

static void save_state(uint64_t lsn)
{
	struct error err = {""};
	assert_true(state_file_save(NULL, directory, &(struct state_file){.lsn = lsn, .bytes = {"state", 5}}, &err));
}

static void what_follows_a_fork_is_set_aside_and_others_take_its_place(void **state)
{
	(void)state;
	static const uint64_t forks[] = {RECORDS + 1, RECORDS, 20000, 9000, 9000, 2, 1};
	struct error err = {""};
	struct fork fork;
	write_records(1, RECORDS, 'a');
	for (size_t i = 0; i < sizeof forks / sizeof *forks; i++) {
		uint64_t from = forks[i];
		save_state(from > 1 ? from - 1 : 1);
		save_state(from + 5);
		assert_true(fork_set_aside(NULL, directory, from, &fork, &err));
		assert_int_equal(fork.records, RECORDS + 1 - from);
		assert_int_equal(fork.last, from > RECORDS ? 0 : RECORDS);
		assert_int_equal(fork.pieces > 0, from <= RECORDS);
		struct state_file file;
		int skipped;
		uint8_t id[JOURNAL_ID_SIZE] = {0};
		bool has_state = state_file_load(NULL, directory, id, UINT64_MAX, INT64_MAX, &file, &skipped, &err);
		assert_int_equal(has_state, from > 1);
		if (has_state) {
			assert_int_equal(file.lsn, from - 1);
			free((char *)(uintptr_t)file.bytes.data);
		}
		check_records(from, from - 1, 'a', 'b');
		write_records(from, RECORDS, 'b');
		check_records(from, RECORDS, 'a', 'b');
		assert_true(fork_set_aside(NULL, directory, 1, &fork, &err)); /* anew, so that the next one finds what it expects */
		write_records(1, RECORDS, 'a');
	}
}

static void a_journal_that_is_written_is_left_alone(void **state)
{
	(void)state;
	struct error err = {""};
	struct fork fork;
	struct journal_options options = journal_options();
	struct journal *journal = journal_open(directory, &options, &err);
	assert_non_null(journal);
	assert_false(fork_set_aside(NULL, directory, 1, &fork, &err));
	assert_non_null(strstr(err.text, "held by process"));
	assert_true(journal_close(journal, &err));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_share_records_up_to_where_they_part),
		cmocka_unit_test(an_epoch_takes_the_place_of_what_was_never_written),
		cmocka_unit_test(lists_that_are_none_are_refused),
		cmocka_unit_test_setup_teardown(the_list_comes_back_from_its_file, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(what_follows_a_fork_is_set_aside_and_others_take_its_place, make_directory, remove_directory),
		cmocka_unit_test_setup_teardown(a_journal_that_is_written_is_left_alone, make_directory, remove_directory),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
