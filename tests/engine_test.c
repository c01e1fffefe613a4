/* The engine: events in, figures out. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "engine_script.h"
#include "engine_tables.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static void table(void **state)
{
	const struct engine_table *table = *state;
	play(table->settings, table->lines);
}

/* Batches that were sorted by the publisher or not, split or not: the same figures. */
static void splitting_changes_nothing(void **state)
{
	(void)state;
	const struct engine_table *const all[] = {leg_tables, time_tables};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		for (const struct engine_table *one = all[i]; one->name; one++) {
			uint64_t prints[3];
			for (int run = 0; run < 3; run++) {
				struct world *world = world_create(one->settings);
				world->apart = run == 2;
				world_play(world, one->lines);
				prints[run] = world_print(world);
				world_destroy(world);
			}
			assert_int_equal(prints[0], prints[1]);
			assert_int_equal(prints[0], prints[2]);
		}
}

static void say(struct world *world, const char *line)
{
	const char *const lines[] = {line, NULL};
	world_play(world, lines);
}

/* One call that is answered after `wait` (or abandoned), all within the minute of `second`. */
static void call(struct world *world, int number, int wait_ms, bool answered)
{
	char line[200];
	snprintf(line, sizeof line, "10:%02d:00 queued contact=w%d queue=Billing channel=phone", number % 60, number);
	say(world, line);
	if (answered)
		snprintf(line, sizeof line, "10:%02d:00 answered contact=w%d agent=Eva wait_ms=%d", number % 60, number, wait_ms);
	else
		snprintf(line, sizeof line, "10:%02d:00 left contact=w%d why=abandoned wait_ms=%d", number % 60, number, wait_ms);
	say(world, line);
}

/* 100 offered, 80 answered of which 60 in time, 20 abandoned: 8 short, 6 within the target, 6 later. One day, 60 % to 75 %. */
static void the_seven_formulas_on_one_day(void **state)
{
	(void)state;
	struct world *world = world_create(NULL);
	int number = 0;
	for (int i = 0; i < 60; i++)
		call(world, number++ * 60 / 100 % 60 + 1000 * i, 10000, true);
	for (int i = 0; i < 20; i++)
		call(world, 59 + 1000 * (100 + i), 40000, true);
	for (int i = 0; i < 8; i++)
		call(world, 59 + 1000 * (200 + i), 5000, false);
	for (int i = 0; i < 6; i++)
		call(world, 59 + 1000 * (300 + i), 15000, false);
	for (int i = 0; i < 6; i++)
		call(world, 59 + 1000 * (400 + i), 30000, false);
	say(world, "= 11:00:00 offered=100 answered=80 answered_in_time=60 abandoned=20 short_abandoned=8");
	say(world, "= 11:00:00 formula=SL1 service_level=0.75 formula=SL2 service_level=0.6 formula=SL2s service_level=0.652173913");
	say(world, "= 11:00:00 formula=SL3 service_level=0.74 formula=SL4 service_level=0.697674419");
	say(world, "= 11:00:00 formula=SLO by=arrival service_level=0.6 formula=SL2sv by=outcome service_level=0.652173913");
	say(world, "10:59:00 queued contact=v1 queue=Billing channel=phone");
	say(world, "= 11:00:01 formula=SL2sv service_level=0.64516129");
	world_destroy(world);
}

static void names_beyond_the_cap_are_other(void **state)
{
	(void)state;
	const char *const settings[] = {"queues_most", "10", NULL};
	struct world *world = world_create(settings);
	for (int i = 0; i < 40; i++) {
		char line[200];
		snprintf(line, sizeof line, "10:00:00 queued contact=c%d queue=Q%d channel=phone", i, i);
		say(world, line);
	}
	say(world, "= 10:00:01 offered=40 queue_depth=40");
	say(world, "= 10:00:01 queue=Q0 offered=1 queue_depth=1");
	say(world, "= 10:00:01 queue=other offered=32 queue_depth=32");
	assert_int_equal(world->engine->queues.count, 10);
	world_destroy(world);
}

