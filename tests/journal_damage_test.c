/* Damage of every kind: each byte cut off, each bit turned over, whole files gone. What is read is right or is reported. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "journal/crc32c.h"
#include "journal/reader.h"
#include "journal/recover.h"
#include "journal/writer.h"
#include "tests/memory_disk.h"

#include <cmocka.h>

#define DIRECTORY "journal"
#define FIRST DIRECTORY "/J-00000000000000000001.wbj"
static const uint8_t id[JOURNAL_ID_SIZE] = "an identity....";

static void crc32c_is_that_of_the_standard(void **state)
{
	(void)state;
	uint8_t bytes[300];
	for (size_t i = 0; i < sizeof bytes; i++)
		bytes[i] = (uint8_t)(i * 7 + i / 3);
	assert_int_equal(crc32c(0, "123456789", 9), 0xe3069283u);
	assert_int_equal(crc32c_portable(0, "123456789", 9), 0xe3069283u);
	for (size_t from = 0; from < 9; from++)
		for (size_t size = 0; size + from <= sizeof bytes; size++) {
			assert_int_equal(crc32c(0, bytes + from, size), crc32c_portable(0, bytes + from, size));
			assert_int_equal(crc32c(crc32c(0, bytes, from), bytes + from, size), crc32c(0, bytes, from + size));
		}
}

static size_t payload_of(uint64_t lsn, char *to)
{
	return (size_t)sprintf(to, "record %llu %.*s", (unsigned long long)lsn, (int)(lsn * 5 % 40), "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
}

static void init_writer(struct writer *writer, struct memory_disk *disk, uint64_t segment_bytes, uint64_t last)
{
	struct writer_options options = {.kind = SEGMENT_JOURNAL, .segment_bytes = segment_bytes, .segment_time = 1000000};
	memcpy(options.id, id, sizeof id);
	writer_init(writer, &disk->disk, DIRECTORY, &options, last, 0, 0);
}

static void put(struct writer *writer, uint64_t from, uint64_t to)
{
	struct chunks chunks = {0};
	char payload[100];
	for (uint64_t lsn = from; lsn <= to; lsn++) {
		struct frame frame = {.type = FRAME_BATCH, .lsn = lsn, .durable = writer->durable, .recv = (int64_t)lsn * 10, .payload = {payload, payload_of(lsn, payload)}};
		chunks_put(&chunks, &frame, 200);
	}
	writer_add(writer, &chunks);
}

/* 1..count, made safe now and then; sealed if wished. */
static void make_journal(struct memory_disk *disk, uint64_t segment_bytes, uint64_t count, bool is_sealed)
{
	struct writer writer;
	init_writer(&writer, disk, segment_bytes, 0);
	for (uint64_t lsn = 1; lsn <= count; lsn++) {
		put(&writer, lsn, lsn);
		while (writer_has_work(&writer)) {
			assert_int_equal(writer_write(&writer), 0);
			if (writer_is_full(&writer))
				assert_int_equal(writer_rotate(&writer), 0);
		}
		if (lsn % 3 == 0)
			assert_int_equal(writer_sync(&writer), 0);
	}
	if (is_sealed)
		assert_int_equal(writer_rotate(&writer), 0);
	writer_finish(&writer);
}

struct found {
	uint64_t records, last, missing, damages, bytes;
};

