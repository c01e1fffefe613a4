/* How a record lies on the disk, and how it goes into the journal. Little endian, at multiples of eight bytes:
 *
 *	0  u32 length      head and payload, without padding; 0: nothing follows (preallocated zeros)
 *	4  u32 crc         masked CRC-32C over everything after it, padding too, and then the length
 *	8  u8 type, u8 0   enum frame_type
 *	10 u16 feed        index of the feed it came from
 *	12 u32 0
 *	16 u64 lsn         one more than that of the record before
 *	24 i64 recv        ms
 *	32 u64 durable     the last LSN known to be on the disk when this one was put down
 *	40 payload, then zeros up to a multiple of eight
 *
 * `durable` tells what a power cut left from what decayed: a hole below it was once whole. */
#ifndef JOURNAL_FRAME_H
#define JOURNAL_FRAME_H

#include <stdbool.h>
#include <stdint.h>

#include "feed/event.h"

#define FRAME_HEAD 40
#define FRAME_PAYLOAD_MAX (PAYLOAD_MAX + 4096)
#define FRAME_MAX (FRAME_HEAD + FRAME_PAYLOAD_MAX + 8)
#define JOURNAL_ID_SIZE 16

enum frame_type {
	FRAME_BATCH = 1, FRAME_CLOCK, FRAME_GAP, FRAME_LINK, FRAME_CONFIG, FRAME_HISTORY, /* enum record_kind + 1 */
	FRAME_BUCKET = 16,				     /* of a history file */
	/* Parts of a file; none has an LSN of its own. */
	FRAME_SEGMENT = 64 /* its head */, FRAME_SEAL /* the end of its records */,
	FRAME_BLOCK /* many records, compressed */, FRAME_INDEX /* where records stand */, FRAME_FOOT /* where the index stands */
};

struct frame {
	enum frame_type type;
	uint16_t feed;
	uint64_t lsn, durable;
	int64_t recv;
	struct view payload; /* 1 to FRAME_PAYLOAD_MAX bytes */
	/* set by reading */
	uint32_t crc;
	size_t size; /* on the disk, padding too */
};

/* Has an LSN of its own? */
static inline bool frame_is_record(const struct frame *frame)
{
	return frame->type < FRAME_SEGMENT;
}

/* Bytes on the disk for a payload of so many. */
static inline size_t frame_size(size_t payload)
{
	return (FRAME_HEAD + payload + 7) & ~(size_t)7;
}

/* Writes frame_size(payload) bytes; returns the CRC. */
uint32_t frame_write(const struct frame *frame, uint8_t *to);

enum frame_look { FRAME_GOOD, FRAME_SHORT /* the bytes end before it does */, FRAME_ZERO, FRAME_BAD };
/* `need`: with FRAME_SHORT, how many bytes it takes to know more. The payload is a view of the bytes. */
enum frame_look frame_read(const uint8_t *bytes, size_t size, struct frame *frame, size_t *need);

/* Little endian, wherever it stands. */
uint16_t frame_get16(const uint8_t *at);
uint32_t frame_get32(const uint8_t *at);
uint64_t frame_get64(const uint8_t *at);
void frame_put16(uint8_t *at, uint16_t number);
void frame_put32(uint8_t *at, uint32_t number);
void frame_put64(uint8_t *at, uint64_t number);

#endif