/* More closed contacts than are kept: their places are used again, and nothing of the old ones shows. */
static void closed_contacts_make_room(void **state)
{
	(void)state;
	struct world *world = world_create(NULL);
	for (int i = 0; i < 3 * CLOSED_KEPT; i++) {
		char line[3][200];
		snprintf(line[0], sizeof line[0], "10:00:00 queued contact=c%d queue=Billing channel=phone", i);
		snprintf(line[1], sizeof line[1], "& 10:00:00 answered contact=c%d agent=Eva", i);
		snprintf(line[2], sizeof line[2], "& 10:00:00 released contact=c%d agent=Eva by=agent wrap_ms=1000", i);
		const char *const lines[] = {line[0], line[1], line[2], NULL};
		world_play(world, lines);
	}
	say(world, "= 10:00:01 offered=6000 answered=6000 legs=6000 aht=1 busy=0 V.running=0");
	assert_true(world->engine->contact_count <= CLOSED_KEPT + 2);
	assert_int_equal(contact_find(world->engine, view_of("c0")), 0);
	assert_true(contact_find(world->engine, view_of("c5999")) != 0);
	world_destroy(world);
}

static void holes_are_told(void **state)
{
	(void)state;
	struct world *world = world_create(NULL);
	struct hole hole;
	say(world, "10:00:00 queued contact=c1 queue=Billing channel=phone seq=5");
	assert_false(engine_hole(world->engine, 0, &hole));
	say(world, "10:00:01 queued contact=c2 queue=Billing channel=phone seq=9");
	say(world, "10:00:02 queued contact=c3 queue=Billing channel=phone seq=12");
	assert_true(engine_hole(world->engine, 0, &hole));
	assert_true(view_is(hole.src, "pbx"));
	assert_int_equal(hole.from, 6);
	assert_int_equal(hole.to, 8);
	assert_int_equal(hole.since, script_time("10:00:01"));
	assert_true(engine_hole(world->engine, 1, &hole));
	assert_int_equal(hole.from, 10);
	assert_false(engine_hole(world->engine, 2, &hole));
	say(world, "10:00:03 queued contact=c4 queue=Billing channel=phone seq=7");
	assert_true(engine_hole(world->engine, 1, &hole));
	assert_int_equal(hole.from, 8);
	assert_int_equal(hole.to, 8);
	world_destroy(world);
}

/* Whoever is started again and again finds the hole of the last time, and more behind it. */
static void a_hole_that_goes_on_is_one(void **state)
{
	(void)state;
	struct world *world = world_create(NULL);
	struct hole hole;
	say(world, "10:00:00 queued contact=c1 queue=Billing channel=phone seq=5");
	assert_true(engine_hole(world->engine, 0, &hole) == false);
	struct batch heartbeat = {.src = view_of("pbx"), .boot = world->engine->sources[2].boots[0].boot, .sent = INSTANT_NONE};
	for (heartbeat.seq = 8; heartbeat.seq <= 20; heartbeat.seq += 4)
		engine_apply(world->engine, &(struct record){.kind = RECORD_BATCH, .lsn = 100 + heartbeat.seq, .recv = script_time("10:00:01"), .batch = &heartbeat});
	assert_true(engine_hole(world->engine, 0, &hole));
	assert_int_equal(hole.from, 6);
	assert_int_equal(hole.to, 19);
	assert_int_equal(hole.since, script_time("10:00:01"));
	assert_false(engine_hole(world->engine, 1, &hole));
	assert_int_equal(world->engine->faults[FAULT_MISSING], 14);
	assert_int_equal(engine_expects(world->engine, view_of("pbx"), heartbeat.boot), 20);
	assert_int_equal(engine_expects(world->engine, view_of("pbx"), heartbeat.boot + 1), 1);
	assert_int_equal(engine_expects(world->engine, view_of("nobody"), heartbeat.boot), 0);
	assert_true(engine_lacks(world->engine, view_of("pbx"), heartbeat.boot, 0, 20, &hole));
	assert_int_equal(hole.from, 6);
	assert_false(engine_lacks(world->engine, view_of("pbx"), heartbeat.boot, 0, 6, &hole));
	assert_false(engine_lacks(world->engine, view_of("pbx"), heartbeat.boot, 7, 20, &hole));
	world_destroy(world);
}

