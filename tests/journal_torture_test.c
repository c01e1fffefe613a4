/* The writer on a disk that fails and loses power: whatever happens, what comes back is a prefix of what was appended, and holds
 * everything that was called safe. TABLO_ROUNDS multiplies the rounds. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "journal/reader.h"
#include "journal/recover.h"
#include "journal/writer.h"
#include "tests/memory_disk.h"

#include <cmocka.h>

#define RECORDS_MOST 4000
#define DIRECTORY "journal"

struct world {
	struct memory_disk *disk;
	struct writer writer;
	struct chunks waiting;
	uint64_t seeds[RECORDS_MOST + 1]; /* by LSN: what its payload is made of */
	uint64_t appended, written, durable;
	uint64_t seed, count;
	int result; /* of the sync that is on its way */
	uint8_t id[JOURNAL_ID_SIZE];
};

static size_t make_payload(uint64_t seed, uint8_t *to)
{
	size_t size = 1 + (size_t)(seed % 13 == 0 ? seed % 3000 : seed % 200);
	for (size_t i = 0; i < size; i++)
		to[i] = (uint8_t)(seed >> (i % 7) ^ i);
	return size;
}

static void append(struct world *world)
{
	uint8_t payload[4096];
	if (world->appended == RECORDS_MOST)
		return;
	uint64_t seed = world->seeds[++world->appended] = memory_disk_random(world->disk, UINT32_MAX);
	struct frame frame = {.type = FRAME_BATCH, .lsn = world->appended, .durable = world->writer.durable, .recv = (int64_t)world->appended,
		.payload = {(char *)payload, make_payload(seed, payload)}};
	chunks_put(&world->waiting, &frame, 700);
}

/* A sync may take long: what is written meanwhile is none of its business. */
static void begin_sync(struct world *world)
{
	int file = writer_sync_begin(&world->writer);
	if (file >= 0)
		world->result = disk_sync(&world->disk->disk, file);
}

static void write_some(struct world *world)
{
	struct writer *writer = &world->writer;
	writer_add(writer, &world->waiting);
	if (writer_write(writer) == 0 && writer_is_full(writer)) {
		if (writer->is_syncing)
			writer_sync_end(writer, world->result);
		if (writer_rotate(writer) == 0)
			writer_write(writer);
	}
}

static void claim(struct world *world)
{
	assert_true(world->writer.written >= world->written && world->writer.durable >= world->durable);
	assert_true(world->writer.durable <= world->writer.written);
	world->written = world->writer.written;
	world->durable = world->writer.durable;
	assert_true(world->written <= world->appended);
}

static void run(struct world *world, int steps)
{
	struct writer *writer = &world->writer;
	for (int i = 0; i < steps; i++) {
		uint64_t what = memory_disk_random(world->disk, 10);
		if (what < 5)
			append(world);
		else if (what < 8)
			write_some(world);
		else if (writer->is_syncing)
			writer_sync_end(writer, world->result);
		else if (what == 8)
			begin_sync(world);
		else
			writer_sync(writer);
		claim(world);
	}
}

static void count_damage(void *context, const struct damage *damage)
{
	struct world *world = context;
	if (damage->kind != DAMAGE_TAIL)
		world->count++;
}

static void open_writer(struct world *world)
{
	struct recovery recovery = {.report = count_damage, .context = world};
	struct error err = {""};
	world->count = 0;
	if (!recover(&recovery, &world->disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err))
		fail_msg("seed %llu: %s", (unsigned long long)world->seed, err.text);
	if (world->count)
		fail_msg("seed %llu: a power cut was taken for damage", (unsigned long long)world->seed);
	struct writer_options options = {.kind = SEGMENT_JOURNAL, .segment_bytes = 6000, .segment_time = 1000000, .allocate = 4096};
	memcpy(options.id, world->id, sizeof options.id);
	writer_init(&world->writer, &world->disk->disk, DIRECTORY, &options, recovery.last, recovery.last_crc, recovery.bytes);
	if (recovery.last < world->durable || recovery.last > world->appended)
		fail_msg("seed %llu: %llu came back; %llu were safe, %llu appended", (unsigned long long)world->seed,
			(unsigned long long)recovery.last, (unsigned long long)world->durable, (unsigned long long)world->appended);
	world->appended = world->written = world->durable = recovery.last;
}

