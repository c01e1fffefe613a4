/* Sealed files: the same records as before, whatever is cut, turned over, refused or interrupted; hints that are missing or wrong cost
 * no record. TABLO_ROUNDS multiplies the rounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "journal/hints.h"
#include "journal/reader.h"
#include "journal/recover.h"
#include "journal/sealer.h"
#include "journal/writer.h"
#include "tests/memory_disk.h"

#include <cmocka.h>

#define DIRECTORY "journal"
#define RAW DIRECTORY "/J-00000000000000000001.wbj"
#define SEALED DIRECTORY "/J-00000000000000000001.wbz"
#define HINTS DIRECTORY "/J-00000000000000000001.wbi"
#define RECORDS 60
#define SMALL_BLOCK 600
static const uint8_t id[JOURNAL_ID_SIZE] = "an identity....";

static int rounds(int usual)
{
	const char *times = getenv("TABLO_ROUNDS");
	return usual * (times && atoi(times) > 0 ? atoi(times) : 1);
}

static size_t payload_of(uint64_t lsn, char *to)
{
	return (size_t)sprintf(to, "{\"contact\": \"c%llu\", \"queue\": \"%s\"} %.*s", (unsigned long long)(lsn * 7919 % 1000),
		lsn % 3 ? "Billing" : "Returns", (int)(lsn * 5 % 40), "abcdefghijklmnopqrstuvwxyzabcdefghijklmnopqrstuvwxyz");
}

static struct frame make_frame(uint64_t lsn, uint64_t durable, char *payload)
{
	return (struct frame){.type = FRAME_BATCH, .lsn = lsn, .feed = (uint16_t)(lsn % 3), .durable = durable, .recv = (int64_t)(lsn / 2) * 10,
		.payload = {payload, payload_of(lsn, payload)}};
}

/* from..to into files of at most so many bytes. */
static void write_on(struct memory_disk *disk, uint64_t segment_bytes, uint64_t from, uint64_t to)
{
	struct writer writer;
	struct writer_options options = {.kind = SEGMENT_JOURNAL, .segment_bytes = segment_bytes, .segment_time = 1000000};
	memcpy(options.id, id, sizeof id);
	writer_init(&writer, &disk->disk, DIRECTORY, &options, from - 1, 0, 0);
	for (uint64_t lsn = from; lsn <= to; lsn++) {
		struct chunks chunks = {0};
		char payload[200];
		const struct frame frame = make_frame(lsn, writer.durable, payload);
		chunks_put(&chunks, &frame, 200);
		writer_add(&writer, &chunks);
		while (writer_has_work(&writer)) {
			assert_int_equal(writer_write(&writer), 0);
			if (writer_is_full(&writer))
				assert_int_equal(writer_rotate(&writer), 0);
		}
		if (lsn % 7 == 0)
			assert_int_equal(writer_sync(&writer), 0);
	}
	assert_int_equal(writer_rotate(&writer), 0);
	writer_finish(&writer);
}

/* One file of 1..RECORDS, and another after it. */
static struct memory_disk *make_journal(uint64_t seed)
{
	struct memory_disk *disk = memory_disk_create(seed);
	write_on(disk, 1000000, 1, RECORDS);
	write_on(disk, 1000000, RECORDS + 1, RECORDS + 3);
	return disk;
}

static struct sealing sealing_of(struct memory_disk *disk)
{
	return (struct sealing){.disk = &disk->disk, .directory = DIRECTORY, .level = 1, .block_bytes = SMALL_BLOCK};
}

static enum seal_result seal_first(struct memory_disk *disk)
{
	struct sealing sealing = sealing_of(disk);
	struct segment segment = {.first = 1};
	struct error err;
	segment_set_name(&segment, SEGMENT_JOURNAL);
	return seal_file(&sealing, &segment, &err);
}

struct found {
	uint64_t records, last, missing, damages, bytes;
};

