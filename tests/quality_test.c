/* Cases, surveys and what people report: events in, figures out. */
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
#include "teller.h"

#include <cmocka.h> /* last: its macro fail() would hide ours */

/* ---- cases ---- */

static void backlog_by_age(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	const int64_t ages[] = {40 * D, 31 * D, 8 * D, 5 * D, 4 * D, 2 * D, 12 * H, H};
	char keys[80];
	for (size_t i = 0; i < sizeof ages / sizeof *ages; i++) {
		snprintf(keys, sizeof keys, "case=c%zu queue=Billing channel=email", i);
		tell(&t, T0 + 40 * D - ages[i], "case.opened", keys);
	}
	tell(&t, T0 + 40 * D, "case.state", "case=c6 to=solved");
	assert_int_equal(gauge(&t, "backlog"), 7);
	assert_int_equal(gauge(&t, "backlog_30d"), 2);
	assert_int_equal(gauge(&t, "backlog_7d"), 1);
	assert_int_equal(gauge(&t, "backlog_3d"), 2);
	assert_int_equal(gauge(&t, "backlog_1d"), 1);
	assert_int_equal(gauge(&t, "backlog_under_1d"), 1);
	assert_int_equal(gauge(&t, "backlog_oldest"), 40 * D);
	int64_t median = gauge(&t, "backlog_p50");
	assert_true(llabs(median - 5 * D) <= 5 * D / 50);
	teller_close(&t);
}

static void reopening(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, long_history);
	tell(&t, T0, "case.opened", "case=a queue=Q channel=email");
	tell(&t, T0 + S, "case.opened", "case=b queue=Q channel=email");
	assert_false(figure_of(&t, "reopen_rate", WINDOW_7D).known);
	tell(&t, T0 + H, "case.state", "case=a to=solved");
	tell(&t, T0 + H, "case.state", "case=a to=closed");
	tell(&t, T0 + H, "case.state", "case=b to=closed");
	struct figure rate = figure_of(&t, "reopen_rate", WINDOW_7D);
	assert_int_equal(rate.numerator, 0);
	assert_int_equal(rate.n, 2);
	tell(&t, T0 + 3 * H, "case.state", "case=a to=open");
	rate = figure_of(&t, "reopen_rate", WINDOW_7D);
	assert_int_equal(rate.numerator, 1);
	assert_int_equal(gauge(&t, "backlog"), 1);
	/* Solved again and left alone for longer than R: a new one is no reopening. */
	tell(&t, T0 + 4 * H, "case.state", "case=a to=solved");
	tell(&t, T0 + 4 * H + 7 * D + 1, "case.state", "case=a to=open");
	rate = figure_in(&t, "reopen_rate", WINDOW_35D, BY_OUTCOME, SCOPE_ALL);
	assert_int_equal(rate.numerator, 1);
	assert_int_equal(rate.n, 3);
	teller_close(&t);
}

static void events_of_unknown_cases(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "case.state", "case=x to=solved");
	tell(&t, T0, "sla.started", "case=x clock=resolve target_ms=1000");
	pass(&t, T0 + 5 * S);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 2);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	teller_close(&t);
}

/* Closed ones are forgotten after case_memory, 35 days, and their place is used again. */
static void old_cases_give_way(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	char keys[80];
	for (int i = 0; i < 60; i++) {
		int64_t at = T0 + i * D;
		snprintf(keys, sizeof keys, "case=c%d queue=Q channel=email", i);
		tell(&t, at, "case.opened", keys);
		snprintf(keys, sizeof keys, "case=c%d clock=resolve target_ms=%lld", i, (long long)H);
		tell(&t, at, "sla.started", keys);
		snprintf(keys, sizeof keys, "case=c%d to=closed", i);
		tell(&t, at + 2 * H, "case.state", keys);
	}
	/* The clocks of closed cases that nobody met still stand as breached; those of forgotten ones are gone. */
	int64_t open = gauge(&t, "sla_breached_open");
	assert_in_range(open, 34, 38);
	assert_int_equal(gauge(&t, "backlog"), 0);
	teller_close(&t);
}

