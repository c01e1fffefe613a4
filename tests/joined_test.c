/* Figures over several engines: they are those of one engine that was told everything. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "feed/simulator.h"
#include "metrics/joined.h"
#include "metrics/lists.h"

#include <cmocka.h>

#define START INT64_C(1790000000000)
#define WORLD_SITES 3

/* Several helpdesks, each told to an engine of its own and all of them to one. People, customers, contacts and cases belong to one
 * site; queues, teams and markets have the same names everywhere. */
struct world {
	struct settings *settings;
	struct engine *whole, *names, *sites[WORLD_SITES];
	const struct engine *parts[WORLD_SITES];
	struct simulator *simulators[WORLD_SITES];
	int count;
	int64_t now;
	uint64_t lsn, seq[WORLD_SITES];
	struct joined joined;
};

static const char *const site_names[WORLD_SITES] = {"tokyo", "berlin", "lima"};

static struct engine *new_engine(const struct settings *settings)
{
	struct engine *engine = engine_create(settings, NULL);
	assert_non_null(engine);
	return engine;
}

static void open_world(struct world *world, int count)
{
	*world = (struct world){.settings = settings_create(), .count = count, .now = INT64_MIN};
	assert_true(settings_set(world->settings, "zone", "UTC", NULL));
	assert_true(settings_set(world->settings, "fcr_within", "1h", NULL));
	world->whole = new_engine(world->settings);
	world->names = new_engine(world->settings);
	for (int i = 0; i < count; i++) {
		world->parts[i] = world->sites[i] = new_engine(world->settings);
		world->simulators[i] = simulator_create((uint64_t)i + 3, START, 0);
	}
	world->joined = (struct joined){.names = world->names, .parts = world->parts, .count = count};
}

static void close_world(struct world *world)
{
	for (int i = 0; i < world->count; i++) {
		engine_destroy(world->sites[i]);
		simulator_destroy(world->simulators[i]);
	}
	engine_destroy(world->whole);
	engine_destroy(world->names);
	settings_destroy(world->settings);
}

static void tell_batch(struct world *world, struct engine *engine, struct event *event, int site)
{
	struct batch batch = {.src = view_of(site_names[site]), .boot = 1, .seq = world->seq[site], .sent = event->ts, .count = 1, .events = event};
	event->seq = batch.seq;
	engine_apply(engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++world->lsn, .recv = event->ts, .batch = &batch});
}

/* The next event of all, with the site before every name that is a site's own. */
static void tell_next(struct world *world)
{
	static const enum event_key own[] = {KEY_CONTACT, KEY_CASE, KEY_AGENT, KEY_CUSTOMER, KEY_SURVEY, KEY_CALLBACK};
	char texts[sizeof own / sizeof *own][ID_MAX + 16];
	struct event event;
	int site = 0;
	for (int i = 1; i < world->count; i++)
		if (simulator_due(world->simulators[i]) < simulator_due(world->simulators[site]))
			site = i;
	simulator_next(world->simulators[site], &event);
	for (size_t i = 0; i < sizeof own / sizeof *own; i++) {
		struct view text = event.text[own[i]];
		if (!event_has(&event, own[i]) || !text.data)
			continue;
		snprintf(texts[i], sizeof texts[i], "%s-%.*s", site_names[site], (int)text.size, text.data);
		event.text[own[i]] = view_of(texts[i]);
	}
	world->now = event.ts > world->now ? event.ts : world->now;
	world->seq[site]++;
	tell_batch(world, world->whole, &event, site);
	tell_batch(world, world->sites[site], &event, site);
}

static void pass_to(struct world *world, int64_t at)
{
	world->now = at;
	engine_apply(world->whole, &(struct record){.kind = RECORD_CLOCK, .lsn = ++world->lsn, .recv = at});
	for (int i = 0; i < world->count; i++)
		engine_apply(world->sites[i], &(struct record){.kind = RECORD_CLOCK, .lsn = ++world->lsn, .recv = at});
	world->joined.now = joined_latest(world->parts, world->count);
	assert_int_equal(world->joined.now, engine_now(world->whole));
}

