/* The kept sums of the day against sums made anew: simulated days, with late events, stretches without any, and day boundaries. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "feed/wire.h"
#include "metrics/day_sums.h"
#include "metrics/lists.h"
#include "tests/redis_day.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define ROWS 200

static struct query kept, anew, arrival;

static bool of_agents(int key)
{
	return key >= COUNT_BUSY_MS && key <= COUNT_SLOTS_MS;
}

static void compare_scope(const struct day_sums *sums, const struct engine *engine, struct scope scope, enum attribution by)
{
	day_sums_query(sums, &kept, scope, SL_FORMULA_SL3);
	query_run(&anew, engine, scope, WINDOW_TODAY, by, SL_FORMULA_SL3, false);
	query_run(&arrival, engine, scope, WINDOW_TODAY, BY_ARRIVAL, SL_FORMULA_SL3, false);
	assert_true(kept.after == anew.after && kept.at == anew.at && kept.by == by && kept.formula == SL_FORMULA_SL3);
	for (int key = 0; key < COUNTER_COUNT; key++)
		if (!of_agents(key))
			assert_int_equal(kept.tally.value[key], anew.tally.value[key]);
	assert_int_equal(kept.arrival_offered, arrival.tally.value[COUNT_OFFERED]);
	assert_int_equal(kept.arrival_in_time, arrival.tally.value[COUNT_ANSWERED_IN_TIME]);
	assert_memory_equal(&kept.gauges, &anew.gauges, sizeof kept.gauges);
}

/* Returns how many contacts the day has, so that the test knows it compared something. */
static int64_t compare_all(struct day_sums *sums, const struct engine *engine, enum attribution by)
{
	static struct scope rows[ROWS];
	assert_true(day_sums_renew(sums, engine, by));
	const int count = list_rows(engine, SCOPE_ALL, rows, ROWS);
	for (int i = 0; i < count; i++) {
		struct scope queue = SCOPE_ALL;
		queue.queue = rows[i].queue;
		compare_scope(sums, engine, queue, by);
		compare_scope(sums, engine, rows[i], by);
	}
	day_sums_whole(sums, &kept, SL_FORMULA_SL1);
	query_run(&anew, engine, SCOPE_ALL, WINDOW_TODAY, by, SL_FORMULA_SL1, true);
	assert_memory_equal(&kept.tally, &anew.tally, sizeof kept.tally);
	assert_memory_equal(&kept.gauges, &anew.gauges, sizeof kept.gauges);
	return kept.tally.value[COUNT_OFFERED];
}

#define PACE 20 /* so that a test of some ten thousand events sees days */
#define FIRST (DAY_START - PACE * 2 * HOUR_MS) /* the simulator begins two hours before its start */

static void apply(struct redis_day *day, struct engine *engine, const struct event *event)
{
	struct wire_buffer one = {0}, whole = {0};
	const struct wire_header header = {.src = view_of("pbx"), .boot = 7, .seq = ++day->seq, .sent = day->recv};
	wire_encode_event(&one, event);
	wire_encode_batch(&whole, &header, 1, one.data, one.size);
	assert_int_equal(wire_decode(whole.data, whole.size, &day->batch, NULL), FAULT_NONE);
	engine_apply(engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++day->lsn, .recv = day->recv, .batch = &day->batch});
	wire_buffer_finish(&one);
	wire_buffer_finish(&whole);
}

/* Some events come up to six hours late, some are ahead of the clock. */
static void play(struct redis_day *day, struct engine *engine, int count)
{
	for (int i = 0; i < count; i++) {
		struct event event;
		simulator_next(day->simulator, &event);
		event.ts = DAY_START + (event.ts - DAY_START) * PACE;
		day->recv = event.ts > day->recv ? event.ts : day->recv;
		if (redis_day_random(day, 50) == 0)
			event.ts -= redis_day_random(day, 6 * HOUR_MS);
		else if (redis_day_random(day, 200) == 0)
			event.ts += redis_day_random(day, 2 * HOUR_MS);
		apply(day, engine, &event);
	}
}

static void play_days(enum attribution by, uint64_t seed)
{
	static const int64_t pauses[] = {1, SECOND_MS, MINUTE_MS, 7 * MINUTE_MS, QUARTER_MS, HOUR_MS, 3 * HOUR_MS};
	struct settings *settings = redis_day_settings();
	struct engine *engine = redis_day_engine(settings);
	struct day_sums *sums = day_sums_create();
	struct redis_day day;
	int64_t most = 0;
	assert_false(day_sums_renew(sums, engine, by));
	redis_day_start(&day, seed);
	day.recv = FIRST;
	for (int turn = 0; turn < 150; turn++) {
		play(&day, engine, (int)redis_day_random(&day, 150) + 1);
		if (redis_day_random(&day, 8) == 0)
			redis_day_wait(&day, engine, pauses[redis_day_random(&day, sizeof pauses / sizeof *pauses)]);
		const int64_t offered = compare_all(sums, engine, by);
		most = offered > most ? offered : most;
	}
	assert_true(most > 500);
	assert_true(day.recv - FIRST > DAY_MS);
	redis_day_finish(&day);
	day_sums_destroy(sums);
	engine_destroy(engine);
	settings_destroy(settings);
}

static void test_by_outcome(void **state)
{
	(void)state;
	play_days(BY_OUTCOME, 3);
}

static void test_by_arrival(void **state)
{
	(void)state;
	play_days(BY_ARRIVAL, 4);
}

/* Another engine is not taken for the one before. */
static void test_another_engine(void **state)
{
	(void)state;
	struct settings *settings = redis_day_settings();
	struct day_sums *sums = day_sums_create();
	struct engine *engines[2];
	struct redis_day days[2];
	for (size_t i = 0; i < 2; i++) {
		engines[i] = redis_day_engine(settings);
		redis_day_start(&days[i], 5 + i);
		days[i].recv = FIRST;
		play(&days[i], engines[i], 2000);
	}
	for (size_t i = 0; i < 4; i++)
		assert_true(compare_all(sums, engines[i % 2], BY_OUTCOME) > 0);
	for (size_t i = 0; i < 2; i++) {
		redis_day_finish(&days[i]);
		engine_destroy(engines[i]);
	}
	day_sums_destroy(sums);
	settings_destroy(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_by_outcome),
		cmocka_unit_test(test_by_arrival),
		cmocka_unit_test(test_another_engine),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
