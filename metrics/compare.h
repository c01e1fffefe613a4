/* A figure beside what it was before: at the same time yesterday and last week, over whole quarter hours, for only those are kept. */
#ifndef METRICS_COMPARE_H
#define METRICS_COMPARE_H

#include "base/zone.h"
#include "metrics/query.h"

enum comparison { COMPARE_YESTERDAY, COMPARE_LAST_WEEK, COMPARISON_COUNT };
struct comparison_entry {
	const char *name;  /* "yesterday" */
	int days;	   /* back */
};
extern const struct comparison_entry comparisons[COMPARISON_COUNT];

struct comparing {
	bool known;	 /* all of what it is compared with is kept */
	bool gauges;	 /* and what they were then; whatever the window */
	int64_t from, to; /* of `then`: instants; what begins in [from, to) */
	struct query then, now; /* now: as much of the window, up to the last whole quarter hour */
	const struct watch *watch; /* of the scope; NULL: none */
};
/* There is nothing to compare 5 minutes with, nor 35 days, and the week of yesterday is nearly the same one. */
void comparing_run(struct comparing *comparing, const struct engine *engine, struct scope scope, enum window window, enum comparison comparison,
	enum attribution by, enum sl_formula formula, bool with_bins);
/* A gauge is compared with what it was at the end of that quarter hour: `now` is then not known here. False: it cannot be compared. */
bool comparing_figure(const struct comparing *comparing, int metric, struct figure *then, struct figure *now);

/* Every metric at once; then.known false: it cannot be compared. Of gauges `now` is not known here. */
struct compared { struct figure then[METRICS_MOST], now[METRICS_MOST]; };
void comparing_all(struct compared *compared, const struct engine *engine, struct scope scope, enum window window, enum comparison comparison,
	enum attribution by, enum sl_formula formula, bool with_bins);

/* What lists by name count, and what they compare that with: today with yesterday up to this time, longer windows with what was before. */
struct period {
	int64_t from, to;		/* (from, to] */
	int64_t before_from, before_to;
};
/* `window`: shorter than today means today. */
struct period period_of(enum window window, int64_t at, const struct zone *zone, int64_t day_start);
enum window period_window(enum window window);

#endif
