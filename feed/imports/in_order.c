#include "feed/imports/in_order.h"

#include <assert.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define MOVED_MOST 128 /* of the row, to let one in */
#define RANK_SHIFT 56

static bool is_earlier(const struct waiting *a, const struct waiting *b)
{
	return a->at != b->at ? a->at < b->at : a->turn < b->turn;
}

/* ---- the heap ---- */

static void heap_push(struct in_order *order, const struct waiting *entry)
{
	if (order->heap_count == order->heap_room)
		order->heap = memory_grow(order->heap, &order->heap_room, order->heap_count + 1, sizeof *order->heap);
	size_t place = order->heap_count++;
	while (place > 0 && is_earlier(entry, &order->heap[(place - 1) / 2])) {
		order->heap[place] = order->heap[(place - 1) / 2];
		place = (place - 1) / 2;
	}
	order->heap[place] = *entry;
}

static void *heap_pop(struct in_order *order)
{
	struct waiting first = order->heap[0], last = order->heap[--order->heap_count];
	size_t place = 0;
	for (;;) {
		size_t child = 2 * place + 1;
		if (child >= order->heap_count)
			break;
		if (child + 1 < order->heap_count && is_earlier(&order->heap[child + 1], &order->heap[child]))
			child++;
		if (!is_earlier(&order->heap[child], &last))
			break;
		order->heap[place] = order->heap[child];
		place = child;
	}
	order->heap[place] = last;
	return first.item;
}

/* ---- the row ---- */

/* Where it would stand in the row; SIZE_MAX: too far from the end. */
static size_t row_place(const struct in_order *order, const struct waiting *entry)
{
	const struct waiting *row = order->row;
	size_t high = order->row_end, low = high - order->row_begin > MOVED_MOST ? high - MOVED_MOST : order->row_begin;
	if (low == high || !is_earlier(entry, &row[high - 1]))
		return high;
	if (low > order->row_begin && is_earlier(entry, &row[low]))
		return SIZE_MAX;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (is_earlier(entry, &row[middle]))
			high = middle;
		else
			low = middle + 1;
	}
	return low;
}

/* Room for one more at the end, in place of those that have gone or beyond. Returns by how much all have moved down. */
static size_t row_make_room(struct in_order *order)
{
	const size_t gone = order->row_begin;
	if (order->row_end < order->row_room)
		return 0;
	if (gone <= order->row_room / 2) {
		order->row = memory_grow(order->row, &order->row_room, order->row_room + 1, sizeof *order->row);
		return 0;
	}
	memmove(order->row, order->row + gone, (order->row_end - gone) * sizeof *order->row);
	order->row_begin = 0;
	order->row_end -= gone;
	return gone;
}

void in_order_push(struct in_order *order, int64_t at, uint8_t rank, void *item)
{
	const struct waiting entry = {.at = at, .turn = (uint64_t)rank << RANK_SHIFT | order->pushed++, .item = item};
	size_t place = row_place(order, &entry);
	if (place == SIZE_MAX) {
		heap_push(order, &entry);
		return;
	}
	place -= row_make_room(order);
	memmove(order->row + place + 1, order->row + place, (order->row_end++ - place) * sizeof *order->row);
	order->row[place] = entry;
}

void *in_order_pop(struct in_order *order)
{
	assert(in_order_count(order) > 0);
	if (order->row_begin == order->row_end || (order->heap_count && is_earlier(order->heap, &order->row[order->row_begin])))
		return heap_pop(order);
	void *item = order->row[order->row_begin++].item;
	if (order->row_begin == order->row_end)
		order->row_begin = order->row_end = 0;
	return item;
}

void in_order_finish(struct in_order *order)
{
	free(order->row);
	free(order->heap);
	*order = (struct in_order){0};
}
