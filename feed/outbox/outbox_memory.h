/* What an outbox remembers: texts by key, and sets of ids that keep their newest. Every change can be undone until it is settled. */
#ifndef FEED_OUTBOX_OUTBOX_MEMORY_H
#define FEED_OUTBOX_OUTBOX_MEMORY_H

#include "base/map.h"
#include "feed/outbox/outbox.h"

#define OUTBOX_SETS 16

struct outbox_hash {
	uint64_t low, high;
};

/* The newest ids, oldest first in a ring; the table finds their places in it. */
struct outbox_set {
	struct outbox_hash *ring;
	uint32_t *table; /* place in the ring + 1; 0: free. Twice as many as the ring has */
	size_t room, begin, count; /* of the ring; room is a power of two */
};

struct outbox_value {
	char *data; /* never NULL while it is in use */
	size_t size;
};

struct outbox_change; /* how one change is undone */

struct outbox_memory {
	struct map keys; /* to the place in values */
	struct outbox_value *values;
	uint32_t *spare; /* places that are free again */
	size_t value_count, value_room, spare_count, spare_room;
	struct outbox_set sets[OUTBOX_SETS];
	struct outbox_change *changes;
	size_t change_count, change_room;
	struct wire_buffer change_keys;
};

/* A zeroed one is empty. */
void outbox_memory_finish(struct outbox_memory *memory);
bool outbox_memory_find(const struct outbox_memory *memory, struct view key, struct view *value);
void outbox_memory_put(struct outbox_memory *memory, struct view key, struct view value);
/* False: it was not there. */
bool outbox_memory_remove(struct outbox_memory *memory, struct view key);
/* False: it was there already. */
bool outbox_memory_note(struct outbox_memory *memory, unsigned set, struct outbox_hash hash, size_t most);
void outbox_memory_undo(struct outbox_memory *memory); /* back to what was settled last */
void outbox_memory_settle(struct outbox_memory *memory);

#endif
