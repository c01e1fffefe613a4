/* What several engines were, together: their past beside the present, and how they came here. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/joined.h"
#include "metrics/query_sums.h"

static const struct figure unknown = {.denominator = 1, .n = -1, .low = -1, .high = -1};

/* The names' engine never heard of a record: asked, it clears everything. */
static void begin(struct query *query, const struct joined *joined, struct scope scope, enum window window, enum attribution by, enum sl_formula formula)
{
	query_begin(query, joined->names, scope, window, by, formula);
	query->at = query->after = joined->now;
	memset(&query->tally, 0, sizeof query->tally);
}

/* ---- beside the past ---- */

struct joined_comparing {
	struct query then, now;
	struct comparing part;
	bool known, any;
};

static void add_gauges(const struct comparing *part, struct figure *then)
{
	for (int i = 0; i < metric_count; i++) {
		struct figure of, now;
		if (metrics[i].kind != KIND_GAUGE || !comparing_figure(part, i, &of, &now))
			continue;
		if (metrics[i].gauge - 1 == GAUGE_LONGEST)
			then[i].numerator = of.numerator > then[i].numerator ? of.numerator : then[i].numerator;
		else
			then[i].numerator += of.numerator;
		then[i].known = true;
	}
}

static void add_part(const struct joined *joined, int part, struct joined_comparing *sum, enum comparison comparison, struct figure *then)
{
	struct scope own;
	if (!joined_scope_in(joined, part, sum->then.scope, &own))
		return;
	comparing_run(&sum->part, joined->parts[part], own, sum->then.window, comparison, sum->then.by, sum->then.formula, true);
	add_gauges(&sum->part, then);
	sum->any = true;
	sum->known = sum->known && sum->part.known;
	if (!sum->part.known)
		return;
	joined_add(&sum->then.tally, &sum->part.then.tally, TALLY_KEYS);
	joined_add(&sum->now.tally, &sum->part.now.tally, TALLY_KEYS);
}

void joined_compare(const struct joined *joined, struct scope scope, enum window window, enum comparison comparison, enum attribution by,
	enum sl_formula formula, struct figure then[METRICS_MOST], struct figure now[METRICS_MOST])
{
	struct joined_comparing *sum = memory_new(1, sizeof *sum);
	sum->known = true;
	begin(&sum->then, joined, scope, window, by, formula);
	begin(&sum->now, joined, scope, window, by, formula);
	for (int i = 0; i < metric_count; i++)
		then[i] = now[i] = unknown;
	for (int i = 0; i < joined->count; i++)
		add_part(joined, i, sum, comparison, then);
	for (int i = 0; sum->any && sum->known && i < metric_count; i++) {
		if (metrics[i].kind == KIND_GAUGE || (metrics[i].kind == KIND_DAY && window < WINDOW_TODAY))
			continue;
		metrics[i].value(&sum->then, &then[i]);
		metrics[i].value(&sum->now, &now[i]);
	}
	free(sum);
}

/* ---- sparks ---- */

static void join_gauge(const struct joined *joined, struct scope scope, const struct spark_span *span, struct spark *spark)
{
	const struct metric *metric = &metrics[spark->metric];
	const bool worst = metric->gauge - 1 == GAUGE_LONGEST;
	for (int i = 0; i < joined->count; i++) {
		int64_t starts[SPARK_MOST + 1], part[SPARK_MOST];
		struct scope own;
		if (!joined_scope_in(joined, i, scope, &own))
			continue;
		for (int point = 0; point < SPARK_MOST; point++)
			part[point] = INT64_MIN;
		spark_starts(joined->parts[i], span, joined->now, starts);
		spark_gauge(joined->parts[i], own, metric, span, starts, part);
		for (int point = 0; point < span->count; point++) {
			if (part[point] == INT64_MIN)
				continue;
			if (spark->points[point] == INT64_MIN || (worst && part[point] > spark->points[point]))
				spark->points[point] = part[point];
			else if (!worst)
				spark->points[point] += part[point];
		}
	}
}

/* What all parts counted in one point. */
static void join_point(struct query *query, const struct joined *joined, struct scope scope, enum sl_formula formula, const struct spark_span *span,
	int point, struct query *part)
{
	begin(query, joined, scope, span->step == MINUTE_MS ? WINDOW_5M : WINDOW_24H, BY_OUTCOME, formula);
	for (int i = 0; i < joined->count; i++) {
		int64_t starts[SPARK_MOST + 1];
		struct scope own;
		if (!joined_scope_in(joined, i, scope, &own))
			continue;
		spark_starts(joined->parts[i], span, joined->now, starts);
		spark_query(part, joined->parts[i], own, formula, span, starts, point, true);
		joined_add(&query->tally, &part->tally, TALLY_KEYS);
	}
}

void joined_sparks(const struct joined *joined, struct scope scope, enum sl_formula formula, const struct spark_span *span, struct spark *sparks, int count)
{
	spark_clear(sparks, count);
	if (joined->now == INSTANT_NONE || !count)
		return;
	struct query *query = memory_new(2, sizeof *query);
	for (int point = 0; point < span->count; point++) {
		join_point(query, joined, scope, formula, span, point, query + 1);
		for (int i = 0; i < count; i++)
			if (!metrics[sparks[i].metric].gauge)
				sparks[i].points[point] = spark_point(&metrics[sparks[i].metric], query);
	}
	free(query);
	for (int i = 0; i < count; i++)
		if (metrics[sparks[i].metric].gauge)
			join_gauge(joined, scope, span, &sparks[i]);
}
