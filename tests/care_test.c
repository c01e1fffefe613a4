/* Care for agents after rude contacts: when a break is suggested, what counts as one, and what is told of it afterwards. */
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

static void declare(struct teller *t, int64_t at, const char *state, const char *reason)
{
	char keys[100];
	snprintf(keys, sizeof keys, "agent=ana state=%s%s%s", state, *reason ? " reason=" : "", reason);
	tell(t, at, "agent.state", keys);
}

/* A rude contact that is over within the minute. */
static void rude(struct teller *t, int64_t at, int number)
{
	char keys[100];
	snprintf(keys, sizeof keys, "contact=r%d queue=Billing channel=chat", number);
	tell(t, at, "contact.queued", keys);
	snprintf(keys, sizeof keys, "contact=r%d agent=ana", number);
	tell(t, at, "contact.answered", keys);
	snprintf(keys, sizeof keys, "contact=r%d kind=insult aim=agent by=agent", number);
	tell(t, at + S, "conduct.signalled", keys);
	snprintf(keys, sizeof keys, "contact=r%d agent=ana by=customer wrap_ms=0", number);
	tell(t, at + 30 * S, "contact.released", keys);
}

static void withdraw(struct teller *t, int64_t at, int number)
{
	char keys[60];
	snprintf(keys, sizeof keys, "contact=r%d agent=lead", number);
	tell(t, at, "conduct.withdrawn", keys);
}

static struct list_care load(const struct teller *t)
{
	struct list_care items[2] = {{.since = -1}};
	assert_int_equal(list_care_load(t->engine, SCOPE_ALL, engine_now(t->engine), items, 2), 1);
	return items[0];
}

static void expect_counts(const struct teller *t, int64_t suggested, int64_t taken, int64_t missed, int64_t open)
{
	assert_int_equal(count_of(t, "care_suggested"), suggested);
	assert_int_equal(count_of(t, "care_taken"), taken);
	assert_int_equal(count_of(t, "care_missed"), missed);
	assert_int_equal(gauge(t, "care_open"), open);
}

static void open_at_work(struct teller *t, void (*change)(struct settings *settings))
{
	teller_open(t, change);
	declare(t, T0, "available", "");
}

/* ---- the limits ---- */

static void two_within_an_hour(void **state)
{
	(void)state;
	const struct { int64_t apart; bool due; } cases[] = {{H - S, true}, {H, false}, {H + S, false}, {S, true}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct teller t;
		open_at_work(&t, NULL);
		rude(&t, T0 + M, 1);
		rude(&t, T0 + M + cases[i].apart, 2);
		assert_int_equal(gauge(&t, "care_open"), cases[i].due);
		assert_int_equal(load(&t).rude, 2);
		assert_int_equal(load(&t).since >= 0, cases[i].due);
		teller_close(&t);
	}
}

static void limits_are_set(struct settings *settings)
{
	settings->care_shift = 5;
	settings->care_hour = 4;
}

static void limits_of_the_settings(void **state)
{
	(void)state;
	struct teller t;
	open_at_work(&t, limits_are_set);
	for (int i = 0; i < 3; i++)
		rude(&t, T0 + i * M, i);
	expect_counts(&t, 0, 0, 0, 0);
	rude(&t, T0 + 2 * H, 3);
	expect_counts(&t, 0, 0, 0, 0);
	rude(&t, T0 + 4 * H, 4);
	expect_counts(&t, 1, 0, 0, 1);
	teller_close(&t);
}

/* ---- what a break is ---- */

static void exactly_ten_minutes(void **state)
{
	(void)state;
	for (int enough = 0; enough < 2; enough++) {
		struct teller t;
		open_at_work(&t, NULL);
		rude(&t, T0 + M, 1);
		rude(&t, T0 + 2 * M, 2);
		declare(&t, T0 + 5 * M + 300, "away", "break");
		declare(&t, T0 + 15 * M + (enough ? 300 : 299), "available", ""); /* between two whole seconds */
		pass(&t, T0 + 20 * M);
		expect_counts(&t, 1, enough, 0, !enough);
		teller_close(&t);
	}
}