/* Every record that comes is right, in order, and what is between them is reported. */
static struct found read_all(struct memory_disk *disk, uint64_t from)
{
	struct found found = {.last = from ? from - 1 : 0};
	struct error err = {""};
	struct frame frame;
	struct damage damage;
	char payload[100];
	struct reader *reader = reader_open(&disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err);
	assert_true(reader_seek(reader, from, &err));
	for (enum reader_result result; (result = reader_next(reader, &frame, &damage, &err)) != READER_END;) {
		assert_true(result != READER_FAILED);
		if (result == READER_DAMAGE) {
			found.damages++;
			found.bytes += damage.bytes;
			if (damage.from <= damage.to) {
				assert_int_equal(damage.from, found.last + 1);
				found.missing += damage.to - damage.from + 1;
				found.last = damage.to;
			}
			continue;
		}
		assert_int_equal(frame.lsn, found.last + 1);
		assert_int_equal(frame.payload.size, payload_of(frame.lsn, payload));
		assert_memory_equal(frame.payload.data, payload, frame.payload.size);
		assert_int_equal(frame.recv, (int64_t)frame.lsn * 10);
		found.last = frame.lsn;
		found.records++;
	}
	found.bytes += (uint64_t)reader_tail(reader);
	reader_close(reader);
	return found;
}

static void note_damage(void *context, const struct damage *damage)
{
	struct found *found = context;
	char text[300];
	damage_describe(damage, text, sizeof text);
	assert_non_null(strstr(text, damage->name));
	found->damages++;
	found->bytes += damage->bytes;
	if (damage->from <= damage->to)
		found->missing += damage->to - damage->from + 1;
}

static struct found mend(struct memory_disk *disk)
{
	struct found found = {0};
	struct recovery recovery = {.report = note_damage, .context = &found};
	struct error err = {""};
	if (!recover(&recovery, &disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err))
		fail_msg("%s", err.text);
	assert_true(!recovery.has_id || memcmp(recovery.id, id, sizeof id) == 0);
	found.last = recovery.last;
	return found;
}

static void go_on(struct memory_disk *disk, uint64_t last)
{
	struct writer writer;
	init_writer(&writer, disk, 100000, last);
	put(&writer, last + 1, last + 3);
	assert_int_equal(writer_write(&writer), 0);
	assert_int_equal(writer_rotate(&writer), 0);
	writer_finish(&writer);
}

/* With a clean end and with zeros behind it, as preallocation leaves them. */
static void every_cut_leaves_a_prefix(void **state)
{
	(void)state;
	struct memory_disk *whole = memory_disk_create(1);
	make_journal(whole, 100000, 30, true);
	int64_t size = memory_disk_find(whole, FIRST)->size;
	uint64_t before = 0;
	for (int64_t cut = 0; cut < size; cut++)
		for (int zeros = 0; zeros < 2; zeros++) {
			struct memory_disk *disk = memory_disk_create(1);
			make_journal(disk, 100000, 30, true);
			struct memory_file *file = memory_disk_find(disk, FIRST);
			memset(file->bytes + cut, 0, (size_t)(size - cut));
			file->size = zeros ? size : cut;
			struct found plain = read_all(disk, 0);
			assert_int_equal(plain.missing, 0);
			struct found mended = mend(disk);
			assert_int_equal(mended.last, plain.records);
			assert_int_equal(mended.missing, 0);
			assert_true(zeros ? mended.last + 1 >= before : mended.last >= before && mended.last <= before + 1);
			before = zeros ? before : mended.last;
			go_on(disk, mended.last);
			struct found after = read_all(disk, 0);
			assert_int_equal(after.records, mended.last + 3);
			assert_int_equal(after.damages, 0);
			memory_disk_destroy(disk);
		}
	assert_int_equal(before, 30);
	memory_disk_destroy(whole);
}

