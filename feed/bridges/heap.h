/* Things waiting for their turn: by instant, then rank, then the order in which they came. */
#ifndef FEED_BRIDGES_HEAP_H
#define FEED_BRIDGES_HEAP_H

#include <stddef.h>
#include <stdint.h>

struct heap_entry {
	int64_t at;
	uint64_t number; /* of arrival; set by heap_push */
	uint8_t rank;
	void *item; /* belongs to whoever pushed it, then to whoever popped it */
};

/* A zeroed struct heap is an empty heap. */
struct heap {
	struct heap_entry *entries;
	size_t count, room;
	uint64_t pushed;
};

void heap_push(struct heap *heap, int64_t at, uint8_t rank, void *item);
/* Of a heap that is not empty. */
struct heap_entry heap_pop(struct heap *heap);
/* Frees the items still in it, too. */
void heap_finish(struct heap *heap);

#endif