/* Everything from where the reader stands: right, in order, what is not there told. */
static struct found read_on(struct reader *reader, uint64_t last)
{
	struct found found = {.last = last};
	struct error err = {""};
	struct frame frame;
	struct damage damage;
	char payload[200];
	for (enum reader_result result; (result = reader_next(reader, &frame, &damage, &err)) != READER_END;) {
		if (result == READER_FAILED)
			fail_msg("%s", err.text);
		if (result == READER_DAMAGE) {
			found.damages++;
			found.bytes += damage.bytes;
			if (damage.from <= damage.to) { /* a block that was lost may begin before what is asked for */
				assert_true(damage.from <= found.last + 1 && damage.to > found.last);
				found.missing += damage.to - found.last;
				found.last = damage.to;
			}
			continue;
		}
		const struct frame was = make_frame(frame.lsn, 0, payload);
		assert_int_equal(frame.lsn, found.last + 1);
		assert_int_equal(frame.type, was.type);
		assert_int_equal(frame.feed, was.feed);
		assert_int_equal(frame.recv, was.recv);
		assert_int_equal(frame.payload.size, was.payload.size);
		assert_memory_equal(frame.payload.data, payload, frame.payload.size);
		found.last = frame.lsn;
		found.records++;
	}
	found.bytes += (uint64_t)reader_tail(reader);
	return found;
}

static struct found read_all(struct memory_disk *disk, uint64_t from)
{
	struct error err;
	struct reader *reader = reader_open(&disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err);
	assert_non_null(reader);
	assert_true(reader_seek(reader, from, &err));
	const struct found found = read_on(reader, from ? from - 1 : 0);
	reader_close(reader);
	return found;
}

static void expect_whole(struct memory_disk *disk)
{
	const struct found found = read_all(disk, 1);
	assert_int_equal(found.records, RECORDS + 3);
	assert_int_equal(found.damages, 0);
}

static void sealed_records_are_the_same(void **state)
{
	(void)state;
	struct memory_disk *disk = make_journal(1);
	assert_int_equal(seal_first(disk), SEAL_DONE);
	assert_null(memory_disk_find(disk, RAW));
	assert_non_null(memory_disk_find(disk, SEALED));
	for (uint64_t from = 0; from <= RECORDS + 3; from++)
		assert_int_equal(read_all(disk, from).records, RECORDS + 3 - (from ? from - 1 : 0));
	struct error err;
	struct reader *reader = reader_open(&disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err);
	for (int64_t at = -10; at <= (RECORDS + 3) / 2 * 10; at++) {
		const uint64_t first = at <= 0 ? 1 : 2 * ((uint64_t)(at + 9) / 10);
		assert_true(reader_seek_time(reader, at, &err));
		assert_int_equal(read_on(reader, first - 1).records, RECORDS + 4 - first);
	}
	reader_close(reader);
	/* A start reads it as any other, as the last file too. */
	struct recovery recovery = {0};
	assert_true(recover(&recovery, &disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err));
	assert_int_equal(recovery.last, RECORDS + 3);
	disk->disk.remove(disk, DIRECTORY "/J-00000000000000000061.wbj");
	recovery = (struct recovery){0};
	assert_true(recover(&recovery, &disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err));
	assert_int_equal(recovery.last, RECORDS);
	assert_true(recovery.last_crc != 0 && recovery.damaged == 0);
	memory_disk_destroy(disk);
}

static void copy_bytes(const struct memory_file *file, uint8_t **bytes, int64_t *size)
{
	*size = file->size;
	*bytes = memory_new(1, (size_t)file->size);
	memcpy(*bytes, file->bytes, (size_t)file->size);
}

