/* SLA clocks that the board starts itself, the source's word against ours, contacts outside of open hours, closed cases that come back, and
 * intervals over a change of the clocks. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "config/sla_targets.h"
#include "teller.h"

#include <cmocka.h>

/* ---- clocks that the board starts ---- */

static void starting(struct settings *settings)
{
	teller_rules(settings, "sla \"first_reply\" { start = true targets = { \"1: 30m\", \"*: 1h\" } }\n"
			    "sla \"next_reply\" { start = true targets = { \"*: 2h\" } }\n"
			    "sla \"resolve\" { start = true targets = { \"1: 4h\", \"*: 1d\" } pause_in = { \"pending\" } }\n");
}

static void started_by_the_board(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email priority=1");
	tell(&t, T0, "case.message", "case=1 by=customer public=1"); /* what the case is about: the first reply's clock tells how long he waits */
	tell(&t, T0, "case.opened", "case=2 queue=Billing channel=email");
	assert_int_equal(gauge(&t, "sla_running"), 4);
	tell(&t, T0 + 10 * M, "case.message", "case=1 by=agent public=0"); /* a note for colleagues is no reply, nor is a robot's */
	tell(&t, T0 + 10 * M, "case.message", "case=1 by=bot public=1");
	pass(&t, T0 + 30 * M - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	pass(&t, T0 + 30 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	tell(&t, T0 + 40 * M, "case.message", "case=1 by=agent public=1");
	tell(&t, T0 + 60 * M, "case.message", "case=2 by=agent public=1"); /* at its very due: met */
	assert_int_equal(figure_of(&t, "sla_met_first_reply", WINDOW_24H).numerator, 1);
	assert_int_equal(figure_of(&t, "sla_met_first_reply", WINDOW_24H).denominator, 2);
	/* From now on questions have the next reply's clock; a second question does not set it back. */
	tell(&t, T0 + 2 * H, "case.message", "case=1 by=customer public=1");
	tell(&t, T0 + 3 * H, "case.message", "case=1 by=customer public=1");
	assert_int_equal(gauge(&t, "sla_running"), 3);
	pass(&t, T0 + 4 * H); /* both: the next reply, and resolution by priority */
	assert_int_equal(count_of(&t, "sla_breached"), 3);
	tell(&t, T0 + 5 * H, "case.state", "case=2 to=pending");
	assert_int_equal(gauge(&t, "sla_paused"), 1);
	tell(&t, T0 + 6 * H, "case.state", "case=2 to=solved");
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).numerator, 1);
	tell(&t, T0 + 6 * H, "sla.met", "case=2 clock=resolve"); /* a source that says so all the same */
	tell(&t, T0 + 6 * H, "sla.met", "case=2 clock=first_reply");
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 0);
	teller_close(&t);
}

static void ended_with_the_case(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell(&t, T0 + M, "case.state", "case=1 to=closed"); /* nobody replied, nobody waits */
	assert_int_equal(gauge(&t, "sla_running"), 0);
	assert_int_equal(figure_of(&t, "sla_met_first_reply", WINDOW_24H).n, 0);
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).numerator, 1);
	/* He writes again, which opens it again: whichever comes first. */
	tell(&t, T0 + 2 * H, "case.message", "case=1 by=customer public=1");
	assert_int_equal(gauge(&t, "sla_running"), 0);
	tell(&t, T0 + 2 * H, "case.state", "case=1 to=open");
	assert_int_equal(gauge(&t, "sla_running"), 2); /* resolution anew, and the next reply */
	tell(&t, T0 + 3 * H, "case.message", "case=1 by=agent public=1");
	assert_int_equal(figure_of(&t, "sla_met_next_reply", WINDOW_24H).numerator, 1);
	teller_close(&t);
}

static void late_replies(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	pass(&t, T0 + 61 * M);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	tell_late(&t, T0 + 62 * M, T0 + 59 * M, "case.message", "case=1 by=agent public=1"); /* disproves it */
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	assert_int_equal(count_of(&t, "sla_withdrawn"), 1);
	tell(&t, T0 + 2 * H, "case.message", "case=1 by=customer public=1");
	tell_late(&t, T0 + 2 * H + M, T0 + 90 * M, "case.message", "case=1 by=agent public=1"); /* from before he asked */
	assert_int_equal(figure_of(&t, "sla_met_next_reply", WINDOW_24H).n, 0);
	teller_close(&t);
}

static void by_calendar(struct settings *settings)
{
	/* T0 is Tuesday 22:13:20. */
	teller_rules(settings, "sla_calendar = \"day\"\ncalendar \"day\" { zone = \"UTC\" wednesday = { \"09:00-17:00\" } }\n"
			    "queue \"Night\" { calendar = \"night\" }\ncalendar \"night\" { zone = \"UTC\" tuesday = { \"20:00-24:00\" } }\n"
			    "sla \"first_reply\" { start = true targets = { \"*: 1h\" } }\n");
}

