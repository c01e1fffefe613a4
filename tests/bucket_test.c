/* A bucket means the same however it is kept: laid out, packed, changed from one to the other on the way, read back. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>

#include "metrics/bucket.h"

#include <cmocka.h>

#define ROUNDS 300
#define ADDITIONS 40

static uint64_t random_state = 1;

static unsigned below(unsigned limit)
{
	random_state = random_state * 6364136223846793005u + 1442695040888963407u;
	return (unsigned)((random_state >> 33) % limit);
}

static uint16_t any_key(void)
{
	return (uint16_t)(below(3) ? below(COUNTER_COUNT) : KEY_WAIT_BINS + below(TALLY_KEYS - KEY_WAIT_BINS));
}

/* Some counts, keys ascending; now and then values that take one another away. */
static size_t any_counts(struct count *counts)
{
	size_t n = 0;
	const unsigned step = 1 + below(TALLY_KEYS / 4);
	for (uint16_t key = any_key(); key < TALLY_KEYS; key = (uint16_t)(key + 1 + below(step))) {
		if (key >= COUNTER_COUNT && key < KEY_WAIT_BINS)
			continue;
		const int64_t value = below(5) ? (int64_t)below(300) : (int64_t)below(1u << 30) * 1000;
		counts[n++] = (struct count){key, key >= COUNT_FIRST_MAXIMUM && key < COUNTER_COUNT ? value : value - 100};
	}
	return n;
}

static void reckon(struct tally *tally, const struct count *counts, size_t n)
{
	for (size_t i = 0; i < n; i++)
		count_into(&tally->value[counts[i].key], counts[i].key, counts[i].delta);
}

static void assert_holds(const struct bucket *bucket, const struct tally *expected)
{
	struct tally sum = {{0}}, counters = {{0}};
	bucket_sum(bucket, TALLY_KEYS, &sum);
	assert_memory_equal(&sum, expected, sizeof sum);
	bucket_sum(bucket, KEY_WAIT_BINS, &counters);
	assert_memory_equal(counters.value, expected->value, COUNTER_COUNT * sizeof *counters.value);
}

static void read_back(const struct bucket *bucket, const struct tally *expected)
{
	uint8_t room[BUCKET_BYTES_MOST], again[BUCKET_BYTES_MOST];
	struct bucket copy = {.start = bucket->start};
	const struct view bytes = bucket_bytes(bucket, room);
	assert_true(bucket_restore(&copy, bytes.data, bytes.size));
	assert_holds(&copy, expected);
	bucket_lay_out(&copy);
	const struct view same = bucket_bytes(&copy, again);
	assert_int_equal(same.size, bytes.size);
	if (bytes.size)
		assert_memory_equal(same.data, bytes.data, bytes.size);
	bucket_finish(&copy);
}

static void any_form_holds_the_same(void **state)
{
	struct count counts[TALLY_KEYS];
	(void)state;
	for (int round = 0; round < ROUNDS; round++) {
		struct bucket packed = {.start = 0}, laid_out = {.start = 0}, either = {.start = 0}, open = {.start = 0};
		struct tally expected = {{0}};
		bucket_lay_out(&laid_out);
		bucket_open(&open);
		for (unsigned i = below(ADDITIONS); i > 0; i--) {
			const size_t n = any_counts(counts);
			reckon(&expected, counts, n);
			bucket_merge(&packed, counts, n);
			bucket_merge(&laid_out, counts, n);
			bucket_count(&open, counts, n);
			(below(2) ? bucket_lay_out : bucket_pack)(&either);
			bucket_merge(&either, counts, n);
		}
		assert_holds(&packed, &expected);
		assert_holds(&laid_out, &expected);
		assert_holds(&either, &expected);
		assert_holds(&open, &expected);
		bucket_close(&open, counts, bucket_counts(&open, counts));
		assert_false(open.open || open.laid_out);
		assert_holds(&open, &expected);
		read_back(&packed, &expected);
		read_back(&laid_out, &expected);
		struct bucket *const all[] = {&packed, &laid_out, &either, &open};
		for (int i = 0; i < 4; i++)
			bucket_finish(all[i]);
	}
}

static void equal_states_are_equal_bytes(void **state)
{
	uint8_t rooms[2][BUCKET_BYTES_MOST];
	struct bucket packed = {.start = 0}, laid_out = {.start = 0};
	struct count counts[TALLY_KEYS];
	(void)state;
	bucket_lay_out(&laid_out);
	for (int i = 0; i < ROUNDS; i++) {
		const size_t n = any_counts(counts);
		bucket_merge(&packed, counts, n);
		bucket_merge(&laid_out, counts, n);
		const struct view a = bucket_bytes(&packed, rooms[0]), b = bucket_bytes(&laid_out, rooms[1]);
		assert_int_equal(a.size, b.size);
		if (a.size)
			assert_memory_equal(a.data, b.data, a.size);
	}
	bucket_finish(&packed);
	bucket_finish(&laid_out);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_form_holds_the_same),
		cmocka_unit_test(equal_states_are_equal_bytes),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
