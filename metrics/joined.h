/* Figures over several engines, one a site: what they counted is added, gauges are added or the largest is taken, and the catalogue makes
 * figures of the sums; nothing is averaged. Each engine stands at its own time; windows reach back from the latest of them. Scopes are
 * told by the numbers of `names`, an engine that has names and no events. */
#ifndef METRICS_JOINED_H
#define METRICS_JOINED_H

#include "metrics/compare.h"
#include "metrics/engine.h"
#include "metrics/query.h"
#include "metrics/spark.h"

struct joined {
	struct engine *names;
	const struct engine *const *parts; /* NULL: nothing is known of it */
	int count;
	int64_t now; /* the latest of all sites, INT64_MIN: nothing came yet */
};

/* Room in `names` for what so many engines may have each: to be called before the first scope is asked for. */
void joined_make_room(struct engine *names, int parts);
/* The latest time of `count` engines, NULLs among them; INT64_MIN: none has any. */
int64_t joined_latest(const struct engine *const *parts, int count);
/* One of them alone, at the same time. */
struct joined joined_alone(const struct joined *joined, int part);
/* A scope in the numbers of one part; false: it has no such name, so nothing of the scope. */
bool joined_scope_in(const struct joined *joined, int part, struct scope scope, struct scope *own);
/* A part's scope in the common numbers; its names are learned. */
struct scope joined_scope_from(const struct joined *joined, int part, struct scope own);

/* As query_run(). Peaks are what was seen at one part or of all together at the end of a minute: at least that. */
void joined_query(struct query *query, const struct joined *joined, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins);
/* As comparing_run() and comparing_figure() of every metric: each part against its own past; not known unless that of each part with
 * the scope is. Of gauges `now` is not known here. */
void joined_compare(const struct joined *joined, struct scope scope, enum window window, enum comparison comparison, enum attribution by,
	enum sl_formula formula, struct figure then[METRICS_MOST], struct figure now[METRICS_MOST]);
/* As spark_run(). Of gauges the highest of each point are added, whether or not they were reached in the same second. */
void joined_sparks(const struct joined *joined, struct scope scope, enum sl_formula formula, const struct spark_span *span, struct spark *sparks, int count);
/* Adds a part's tally: sums are added, of maxima the larger stays. */
void joined_add(struct tally *tally, const struct tally *part, int keys);

#endif
