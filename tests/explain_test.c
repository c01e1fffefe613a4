/* What stands behind a feed and behind a forecast: an example of each fault as it may be shown, holes, and the way from past weeks to what is
 * expected. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "metrics/forecast.h"
#include "metrics/lists_feeds.h"
#include "store/explain.h"
#include "tests/teller.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define WEEK (7 * D)
#define MONDAY INT64_C(1700438400000) /* 2023-11-20T00:00:00Z */

static struct life explained(const struct teller *t, const struct proof_request *request)
{
	struct life life = {0};
	explain(t->engine, request, SCOPE_ALL, &life);
	assert_true(life.count > 0);
	return life;
}

static const struct life_event *find(const struct life *life, const char *what)
{
	for (size_t i = 0; i < life->count; i++)
		if (strcmp(life->events[i].what, what) == 0)
			return &life->events[i];
	fail_msg("no line '%s'", what);
	return NULL;
}

static void expect(const struct life *life, const char *what, const char *words)
{
	const struct life_event *line = find(life, what);
	if (!strstr(line->detail, words))
		fail_msg("%s says '%s', not '%s'", what, line->detail, words);
}

static void desk(struct settings *settings)
{
	assert_true(settings_set(settings, "display", "desk", NULL));
}

static void public_wall(struct settings *settings)
{
	assert_true(settings_set(settings, "display", "public", NULL));
}

static void tell_faults(struct teller *t, void (*display)(struct settings *settings))
{
	teller_open(t, display);
	tell(t, T0, "case.opened", "case=m1 queue=Billing channel=email");
	tell(t, T0 + S, "sla.started", "case=m1 clock=resolve target_ms=3600000 calendar=nobody");
	tell(t, T0 + M, "sla.resumed", "case=m1 clock=resolve");
	tell(t, T0 + 2 * M, "sla.met", "case=m7 clock=resolve");
	pass(t, T0 + 5 * M);
	t->seq += 3; /* three that never come */
	tell(t, T0 + 6 * M, "case.message", "case=m1 by=customer public=1");
}

static void a_feed_is_told_by_examples(void **state)
{
	(void)state;
	struct teller t;
	tell_faults(&t, desk);
	struct life life = explained(&t, &(struct proof_request){.about = PROOF_FEED, .feed = 0});
	expect(&life, "impossible", "2 \u00D7 an event that cannot follow what went before; the last: sla.met, case m7");
	expect(&life, "unknown_calendar", "the last: sla.started, case m1");
	expect(&life, "hole", "5 to 7 of test-1 are missing (3 events)");
	assert_int_equal(find(&life, "impossible")->at, T0 + 2 * M + 2 * S); /* given up after two seconds */
	assert_int_equal(find(&life, "unknown_calendar")->at, T0 + S);
	free(life.events);
	life = explained(&t, &(struct proof_request){.about = PROOF_FEED, .feed = 5});
	find(&life, "nothing wrong");
	free(life.events);
	teller_close(&t);
}

static void a_public_wall_shows_no_ids(void **state)
{
	(void)state;
	struct teller t;
	tell_faults(&t, public_wall);
	struct life life = explained(&t, &(struct proof_request){.about = PROOF_FEED, .feed = 0});
	expect(&life, "impossible", "sla.met");
	for (size_t i = 0; i < life.count; i++)
		if (strstr(life.events[i].detail, "m7") || strstr(life.events[i].detail, "m1"))
			fail_msg("'%s' names a case", life.events[i].detail);
	free(life.events);
	teller_close(&t);
}

/* Three weeks of 8, 16 and 32 calls from 10 to 11, told on the fourth Monday at 10:05. */
static void a_forecast_is_told_by_weeks(void **state)
{
	(void)state;
	struct teller t;
	struct forecast forecast;
	struct forecast_half halves[FORECAST_HALVES_MOST];
	teller_open(&t, NULL);
	for (int week = 0; week < 3; week++)
		for (int call = 0; call < 8 << week; call++) {
			char keys[80];
			snprintf(keys, sizeof keys, "contact=w%d-%d queue=A channel=phone", week, call);
			tell(&t, MONDAY + week * WEEK + 10 * H + call * (H / 32), "contact.queued", keys);
		}
	const int64_t half = MONDAY + 3 * WEEK + 10 * H;
	pass(&t, half + 5 * M);
	forecast_run(&forecast, t.engine, SCOPE_ALL, -1);
	const int count = forecast_day(t.engine, SCOPE_ALL, &forecast, halves);
	struct life life = explained(&t, &(struct proof_request){.about = PROOF_FORECAST, .around = half});
	expect(&life, "1 week before", "16 came, times 1.00 to the level of the last week is 16.0, weight 3");
	expect(&life, "2 weeks before", "16 came, times 2.00 to the level of the last week is 32.0, weight 2");
	expect(&life, "3 weeks before", "8 came, times 4.00 to the level of the last week is 32.0, weight 1");
	expect(&life, "mean", "24.0");
	expect(&life, "drift", "times 1.41");
	assert_int_equal(find(&life, "1 week before")->at, half - WEEK);
	bool found = false;
	for (int i = 0; i < count; i++)
		if (halves[i].from == half) {
			const double told = strtod(find(&life, "expected")->detail, NULL);
			found = fabs(told - halves[i].expected) < 0.051;
		}
	assert_true(found);
	free(life.events);
	life = explained(&t, &(struct proof_request){.about = PROOF_FORECAST, .around = half + 30 * D});
	find(&life, "no forecast");
	free(life.events);
	teller_close(&t);
}

static void mondays(struct settings *settings)
{
	struct error err;
	const char *text = "calendar \"office\" { zone = \"UTC\" monday = { \"10:15-17:00\" } }\nqueue \"A\" { calendar = \"office\" }\n";
	assert_true(settings_read(settings, view_of(text), "rules", NULL, &err));
}

/* What is expected while everybody is closed is nothing, and of a half hour that is half closed its other half. */
static void closed_hours_are_told(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, mondays);
	for (int week = 0; week < 2; week++)
		for (int call = 0; call < 32; call++) {
			char keys[80];
			snprintf(keys, sizeof keys, "contact=w%d-%d queue=A channel=phone", week, call);
			tell(&t, MONDAY + week * WEEK + 10 * H + call * (H / 32), "contact.queued", keys);
		}
	const int64_t ten = MONDAY + 2 * WEEK + 10 * H;
	pass(&t, ten - 8 * H);
	struct life life = explained(&t, &(struct proof_request){.about = PROOF_FORECAST, .around = ten - H});
	expect(&life, "closed", "nothing is expected");
	assert_int_equal(life.count, 1);
	free(life.events);
	life = explained(&t, &(struct proof_request){.about = PROOF_FORECAST, .around = ten});
	expect(&life, "1 week before", "8 came");
	assert_true(strtod(find(&life, "expected")->detail, NULL) > 0);
	free(life.events);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_feed_is_told_by_examples), cmocka_unit_test(a_public_wall_shows_no_ids), cmocka_unit_test(a_forecast_is_told_by_weeks),
		cmocka_unit_test(closed_hours_are_told),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