/* With a clean end and with zeros in its place; with a file after it, and as the last one. */
static void every_cut_is_a_prefix_and_a_hole_that_is_told(void **state)
{
	(void)state;
	for (int is_last = 0; is_last < 2; is_last++) {
		struct memory_disk *disk = make_journal(1);
		assert_int_equal(seal_first(disk), SEAL_DONE);
		if (is_last)
			disk->disk.remove(disk, DIRECTORY "/J-00000000000000000061.wbj");
		struct memory_file *file = memory_disk_find(disk, SEALED);
		uint8_t *bytes;
		int64_t size;
		copy_bytes(file, &bytes, &size);
		for (int64_t cut = 0; cut <= size; cut++)
			for (int zeros = 0; zeros < 2; zeros++) {
				memcpy(file->bytes, bytes, (size_t)size);
				memset(file->bytes + cut, 0, (size_t)(size - cut));
				file->size = zeros ? size : cut;
				const struct found found = read_all(disk, 1);
				if (!is_last)
					assert_int_equal(found.records + found.missing, RECORDS + 3);
				assert_true(cut < size || (found.records == RECORDS + (is_last ? 0 : 3) && found.damages == 0));
				assert_true(found.missing == 0 || found.damages > 0);
				/* A start neither cuts it nor loses a record of it. */
				struct recovery recovery = {0};
				if (found.records == 0) /* it would be set aside */
					continue;
				assert_true(recover(&recovery, &disk->disk, DIRECTORY, SEGMENT_JOURNAL, NULL));
				assert_ptr_equal(memory_disk_find(disk, SEALED), file);
				assert_true(!is_last || recovery.last == found.records);
			}
		free(bytes);
		memory_disk_destroy(disk);
	}
}

static void every_bit_turned_over_is_found(void **state)
{
	(void)state;
	struct memory_disk *disk = make_journal(1);
	assert_int_equal(seal_first(disk), SEAL_DONE);
	struct memory_file *file = memory_disk_find(disk, SEALED);
	for (int64_t bit = 0; bit < file->size * 8; bit++) {
		file->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		const struct found found = read_all(disk, 1);
		if (found.records + found.missing != RECORDS + 3 || found.damages == 0 || found.missing > 12)
			fail_msg("bit %lld: %llu records, %llu missing, %llu damages", (long long)bit, (unsigned long long)found.records,
				(unsigned long long)found.missing, (unsigned long long)found.damages);
		/* Seeking by an index that cannot be trusted any more gives what reading gives. */
		if (bit % 37 == 0)
			assert_true(read_all(disk, RECORDS / 2).records + 12 >= RECORDS + 4 - RECORDS / 2);
		file->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	memory_disk_destroy(disk);
}

/* Each call of a sealing fails once, in every way. */
static void a_fault_at_any_call_loses_nothing(void **state)
{
	(void)state;
	static const enum cruelty cruelties[] = {CRUELTY_EIO, CRUELTY_ENOSPC, CRUELTY_EINTR, CRUELTY_SHORT};
	int failed = 0;
	for (size_t way = 0; way < 4; way++)
		for (int64_t call = 0;; call++) {
			struct memory_disk *disk = make_journal(1);
			disk->fail_at = disk->calls + call;
			disk->fail_count = 1;
			disk->cruelty = cruelties[way];
			const enum seal_result result = seal_first(disk);
			const bool is_over = disk->fail_hits == 0;
			failed += result != SEAL_DONE;
			disk->fail_at = -1;
			expect_whole(disk);
			memory_disk_close_all(disk);
			if (memory_disk_find(disk, RAW))
				assert_int_equal(seal_first(disk), SEAL_DONE);
			expect_whole(disk);
			memory_disk_lose_power(disk);
			expect_whole(disk);
			memory_disk_destroy(disk);
			if (is_over)
				break;
		}
	assert_true(failed > 10);
}

/* The power goes at any call; what is left is whole, and a second try ends well. */
static void a_power_cut_at_any_call_loses_nothing(void **state)
{
	(void)state;
	for (int seed = 1; seed <= rounds(400); seed++) {
		struct memory_disk *disk = make_journal((uint64_t)seed);
		disk->power_at = disk->calls + (int64_t)memory_disk_random(disk, 60);
		seal_first(disk);
		memory_disk_lose_power(disk);
		expect_whole(disk);
		seal_tidy(&disk->disk, DIRECTORY);
		if (memory_disk_find(disk, RAW))
			assert_int_equal(seal_first(disk), SEAL_DONE);
		expect_whole(disk);
		assert_null(memory_disk_find(disk, SEALED ".new"));
		memory_disk_destroy(disk);
	}
}

/* What is damaged is left as it is, to the last byte. */
static void a_damaged_file_is_not_sealed(void **state)
{
	(void)state;
	for (int64_t at = 0; at < 3000; at += 17) {
		struct memory_disk *disk = make_journal(1);
		struct memory_file *file = memory_disk_find(disk, RAW);
		file->bytes[at] ^= 4;
		const uint64_t missing = read_all(disk, 1).missing;
		assert_int_equal(seal_first(disk), SEAL_LEFT);
		assert_non_null(memory_disk_find(disk, RAW));
		assert_null(memory_disk_find(disk, SEALED));
		assert_int_equal(read_all(disk, 1).missing, missing);
		memory_disk_destroy(disk);
	}
}

/* A reader in the middle of files that are sealed and removed under its hands: each record once. */
static void who_follows_gets_each_record_once(void **state)
{
	(void)state;
	for (int seed = 1; seed <= rounds(30); seed++) {
		struct memory_disk *disk = memory_disk_create((uint64_t)seed);
		struct error err;
		struct frame frame;
		struct damage damage;
		struct reader *reader = reader_open(&disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err);
		uint64_t written = 0, last = 0;
		for (int step = 0; step < 200; step++) {
			const uint64_t what = memory_disk_random(disk, 6);
			struct segment_list list = {0};
			assert_true(segments_list(&list, &disk->disk, DIRECTORY, SEGMENT_JOURNAL, NULL));
			if (what < 2) {
				const uint64_t count = 1 + memory_disk_random(disk, 30);
				write_on(disk, 1500, written + 1, written + count);
				written += count;
			} else if (what == 2 && list.count > 1) {
				const struct segment *segment = &list.segments[memory_disk_random(disk, list.count - 1)];
				struct sealing sealing = sealing_of(disk);
				if (!segment->is_sealed)
					assert_int_equal(seal_file(&sealing, segment, &err), SEAL_DONE);
			} else if (what == 3 && list.count > 1 && list.segments[1].first <= last) {
				char path[100]; /* retention: what was read already */
				snprintf(path, sizeof path, DIRECTORY "/%s", list.segments[0].name);
				disk->disk.remove(disk, path);
			} else {
				for (uint64_t most = memory_disk_random(disk, 40); most && last < written; most--) {
					const enum reader_result result = reader_next(reader, &frame, &damage, &err);
					if (result != READER_RECORD || frame.lsn != last + 1)
						fail_msg("seed %d: after record %llu came %d", seed, (unsigned long long)last, result);
					last++;
				}
			}
			segments_finish(&list);
		}
		while (last < written) {
			assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_RECORD);
			assert_int_equal(frame.lsn, ++last);
		}
		assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_END);
		reader_close(reader);
		memory_disk_destroy(disk);
	}
}