static void only_for_a_reason_that_is_a_break(void **state)
{
	(void)state;
	const struct { const char *reason; bool rests; } cases[] = {{"break", true}, {"Lunch", true}, {"PAUSE", true}, {"training", false},
		{"meeting", false}, {"", false}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct teller t;
		open_at_work(&t, NULL);
		rude(&t, T0 + M, 1);
		rude(&t, T0 + 2 * M, 2);
		declare(&t, T0 + 5 * M, "away", cases[i].reason);
		pass(&t, T0 + 30 * M);
		expect_counts(&t, 1, cases[i].rests, 0, !cases[i].rests);
		teller_close(&t);
	}
}

static void any_reason(struct settings *settings)
{
	for (int i = 0; i < settings->care_reason_count; i++)
		free(settings->care_reasons[i]);
	settings->care_reason_count = 0;
}

static void without_reasons_any_will_do(void **state)
{
	(void)state;
	struct teller t;
	open_at_work(&t, any_reason);
	rude(&t, T0 + M, 1);
	rude(&t, T0 + 2 * M, 2);
	declare(&t, T0 + 5 * M, "away", "meeting");
	pass(&t, T0 + 16 * M);
	expect_counts(&t, 1, 1, 0, 0);
	teller_close(&t);
}

/* Six minutes' break and six of lunch are twelve; with training between them they are not. */
static void from_one_break_into_another(void **state)
{
	(void)state;
	for (int between = 0; between < 2; between++) {
		struct teller t;
		open_at_work(&t, NULL);
		rude(&t, T0 + M, 1);
		rude(&t, T0 + 2 * M, 2);
		declare(&t, T0 + 5 * M, "away", "break");
		if (between)
			declare(&t, T0 + 11 * M - S, "away", "training");
		declare(&t, T0 + 11 * M, "away", "lunch");
		assert_int_equal(load(&t).resting, between ? 0 : 6 * M);
		declare(&t, T0 + 17 * M, "available", "");
		expect_counts(&t, 1, !between, 0, between);
		teller_close(&t);
	}
}

/* ---- what is told of it ---- */

static void a_shift_without_the_break(void **state)
{
	(void)state;
	struct teller t;
	open_at_work(&t, NULL);
	rude(&t, T0 + M, 1);
	rude(&t, T0 + 2 * M, 2);
	declare(&t, T0 + H, "offline", "");
	expect_counts(&t, 1, 0, 1, 0);
	struct list_care none[1];
	assert_int_equal(list_care_load(t.engine, SCOPE_ALL, T0 + H, none, 1), 0);
	/* The next shift begins anew. */
	declare(&t, T0 + 16 * H, "available", "");
	rude(&t, T0 + 16 * H + M, 3);
	expect_counts(&t, 1, 0, 1, 0);
	struct figure rate = figure_of(&t, "care_taken_rate", WINDOW_24H);
	assert_int_equal(rate.numerator, 0);
	assert_int_equal(rate.n, 1);
	teller_close(&t);
}

static void what_was_before_the_break_asks_for_no_other(void **state)
{
	(void)state;
	struct teller t;
	open_at_work(&t, NULL);
	rude(&t, T0 + M, 1);
	rude(&t, T0 + 2 * M, 2);
	declare(&t, T0 + 5 * M, "away", "break");
	declare(&t, T0 + 16 * M, "available", "");
	expect_counts(&t, 1, 1, 0, 0);
	assert_int_equal(load(&t).rested, M); /* ten minutes were enough, one is gone since */
	rude(&t, T0 + 17 * M, 3);
	assert_int_equal(load(&t).rude, 3);
	assert_int_equal(load(&t).since_break, 1);
	assert_int_equal(load(&t).hour, 1);
	rude(&t, T0 + 20 * M, 4);
	expect_counts(&t, 2, 1, 0, 1);
	teller_close(&t);
}