static void every_bit_turned_over_is_noticed(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	make_journal(disk, 100000, 12, true);
	struct memory_file *file = memory_disk_find(disk, FIRST);
	for (int64_t bit = 0; bit < file->size * 8; bit++) {
		file->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		struct found found = read_all(disk, 0);
		bool is_noticed = found.damages > 0 || found.bytes > 0;
		if (!is_noticed || found.records + found.missing != 12 || found.missing > 1)
			fail_msg("bit %lld: %llu records, %llu missing, %llu damages", (long long)bit, (unsigned long long)found.records,
				(unsigned long long)found.missing, (unsigned long long)found.damages);
		file->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	memory_disk_destroy(disk);
}

/* The same, and then opened for writing: at most one record goes, the others stay, and the numbers go on. */
static void a_bit_turned_over_costs_one_record(void **state)
{
	(void)state;
	for (int64_t bit = 0; bit < 4000; bit += 3) {
		struct memory_disk *disk = memory_disk_create(1);
		make_journal(disk, 100000, 12, true);
		struct memory_file *file = memory_disk_find(disk, FIRST);
		if (bit < file->size * 8)
			file->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		struct found mended = mend(disk);
		assert_true(mended.last == 12 && mended.missing <= 1);
		assert_true(bit >= file->size * 8 || mended.damages > 0);
		go_on(disk, mended.last);
		struct found found = read_all(disk, 0);
		assert_int_equal(found.records + found.missing, 15);
		assert_int_equal(found.missing, mended.missing);
		memory_disk_destroy(disk);
	}
}

static void a_file_that_is_gone_is_a_gap(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	make_journal(disk, 600, 60, true);
	struct segment_list list = {0};
	assert_true(segments_list(&list, &disk->disk, DIRECTORY, SEGMENT_JOURNAL, NULL));
	assert_true(list.count > 5);
	assert_int_equal(read_all(disk, 0).records, 60);
	for (uint64_t from = 1; from <= 61; from++)
		assert_int_equal(read_all(disk, from).records, 61 - from);
	char path[100];
	uint64_t gone = list.segments[3].first - list.segments[2].first;
	snprintf(path, sizeof path, DIRECTORY "/%s", list.segments[2].name);
	disk->disk.remove(disk, path);
	struct found found = read_all(disk, 0);
	assert_int_equal(found.missing, gone);
	assert_int_equal(found.records, 60 - gone);
	assert_int_equal(found.damages, 1);
	/* The first one too: from the oldest there is, nothing is missing; asked for the first record, it is. */
	uint64_t first = list.segments[1].first;
	disk->disk.remove(disk, FIRST);
	assert_int_equal(read_all(disk, first).missing, gone);
	assert_int_equal(read_all(disk, 1).missing, gone + first - 1);
	segments_finish(&list);
	memory_disk_destroy(disk);
}

static void time_is_found(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	make_journal(disk, 600, 60, true);
	struct error err;
	struct frame frame;
	struct damage damage;
	struct reader *reader = reader_open(&disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err);
	for (int64_t at = -5; at <= 600; at++) {
		assert_true(reader_seek_time(reader, at, &err));
		assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_RECORD);
		assert_int_equal(frame.lsn, at <= 10 ? 1 : (at + 9) / 10);
	}
	assert_true(reader_seek_time(reader, 601, &err));
	assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_END);
	reader_close(reader);
	memory_disk_destroy(disk);
}

static void a_growing_journal_is_followed(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	struct error err;
	struct frame frame;
	struct damage damage;
	struct writer writer;
	struct reader *reader = reader_open(&disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err);
	assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_END);
	init_writer(&writer, disk, 600, 0);
	writer.options.allocate = 512;
	for (uint64_t lsn = 1; lsn <= 80; lsn++) {
		put(&writer, lsn, lsn);
		assert_int_equal(writer_write(&writer), 0);
		if (writer_is_full(&writer)) {
			assert_int_equal(writer_rotate(&writer), 0);
			assert_int_equal(writer_write(&writer), 0);
		}
		assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_RECORD);
		assert_int_equal(frame.lsn, lsn);
		assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_END);
	}
	assert_memory_equal(reader_id(reader), id, sizeof id);
	reader_close(reader);
	writer_finish(&writer);
	memory_disk_destroy(disk);
}

/* A failed sync; what was written comes again into a second file, which gets full after a part; then the process dies. The first file
 * holds more: it is the journal. */
