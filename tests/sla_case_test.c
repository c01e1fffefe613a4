/* What the state of a case does to its SLA clocks, instances told apart, and states that come late. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "teller.h"

#include <cmocka.h>

static void pausing(struct settings *settings)
{
	teller_rules(settings, "sla \"resolve\" { pause_in = { \"pending\", \"held\" } }\n");
}

static void paused_by_state(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, pausing);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell(&t, T0, "sla.started", "case=1 clock=resolve target_ms=3600000");
	tell(&t, T0, "sla.started", "case=1 clock=update target_ms=7200000");
	tell(&t, T0 + 10 * M, "case.state", "case=1 to=pending");
	assert_int_equal(gauge(&t, "sla_paused"), 1); /* the other one knows no such rule */
	tell(&t, T0 + 20 * M, "case.state", "case=1 to=held");
	tell(&t, T0 + 30 * M, "sla.paused", "case=1 clock=resolve"); /* both reasons */
	tell(&t, T0 + 40 * M, "case.state", "case=1 to=open");
	assert_int_equal(gauge(&t, "sla_paused"), 1); /* the source has not said so yet */
	tell(&t, T0 + 60 * M, "sla.resumed", "case=1 clock=resolve");
	assert_int_equal(gauge(&t, "sla_paused"), 0);
	pass(&t, T0 + 110 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	pass(&t, T0 + 110 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	/* Breached and paused: shown beside it. */
	tell(&t, T0 + 111 * M, "case.state", "case=1 to=pending");
	assert_int_equal(gauge(&t, "sla_paused"), 1);
	assert_int_equal(gauge(&t, "sla_breached_open"), 1);
	/* One that starts while its case is pending stands still from the start. */
	tell(&t, T0 + 112 * M, "sla.met", "case=1 clock=resolve");
	tell(&t, T0 + 113 * M, "sla.started", "case=1 clock=resolve target_ms=60000");
	pass(&t, T0 + 118 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	teller_close(&t);
}

static void stopping(struct settings *settings)
{
	teller_rules(settings, "sla \"resolve\" { stop_in = { \"solved\", \"closed\" } }\n");
}

static void going_on(struct settings *settings)
{
	teller_rules(settings, "sla \"resolve\" { stop_in = { \"solved\", \"closed\" } reopen = \"go_on\" }\n");
}

static void solve_and_reopen(struct teller *t, void (*change)(struct settings *settings))
{
	teller_open(t, change);
	tell(t, T0, "case.opened", "case=1 queue=Billing channel=email priority=2");
	tell(t, T0, "sla.started", "case=1 clock=resolve target_ms=3600000");
	tell(t, T0 + 40 * M, "case.state", "case=1 to=solved");
	assert_int_equal(figure_of(t, "sla_met_p2", WINDOW_24H).numerator, 1);
	tell(t, T0 + 41 * M, "sla.met", "case=1 clock=resolve"); /* the source says so too */
	assert_int_equal(fault_total(t, FAULT_IMPOSSIBLE), 0);
	assert_int_equal(figure_of(t, "sla_met_rate", WINDOW_24H).numerator, 1);
	tell(t, T0 + 2 * H, "case.state", "case=1 to=open");
}

static void stopped_and_opened_again(void **state)
{
	(void)state;
	struct teller t;
	solve_and_reopen(&t, stopping);
	assert_int_equal(figure_of(&t, "sla_met_rate", WINDOW_24H).numerator, 1); /* that one stays met */
	pass(&t, T0 + 3 * H - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	pass(&t, T0 + 3 * H);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	assert_int_equal(count_of(&t, "cases_reopened"), 1);
	teller_close(&t);
	solve_and_reopen(&t, going_on);
	assert_int_equal(figure_of(&t, "sla_met_rate", WINDOW_24H).n, 0); /* as if it had not been */
	pass(&t, T0 + 2 * H + 20 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	pass(&t, T0 + 2 * H + 20 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	teller_close(&t);
}

/* ---- instances ---- */

static void next_replies(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell(&t, T0, "sla.started", "case=1 clock=next_reply target_ms=600000");
	tell(&t, T0 + 9 * M, "sla.met", "case=1 clock=next_reply");
	tell(&t, T0 + 20 * M, "sla.started", "case=1 clock=next_reply target_ms=600000");
	/* What comes late and belongs to the first one leaves the second alone. */
	tell_late(&t, T0 + 21 * M, T0 + 8 * M, "sla.paused", "case=1 clock=next_reply");
	tell_late(&t, T0 + 21 * M, T0 + 9 * M, "sla.met", "case=1 clock=next_reply");
	assert_int_equal(gauge(&t, "sla_running"), 1);
	pass(&t, T0 + 30 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	assert_int_equal(figure_of(&t, "sla_met_next_reply", WINDOW_24H).numerator, 1);
	assert_int_equal(figure_of(&t, "sla_met_next_reply", WINDOW_24H).n, 2);
	teller_close(&t);
}

/* The reply was on its way while the next question began another clock: to us that was a new target of the same. */
static void a_reply_overtaken_by_the_next_question(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell(&t, T0, "sla.started", "case=1 clock=next_reply target_ms=600000");
	tell(&t, T0 + 12 * M, "sla.started", "case=1 clock=next_reply target_ms=600000");
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	tell_late(&t, T0 + 14 * M, T0 + 9 * M, "sla.met", "case=1 clock=next_reply");
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	assert_int_equal(count_of(&t, "sla_withdrawn"), 1);
	assert_int_equal(figure_of(&t, "sla_met_rate", WINDOW_24H).numerator, 1);
	assert_int_equal(gauge(&t, "sla_running"), 1);
	pass(&t, T0 + 22 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	pass(&t, T0 + 22 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	teller_close(&t);
}

/* ---- states of a case that come late ---- */

/* Within the quarter of an hour that ends then. */
static int64_t solved_until(struct teller *t, int64_t until)
{
	pass(t, until);
	return figure_of(t, "cases_solved", WINDOW_15M).numerator;
}

static void late_states(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell_late(&t, T0 + M, T0 - H, "case.state", "case=1 to=solved"); /* before it was opened */
	assert_int_equal(fault_total(&t, FAULT_CASE_ORDER), 1);
	assert_int_equal(gauge(&t, "backlog"), 1);
	tell(&t, T0 + 60 * M, "case.state", "case=1 to=closed");
	assert_int_equal(solved_until(&t, T0 + 61 * M), 1);
	/* It was solved half an hour before that. */
	tell_late(&t, T0 + 62 * M, T0 + 30 * M, "case.state", "case=1 to=solved");
	assert_int_equal(solved_until(&t, T0 + 63 * M), 0);
	assert_int_equal(count_of(&t, "cases_solved"), 1);
	assert_int_equal(count_of(&t, "cases_closed"), 1);
	/* And opened again between the two. */
	tell_late(&t, T0 + 64 * M, T0 + 40 * M, "case.state", "case=1 to=open");
	assert_int_equal(solved_until(&t, T0 + 65 * M), 1);
	assert_int_equal(count_of(&t, "cases_solved"), 2);
	assert_int_equal(count_of(&t, "cases_reopened"), 1);
	assert_int_equal(gauge(&t, "backlog"), 0);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 0);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paused_by_state), cmocka_unit_test(stopped_and_opened_again), cmocka_unit_test(next_replies),
		cmocka_unit_test(a_reply_overtaken_by_the_next_question), cmocka_unit_test(late_states),
	};
	return cmocka_run_group_tests_name("sla_case", tests, NULL, NULL);
}
