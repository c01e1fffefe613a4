/* The batches a publisher sent, kept up to a number of bytes so that a reader can have them again. */
#ifndef FEED_REPLAY_RING_H
#define FEED_REPLAY_RING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct replay_batch {
	uint8_t *payload;
	size_t size;
	uint64_t first, last; /* seq of its events */
};

/* Wherever what was sent is kept. */
struct replay_past {
	void *context;
	uint64_t (*oldest)(void *context); /* the first number that is kept; 0: none */
	/* The first batch that holds `seq` or something later, valid until the next call; false: there is none. */
	bool (*batch)(void *context, uint64_t seq, struct replay_batch *batch);
};

struct replay_ring {
	struct replay_batch *batches; /* a ring of `room` slots; `begin` is the oldest */
	size_t room, begin, count;
	size_t bytes, most;
};

void replay_ring_init(struct replay_ring *ring, size_t most);
void replay_ring_finish(struct replay_ring *ring);
/* Copies the payload; the oldest go while more than `most` bytes are kept. */
void replay_ring_add(struct replay_ring *ring, const void *payload, size_t size, uint64_t first, uint64_t last);
/* The number (for replay_ring_at) of the first batch that holds `seq` or something later; ring->count: none. */
size_t replay_ring_find(const struct replay_ring *ring, uint64_t seq);
const struct replay_batch *replay_ring_at(const struct replay_ring *ring, size_t number);
struct replay_past replay_ring_past(struct replay_ring *ring);

#endif