static void the_file_that_reaches_further_is_the_journal(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	struct writer writer;
	init_writer(&writer, disk, 100000, 0);
	put(&writer, 1, 20);
	assert_int_equal(writer_write(&writer), 0);
	int file = writer_sync_begin(&writer);
	assert_true(file >= 0);
	assert_int_equal(writer_sync_end(&writer, -5), -5);
	disk->space = memory_disk_find(disk, FIRST)->size + 700;
	while (disk->space > 0 && writer_write(&writer) == 0)
		fail_msg("there was room for all");
	assert_true(writer.in_file > 0 && writer.in_file < 20);
	assert_int_equal(writer.written, 20);
	writer_finish(&writer);
	memory_disk_close_all(disk);
	disk->space = -1;
	assert_int_equal(mend(disk).last, 20);
	go_on(disk, 20);
	struct found found = read_all(disk, 0);
	assert_true(found.records == 23 && found.damages == 0);
	memory_disk_destroy(disk);
}

static void the_oldest_files_go_first(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	struct writer writer;
	init_writer(&writer, disk, 600, 0);
	writer.options.keep_bytes = 2500;
	for (uint64_t lsn = 1; lsn <= 100; lsn++) {
		put(&writer, lsn, lsn);
		assert_int_equal(writer_write(&writer), 0);
		if (writer_is_full(&writer)) {
			assert_int_equal(writer_rotate(&writer), 0);
			assert_true(writer_bytes(&writer) <= 2500);
			assert_int_equal(writer_write(&writer), 0);
		}
	}
	assert_int_equal(writer_rotate(&writer), 0);
	assert_true(writer.removed_files > 3);
	struct found found = read_all(disk, 1);
	assert_true(found.last == 100 && found.missing > 20 && found.records + found.missing == 100);
	/* No room at all: everything but the last file. */
	writer.options = (struct writer_options){.keep_free = INT64_MAX};
	disk->space = 100000;
	writer_retain(&writer);
	struct segment_list list = {0};
	assert_true(segments_list(&list, &disk->disk, DIRECTORY, SEGMENT_JOURNAL, NULL));
	assert_int_equal(list.count, 1);
	segments_finish(&list);
	writer_finish(&writer);
	assert_int_equal(mend(disk).last, 100);
	memory_disk_destroy(disk);
}

/* Begun and never written to, with all others removed: the numbers go on all the same. */
static void an_empty_file_keeps_the_number(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	struct writer writer;
	init_writer(&writer, disk, 100000, 41);
	put(&writer, 42, 42);
	disk->space = 80;
	assert_true(writer_write(&writer) < 0);
	writer_finish(&writer);
	memory_disk_close_all(disk);
	assert_int_equal(mend(disk).last, 41);
	memory_disk_destroy(disk);
}

static void another_journal_among_the_files_is_told(void **state)
{
	(void)state;
	struct memory_disk *disk = memory_disk_create(1);
	make_journal(disk, 100000, 5, true);
	struct writer writer;
	init_writer(&writer, disk, 100000, 5);
	writer.options.id[0]++;
	put(&writer, 6, 8);
	assert_int_equal(writer_write(&writer), 0);
	assert_int_equal(writer_rotate(&writer), 0);
	writer_finish(&writer);
	struct found found = read_all(disk, 0);
	assert_int_equal(found.records, 5);
	assert_int_equal(found.damages, 1);
	memory_disk_destroy(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(crc32c_is_that_of_the_standard),
		cmocka_unit_test(every_cut_leaves_a_prefix),
		cmocka_unit_test(every_bit_turned_over_is_noticed),
		cmocka_unit_test(a_bit_turned_over_costs_one_record),
		cmocka_unit_test(a_file_that_is_gone_is_a_gap),
		cmocka_unit_test(time_is_found),
		cmocka_unit_test(a_growing_journal_is_followed),
		cmocka_unit_test(the_file_that_reaches_further_is_the_journal),
		cmocka_unit_test(the_oldest_files_go_first),
		cmocka_unit_test(an_empty_file_keeps_the_number),
		cmocka_unit_test(another_journal_among_the_files_is_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
