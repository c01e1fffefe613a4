/* The protocol for rude customers: every order of steps up to five long against a small model of its own, and what follows from
 * it: faults, safety, flags that follow a customer. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "teller.h"

#include <cmocka.h>

/* A running conversation. */
static void begin(struct teller *t, int64_t at, const char *contact, const char *agent, const char *customer)
{
	char keys[200];
	snprintf(keys, sizeof keys, "contact=%s queue=Billing channel=chat%s%s", contact, *customer ? " customer=" : "", customer);
	tell(t, at, "contact.queued", keys);
	snprintf(keys, sizeof keys, "contact=%s agent=%s", contact, agent);
	tell(t, at, "contact.answered", keys);
}

static void finish(struct teller *t, int64_t at, const char *contact, const char *agent)
{
	char keys[200];
	snprintf(keys, sizeof keys, "contact=%s agent=%s by=customer wrap_ms=0", contact, agent);
	tell(t, at, "contact.released", keys);
}

static void signal_aim(struct teller *t, int64_t at, const char *contact, const char *aim, const char *by)
{
	char keys[200];
	snprintf(keys, sizeof keys, "contact=%s kind=insult aim=%s by=%s", contact, aim, by);
	tell(t, at, "conduct.signalled", keys);
}

static const char *const steps[] = {"", "request", "demand", "warning", "ended"};

static void take(struct teller *t, int64_t at, const char *contact, const char *agent, int step)
{
	char keys[200];
	snprintf(keys, sizeof keys, "contact=%s agent=%s step=%s", contact, agent, steps[step]);
	tell(t, at, "conduct.step", keys);
}

static int64_t rude_now(const struct teller *t)
{
	return figure_of(t, "rude_now", WINDOW_NOW).numerator;
}

static struct list_conduct first(const struct teller *t)
{
	struct list_conduct items[4];
	memset(items, 0, sizeof items);
	list_conduct(t->engine, SCOPE_ALL, engine_now(t->engine), items, 4);
	return items[0];
}

/* ---- every order ---- */

enum action { SIGNAL_AGENT, SIGNAL_COMPANY, REQUEST, DEMAND, WARNING, ENDED, CALMED, SAFETY, ACTIONS };

/* Written from the protocol's words, not from the program. */
struct model {
	bool flag;	 /* it was ever aimed at the agent */
	bool listed;	 /* it stands on the list of rude ones */
	bool over;	 /* the dialogue was ended */
	bool company;	 /* so far only the company was abused */
	bool alarm;	 /* a threat to life */
	bool alarm_open;
	int reached, faults, ended, anger, impossible;
};

static void model_flag(struct model *model)
{
	model->flag = model->listed = true;
	model->company = false;
}

static void model_step(struct model *model, int step)
{
	if (model->alarm && step == 4 && !model->over) {
		model->over = true;
		model->reached = 4;
		model->ended += model->flag;
		model->listed = model->alarm_open = false;
	} else if (model->over) {
		model->faults++;
	} else if (!model->flag && model->company) {
		model->faults++;
	} else {
		model_flag(model);
		bool next = step == model->reached + 1;
		if (next)
			model->reached = step;
		else
			model->faults++;
		if (step == 4) {
			model->ended += next;
			model->over = true;
			model->listed = model->alarm_open = false;
		}
	}
}

static void model_act(struct model *model, enum action action)
{
	switch (action) {
	case SIGNAL_AGENT:
		if (!model->over)
			model_flag(model);
		break;
	case SIGNAL_COMPANY:
		model->anger++;
		model->company = !model->flag;
		break;
	case CALMED:
		model->impossible += !model->listed && !model->alarm_open;
		model->listed = model->alarm_open = false;
		break;
	case SAFETY:
		if (!model->over) {
			model->alarm_open = true;
			model->listed = model->flag; /* who was calmed and now threatens is on the list again */
		}
		model->alarm = true;
		break;
	default:
		model_step(model, (int)action - (int)REQUEST + 1);
	}
}

static void act(struct teller *t, int64_t at, enum action action)
{
	switch (action) {
	case SIGNAL_AGENT:
		signal_aim(t, at, "x", "agent", "agent");
		break;
	case SIGNAL_COMPANY:
		signal_aim(t, at, "x", "company", "agent");
		break;
	case CALMED:
		tell(t, at, "conduct.calmed", "contact=x agent=ana");
		break;
	case SAFETY:
		tell(t, at, "conduct.safety", "contact=x agent=ana");
		break;
	default:
		take(t, at, "x", "ana", (int)action - (int)REQUEST + 1);
	}
}

