/* What imports stand on: things put in order as they come, room for them, things known by a digest; and a log whose lines somebody else
 * reads. Each against a plain way to do the same. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/text.h"
#include "feed/imports/digests.h"
#include "feed/imports/import.h"
#include "feed/imports/in_order.h"
#include "feed/imports/store.h"

#include <cmocka.h>

#define THINGS 3000

static uint32_t draw(uint64_t *state, uint32_t below)
{
	*state = *state * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (uint32_t)(*state >> 33) % below;
}

struct thing {
	int64_t at;
	uint8_t rank;
	int number;
	bool gone;
};

/* The one whose turn it is, found by looking at all. */
static struct thing *first_of(struct thing *things, int count)
{
	struct thing *first = NULL;
	for (int i = 0; i < count; i++)
		if (!things[i].gone && (!first || things[i].at < first->at || (things[i].at == first->at && things[i].rank < first->rank)))
			first = &things[i];
	return first;
}

/* `spread`: how far out of order they come; `held`: how many wait at most. */
static void check_order(uint32_t spread, size_t held, uint64_t seed)
{
	static struct thing things[THINGS];
	struct in_order order = {0};
	for (int i = 0; i < THINGS; i++) {
		things[i] = (struct thing){.at = i / 3 - (int64_t)draw(&seed, spread) * (draw(&seed, 4) == 0), .rank = (uint8_t)draw(&seed, 3), .number = i};
		in_order_push(&order, things[i].at, things[i].rank, &things[i]);
		while (in_order_count(&order) > held || (i == THINGS - 1 && in_order_count(&order))) {
			struct thing *popped = in_order_pop(&order), *expected = first_of(things, i + 1);
			assert_ptr_equal(popped, expected);
			popped->gone = true;
		}
	}
	assert_null(in_order_ahead(&order, 0));
	in_order_finish(&order);
}

static void things_leave_in_order(void **state)
{
	(void)state;
	check_order(1, 50, 1);	   /* only ranks are out of order */
	check_order(20, 200, 2);   /* near */
	check_order(900, 300, 3);  /* far: both ways wait at once */
	check_order(5000, 700, 4); /* hopeless */
	check_order(900, SIZE_MAX, 5);
}

static void room_is_used_again(void **state)
{
	(void)state;
	struct store store = {0};
	uint8_t *taken[200] = {0};
	size_t sizes[200] = {0};
	uint64_t seed = 7;
	for (int i = 0; i < 20000; i++) {
		const size_t place = draw(&seed, 200);
		for (size_t k = 0; taken[place] && k < sizes[place]; k++)
			assert_int_equal(taken[place][k], place);
		if (taken[place])
			store_give(&store, taken[place]);
		sizes[place] = draw(&seed, 50) ? draw(&seed, 300) : draw(&seed, 9000);
		taken[place] = store_take(&store, sizes[place]);
		assert_int_equal((uintptr_t)taken[place] % sizeof(int64_t), 0);
		memset(taken[place], (int)place, sizes[place]);
	}
	for (int i = 0; i < 200; i++)
		if (taken[i])
			store_give(&store, taken[i]);
	store_finish(&store);
}

/* Digests that begin alike stand in each other's way in the table. */
static struct digest digest_of(uint32_t number)
{
	return (struct digest){number % 5 ? number / 2 : number / 2 + UINT64_C(0x100000000), number};
}

static void digests_are_a_map(void **state)
{
	(void)state;
	struct digests digests = {0};
	struct map map = {0};
	uint64_t seed = 11;
	for (int i = 0; i < 30000; i++) {
		const uint32_t number = draw(&seed, 2000), value = draw(&seed, 100);
		const struct view key = {(const char *)&number, sizeof number};
		assert_int_equal(digests_find(&digests, digest_of(number)), map_find(&map, key));
		if (draw(&seed, 3)) {
			digests_put(&digests, digest_of(number), value);
			map_put(&map, key, value);
		} else {
			digests_remove(&digests, digest_of(number));
			map_remove(&map, key);
		}
		assert_int_equal(digests.used, map.used);
	}
	digests_clear(&digests);
	assert_int_equal(digests_find(&digests, digest_of(1)), DIGESTS_NONE);
	digests_finish(&digests);
	map_finish(&map);
}

static void numbers_are_written(void **state)
{
	(void)state;
	const int64_t numbers[] = {0, 7, -1, 10, -10, 1790000000000, INT64_MAX, INT64_MIN};
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		char own[TEXT_INTEGER_SIZE], other[32];
		const size_t size = text_integer(numbers[i], own);
		assert_int_equal(size, snprintf(other, sizeof other, "%lld", (long long)numbers[i]));
		assert_memory_equal(own, other, size);
	}
}

/* ---- a log whose lines somebody else reads ---- */

struct taken {
	char text[1000];
	char reports[1000];
};

static bool take_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	struct taken *taken = context;
	const size_t size = strlen(taken->text);
	(void)err;
	snprintf(taken->text + size, sizeof taken->text - size, "%s@%lld/%.*s ", event_types[event->type].name, (long long)event->ts / 1000,
		(int)queue.size, queue.data);
	return true;
}

static void take_report(void *context, enum import_count kind, const char *file, int64_t line, const char *reason)
{
	struct taken *taken = context;
	const size_t size = strlen(taken->reports);
	(void)kind;
	snprintf(taken->reports + size, sizeof taken->reports - size, "%s:%lld: %.9s\n", file, (long long)line, reason);
}

static void lines_can_be_handed_over(void **state)
{
	(void)state;
	struct taken taken = {0};
	struct error err;
	const struct import_sink sink = {&taken, take_event, take_report};
	const struct import_options options = {0};
	struct importer *importer = importer_open(&import_queue_log, &options, &sink, &err);
	assert_non_null(importer);
	importer_begin(importer, "first");
	assert_true(importer_take(importer, 1, view_of("1000|a|q|NONE|ENTERQUEUE||1|1"), &err));
	assert_true(importer_take(importer, 2, view_of("1005|b|q|NONE|ENTERQUEUE||1|1"), &err));
	assert_true(importer_take(importer, 3, view_of("1004|a|q|Bob|CONNECT|4|x"), &err));
	assert_string_equal(taken.text, "");
	assert_true(importer_settle(importer, &err));
	assert_string_equal(taken.text, "contact.queued@1000/q contact.answered@1004/q contact.queued@1005/q ");
	importer_begin(importer, "second");
	taken.text[0] = 0;
	assert_true(importer_take(importer, 1, view_of("1005|b|q|NONE|ENTERQUEUE||1|1"), &err)); /* said before */
	assert_true(importer_take(importer, 2, view_of("1009|a|q|Bob|COMPLETEAGENT|4|5|1"), &err));
	assert_true(importer_finish(importer, &err));
	assert_string_equal(taken.text, "contact.released@1009/q ");
	assert_string_equal(taken.reports, "first:3: out of or\nsecond:1: duplicate\n");
	assert_int_equal(importer_count(importer, IMPORT_LINES), 5);
	assert_int_equal(importer_count(importer, IMPORT_WAITING), 1);
	importer_close(importer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(things_leave_in_order),
		cmocka_unit_test(room_is_used_again),
		cmocka_unit_test(digests_are_a_map),
		cmocka_unit_test(numbers_are_written),
		cmocka_unit_test(lines_can_be_handed_over),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
