/* SLA clocks: to the second, though nothing happens; pauses, targets, late news and disagreement. */
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

static void open_clock(struct teller *t, int64_t at, const char *keys)
{
	tell(t, at, "case.opened", "case=48211 queue=Billing channel=chat");
	tell(t, at, "sla.started", keys);
}

static void breaches_to_the_second(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	open_clock(&t, T0, "case=48211 clock=first_reply target_ms=600000");
	assert_int_equal(gauge(&t, "sla_running"), 1);
	pass(&t, T0 + 10 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	assert_int_equal(gauge(&t, "sla_running"), 1);
	assert_int_equal(engine_due(t.engine), T0 + 10 * M); /* the board itself wakes for it */
	pass(&t, T0 + 10 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	assert_int_equal(gauge(&t, "sla_breached_open"), 1);
	assert_int_equal(gauge(&t, "sla_running"), 0);
	struct list_due due[4];
	pass(&t, T0 + 13 * M + 10 * S);
	assert_int_equal(list_due(t.engine, SCOPE_ALL, engine_now(t.engine), due, 4), 1);
	assert_int_equal(due[0].left, -(3 * M + 10 * S));
	assert_true(due[0].breached);
	tell(&t, T0 + 14 * M, "sla.met", "case=48211 clock=first_reply");
	assert_int_equal(gauge(&t, "sla_breached_open"), 0);
	struct figure rate = figure_of(&t, "sla_met_rate", WINDOW_TODAY);
	assert_int_equal(rate.numerator, 0); /* met late is not met */
	assert_int_equal(rate.n, 1);
	teller_close(&t);
}

static void due_soon(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	open_clock(&t, T0, "case=48211 clock=first_reply target_ms=600000"); /* 20 %: the last 2 min */
	tell(&t, T0, "sla.started", "case=48211 clock=resolve target_ms=36000000"); /* at most 15 min */
	pass(&t, T0 + 8 * M - 1);
	assert_int_equal(gauge(&t, "sla_due_soon"), 0);
	pass(&t, T0 + 8 * M);
	assert_int_equal(gauge(&t, "sla_due_soon"), 1);
	tell(&t, T0 + 9 * M, "sla.met", "case=48211 clock=first_reply");
	assert_int_equal(gauge(&t, "sla_due_soon"), 0);
	pass(&t, T0 + 10 * H - 15 * M - 1);
	assert_int_equal(gauge(&t, "sla_due_soon"), 0);
	pass(&t, T0 + 10 * H - 15 * M);
	assert_int_equal(gauge(&t, "sla_due_soon"), 1);
	assert_int_equal(list_due_within(t.engine, SCOPE_ALL, engine_now(t.engine), 10 * M), 0);
	pass(&t, T0 + 10 * H - 10 * M);
	assert_int_equal(list_due_within(t.engine, SCOPE_ALL, engine_now(t.engine), 10 * M), 1);
	teller_close(&t);
}

static void pause_and_resume(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	open_clock(&t, T0, "case=48211 clock=resolve target_ms=600000");
	tell(&t, T0 + 4 * M, "sla.paused", "case=48211 clock=resolve");
	assert_int_equal(gauge(&t, "sla_paused"), 1);
	assert_int_equal(gauge(&t, "sla_running"), 0);
	pass(&t, T0 + 5 * H);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	tell(&t, T0 + 5 * H, "sla.resumed", "case=48211 clock=resolve");
	pass(&t, T0 + 5 * H + 6 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	pass(&t, T0 + 5 * H + 6 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	/* A second resume is impossible, and changes nothing. */
	tell(&t, T0 + 5 * H + 7 * M, "sla.resumed", "case=48211 clock=resolve");
	pass(&t, T0 + 5 * H + 8 * M);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 1);
	teller_close(&t);
}

static void a_new_target_keeps_what_elapsed(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	open_clock(&t, T0, "case=48211 clock=resolve target_ms=600000");
	tell(&t, T0 + 4 * M, "sla.started", "case=48211 clock=resolve target_ms=900000"); /* 15 min, 4 of them gone */
	pass(&t, T0 + 15 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	pass(&t, T0 + 15 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	/* More time than that: it runs again, and counts as breached only once. */
	tell(&t, T0 + 16 * M, "sla.started", "case=48211 clock=resolve target_ms=1800000");
	assert_int_equal(gauge(&t, "sla_running"), 1);
	pass(&t, T0 + 30 * M);
	assert_int_equal(gauge(&t, "sla_breached_open"), 1);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	/* On one that was met it is a new instance. */
	tell(&t, T0 + 31 * M, "sla.met", "case=48211 clock=resolve");
	tell(&t, T0 + 32 * M, "sla.started", "case=48211 clock=resolve target_ms=600000");
	pass(&t, T0 + 42 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	pass(&t, T0 + 42 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 2);
	teller_close(&t);
}

static void a_given_due_wins(void **state)
{
	(void)state;
	struct teller t;
	char keys[120];
	teller_open(&t, NULL);
	snprintf(keys, sizeof keys, "case=48211 clock=resolve target_ms=600000 due=%lld", (long long)(T0 + 3 * M));
	open_clock(&t, T0, keys);
	tell(&t, T0 + M, "sla.paused", "case=48211 clock=resolve");
	tell(&t, T0 + H, "sla.resumed", "case=48211 clock=resolve"); /* 2 min were left */
	pass(&t, T0 + H + 2 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	pass(&t, T0 + H + 2 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	teller_close(&t);
}

static void a_late_met_disproves(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	open_clock(&t, T0, "case=48211 clock=first_reply target_ms=600000");
	pass(&t, T0 + 12 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	tell_late(&t, T0 + 12 * M, T0 + 9 * M, "sla.met", "case=48211 clock=first_reply");
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	assert_int_equal(count_of(&t, "sla_withdrawn"), 1);
	assert_int_equal(gauge(&t, "sla_breached_open"), 0);
	struct figure rate = figure_of(&t, "sla_met_rate", WINDOW_TODAY);
	assert_int_equal(rate.numerator, 1);
	assert_int_equal(rate.n, 1);
	teller_close(&t);
}

static void the_source_breaches_first(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	open_clock(&t, T0, "case=48211 clock=first_reply target_ms=600000");
	tell(&t, T0 + 5 * M, "sla.breached", "case=48211 clock=first_reply");
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	assert_int_equal(count_of(&t, "sla_disagreed"), 1);
	pass(&t, T0 + 11 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	/* More time, and it says so once more: one breach, one disagreement. */
	tell(&t, T0 + 11 * M, "sla.started", "case=48211 clock=first_reply target_ms=7200000");
	tell(&t, T0 + 11 * M + S, "sla.breached", "case=48211 clock=first_reply");
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	assert_int_equal(count_of(&t, "sla_disagreed"), 1);
	/* After ours it only confirms. */
	tell(&t, T0 + 12 * M, "sla.started", "case=48211 clock=update target_ms=60000");
	pass(&t, T0 + 14 * M);
	tell(&t, T0 + 14 * M, "sla.breached", "case=48211 clock=update");
	assert_int_equal(count_of(&t, "sla_breached"), 2);
	assert_int_equal(count_of(&t, "sla_disagreed"), 1);
	teller_close(&t);
}

static void cancelled_and_deleted(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	open_clock(&t, T0, "case=48211 clock=first_reply target_ms=600000");
	tell(&t, T0, "sla.started", "case=48211 clock=resolve target_ms=600000");
	tell(&t, T0 + M, "sla.cancelled", "case=48211 clock=first_reply");
	assert_int_equal(gauge(&t, "sla_running"), 1);
	tell(&t, T0 + 2 * M, "case.state", "case=48211 to=deleted");
	pass(&t, T0 + H);
	assert_int_equal(gauge(&t, "sla_running"), 0);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	assert_int_equal(gauge(&t, "backlog"), 0);
	teller_close(&t);
}

static void moved_to_another_queue(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	open_clock(&t, T0, "case=48211 clock=first_reply target_ms=600000");
	tell(&t, T0 + M, "case.assigned", "case=48211 queue=Returns agent=ana");
	struct scope scope = SCOPE_ALL;
	struct error err = {""};
	assert_true(list_scope_parse(t.engine, "queue=Billing", &scope, &err));
	assert_int_equal(figure_in(&t, "sla_running", WINDOW_NOW, BY_OUTCOME, scope).numerator, 0);
	assert_true(list_scope_parse(t.engine, "queue=Returns", &scope, &err));
	assert_int_equal(figure_in(&t, "sla_running", WINDOW_NOW, BY_OUTCOME, scope).numerator, 1);
	assert_true(list_scope_parse(t.engine, "agent=ana", &scope, &err));
	assert_int_equal(figure_in(&t, "sla_running", WINDOW_NOW, BY_OUTCOME, scope).numerator, 1);
	assert_int_equal(figure_in(&t, "backlog", WINDOW_NOW, BY_OUTCOME, scope).numerator, 1);
	tell(&t, T0 + 2 * M, "case.assigned", "case=48211 agent=nil");
	assert_int_equal(figure_in(&t, "backlog", WINDOW_NOW, BY_OUTCOME, scope).numerator, 0);
	pass(&t, T0 + 10 * M);
	assert_true(list_scope_parse(t.engine, "queue=Returns", &scope, &err));
	assert_int_equal(figure_in(&t, "sla_breached", WINDOW_TODAY, BY_OUTCOME, scope).numerator, 1);
	teller_close(&t);
}

static void nonsense_targets(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	open_clock(&t, T0, "case=48211 clock=first_reply target_ms=9223372036854775807");
	tell(&t, T0, "sla.started", "case=48211 clock=resolve target_ms=-9223372036854775807 due=9223372036854775807");
	tell(&t, T0, "sla.started", "case=48211 clock=update target_ms=60000 due=-9223372036854775807");
	pass(&t, T0 + S);
	assert_int_equal(count_of(&t, "sla_breached"), 1); /* a target of less than nothing is nothing */
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(breaches_to_the_second), cmocka_unit_test(due_soon), cmocka_unit_test(pause_and_resume),
		cmocka_unit_test(a_new_target_keeps_what_elapsed), cmocka_unit_test(a_given_due_wins),
		cmocka_unit_test(a_late_met_disproves), cmocka_unit_test(the_source_breaches_first),
		cmocka_unit_test(cancelled_and_deleted), cmocka_unit_test(moved_to_another_queue),
		cmocka_unit_test(nonsense_targets),
	};
	return cmocka_run_group_tests_name("sla", tests, NULL, NULL);
}
