/* SLA clocks by calendars: each rule by hand. A working week is Monday to Friday, 09:00 to 18:00 in Berlin; times are written in UTC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"
#include "calendar_events.h"

#include <cmocka.h>

#define WORKDAYS {0, 540, 1080}, {1, 540, 1080}, {2, 540, 1080}, {3, 540, 1080}, {4, 540, 1080}
static const struct open_block workdays[] = {WORKDAYS};
static const struct open_block two_blocks[] = {{0, 540, 720}, {0, 780, 1080}, {1, 540, 720}, {1, 780, 1080}};

static void day_begins(struct teller *t, const char *when)
{
	teller_open(t, NULL);
	pass(t, teller_instant(when));
	tell_calendar(t, teller_instant(when), "work", "Europe/Berlin", workdays, 5, NULL, 0);
}

static void open_case(struct teller *t, const char *when, const char *keys)
{
	char text[200];
	tell(t, teller_instant(when), "case.opened", "case=1 queue=Billing channel=email");
	snprintf(text, sizeof text, "case=1 %s", keys);
	tell(t, teller_instant(when), "sla.started", text);
}

static struct list_due due_of(const struct teller *t)
{
	struct list_due due[4] = {0};
	assert_int_equal(list_due(t->engine, SCOPE_ALL, engine_now(t->engine), due, 4), 1);
	return due[0];
}

static void breaches_at(struct teller *t, const char *when)
{
	const int64_t instant = teller_instant(when), before = count_of(t, "sla_breached");
	pass(t, instant - 1);
	assert_int_equal(count_of(t, "sla_breached"), before);
	pass(t, instant);
	assert_int_equal(count_of(t, "sla_breached"), before + 1);
}

static void counts_open_time_only(void **state)
{
	(void)state;
	struct teller t;
	day_begins(&t, "2026-03-06T16:00:00Z"); /* a Friday, 17:00 in Berlin */
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=7200000 calendar=work");
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-09T09:00:00Z"));
	assert_string_equal(due_of(&t).calendar, "work");
	assert_true(due_of(&t).is_open);
	pass(&t, teller_instant("2026-03-07T12:00:00Z"));
	assert_int_equal(due_of(&t).left, H); /* as it was at six on Friday */
	assert_false(due_of(&t).is_open);
	breaches_at(&t, "2026-03-09T09:00:00Z");
	pass(&t, teller_instant("2026-03-10T09:00:00Z"));
	assert_int_equal(due_of(&t).left, -9 * H);
	teller_close(&t);
}

static void due_at_closing_time(void **state)
{
	(void)state;
	struct teller t;
	day_begins(&t, "2026-03-06T16:00:00Z");
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=3600000 calendar=work");
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-06T17:00:00Z")); /* not on Monday morning */
	teller_close(&t);
}

static void met_at_the_very_instant(void **state)
{
	(void)state;
	struct teller t;
	day_begins(&t, "2026-03-06T16:00:00Z");
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=3600000 calendar=work");
	/* Our timer fires first; that it was met in that instant disproves it. */
	tell(&t, teller_instant("2026-03-06T17:00:00Z"), "sla.met", "case=1 clock=resolve");
	assert_int_equal(count_of(&t, "sla_breached"), 0);
	assert_int_equal(figure_of(&t, "sla_met_resolve", WINDOW_24H).numerator, 1);
	assert_int_equal(figure_of(&t, "sla_met_first_reply", WINDOW_24H).n, 0);
	teller_close(&t);
}

static void two_blocks_and_a_holiday(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	pass(&t, teller_instant("2026-12-21T08:00:00Z"));
	const int32_t holiday = (int32_t)calendar_day((struct date){2026, 12, 22});
	tell_calendar(&t, teller_instant("2026-12-21T08:00:00Z"), "work", "Europe/Berlin", two_blocks, 4, &holiday, 1);
	/* Monday 09:00: 3 h, a pause at noon, 5 h; Tuesday is a holiday; nothing else all week; the rest on Monday. */
	open_case(&t, "2026-12-21T08:00:00Z", "clock=resolve target_ms=32400000 calendar=work");
	assert_int_equal(due_of(&t).due, teller_instant("2026-12-28T09:00:00Z"));
	tell(&t, teller_instant("2026-12-21T11:30:00Z"), "sla.paused", "case=1 clock=resolve"); /* over lunch */
	tell(&t, teller_instant("2026-12-21T12:30:00Z"), "sla.resumed", "case=1 clock=resolve");
	assert_int_equal(due_of(&t).due, teller_instant("2026-12-28T09:30:00Z")); /* half an hour of that was open */
	breaches_at(&t, "2026-12-28T09:30:00Z");
	teller_close(&t);
}

