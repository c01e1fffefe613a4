/* Records on their way to the disk: what they hold stays whole, and they take little more room than that. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "journal/chunks.h"

#include <cmocka.h>

static void what_waits_one_by_one_takes_little_more_than_it_is(void **state)
{
	(void)state;
	struct chunks all = {0};
	size_t room = 0;
	char payload[100] = "one";
	for (uint64_t lsn = 1; lsn <= 1000; lsn++) {
		struct chunks one = {0};
		chunks_put(&one, &(struct frame){.type = FRAME_BATCH, .lsn = lsn, .payload = {payload, sizeof payload}}, 65536);
		chunks_move(&all, &one);
	}
	for (const struct chunk *chunk = all.head; chunk; chunk = chunk->next)
		room += sizeof *chunk + chunk->room;
	assert_true(room < 3 * all.bytes);
	assert_int_equal(chunks_drop(&all, 1000), 1000 * frame_size(sizeof payload));
	chunks_finish(&all);
}

static void a_chunk_that_grows_keeps_what_it_holds(void **state)
{
	(void)state;
	struct chunks all = {0};
	uint8_t *plain = memory_new(1, 64 * 1024), payload[700];
	size_t size = 0;
	for (uint64_t lsn = 1; lsn <= 60; lsn++) {
		memset(payload, (int)lsn, sizeof payload);
		const struct frame frame = {.type = FRAME_BATCH, .lsn = lsn, .payload = {(const char *)payload, lsn * 97 % 600 + 1}};
		chunks_put(&all, &frame, 8000);
		frame_write(&frame, plain + size);
		size += frame_size(frame.payload.size);
	}
	assert_int_equal(all.bytes, size);
	size = 0;
	uint64_t next = 1;
	for (const struct chunk *chunk = all.head; chunk; next = chunk->last + 1, size += chunk->size, chunk = chunk->next) {
		assert_true(chunk->first == next && chunk->size <= chunk->room && chunk->room <= 8000);
		assert_memory_equal(chunk->bytes, plain + size, chunk->size);
	}
	assert_true(next == 61 && all.head != all.tail);
	chunks_finish(&all);
	free(plain);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_waits_one_by_one_takes_little_more_than_it_is),
		cmocka_unit_test(a_chunk_that_grows_keeps_what_it_holds),
	};
	return cmocka_run_group_tests_name("journal chunks", tests, NULL, NULL);
}
