/* The market as a scope: against engines that were told of one market alone, in states and in Redis; and what is expected of it. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "metrics/arrivals.h"
#include "metrics/forecast.h"
#include "metrics/series.h"
#include "metrics/spark.h"
#include "store/redis_sink.h"
#include "tests/calendar_events.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static void two_markets(struct settings *settings)
{
	teller_rules(settings, "market \"JP\" { title = \"Japan\" }\nqueue \"Placed\" { market = \"JP\" }\n");
}

static struct scope scope_of(const struct teller *t, const char *text)
{
	struct scope scope;
	struct error err = {""};
	if (!list_scope_parse(t->engine, text, &scope, &err))
		fail_msg("%s", err.text);
	return scope;
}

/* ---- the scope, against engines that were told of one market alone ---- */

#define MARKETS 4
#define CONTACTS 500

struct twins {
	struct teller all, alone[MARKETS];
};
static const char *const markets[MARKETS] = {"DE", "JP", "BR", "IN"};

static uint64_t next_random(uint64_t *seed)
{
	*seed = *seed * 6364136223846793005u + 1442695040888963407u;
	return *seed >> 33;
}

static void tell_both(struct twins *twins, int market, int64_t when, const char *type, const char *keys)
{
	tell(&twins->all, when, type, keys);
	for (int i = 0; i < MARKETS; i++)
		if (i == market)
			tell(&twins->alone[i], when, type, keys);
		else
			pass(&twins->alone[i], when);
}

/* What a contact will do, sorted by time with a heap of all: ten minutes of them are in flight at once. */
struct step {
	int64_t when;
	int contact, market;
	char type[24], keys[120];
};

static int by_time(const void *left, const void *right)
{
	const struct step *a = left, *b = right;
	if (a->when != b->when)
		return a->when < b->when ? -1 : 1;
	return a->contact - b->contact;
}

static size_t plan_contact(struct step *steps, int contact, uint64_t *seed)
{
	static const char *const queues[] = {"Billing", "Delivery", "VIP"}, *const channels[] = {"phone", "chat"};
	const int market = (int)(next_random(seed) % MARKETS);
	const int64_t begin = T0 + (int64_t)(next_random(seed) % (uint64_t)(20 * H)), wait = (int64_t)(next_random(seed) % 90) * S;
	steps[0] = (struct step){.when = begin, .contact = contact, .market = market, .type = "contact.queued"};
	snprintf(steps[0].keys, sizeof steps[0].keys, "contact=c%d queue=%s channel=%s market=%s", contact, queues[next_random(seed) % 3],
		channels[next_random(seed) % 2], markets[market]);
	steps[1] = (struct step){.when = begin + wait, .contact = contact, .market = market, .type = "contact.left"};
	if (next_random(seed) % 8 == 0) {
		snprintf(steps[1].keys, sizeof steps[1].keys, "contact=c%d why=abandoned", contact);
		return 2;
	}
	snprintf(steps[1].type, sizeof steps[1].type, "contact.answered");
	snprintf(steps[1].keys, sizeof steps[1].keys, "contact=c%d agent=a%d", contact, contact % 40);
	steps[2] = (struct step){.when = begin + wait + (int64_t)(next_random(seed) % 400) * S, .contact = contact, .market = market, .type = "contact.released"};
	snprintf(steps[2].keys, sizeof steps[2].keys, "contact=c%d agent=a%d by=agent wrap_ms=%d", contact, contact % 40, (int)(next_random(seed) % 30000));
	return 3;
}

/* Agents' time belongs to no market, so only what contacts give is held against each other. */
static const char *const compared[] = {"offered", "answered", "abandoned", "short_abandoned", "service_level", "asa", "abandon_rate", "aht", "talk_mean",
	"wrap_mean", "worst_wait", "queue_depth", "longest_wait", "busy", "queue_depth_peak", "busy_peak", "aht_contact"};

