/* The engine's states that are being fetched from a collector, each frozen as it was at its LSN. Those who come at about the same
 * time share one. Part of stream_server.c. */
#ifndef FEED_STREAM_STATES_H
#define FEED_STREAM_STATES_H

#include "feed/wire.h"

#define STREAM_STATES_MAX 4

struct stream_frozen {
	struct wire_buffer bytes; /* size 0: none */
	uint64_t lsn;
	int64_t recv;
	int64_t taken, used; /* monotonic ms */
	int fetching;	     /* askers that began and did not get its end yet; those that went away too */
};

struct stream_states {
	struct stream_frozen kept[STREAM_STATES_MAX];
};

void stream_states_finish(struct stream_states *states);
/* The one of this LSN; NULL: it is not kept any more. Counts as a use. */
struct stream_frozen *stream_states_find(struct stream_states *states, uint64_t lsn, int64_t now);
/* The one taken last; NULL: none is kept. */
struct stream_frozen *stream_states_newest(struct stream_states *states);
/* An empty place; for want of one, that of the oldest which nobody seems to fetch, or which was fetched for long enough. NULL: share
 * the newest. */
struct stream_frozen *stream_states_place(struct stream_states *states, int64_t now);
/* Frees what nobody fetches any more. */
void stream_states_tidy(struct stream_states *states, int64_t now);
/* When that is next due; INT64_MAX: nothing is kept. */
int64_t stream_states_due(const struct stream_states *states);

#endif
