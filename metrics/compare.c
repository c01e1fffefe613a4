#include "metrics/compare.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/query_sums.h"

const struct comparison_entry comparisons[COMPARISON_COUNT] = {[COMPARE_YESTERDAY] = {"yesterday", 1}, [COMPARE_LAST_WEEK] = {"last_week", 7}};

static const int64_t lengths[WINDOW_COUNT] = {[WINDOW_15M] = QUARTER_MS, [WINDOW_30M] = 2 * QUARTER_MS, [WINDOW_60M] = HOUR_MS,
	[WINDOW_24H] = DAY_MS, [WINDOW_7D] = 7 * DAY_MS, [WINDOW_35D] = 35 * DAY_MS};

static int64_t quarter_of(int64_t at)
{
	const int64_t into = at % QUARTER_MS;
	return at - into - (into < 0 ? QUARTER_MS : 0);
}

static int64_t time_of_day(int64_t at, const struct zone *zone)
{
	const struct civil civil = instant_civil(at, zone);
	return civil.hour * HOUR_MS + civil.minute * MINUTE_MS + civil.second * SECOND_MS + civil.millisecond;
}

/* The same time by the clock, so many days before: where the clock was changed in between, that is an hour more or less. */
static int64_t days_before(int64_t at, int days, const struct zone *zone)
{
	const int64_t then = at - days * DAY_MS;
	int64_t shift = time_of_day(at, zone) - time_of_day(then, zone);
	if (shift > DAY_MS / 2)
		shift -= DAY_MS;
	else if (shift < -DAY_MS / 2)
		shift += DAY_MS;
	return then + shift;
}

int64_t query_heard_since(const struct engine *engine)
{
	int64_t first = INT64_MAX;
	for (size_t i = 1; i < engine->watch_count; i++) /* that of everything is older than the first record */
		if (!watch_is_brief(&engine->watches[i]) && engine->watches[i].since < first)
			first = engine->watches[i].since;
	return first;
}

int64_t query_known_since(const struct engine *engine)
{
	const int64_t kept = engine->now - engine->keeping.quarters - QUARTER_MS;
	int64_t first = query_heard_since(engine);
	first = first > engine->keeping.from ? first : engine->keeping.from;
	return first > kept ? first : kept + 1;
}

static bool choose(struct comparing *comparing, const struct engine *engine, enum window window, enum comparison comparison)
{
	const int64_t at = engine->now, day_start = engine->settings->day_start;
	const int64_t then = days_before(at, comparisons[comparison].days, engine->zone), until = quarter_of(at);
	comparing->to = quarter_of(then);
	if (window == WINDOW_TODAY) {
		comparing->from = instant_day_begin(then, engine->zone, day_start);
		comparing->now.after = instant_day_begin(at, engine->zone, day_start) - 1;
	} else {
		if (!lengths[window] || lengths[window] > comparisons[comparison].days * DAY_MS)
			return false;
		comparing->from = comparing->to - lengths[window];
		comparing->now.after = until - lengths[window] - 1;
	}
	comparing->now.at = until - 1;
	return comparing->from < comparing->to && comparing->now.after < comparing->now.at && comparing->from >= query_known_since(engine);
}

void comparing_run(struct comparing *comparing, const struct engine *engine, struct scope scope, enum window window, enum comparison comparison,
	enum attribution by, enum sl_formula formula, bool with_bins)
{
	struct query *then = &comparing->then, *now = &comparing->now;
	query_begin(then, engine, scope, window, by, formula);
	query_begin(now, engine, scope, window, by, formula);
	comparing->watch = watch_find(engine, scope);
	comparing->known = engine->now != INT64_MIN && choose(comparing, engine, window, comparison);
	comparing->gauges = engine->now != INT64_MIN && comparing->watch && !watch_is_brief(comparing->watch) && comparing->to - QUARTER_MS >= query_known_since(engine);
	if (!comparing->known)
		return;
	then->after = comparing->from - 1;
	then->at = comparing->to - 1;
	query_sum(engine, scope, &(struct stretch){then->after, then->at, by, true, with_bins, false}, &then->tally);
	query_sum(engine, scope, &(struct stretch){now->after, now->at, by, true, with_bins, false}, &now->tally);
}

/* Nothing is sampled while all stands at 0. */
static int64_t gauge_at(const struct samples *samples, enum gauge gauge, int64_t start)
{
	for (size_t i = samples->count; i > samples->first && samples_start(samples, i - 1) >= start; i--)
		if (samples_start(samples, i - 1) == start)
			return samples_get(samples, i - 1).last[gauge];
	return 0;
}

static bool compare_gauge(const struct comparing *comparing, const struct metric *metric, struct figure *then)
{
	const enum gauge gauge = (enum gauge)(metric->gauge - 1);
	const int64_t value = gauge_at(&comparing->watch->quarters, gauge, comparing->to - QUARTER_MS);
	then->known = gauge != GAUGE_LONGEST || value > 0;
	then->numerator = gauge == GAUGE_LONGEST ? value * SECOND_MS : value;
	return then->known;
}

bool comparing_figure(const struct comparing *comparing, int number, struct figure *then, struct figure *now)
{
	static const struct figure unknown = {.denominator = 1, .n = -1, .low = -1, .high = -1};
	const struct metric *metric = &metrics[number];
	*then = *now = unknown;
	if (metric->kind == KIND_GAUGE)
		return metric->gauge && comparing->gauges && compare_gauge(comparing, metric, then);
	if (!comparing->known)
		return false;
	if (metric->kind == KIND_DAY && comparing->then.window < WINDOW_TODAY)
		return false;
	metric->value(&comparing->then, then);
	metric->value(&comparing->now, now);
	return then->known && now->known;
}

void comparing_all(struct compared *compared, const struct engine *engine, struct scope scope, enum window window, enum comparison comparison,
	enum attribution by, enum sl_formula formula, bool with_bins)
{
	struct comparing *comparing = memory_new(1, sizeof *comparing);
	comparing_run(comparing, engine, scope, window, comparison, by, formula, with_bins);
	for (int i = 0; i < metric_count; i++)
		if (!comparing_figure(comparing, i, &compared->then[i], &compared->now[i]))
			compared->then[i].known = false;
	free(comparing);
}

/* ---- periods ---- */

enum window period_window(enum window window)
{
	return window < WINDOW_TODAY ? WINDOW_TODAY : window;
}

struct period period_of(enum window window, int64_t at, const struct zone *zone, int64_t day_start)
{
	const int64_t length = lengths[period_window(window)];
	if (length)
		return (struct period){at - length, at, at - 2 * length, at - length};
	const int64_t then = days_before(at, 1, zone);
	return (struct period){instant_day_begin(at, zone, day_start) - 1, at, instant_day_begin(then, zone, day_start) - 1, then};
}