static void same_figures(const struct twins *twins, const char *more, enum window window)
{
	for (int i = 0; i < MARKETS; i++) {
		char text[80];
		snprintf(text, sizeof text, "market=%s%s", markets[i], more);
		const struct scope scope = scope_of(&twins->all, text), own = *more ? scope_of(&twins->alone[i], more + 1) : SCOPE_ALL;
		for (size_t j = 0; j < sizeof compared / sizeof *compared; j++)
			for (int by = BY_OUTCOME; by <= BY_ARRIVAL; by++) {
				const struct figure ours = figure_in(&twins->all, compared[j], window, (enum attribution)by, scope);
				const struct figure theirs = figure_in(&twins->alone[i], compared[j], window, (enum attribution)by, own);
				if (ours.known != theirs.known || (ours.known && (ours.numerator != theirs.numerator || ours.denominator != theirs.denominator)))
					fail_msg("%s of %s: %lld/%lld, alone %lld/%lld", compared[j], text, (long long)ours.numerator,
						(long long)ours.denominator, (long long)theirs.numerator, (long long)theirs.denominator);
			}
	}
}

static void same_sparks(const struct twins *twins, enum window window)
{
	const int16_t depth = (int16_t)metric_find("queue_depth"), longest = (int16_t)metric_find("longest_wait");
	for (int i = 0; i < MARKETS; i++) {
		struct spark ours[2] = {{.metric = depth}, {.metric = longest}}, theirs[2] = {{.metric = depth}, {.metric = longest}};
		const struct spark_span *span = spark_span(window);
		char text[40];
		bool any = false;
		snprintf(text, sizeof text, "market=%s", markets[i]);
		spark_run(twins->all.engine, scope_of(&twins->all, text), SL_FORMULA_SL2SV, span, ours, 2);
		spark_run(twins->alone[i].engine, SCOPE_ALL, SL_FORMULA_SL2SV, span, theirs, 2);
		for (int j = 0; j < 2; j++)
			for (int point = 0; point < span->count; point++) {
				/* Before its first contact a market alone knows of nothing, and neither does one among others. */
				const int64_t a = ours[j].points[point] == INT64_MIN ? 0 : ours[j].points[point];
				const int64_t b = theirs[j].points[point] == INT64_MIN ? 0 : theirs[j].points[point];
				assert_int_equal(a, b);
				any = any || a > 0;
			}
		assert_true(any);
	}
}

static void a_market_is_what_it_would_be_alone(void **state)
{
	(void)state;
	struct twins twins;
	struct step *steps = memory_new(3 * CONTACTS, sizeof *steps);
	uint64_t seed = 42;
	size_t count = 0;
	teller_open(&twins.all, NULL);
	for (int i = 0; i < MARKETS; i++)
		teller_open(&twins.alone[i], NULL);
	for (int i = 0; i < CONTACTS; i++)
		count += plan_contact(&steps[count], i, &seed);
	qsort(steps, count, sizeof *steps, by_time);
	for (size_t i = 0; i < count; i++) {
		tell_both(&twins, steps[i].market, steps[i].when, steps[i].type, steps[i].keys);
		if (i % (count / 6) != count / 6 - 1)
			continue;
		same_figures(&twins, "", WINDOW_30M);
		same_figures(&twins, "", WINDOW_TODAY);
		same_figures(&twins, ",queue=Billing", WINDOW_60M);
		same_figures(&twins, ",channel=chat", WINDOW_24H);
		same_figures(&twins, ",queue=VIP,channel=phone", WINDOW_TODAY);
	}
	same_sparks(&twins, WINDOW_60M);
	same_sparks(&twins, WINDOW_24H);
	free(steps);
	teller_close(&twins.all);
	for (int i = 0; i < MARKETS; i++)
		teller_close(&twins.alone[i]);
}

/* A state has what is watched of markets, and the market of a queue. */
static void states_keep_markets(void **state)
{
	(void)state;
	struct teller t;
	struct figure before, after;
	size_t size;
	bool differs = true;
	teller_open(&t, two_markets);
	pass(&t, T0);
	tell(&t, T0, "queue.defined", "queue=Abroad market=BR");
	tell(&t, T0 + S, "contact.queued", "contact=a queue=Abroad channel=phone");
	tell(&t, T0 + S, "contact.queued", "contact=b queue=Placed channel=phone");
	tell(&t, T0 + 9 * S, "contact.left", "contact=a why=abandoned");
	pass(&t, T0 + M);
	before = figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, "queue=Abroad,market=BR"));
	assert_int_equal(before.numerator, 1);
	uint8_t *bytes = engine_pack(t.engine, INT64_MIN, &size);
	struct engine *copy = engine_unpack(t.settings, bytes, size, &differs, NULL);
	assert_true(copy && !differs);
	engine_destroy(t.engine);
	free(bytes);
	t.engine = copy;
	after = figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, "queue=Abroad,market=BR"));
	assert_int_equal(after.numerator, 1);
	tell(&t, T0 + 2 * M, "contact.queued", "contact=c queue=Abroad channel=phone");
	tell(&t, T0 + 2 * M, "contact.queued", "contact=d queue=Placed channel=phone");
	assert_int_equal(figure_in(&t, "offered", WINDOW_30M, BY_OUTCOME, scope_of(&t, "market=BR")).numerator, 2);
	assert_int_equal(figure_in(&t, "queue_depth", WINDOW_30M, BY_OUTCOME, scope_of(&t, "market=JP")).numerator, 2);
	teller_close(&t);
}

