#include "feed/bridges/heap.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

static bool earlier(const struct heap_entry *a, const struct heap_entry *b)
{
	if (a->at != b->at)
		return a->at < b->at;
	if (a->rank != b->rank)
		return a->rank < b->rank;
	return a->number < b->number;
}

void heap_push(struct heap *heap, int64_t at, uint8_t rank, void *item)
{
	if (heap->count == heap->room)
		heap->entries = memory_grow(heap->entries, &heap->room, heap->count + 1, sizeof *heap->entries);
	struct heap_entry entry = {.at = at, .number = heap->pushed++, .rank = rank, .item = item};
	size_t place = heap->count++;
	while (place > 0 && earlier(&entry, &heap->entries[(place - 1) / 2])) {
		heap->entries[place] = heap->entries[(place - 1) / 2];
		place = (place - 1) / 2;
	}
	heap->entries[place] = entry;
}

struct heap_entry heap_pop(struct heap *heap)
{
	assert(heap->count > 0);
	struct heap_entry first = heap->entries[0], last = heap->entries[--heap->count];
	size_t place = 0;
	for (;;) {
		size_t child = 2 * place + 1;
		if (child >= heap->count)
			break;
		if (child + 1 < heap->count && earlier(&heap->entries[child + 1], &heap->entries[child]))
			child++;
		if (!earlier(&heap->entries[child], &last))
			break;
		heap->entries[place] = heap->entries[child];
		place = child;
	}
	heap->entries[place] = last;
	return first;
}

void heap_finish(struct heap *heap)
{
	for (size_t i = 0; i < heap->count; i++)
		free(heap->entries[i].item);
	free(heap->entries);
	*heap = (struct heap){0};
}
