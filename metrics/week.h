/* A metric by weekday and hour of the site's zone, over the quarter hours kept: 35 days at most. Only hours that are over and known as a
 * whole take part, so no cell is low because its hour has only begun. */
#ifndef METRICS_WEEK_H
#define METRICS_WEEK_H

#include "metrics/joined.h"

#define WEEK_CELLS (7 * 24)

struct week {
	/* Monday 00:00 first. Rates and means are those of the sums; counts are the mean of the cell's hours; of gauges the highest that was
	 * sampled. Written as sparks have it (ms, thousandths). INT64_MIN: none. */
	int64_t value[WEEK_CELLS];
	int32_t hours[WEEK_CELLS]; /* how many hours of the past a cell is made of; of several engines the most that one has */
};

/* False: the metric has no past (a gauge that nobody samples), or nobody watched the scope. */
bool week_run(const struct engine *engine, struct scope scope, enum sl_formula formula, int metric, struct week *week);
/* Each engine by its own zone. Gauges are added, of the longest wait the worst is taken. */
bool joined_week(const struct joined *joined, struct scope scope, enum sl_formula formula, int metric, struct week *week);

#endif
