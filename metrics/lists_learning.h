/* Lists for the page of what can be learned. As in metrics/lists.h: at most `room`, texts harmless. */
#ifndef METRICS_LISTS_LEARNING_H
#define METRICS_LISTS_LEARNING_H

#include "metrics/lists.h"

/* Topics by how many of their contacts needed a further one: where the knowledge base lacks an answer. Everything is of the contacts that were
 * queued in the period, in quarter hours that begin in it, as FCR has them over fcr_within: resolved, and with a known customer. */
struct list_topic {
	char name[64];
	int64_t contacts, settled, kept; /* resolved; those of them whose time is over; those of these without a further contact */
	int64_t recontacts, before;	 /* followed by a further contact, settled or not; those of the period before */
};
/* The most re-contacts first; topics with neither contacts nor re-contacts in either period are left out. The sum of the period into *total, which
 * has their re-contacts, contacts, settled and kept ones (may be NULL), however small `room` is. */
int list_topics(const struct engine *engine, const struct period *period, struct list_topic *items, int room, struct list_topic *total);
int list_topic_order(const void *left, const void *right);

/* What was praised last, the newest first. */
struct list_praise {
	int64_t at; /* instant */
	const char *by; /* constant: "customer" "colleague" */
	char team[64];	/* "": not known */
	char agent[64]; /* as the settings name people; "": not told */
	char site[64];	/* of a board over several; else "" */
};
int list_newest_praises(const struct engine *engine, struct list_praise *items, int room);
int list_praise_order(const void *left, const void *right);

#endif