/* ---- hints ---- */

#define MANY 4000 /* records: several hints */

static struct memory_disk *make_hinted(void)
{
	struct memory_disk *disk = memory_disk_create(1);
	write_on(disk, 10000000, 1, MANY);
	write_on(disk, 10000000, MANY + 1, MANY + 3);
	assert_non_null(memory_disk_find(disk, HINTS));
	return disk;
}

static void expect_seeks(struct memory_disk *disk)
{
	struct error err;
	struct frame frame;
	struct damage damage;
	struct reader *reader = reader_open(&disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err);
	for (uint64_t lsn = 1; lsn <= MANY; lsn += 211) {
		assert_true(reader_seek(reader, lsn, &err));
		assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_RECORD);
		assert_int_equal(frame.lsn, lsn);
		assert_true(reader_seek_time(reader, frame.recv, &err));
		assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_RECORD);
		assert_int_equal(frame.lsn, lsn / 2 ? lsn / 2 * 2 : 1);
	}
	reader_close(reader);
}

static void wrong_hints_cost_no_record(void **state)
{
	(void)state;
	struct memory_disk *disk = make_hinted();
	expect_seeks(disk);
	struct memory_file *hints = memory_disk_find(disk, HINTS);
	uint8_t *bytes;
	int64_t size;
	copy_bytes(hints, &bytes, &size);
	for (int64_t bit = 0; bit < size * 8; bit += rounds(1) > 1 ? 1 : 29) {
		hints->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
		expect_seeks(disk);
		hints->bytes[bit / 8] ^= (uint8_t)(1 << bit % 8);
	}
	for (int64_t cut = 0; cut < size; cut += 13) {
		hints->size = cut;
		expect_seeks(disk);
	}
	hints->size = size;
	/* Sound, and of another file: each place is looked at before it is believed. */
	struct hints wrong = {0};
	for (int i = 0; i < 5; i++)
		hints_add(&wrong, 1, 100 + i * 50000, 1 + (uint64_t)i * 700, i * 3000);
	wrong.covered = memory_disk_find(disk, RAW)->size;
	wrong.last = MANY;
	struct segment segment = {.first = 1};
	segment_set_name(&segment, SEGMENT_JOURNAL);
	assert_int_equal(hints_save(&wrong, &disk->disk, DIRECTORY, &segment, id), 0);
	expect_seeks(disk);
	hints_finish(&wrong);
	disk->disk.remove(disk, HINTS);
	expect_seeks(disk);
	free(bytes);
	memory_disk_destroy(disk);
}

