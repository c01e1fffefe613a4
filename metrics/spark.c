#include "metrics/spark.h"

#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "metrics/query_sums.h"

static const struct spark_span hour = {NC_("window", "1 h"), "1h", 60, MINUTE_MS}, day = {NC_("window", "24 h"), "24h", 96, QUARTER_MS}, week = {NC_("window", "7 d"), "7d", 168, HOUR_MS},
			       weeks = {NC_("window", "35 d"), "35d", 35, 0};

const struct spark_span *spark_span(enum window window)
{
	static const struct spark_span *const spans[WINDOW_COUNT] = {[WINDOW_TODAY] = &day, [WINDOW_24H] = &day, [WINDOW_7D] = &week,
		[WINDOW_35D] = &weeks};
	return spans[window] ? spans[window] : &hour;
}

void spark_starts(const struct engine *engine, const struct spark_span *span, int64_t now, int64_t starts[SPARK_MOST + 1])
{
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

int64_t spark_point(const struct metric *metric, const struct query *query)
{
	struct figure figure = {.denominator = 1, .n = -1, .low = -1, .high = -1};
	metric->value(query, &figure);
	if (!figure.known || !figure.denominator)
		return INT64_MIN;
	/* Durations are ms and scores thousandths already. */
	int64_t scale = metric->unit == UNIT_DURATION || metric->unit == UNIT_SCORE ? 1 : 1000;
	return figure.numerator * scale / figure.denominator;
}

void spark_gauge(const struct engine *engine, struct scope scope, const struct metric *metric, const struct spark_span *span, const int64_t *starts,
	int64_t *points)
{
	const enum gauge gauge = (enum gauge)(metric->gauge - 1);
	const struct watch *watch = watch_find(engine, scope);
	if (!watch)
		return;
	const struct samples *samples = span->step == MINUTE_MS ? &watch->minutes : &watch->quarters;
	const int64_t heard = query_heard_since(engine), since = watch->since > heard ? watch->since : heard;
	for (int i = 0; i < span->count; i++) /* nothing is sampled while everything stands at 0 */
		points[i] = starts[i + 1] > since ? 0 : INT64_MIN;
	int place = 0;
	for (size_t i = samples->first; i < samples->count; i++) {
		const int64_t start = samples_start(samples, i);
		while (place < span->count && start >= starts[place + 1])
			place++;
		if (start < starts[0] || place == span->count)
			continue;
		const int64_t most = (int64_t)samples_get(samples, i).most[gauge] * SECOND_MS; /* a wait in ms, a count in thousandths */
		points[place] = most > points[place] ? most : points[place];
	}
}

bool spark_needs_bins(const struct spark *sparks, int count)
{
	for (int i = 0; i < count; i++)
		if (metrics[sparks[i].metric].bins)
			return true;
	return false;
}

void spark_query(struct query *query, const struct engine *engine, struct scope scope, enum sl_formula formula, const struct spark_span *span,
	const int64_t *starts, int i, bool with_bins)
{
	const bool minutes = span->step == MINUTE_MS;
	const struct stretch stretch = {starts[i] - 1, starts[i + 1] - 1, BY_OUTCOME, !minutes, with_bins, i == span->count - 1};
	query_begin(query, engine, scope, minutes ? WINDOW_5M : WINDOW_24H, BY_OUTCOME, formula);
	query->after = stretch.after;
	query->at = stretch.until;
	query_sum(engine, scope, &stretch, &query->tally);
}

static void count_points(const struct engine *engine, struct scope scope, enum sl_formula formula, const struct spark_span *span,
	const int64_t *starts, struct spark *sparks, int count)
{
	struct query *query = memory_new(1, sizeof *query);
	const bool bins = spark_needs_bins(sparks, count);
	for (int i = 0; i < span->count; i++) {
		spark_query(query, engine, scope, formula, span, starts, i, bins);
		for (int j = 0; j < count; j++)
			if (!metrics[sparks[j].metric].gauge)
				sparks[j].points[i] = spark_point(&metrics[sparks[j].metric], query);
	}
	free(query);
}

void spark_clear(struct spark *sparks, int count)
{
	for (int i = 0; i < count; i++)
		for (int point = 0; point < SPARK_MOST; point++)
			sparks[i].points[point] = INT64_MIN;
}

void spark_run(const struct engine *engine, struct scope scope, enum sl_formula formula, const struct spark_span *span, struct spark *sparks, int count)
{
	int64_t starts[SPARK_MOST + 1];
	spark_clear(sparks, count);
	if (engine->now == INT64_MIN || !count)
		return;
	spark_starts(engine, span, engine->now, starts);
	count_points(engine, scope, formula, span, starts, sparks, count);
	for (int i = 0; i < count; i++)
		if (metrics[sparks[i].metric].gauge)
			spark_gauge(engine, scope, &metrics[sparks[i].metric], span, starts, sparks[i].points);
}