static void compare(const struct teller *t, const struct model *model, const char *order)
{
	const struct { const char *what; int64_t is, expected; } checks[] = {
		{"rude_count", count_of(t, "rude_count"), model->flag},
		{"rude_now", rude_now(t), model->listed},
		{"rude_ended", count_of(t, "rude_ended"), model->ended},
		{"rude_faults", count_of(t, "rude_faults"), model->faults},
		{"anger_at_company", count_of(t, "anger_at_company"), model->anger},
		{"safety", count_of(t, "safety"), model->alarm},
		{"impossible", fault_total(t, FAULT_IMPOSSIBLE), model->impossible},
	};
	for (size_t i = 0; i < sizeof checks / sizeof *checks; i++)
		if (checks[i].is != checks[i].expected)
			fail_msg("after %s: %s is %lld, not %lld", order, checks[i].what, (long long)checks[i].is,
				(long long)checks[i].expected);
	struct list_conduct items[2];
	int count = list_conduct(t->engine, SCOPE_ALL, engine_now(t->engine), items, 2);
	if (count > 0 && items[0].step != model->reached)
		fail_msg("after %s: step %d, not %d", order, items[0].step, model->reached);
	if ((model->listed || model->alarm_open) != (count > 0 && items[0].open))
		fail_msg("after %s: on the list or not", order);
}

static void every_order(void **state)
{
	(void)state;
	long total = 1, done = 0;
	for (int length = 1; length <= 5; length++) {
		total *= ACTIONS;
		for (long number = 0; number < total; number++) {
			char order[16] = "";
			long rest = number;
			for (int i = 0; i < length; i++, rest /= ACTIONS)
				order[i] = (char)('0' + rest % ACTIONS);
			struct teller t;
			struct model model = {0};
			teller_open(&t, NULL);
			begin(&t, T0, "x", "ana", "");
			for (int i = 0; i < length; i++) {
				act(&t, T0 + (i + 1) * 3 * S, /* an impossible one waits 2 s for what may explain it */
					(enum action)(order[i] - '0'));
				model_act(&model, (enum action)(order[i] - '0'));
			}
			pass(&t, T0 + 3 * S * (length + 1));
			compare(&t, &model, order);
			teller_close(&t);
			done++;
		}
	}
	assert_int_equal(done, 8 + 64 + 512 + 4096 + 32768);
}

/* ---- single rules ---- */

static void the_whole_protocol(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x", "ana", "");
	signal_aim(&t, T0 + S, "x", "agent", "engine");
	assert_int_equal(rude_now(&t), 1);
	assert_int_equal(first(&t).step, STEP_NONE);
	for (int step = STEP_REQUEST; step <= STEP_WARNING; step++) {
		take(&t, T0 + step * M, "x", "ana", step);
		assert_int_equal(first(&t).step, step);
	}
	pass(&t, T0 + 5 * M + 40 * S);
	assert_int_equal(first(&t).since, 2 * M + 40 * S);
	assert_string_equal(first(&t).agent, "ana");
	take(&t, T0 + 6 * M, "x", "ana", STEP_ENDED);
	assert_int_equal(count_of(&t, "rude_ended"), 1);
	assert_int_equal(count_of(&t, "rude_faults"), 0);
	assert_false(first(&t).open);
	assert_string_equal(list_conduct_ends[first(&t).ended_how], "ended");
	pass(&t, T0 + 8 * M);
	assert_int_equal(first(&t).step, 0); /* shown for two minutes more, then not */
	finish(&t, T0 + 9 * M, "x", "ana");
	assert_int_equal(count_of(&t, "rude_unresolved"), 0);
	teller_close(&t);
}

static void a_skipped_step_is_shown(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x", "ana", "");
	take(&t, T0 + S, "x", "ana", STEP_REQUEST);
	take(&t, T0 + 2 * S, "x", "ana", STEP_WARNING);
	assert_int_equal(first(&t).step, STEP_REQUEST);
	assert_int_equal(first(&t).fault_step, STEP_WARNING);
	struct list_alert alerts[4];
	pass(&t, T0 + 4 * S);
	assert_int_equal(list_alerts(t.engine, T0 + 4 * S, alerts, 4), 1);
	assert_string_equal(alerts[0].text, "protocol fault: warning with a step skipped in Billing · chat");
	take(&t, T0 + 5 * S, "x", "ana", STEP_DEMAND);
	assert_int_equal(first(&t).step, STEP_DEMAND);
	assert_int_equal(first(&t).fault_step, STEP_NONE);
	teller_close(&t);
}

