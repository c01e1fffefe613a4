/* Figures as JSON: the contract of `tablo snapshot --json`. Durations in seconds with three decimals, ratios 0 to 1 with six, times
 * ISO 8601 with zone; no value is null: a figure that is not known has no "value". Ratios also have
 * "of": [numerator, denominator]. */
#ifndef STORE_FIGURES_JSON_H
#define STORE_FIGURES_JSON_H

#include <stdio.h>

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

/* One JSON document in one line, with its newline. The snapshot gives what is no figure: alerts, feeds, conduct, due ... */
void figures_json(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request);
/* One document for each interval of `length` ms (whole quarter hours; base/instant.h) from that which `from` lies in until `until`, as known
 * now: {"from", "to", "figures"}. */
void figures_json_intervals(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request,
	int64_t from, int64_t until, int64_t length);

#endif
