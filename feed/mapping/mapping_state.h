/* What making events of a row works with: shared by mapping_apply.c and mapping_memory.c. */
#ifndef FEED_MAPPING_MAPPING_STATE_H
#define FEED_MAPPING_MAPPING_STATE_H

#include "feed/mapping/mapping.h"

struct instant_value {
	bool known;
	int64_t local, utc;
};

/* What a row tells the rows after it. */
struct kept {
	struct view id, now;
};

struct mapper {
	struct mapping *mapping;
	const struct zone *zone;
	const struct pseudonym *pseudonym;
	char *arena;
	size_t used, mark; /* what a document's elements leave standing: its own lets */
	const struct view *fields;
	size_t field_count;
	struct view *lets;
	struct kept *kept; /* of lets that remember */
	struct instant_value *instants;
	struct event *events;
	struct view *queues;
	int *rules; /* which section each event comes from */
	int count;
	int clamped;
	int each; /* the row is an element of that list; -1: a row, or a document itself */
	bool known;
};

/* Are its rows documents? Then nothing that they say is repeated in a message, and an empty id is none. */
static inline bool mapper_documents(const struct mapper *mapper)
{
	return mapper->mapping->documents;
}

/* Room for this row; NULL: it is too large. */
char *mapper_room(struct mapper *mapper, size_t size);
/* False: the row is too large. */
bool mapper_fill(struct mapper *mapper, const struct template *template, struct view *value);
bool mapper_holds(const struct mapper *mapper, const struct conditions *conditions);
bool mapper_too_large(struct error *err);

/* ---- what is remembered of other rows ---- */
/* A let that remembers: what it is now is kept for the rows after, if this one is good. False: too large. */
bool mapper_look_back(struct mapper *mapper, int let);
/* *yes: the event of this section comes from this row. */
bool mapper_wants(struct mapper *mapper, const struct mapping_event *rule, bool *yes, struct error *err);
/* Only what a good row says is remembered. `changed` looks at every row that its `when` lets through. */
void mapper_remember(struct mapper *mapper);

#endif