static void summer_begins_and_ends(void **state)
{
	(void)state;
	const struct open_block nights[] = {{5, 1320, 1440}, {6, 0, 360}}; /* Saturday 22:00 to Sunday 06:00 */
	struct teller t;
	teller_open(&t, NULL);
	pass(&t, teller_instant("2026-03-28T12:00:00Z"));
	tell_calendar(&t, teller_instant("2026-03-28T12:00:00Z"), "night", "Europe/Berlin", nights, 2, NULL, 0);
	open_case(&t, "2026-03-28T12:00:00Z", "clock=resolve target_ms=25200000 calendar=night"); /* 7 h: that night has no more */
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-29T04:00:00Z"));
	breaches_at(&t, "2026-03-29T04:00:00Z");
	teller_close(&t);
	teller_open(&t, NULL);
	pass(&t, teller_instant("2026-10-24T12:00:00Z"));
	tell_calendar(&t, teller_instant("2026-10-24T12:00:00Z"), "night", "Europe/Berlin", nights, 2, NULL, 0);
	open_case(&t, "2026-10-24T12:00:00Z", "clock=resolve target_ms=32400000 calendar=night"); /* 9 h: it has that many */
	breaches_at(&t, "2026-10-25T05:00:00Z");
	teller_close(&t);
}

static void due_soon_in_open_time(void **state)
{
	(void)state;
	struct teller t;
	day_begins(&t, "2026-03-06T16:00:00Z");
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=3900000 calendar=work"); /* 65 min: 5 of them on Monday */
	pass(&t, teller_instant("2026-03-06T16:51:59Z"));
	assert_int_equal(gauge(&t, "sla_due_soon"), 0);
	pass(&t, teller_instant("2026-03-06T16:52:00Z")); /* 20 % are 13 min */
	assert_int_equal(gauge(&t, "sla_due_soon"), 1);
	pass(&t, teller_instant("2026-03-08T12:00:00Z"));
	assert_int_equal(gauge(&t, "sla_due_soon"), 1);
	assert_int_equal(list_due_within(t.engine, SCOPE_ALL, engine_now(t.engine), H), 0);
	teller_close(&t);
}

/* ---- which calendar ---- */

static void general(struct settings *settings)
{
	assert_true(settings_set(settings, "sla_calendar", "work", NULL));
}

static void of_the_queue_or_in_general(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, general);
	pass(&t, teller_instant("2026-03-06T16:00:00Z"));
	tell_calendar(&t, teller_instant("2026-03-06T16:00:00Z"), "work", "Europe/Berlin", workdays, 5, NULL, 0);
	tell_calendar(&t, teller_instant("2026-03-06T16:00:00Z"), "tokyo", "Asia/Tokyo", workdays, 5, NULL, 0);
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "queue.defined", "queue=Japan calendar=tokyo");
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=7200000");
	assert_string_equal(due_of(&t).calendar, "work");
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "sla.cancelled", "case=1 clock=resolve");
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "case.opened", "case=2 queue=Japan channel=email");
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "sla.started", "case=2 clock=resolve target_ms=7200000");
	assert_string_equal(due_of(&t).calendar, "tokyo");
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-09T02:00:00Z"));
	teller_close(&t);
}

static void an_unknown_calendar(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	pass(&t, teller_instant("2026-03-06T16:00:00Z"));
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=7200000 calendar=work");
	assert_int_equal(fault_total(&t, FAULT_UNKNOWN_CALENDAR), 1);
	assert_true(due_of(&t).calendar_unknown);
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-06T18:00:00Z")); /* always open */
	/* Defined at last: from then on by it, and what elapsed stays. */
	tell_calendar(&t, teller_instant("2026-03-06T16:30:00Z"), "work", "Europe/Berlin", workdays, 5, NULL, 0);
	assert_false(due_of(&t).calendar_unknown);
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-09T09:00:00Z"));
	teller_close(&t);
}