static void unanswered_messages(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=m queue=Mail channel=email");
	tell(&t, T0 + M, "case.message", "case=m by=customer public=1");
	tell(&t, T0 + 5 * M, "case.message", "case=m by=customer public=1");
	tell(&t, T0 + 6 * M, "case.message", "case=m by=agent public=0");
	tell(&t, T0 + 7 * M, "case.message", "case=m by=bot public=1");
	assert_int_equal(gauge(&t, "longest_wait_async"), 6 * M);
	tell(&t, T0 + 8 * M, "case.message", "case=m by=agent public=1");
	assert_false(figure_of(&t, "longest_wait_async", WINDOW_NOW).known);
	teller_close(&t);
}

/* ---- surveys ---- */

static void answer(struct teller *t, int64_t at, int number, const char *kind, int score, int min, int max)
{
	char keys[160];
	snprintf(keys, sizeof keys, "survey=s%d kind=%s score=%d min=%d max=%d customer=k%d", number, kind, score * 1000, min * 1000,
		max * 1000, number);
	tell(t, at, "survey.answered", keys);
}

/* Offered before the window, answered in it: SLO leaves it to the minute in which it came. */
static void slo_is_by_arrival(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	t.settings->formula = SL_FORMULA_SLO;
	tell(&t, T0, "contact.queued", "contact=a queue=A channel=email");
	tell(&t, T0 + H, "contact.queued", "contact=b queue=A channel=phone");
	tell(&t, T0 + H + S, "contact.answered", "contact=a agent=ana");
	pass(&t, T0 + H + 2 * S);
	struct figure level = figure_of(&t, "service_level", WINDOW_5M);
	assert_int_equal(level.numerator, 0);
	assert_int_equal(level.n, 1);
	teller_close(&t);
}

static void wilson_interval(void **state)
{
	(void)state;
	struct query *query = memory_new(1, sizeof *query);
	/* Of the closed formula with z = 1.959964, calculated apart. */
	const struct { int64_t hits, n, low, high; } cases[] = {{960, 1200, 776427, 821659}, {0, 10, 0, 277533},
		{10, 10, 722467, 1000000}, {187, 205, 865488, 943738}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct figure figure = {.denominator = 1, .low = -1, .high = -1};
		query->tally.value[COUNT_CSAT_TOP] = cases[i].hits;
		query->tally.value[COUNT_CSAT_N] = cases[i].n;
		metrics[metric_find("csat")].value(query, &figure);
		assert_true(llabs(figure.low - cases[i].low) <= 1);
		assert_true(llabs(figure.high - cases[i].high) <= 1);
	}
	free(query);
}

/* The published distribution of 85,907 answers on 1-5, with n, mean and share as published. */
static void a_real_distribution(void **state)
{
	(void)state;
	const char *folder = getenv("TABLO_DATA");
	char *path = memory_format("%s/csat-calibration/csat_shopzilla_2023-08.csv", folder && *folder ? folder : "../shared/data");
	FILE *file = fopen(path, "r");
	free(path);
	if (!file)
		skip();
	struct teller t;
	teller_open(&t, NULL);
	char line[80];
	int score, count, number = 0;
	while (fgets(line, sizeof line, file))
		if (sscanf(line, "%d,%d", &score, &count) == 2)
			for (int i = 0; i < count; i++)
				answer(&t, T0, number++, "csat", score, 1, 5);
	fclose(file);
	struct figure csat = figure_of(&t, "csat", WINDOW_24H), mean = figure_of(&t, "csat_mean", WINDOW_24H);
	assert_int_equal(csat.n, 85907);
	assert_true(fabs(figure_value(&metrics[metric_find("csat")], &csat) - 0.824566) < 5e-7);
	assert_true(fabs(figure_value(&metrics[metric_find("csat_mean")], &mean) - 4.242157) < 5e-7);
	teller_close(&t);
}

