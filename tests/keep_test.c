/* The engine written down and read back: in the middle of a day, with holes, duplicates and events out of order, what was read goes
 * on exactly as what was written; and whatever is damaged is refused or harmless. */
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "config/settings.h"
#include "feed/simulator.h"
#include "metrics/engine.h"
#include "metrics/query.h"

#include <cmocka.h>

#define START INT64_C(1790000000000)
#define EVENTS 6000

/* A day of events as payloads, disturbed: some are lost, some come twice, some come after what followed them. */
struct day {
	struct wire_buffer payloads[EVENTS];
	int64_t at[EVENTS];
	int count;
};

static void add_payload(struct day *day, const struct event *event, uint64_t seq, int64_t at)
{
	struct wire_buffer one = {0};
	struct wire_header header = {.src = view_of("pbx"), .boot = 7, .seq = seq, .sent = at};
	wire_encode_event(&one, event);
	wire_encode_batch(&day->payloads[day->count], &header, 1, one.data, one.size);
	day->at[day->count++] = at;
	wire_buffer_finish(&one);
}

static void swap_last(struct day *day)
{
	struct wire_buffer last = day->payloads[day->count - 1];
	day->payloads[day->count - 1] = day->payloads[day->count - 2];
	day->payloads[day->count - 2] = last;
}

static struct day *make_day(uint64_t seed)
{
	struct day *day = memory_new(1, sizeof *day);
	struct simulator *simulator = simulator_create(seed, START, 0);
	uint64_t random = seed;
	for (uint64_t seq = 1; day->count + 2 < EVENTS; seq++) {
		struct event event;
		simulator_next(simulator, &event);
		random = random * 6364136223846793005u + 1442695040888963407u;
		unsigned chance = (unsigned)(random >> 33) % 100;
		if (chance == 0)
			continue;
		add_payload(day, &event, seq, event.ts);
		if (chance == 1)
			add_payload(day, &event, seq, event.ts);
		if (chance < 10 && day->count > 2)
			swap_last(day);
	}
	simulator_destroy(simulator);
	return day;
}

static void destroy_day(struct day *day)
{
	for (int i = 0; i < day->count; i++)
		wire_buffer_finish(&day->payloads[i]);
	free(day);
}

static void play(struct engine *engine, const struct day *day, int from, int to)
{
	struct batch batch = {0};
	for (int i = from; i < to; i++) {
		assert_int_equal(wire_decode(day->payloads[i].data, day->payloads[i].size, &batch, NULL), FAULT_NONE);
		engine_apply(engine, &(struct record){.kind = RECORD_BATCH, .lsn = (uint64_t)i + 1, .recv = day->at[i], .batch = &batch});
	}
	batch_finish(&batch);
}

static struct settings *rules(void)
{
	struct settings *settings = settings_create();
	assert_true(settings_set(settings, "zone", "UTC", NULL));
	assert_true(settings_set(settings, "fcr_within", "1h", NULL));
	return settings;
}

static void expect_same(const struct engine *a, const struct engine *b)
{
	size_t size_a, size_b;
	uint8_t *bytes_a = engine_pack(a, INT64_MIN, &size_a), *bytes_b = engine_pack(b, INT64_MIN, &size_b);
	assert_int_equal(size_a, size_b);
	assert_memory_equal(bytes_a, bytes_b, size_a);
	free(bytes_a);
	free(bytes_b);
}

static struct engine *copy_of(const struct engine *engine, const struct settings *settings)
{
	size_t size;
	bool differs;
	struct error err;
	uint8_t *bytes = engine_pack(engine, INT64_MIN, &size);
	struct engine *copy = engine_unpack(settings, bytes, size, &differs, &err);
	if (!copy)
		fail_msg("%s", err.text);
	assert_false(differs);
	free(bytes);
	return copy;
}

static void what_is_read_goes_on_as_what_was_written(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 3; seed++) {
		struct settings *settings = rules();
		struct day *day = make_day(seed);
		struct engine *straight = engine_create(settings, NULL), *stepped = engine_create(settings, NULL);
		for (int from = 0; from < day->count; from += 977) {
			int to = from + 977 < day->count ? from + 977 : day->count;
			play(straight, day, from, to);
			play(stepped, day, from, to);
			struct engine *copy = copy_of(stepped, settings);
			expect_same(stepped, copy);
			engine_destroy(stepped);
			stepped = copy;
		}
		const struct record later = {.kind = RECORD_CLOCK, .lsn = 1000000, .recv = day->at[day->count - 1] + 2 * DAY_MS};
		engine_apply(straight, &later);
		engine_apply(stepped, &later);
		expect_same(straight, stepped);
		engine_destroy(straight);
		engine_destroy(stepped);
		destroy_day(day);
		settings_destroy(settings);
	}
}

