#include "journal/chunks.h"

#include <stdlib.h>

#include "base/memory.h"

#define FIRST_ROOM 256

static struct chunk *begin_chunk(struct chunks *chunks, const struct frame *frame, size_t room)
{
	/* Not zeroed: every byte of it is written before it counts. */
	struct chunk *chunk = memory_resize(NULL, 1, sizeof *chunk + room);
	*chunk = (struct chunk){.first = frame->lsn, .first_recv = frame->recv, .room = room};
	if (chunks->tail)
		chunks->tail->next = chunk;
	else
		chunks->head = chunk;
	chunks->tail = chunk;
	return chunk;
}

/* Twice the room for the only chunk there is, or as much as one may have; NULL: it has that. */
static struct chunk *widen(struct chunks *chunks, size_t size, size_t most)
{
	struct chunk *chunk = chunks->tail;
	if (!chunk || chunk != chunks->head || chunk->size + size > most)
		return NULL;
	size_t room = chunk->room;
	while (room < chunk->size + size)
		room *= 2;
	chunk = memory_resize(chunk, 1, sizeof *chunk + (room < most ? room : most));
	chunk->room = room < most ? room : most;
	return chunks->head = chunks->tail = chunk;
}

/* The first one grows with what it holds, for in quiet times there are many, each with a record or two, and they may have to wait for
 * long. Where one was filled more will come: the next has all its room from the beginning. */
static size_t first_room(const struct chunks *chunks, size_t size, size_t most)
{
	const size_t room = chunks->head || most < FIRST_ROOM ? most : FIRST_ROOM;
	return size > room ? size : room;
}

void chunks_put(struct chunks *chunks, const struct frame *frame, size_t most)
{
	size_t size = frame_size(frame->payload.size);
	struct chunk *chunk = chunks->tail;
	if ((!chunk || chunk->room - chunk->size < size) && !(chunk = widen(chunks, size, most)))
		chunk = begin_chunk(chunks, frame, first_room(chunks, size, most));
	chunk->last_crc = frame_write(frame, chunk->bytes + chunk->size);
	chunk->last = frame->lsn;
	chunk->size += size;
	chunks->bytes += size;
}

void chunks_move(struct chunks *to, struct chunks *from)
{
	if (!from->head)
		return;
	if (to->tail)
		to->tail->next = from->head;
	else
		to->head = from->head;
	to->tail = from->tail;
	to->bytes += from->bytes;
	*from = (struct chunks){0};
}

size_t chunks_drop(struct chunks *chunks, uint64_t lsn)
{
	size_t dropped = 0;
	while (chunks->head && chunks->head->last <= lsn) {
		struct chunk *chunk = chunks->head;
		chunks->head = chunk->next;
		dropped += chunk->size;
		free(chunk);
	}
	if (!chunks->head)
		chunks->tail = NULL;
	chunks->bytes -= dropped;
	return dropped;
}

void chunks_finish(struct chunks *chunks)
{
	chunks_drop(chunks, UINT64_MAX);
}