static void of_agents_and_teams(void **state)
{
	(void)state;
	struct teller t;
	struct scope scope;
	open_at_work(&t, NULL);
	tell(&t, T0, "agent.state", "agent=ana state=available team=Berlin");
	tell(&t, T0, "agent.state", "agent=bob state=available team=Lima");
	rude(&t, T0 + M, 1);
	rude(&t, T0 + 2 * M, 2);
	const struct { const char *scope; int64_t count; } cases[] = {{"agent=ana", 1}, {"agent=bob", 0}, {"team=Berlin", 1}, {"team=Lima", 0},
		{"queue=Billing", 0}};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		assert_true(list_scope_parse(t.engine, cases[i].scope, &scope, NULL));
		assert_int_equal(figure_in(&t, "care_open", WINDOW_NOW, BY_OUTCOME, scope).numerator, cases[i].count);
		assert_int_equal(figure_in(&t, "care_suggested", WINDOW_24H, BY_OUTCOME, scope).numerator, cases[i].count);
	}
	teller_close(&t);
}

/* ---- false flags ---- */

static void a_false_flag_takes_the_suggestion_back(void **state)
{
	(void)state;
	struct teller t;
	open_at_work(&t, NULL);
	rude(&t, T0 + M, 1);
	rude(&t, T0 + 2 * M, 2);
	expect_counts(&t, 1, 0, 0, 1);
	withdraw(&t, T0 + 3 * M, 1);
	expect_counts(&t, 0, 0, 0, 0);
	assert_int_equal(load(&t).rude, 1);
	rude(&t, T0 + 4 * M, 3);
	expect_counts(&t, 1, 0, 0, 1);
	teller_close(&t);
}

/* Taken is taken; but the next limit is reckoned as if the false one had not been. */
static void a_flag_withdrawn_after_the_break(void **state)
{
	(void)state;
	struct teller t;
	open_at_work(&t, NULL);
	for (int i = 1; i <= 3; i++)
		rude(&t, T0 + i * 90 * M, i);
	declare(&t, T0 + 300 * M, "away", "break");
	declare(&t, T0 + 311 * M, "available", "");
	expect_counts(&t, 1, 1, 0, 0);
	withdraw(&t, T0 + 312 * M, 2);
	assert_int_equal(load(&t).rude, 2);
	assert_int_equal(load(&t).since_break, 0);
	for (int i = 4; i <= 5; i++)
		rude(&t, T0 + (320 + (i - 4) * 90) * M, i);
	expect_counts(&t, 1, 1, 0, 0);
	rude(&t, T0 + 600 * M, 6);
	expect_counts(&t, 2, 1, 0, 1);
	teller_close(&t);
}

static void a_flag_of_another_shift(void **state)
{
	(void)state;
	struct teller t;
	open_at_work(&t, NULL);
	rude(&t, T0 + M, 1);
	declare(&t, T0 + H, "offline", "");
	declare(&t, T0 + 2 * H, "available", "");
	rude(&t, T0 + 2 * H + M, 2);
	withdraw(&t, T0 + 3 * H, 1);
	assert_int_equal(load(&t).rude, 1);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(two_within_an_hour), cmocka_unit_test(limits_of_the_settings), cmocka_unit_test(exactly_ten_minutes),
		cmocka_unit_test(only_for_a_reason_that_is_a_break), cmocka_unit_test(without_reasons_any_will_do),
		cmocka_unit_test(from_one_break_into_another), cmocka_unit_test(a_shift_without_the_break),
		cmocka_unit_test(what_was_before_the_break_asks_for_no_other), cmocka_unit_test(of_agents_and_teams),
		cmocka_unit_test(a_false_flag_takes_the_suggestion_back), cmocka_unit_test(a_flag_withdrawn_after_the_break),
		cmocka_unit_test(a_flag_of_another_shift),
	};
	return cmocka_run_group_tests_name("care", tests, NULL, NULL);
}
