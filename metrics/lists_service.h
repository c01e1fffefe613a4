/* Lists for the pages of SLA clocks and of the customers' voice. As in metrics/lists.h: at most `room`, texts harmless. */
#ifndef METRICS_LISTS_SERVICE_H
#define METRICS_LISTS_SERVICE_H

#include "metrics/lists.h"
#include "metrics/markets.h"

/* Live SLA clocks of a kind: of one clock, or of one priority of their cases. A breached clock may be paused too: it counts in both. */
struct list_clocks {
	char name[16]; /* "first_reply" ..., "P1" to "P5", "none": a priority nobody told */
	int64_t running, due_soon, paused, breached; /* running: neither paused nor breached */
};
#define PRIORITIES_MOST 6
/* By the clock, every one of them in its order; by priority, those that have any, the most urgent first. */
void list_live_clocks(const struct engine *engine, struct scope scope, struct list_clocks kinds[SLA_CLOCK_COUNT],
	struct list_clocks priorities[PRIORITIES_MOST], int *priority_count);
/* "P2"; "none". */
const char *list_priority_name(int priority);

/* Markets of the settings in their order, then those that only events told of, in the order of first sight. */
struct list_market {
	char name[48];	    /* its title */
	int settings;	    /* number of its section; -1: it has none, and `day` says nothing */
	bool told;	    /* events told of it: it has a scope */
	struct scope scope; /* SCOPE_ALL, narrowed to it */
	struct market_day day;
};
#define MARKETS_MOST 64 /* that anybody shows or stores */
int list_markets(const struct engine *engine, int64_t at, struct list_market *items, int room);

/* Event types of which some could not follow what went before, the most frequent first; before is 0. */
int list_impossible(const struct engine *engine, struct list_named *items, int room);

#endif