static void by_market(struct settings *settings)
{
	teller_rules(settings, "calendar \"tokyo\" { zone = \"Asia/Tokyo\" wednesday = { \"09:00-18:00\" } }\n"
			    "market \"JP\" { calendar = \"tokyo\" }\nqueue \"Tokyo\" { market = \"JP\" }\n");
}

static void calendars_and_closed_hours(void **state)
{
	(void)state;
	const int64_t ten = INT64_C(1700042400000); /* Wednesday 10:00 */
	struct teller t;
	teller_open(&t, by_calendar);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell(&t, T0, "case.opened", "case=2 queue=Night channel=email");
	tell(&t, T0, "contact.queued", "contact=a queue=Billing channel=phone");
	tell(&t, T0, "contact.queued", "contact=b queue=Night channel=phone");
	assert_int_equal(count_of(&t, "offered"), 2);
	assert_int_equal(count_of(&t, "offered_closed"), 1);
	pass(&t, T0 + H);
	assert_int_equal(count_of(&t, "sla_breached"), 1); /* Night is at work */
	pass(&t, ten - 1);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	pass(&t, ten);
	assert_int_equal(count_of(&t, "sla_breached"), 2);
	tell(&t, ten, "contact.queued", "contact=c queue=Billing channel=phone");
	tell(&t, ten, "contact.queued", "contact=d queue=Night channel=phone");
	assert_int_equal(count_of(&t, "offered_closed"), 2);
	teller_close(&t);
}

/* A contact that names no market is of its queue's, by whose calendar it came while nobody was there. */
static void closed_hours_of_a_queues_market(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, by_market);
	tell(&t, T0, "contact.queued", "contact=a queue=Tokyo channel=phone");
	tell(&t, T0, "contact.queued", "contact=b queue=Billing channel=phone market=JP");
	tell(&t, T0, "contact.queued", "contact=c queue=Billing channel=phone");
	assert_int_equal(count_of(&t, "offered"), 3);
	assert_int_equal(count_of(&t, "offered_closed"), 2);
	teller_close(&t);
}

/* Packed in the midst of it and unpacked, it goes on as the one that was not. */
static void state_of_started_clocks(void **state)
{
	(void)state;
	struct teller t;
	size_t size, other_size;
	bool differs;
	struct error err = {""};
	teller_open(&t, starting);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email priority=1");
	tell(&t, T0 + 10 * M, "case.message", "case=1 by=agent public=1");
	tell(&t, T0 + 20 * M, "case.message", "case=1 by=customer public=1");
	uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
	struct teller other = {t.settings, engine_unpack(t.settings, bytes, size, &differs, &err), t.lsn, t.seq};
	assert_non_null(other.engine);
	free(bytes);
	struct teller *const both[] = {&t, &other};
	for (int i = 0; i < 2; i++) {
		tell(both[i], T0 + 30 * M, "case.state", "case=1 to=pending");
		pass(both[i], T0 + 3 * H);
		assert_int_equal(count_of(both[i], "sla_breached"), 1); /* the next reply; resolution stands still */
	}
	bytes = engine_pack(t.engine, INT64_MIN, &size);
	uint8_t *others = engine_pack(other.engine, INT64_MIN, &other_size);
	assert_int_equal(size, other_size);
	assert_memory_equal(bytes, others, size);
	free(bytes);
	free(others);
	engine_destroy(other.engine);
	teller_close(&t);
}

/* A snapshot tells that a case is open, not whether it was answered before. */
static void started_in_a_snapshot(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	tell(&t, T0, "snapshot.begin", "scope=");
	tell(&t, T0 - 3 * H, "case.opened", "case=1 queue=Billing channel=email snapshot=1");
	tell(&t, T0, "snapshot.end", "scope=");
	assert_int_equal(gauge(&t, "sla_running"), 1); /* resolution only */
	teller_close(&t);
}

static void bad_rules(void **state)
{
	(void)state;
	static const struct {
		const char *text, *message;
	} cases[] = {
		{"sla \"resolve\" { start = true }", "without 'targets'"}, {"sla \"resolve\" { targets = { \"*: 4h\" } }", "without 'start'"},
		{"sla \"update\" { start = true targets = { \"*: 4h\" } }", "cannot be started"},
		{"sla \"resolve\" { start = true targets = { \"1: 4h\", \"1: 5h\" } }", "two targets"},
		{"sla \"resolve\" { start = true targets = { \"6: 4h\" } }", "a priority, 1 to 5"},
		{"sla \"resolve\" { start = true targets = { \"* 4h\" } }", "a priority, 1 to 5"},
		{"sla \"resolve\" { start = true targets = { \"*: 0s\" } }", "a priority, 1 to 5"},
	};
	for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
		struct settings *settings = settings_create();
		struct error err = {""};
		assert_false(settings_read(settings, view_of(cases[i].text), "rules", NULL, &err));
		if (!strstr(err.text, cases[i].message))
			fail_msg("%s, not %s", err.text, cases[i].message);
		settings_destroy(settings);
	}
}