static void scales_never_mix(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	int n = 0;
	answer(&t, T0, n++, "csat", 5, 1, 5);
	answer(&t, T0, n++, "csat", 3, 1, 5);
	answer(&t, T0, n++, "csat", 7, 1, 10); /* the top 40 % of ten begin at 7 */
	answer(&t, T0, n++, "csat", 6, 1, 10);
	answer(&t, T0, n++, "csat", 1, 0, 1);
	answer(&t, T0, n++, "csat", 0, 0, 1);
	answer(&t, T0, n++, "csat", 3, 1, 3);
	struct figure csat = figure_of(&t, "csat", WINDOW_TODAY), mean = figure_of(&t, "csat_mean", WINDOW_TODAY);
	assert_int_equal(csat.n, 7);
	assert_int_equal(csat.numerator, 4);
	assert_int_equal(mean.n, 2);
	assert_int_equal(mean.numerator, 8000);
	answer(&t, T0, n++, "ces", 6, 1, 7);
	answer(&t, T0, n++, "ces", 3, 1, 5); /* another scale: refused */
	answer(&t, T0, n++, "nps", 10, 0, 10);
	answer(&t, T0, n++, "nps", 9, 0, 10);
	answer(&t, T0, n++, "nps", 8, 0, 10);
	answer(&t, T0, n++, "nps", 6, 0, 10);
	answer(&t, T0, n++, "nps", 11, 0, 10); /* off the scale: refused */
	struct figure ces = figure_of(&t, "ces", WINDOW_TODAY), nps = figure_of(&t, "nps", WINDOW_TODAY);
	assert_int_equal(ces.n, 1);
	assert_int_equal(ces.numerator, 6000);
	assert_int_equal(nps.n, 4);
	assert_true(figure_value(&metrics[metric_find("nps")], &nps) == 25);
	pass(&t, T0 + 3 * S);
	assert_int_equal(fault_total(&t, FAULT_SCORE), 2); /* at once, by their own name */
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 0);
	teller_close(&t);
}

static void a_second_answer_replaces(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "survey.sent", "survey=s1 kind=csat queue=Billing");
	tell(&t, T0, "survey.sent", "survey=s2 kind=csat queue=Billing");
	answer(&t, T0 + H, 1, "csat", 2, 1, 5);
	answer(&t, T0 + 2 * H, 1, "csat", 5, 1, 5);
	struct figure csat = figure_of(&t, "csat", WINDOW_24H), response = figure_of(&t, "csat_response", WINDOW_24H);
	assert_int_equal(csat.n, 1);
	assert_int_equal(csat.numerator, 1);
	assert_int_equal(response.numerator, 1);
	assert_int_equal(response.denominator, 2);
	assert_int_equal(fault_total(&t, FAULT_ANSWERED_TWICE), 1);
	struct scope scope;
	struct error err = {""};
	assert_true(list_scope_parse(t.engine, "queue=Billing", &scope, &err)); /* where it was sent for */
	assert_int_equal(figure_in(&t, "csat", WINDOW_24H, BY_ARRIVAL, scope).n, 1);
	teller_close(&t);
}

static void csat_is_coloured_only_when_sure(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	int n = 0;
	for (int i = 0; i < 187; i++)
		answer(&t, T0, n++, "csat", i < 170 ? 5 : 1, 1, 5); /* 91 %, 86 to 94: nobody knows */
	assert_int_equal(figure_of(&t, "csat", WINDOW_TODAY).level, LEVEL_UNSURE);
	for (int i = 0; i < 200; i++)
		answer(&t, T0, n++, "csat", 1, 1, 5);
	assert_int_equal(figure_of(&t, "csat", WINDOW_TODAY).level, LEVEL_CRIT);
	for (int i = 0; i < 9000; i++)
		answer(&t, T0, n++, "csat", 5, 1, 5);
	assert_int_equal(figure_of(&t, "csat", WINDOW_TODAY).level, LEVEL_OK);
	teller_close(&t);
}

