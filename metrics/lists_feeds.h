/* What is known of one feed: its faults by kind with the last example of each, and the holes in its publishers' numbers. As in metrics/lists.h: at
 * most `room`, texts harmless and such as the display policy lets them be. */
#ifndef METRICS_LISTS_FEEDS_H
#define METRICS_LISTS_FEEDS_H

#include "metrics/lists.h"

/* Its kinds of faults that were counted, in the order of the table. */
struct list_feed_fault {
	enum feed_fault fault;
	uint64_t count;
	int64_t at;	  /* when the last example came; 0: none is kept, as of what is no event at all */
	int64_t ts;	  /* when it says that it happened */
	const char *type; /* constant; "": one that we do not know */
	char about[96];	  /* "case c-12"; of an unknown type its name; "" */
};
int list_feed_faults(const struct engine *engine, int feed, struct list_feed_fault *items, int room);

/* Numbers that are missing, by publisher, the oldest first. */
struct list_hole {
	char src[64];
	uint64_t from, to;
	int64_t since; /* instant; INSTANT_NONE: not known */
};
int list_feed_holes(const struct engine *engine, int feed, struct list_hole *items, int room);

#endif
