/* The past of an engine in pieces, written now and then, and given back to a new one: the same counts, gauges and names, whatever comes
 * after; and whatever is damaged is refused or harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/map.h"
#include "base/memory.h"
#include "metrics/past.h"
#include "metrics/query.h"
#include "tests/redis_day.h"

#include <cmocka.h>

/* Pieces by what they are, the last one of each. */
struct kept {
	struct map places;
	struct past_piece *pieces;
	size_t count, room;
};

static struct view copy_of(struct view view)
{
	char *copy = memory_new(view.size + 1, 1);
	if (view.size)
		memcpy(copy, view.data, view.size);
	return (struct view){copy, view.size};
}

static void keep(void *context, const struct past_piece *piece)
{
	struct kept *kept = context;
	char *key = memory_format("%d %lld %.*s", piece->kind, (long long)piece->start, (int)piece->name.size, piece->name.data);
	uint32_t place = map_find(&kept->places, view_of(key));
	if (place == MAP_NONE) {
		place = (uint32_t)kept->count++;
		kept->pieces = memory_grow(kept->pieces, &kept->room, kept->count, sizeof *kept->pieces);
		kept->pieces[place] = (struct past_piece){copy_of(piece->name), piece->kind, piece->start, {NULL, 0}};
		map_put(&kept->places, view_of(key), place);
	}
	free((void *)(uintptr_t)kept->pieces[place].bytes.data);
	kept->pieces[place].bytes = copy_of(piece->bytes);
	free(key);
}

static void finish(struct kept *kept)
{
	for (size_t i = 0; i < kept->count; i++) {
		free((void *)(uintptr_t)kept->pieces[i].name.data);
		free((void *)(uintptr_t)kept->pieces[i].bytes.data);
	}
	free(kept->pieces);
	map_finish(&kept->places);
}

static size_t read_all(struct engine *engine, const struct kept *kept, uint64_t lsn)
{
	struct past_reading *reading = past_read_begin(engine, lsn);
	size_t refused = 0;
	for (int first = 1; first >= 0; first--)
		for (size_t i = 0; i < kept->count; i++)
			if (past_is_first(kept->pieces[i].kind) == (first == 1))
				refused += !past_read(reading, &kept->pieces[i]);
	past_read_end(reading);
	return refused;
}

static const char *in_hex(struct view bytes)
{
	char *text = memory_text("");
	for (size_t i = 0; i < bytes.size && i < 60; i++) {
		char *longer = memory_format("%s %02x", text, (unsigned char)bytes.data[i]);
		free(text);
		text = longer;
	}
	return text; /* of a test that fails: nobody frees it */
}

/* All that is in one is in the other. Days that began before the oldest kept may be in neither. */
static void expect_within(const struct kept *a, const struct kept *b)
{
	for (size_t i = 0; i < a->count; i++) {
		const struct past_piece *piece = &a->pieces[i];
		char *key = memory_format("%d %lld %.*s", piece->kind, (long long)piece->start, (int)piece->name.size, piece->name.data);
		const uint32_t place = map_find(&b->places, view_of(key));
		if (place == MAP_NONE || !view_equals(piece->bytes, b->pieces[place].bytes))
			fail_msg("%s: %s, and %s", key, in_hex(piece->bytes), place == MAP_NONE ? "nothing" : in_hex(b->pieces[place].bytes));
		free(key);
	}
}

static void expect_same_past(const struct engine *a, const struct engine *b)
{
	struct kept of_a = {.count = 0}, of_b = {.count = 0};
	struct past_since nothing_a = {0}, nothing_b = {0};
	past_write(a, &nothing_a, keep, &of_a);
	past_write(b, &nothing_b, keep, &of_b);
	assert_true(of_a.count > 100);
	expect_within(&of_a, &of_b);
	expect_within(&of_b, &of_a);
	finish(&of_a);
	finish(&of_b);
}

/* A few days with nights in which nothing comes; `stop`: after so many rounds. */
#define ROUNDS 30
static void play(struct redis_day *day, struct engine *engine, int rounds, struct kept *kept, struct past_since *since)
{
	for (int i = 0; i < rounds; i++) {
		redis_day_play(day, engine, 60);
		if (i % 7 == 3)
			redis_day_wait(day, engine, 9 * HOUR_MS);
		if (kept && i % 6 == 0)
			past_write(engine, since, keep, kept);
	}
}

static void what_comes_back_is_what_was_counted(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 1; seed++) {
		struct settings *settings = redis_day_settings();
		struct redis_day day, again;
		struct kept kept = {.count = 0};
		struct past_since since = {0};
		struct engine *engine = redis_day_engine(settings), *back = redis_day_engine(settings);
		redis_day_start(&day, seed);
		play(&day, engine, ROUNDS, &kept, &since);
		past_write(engine, &since, keep, &kept);
		assert_int_equal(read_all(back, &kept, since.lsn), 0);
		expect_same_past(engine, back); /* before any record */
		redis_day_start(&again, seed);
		play(&again, back, ROUNDS, NULL, NULL);
		expect_same_past(engine, back); /* what the records told already is not counted again */
		play(&day, engine, 5, NULL, NULL);
		play(&again, back, 5, NULL, NULL);
		expect_same_past(engine, back); /* and what comes then is */
		redis_day_finish(&day);
		redis_day_finish(&again);
		engine_destroy(engine);
		engine_destroy(back);
		finish(&kept);
		settings_destroy(settings);
	}
}