static void an_unknown_zone(void **state)
{
	(void)state;
	struct teller t;
	day_begins(&t, "2026-03-06T16:00:00Z");
	tell_calendar(&t, teller_instant("2026-03-06T16:00:00Z"), "work", "Europe/Atlantis", workdays, 5, NULL, 0);
	tell_calendar(&t, teller_instant("2026-03-06T16:00:00Z"), "second", "../../etc/passwd", workdays, 5, NULL, 0);
	tell_calendar(&t, teller_instant("2026-03-06T16:00:00Z"), "here", "local", workdays, 5, NULL, 0);
	assert_int_equal(fault_total(&t, FAULT_UNKNOWN_ZONE), 3);
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=7200000 calendar=work"); /* as it was */
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-09T09:00:00Z"));
	assert_int_equal(fault_total(&t, FAULT_UNKNOWN_CALENDAR), 0);
	teller_close(&t);
}

static void defined_anew(void **state)
{
	(void)state;
	struct teller t;
	const struct open_block late[] = {{4, 540, 1200}, {0, 540, 1080}};
	day_begins(&t, "2026-03-06T16:00:00Z");
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=7200000 calendar=work");
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "sla.started", "case=1 clock=update target_ms=7200000 calendar=work");
	tell(&t, teller_instant("2026-03-06T16:10:00Z"), "sla.paused", "case=1 clock=update");
	/* This Friday until eight: half an hour has gone by then. */
	tell_calendar(&t, teller_instant("2026-03-06T16:30:00Z"), "work", "Europe/Berlin", late, 2, NULL, 0);
	struct list_due due[4];
	assert_int_equal(list_due(t.engine, SCOPE_ALL, engine_now(t.engine), due, 4), 2);
	assert_int_equal(due[0].due, teller_instant("2026-03-06T18:00:00Z"));
	assert_true(due[1].paused);
	assert_int_equal(due[1].left, 110 * M);
	breaches_at(&t, "2026-03-06T18:00:00Z");
	/* What was breached stays so, whatever the calendar says later. */
	tell_calendar(&t, teller_instant("2026-03-06T18:30:00Z"), "work", "Europe/Berlin", workdays, 5, NULL, 0);
	pass(&t, teller_instant("2026-03-06T20:00:00Z"));
	assert_int_equal(gauge(&t, "sla_breached_open"), 1);
	assert_int_equal(count_of(&t, "sla_breached"), 1);
	teller_close(&t);
}

static void never_open_again(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, NULL);
	pass(&t, teller_instant("2026-03-06T16:00:00Z"));
	int32_t *days = memory_new(10000, sizeof *days);
	for (int i = 0; i < 10000; i++)
		days[i] = (int32_t)calendar_day((struct date){2026, 1, 1}) + i;
	tell_calendar(&t, teller_instant("2026-03-06T16:00:00Z"), "shut", "Europe/Berlin", workdays, 5, days, 10000);
	tell_calendar(&t, teller_instant("2026-03-06T16:00:00Z"), "empty", "Europe/Berlin", NULL, 0, NULL, 0);
	free(days);
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=60000 calendar=shut");
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "sla.started", "case=1 clock=update target_ms=60000 calendar=empty");
	struct list_due due[4];
	assert_int_equal(list_due(t.engine, SCOPE_ALL, engine_now(t.engine), due, 4), 2);
	assert_int_equal(due[0].due, 0);
	assert_int_equal(due[1].due, 0);
	pass(&t, teller_instant("2026-06-06T16:00:00Z"));
	assert_int_equal(gauge(&t, "sla_running"), 2);
	assert_int_equal(gauge(&t, "sla_breached_open"), 0);
	tell(&t, teller_instant("2026-06-06T16:00:00Z"), "sla.met", "case=1 clock=resolve");
	assert_int_equal(figure_of(&t, "sla_met_rate", WINDOW_24H).numerator, 1);
	teller_close(&t);
}