/* ---- forms ---- */

/* The version stands in the fourth byte of a head's payload. */
static void a_newer_form_is_refused_by_name(void **state)
{
	(void)state;
	for (int sealed = 0; sealed < 2; sealed++) {
		struct memory_disk *disk = make_journal(1);
		struct error err;
		struct frame frame;
		struct damage damage;
		size_t need;
		if (sealed)
			assert_int_equal(seal_first(disk), SEAL_DONE);
		struct memory_file *file = memory_disk_find(disk, sealed ? SEALED : RAW);
		assert_int_equal(frame_read(file->bytes, (size_t)file->size, &frame, &need), FRAME_GOOD);
		uint8_t payload[SEGMENT_PAYLOAD];
		memcpy(payload, frame.payload.data, sizeof payload);
		payload[3] = '2';
		frame.payload.data = (const char *)payload;
		frame_write(&frame, file->bytes);
		struct reader *reader = reader_open(&disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err);
		assert_int_equal(reader_next(reader, &frame, &damage, &err), READER_FAILED);
		assert_non_null(strstr(err.text, sealed ? "J-00000000000000000001.wbz" : "J-00000000000000000001.wbj"));
		assert_non_null(strstr(err.text, "form 2"));
		reader_close(reader);
		disk->disk.remove(disk, DIRECTORY "/J-00000000000000000061.wbj");
		struct recovery recovery = {0};
		assert_false(recover(&recovery, &disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err));
		assert_non_null(strstr(err.text, "form 2"));
		memory_disk_destroy(disk);
	}
}

static void one_file_alone_is_read(void **state)
{
	(void)state;
	struct memory_disk *disk = make_journal(1);
	struct error err;
	for (int sealed = 0; sealed < 2; sealed++) {
		if (sealed)
			assert_int_equal(seal_first(disk), SEAL_DONE);
		struct reader *reader = reader_open(&disk->disk, sealed ? SEALED : RAW, SEGMENT_JOURNAL, &err);
		assert_string_equal(reader_directory(reader), DIRECTORY);
		const struct found found = read_on(reader, 0);
		assert_true(found.records == RECORDS && found.damages == 0);
		reader_close(reader);
		reader = reader_open(&disk->disk, DIRECTORY "/J-00000000000000000061.wbj", SEGMENT_JOURNAL, &err);
		assert_int_equal(read_on(reader, RECORDS).records, 3);
		assert_true(reader_seek(reader, 1, &err));
		assert_int_equal(read_on(reader, RECORDS).records, 3);
		assert_true(reader_seek(reader, RECORDS + 2, &err));
		assert_int_equal(read_on(reader, RECORDS + 1).records, 2);
		reader_close(reader);
	}
	memory_disk_destroy(disk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(sealed_records_are_the_same),
		cmocka_unit_test(every_cut_is_a_prefix_and_a_hole_that_is_told),
		cmocka_unit_test(every_bit_turned_over_is_found),
		cmocka_unit_test(a_fault_at_any_call_loses_nothing),
		cmocka_unit_test(a_power_cut_at_any_call_loses_nothing),
		cmocka_unit_test(a_damaged_file_is_not_sealed),
		cmocka_unit_test(who_follows_gets_each_record_once),
		cmocka_unit_test(wrong_hints_cost_no_record),
		cmocka_unit_test(a_newer_form_is_refused_by_name),
		cmocka_unit_test(one_file_alone_is_read),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