/* More holes than are kept: the oldest are given up, the count stays exact. */
static void very_many_holes(void **state)
{
	(void)state;
	struct world *world = world_create(NULL);
	for (int i = 0; i < SPANS_MOST + 10; i++) {
		char line[200];
		snprintf(line, sizeof line, "10:00:00 queued contact=c%d queue=Billing channel=phone seq=%d", i, 2 * i + 1);
		say(world, line);
	}
	assert_int_equal(world->engine->faults[FAULT_MISSING], SPANS_MOST + 9);
	struct hole hole;
	assert_true(engine_hole(world->engine, SPANS_MOST - 1, &hole));
	assert_false(engine_hole(world->engine, SPANS_MOST, &hole));
	assert_int_equal(world->engine->sources[2].boots[0].lost, 9);
	say(world, "10:00:00 queued contact=late queue=Billing channel=phone seq=2");
	assert_int_equal(world->engine->faults[FAULT_DUPLICATE], 1);
	world_destroy(world);
}

static void the_engine_says_when_it_is_due(void **state)
{
	(void)state;
	struct world *world = world_create(NULL);
	assert_true(engine_due(world->engine) == INT64_MAX);
	assert_true(engine_now(world->engine) == INT64_MIN);
	say(world, "= 10:00:30.500 queue_depth=0");
	assert_int_equal(engine_due(world->engine), script_time("10:01:01"));
	say(world, "10:00:31.200 queued contact=c1 queue=Billing channel=phone");
	assert_int_equal(engine_due(world->engine), script_time("10:00:32"));
	say(world, "= 10:00:32 queue_depth=1");
	assert_int_equal(engine_due(world->engine), script_time("10:00:33"));
	say(world, "10:00:33 answered contact=c9 agent=Eva");
	say(world, "10:00:33.100 answered contact=c1 agent=Eva");
	assert_int_equal(engine_due(world->engine), script_time("10:00:34"));
	say(world, "= 10:00:34 busy=1");
	assert_int_equal(engine_due(world->engine), script_time("10:00:35"));
	world_destroy(world);
}

static void time_never_goes_back(void **state)
{
	(void)state;
	struct world *world = world_create(NULL);
	say(world, "10:00:30 queued contact=c1 queue=Billing channel=phone");
	struct record record = {.kind = RECORD_CLOCK, .lsn = 2, .recv = script_time("09:00:00")};
	engine_apply(world->engine, &record);
	assert_int_equal(engine_now(world->engine), script_time("10:00:30"));
	world_destroy(world);
}

/* An event that claims to come from the future is taken as of now. */
static void ahead_is_clamped(void **state)
{
	(void)state;
	struct world *world = world_create(NULL);
	say(world, "10:00:00 queued contact=c1 queue=Billing channel=phone");
	struct event event = {.type = EVENT_CONTACT_ANSWERED, .ts = script_time("10:00:30"),
		.present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_AGENT)};
	event.text[KEY_CONTACT] = view_of("c1");
	event.text[KEY_AGENT] = view_of("Eva");
	struct batch batch = {.src = view_of("pbx"), .boot = 1, .seq = 2, .sent = INSTANT_NONE, .count = 1, .events = &event};
	struct record record = {.kind = RECORD_BATCH, .lsn = 2, .recv = script_time("10:00:10"), .batch = &batch};
	engine_apply(world->engine, &record);
	say(world, "= 10:00:11 asa=10 answered=1 fault.ahead=1");
	world_destroy(world);
}

static void links_and_rejections(void **state)
{
	(void)state;
	struct world *world = world_create(NULL);
	struct record record = {.kind = RECORD_LINK, .lsn = 1, .recv = script_time("10:00:00"), .feed = 3, .link = LINK_LIVE};
	engine_apply(world->engine, &record);
	record = (struct record){.kind = RECORD_LINK, .lsn = 2, .recv = script_time("10:00:05"), .feed = 3, .fault = FAULT_TOO_LARGE, .count = 7};
	engine_apply(world->engine, &record);
	assert_int_equal(world->engine->feeds[3].link, LINK_LIVE);
	assert_int_equal(world->engine->feeds[3].link_since, script_time("10:00:00"));
	assert_int_equal(world->engine->feeds[3].faults[FAULT_TOO_LARGE], 7);
	assert_int_equal(world->engine->faults[FAULT_TOO_LARGE], 7);
	world_destroy(world);
}