/* ---- given dues ---- */

static void a_due_when_nobody_works(void **state)
{
	(void)state;
	struct teller t;
	char keys[120];
	day_begins(&t, "2026-03-06T16:00:00Z");
	/* Eight in the evening: the source says so, and it is so until the clock stands still. */
	snprintf(keys, sizeof keys, "clock=resolve target_ms=7200000 calendar=work due=%lld", (long long)teller_instant("2026-03-06T19:00:00Z"));
	open_case(&t, "2026-03-06T16:00:00Z", keys);
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-06T19:00:00Z"));
	assert_int_equal(count_of(&t, "sla_due_apart"), 1);
	pass(&t, teller_instant("2026-03-06T18:00:00Z"));
	assert_int_equal(due_of(&t).left, 0);
	breaches_at(&t, "2026-03-06T19:00:00Z");
	/* Another one: an hour of open time is left, and a pause on Saturday takes nothing of it. */
	tell(&t, teller_instant("2026-03-09T08:00:00Z"), "sla.met", "case=1 clock=resolve");
	snprintf(keys, sizeof keys, "case=1 clock=resolve target_ms=3600000 calendar=work due=%lld", (long long)teller_instant("2026-03-14T12:00:00Z"));
	tell(&t, teller_instant("2026-03-13T16:00:00Z"), "sla.started", keys);
	tell(&t, teller_instant("2026-03-14T09:00:00Z"), "sla.paused", "case=1 clock=resolve");
	tell(&t, teller_instant("2026-03-14T10:00:00Z"), "sla.resumed", "case=1 clock=resolve");
	/* Nothing was left of it after Friday's hour: it is over at once, not on Saturday noon. */
	pass(&t, teller_instant("2026-03-14T10:00:00Z"));
	assert_int_equal(count_of(&t, "sla_breached"), 1); /* within 24 h */
	teller_close(&t);
}

static void a_due_ten_years_away(void **state)
{
	(void)state;
	struct teller t;
	char keys[120];
	day_begins(&t, "2026-03-06T16:00:00Z");
	snprintf(keys, sizeof keys, "clock=resolve target_ms=7200000 calendar=work due=%lld", (long long)teller_instant("2036-12-06T19:00:00Z"));
	open_case(&t, "2026-03-06T16:00:00Z", keys); /* nonsense: by the target */
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-09T09:00:00Z"));
	assert_int_equal(count_of(&t, "sla_due_apart"), 0);
	assert_int_equal(fault_total(&t, FAULT_DUE_FAR), 1);
	snprintf(keys, sizeof keys, "case=1 clock=resolve target_ms=7200000 due=%lld", (long long)teller_instant("2035-12-06T19:00:00Z"));
	tell(&t, teller_instant("2026-03-06T16:00:01Z"), "sla.started", keys);
	assert_int_equal(due_of(&t).due, teller_instant("2035-12-06T19:00:00Z"));
	teller_close(&t);
}

static void stopping(struct settings *settings)
{
	teller_rules(settings, "sla \"resolve\" { stop_in = { \"solved\", \"closed\" } }\n");
}

/* ---- floods and nonsense ---- */

static size_t packed_size(const struct teller *t)
{
	size_t size;
	free(engine_pack(t->engine, INT64_MIN, &size));
	return size;
}

/* A target moved again and again leaves no timers behind. */
static void a_flood_of_targets(void **state)
{
	(void)state;
	struct teller t;
	char keys[80];
	day_begins(&t, "2026-03-06T16:00:00Z");
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=7200000 calendar=work");
	size_t before = 0;
	for (int i = 0; i < 20000; i++) {
		snprintf(keys, sizeof keys, "case=1 clock=resolve target_ms=%d", 7200000 - i);
		tell(&t, teller_instant("2026-03-06T16:00:01Z") + i, "sla.started", keys);
		before = i == 1000 ? packed_size(&t) : before;
	}
	assert_true(packed_size(&t) < before + 100);
	breaches_at(&t, "2026-03-09T08:59:40.001Z");
	teller_close(&t);
}

