/* State files: whole or not at all, in both forms; how many are kept; whatever is cut, turned over or refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "journal/crc32c.h"
#include "journal/state_file.h"
#include "tests/memory_disk.h"

#include <cmocka.h>

#define DIRECTORY "journal"
#define SIZE 3000
static const uint8_t id[JOURNAL_ID_SIZE] = "an identity....";

static void fill(uint64_t lsn, char *bytes)
{
	for (size_t i = 0; i < SIZE; i++)
		bytes[i] = (char)(i % 7 == 0 ? lsn * 31 + i * i : i % 50);
}

static bool save(struct memory_disk *disk, uint64_t lsn, uint64_t weight, bool is_added, struct error *err)
{
	char bytes[SIZE];
	struct state_file state = {.lsn = lsn, .recv = (int64_t)lsn * 10, .weight = weight, .bytes = {bytes, SIZE}};
	memcpy(state.id, id, sizeof id);
	fill(lsn, bytes);
	return (is_added ? state_file_add : state_file_save)(&disk->disk, DIRECTORY, &state, err);
}

/* The LSN of the state that is loaded, with its content looked at; 0: none. */
static uint64_t load(struct memory_disk *disk, uint64_t most, int64_t at, int *skipped, struct error *err)
{
	struct state_file state;
	char bytes[SIZE];
	if (!state_file_load(&disk->disk, DIRECTORY, id, most, at, &state, skipped, err))
		return 0;
	fill(state.lsn, bytes);
	assert_int_equal(state.bytes.size, SIZE);
	assert_memory_equal(state.bytes.data, bytes, SIZE);
	assert_int_equal(state.recv, (int64_t)state.lsn * 10);
	free((void *)(uintptr_t)state.bytes.data);
	return state.lsn;
}

static size_t count_states(struct memory_disk *disk)
{
	struct state_list list = {.entries = NULL};
	assert_true(state_files_list(&list, &disk->disk, DIRECTORY, NULL));
	const size_t count = list.count;
	state_files_finish(&list);
	return count;
}

static void what_is_written_comes_back(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	struct error err;
	int skipped;
	assert_int_equal(load(disk, UINT64_MAX, INT64_MAX, &skipped, &err), 0);
	for (uint64_t lsn = 100; lsn <= 300; lsn += 100)
		assert_true(save(disk, lsn, lsn * 1000000, false, &err));
	assert_int_equal(load(disk, UINT64_MAX, INT64_MAX, &skipped, &err), 300);
	assert_int_equal(load(disk, 299, INT64_MAX, &skipped, &err), 200);
	assert_int_equal(load(disk, UINT64_MAX, 1999, &skipped, &err), 100);
	assert_int_equal(load(disk, 99, INT64_MAX, &skipped, &err), 0);
	assert_int_equal(skipped, 0);
	assert_true(memory_disk_find(disk, DIRECTORY "/S-00000000000000000300.wbs")->size < SIZE);
	memory_disk_destroy(disk);
}

/* A tenth of the records' bytes, and the newest three. */
static void as_many_are_kept_as_a_tenth_holds(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	struct error err;
	struct state_list list = {.entries = NULL};
	uint64_t last = 0, weight = 0, bytes = 0;
	for (uint64_t lsn = 10; lsn <= 1000; lsn += 10)
		assert_true(save(disk, lsn, lsn * 300, false, &err));
	assert_true(state_files_list(&list, &disk->disk, DIRECTORY, &err));
	for (size_t i = 0; i + STATE_FILES_KEPT < list.count; i++) {
		assert_true(list.entries[i].weight >= weight + state_worth(list.entries[i].bytes, 0));
		weight = list.entries[i].weight;
		bytes += list.entries[i].bytes;
		last = list.entries[i].lsn;
	}
	assert_true(bytes * 10 <= weight);
	assert_true(list.count > 8 && list.count < 60);
	for (size_t i = 0; i < STATE_FILES_KEPT; i++)
		assert_int_equal(list.entries[list.count - 1 - i].lsn, 1000 - 10 * i);
	assert_true(last < 980);
	state_files_finish(&list);
	/* One that was missing is added and takes none away; one beyond, of records that are gone, goes. */
	const size_t before = count_states(disk);
	assert_true(save(disk, 5, 1500, true, &err));
	assert_true(save(disk, 2000, 700000, true, &err));
	assert_int_equal(count_states(disk), before + 2);
	assert_true(save(disk, 1001, 300300, false, &err));
	int skipped;
	assert_int_equal(load(disk, UINT64_MAX, INT64_MAX, &skipped, &err), 1001);
	/* With their records they go, but for the newest three. */
	state_files_retire(&disk->disk, DIRECTORY, 900);
	assert_int_equal(load(disk, 898, INT64_MAX, &skipped, &err), 0);
	state_files_retire(&disk->disk, DIRECTORY, 5000);
	assert_int_equal(count_states(disk), STATE_FILES_KEPT);
	memory_disk_destroy(disk);
}

