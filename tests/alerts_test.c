/* Levels with hysteresis and holding time, alert rules with a second condition, what is raised without any rule, and what
 * people do about it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"
#include "teller.h"

#include <cmocka.h>

#define ROOM 64

static int alerts(const struct teller *t, struct list_alert *items)
{
	return list_alerts(t->engine, engine_now(t->engine), items, ROOM);
}

static int standing(const struct teller *t)
{
	struct list_alert items[ROOM];
	int count = alerts(t, items), found = 0;
	for (int i = 0; i < count; i++)
		found += items[i].state != LIST_ALERT_CLEARED;
	return found;
}

/* ---- one step of a level ---- */

static void hysteresis(void **state)
{
	(void)state;
	const struct limits limits = {.warn = 10, .crit = 20, .hysteresis = 2};
	const struct { double value; enum level level; } higher[] = {{5, LEVEL_OK}, {10, LEVEL_OK}, {10.5, LEVEL_WARN}, {9, LEVEL_WARN},
		{8, LEVEL_OK}, {9, LEVEL_OK}, {21, LEVEL_CRIT}, {19, LEVEL_CRIT}, {18, LEVEL_WARN}, {19, LEVEL_WARN}, {25, LEVEL_CRIT},
		{7, LEVEL_OK}, {25, LEVEL_CRIT}, {9, LEVEL_WARN}, {NAN, LEVEL_OK}};
	struct level_state level = {.level = LEVEL_OK, .candidate = LEVEL_OK};
	int64_t wake;
	for (size_t i = 0; i < sizeof higher / sizeof *higher; i++) {
		uint8_t before = level.level;
		bool changed = level_step(&level, WORSE_HIGHER, higher[i].value, &limits, T0 + (int64_t)i * S, &wake);
		assert_int_equal(level.level, higher[i].level);
		assert_int_equal(changed, before != level.level);
		assert_true(wake == INT64_MAX);
	}
	const struct limits share = {.warn = 80, .crit = 75, .hysteresis = NAN}; /* 5 % of the limit */
	const struct { double value; enum level level; } lower[] = {{90, LEVEL_OK}, {80, LEVEL_OK}, {79, LEVEL_WARN}, {83, LEVEL_WARN},
		{84.5, LEVEL_OK}, {74, LEVEL_CRIT}, {78, LEVEL_CRIT}, {79, LEVEL_WARN}, {85, LEVEL_OK}};
	level = (struct level_state){.level = LEVEL_OK, .candidate = LEVEL_OK};
	for (size_t i = 0; i < sizeof lower / sizeof *lower; i++) {
		level_step(&level, WORSE_LOWER, lower[i].value, &share, T0, &wake);
		assert_int_equal(level.level, lower[i].level);
	}
}

static void holding(void **state)
{
	(void)state;
	const struct limits limits = {.warn = 10, .crit = 20, .hysteresis = 0, .hold = 30 * S};
	struct level_state level = {.level = LEVEL_OK, .candidate = LEVEL_OK};
	int64_t wake;
	assert_false(level_step(&level, WORSE_HIGHER, 15, &limits, T0, &wake));
	assert_true(wake == T0 + 30 * S);
	assert_false(level_step(&level, WORSE_HIGHER, 15, &limits, T0 + 29 * S, &wake));
	assert_true(level_step(&level, WORSE_HIGHER, 15, &limits, T0 + 30 * S, &wake));
	assert_int_equal(level.level, LEVEL_WARN);
	/* Better shows at once; a dip in between begins the time anew. */
	assert_true(level_step(&level, WORSE_HIGHER, 5, &limits, T0 + 31 * S, &wake));
	level_step(&level, WORSE_HIGHER, 25, &limits, T0 + 40 * S, &wake);
	level_step(&level, WORSE_HIGHER, 5, &limits, T0 + 60 * S, &wake);
	level_step(&level, WORSE_HIGHER, 25, &limits, T0 + 65 * S, &wake);
	assert_false(level_step(&level, WORSE_HIGHER, 25, &limits, T0 + 94 * S, &wake));
	assert_true(level_step(&level, WORSE_HIGHER, 25, &limits, T0 + 95 * S, &wake));
	assert_int_equal(level.level, LEVEL_CRIT);
}