/* Languages other than English take more bytes: the screen's width is what cuts a sentence. */
static void a_long_alert_is_told_whole(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert alerts[4];
	teller_open(&t, NULL);
	tell(&t, T0, "contact.queued", "contact=x queue=\u0411\u0443\u0445\u0433\u0430\u043B\u0442\u0435\u0440\u0438\u044F-\u0438-"
		"\u043D\u0430\u043B\u043E\u0433\u0438-\u043C\u0430\u043B\u044B\u0445-"
		"\u043F\u0440\u0435\u0434\u043F\u0440\u0438\u044F\u0442\u0438\u0439 channel=chat");
	tell(&t, T0, "contact.answered", "contact=x agent=ana");
	take(&t, T0 + S, "x", "ana", STEP_REQUEST);
	take(&t, T0 + 2 * S, "x", "ana", STEP_WARNING);
	pass(&t, T0 + 4 * S);
	assert_int_equal(list_alerts(t.engine, T0 + 4 * S, alerts, 4), 1);
	assert_true(strlen(alerts[0].text) > 120);
	assert_non_null(strstr(alerts[0].text, " \u00B7 chat"));
	teller_close(&t);
}

static void unclear_waits_for_a_word(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x", "ana", "");
	signal_aim(&t, T0 + S, "x", "unclear", "engine");
	assert_true(first(&t).unclear);
	assert_int_equal(rude_now(&t), 0);
	signal_aim(&t, T0 + 2 * S, "x", "agent", "lead");
	assert_int_equal(rude_now(&t), 1);
	begin(&t, T0 + 3 * S, "y", "bob", "");
	signal_aim(&t, T0 + 4 * S, "y", "unclear", "engine");
	signal_aim(&t, T0 + 5 * S, "y", "product", "agent");
	assert_int_equal(rude_now(&t), 1);
	assert_int_equal(count_of(&t, "rude_count"), 1);
	assert_int_equal(count_of(&t, "anger_at_company"), 1);
	teller_close(&t);
}

static void accepted_until_the_wrap_up_ends(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x", "ana", "");
	take(&t, T0 + S, "x", "ana", STEP_REQUEST);
	tell(&t, T0 + M, "contact.released", "contact=x agent=ana by=agent");
	take(&t, T0 + 2 * M, "x", "ana", STEP_DEMAND);
	assert_int_equal(first(&t).step, STEP_DEMAND);
	assert_int_equal(count_of(&t, "rude_unresolved"), 0);
	tell(&t, T0 + 3 * M, "contact.wrapped", "contact=x agent=ana");
	assert_int_equal(count_of(&t, "rude_unresolved"), 1);
	assert_int_equal(rude_now(&t), 0);
	take(&t, T0 + 4 * M, "x", "ana", STEP_WARNING);
	pass(&t, T0 + 5 * M);
	assert_int_equal(fault_total(&t, FAULT_STEP_AFTER_END), 1);
	assert_int_equal(count_of(&t, "rude_faults"), 0);
	teller_close(&t);
}

static void withdrawn_everywhere(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x", "ana", "k");
	take(&t, T0 + S, "x", "ana", STEP_REQUEST);
	take(&t, T0 + 2 * S, "x", "ana", STEP_ENDED);
	take(&t, T0 + 3 * S, "x", "ana", STEP_ENDED);
	assert_int_equal(count_of(&t, "rude_faults"), 2);
	tell(&t, T0 + M, "conduct.withdrawn", "contact=x agent=lead");
	assert_int_equal(count_of(&t, "rude_count"), 0);
	assert_int_equal(count_of(&t, "rude_faults"), 0);
	assert_int_equal(count_of(&t, "rude_ended"), 0);
	assert_int_equal(rude_now(&t), 0);
	struct figure rate = figure_of(&t, "rude_false_rate", WINDOW_24H);
	assert_int_equal(rate.numerator, 1);
	assert_int_equal(rate.n, 1);
	finish(&t, T0 + 2 * M, "x", "ana");
	begin(&t, T0 + 3 * M, "y", "ana", "k");
	struct list_conduct items[2];
	assert_int_equal(list_flagged_before(t.engine, SCOPE_ALL, T0 + 3 * M, items, 2), 0);
	tell(&t, T0 + 4 * M, "conduct.withdrawn", "contact=x agent=lead");
	pass(&t, T0 + 5 * M);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 1); /* twice is once too often */
	teller_close(&t);
}