static void tell_until(struct world *world, int64_t at)
{
	for (bool more = true; more;) {
		more = false;
		for (int i = 0; i < world->count; i++)
			more = more || simulator_due(world->simulators[i]) <= at;
		if (more)
			tell_next(world);
	}
	pass_to(world, at);
}

/* ---- comparing ---- */

/* Of what was reached in one second by several sites together only the ends of minutes are known. */
static bool is_peak(int metric)
{
	return strcmp(metrics[metric].name, "queue_depth_peak") == 0 || strcmp(metrics[metric].name, "busy_peak") == 0;
}

/* A base of customers is told for a market: the last word counts in one engine, each site's own when they are joined. */
static bool is_told_by_last(int metric)
{
	return strcmp(metrics[metric].name, "churn_rate") == 0;
}

static void compare_peak(const struct figure *whole, const struct figure *joined, const char *name)
{
	if (whole->known != joined->known || joined->numerator > whole->numerator || joined->numerator * 2 < whole->numerator)
		fail_msg("%s: %lld of all at once, joined %lld", name, (long long)whole->numerator, (long long)joined->numerator);
}

static void compare_figure(int metric, const struct query *a, const struct query *b, const char *where)
{
	struct figure whole, joined;
	query_figure(a, metric, &whole);
	query_figure(b, metric, &joined);
	if (is_told_by_last(metric))
		return;
	if (is_peak(metric)) {
		compare_peak(&whole, &joined, where);
		return;
	}
	if (whole.known != joined.known || whole.numerator != joined.numerator || whole.denominator != joined.denominator || whole.n != joined.n ||
		whole.low != joined.low || whole.high != joined.high || whole.level != joined.level || whole.at_least != joined.at_least ||
		whole.nominal != joined.nominal)
		fail_msg("%s %s: whole %d %lld/%lld n %lld level %d, joined %d %lld/%lld n %lld level %d", where, metrics[metric].name, whole.known,
			(long long)whole.numerator, (long long)whole.denominator, (long long)whole.n, whole.level, joined.known,
			(long long)joined.numerator, (long long)joined.denominator, (long long)joined.n, joined.level);
}

static void compare_scope(struct world *world, struct scope whole, struct scope common)
{
	static const enum window windows[] = {WINDOW_5M, WINDOW_30M, WINDOW_60M, WINDOW_TODAY, WINDOW_24H};
	static const enum sl_formula formulas[] = {SL_FORMULA_SL2SV, SL_FORMULA_SL1, SL_FORMULA_SLO};
	struct query *a = memory_new(2, sizeof *a), *b = a + 1;
	char where[200], text[96];
	lists_scope_text(world->whole, whole, text, sizeof text);
	for (size_t w = 0; w < sizeof windows / sizeof *windows; w++)
		for (int by = BY_OUTCOME; by <= BY_ARRIVAL; by++)
			for (size_t f = 0; f < sizeof formulas / sizeof *formulas; f++) {
				snprintf(where, sizeof where, "%s, %s, by %d, %s:", text, window_names[windows[w]], by, sl_formula_codes[formulas[f]]);
				query_run(a, world->whole, whole, windows[w], (enum attribution)by, formulas[f], true);
				joined_query(b, &world->joined, common, windows[w], (enum attribution)by, formulas[f], true);
				for (int i = 0; i < metric_count; i++)
					compare_figure(i, a, b, where);
			}
	free(a);
}

static void compare_named(struct world *world, const char *scope_text)
{
	struct scope whole, common;
	struct error err = {""};
	assert_true(list_scope_parse(world->whole, scope_text, &whole, &err));
	assert_true(engine_scope(world->names, scope_text, &common, &err));
	compare_scope(world, whole, common);
}