static void percentiles_are_close(void **state)
{
	(void)state;
	static struct tally tally;
	for (int64_t value = 0; value < 40000000; value = value * 21 / 20 + 1) {
		int64_t middle = sketch_value(sketch_bin(value));
		assert_true(llabs(middle - value) * 1000 <= value * 16);
	}
	for (int bin = 0; bin < SKETCH_BINS; bin++)
		assert_int_equal(sketch_bin(sketch_value(bin)), bin);
	assert_int_equal(sketch_bin(INT64_MAX), SKETCH_BINS - 1);
	assert_int_equal(sketch_bin(-5), 0);
	int64_t *bins = tally.value + KEY_WAIT_BINS;
	assert_int_equal(sketch_percentile(bins, 500), -1);
	for (int i = 1; i <= 10; i++)
		bins[sketch_bin(i)]++;
	assert_int_equal(sketch_percentile(bins, 500), 5);
	assert_int_equal(sketch_percentile(bins, 900), 9);
	assert_int_equal(sketch_percentile(bins, 950), 10);
	assert_int_equal(sketch_percentile(bins, 0), 1);
}

/* ---- ledgers ---- */

enum { MINUTES = 60, KEYS = 90 };
struct plain { int64_t value[MINUTES][KEYS]; };

static const struct ledger_rules a_day = {.minutes = 61 * MINUTE_MS, .quarters = DAY_MS};

/* Some counters, and some bins behind them. */
static uint16_t plain_key(int key)
{
	return (uint16_t)(key < COUNTER_COUNT ? key : KEY_WAIT_BINS + 7 * key);
}

static void expect_sums(const struct ledger *ledger, const struct plain *plain, int64_t base, int from, int minutes, bool quarters)
{
	static struct tally tally;
	memset(&tally, 0, sizeof tally);
	int64_t until = base + (from + minutes - 1) * MINUTE_MS;
	(quarters ? ledger_sum_quarters : ledger_sum_minutes)(ledger, 0, base + from * MINUTE_MS - 1, until, true, &tally);
	for (int key = 0; key < KEYS; key++) {
		int64_t sum = 0;
		for (int minute = from; minute < from + minutes && minute < MINUTES; minute++)
			count_into(&sum, plain_key(key), plain->value[minute][key]);
		assert_int_equal(tally.value[plain_key(key)], sum);
	}
}

/* Random additions in any order, against plain arrays: closing minutes, merging into closed ones and into quarter hours loses
 * nothing, at any moment. */
static void a_ledger_keeps_what_is_counted(void **state)
{
	(void)state;
	static struct plain plain;
	struct ledger ledger = {0};
	uint64_t random = 88172645463325252u;
	int64_t base = script_time("10:00"), now = base + (MINUTES - 1) * MINUTE_MS;
	for (int i = 0; i < 60000; i++) {
		random ^= random << 13, random ^= random >> 7, random ^= random << 17;
		int minute = i % 3 ? i / 1001 : (int)(random % MINUTES), key = (int)((random >> 20) % KEYS);
		struct count count = {plain_key(key), (int64_t)(random >> 40) % 2000 - 500};
		ledger_count(&ledger, 0, base + minute * MINUTE_MS + (int64_t)(random % 60000), now, &a_day, &count, 1);
		count_into(&plain.value[minute][key], count.key, count.delta);
		if (i % 10007 == 0)
			expect_sums(&ledger, &plain, base, 0, MINUTES, true);
	}
	for (int from = 0; from < MINUTES; from += 7)
		expect_sums(&ledger, &plain, base, from, 10, false);
	for (int minute = 0; minute < MINUTES; minute++)
		expect_sums(&ledger, &plain, base, minute, 1, false);
	for (int from = 0; from < MINUTES; from += 15)
		expect_sums(&ledger, &plain, base, from, 15, true);
	ledger_finish(&ledger);
}

