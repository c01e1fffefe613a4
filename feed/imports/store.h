/* Room for many small things that come and go nearly in order: taken from pieces of memory, each of which is used again when nothing
 * in it is held any more. */
#ifndef FEED_IMPORTS_STORE_H
#define FEED_IMPORTS_STORE_H

#include <stddef.h>

struct store_piece;

/* Zeroed: empty. */
struct store {
	struct store_piece *current, *spare; /* spare: a list */
	size_t spare_count;
};

/* Not zeroed; aligned for any number or pointer. */
void *store_take(struct store *store, size_t size);
void store_give(struct store *store, void *memory);
/* All that was taken has been given back. */
void store_finish(struct store *store);

#endif
