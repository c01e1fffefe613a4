#include "feed/imports/store.h"

#include <stdlib.h>

#include "base/memory.h"

#define PIECE_SIZE 4096 /* small, for one thing that stays keeps all of its piece */
#define SPARE_MOST 64
#define ALIGNMENT sizeof(void *)

struct store_piece {
	struct store_piece *next; /* of the spare ones */
	size_t held, used, room;
	char bytes[];
};

/* Before each thing. */
struct head {
	struct store_piece *piece;
};

static struct store_piece *new_piece(struct store *store, size_t needed)
{
	struct store_piece *piece = store->spare;
	if (piece && needed <= piece->room) {
		store->spare = piece->next;
		store->spare_count--;
		return piece;
	}
	const size_t room = needed > PIECE_SIZE ? needed : PIECE_SIZE;
	piece = memory_aligned(1, sizeof *piece + room, ALIGNMENT);
	*piece = (struct store_piece){.room = room};
	return piece;
}

/* Nothing in it is held. */
static void retire(struct store *store, struct store_piece *piece)
{
	if (piece->room > PIECE_SIZE || store->spare_count == SPARE_MOST) {
		free(piece);
		return;
	}
	piece->used = 0;
	piece->next = store->spare;
	store->spare = piece;
	store->spare_count++;
}

void *store_take(struct store *store, size_t size)
{
	const size_t needed = (sizeof(struct head) + size + ALIGNMENT - 1) & ~(ALIGNMENT - 1);
	if (!store->current || store->current->used + needed > store->current->room) {
		struct store_piece *full = store->current;
		store->current = new_piece(store, needed);
		if (full && full->held == 0)
			retire(store, full);
	}
	struct store_piece *piece = store->current;
	struct head *head = (struct head *)(void *)(piece->bytes + piece->used);
	head->piece = piece;
	piece->used += needed;
	piece->held++;
	return head + 1;
}

void store_give(struct store *store, void *memory)
{
	struct store_piece *piece = ((struct head *)memory - 1)->piece;
	if (--piece->held == 0 && piece != store->current)
		retire(store, piece);
}

void store_finish(struct store *store)
{
	free(store->current);
	for (struct store_piece *piece = store->spare, *next; piece; piece = next) {
		next = piece->next;
		free(piece);
	}
	*store = (struct store){0};
}