/* A state without older quarter hours, and no store that has them: what the peak of the day was is not known there. */
static void peaks_that_were_cut_are_unknown(void **state)
{
	(void)state;
	struct teller t;
	size_t size;
	bool differs;
	teller_open(&t, two_markets);
	for (int i = 0; i < 5; i++) {
		char text[80];
		snprintf(text, sizeof text, "contact=c%d queue=Placed channel=phone", i);
		tell(&t, T0 + i * S, "contact.queued", text);
	}
	for (int i = 1; i < 5; i++) {
		char text[80];
		snprintf(text, sizeof text, "contact=c%d why=abandoned", i);
		tell(&t, T0 + M + i * S, "contact.left", text);
	}
	pass(&t, T0 + H);
	tell(&t, T0 + H, "contact.queued", "contact=new queue=Newer channel=phone market=JP");
	pass(&t, T0 + H + M);
	uint8_t *bytes = engine_pack(t.engine, T0 + 30 * M, &size);
	struct engine *copy = engine_unpack(t.settings, bytes, size, &differs, NULL);
	free(bytes);
	assert_non_null(copy);
	assert_int_equal(figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, "queue=Placed,market=JP")).numerator, 5);
	engine_destroy(t.engine);
	t.engine = copy;
	series_gauges_cut(copy, T0 + 30 * M);
	assert_false(figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, "queue=Placed,market=JP")).known);
	assert_int_equal(figure_in(&t, "queue_depth_peak", WINDOW_30M, BY_OUTCOME, scope_of(&t, "queue=Placed,market=JP")).numerator, 1);
	assert_int_equal(figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, "queue=Newer,market=JP")).numerator, 1);
	teller_close(&t);
}

/* More queues of markets than are watched one by one: totals are the same, and what is not watched has no peak of its own. */
static void many_markets_stay_bounded(void **state)
{
	(void)state;
	struct teller t;
	size_t size;
	teller_open(&t, NULL);
	for (int i = 0; i < 200 * 8; i++) {
		char text[120];
		snprintf(text, sizeof text, "contact=c%d queue=q%d channel=phone market=m%d", i, i / 8, i % 8);
		tell(&t, T0 + i * 10, "contact.queued", text);
	}
	pass(&t, T0 + 5 * M);
	for (int i = 0; i < 8; i++) {
		char text[40];
		snprintf(text, sizeof text, "market=m%d", i);
		assert_int_equal(figure_in(&t, "queue_depth", WINDOW_NOW, BY_OUTCOME, scope_of(&t, text)).numerator, 200);
		assert_int_equal(figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, text)).numerator, 200);
	}
	free(engine_pack(t.engine, INT64_MIN, &size));
	print_message("# 200 queues in 8 markets: a state of %zu KiB\n", size / 1024);
	assert_int_equal(figure_in(&t, "queue_depth", WINDOW_NOW, BY_OUTCOME, scope_of(&t, "queue=q199,market=m7")).numerator, 1);
	assert_false(figure_in(&t, "queue_depth_peak", WINDOW_TODAY, BY_OUTCOME, scope_of(&t, "queue=q199,market=m7")).known);
	teller_close(&t);
}

/* Call-backs are those of the scope. */
static void no_queues(struct settings *settings)
{
	settings->queues_most = 1;
}

/* Of queues beyond the cap, which are all "other", too: a slot's number has 16 bits. */
static void markets_of_other_queues_stay_bounded(void **state)
{
	(void)state;
	struct teller t;
	char keys[80];
	teller_open(&t, no_queues);
	for (int i = 0; i < 6000; i++)
		for (int channel = CHANNEL_PHONE; channel <= CHANNEL_EMAIL; channel++) {
			snprintf(keys, sizeof keys, "case=c%d-%d queue=Q%d channel=%s market=M%d", i, channel, i, word_text(WORDS_CHANNEL, channel), i);
			tell(&t, T0 + i, "case.opened", keys);
		}
	assert_true(t.engine->slot_count < 16400);
	assert_int_equal(gauge(&t, "backlog"), 18000);
	teller_close(&t);
}

