/* Figures as JSON: the contract of `tablo snapshot --json`. Durations in seconds with three decimals, ratios 0 to 1 with six, times
 * ISO 8601 with zone; no value is null: a figure that is not known has no "value". Ratios also have
 * "of": [numerator, denominator]. */
#ifndef STORE_FIGURES_JSON_H
#define STORE_FIGURES_JSON_H

#include <stdio.h>

#include "store/figures_walk.h"

/* One JSON document in one line, with its newline. The snapshot gives what is no figure: alerts, feeds, conduct, due ... */
void figures_json(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request);
/* One document for each interval of `length` ms (whole quarter hours; base/instant.h) from that which `from` lies in until `until`, as known
 * now: {"from", "to", "figures"}. */
void figures_json_intervals(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request,
	int64_t from, int64_t until, int64_t length);
/* One alert as one line, with what happened to it: {"at", "change", "id", "severity", "state", "metric"?, "scope", "raised", "cleared"?,
 * "text", "answered"?, "by"?, "until"?}. */
void alert_json(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct list_alert *alert, const char *change);

#endif