static void the_flag_follows(void **state)
{
	(void)state;
	struct teller t;
	struct list_conduct items[2];
	teller_open(&t, NULL);
	begin(&t, T0, "x", "ana", "k");
	for (int step = 1; step <= 3; step++)
		take(&t, T0 + step * S, "x", "ana", step);
	finish(&t, T0 + M, "x", "ana");
	begin(&t, T0 + 2 * D, "y", "bob", "k");
	assert_int_equal(list_flagged_before(t.engine, SCOPE_ALL, T0 + 2 * D + S, items, 2), 1);
	assert_int_equal(items[0].prior_step, STEP_WARNING);
	assert_int_equal(items[0].prior_ms / D, 2);
	assert_false(items[0].open);
	take(&t, T0 + 2 * D + 2 * S, "y", "bob", STEP_DEMAND); /* a new contact starts at the request */
	assert_int_equal(count_of(&t, "rude_faults"), 1);
	assert_int_equal(first(&t).prior_step, STEP_WARNING);
	tell(&t, T0 + 2 * D + 3 * S, "conduct.withdrawn", "contact=y agent=bob");
	finish(&t, T0 + 2 * D + M, "y", "bob");
	/* 30 days, and no longer; the withdrawn flag does not count. */
	begin(&t, T0 + 30 * D, "z", "bob", "k");
	assert_int_equal(list_flagged_before(t.engine, SCOPE_ALL, T0 + 30 * D, items, 2), 1);
	assert_int_equal(list_flagged_before(t.engine, SCOPE_ALL, T0 + 30 * D + 2 * S, items, 2), 0);
	teller_close(&t);
}

static void a_threat_to_life(void **state)
{
	(void)state;
	struct teller t;
	struct list_alert alerts[4];
	teller_open(&t, NULL);
	begin(&t, T0, "x", "ana", "");
	tell(&t, T0 + S, "conduct.safety", "contact=x agent=ana");
	pass(&t, T0 + 3 * S);
	assert_int_equal(list_alerts(t.engine, T0 + 3 * S, alerts, 4), 1);
	assert_int_equal(alerts[0].severity, SEVERITY_CRITICAL);
	assert_non_null(strstr(alerts[0].text, "threat to life"));
	assert_int_equal(rude_now(&t), 0); /* an alarm of its own, no step */
	take(&t, T0 + 4 * S, "x", "ana", STEP_ENDED);
	assert_int_equal(count_of(&t, "rude_faults"), 0);
	finish(&t, T0 + 5 * S, "x", "ana");
	pass(&t, T0 + 30 * S);
	list_alerts(t.engine, T0 + 30 * S, alerts, 4);
	assert_int_equal(alerts[0].state, LIST_ALERT_RAISED); /* not gone before anybody saw it */
	pass(&t, T0 + 10 * M);
	list_alerts(t.engine, T0 + 10 * M, alerts, 4);
	assert_int_equal(alerts[0].state, LIST_ALERT_CLEARED);
	teller_close(&t);
}

/* ---- steps out of turn ---- */