static void call_backs_are_narrowed(void **state)
{
	(void)state;
	struct teller t;
	struct list_followup items[5];
	teller_open(&t, NULL);
	pass(&t, T0);
	static const char *const places[] = {"queue=Q channel=phone market=JP", "queue=R channel=phone market=JP", "queue=Q channel=phone market=DE"};
	for (int i = 0; i < 3; i++) {
		char text[160];
		snprintf(text, sizeof text, "contact=c%d %s", i, places[i]);
		tell(&t, T0 + S, "contact.queued", text);
		snprintf(text, sizeof text, "survey=s%d kind=nps score=2000 min=0 max=10000 contact=c%d customer=k%d", i, i, i);
		tell(&t, T0 + M, "survey.answered", text);
	}
	assert_int_equal(list_followups(t.engine, SCOPE_ALL, engine_now(t.engine), items, 5), 3);
	assert_int_equal(list_followups(t.engine, scope_of(&t, "market=JP"), engine_now(t.engine), items, 5), 2);
	assert_int_equal(list_followups(t.engine, scope_of(&t, "queue=R"), engine_now(t.engine), items, 5), 1);
	assert_string_equal(items[0].contact, "c1");
	assert_int_equal(list_followups(t.engine, scope_of(&t, "market=DE,queue=R"), engine_now(t.engine), items, 5), 0);
	teller_close(&t);
}

/* ---- for readers of Redis ---- */

struct found {
	char waiting[32], offered[32], title[32];
	int markets; /* keys of markets */
};

static void take_field(void *context, const char *key, struct view field, struct view value)
{
	struct found *found = context;
	found->markets += strstr(key, ":market=") != NULL && view_is(field, "queue_depth");
	if (strcmp(key, "{acme}:now:market=JP") == 0 && view_is(field, "queue_depth"))
		view_copy(value, found->waiting, sizeof found->waiting);
	if (strcmp(key, "{acme}:today:market=JP") == 0 && view_is(field, "offered"))
		view_copy(value, found->offered, sizeof found->offered);
	if (strcmp(key, "{acme}:scopes") == 0 && view_is(field, "market=JP"))
		view_copy(value, found->title, sizeof found->title);
}

static void redis_has_figures_of_markets(void **state)
{
	(void)state;
	struct teller t;
	struct found found = {.markets = 0};
	const struct redis_sink sink = {take_field, &found, "acme"};
	teller_open(&t, two_markets);
	pass(&t, T0);
	tell(&t, T0 + M, "contact.queued", "contact=a queue=Q channel=phone market=JP");
	tell(&t, T0 + M + S, "contact.left", "contact=a why=abandoned");
	tell(&t, T0 + 2 * M, "contact.queued", "contact=b queue=Q channel=phone market=JP");
	tell(&t, T0 + 2 * M, "contact.queued", "contact=c queue=Placed channel=chat");
	tell(&t, T0 + 2 * M, "contact.queued", "contact=d queue=Q channel=phone market=DE");
	struct redis_figures *figures = redis_figures_create();
	struct redis_picture *picture = redis_figures_take(figures, t.engine, t.settings);
	redis_picture_write(picture, &sink);
	assert_string_equal(found.waiting, "2");
	assert_string_equal(found.offered, "3");
	assert_string_equal(found.title, "Japan");
	assert_int_equal(found.markets, 2);
	redis_picture_destroy(picture);
	redis_figures_destroy(figures);
	teller_close(&t);
}

/* ---- what is to come ---- */

static void office_hours(struct settings *settings)
{
	long_history(settings);
	teller_rules(settings, "calendar \"office\" { zone = \"UTC\" monday = { \"09:00-17:00\" } tuesday = { \"09:00-17:00\" } wednesday = { \"09:00-17:00\" }\n"
			    " thursday = { \"09:00-17:00\" } friday = { \"09:00-17:00\" } holidays = { \"2026-11-18\" } }\n"
			    "market \"DE\" { calendar = \"office\" }\nqueue \"Always\" { market = \"JP\" }\nqueue \"Placed\" { calendar = \"office\" }\n");
}

