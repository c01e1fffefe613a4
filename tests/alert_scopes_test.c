/* Where alert rules hold: one agent, team, market; an alert of its own for each; a second condition with a limit to leave by. */
#include <math.h>
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

static void add_rule(struct settings *settings, struct alert_settings rule)
{
	rule.name = memory_text("rule");
	rule.metric = memory_text(rule.metric);
	rule.and_metric = rule.and_metric ? memory_text(rule.and_metric) : NULL;
	char **const names[] = {&rule.queue, &rule.market, &rule.agent, &rule.team};
	for (size_t i = 0; i < sizeof names / sizeof *names; i++)
		*names[i] = *names[i] ? memory_text(*names[i]) : NULL;
	rule.window = rule.window ? rule.window : -1;
	rule.leave = isnan(rule.leave) ? rule.enter : rule.leave;
	settings->alerts = memory_resize(settings->alerts, (size_t)settings->alert_count + 1, sizeof *settings->alerts);
	settings->alerts[settings->alert_count++] = rule;
}

/* Those of the rule that stand. */
static int standing(const struct teller *teller, struct list_alert *found)
{
	struct list_alert items[ROOM];
	const int count = list_alerts(teller->engine, engine_now(teller->engine), items, ROOM);
	int kept = 0;
	for (int i = 0; i < count; i++)
		if (items[i].rule == 0 && !items[i].cleared)
			found[kept++] = items[i];
	return kept;
}

static void of_one_agent(struct settings *settings)
{
	add_rule(settings, (struct alert_settings){.metric = "mistakes", .agent = "Ana", .enter = 1, .leave = NAN, .window = WINDOW_TODAY});
}

static void of_each_agent(struct settings *settings)
{
	add_rule(settings, (struct alert_settings){.metric = "mistakes", .each = EACH_AGENT, .enter = 1, .leave = NAN, .window = WINDOW_TODAY});
}

static void make_mistakes(struct teller *teller)
{
	static const char *const who[] = {"Ana", "Ben", "Ana", "Ben", "Cem"};
	for (int i = 0; i < 5; i++) {
		char keys[80];
		snprintf(keys, sizeof keys, "agent=%s kind=typo by=lead", who[i]);
		tell(teller, T0 + i * S, "agent.mistake", keys);
	}
	pass(teller, T0 + 2 * M);
}

static void an_agent_has_a_rule(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert found[ROOM];
	teller_open(&t, of_one_agent);
	make_mistakes(&t);
	assert_int_equal(standing(&t, found), 1);
	assert_string_equal(list_scope_name(t.engine, found[0].scope, "agent"), "Ana");
	teller_close(&t);
}

static void each_agent_has_an_alert(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert found[ROOM];
	teller_open(&t, of_each_agent);
	make_mistakes(&t);
	assert_int_equal(standing(&t, found), 2);
	assert_true(found[0].id != found[1].id);
	assert_string_not_equal(list_scope_name(t.engine, found[0].scope, "agent"), list_scope_name(t.engine, found[1].scope, "agent"));
	teller_close(&t);
}

static void of_each_queue(struct settings *settings)
{
	add_rule(settings, (struct alert_settings){.metric = "queue_depth", .each = EACH_QUEUE, .enter = 1, .leave = 0});
}

/* A gauge of queues is looked at each second, and clears where its own queue empties. */
static void each_queue_has_an_alert(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert found[ROOM];
	teller_open(&t, of_each_queue);
	static const char *const queues[] = {"A", "B", "A", "B", "C"};
	for (int i = 0; i < 5; i++) {
		char keys[80];
		snprintf(keys, sizeof keys, "contact=c%d queue=%s channel=phone", i, queues[i]);
		tell(&t, T0 + 10 * i, "contact.queued", keys);
	}
	pass(&t, T0 + S);
	assert_int_equal(standing(&t, found), 2);
	assert_int_equal(found[0].raised, T0);
	tell(&t, T0 + 2 * S, "contact.left", "contact=c0 why=abandoned");
	tell(&t, T0 + 2 * S, "contact.left", "contact=c2 why=abandoned");
	pass(&t, T0 + 3 * S);
	assert_int_equal(standing(&t, found), 1);
	assert_string_equal(list_scope_name(t.engine, found[0].scope, "queue"), "B");
	teller_close(&t);
}

static void of_a_market(struct settings *settings)
{
	add_rule(settings, (struct alert_settings){.metric = "offered", .market = "JP", .enter = 1, .leave = NAN, .window = WINDOW_60M});
}

static void a_market_has_a_rule(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert found[ROOM];
	teller_open(&t, of_a_market);
	static const char *const markets[] = {"JP", "DE", "DE", "DE", "JP"};
	for (int i = 0; i < 5; i++) {
		char keys[100];
		snprintf(keys, sizeof keys, "contact=c%d queue=A channel=phone market=%s", i, markets[i]);
		tell(&t, T0 + i * M, "contact.queued", keys);
		snprintf(keys, sizeof keys, "contact=c%d agent=Ana", i);
		tell(&t, T0 + i * M + S, "contact.answered", keys);
		pass(&t, T0 + i * M + 10 * S);
		assert_int_equal(standing(&t, found), i == 4);
	}
	assert_string_equal(list_scope_name(t.engine, found[0].scope, "market"), "JP");
	teller_close(&t);
}

static void with_a_second(struct settings *settings)
{
	add_rule(settings, (struct alert_settings){.metric = "queue_depth", .enter = 0, .leave = NAN, .and_metric = "longest_wait", .and_enter = 60, .and_leave = 20});
}

/* The longest wait falls from 70 s to 30 s: still past what it leaves by; then to 10 s. */
static void a_second_condition_lasts(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert found[ROOM];
	teller_open(&t, with_a_second);
	tell(&t, T0, "contact.queued", "contact=a queue=A channel=phone");
	pass(&t, T0 + 30 * S);
	assert_int_equal(standing(&t, found), 0);
	tell(&t, T0 + 40 * S, "contact.queued", "contact=b queue=A channel=phone");
	tell(&t, T0 + 60 * S, "contact.queued", "contact=c queue=A channel=phone");
	pass(&t, T0 + 69 * S);
	assert_int_equal(standing(&t, found), 1);
	tell(&t, T0 + 70 * S, "contact.answered", "contact=a agent=Ana");
	pass(&t, T0 + 72 * S);
	assert_int_equal(standing(&t, found), 1);
	tell(&t, T0 + 73 * S, "contact.answered", "contact=b agent=Ben");
	pass(&t, T0 + 75 * S);
	assert_int_equal(standing(&t, found), 0);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(an_agent_has_a_rule), cmocka_unit_test(each_agent_has_an_alert), cmocka_unit_test(each_queue_has_an_alert),
		cmocka_unit_test(a_market_has_a_rule), cmocka_unit_test(a_second_condition_lasts),
	};
	return cmocka_run_group_tests_name("alert scopes", tests, NULL, NULL);
}