/* ---- levels in the engine ---- */

static void queue_up(struct teller *t, int64_t at, int number, const char *queue)
{
	char keys[100];
	snprintf(keys, sizeof keys, "contact=%s%d queue=%s channel=phone", queue, number, queue);
	tell(t, at, "contact.queued", keys);
}

static void leave(struct teller *t, int64_t at, int number, const char *queue)
{
	char keys[100];
	snprintf(keys, sizeof keys, "contact=%s%d why=abandoned", queue, number);
	tell(t, at, "contact.left", keys);
}

static void add_level(struct settings *settings, struct level_settings level)
{
	settings->levels = memory_resize(settings->levels, (size_t)settings->level_count + 1, sizeof level);
	level.metric = memory_text(level.metric);
	level.queue = level.queue ? memory_text(level.queue) : NULL;
	level.channel = level.channel ? memory_text(level.channel) : NULL;
	settings->levels[settings->level_count++] = level;
}

static void depth_level(struct settings *settings)
{
	add_level(settings, (struct level_settings){.metric = "queue_depth", .queue = "A", .window = -1, .warn = 2, .crit = 4,
		.hysteresis = 2, .hold = 10 * S});
}

static void a_level_turns_critical(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	struct scope scope;
	struct error err = {""};
	teller_open(&t, depth_level);
	for (int i = 0; i < 5; i++)
		queue_up(&t, T0 + i * 100, i, "A");
	pass(&t, T0 + 9 * S);
	assert_int_equal(standing(&t), 0);
	pass(&t, T0 + 12 * S); /* the second that ends ten seconds after it began is over */
	assert_int_equal(alerts(&t, items), 1);
	assert_string_equal(items[0].text, "in queue 5 in A, limit 4");
	assert_true(items[0].raised == T0 + 10 * S);
	assert_true(list_scope_parse(t.engine, "queue=A", &scope, &err));
	leave(&t, T0 + 20 * S, 0, "A");
	leave(&t, T0 + 20 * S, 1, "A"); /* three: within the hysteresis */
	pass(&t, T0 + 23 * S);
	assert_int_equal(standing(&t), 1);
	assert_int_equal(figure_in(&t, "queue_depth", WINDOW_NOW, BY_OUTCOME, scope).level, LEVEL_CRIT);
	leave(&t, T0 + 24 * S, 2, "A");
	pass(&t, T0 + 27 * S);
	assert_int_equal(standing(&t), 0);
	assert_int_equal(alerts(&t, items), 1);
	assert_true(items[0].cleared == T0 + 24 * S);
	teller_close(&t);
}

/* It lasts, though nothing else happens: the board wakes for it. */
static void holding_needs_no_event(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, depth_level);
	for (int i = 0; i < 5; i++)
		queue_up(&t, T0, i, "A");
	int64_t due = engine_due(t.engine);
	for (int turn = 0; turn < 30 && standing(&t) == 0; turn++, due = engine_due(t.engine)) {
		assert_true(due < T0 + 15 * S);
		pass(&t, due);
	}
	assert_int_equal(standing(&t), 1);
	teller_close(&t);
}

static void the_longest_wait_is_watched(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=chat");
	tell(&t, T0, "contact.queued", "contact=b queue=Mail channel=email");
	pass(&t, T0 + 4 * M + S);
	assert_int_equal(standing(&t), 0);
	pass(&t, T0 + 4 * M + 5 * S);
	assert_int_equal(alerts(&t, items), 1);
	assert_string_equal(items[0].text, "longest wait 04:01 in Billing · chat");
	assert_int_equal(items[0].severity, SEVERITY_CRITICAL);
	tell(&t, T0 + 5 * M, "contact.left", "contact=a why=abandoned");
	pass(&t, T0 + 5 * M + 2 * S);
	assert_int_equal(standing(&t), 0);
	teller_close(&t);
}