static void close_writer(struct world *world)
{
	writer_finish(&world->writer);
	chunks_finish(&world->waiting);
}

/* Reads everything: the records up to `last`, each as it was appended, and nothing else. */
static void check(struct world *world, uint64_t last)
{
	struct error err = {""};
	struct frame frame;
	struct damage damage;
	uint8_t payload[4096];
	struct reader *reader = reader_open(&world->disk->disk, DIRECTORY, SEGMENT_JOURNAL, &err);
	assert_non_null(reader);
	uint64_t seen = 0;
	for (enum reader_result result; (result = reader_next(reader, &frame, &damage, &err)) != READER_END;) {
		if (result != READER_RECORD) {
			char text[300] = "";
			if (result == READER_DAMAGE)
				damage_describe(&damage, text, sizeof text);
			fail_msg("seed %llu: %s%s", (unsigned long long)world->seed, err.text, text);
		}
		assert_int_equal(frame.lsn, ++seen);
		assert_true(seen <= last);
		size_t size = make_payload(world->seeds[seen], payload);
		assert_int_equal(frame.payload.size, size);
		assert_memory_equal(frame.payload.data, payload, size);
	}
	if (seen != last)
		fail_msg("seed %llu: %llu records, not %llu", (unsigned long long)world->seed, (unsigned long long)seen, (unsigned long long)last);
	reader_close(reader);
}

static struct world *begin(uint64_t seed)
{
	struct world *world = memory_new(1, sizeof *world);
	world->seed = seed;
	world->disk = memory_disk_create(seed);
	memcpy(world->id, "0123456789abcdef", sizeof world->id);
	open_writer(world);
	return world;
}

static void end(struct world *world)
{
	close_writer(world);
	memory_disk_destroy(world->disk);
	free(world);
}

/* What is there afterwards is a prefix, and goes on. */
static void lose_power(struct world *world)
{
	close_writer(world);
	memory_disk_lose_power(world->disk);
	open_writer(world);
	check(world, world->appended);
}

static int rounds(int usual)
{
	const char *times = getenv("TABLO_ROUNDS");
	return usual * (times && atoi(times) > 0 ? atoi(times) : 1);
}

static void any_moment_of_a_power_cut_leaves_a_prefix(void **state)
{
	(void)state;
	for (int seed = 1; seed <= rounds(600); seed++) {
		struct world *world = begin((uint64_t)seed);
		for (int cut = 0; cut < 6; cut++) {
			world->disk->power_at = world->disk->calls + (int64_t)memory_disk_random(world->disk, 120);
			run(world, 150);
			close_writer(world);
			memory_disk_lose_power(world->disk);
			if (cut % 2) { /* and again while it is mended */
				struct recovery recovery = {0};
				world->disk->power_at = world->disk->calls + (int64_t)memory_disk_random(world->disk, 8);
				recover(&recovery, &world->disk->disk, DIRECTORY, SEGMENT_JOURNAL, NULL);
				memory_disk_lose_power(world->disk);
			}
			open_writer(world);
			check(world, world->appended);
		}
		end(world);
	}
}