/* ---- the source's word against ours ---- */

static void official_flags(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, starting);
	for (int i = 1; i <= 4; i++) {
		char keys[60];
		snprintf(keys, sizeof keys, "case=%d queue=Billing channel=email priority=1", i);
		tell(&t, T0, "case.opened", keys);
	}
	tell(&t, T0 + M, "case.state", "case=1 to=closed");
	tell(&t, T0 + M, "sla.breached", "case=1 clock=resolve"); /* met for us, breached for the source */
	assert_int_equal(count_of(&t, "sla_disagreed"), 1);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).numerator, 0);
	tell(&t, T0 + 2 * M, "sla.breached", "case=1 clock=resolve"); /* told twice, counted once */
	tell(&t, T0 + 4 * H + M, "sla.breached", "case=2 clock=resolve"); /* after our timer */
	tell(&t, T0 + 4 * H + M, "sla.breached", "case=2 clock=resolve");
	tell(&t, T0 + 5 * H, "case.state", "case=3 to=closed"); /* late for us, and in its last row for the source */
	tell(&t, T0 + 5 * H, "sla.breached", "case=3 clock=resolve");
	tell(&t, T0 + 5 * H, "case.state", "case=4 to=closed"); /* late for us alone */
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).denominator, 4);
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).numerator, 0);
	assert_int_equal(count_of(&t, "sla_confirmed"), 2);
	assert_int_equal(count_of(&t, "sla_disagreed"), 1);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 0);
	teller_close(&t);
}

/* Opened again three weeks after it was closed, it is still the same case. */
static void closed_cases_are_remembered(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	tell(&t, T0, "case.opened", "case=1 queue=Billing channel=email");
	tell(&t, T0 + H, "case.state", "case=1 to=closed");
	tell(&t, T0 + 21 * D, "case.opened", "case=2 queue=Billing channel=email");
	tell(&t, T0 + 22 * D, "case.state", "case=1 to=open");
	assert_int_equal(gauge(&t, "backlog"), 2);
	tell(&t, T0 + 23 * D, "case.state", "case=1 to=closed");
	tell(&t, T0 + 60 * D, "case.opened", "case=3 queue=Billing channel=email"); /* takes its place */
	tell(&t, T0 + 61 * D, "case.opened", "case=1 queue=Billing channel=email");
	assert_int_equal(gauge(&t, "backlog"), 3);
	assert_int_equal(fault_total(&t, FAULT_IMPOSSIBLE), 0);
	teller_close(&t);
}

/* ---- intervals where the clocks change ---- */

static void intervals_over_a_change(void **state)
{
	(void)state;
	struct error err;
	struct zone *zone = zone_open("Europe/Berlin", &err), *nepal = zone_open("Asia/Kathmandu", &err);
	const int64_t autumn = INT64_C(1792879200000), spring = INT64_C(1774738800000); /* 2026-10-25 and 2026-03-29, 00:00 */
	assert_int_equal(instant_interval_begin(autumn + 5 * H, D, zone, 0), autumn);
	assert_int_equal(instant_interval_begin(autumn, D, zone, 0), autumn);
	assert_int_equal(instant_interval_end(autumn, D, zone, 0) - autumn, 25 * H);
	assert_int_equal(instant_interval_end(spring, D, zone, 0) - spring, 23 * H);
	assert_int_equal(instant_interval_end(spring, 7 * D, zone, 0) - spring, 7 * D - H);
	assert_int_equal(instant_interval_end(autumn + 6 * H, D, zone, 6 * H), autumn + 31 * H); /* after the change */
	assert_int_equal(instant_interval_begin(autumn + 5 * H, D, zone, 6 * H), autumn - 18 * H);
	assert_int_equal(instant_interval_end(autumn - 18 * H, D, zone, 6 * H), autumn + 7 * H);
	assert_int_equal(instant_interval_end(autumn + 2 * H, 30 * M, zone, 0), autumn + 2 * H + 30 * M);
	assert_int_equal(instant_interval_begin(T0, H, nepal, 0) % H, 15 * M); /* 5:45 east: where its clocks read the full hour */
	zone_close(zone);
	zone_close(nepal);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(started_by_the_board), cmocka_unit_test(ended_with_the_case), cmocka_unit_test(late_replies),
		cmocka_unit_test(calendars_and_closed_hours), cmocka_unit_test(closed_hours_of_a_queues_market), cmocka_unit_test(state_of_started_clocks),
		cmocka_unit_test(started_in_a_snapshot), cmocka_unit_test(bad_rules), cmocka_unit_test(official_flags),
		cmocka_unit_test(closed_cases_are_remembered), cmocka_unit_test(intervals_over_a_change),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
