#include "metrics/spark.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/query_sums.h"

static const struct spark_span hour = {"1 h", "1h", 60, MINUTE_MS}, day = {"24 h", "24h", 96, QUARTER_MS}, week = {"7 d", "7d", 168, HOUR_MS},
			       weeks = {"35 d", "35d", 35, 0};

const struct spark_span *spark_span(enum window window)
{
	static const struct spark_span *const spans[WINDOW_COUNT] = {[WINDOW_TODAY] = &day, [WINDOW_24H] = &day, [WINDOW_7D] = &week,
		[WINDOW_35D] = &weeks};
	return spans[window] ? spans[window] : &hour;
}

void spark_starts(const struct engine *engine, const struct spark_span *span, int64_t starts[SPARK_MOST + 1])
{
	const int64_t now = engine->now;
	if (span->step) {
		for (int i = 0; i <= span->count; i++)
			starts[i] = now - now % span->step + (i - span->count + 1) * span->step;
		return;
	}
	/* A day has 23 to 25 hours: half a day into it is far from both ends. */
	starts[span->count - 1] = instant_day_begin(now + 1, engine->zone, engine->settings->day_start);
	starts[span->count] = instant_day_begin(starts[span->count - 1] + 30 * HOUR_MS, engine->zone, engine->settings->day_start);
	for (int i = span->count - 2; i >= 0; i--)
		starts[i] = instant_day_begin(starts[i + 1] - 12 * HOUR_MS, engine->zone, engine->settings->day_start);
}

static int64_t point_of(const struct metric *metric, const struct query *query)
{
	struct figure figure = {.denominator = 1, .n = -1, .low = -1, .high = -1};
	metric->value(query, &figure);
	if (!figure.known || !figure.denominator)
		return INT64_MIN;
	/* Durations are ms and scores thousandths already. */
	int64_t scale = metric->unit == UNIT_DURATION || metric->unit == UNIT_SCORE ? 1 : 1000;
	return figure.numerator * scale / figure.denominator;
}

static void gauge_points(const struct engine *engine, struct scope scope, enum gauge gauge, const struct spark_span *span, const int64_t *starts,
	int64_t *points)
{
	const struct watch *watch = watch_find(engine, scope);
	if (!watch)
		return;
	const struct samples *samples = span->step == MINUTE_MS ? &watch->minutes : &watch->quarters;
	const int64_t heard = query_heard_since(engine), since = watch->since > heard ? watch->since : heard;
	for (int i = 0; i < span->count; i++) /* nothing is sampled while everything stands at 0 */
		points[i] = starts[i + 1] > since ? 0 : INT64_MIN;
	int place = 0;
	for (size_t i = samples->first; i < samples->count; i++) {
		const int64_t start = samples->items[i].start;
		while (place < span->count && start >= starts[place + 1])
			place++;
		if (start < starts[0] || place == span->count)
			continue;
		const int64_t most = (int64_t)samples->items[i].most[gauge] * SECOND_MS; /* a wait in ms, a count in thousandths */
		points[place] = most > points[place] ? most : points[place];
	}
}

static bool needs_bins(const struct spark *sparks, int count)
{
	for (int i = 0; i < count; i++)
		if (metrics[sparks[i].metric].bins)
			return true;
	return false;
}

static void count_points(const struct engine *engine, struct scope scope, enum sl_formula formula, const struct spark_span *span,
	const int64_t *starts, struct spark *sparks, int count)
{
	struct query *query = memory_new(1, sizeof *query);
	const bool bins = needs_bins(sparks, count);
	query_begin(query, engine, scope, span->step == MINUTE_MS ? WINDOW_5M : WINDOW_24H, BY_OUTCOME, formula);
	for (int i = 0; i < span->count; i++) {
		const struct stretch stretch = {starts[i] - 1, starts[i + 1] - 1, BY_OUTCOME, span->step != MINUTE_MS, bins, i == span->count - 1};
		query->after = stretch.after;
		query->at = stretch.until;
		query_sum(engine, scope, &stretch, &query->tally);
		for (int j = 0; j < count; j++)
			if (!metrics[sparks[j].metric].gauge)
				sparks[j].points[i] = point_of(&metrics[sparks[j].metric], query);
	}
	free(query);
}

void spark_run(const struct engine *engine, struct scope scope, enum sl_formula formula, const struct spark_span *span, struct spark *sparks, int count)
{
	int64_t starts[SPARK_MOST + 1];
	for (int i = 0; i < count; i++)
		for (int point = 0; point < SPARK_MOST; point++)
			sparks[i].points[point] = INT64_MIN;
	if (engine->now == INT64_MIN || !count)
		return;
	spark_starts(engine, span, starts);
	count_points(engine, scope, formula, span, starts, sparks, count);
	for (int i = 0; i < count; i++)
		if (metrics[sparks[i].metric].gauge)
			gauge_points(engine, scope, (enum gauge)(metrics[sparks[i].metric].gauge - 1), span, starts, sparks[i].points);
}
