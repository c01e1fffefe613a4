#include "journal/chunks.h"

#include <stdlib.h>

#include "base/memory.h"

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

void chunks_put(struct chunks *chunks, const struct frame *frame, size_t most)
{
	size_t size = frame_size(frame->payload.size);
	struct chunk *chunk = chunks->tail;
	if (!chunk || chunk->room - chunk->size < size)
		chunk = begin_chunk(chunks, frame, size > most ? size : most);
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