static void compare_all(struct world *world)
{
	struct scope rows[100];
	compare_scope(world, SCOPE_ALL, SCOPE_ALL);
	int count = list_rows(world->whole, SCOPE_ALL, rows, 100);
	assert_true(count > 3);
	for (int i = 0; i < count; i++) {
		char text[200];
		snprintf(text, sizeof text, "queue=%s", list_scope_name(world->whole, rows[i], "queue"));
		compare_named(world, text);
	}
	compare_named(world, "channel=phone");
	compare_named(world, "channel=chat");
}

static void the_sum_of_sites_is_the_whole(void **state)
{
	int sites = (int)(intptr_t)*state;
	struct world world;
	open_world(&world, sites);
	int64_t at = START - HOUR_MS;
	for (int round = 0; round < 3; round++) {
		tell_until(&world, at);
		compare_all(&world);
		at += round * HOUR_MS + 37 * SECOND_MS;
	}
	close_world(&world);
}

/* ---- scopes, single sites, sparks ---- */

static void a_scope_goes_by_names(void **state)
{
	(void)state;
	struct world world;
	open_world(&world, 2);
	tell_until(&world, START - HOUR_MS);
	struct scope rows[100], own, common;
	int count = list_rows(world.parts[1], SCOPE_ALL, rows, 100);
	assert_true(count > 0);
	for (int i = 0; i < count; i++) {
		common = joined_scope_from(&world.joined, 1, rows[i]);
		assert_string_equal(list_scope_name(world.names, common, "queue"), list_scope_name(world.parts[1], rows[i], "queue"));
		assert_true(joined_scope_in(&world.joined, 1, common, &own));
		assert_memory_equal(&own, &rows[i], sizeof own);
	}
	/* Nobody at the other site has that name. */
	assert_true(engine_scope(world.names, "queue=Nowhere", &common, NULL));
	assert_false(joined_scope_in(&world.joined, 0, common, &own));
	struct query *query = memory_new(1, sizeof *query);
	joined_query(query, &world.joined, common, WINDOW_60M, BY_OUTCOME, SL_FORMULA_SL2SV, true);
	assert_int_equal(query->tally.value[COUNT_OFFERED], 0);
	struct figure figure;
	query_figure(query, metric_find("service_level"), &figure);
	assert_false(figure.known);
	free(query);
	close_world(&world);
}

static void a_site_alone_is_its_engine(void **state)
{
	(void)state;
	struct world world;
	open_world(&world, 3);
	tell_until(&world, START - HOUR_MS);
	struct query *a = memory_new(2, sizeof *a), *b = a + 1;
	for (int i = 0; i < 3; i++) {
		struct joined alone = joined_alone(&world.joined, i);
		query_run(a, world.parts[i], SCOPE_ALL, WINDOW_60M, BY_OUTCOME, SL_FORMULA_SL2SV, true);
		joined_query(b, &alone, SCOPE_ALL, WINDOW_60M, BY_OUTCOME, SL_FORMULA_SL2SV, true);
		for (int metric = 0; metric < metric_count; metric++) {
			struct figure own, joined;
			query_figure(a, metric, &own);
			query_figure(b, metric, &joined);
			assert_int_equal(own.known, joined.known);
			assert_int_equal(own.numerator, joined.numerator);
			assert_int_equal(own.reached, joined.reached);
			assert_int_equal(own.at_least, joined.at_least);
		}
	}
	free(a);
	close_world(&world);
}