/* The last mark is older than the journal's end: what follows it is counted once. */
static void records_after_it_count(void **state)
{
	(void)state;
	struct settings *settings = redis_day_settings();
	struct redis_day day, again;
	struct kept kept = {.count = 0};
	struct past_since since = {0};
	struct engine *engine = redis_day_engine(settings), *back = redis_day_engine(settings);
	redis_day_start(&day, 5);
	play(&day, engine, ROUNDS, &kept, &since);
	assert_true(since.lsn < engine_lsn(engine));
	assert_int_equal(read_all(back, &kept, since.lsn), 0);
	redis_day_start(&again, 5);
	play(&again, back, ROUNDS, NULL, NULL);
	expect_same_past(engine, back);
	redis_day_finish(&day);
	redis_day_finish(&again);
	engine_destroy(engine);
	engine_destroy(back);
	finish(&kept);
	settings_destroy(settings);
}

/* Only what changed is written again, and of what is old nothing is. */
static void little_is_written_twice(void **state)
{
	(void)state;
	struct settings *settings = redis_day_settings();
	struct redis_day day;
	struct kept all = {.count = 0}, rest = {.count = 0};
	struct past_since since = {0};
	struct engine *engine = redis_day_engine(settings);
	redis_day_start(&day, 3);
	play(&day, engine, ROUNDS, NULL, NULL);
	past_write(engine, &since, keep, &all);
	redis_day_play(&day, engine, 50);
	past_write(engine, &since, keep, &rest);
	assert_true(rest.count > 0 && rest.count * 5 < all.count);
	assert_true(past_is_kept(PAST_DAYS, 0, 700 * DAY_MS) && !past_is_kept(PAST_DAYS, 0, 800 * DAY_MS));
	assert_true(past_is_kept(PAST_QUARTERS, 0, 35 * DAY_MS) && !past_is_kept(PAST_MINUTES, 0, 4 * DAY_MS));
	assert_true(past_is_kept(PAST_NAMES, 0, 9000 * DAY_MS));
	redis_day_finish(&day);
	engine_destroy(engine);
	finish(&all);
	finish(&rest);
	settings_destroy(settings);
}

/* A version that had a counter less, and others in another order, counted under other numbers. */
static void counters_are_known_by_their_names(void **state)
{
	(void)state;
	struct settings *settings = redis_day_settings();
	struct engine *engine = redis_day_engine(settings);
	struct past_reading *reading = past_read_begin(engine, 1);
	const struct past_piece counters = {view_of("counters"), PAST_COUNTERS, 0, view_of("ANSWERED GONE OFFERED WORST_WAIT 128 1184 2240")};
	/* closed; ANSWERED 3, GONE 5, OFFERED 7, WORST_WAIT 9, a wait of bin 2: 1 */
	const uint8_t bytes[] = {0, 0, 6, 1, 10, 1, 14, 1, 18, 127, 2};
	const struct past_piece bucket = {view_of("queue=Bill%2Cing,channel=phone/outcome"), PAST_QUARTERS, 15 * MINUTE_MS, {(const char *)bytes, sizeof bytes}};
	assert_true(past_read(reading, &counters));
	assert_true(past_read(reading, &bucket));
	past_read_end(reading);
	struct query *query = memory_new(1, sizeof *query);
	query_interval(query, engine, SCOPE_ALL, 0, HOUR_MS, BY_OUTCOME, SL_FORMULA_SL1);
	assert_int_equal(query->tally.value[COUNT_OFFERED], 7);
	assert_int_equal(query->tally.value[COUNT_ANSWERED], 3);
	assert_int_equal(query->tally.value[COUNT_WORST_WAIT], 9);
	assert_int_equal(query->tally.value[KEY_WAIT_BINS + 2], 1);
	free(query);
	engine_destroy(engine);
	settings_destroy(settings);
}

static void damage_does_no_harm(void **state)
{
	(void)state;
	struct settings *settings = redis_day_settings();
	struct redis_day day;
	struct kept kept = {.count = 0};
	struct past_since since = {0};
	struct engine *engine = redis_day_engine(settings);
	redis_day_start(&day, 4);
	play(&day, engine, 6, NULL, NULL);
	past_write(engine, &since, keep, &kept);
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 200; i++) {
			const struct past_piece *piece = &kept.pieces[redis_day_random(&day, (uint32_t)kept.count)];
			if (piece->bytes.size)
				((char *)(uintptr_t)piece->bytes.data)[redis_day_random(&day, (uint32_t)piece->bytes.size)] ^= (char)(1 << redis_day_random(&day, 8));
			if (piece->name.size)
				((char *)(uintptr_t)piece->name.data)[redis_day_random(&day, (uint32_t)piece->name.size)] ^= (char)(redis_day_random(&day, 20) == 0);
		}
		struct engine *back = redis_day_engine(settings);
		assert_true(read_all(back, &kept, since.lsn) > 0);
		redis_day_play(&day, back, 50);
		engine_destroy(back);
	}
	redis_day_finish(&day);
	engine_destroy(engine);
	finish(&kept);
	settings_destroy(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_comes_back_is_what_was_counted), cmocka_unit_test(records_after_it_count),
		cmocka_unit_test(little_is_written_twice), cmocka_unit_test(counters_are_known_by_their_names), cmocka_unit_test(damage_does_no_harm)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
