/* Records on their way to the disk, ready to be written, in pieces of memory: they stay until they are durable, so that they can be
 * written once more elsewhere. */
#ifndef JOURNAL_CHUNKS_H
#define JOURNAL_CHUNKS_H

#include "journal/frame.h"

struct chunk {
	struct chunk *next;
	uint64_t first, last;	/* LSNs */
	int64_t first_recv;
	uint32_t last_crc;
	size_t size, room;
	uint8_t bytes[];
};

/* In order of LSN. */
struct chunks {
	struct chunk *head, *tail;
	size_t bytes;
};

/* Puts a copy at the end: into the last chunk while that is no larger than `most` (one record may be), else into a new one. A single
 * chunk has less than twice the room it needs. */
void chunks_put(struct chunks *chunks, const struct frame *frame, size_t most);
/* All of `from` to the end of `to`. */
void chunks_move(struct chunks *to, struct chunks *from);
/* Frees those whose records all have an LSN up to this one; returns the bytes they held. */
size_t chunks_drop(struct chunks *chunks, uint64_t lsn);
void chunks_finish(struct chunks *chunks);

#endif