static void sparks_are_of_sums(void **state)
{
	(void)state;
	struct world world;
	open_world(&world, 3);
	tell_until(&world, START - HOUR_MS + 11 * SECOND_MS);
	enum { METRICS = 4 };
	static const enum window windows[] = {WINDOW_60M, WINDOW_24H, WINDOW_7D};
	struct spark joined[METRICS] = {{.metric = metric_find("service_level")}, {.metric = metric_find("aht")}, {.metric = metric_find("queue_depth")},
		{.metric = metric_find("longest_wait")}}, whole[METRICS];
	memcpy(whole, joined, sizeof whole);
	for (size_t w = 0; w < sizeof windows / sizeof *windows; w++) {
		const struct spark_span *span = spark_span(windows[w]);
		int64_t known = 0;
		joined_sparks(&world.joined, SCOPE_ALL, SL_FORMULA_SL2SV, span, joined, METRICS);
		spark_run(world.whole, SCOPE_ALL, SL_FORMULA_SL2SV, span, whole, METRICS);
		for (int i = 0; i < METRICS; i++)
			for (int point = 0; point < span->count; point++) {
				const int64_t value = joined[i].points[point], right = whole[i].points[point];
				known += value != INT64_MIN;
				if (i == 2 ? value < right : value != right)
					fail_msg("%s, %s, point %d: whole %lld, joined %lld", metrics[joined[i].metric].name, span->name, point, (long long)right, (long long)value);
			}
		assert_true(known > (windows[w] == WINDOW_60M ? METRICS * 20 : METRICS));
	}
	close_world(&world);
}

/* One site has been away: its gauges stand as they were, its windows run empty. */
static void a_site_that_stands_still_leaves_the_windows(void **state)
{
	(void)state;
	struct world world;
	open_world(&world, 2);
	tell_until(&world, START - HOUR_MS);
	struct query *query = memory_new(1, sizeof *query);
	query_run(query, world.parts[1], SCOPE_ALL, WINDOW_NOW, BY_OUTCOME, SL_FORMULA_SL2SV, false);
	int64_t busy = query->gauges.busy, running_ms = query->gauges.running_ms;
	assert_true(busy > 0);
	int64_t later = world.now + HOUR_MS;
	world.joined.now = later;
	struct joined alone = joined_alone(&world.joined, 1);
	joined_query(query, &alone, SCOPE_ALL, WINDOW_30M, BY_OUTCOME, SL_FORMULA_SL2SV, true);
	assert_int_equal(query->gauges.busy, busy);
	assert_int_equal(query->gauges.running_ms, running_ms);
	for (int key = 0; key < TALLY_KEYS; key++)
		assert_int_equal(query->tally.value[key], 0);
	joined_query(query, &alone, SCOPE_ALL, WINDOW_24H, BY_OUTCOME, SL_FORMULA_SL2SV, true);
	assert_true(query->tally.value[COUNT_OFFERED] > 0);
	free(query);
	close_world(&world);
}

static void nothing_is_known_of_nobody(void **state)
{
	(void)state;
	struct world world;
	open_world(&world, 2);
	const struct engine *const none[] = {NULL, NULL};
	world.joined.parts = none;
	world.joined.now = joined_latest(none, 2);
	assert_int_equal(world.joined.now, INT64_MIN);
	struct query *query = memory_new(1, sizeof *query);
	joined_query(query, &world.joined, SCOPE_ALL, WINDOW_30M, BY_OUTCOME, SL_FORMULA_SL2SV, true);
	struct figure figure;
	query_figure(query, metric_find("aht"), &figure);
	assert_false(figure.known);
	query_figure(query, metric_find("longest_wait"), &figure);
	assert_false(figure.known);
	free(query);
	close_world(&world);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_prestate(the_sum_of_sites_is_the_whole, (void *)(intptr_t)2),
		cmocka_unit_test_prestate(the_sum_of_sites_is_the_whole, (void *)(intptr_t)3),
		cmocka_unit_test(a_scope_goes_by_names),
		cmocka_unit_test(a_site_alone_is_its_engine),
		cmocka_unit_test(sparks_are_of_sums),
		cmocka_unit_test(a_site_that_stands_still_leaves_the_windows),
		cmocka_unit_test(nothing_is_known_of_nobody),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