/* Nine angry customers are nine answers, no alarm. */
static void few_answers_have_no_level(void **state)
{
	(void)state;
	static const char *const kinds[] = {"csat", "nps"};
	for (int kind = 0; kind < 2; kind++) {
		struct teller t;
		teller_open(&t, NULL);
		for (int i = 0; i < 9; i++)
			answer(&t, T0, i, kinds[kind], kind ? 0 : 1, kind ? 0 : 1, kind ? 10 : 5);
		assert_int_equal(figure_of(&t, kinds[kind], WINDOW_TODAY).level, LEVEL_NONE);
		answer(&t, T0, 9, kinds[kind], kind ? 0 : 1, kind ? 0 : 1, kind ? 10 : 5);
		assert_int_equal(figure_of(&t, kinds[kind], WINDOW_TODAY).level, LEVEL_CRIT);
		teller_close(&t);
	}
}

static void call_backs(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=c1 queue=Billing channel=chat customer=anna");
	tell(&t, T0, "survey.answered", "survey=s1 kind=nps score=6000 min=0 max=10000 case=c1");
	tell(&t, T0, "survey.answered", "survey=s2 kind=csat score=2000 min=1000 max=5000 customer=bert contact=k2 agent=ana");
	tell(&t, T0, "survey.answered", "survey=s3 kind=csat score=3000 min=1000 max=5000 customer=carl");
	tell(&t, T0, "survey.answered", "survey=s4 kind=csat score=1000 min=1000 max=5000 customer=bert");
	assert_int_equal(gauge(&t, "followup_open"), 2);
	pass(&t, T0 + 80 * M);
	assert_int_equal(gauge(&t, "followup_oldest"), 80 * M);
	struct list_followup items[5];
	assert_int_equal(list_followups(t.engine, SCOPE_ALL, engine_now(t.engine), items, 5), 2);
	assert_string_equal(items[0].case_id, "c1");
	assert_string_equal(items[0].queue, "Billing");
	assert_string_equal(items[0].survey, "nps");
	assert_int_equal(items[0].score, 6000);
	assert_string_equal(items[1].contact, "k2");
	assert_string_equal(items[1].agent, "ana");
	assert_int_equal(items[1].score, 2000);
	tell(&t, T0 + 80 * M, "followup.done", "customer=anna agent=ana result=reached");
	tell(&t, T0 + 81 * M, "followup.done", "customer=bert agent=ana result=unreached");
	tell(&t, T0 + 82 * M, "followup.done", "customer=carl agent=ana result=reached"); /* had none */
	assert_int_equal(gauge(&t, "followup_open"), 0);
	struct figure rate = figure_of(&t, "followup_reached_rate", WINDOW_24H);
	assert_int_equal(rate.numerator, 1);
	assert_int_equal(rate.n, 2);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 1);
	teller_close(&t);
}

static void reviews_and_the_gap(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=c1 queue=Billing channel=chat");
	tell(&t, T0, "review.scored", "case=c1 agent=ana score=88000");
	tell(&t, T0, "review.scored", "case=c1 agent=ana score=72000");
	for (int i = 0; i < 4; i++)
		answer(&t, T0, i, "csat", i ? 5 : 3, 1, 5);
	struct figure gap = figure_of(&t, "csat_quality_gap", WINDOW_TODAY);
	assert_true(figure_value(&metrics[metric_find("csat_quality_gap")], &gap) == 75 - 80);
	struct scope scope;
	struct error err = {""};
	assert_true(list_scope_parse(t.engine, "agent=ana", &scope, &err));
	assert_int_equal(figure_in(&t, "iqs", WINDOW_TODAY, BY_OUTCOME, scope).numerator, 160000);
	teller_close(&t);
}

