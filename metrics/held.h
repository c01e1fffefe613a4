/* Events whose predecessor is unknown, and which wait for it: for the files of metrics/ only. held.c. */
#ifndef METRICS_HELD_H
#define METRICS_HELD_H

#include "metrics/engine.h"
#include "metrics/timers.h"

/* An event that waits up to 2 s for what must come before it; owns its texts. */
#define HELD_MOST 4096
struct held_event {
	struct event event;
	char *texts; /* NULL: free */
	uint32_t next; /* with the same id; of the free list */
	uint32_t version;
	uint64_t serial;
	uint16_t source, feed;
	int64_t ts;
	bool too_old;
};

struct view event_subject_key(const struct event *event, enum event_key *key); /* and what it is; KEY_COUNT: nothing */
struct view event_subject(const struct event *event); /* the id it hangs on: contact, case or callback; size 0: none */
void held_add(struct engine *engine, const struct event *event);
void held_retry(struct engine *engine, struct view subject);
void held_timer(struct engine *engine, const struct timer *timer);
void held_own(struct held_event *held); /* its texts become its own */
#define HELD_UNCHAINED (UINT32_MAX - 1) /* `next` of one that was read and is in no chain yet */
/* Reading a state: into the chain of its subject, in their order; false: no event, or in a chain already. */
bool held_restore(struct engine *engine, uint32_t number);
void held_finish(struct engine *engine);

#endif