/* A minute that is dropped before it was closed is in its quarter hour; one that comes very late too; the oldest quarters go. */
static void a_ledger_forgets_in_time(void **state)
{
	(void)state;
	static struct tally tally;
	struct ledger ledger = {0};
	int64_t base = script_time("10:00"), later = base + 3 * HOUR_MS;
	const struct count one = {3, 1};
	ledger_count(&ledger, 0, base, base, &a_day, &one, 1);
	ledger_count(&ledger, 0, later, later, &a_day, &one, 1);
	ledger_count(&ledger, 0, base + MINUTE_MS, later, &a_day, &one, 1);
	ledger_sum_minutes(&ledger, 0, base - 1, later, true, &tally);
	assert_int_equal(tally.value[3], 1);
	tally.value[3] = 0;
	ledger_sum_quarters(&ledger, 0, base - 1, base, true, &tally);
	assert_int_equal(tally.value[3], 2);
	tally.value[3] = 0;
	ledger_sum_quarters(&ledger, 0, base - 1, later, true, &tally);
	assert_int_equal(tally.value[3], 3);
	for (int i = 1; i <= 6; i++)
		ledger_count(&ledger, 0, later + DAY_MS + i * MINUTE_MS, later + DAY_MS + i * MINUTE_MS, &a_day, &one, 1);
	tally.value[3] = 0;
	ledger_sum_quarters(&ledger, 0, INT64_MIN, later + 2 * DAY_MS, true, &tally);
	assert_int_equal(tally.value[3], 7);
	ledger_finish(&ledger);
}

/* ---- whatever comes, in whatever order ---- */

struct sums {
	int64_t waiting, busy, ringing;
};

static void check_lists(const struct engine *engine)
{
	struct sums contacts = {0}, slots = {0}, agents = {0};
	for (size_t i = 1; i < engine->contact_count; i++) {
		const struct contact *contact = &engine->contacts[i];
		bool known = contact->id[0] != 0;
		contacts.waiting += known && contact->phase == PHASE_WAITING;
		contacts.busy += known && (contact->phase == PHASE_TALKING || contact->phase == PHASE_HELD);
		contacts.ringing += known && contact->ringing != 0;
	}
	for (size_t i = 0; i < engine->slot_count; i++) {
		const struct slot *slot = &engine->slots[i];
		int32_t length = 0;
		int64_t queued = INT64_MIN;
		for (uint32_t at = slot->waiting_first; at; at = engine->contacts[at].wait_next, length++) {
			assert_true(engine->contacts[at].queued >= queued);
			queued = engine->contacts[at].queued;
		}
		assert_int_equal(length, slot->waiting);
		assert_true(slot->busy >= 0 && slot->running >= slot->busy);
		slots.waiting += slot->waiting;
		slots.busy += slot->busy;
	}
	for (size_t i = 1; i < engine->agent_count; i++) {
		const struct agent *agent = &engine->agents[i];
		assert_true(agent->ringing >= 0 && agent->talking >= 0 && agent->held >= 0 && agent->wrapping >= 0 && agent->chats >= 0);
		agents.busy += agent->talking + agent->held;
		agents.ringing += agent->ringing;
	}
	assert_int_equal(contacts.waiting, slots.waiting);
	assert_int_equal(contacts.waiting, engine->waiting);
	assert_int_equal(contacts.busy, slots.busy);
	assert_int_equal(contacts.busy, agents.busy);
	assert_int_equal(contacts.ringing, agents.ringing);
}

/* Every queue entry ends in exactly one way, or waits; every leg is complete, or runs. */
static void check_sums(const struct engine *engine)
{
	static struct query query;
	for (int by = 0; by < 2; by++) {
		query_run(&query, engine, SCOPE_ALL, WINDOW_24H, (enum attribution)by, SL_FORMULA_SL2SV, true);
		const int64_t *value = query.tally.value;
		assert_int_equal(value[COUNT_OFFERED], value[COUNT_ANSWERED] + value[COUNT_ABANDONED] + value[COUNT_FLOWED_OUT] +
			value[COUNT_MOVED] + value[COUNT_LOST] + query.gauges.waiting);
		int64_t binned = 0;
		for (int i = 0; i < SKETCH_BINS; i++)
			binned += value[KEY_WAIT_BINS + i];
		assert_int_equal(binned, value[COUNT_ANSWERED]);
		assert_true(value[COUNT_CONTACT_LEGS] <= value[COUNT_LEGS]);
		for (int key = 0; key < TALLY_KEYS; key++)
			assert_true(value[key] >= 0);
		assert_true(query.gauges.running_ms >= 0);
	}
}