static void a_dying_process_loses_nothing_that_was_written(void **state)
{
	(void)state;
	for (int seed = 1; seed <= rounds(300); seed++) {
		struct world *world = begin((uint64_t)seed + 100000);
		for (int kill = 0; kill < 5; kill++) {
			/* A call that fails now and then, so that files are given up and written again. */
			world->disk->cruelty = kill % 2 ? CRUELTY_ANY : CRUELTY_EIO;
			world->disk->fail_at = world->disk->calls + (int64_t)memory_disk_random(world->disk, 60);
			world->disk->fail_count = 1000;
			world->disk->fail_odds = 1 + memory_disk_random(world->disk, 6);
			run(world, (int)memory_disk_random(world->disk, 150));
			uint64_t written = world->written;
			close_writer(world);
			memory_disk_close_all(world->disk);
			open_writer(world);
			if (world->appended < written)
				fail_msg("seed %d: %llu came back, %llu were written", seed, (unsigned long long)world->appended, (unsigned long long)written);
			check(world, world->appended);
		}
		end(world);
	}
}

/* Until everything is safe; the fault is over by then. */
static void settle(struct world *world)
{
	for (int i = 0; i < 20 && world->writer.durable < world->appended; i++) {
		write_some(world);
		if (!world->writer.is_syncing)
			writer_sync(&world->writer);
		else
			writer_sync_end(&world->writer, world->result);
	}
	claim(world);
	if (world->durable != world->appended)
		fail_msg("seed %llu: only %llu of %llu are safe after the fault was over: %s", (unsigned long long)world->seed,
			(unsigned long long)world->durable, (unsigned long long)world->appended, world->writer.failure);
}

static void a_fault_at_any_call_loses_nothing(void **state)
{
	(void)state;
	static const enum cruelty cruelties[] = {CRUELTY_EIO, CRUELTY_ENOSPC, CRUELTY_EINTR, CRUELTY_SHORT};
	for (int at = 0; at < rounds(120); at++)
		for (size_t i = 0; i < 4; i++)
			for (int count = 1; count <= 9; count += 4) {
				struct world *world = begin((uint64_t)at * 100 + i * 10 + (uint64_t)count);
				world->disk->cruelty = cruelties[i];
				world->disk->fail_at = at;
				world->disk->fail_count = count;
				run(world, 200);
				world->disk->fail_at = -1;
				if (world->writer.is_syncing)
					writer_sync_end(&world->writer, world->result);
				settle(world);
				check(world, world->appended);
				lose_power(world);
				end(world);
			}
}

static void a_failed_sync_and_then_a_power_cut(void **state)
{
	(void)state;
	for (int seed = 1; seed <= rounds(600); seed++) {
		struct world *world = begin((uint64_t)seed + 200000);
		world->disk->cruelty = seed % 3 ? CRUELTY_EIO : CRUELTY_ENOSPC;
		world->disk->fail_at = (int64_t)memory_disk_random(world->disk, 80);
		world->disk->fail_count = 1 + (int64_t)memory_disk_random(world->disk, 6);
		world->disk->power_at = world->disk->fail_at + (int64_t)memory_disk_random(world->disk, 60);
		run(world, 200);
		lose_power(world);
		end(world);
	}
}

/* Room for a part only: it waits, and goes on when there is room. */
static void a_full_disk_waits_for_room(void **state)
{
	(void)state;
	for (int space = 300; space < 30000; space += 371) {
		struct world *world = begin((uint64_t)space);
		world->disk->space = space;
		for (int i = 0; i < 300; i++)
			append(world);
		write_some(world);
		for (int i = 0; i < 10; i++)
			write_some(world);
		writer_sync(&world->writer);
		claim(world);
		assert_true(world->durable < world->appended);
		assert_non_null(strstr(world->writer.failure, "No space left"));
		world->disk->space = -1;
		settle(world);
		check(world, world->appended);
		end(world);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_moment_of_a_power_cut_leaves_a_prefix),
		cmocka_unit_test(a_dying_process_loses_nothing_that_was_written),
		cmocka_unit_test(a_fault_at_any_call_loses_nothing),
		cmocka_unit_test(a_failed_sync_and_then_a_power_cut),
		cmocka_unit_test(a_full_disk_waits_for_room),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