static void of_settings(struct settings *settings)
{
	teller_rules(settings, "sla_calendar = \"house\"\nqueue \"Japan\" { calendar = \"tokyo\" }\n"
			   "calendar \"house\" { zone = \"Europe/Berlin\" friday = { \"09:00-18:00\" } monday = { \"09:00-18:00\" } }\n"
			   "calendar \"tokyo\" { zone = \"Asia/Tokyo\" monday = { \"09:00-18:00\" } holidays = { \"2026-03-09\" } }\n");
}

static void calendars_of_the_settings(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, of_settings);
	pass(&t, teller_instant("2026-03-06T16:00:00Z"));
	tell_calendar(&t, teller_instant("2026-03-06T16:00:00Z"), "house", "UTC", NULL, 0, NULL, 0); /* the settings win */
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=7200000");
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-09T09:00:00Z"));
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "sla.cancelled", "case=1 clock=resolve");
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "case.opened", "case=2 queue=Japan channel=email");
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "sla.started", "case=2 clock=resolve target_ms=7200000");
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-16T02:00:00Z"));
	size_t size;
	bool differs = true;
	uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
	struct engine *copy = engine_unpack(t.settings, bytes, size, &differs, NULL);
	assert_true(copy && !differs);
	free(bytes);
	engine_destroy(t.engine);
	t.engine = copy;
	assert_int_equal(due_of(&t).due, teller_instant("2026-03-16T02:00:00Z"));
	breaches_at(&t, "2026-03-16T02:00:00Z");
	teller_close(&t);
}

/* A state with calendars in it, one byte of it changed: refused, or harmless. Every 17th one; with TABLO_ROUNDS each. */
static void damage_does_no_harm(void **state)
{
	(void)state;
	struct teller t;
	size_t size;
	bool differs;
	const int32_t holidays[] = {20600, 20601};
	teller_open(&t, stopping);
	pass(&t, teller_instant("2026-03-06T16:00:00Z"));
	tell_calendar(&t, teller_instant("2026-03-06T16:00:00Z"), "work", "Europe/Berlin", workdays, 5, holidays, 2);
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "queue.defined", "queue=Billing calendar=work");
	open_case(&t, "2026-03-06T16:00:00Z", "clock=resolve target_ms=7200000");
	tell(&t, teller_instant("2026-03-06T16:00:00Z"), "sla.started", "case=1 clock=update target_ms=60000 calendar=none");
	tell(&t, teller_instant("2026-03-06T16:30:00Z"), "sla.paused", "case=1 clock=resolve");
	uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
	int accepted = 0;
	const size_t step = getenv("TABLO_ROUNDS") ? 1 : 17; /* where the time is damaged, there are years to go through */
	for (size_t place = 0; place < size; place += step) {
		bytes[place] ^= (uint8_t)(1u << place % 8);
		struct engine *copy = engine_unpack(t.settings, bytes, size, &differs, NULL);
		bytes[place] ^= (uint8_t)(1u << place % 8);
		if (!copy)
			continue;
		struct list_due due[4];
		const struct record later = {.kind = RECORD_CLOCK, .lsn = 1000, .recv = teller_instant("2026-03-06T17:00:00Z")};
		accepted++;
		engine_apply(copy, &later);
		list_due(copy, SCOPE_ALL, engine_now(copy), due, 4);
		engine_destroy(copy);
	}
	assert_true(accepted > 0);
	free(bytes);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(counts_open_time_only), cmocka_unit_test(due_at_closing_time), cmocka_unit_test(met_at_the_very_instant),
		cmocka_unit_test(two_blocks_and_a_holiday), cmocka_unit_test(summer_begins_and_ends), cmocka_unit_test(due_soon_in_open_time),
		cmocka_unit_test(of_the_queue_or_in_general), cmocka_unit_test(an_unknown_calendar), cmocka_unit_test(an_unknown_zone),
		cmocka_unit_test(defined_anew), cmocka_unit_test(never_open_again), cmocka_unit_test(a_due_when_nobody_works),
		cmocka_unit_test(a_due_ten_years_away), cmocka_unit_test(a_flood_of_targets), cmocka_unit_test(calendars_of_the_settings),
		cmocka_unit_test(damage_does_no_harm),
	};
	return cmocka_run_group_tests_name("sla_calendar", tests, NULL, NULL);
}