static void figures_are_the_same(void **state)
{
	(void)state;
	struct settings *settings = rules();
	struct day *day = make_day(5);
	struct engine *engine = engine_create(settings, NULL);
	play(engine, day, 0, day->count);
	struct engine *copy = copy_of(engine, settings);
	static struct query a, b;
	for (int window = 0; window < WINDOW_COUNT; window++) {
		query_run(&a, engine, SCOPE_ALL, (enum window)window, BY_OUTCOME, SL_FORMULA_SL2SV, true);
		query_run(&b, copy, SCOPE_ALL, (enum window)window, BY_OUTCOME, SL_FORMULA_SL2SV, true);
		assert_memory_equal(&a.tally, &b.tally, sizeof a.tally);
		assert_memory_equal(&a.gauges, &b.gauges, sizeof a.gauges);
	}
	assert_true(a.tally.value[COUNT_OFFERED] > 100);
	engine_destroy(engine);
	engine_destroy(copy);
	destroy_day(day);
	settings_destroy(settings);
}

/* Its name is the same: a machine whose zone was set anew, or whose zone data are of another year. */
static void other_zone_data_are_named(void **state)
{
	(void)state;
	struct settings *settings = rules();
	struct error err;
	assert_true(settings_set(settings, "zone", "local", &err));
	setenv("TZ", "CET-1CEST,M3.5.0,M10.5.0/3", 1);
	struct engine *engine = engine_create(settings, &err);
	size_t size;
	uint8_t *bytes = engine_pack(engine, INT64_MIN, &size);
	bool differs = true;
	struct engine *same = engine_unpack(settings, bytes, size, &differs, &err);
	assert_true(same && !differs && !engine_zone_differs(same));
	setenv("TZ", "CET-1CEST,M3.4.0,M10.5.0/3", 1);
	struct engine *other = engine_unpack(settings, bytes, size, &differs, &err);
	assert_true(other && differs && engine_zone_differs(other));
	unsetenv("TZ");
	engine_destroy(same);
	engine_destroy(other);
	engine_destroy(engine);
	free(bytes);
	settings_destroy(settings);
}

static void other_rules_are_named(void **state)
{
	(void)state;
	struct settings *settings = rules(), *other = rules();
	assert_true(settings_set(other, "fcr_within", "3d", NULL));
	struct engine *engine = engine_create(settings, NULL);
	size_t size;
	uint8_t *bytes = engine_pack(engine, INT64_MIN, &size);
	bool differs = false;
	struct error err;
	struct engine *copy = engine_unpack(other, bytes, size, &differs, &err);
	assert_non_null(copy);
	assert_true(differs);
	engine_destroy(copy);
	bytes[size - 1] ^= 1;
	assert_null(engine_unpack(settings, "nonsense", 8, &differs, &err));
	assert_non_null(strstr(err.text, "no state"));
	free(bytes);
	engine_destroy(engine);
	settings_destroy(settings);
	settings_destroy(other);
}

/* Older quarter hours can be left out; what is left is the rest. */
static void history_can_be_left_out(void **state)
{
	(void)state;
	struct settings *settings = rules();
	struct day *day = make_day(9);
	struct engine *engine = engine_create(settings, NULL);
	play(engine, day, 0, day->count);
	size_t all, some;
	free(engine_pack(engine, INT64_MIN, &all));
	uint8_t *bytes = engine_pack(engine, engine_now(engine) - 30 * MINUTE_MS, &some);
	assert_true(some < all);
	bool differs;
	struct engine *copy = engine_unpack(settings, bytes, some, &differs, NULL);
	assert_non_null(copy);
	free(bytes);
	engine_destroy(copy);
	engine_destroy(engine);
	destroy_day(day);
	settings_destroy(settings);
}

/* Cut anywhere, or changed anywhere: refused, or an engine that still does its work. */
static void damage_does_no_harm(void **state)
{
	(void)state;
	struct settings *settings = rules();
	struct day *day = make_day(3);
	struct engine *engine = engine_create(settings, NULL);
	play(engine, day, 0, 2000);
	size_t size;
	bool differs;
	struct error err;
	uint8_t *bytes = engine_pack(engine, INT64_MIN, &size);
	for (size_t cut = 0; cut < size; cut += 1 + size / 200)
		assert_null(engine_unpack(settings, bytes, cut, &differs, &err));
	const char *rounds = getenv("TABLO_ROUNDS");
	uint64_t random = 42;
	int accepted = 0;
	for (int i = 0; i < 150 * (rounds ? atoi(rounds) : 1); i++) {
		random = random * 6364136223846793005u + 1442695040888963407u;
		size_t place = (size_t)(random >> 16) % size;
		uint8_t before = bytes[place];
		bytes[place] ^= (uint8_t)(1u << (random >> 61));
		struct engine *copy = engine_unpack(settings, bytes, size, &differs, &err);
		bytes[place] = before;
		if (!copy)
			continue;
		accepted++;
		play(copy, day, 2000, 2100);
		engine_destroy(copy);
	}
	assert_true(accepted > 0);
	free(bytes);
	engine_destroy(engine);
	destroy_day(day);
	settings_destroy(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(what_is_read_goes_on_as_what_was_written), cmocka_unit_test(figures_are_the_same),
		cmocka_unit_test(other_rules_are_named),
		cmocka_unit_test(other_zone_data_are_named), cmocka_unit_test(history_can_be_left_out), cmocka_unit_test(damage_does_no_harm)};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
