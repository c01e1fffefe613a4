/* What people do about alerts: until when it holds, that it can be taken back, that it stays with an alert that comes again; ids. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "metrics/lists.h"
#include "tests/teller.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define ROOM 20

static int alerts(const struct teller *teller, struct list_alert *items)
{
	return list_alerts(teller->engine, engine_now(teller->engine), items, ROOM);
}

static int history(const struct teller *teller, struct list_alert *items)
{
	return list_alert_history(teller->engine, engine_now(teller->engine), items, ROOM);
}

/* until 0: none is said */
static void answer(struct teller *teller, int64_t at, const char *type, uint64_t id, int64_t until)
{
	char keys[120];
	if (until)
		snprintf(keys, sizeof keys, "alert=%016llx by=lead until=%lld", (unsigned long long)id, (long long)until);
	else
		snprintf(keys, sizeof keys, "alert=%016llx by=lead", (unsigned long long)id);
	tell(teller, at, type, keys);
}

/* Somebody has waited for five minutes in a queue whose limit is passed long since. */
static uint64_t stand(struct teller *teller)
{
	struct list_alert items[ROOM];
	tell(teller, T0, "contact.queued", "contact=a queue=Billing channel=chat");
	pass(teller, T0 + 5 * M);
	assert_int_equal(alerts(teller, items), 1);
	return items[0].id;
}

static void an_acknowledgement_ends(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	const uint64_t id = stand(&t);
	answer(&t, T0 + 5 * M, "alert.acknowledged", id, T0 + 10 * M);
	pass(&t, T0 + 10 * M - 1);
	alerts(&t, items);
	assert_int_equal(items[0].state, LIST_ALERT_ACKNOWLEDGED);
	assert_int_equal(items[0].until, T0 + 10 * M);
	assert_int_equal(items[0].answered, T0 + 5 * M);
	pass(&t, T0 + 10 * M);
	alerts(&t, items);
	assert_int_equal(items[0].state, LIST_ALERT_RAISED);
	assert_string_equal(items[0].by, "lead"); /* who it was is history */
	teller_close(&t);
}

/* A board that nothing happens on is told that the second is worth a picture. */
static void its_end_needs_no_event(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	const uint64_t id = stand(&t);
	answer(&t, T0 + 5 * M, "alert.acknowledged", id, T0 + 7 * M + 200);
	tell(&t, T0 + 6 * M, "contact.answered", "contact=a agent=Ana");
	pass(&t, T0 + 6 * M + 30 * S);
	assert_true(engine_due(t.engine) <= T0 + 7 * M + 200);
	teller_close(&t);
}

static void taken_back(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	const uint64_t id = stand(&t);
	static const char *const types[] = {"alert.acknowledged", "alert.muted"};
	for (int i = 0; i < 2; i++) {
		const int64_t at = T0 + (6 + 2 * i) * M;
		answer(&t, at, types[i], id, 0);
		assert_int_equal(alerts(&t, items), i == 0 ? 1 : 0);
		answer(&t, at + M, types[1 - i], id, at + M);
		assert_int_equal(alerts(&t, items), 1);
		assert_int_equal(items[0].state, LIST_ALERT_RAISED);
		assert_int_equal(items[0].answer, 3);
	}
	teller_close(&t);
}

static void the_muted_are_in_the_history(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	const uint64_t id = stand(&t);
	answer(&t, T0 + 5 * M, "alert.muted", id, T0 + HOUR_MS);
	assert_int_equal(alerts(&t, items), 0);
	assert_int_equal(history(&t, items), 1);
	assert_true(items[0].muted);
	assert_int_equal(items[0].id, id);
	teller_close(&t);
}

/* The queue empties, and somebody waits too long again: another alert, as quiet as the first, but not for longer. */
static void quiet_stays_with_what_comes_again(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	const uint64_t id = stand(&t);
	answer(&t, T0 + 5 * M, "alert.muted", id, T0 + 30 * M);
	tell(&t, T0 + 6 * M, "contact.left", "contact=a why=abandoned");
	tell(&t, T0 + 10 * M, "contact.queued", "contact=b queue=Billing channel=chat");
	pass(&t, T0 + 20 * M);
	assert_int_equal(history(&t, items), 2);
	assert_true(items[0].id != id && items[0].muted && !items[0].cleared);
	pass(&t, T0 + 30 * M);
	alerts(&t, items);
	assert_int_equal(items[0].state, LIST_ALERT_RAISED);
	teller_close(&t);
}

/* What was muted for as long as it stood is over with it. */
static void quiet_without_a_time_ends_with_the_alert(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	answer(&t, T0 + 5 * M, "alert.muted", stand(&t), 0);
	tell(&t, T0 + 6 * M, "contact.left", "contact=a why=abandoned");
	tell(&t, T0 + 10 * M, "contact.queued", "contact=b queue=Billing channel=chat");
	pass(&t, T0 + 20 * M);
	alerts(&t, items);
	assert_int_equal(items[0].state, LIST_ALERT_RAISED);
	teller_close(&t);
}

/* ---- ids ---- */

static void add_rule(struct settings *settings, const char *name, double enter)
{
	settings->alerts = memory_resize(settings->alerts, (size_t)settings->alert_count + 1, sizeof *settings->alerts);
	settings->alerts[settings->alert_count++] = (struct alert_settings){.name = memory_text(name), .metric = memory_text("queue_depth"),
		.enter = enter, .leave = enter, .window = -1};
}

static void one_rule(struct settings *settings)
{
	add_rule(settings, "busy", 0);
}

static void a_rule_before_it(struct settings *settings)
{
	add_rule(settings, "never", 1000);
	add_rule(settings, "busy", 0);
}

static uint64_t id_of_rule(void (*change)(struct settings *settings))
{
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, change);
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=phone");
	pass(&t, T0 + 3 * S);
	assert_int_equal(alerts(&t, items), 1);
	const uint64_t id = items[0].id;
	teller_close(&t);
	return id;
}

static void an_id_is_of_the_title(void **state)
{
	(void)state;
	assert_true(id_of_rule(one_rule) == id_of_rule(a_rule_before_it));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_acknowledgement_ends), cmocka_unit_test(its_end_needs_no_event), cmocka_unit_test(taken_back),
		cmocka_unit_test(the_muted_are_in_the_history), cmocka_unit_test(quiet_stays_with_what_comes_again),
		cmocka_unit_test(quiet_without_a_time_ends_with_the_alert), cmocka_unit_test(an_id_is_of_the_title),
	};
	return cmocka_run_group_tests_name("alert answers", tests, NULL, NULL);
}