static void every_kind_of_fault(void **state)
{
	(void)state;
	static const struct { const char *id; int steps[5], tried; const char *what; bool company; } cases[] = {
		{"f0", {STEP_DEMAND}, STEP_DEMAND, "skipped", false},
		{"f1", {STEP_REQUEST, STEP_REQUEST}, STEP_REQUEST, "repeated", false},
		{"f2", {STEP_REQUEST, STEP_DEMAND, STEP_REQUEST}, STEP_REQUEST, "backwards", false},
		{"f3", {STEP_REQUEST}, STEP_REQUEST, "at the company", true},
		{"f4", {STEP_REQUEST, STEP_DEMAND, STEP_WARNING, STEP_ENDED, STEP_WARNING}, STEP_WARNING, "after the end", false},
	};
	const int count = sizeof cases / sizeof *cases;
	struct teller t;
	teller_open(&t, NULL);
	for (int i = 0; i < count; i++) {
		const int64_t at = T0 + i * M;
		begin(&t, at, cases[i].id, "ana", "");
		if (cases[i].company)
			signal_aim(&t, at + S, cases[i].id, "company", "agent");
		for (int step = 0; step < 5 && cases[i].steps[step]; step++)
			take(&t, at + (step + 2) * S, cases[i].id, "ana", cases[i].steps[step]);
	}
	struct list_fault faults[8];
	pass(&t, T0 + count * M);
	assert_int_equal(list_faults(t.engine, SCOPE_ALL, T0 - S, T0 + count * M, faults, 8), count);
	for (int i = 0; i < count; i++) { /* the latest first */
		const struct list_fault *fault = &faults[count - 1 - i];
		assert_string_equal(fault->contact, cases[i].id);
		assert_string_equal(fault->what, cases[i].what);
		assert_int_equal(fault->tried, cases[i].tried);
		assert_string_equal(fault->agent, "ana");
	}
	assert_int_equal(list_faults(t.engine, SCOPE_ALL, T0 + 4 * M, T0 + count * M, faults, 8), 1); /* only those since then */
	tell(&t, T0 + count * M, "conduct.withdrawn", "contact=f1 agent=lead");
	assert_int_equal(list_faults(t.engine, SCOPE_ALL, T0 - S, T0 + count * M, faults, 8), count - 1);
	teller_close(&t);
}

static void the_step_that_comes_next(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x", "ana", "");
	signal_aim(&t, T0 + S, "x", "unclear", "engine");
	assert_int_equal(first(&t).next, STEP_NONE); /* first of all: whom was it aimed at? */
	assert_int_equal(gauge(&t, "rude_unclear"), 1);
	signal_aim(&t, T0 + 2 * S, "x", "agent", "agent");
	static const char *const gauges[] = {"rude_signalled", "rude_request", "rude_demand", "rude_warning"};
	for (int step = STEP_NONE; step <= STEP_WARNING; step++) {
		if (step)
			take(&t, T0 + (step + 2) * S, "x", "ana", step);
		assert_int_equal(first(&t).next, step + 1);
		for (int i = 0; i < 4; i++)
			assert_int_equal(gauge(&t, gauges[i]), i == step);
	}
	pass(&t, T0 + 65 * S);
	assert_int_equal(gauge(&t, "rude_oldest_step"), M);
	assert_int_equal(gauge(&t, "rude_unclear"), 0);
	take(&t, T0 + 66 * S, "x", "ana", STEP_ENDED);
	assert_int_equal(first(&t).next, STEP_NONE);
	assert_false(figure_of(&t, "rude_oldest_step", WINDOW_NOW).known);
	teller_close(&t);
}

/* Going on after its end was counted takes the end back. */
static void a_flag_that_goes_on_is_not_unresolved(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	begin(&t, T0, "x", "ana", "");
	take(&t, T0 + S, "x", "ana", STEP_REQUEST);
	finish(&t, T0 + M, "x", "ana");
	assert_int_equal(count_of(&t, "rude_unresolved"), 1);
	tell(&t, T0 + 2 * M, "contact.answered", "contact=x agent=bob direct=1");
	take(&t, T0 + 3 * M, "x", "bob", STEP_DEMAND);
	assert_int_equal(count_of(&t, "rude_unresolved"), 0);
	assert_int_equal(count_of(&t, "rude_count"), 1);
	finish(&t, T0 + 4 * M, "x", "bob");
	assert_int_equal(count_of(&t, "rude_unresolved"), 1);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_order), cmocka_unit_test(the_whole_protocol), cmocka_unit_test(a_skipped_step_is_shown), cmocka_unit_test(a_long_alert_is_told_whole),
		cmocka_unit_test(unclear_waits_for_a_word), cmocka_unit_test(accepted_until_the_wrap_up_ends),
		cmocka_unit_test(withdrawn_everywhere), cmocka_unit_test(the_flag_follows), cmocka_unit_test(a_threat_to_life),
		cmocka_unit_test(every_kind_of_fault),
		cmocka_unit_test(the_step_that_comes_next), cmocka_unit_test(a_flag_that_goes_on_is_not_unresolved),
	};
	return cmocka_run_group_tests_name("conduct", tests, NULL, NULL);
}