/* Every two hours of two weeks a contact in each queue, day and night, whatever the calendars say. */
static void two_weeks(struct teller *t, int64_t from, int64_t to)
{
	int number = 0;
	for (int64_t when = from; when < to; when += 2 * H) {
		static const char *const places[] = {"queue=German channel=phone market=DE", "queue=Placed channel=phone", "queue=Always channel=phone"};
		for (int i = 0; i < 3; i++) {
			char text[120];
			snprintf(text, sizeof text, "contact=x%d %s", number, places[i]);
			tell(t, when, "contact.queued", text);
			snprintf(text, sizeof text, "contact=x%d why=abandoned", number++);
			tell(t, when + M, "contact.left", text);
		}
	}
	pass(t, to);
}

static double expected_at(const struct teller *t, const char *scope, const char *when)
{
	struct arrivals *arrivals = memory_new(1, sizeof *arrivals);
	const int64_t day = teller_instant("2026-11-16T00:00:00Z");
	arrivals_expect(arrivals, t->engine, *scope ? scope_of(t, scope) : SCOPE_ALL, day);
	const double expected = arrivals_between(arrivals, teller_instant(when), teller_instant(when) + H);
	free(arrivals);
	return expected;
}

static void nothing_is_expected_while_closed(void **state)
{
	(void)state;
	struct teller t;
	teller_open(&t, office_hours);
	pass(&t, teller_instant("2026-11-01T23:00:00Z"));
	two_weeks(&t, teller_instant("2026-11-02T00:00:00Z"), teller_instant("2026-11-16T00:00:01Z"));
	static const char *const closed[] = {"market=DE", "queue=Placed", "queue=German"};
	for (size_t i = 0; i < sizeof closed / sizeof *closed; i++) {
		assert_true(fabs(expected_at(&t, closed[i], "2026-11-16T10:00:00Z") - 1) < 0.6); /* Monday */
		assert_true(expected_at(&t, closed[i], "2026-11-16T10:00:00Z") > 0.4);
		assert_true(expected_at(&t, closed[i], "2026-11-16T08:00:00Z") == 0);
		assert_true(expected_at(&t, closed[i], "2026-11-16T17:00:00Z") == 0);
		assert_true(expected_at(&t, closed[i], "2026-11-18T10:00:00Z") == 0); /* a holiday */
		assert_true(expected_at(&t, closed[i], "2026-11-21T10:00:00Z") == 0); /* Saturday */
	}
	assert_true(expected_at(&t, "market=JP", "2026-11-16T02:00:00Z") > 0.4);
	assert_true(expected_at(&t, "market=JP", "2026-11-18T10:00:00Z") > 0.4);
	/* Of all together only those who are open count. */
	const double open = expected_at(&t, "", "2026-11-17T10:00:00Z"), night = expected_at(&t, "", "2026-11-17T02:00:00Z");
	assert_true(open > 1.5 && open < 3);
	assert_true(night > 0.4 && night < 1);
	teller_close(&t);
}

/* What a feed says of a queue's calendar counts from then on. */
static void a_calendar_told_later_counts(void **state)
{
	(void)state;
	struct teller t;
	struct forecast forecast;
	teller_open(&t, long_history);
	pass(&t, teller_instant("2026-11-01T23:00:00Z"));
	two_weeks(&t, teller_instant("2026-11-02T00:00:00Z"), teller_instant("2026-11-16T02:00:01Z"));
	forecast_run(&forecast, t.engine, scope_of(&t, "queue=German"), -1);
	assert_true(forecast.known && forecast.next_60m > 0.4);
	tell_calendar(&t, engine_now(t.engine), "office", "UTC", (const struct open_block[]){{0, 540, 1080}}, 1, NULL, 0);
	tell(&t, engine_now(t.engine), "queue.defined", "queue=German calendar=office");
	forecast_run(&forecast, t.engine, scope_of(&t, "queue=German"), -1);
	assert_true(forecast.known && forecast.next_60m == 0);
	teller_close(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_market_is_what_it_would_be_alone), cmocka_unit_test(states_keep_markets), cmocka_unit_test(peaks_that_were_cut_are_unknown),
		cmocka_unit_test(many_markets_stay_bounded), cmocka_unit_test(markets_of_other_queues_stay_bounded),
		cmocka_unit_test(call_backs_are_narrowed), cmocka_unit_test(redis_has_figures_of_markets), cmocka_unit_test(nothing_is_expected_while_closed),
		cmocka_unit_test(a_calendar_told_later_counts),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
