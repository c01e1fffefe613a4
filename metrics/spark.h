/* How a figure went: over the last hour by minutes, over a day by quarter hours, over a week by hours, over five weeks by days. */
#ifndef METRICS_SPARK_H
#define METRICS_SPARK_H

#include "metrics/query.h"

#define SPARK_MOST 168 /* points, at most */

struct spark_span {
	const char *label; /* "24 h" */
	const char *name;  /* "24h" */
	int count;
	int64_t step; /* ms; 0: days in the site's zone */
};
/* The span that belongs to a window. */
const struct spark_span *spark_span(enum window window);
/* Where each point of a span that ends at `now` begins, and at [count] where the last one, the running one, ends. */
void spark_starts(const struct engine *engine, const struct spark_span *span, int64_t now, int64_t starts[SPARK_MOST + 1]);

struct spark {
	int metric;
	/* span->count of them, oldest first, as value * 1000 (ms for durations stay ms, ratios in thousandths); INT64_MIN where there is none.
	 * Gauges: the highest that was sampled. */
	int64_t points[SPARK_MOST];
};
/* Several metrics of a scope at once: the sums are the same. */
void spark_run(const struct engine *engine, struct scope scope, enum sl_formula formula, const struct spark_span *span, struct spark *sparks, int count);

/* The parts of it, for sparks over several engines: what was counted in point `i`, without gauges; the value of such a tally; the samples of a
 * gauge, INT64_MIN where there are none. */
void spark_query(struct query *query, const struct engine *engine, struct scope scope, enum sl_formula formula, const struct spark_span *span,
	const int64_t *starts, int i, bool with_bins);
int64_t spark_point(const struct metric *metric, const struct query *query);
void spark_gauge(const struct engine *engine, struct scope scope, const struct metric *metric, const struct spark_span *span, const int64_t *starts,
	int64_t *points);
bool spark_needs_bins(const struct spark *sparks, int count);
void spark_clear(struct spark *sparks, int count);

#endif
