/* Things waiting for their turn: by instant, then rank, then the order in which they came. What comes nearly in order, as logs do, stands in
 * one sorted row; only what is far from its place waits in a heap. */
#ifndef FEED_IMPORTS_IN_ORDER_H
#define FEED_IMPORTS_IN_ORDER_H

#include <stddef.h>
#include <stdint.h>

struct waiting {
	int64_t at;
	uint64_t turn; /* rank, then how many came before */
	void *item;    /* belongs to whoever pushed it, then to whoever popped it */
};

/* Zeroed: empty. */
struct in_order {
	struct waiting *row;
	size_t row_begin, row_end, row_room;
	struct waiting *heap;
	size_t heap_count, heap_room;
	uint64_t pushed;
};

static inline size_t in_order_count(const struct in_order *order)
{
	return order->row_end - order->row_begin + order->heap_count;
}

void in_order_push(struct in_order *order, int64_t at, uint8_t rank, void *item);
/* Of one that is not empty. */
void *in_order_pop(struct in_order *order);
/* What will likely be popped `later` pops from now, or NULL. */
static inline void *in_order_ahead(const struct in_order *order, size_t later)
{
	return later < order->row_end - order->row_begin ? order->row[order->row_begin + later].item : NULL;
}
/* The items themselves are left alone. */
void in_order_finish(struct in_order *order);

#endif