static uint64_t next_random(uint64_t *random)
{
	*random ^= *random << 13;
	*random ^= *random >> 7;
	*random ^= *random << 17;
	return *random >> 11;
}

static void random_line(uint64_t *random, int64_t second, char *line, size_t room)
{
	static const char *const types[] = {"queued contact=c%d queue=Q%d channel=phone", "queued contact=c%d queue=Q%d channel=chat resumed=1",
		"offered contact=c%d agent=A%d", "missed contact=c%d agent=A%d why=noanswer", "answered contact=c%d agent=A%d",
		"answered contact=c%d agent=A%d direct=1 queue=Q1", "held contact=c%d agent=A%d", "unheld contact=c%d agent=A%d",
		"left contact=c%d queue=Q%d why=abandoned", "left contact=c%d queue=Q%d why=moved", "left contact=c%d queue=Q%d why=timeout",
		"released contact=c%d agent=A%d by=customer", "released contact=c%d agent=A%d by=transfer wrap_ms=5000",
		"released contact=c%d agent=A%d by=transfer", "wrapped contact=c%d agent=A%d", "worked contact=c%d agent=A%d work_ms=100",
		"conduct.signalled contact=c%d agent=A%d kind=insult aim=agent by=agent"};
	int64_t ts = second - (next_random(random) % 8 ? 0 : (int64_t)(next_random(random) % 900));
	char event[160];
	snprintf(event, sizeof event, types[next_random(random) % (sizeof types / sizeof *types)], (int)(next_random(random) % 12),
		(int)(next_random(random) % 3));
	snprintf(line, room, "%02d:%02d:%02d %s", (int)(ts / 3600), (int)(ts / 60 % 60), (int)(ts % 60), event);
}

static void whatever_comes_the_sums_hold(void **state)
{
	(void)state;
	for (uint64_t seed = 1; seed <= 20; seed++) {
		struct world *world = world_create(NULL);
		uint64_t random = seed * 0x9E3779B97F4A7C15u;
		for (int i = 0; i < 1500; i++) {
			char line[200];
			random_line(&random, 8 * 3600 + i * 7, line, sizeof line);
			say(world, line);
			if (i % 50 == 0)
				check_lists(world->engine);
		}
		check_lists(world->engine);
		check_sums(world->engine);
		world_destroy(world);
	}
}

#define TESTS_MOST 128

static size_t add_tables(struct CMUnitTest *tests, size_t n, const struct engine_table *tables)
{
	for (; tables->name; tables++)
		tests[n++] = (struct CMUnitTest){tables->name, table, NULL, NULL, (void *)(uintptr_t)tables};
	return n;
}

int main(void)
{
	const struct CMUnitTest others[] = {cmocka_unit_test(splitting_changes_nothing), cmocka_unit_test(the_seven_formulas_on_one_day),
		cmocka_unit_test(names_beyond_the_cap_are_other), cmocka_unit_test(closed_contacts_make_room), cmocka_unit_test(holes_are_told),
		cmocka_unit_test(a_hole_that_goes_on_is_one),
		cmocka_unit_test(very_many_holes), cmocka_unit_test(the_engine_says_when_it_is_due), cmocka_unit_test(time_never_goes_back),
		cmocka_unit_test(ahead_is_clamped), cmocka_unit_test(links_and_rejections), cmocka_unit_test(percentiles_are_close),
		cmocka_unit_test(a_ledger_keeps_what_is_counted), cmocka_unit_test(a_ledger_forgets_in_time), cmocka_unit_test(whatever_comes_the_sums_hold)};
	static struct CMUnitTest tests[TESTS_MOST];
	const struct engine_table *const all[] = {queue_tables, leg_tables, time_tables, feed_tables, people_tables};
	size_t n = 0;
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		n = add_tables(tests, n, all[i]);
	for (size_t i = 0; i < sizeof others / sizeof *others; i++)
		tests[n++] = others[i];
	return _cmocka_run_group_tests("engine", tests, n, NULL, NULL);
}
