/* What stands in a segment of an outbox: frames (a head with length and checksum, then operations one after the other).
 *
 *	size u32, kind u32, first u64, checksum u64, content		little-endian
 *
 * `first` is the number of the first event in it, or of the next one to come. The checksum covers all of it and, as its seed, the segment
 * and the place in it: what was written elsewhere is no frame here. */
#ifndef FEED_OUTBOX_OUTBOX_FRAME_H
#define FEED_OUTBOX_OUTBOX_FRAME_H

#include "feed/outbox/outbox_memory.h"

#define FRAME_HEAD_SIZE 24
#define FRAME_MOST ((uint32_t)1 << 30) /* bytes of content */
#define SECRET_SIZE 192		       /* of the keyed hashes */

enum frame_kind {
	FRAME_OPENING = 1, /* boot, secret, src */
	FRAME_MEMORY,	   /* part of all that was remembered when the segment began */
	FRAME_READY,	   /* that was all of it */
	FRAME_COMMIT,
	FRAME_KINDS
};

struct frame {
	enum frame_kind kind;
	uint64_t first;
	struct view content;
};

/* The head of what stands after it in `to`, which keeps FRAME_HEAD_SIZE bytes free for it at `begin`. */
void outbox_frame_seal(struct wire_buffer *to, size_t begin, enum frame_kind kind, uint64_t first, uint64_t segment, uint64_t offset);
/* The frame at the beginning of `bytes`. False: there is none, or it is damaged or cut. */
bool outbox_frame_read(struct view bytes, uint64_t segment, uint64_t offset, struct frame *frame);
/* How many bytes it takes, by its length alone; 0: fewer than a head are there. */
size_t outbox_frame_size(struct view bytes);

/* What a commit consists of. */
enum op_kind { OP_EVENT = 1, OP_PUT, OP_REMOVE, OP_NOTE, OP_KINDS };
struct op {
	enum op_kind kind;
	unsigned set;
	uint32_t most;	  /* OP_NOTE */
	struct view key;  /* or the queue, or a hash of 16 bytes */
	struct view value; /* or the event */
};
void outbox_op_write(struct wire_buffer *to, const struct op *op);
void outbox_op_write_note(struct wire_buffer *to, unsigned set, struct outbox_hash hash, uint32_t most);
/* Takes the next one off; false: there is none, or it is none (then `content` is not empty). */
bool outbox_op_next(struct view *content, struct op *op);
void outbox_op_apply(const struct op *op, struct outbox_memory *memory);

void outbox_frame_put_number(struct wire_buffer *to, uint64_t number, int bytes);
uint64_t outbox_frame_number(const void *from, int bytes);

#endif