static void every_cut_and_every_bit_is_noticed(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	struct error err;
	int skipped;
	assert_true(save(disk, 40, 1, false, &err) && save(disk, 50, 2, false, &err));
	struct memory_file *file = memory_disk_find(disk, DIRECTORY "/S-00000000000000000050.wbs");
	const int64_t size = file->size;
	for (int64_t bit = 0; bit < size * 8; bit++) {
		file->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		if (load(disk, UINT64_MAX, INT64_MAX, &skipped, &err) != 40)
			fail_msg("bit %lld is not noticed", (long long)bit);
		file->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	uint8_t *bytes = memory_new(1, (size_t)size);
	memcpy(bytes, file->bytes, (size_t)size);
	for (int64_t cut = 0; cut < size; cut++)
		for (int zeros = 0; zeros < 2; zeros++) {
			memcpy(file->bytes, bytes, (size_t)size);
			memset(file->bytes + cut, 0, (size_t)(size - cut));
			file->size = zeros ? size : cut;
			if (memcmp(file->bytes, bytes, (size_t)size) != 0 || !zeros)
				assert_int_equal(load(disk, UINT64_MAX, INT64_MAX, &skipped, &err), 40);
		}
	free(bytes);
	memory_disk_destroy(disk);
}

/* Each call fails once: the old state or the new one is there, whole. */
static void a_fault_or_a_power_cut_leaves_the_old_or_the_new(void **state)
{
	(void)state;
	static const enum cruelty cruelties[] = {CRUELTY_EIO, CRUELTY_ENOSPC, CRUELTY_EINTR, CRUELTY_SHORT};
	for (int way = 0; way < 5; way++)
		for (int64_t call = 0; call < 20; call++) {
			struct memory_disk *disk = memory_disk_create((uint64_t)(way * 100 + call));
			struct error err;
			int skipped;
			assert_true(save(disk, 40, 1, false, &err));
			disk->fail_at = way < 4 ? disk->calls + call : -1;
			disk->power_at = way < 4 ? -1 : disk->calls + call;
			disk->cruelty = cruelties[way % 4];
			const bool is_saved = save(disk, 50, 2, false, &err);
			disk->fail_at = -1;
			if (way == 4)
				memory_disk_lose_power(disk);
			const uint64_t found = load(disk, UINT64_MAX, INT64_MAX, &skipped, &err);
			assert_true(found == 50 || (found == 40 && !is_saved));
			memory_disk_lose_power(disk);
			const uint64_t after = load(disk, UINT64_MAX, INT64_MAX, &skipped, &err);
			assert_true(after == 50 || (after == 40 && !is_saved));
			memory_disk_destroy(disk);
		}
}

static void put_file(struct memory_disk *disk, const char *magic, uint64_t lsn, const char *bytes, size_t size)
{
	uint8_t head[48];
	char path[80];
	memcpy(head, magic, 4);
	memcpy(head + 8, id, sizeof id);
	frame_put64(head + 24, lsn);
	frame_put64(head + 32, lsn * 10);
	frame_put64(head + 40, size);
	frame_put32(head + 4, crc32c_mask(crc32c(crc32c(0, head + 8, sizeof head - 8), bytes, size)));
	snprintf(path, sizeof path, DIRECTORY "/S-%020llu.wbs", (unsigned long long)lsn);
	const int file = disk->disk.open(disk, path, O_CREAT);
	disk_write_all(&disk->disk, file, head, sizeof head, 0);
	disk_write_all(&disk->disk, file, bytes, size, sizeof head);
	disk->disk.close(disk, file);
}

static void the_first_form_is_read_and_a_newer_one_named(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	struct error err;
	char bytes[SIZE];
	int skipped;
	fill(70, bytes);
	put_file(disk, "WBS1", 70, bytes, SIZE);
	assert_int_equal(load(disk, UINT64_MAX, INT64_MAX, &skipped, &err), 70);
	assert_true(save(disk, 80, 5, false, &err));
	assert_int_equal(load(disk, UINT64_MAX, INT64_MAX, &skipped, &err), 80);
	assert_int_equal(load(disk, 79, INT64_MAX, &skipped, &err), 70);
	put_file(disk, "WBS3", 90, bytes, SIZE);
	assert_int_equal(load(disk, UINT64_MAX, INT64_MAX, &skipped, &err), 80);
	assert_int_equal(skipped, 1);
	assert_non_null(strstr(err.text, "S-00000000000000000090.wbs"));
	assert_non_null(strstr(err.text, "update"));
	memory_disk_destroy(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_written_comes_back),
		cmocka_unit_test(as_many_are_kept_as_a_tenth_holds),
		cmocka_unit_test(every_cut_and_every_bit_is_noticed),
		cmocka_unit_test(a_fault_or_a_power_cut_leaves_the_old_or_the_new),
		cmocka_unit_test(the_first_form_is_read_and_a_newer_one_named),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
