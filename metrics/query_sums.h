/* Sums over any stretch of time: for the files of metrics/ that ask the ledgers. */
#ifndef METRICS_QUERY_SUMS_H
#define METRICS_QUERY_SUMS_H

#include "metrics/state.h"

/* Which buckets: minutes or quarters, from when to when, counted how. */
struct stretch {
	int64_t after, until;
	enum attribution by;
	bool quarters, with_bins;
	bool present; /* reaches to now: what is not yet written down belongs to it */
};
/* The tally of the scope over the stretch, in place of what was there. */
void query_sum(const struct engine *engine, struct scope scope, const struct stretch *stretch, struct tally *tally);
/* A question without an answer yet: no gauges are known. */
void query_begin(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula);
/* A window is what begins in (after, at]. */
int64_t query_after(const struct engine *engine, enum window window, int64_t at);
bool query_from_quarters(enum window window);

/* When somebody was heard for the first time: INT64_MAX before. Nothing else tells since when anybody listens. */
int64_t query_heard_since(const struct engine *engine);
/* Since when all that was counted is there. */
int64_t query_known_since(const struct engine *engine);

#endif