/* ---- rules ---- */

static void add_rule(struct settings *settings, struct alert_settings rule)
{
	settings->alerts = memory_resize(settings->alerts, (size_t)settings->alert_count + 1, sizeof rule);
	rule.name = memory_text(rule.name);
	rule.metric = memory_text(rule.metric);
	rule.and_metric = rule.and_metric ? memory_text(rule.and_metric) : NULL;
	settings->alerts[settings->alert_count++] = rule;
}

static void stalled(struct settings *settings)
{
	add_rule(settings, (struct alert_settings){.name = "stalled", .metric = "queue_depth", .window = -1, .enter = 2, .leave = 1,
		.and_metric = "longest_wait", .and_enter = 30, .and_leave = 30, .severity = SEVERITY_WARNING});
}

static void both_conditions(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, stalled);
	queue_up(&t, T0, 1, "A");
	pass(&t, T0 + 50 * S); /* it waits long enough, but alone */
	assert_int_equal(standing(&t), 0);
	queue_up(&t, T0 + 50 * S, 2, "A");
	queue_up(&t, T0 + 50 * S, 3, "A");
	pass(&t, T0 + 52 * S);
	assert_int_equal(alerts(&t, items), 1);
	assert_string_equal(items[0].text, "stalled: in queue 3 in all queues");
	assert_int_equal(items[0].severity, SEVERITY_WARNING);
	leave(&t, T0 + 55 * S, 1, "A"); /* the second condition is over */
	pass(&t, T0 + 57 * S);
	assert_int_equal(standing(&t), 0);
	pass(&t, T0 + 85 * S);
	assert_int_equal(standing(&t), 0); /* two of them wait for over 30 s: not more than two */
	queue_up(&t, T0 + 85 * S, 4, "A");
	pass(&t, T0 + 87 * S);
	assert_int_equal(standing(&t), 1);
	leave(&t, T0 + 88 * S, 4, "A");
	pass(&t, T0 + 90 * S);
	assert_int_equal(standing(&t), 1); /* left only at one */
	leave(&t, T0 + 91 * S, 3, "A");
	pass(&t, T0 + 93 * S);
	assert_int_equal(standing(&t), 0);
	teller_close(&t);
}

static void answered_late(struct settings *settings)
{
	add_rule(settings, (struct alert_settings){.name = "slow", .metric = "service_level", .window = WINDOW_5M, .enter = 50,
		.leave = 60, .severity = SEVERITY_CRITICAL});
}

static void a_rule_over_a_window(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, answered_late);
	queue_up(&t, T0, 1, "A");
	tell(&t, T0 + 40 * S, "contact.answered", "contact=A1 agent=ana");
	pass(&t, T0 + 50 * S);
	assert_int_equal(standing(&t), 1);
	pass(&t, T0 + 7 * M); /* out of the window: nothing to divide, nothing to alert */
	assert_int_equal(standing(&t), 0);
	teller_close(&t);
}

/* ---- what is raised without a rule ---- */

static void a_breach(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=48211 queue=Billing channel=chat");
	tell(&t, T0, "sla.started", "case=48211 clock=first_reply target_ms=60000");
	pass(&t, T0 + 4 * M + 10 * S);
	assert_int_equal(alerts(&t, items), 1);
	assert_string_equal(items[0].text, "#48211 first reply breached by 03:10");
	assert_true(items[0].raised == T0 + M);
	tell_late(&t, T0 + 5 * M, T0 + 30 * S, "sla.met", "case=48211 clock=first_reply");
	pass(&t, T0 + 5 * M + 2 * S);
	assert_int_equal(standing(&t), 0);
	assert_int_equal(alerts(&t, items), 1); /* what was raised stays history */
	teller_close(&t);
}

