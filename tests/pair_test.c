/* What a pair of collectors decides by: whether the standby keeps up, what came lately, and what the engine has already. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include "app/partner.h"
#include "app/recent.h"
#include "base/instant.h"
#include "metrics/engine.h"

#include <cmocka.h>

/* ---- the standby, as the primary sees it ---- */

static void a_standby_that_keeps_up_is_waited_for(void **state)
{
	(void)state;
	struct partner partner;
	partner_begin(&partner, 7);
	assert_int_equal(partner_safe(&partner, 100), 100);
	partner_ack(&partner, 90, 100, 1000, 50); /* the first says only that there is one */
	assert_false(partner.attached);
	partner_ack(&partner, 99, 105, 1010, 51);
	assert_false(partner.attached);
	partner_ack(&partner, 100, 110, 1020, 52);
	assert_true(partner.attached);
	assert_int_equal(partner.since, 52);
	assert_int_equal(partner_safe(&partner, 110), 100);
	partner_ack(&partner, 110, 110, 1030, 53);
	assert_int_equal(partner.since, 52);
	assert_int_equal(partner_safe(&partner, 110), 110);
	assert_int_equal(partner_safe(&partner, 109), 109); /* never more than our own disk has */
}

static void without_a_sign_the_primary_goes_on_alone(void **state)
{
	(void)state;
	struct partner partner;
	partner_begin(&partner, 0);
	partner_ack(&partner, 10, 10, 1000, 1);
	partner_ack(&partner, 10, 20, 1100, 2);
	assert_true(partner.attached);
	assert_false(partner_lost(&partner, 1100 + PARTNER_PATIENCE - 1, 3));
	assert_int_equal(partner_safe(&partner, 30), 10);
	assert_true(partner_lost(&partner, 1100 + PARTNER_PATIENCE, 4));
	assert_false(partner_lost(&partner, 9000, 5));
	assert_int_equal(partner_safe(&partner, 30), 30);
	assert_int_equal(partner.since, 4);
}

/* It acknowledges all the time, and always too little: that must not hold anything up. */
static void one_that_stays_behind_is_not_waited_for(void **state)
{
	(void)state;
	struct partner partner;
	partner_begin(&partner, 0);
	partner_ack(&partner, 0, 1000, 0, 0);
	bool lost = false;
	for (int64_t now = 10; now < 5000; now += 10) {
		partner_ack(&partner, (uint64_t)now / 10, 1000 + (uint64_t)now, now, now);
		lost = partner_lost(&partner, now, now) || lost;
		assert_false(partner.attached);
	}
	assert_false(lost);
	partner_begin(&partner, 0);
	partner_ack(&partner, 5, 5, 0, 0);
	partner_ack(&partner, 5, 100, 10, 0);
	assert_true(partner.attached);
	for (int64_t now = 20; now < 3000 && !lost; now += 10) { /* from here on it stands still and says so */
		partner_ack(&partner, 50, 200, now, now);
		lost = partner_lost(&partner, now, now);
	}
	assert_true(lost);
}

/* ---- what came lately ---- */

static void add(struct recent *recent, uint16_t feed, const char *text, int64_t now)
{
	recent_add(recent, feed, view_of(text), now);
}

static void what_came_lately_is_bounded_in_time_and_size(void **state)
{
	(void)state;
	struct recent *recent = recent_create(1000, 10000);
	struct recent_payload payload;
	assert_false(recent_first(recent, &payload));
	add(recent, 1, "one", 100);
	add(recent, 2, "two", 1100);
	assert_int_equal(recent_count(recent), 2);
	add(recent, 3, "three", 1101);
	assert_int_equal(recent_count(recent), 2);
	assert_true(recent_first(recent, &payload));
	assert_true(view_is(payload.bytes, "two"));
	assert_int_equal(payload.feed, 2);
	assert_int_equal(payload.came, 1100);
	recent_drop(recent);
	assert_true(recent_first(recent, &payload) && view_is(payload.bytes, "three"));
	char large[20000];
	memset(large, 'x', sizeof large);
	for (int i = 0; i < 1000; i++) {
		recent_add(recent, 4, (struct view){large, 900}, 1200);
		assert_true(recent_bytes(recent) <= 10000);
	}
	assert_int_equal(recent_count(recent), 10);
	recent_add(recent, 5, (struct view){large, sizeof large}, 1200);
	assert_int_equal(recent_count(recent), 0);
	recent_add(recent, 6, (struct view){large, 0}, 1200);
	assert_int_equal(recent_count(recent), 1);
	recent_destroy(recent);
	recent_destroy(NULL);
}

/* ---- what the engine has ---- */

static struct batch batch_of(struct event *events, uint64_t boot, uint64_t seq, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		events[i] = (struct event){.type = EVENT_NOTE_POSTED, .ts = 1000};
	return (struct batch){.src = view_of("pbx"), .boot = boot, .seq = seq, .sent = INSTANT_NONE, .events = events, .count = count};
}

static void apply(struct engine *engine, const struct batch *batch)
{
	const uint64_t lsn = engine_lsn(engine) + 1;
	engine_apply(engine, &(struct record){.kind = RECORD_BATCH, .lsn = lsn, .recv = 1000 + (int64_t)lsn, .batch = batch});
}

static bool has(const struct engine *engine, uint64_t boot, uint64_t seq, uint32_t count)
{
	struct event events[16];
	const struct batch batch = batch_of(events, boot, seq, count);
	return engine_has(engine, &batch);
}

static void the_engine_knows_what_it_has(void **state)
{
	(void)state;
	struct error err;
	struct settings *settings = settings_create();
	struct engine *engine = engine_create(settings, &err);
	struct event events[16];
	assert_non_null(engine);
	assert_false(has(engine, 1, 10, 5));
	struct batch batch = batch_of(events, 1, 10, 5); /* 10 to 14 */
	apply(engine, &batch);
	batch = batch_of(events, 1, 20, 5); /* 20 to 24: 15 to 19 are missing */
	apply(engine, &batch);
	static const struct {
		uint64_t boot, seq;
		uint32_t count;
		bool has;
	} cases[] = {{1, 10, 5, true}, {1, 12, 2, true}, {1, 14, 1, true}, {1, 14, 2, false}, {1, 15, 1, false}, {1, 17, 3, false}, {1, 19, 2, false},
		{1, 20, 5, true}, {1, 24, 2, false}, {1, 25, 1, false}, {1, 9, 2, false}, {2, 10, 1, false}, {1, 25, 0, true}, {1, 26, 0, false}, {1, 20, 0, true}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
		if (has(engine, cases[i].boot, cases[i].seq, cases[i].count) != cases[i].has)
			fail_msg("case %zu: %d from %d on", i, (int)cases[i].count, (int)cases[i].seq);
	batch = batch_of(events, 1, 15, 5);
	apply(engine, &batch);
	assert_true(has(engine, 1, 10, 15));
	batch = (struct batch){.count = 1, .events = events};
	assert_false(engine_has(engine, &batch)); /* no numbers */
	engine_destroy(engine);
	settings_destroy(settings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_standby_that_keeps_up_is_waited_for),
		cmocka_unit_test(without_a_sign_the_primary_goes_on_alone),
		cmocka_unit_test(one_that_stays_behind_is_not_waited_for),
		cmocka_unit_test(what_came_lately_is_bounded_in_time_and_size),
		cmocka_unit_test(the_engine_knows_what_it_has),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
