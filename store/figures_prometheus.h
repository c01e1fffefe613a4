/* Figures for Prometheus: every metric of the catalogue a family of gauges, `tablo_` and its name with its unit behind it (seconds, ratio),
 * help from the catalogue. OpenMetrics 1.0 text, or the older text format 0.0.4 for a scraper that does not ask for the newer.
 *
 * Labels: `scope` ("all", "queue", "line": a queue's channel, or "asked"), so that a sum is not of sums; queue, channel, market, agent,
 * team, site where they are named; `window` of what is counted over one. What is not known has no sample; nor has anything that stands as
 * it was (a feed that is stale): an alert on absence sees that. No names of people but those that --scope asks for. */
#ifndef STORE_FIGURES_PROMETHEUS_H
#define STORE_FIGURES_PROMETHEUS_H

#include <stdio.h>

#include "store/figures_walk.h"

/* `version`: of the program. The texts of the catalogue must be English (words_open("en")). */
void figures_prometheus(FILE *to, const struct engine *engine, const struct snapshot *snapshot, const struct figures_request *request,
	const char *version, bool openmetrics);

#endif
