/* What follows a hole waits until the hole is filled, or given up: a publisher's events then count in the order in which they
 * happened, however fast the feed's clock goes and however long the answer takes. Bounded in bytes and in time. Knows nothing
 * of the engine: the owner says what is missing. Single-threaded. */
#ifndef FEED_HOLD_BACK_H
#define FEED_HOLD_BACK_H

#include "feed/feed.h"

struct hold_back;

struct span_of_numbers {
	uint64_t from, to; /* both inclusive */
};

struct hold_back_sink {
	void *context;
	/* The number of the next event of this publisher; 0: none of it was ever heard, so nothing can be missing. */
	uint64_t (*expects)(void *context, struct view src, uint64_t boot);
	/* The lowest hole in [least, seq) that somebody may still fill; false: there is none. */
	bool (*lacks)(void *context, struct view src, uint64_t boot, uint64_t least, uint64_t seq, struct span_of_numbers *hole);
	/* Everything from what is expected up to `seq`, not included, is missing: to be counted and asked for now. */
	void (*missing)(void *context, struct feed *feed, struct view src, uint64_t boot, uint64_t seq);
	/* The time has come for a batch that was held back. */
	void (*pass)(void *context, struct feed *feed, const void *payload, size_t size);
};

struct hold_back_options {
	bool one_clock;	  /* the feeds tell the time: while it stands still for one, it does so for all */
	size_t most;	  /* bytes held at most; 0: 64 MiB */
	int64_t still;	  /* ms that a hole may stay as it is; 0: 10 s */
	int64_t unasked;  /* the same while the publisher has not said where to ask, which its heartbeats do; 0: 2.5 s */
	int64_t time;	  /* ms in all; 0: 60 s */
};

/* The sink's context must outlive it. */
struct hold_back *hold_back_create(const struct hold_back_options *options, const struct hold_back_sink *sink);
void hold_back_destroy(struct hold_back *hold_back); /* what is held is gone: only its publisher has it */
/* True: the batch, decoded from `payload`, is held (copied), and must not count yet. */
bool hold_back_take(struct hold_back *hold_back, struct feed *feed, const struct batch *batch, const void *payload, size_t size);
/* Passes on what need not wait any longer. */
void hold_back_turn(struct hold_back *hold_back);
/* Passes on everything: of this feed, which is about to close, or of all (NULL). */
void hold_back_release(struct hold_back *hold_back, const struct feed *feed);
size_t hold_back_bytes(const struct hold_back *hold_back);

#endif