/* A thousand at once do not push everything else out of the ring. */
static void many_breaches(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=chat");
	pass(&t, T0 + 5 * M);
	char keys[100];
	for (int i = 0; i < 1000; i++) {
		snprintf(keys, sizeof keys, "case=c%d queue=Billing channel=email", i);
		tell(&t, T0 + 5 * M, "case.opened", keys);
		snprintf(keys, sizeof keys, "case=c%d clock=resolve target_ms=%d", i, 60000 + i * 1000);
		tell(&t, T0 + 5 * M, "sla.started", keys);
	}
	pass(&t, T0 + H);
	struct list_alert items[ROOM];
	int count = alerts(&t, items), waits = 0;
	for (int i = 0; i < count; i++)
		waits += items[i].kind == ALERT_LEVEL && items[i].metric == metric_find("longest_wait");
	assert_int_equal(waits, 1);
	assert_int_equal(count_of(&t, "sla_breached"), 1000);
	assert_in_range(standing(&t), 2, 30);
	teller_close(&t);
}

static void a_silent_feed(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=chat");
	struct record link = {.kind = RECORD_LINK, .lsn = ++t.lsn, .recv = T0 + 10 * S, .link = LINK_STALE, .silent_since = T0 + S};
	engine_apply(t.engine, &link);
	pass(&t, T0 + 43 * S);
	assert_int_equal(standing(&t), 1);
	alerts(&t, items);
	assert_string_equal(items[0].text, "feed 1 is silent 00:42");
	link = (struct record){.kind = RECORD_LINK, .lsn = ++t.lsn, .recv = T0 + 44 * S, .link = LINK_LIVE};
	engine_apply(t.engine, &link);
	pass(&t, T0 + 46 * S);
	assert_int_equal(standing(&t), 0);
	teller_close(&t);
}

static void lost_events_stand_until_acknowledged(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	char keys[100];
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=chat");
	t.seq += 5;
	tell(&t, T0 + S, "contact.queued", "contact=b queue=Billing channel=chat");
	struct record gap = {.kind = RECORD_GAP, .lsn = ++t.lsn, .recv = T0 + 2 * S, .src = view_of("test-1"), .boot = 1, .from = 2, .to = 6};
	engine_apply(t.engine, &gap);
	pass(&t, T0 + 5 * S);
	assert_int_equal(alerts(&t, items), 1);
	assert_string_equal(items[0].text, "5 events are missing and will not come");
	snprintf(keys, sizeof keys, "alert=%016llx by=lead", (unsigned long long)items[0].id);
	tell(&t, T0 + 10 * S, "alert.acknowledged", keys);
	pass(&t, T0 + 12 * S);
	assert_int_equal(standing(&t), 0);
	teller_close(&t);
}

static void a_detractor_waits(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	tell(&t, T0, "survey.answered", "survey=s kind=nps score=2000 min=0 max=10000 customer=anna");
	pass(&t, T0 + 59 * M);
	assert_int_equal(standing(&t), 0);
	pass(&t, T0 + 80 * M + S);
	assert_int_equal(alerts(&t, items), 1);
	assert_string_equal(items[0].text, "follow-up: a detractor waits 1 h 20 for a call");
	tell(&t, T0 + 90 * M, "followup.done", "customer=anna agent=ana result=reached");
	pass(&t, T0 + 92 * M);
	assert_int_equal(standing(&t), 0);
	teller_close(&t);
}

static void step_three(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=x queue=Billing channel=chat");
	tell(&t, T0, "contact.answered", "contact=x agent=ana");
	tell(&t, T0 + S, "conduct.step", "contact=x agent=ana step=request");
	tell(&t, T0 + 2 * S, "conduct.step", "contact=x agent=ana step=demand");
	pass(&t, T0 + 5 * S);
	assert_int_equal(standing(&t), 0);
	tell(&t, T0 + 6 * S, "conduct.step", "contact=x agent=ana step=warning");
	pass(&t, T0 + 8 * S);
	assert_int_equal(alerts(&t, items), 1);
	assert_string_equal(items[0].text, "rude customer: step 3, warning, in Billing · chat");
	tell(&t, T0 + 20 * S, "conduct.calmed", "contact=x agent=ana");
	pass(&t, T0 + 22 * S);
	assert_int_equal(standing(&t), 0);
	teller_close(&t);
}

