/* Every scope and window that is asked for, one query after the other: what figures_json and figures_prometheus have in common. */
#ifndef STORE_FIGURES_WALK_H
#define STORE_FIGURES_WALK_H

#include "metrics/engine.h"
#include "metrics/joined.h"
#include "metrics/query.h"
#include "store/snapshot.h"

struct figures_request {
	const struct scope *scopes; /* what is asked for */
	int scope_count;
	const struct joined *joined; /* of several sites; NULL: of one engine */
	const int *sites;	     /* with `joined`: to each scope its site, counted from 1, 0: all of them */
	const enum window *windows;
	int window_count;
	enum attribution by;
	int formula; /* enum sl_formula, -1: as set */
	const bool *wanted; /* by metric index; NULL: every metric */
};

struct figures_walk {
	const struct engine *engine;
	const struct snapshot *snapshot;
	const struct figures_request *request;
	/* Of the scope at hand. */
	struct scope scope;	    /* as it was asked for */
	int site;	      /* counted from 1; 0: all, or there is only one */
	struct joined joined; /* the engines it is of; count 0: `engine` alone */
	enum window window;
	bool gauges;	      /* what is so now; else what was counted over the window */
	struct query *query;
};

/* Calls `take` for each scope: once for what is so now, then for each window. */
void figures_walk(struct figures_walk *walk, void (*take)(void *context, struct figures_walk *walk), void *context);
/* Is the metric one of those that were asked for, of this kind (a gauge or not), and has it a meaning in the scope? */
bool figures_wanted(const struct figures_request *request, struct scope scope, int metric, bool gauges);
/* By which formula a service level is reckoned there. */
enum sl_formula figures_formula(const struct figures_walk *walk, struct scope scope);
/* The figure of the walk's query; not known where nothing was counted. */
struct figure figures_figure(const struct figures_walk *walk, int metric);
/* The limit as the file has it, ratios from 0 to 1; NAN: none. */
double figures_limit(const struct metric *metric);
/* The target of a queue, ms; of several sites together there is none, for each has its own: -1. */
int64_t figures_within(const struct figures_walk *walk, struct scope scope);

/* The names that a scope is told by, in their order: "queue", "channel", ... ends with NULL. */
extern const char *const figures_scope_keys[];

#endif