static void churn_by_market(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "customer.churned", "market=DE");
	assert_false(figure_of(&t, "churn_rate", WINDOW_24H).known);
	tell(&t, T0, "customer.base", "market=DE customers=1000");
	tell(&t, T0, "customer.base", "market=ID customers=3000");
	tell(&t, T0, "customer.churned", "market=DE n=3");
	struct figure all = figure_of(&t, "churn_rate", WINDOW_24H);
	assert_int_equal(all.numerator, 4);
	assert_int_equal(all.denominator, 4000);
	struct scope scope;
	struct error err = {""};
	assert_true(list_scope_parse(t.engine, "market=DE", &scope, &err));
	assert_int_equal(figure_in(&t, "churn_rate", WINDOW_24H, BY_OUTCOME, scope).denominator, 1000);
	teller_close(&t);
}

static void refusals_by_policy(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	for (int i = 0; i < 5; i++)
		tell(&t, T0 + i * M, "refusal.said", "agent=ana policy=refund");
	for (int i = 0; i < 3; i++)
		tell(&t, T0 + D + i * M, "refusal.said", "agent=ana policy=swap");
	tell(&t, T0 + D + 9 * M, "refusal.said", "agent=ana policy=refund");
	struct list_named items[4];
	int64_t total;
	assert_int_equal(list_refusals(t.engine, &(struct period){T0 + D - H, T0 + 2 * D - H, T0 - H, T0 + D - H}, items, 4, &total), 2);
	assert_int_equal(total, 4);
	assert_string_equal(items[0].name, "swap");
	assert_int_equal(items[0].count, 3);
	assert_int_equal(items[0].before, 0);
	assert_string_equal(items[1].name, "refund");
	assert_int_equal(items[1].before, 5);
	teller_close(&t);
}

static void notes(void **state)
{
	(void)state;
	struct teller t;
	struct list_note note[3];
	char keys[80];
	teller_open(&t, NULL);
	tell(&t, T0, "note.posted", "text=first by=lead");
	snprintf(keys, sizeof keys, "text=second\x1b[2J until=%lld by=lead", (long long)(T0 + H));
	tell(&t, T0 + M, "note.posted", keys);
	assert_int_equal(list_notes(t.engine, T0 + 2 * M, note, 3), 2); /* the newest first */
	assert_null(strchr(note[0].text, 0x1b));
	assert_memory_equal(note[0].text, "second", 6);
	assert_string_equal(note[1].text, "first");
	assert_int_equal(list_notes(t.engine, T0 + 2 * M, note, 1), 1);
	assert_int_equal(list_notes(t.engine, T0 + H, note, 3), 1);
	assert_string_equal(note[0].text, "first");
	teller_close(&t);
}

/* A feed that refuses all day: the list is bounded, and the newest are in it. */
static void refusals_are_bounded(void **state)
{
	(void)state;
	struct teller t;
	int64_t total;
	teller_open(&t, NULL);
	for (int i = 0; i < 140000; i++)
		tell(&t, T0 + i, "refusal.said", "agent=Mia policy=No");
	const struct period period = {.from = T0 - H, .to = T0 + H};
	list_refusals(t.engine, &period, NULL, 0, &total);
	assert_in_range(total, 100000, 134000);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(backlog_by_age), cmocka_unit_test(reopening), cmocka_unit_test(events_of_unknown_cases),
		cmocka_unit_test(old_cases_give_way), cmocka_unit_test(unanswered_messages),
		cmocka_unit_test(slo_is_by_arrival), cmocka_unit_test(wilson_interval), cmocka_unit_test(a_real_distribution), cmocka_unit_test(scales_never_mix),
		cmocka_unit_test(a_second_answer_replaces), cmocka_unit_test(csat_is_coloured_only_when_sure), cmocka_unit_test(few_answers_have_no_level),
		cmocka_unit_test(call_backs), cmocka_unit_test(reviews_and_the_gap), cmocka_unit_test(churn_by_market),
		cmocka_unit_test(refusals_by_policy), cmocka_unit_test(refusals_are_bounded), cmocka_unit_test(notes),
	};
	return cmocka_run_group_tests_name("quality", tests, NULL, NULL);
}