/* ---- what people do ---- */

static void acknowledged_and_muted(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert items[ROOM];
	char keys[120];
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=chat");
	pass(&t, T0 + 5 * M);
	assert_int_equal(alerts(&t, items), 1);
	assert_int_equal(items[0].state, LIST_ALERT_RAISED);
	snprintf(keys, sizeof keys, "alert=%016llx by=lead", (unsigned long long)items[0].id);
	tell(&t, T0 + 5 * M, "alert.acknowledged", keys);
	assert_int_equal(alerts(&t, items), 1);
	assert_int_equal(items[0].state, LIST_ALERT_ACKNOWLEDGED);
	assert_string_equal(items[0].by, "lead");
	snprintf(keys, sizeof keys, "alert=%016llx by=lead until=%lld", (unsigned long long)items[0].id, (long long)(T0 + 10 * M));
	tell(&t, T0 + 6 * M, "alert.muted", keys);
	assert_int_equal(alerts(&t, items), 0);
	pass(&t, T0 + 10 * M);
	assert_int_equal(alerts(&t, items), 1);
	tell(&t, T0 + 11 * M, "alert.acknowledged", "alert=not-one by=lead");
	tell(&t, T0 + 11 * M, "alert.acknowledged", "alert=0 by=lead");
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 2);
	tell(&t, T0 + 12 * M, "contact.left", "contact=a why=abandoned");
	pass(&t, T0 + 13 * M);
	alerts(&t, items);
	assert_int_equal(items[0].state, LIST_ALERT_CLEARED);
	teller_close(&t);
}

/* The same events give the same alerts, however finely time passes. */
static void ids_do_not_depend_on_the_clock(void **state)
{
	(void)state;
	uint64_t ids[2];
	for (int run = 0; run < 2; run++) {
		struct teller t;
		struct list_alert items[ROOM];
		teller_open(&t, NULL);
		tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=chat");
		for (int64_t at = T0; run == 1 && at < T0 + 5 * M; at += 700)
			pass(&t, at);
		pass(&t, T0 + 5 * M);
		assert_int_equal(alerts(&t, items), 1);
		ids[run] = items[0].id;
		teller_close(&t);
	}
	assert_true(ids[0] == ids[1] && ids[0] != 0);
}

static void the_ring_keeps_the_last(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	for (int i = 0; i < 400; i++) {
		int64_t at = T0 + i * 10 * M;
		char keys[100];
		snprintf(keys, sizeof keys, "contact=a%d queue=Billing channel=chat", i);
		tell(&t, at, "contact.queued", keys);
		snprintf(keys, sizeof keys, "contact=a%d why=abandoned", i);
		tell(&t, at + 5 * M, "contact.left", keys);
	}
	pass(&t, T0 + 4000 * M);
	struct list_alert *items = memory_new(400, sizeof *items);
	int count = list_alerts(t.engine, engine_now(t.engine), items, 400);
	assert_int_equal(count, ALERTS_KEPT);
	for (int i = 1; i < count; i++)
		assert_true(items[i].raised < items[i - 1].raised);
	assert_int_equal(standing(&t), 0);
	free(items);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hysteresis), cmocka_unit_test(holding), cmocka_unit_test(a_level_turns_critical),
		cmocka_unit_test(holding_needs_no_event), cmocka_unit_test(the_longest_wait_is_watched),
		cmocka_unit_test(both_conditions), cmocka_unit_test(a_rule_over_a_window), cmocka_unit_test(a_breach),
		cmocka_unit_test(many_breaches), cmocka_unit_test(a_silent_feed),
		cmocka_unit_test(lost_events_stand_until_acknowledged), cmocka_unit_test(a_detractor_waits),
		cmocka_unit_test(step_three), cmocka_unit_test(acknowledged_and_muted),
		cmocka_unit_test(ids_do_not_depend_on_the_clock), cmocka_unit_test(the_ring_keeps_the_last),
	};
	return cmocka_run_group_tests_name("alerts", tests, NULL, NULL);
}
