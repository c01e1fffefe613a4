/* Many consecutive records as one compressed piece: what a sealed file holds in place of them. A block is a frame (FRAME_BLOCK) with the
 * LSN and recv of its first record, so that its sum covers every bit; records never span blocks. Its payload:
 *
 *	0  u32 count      of records
 *	4  u32 size       of what is compressed
 *	8  u64 last       LSN of the last record
 *	16 i64 recv       of the last record
 *	24 u32 crc        of the last record as it stood on the disk, u32 0
 *	32 zstd: a column for each part of a head (varints), then the payloads one after the other
 *
 * LSNs are not kept, for they count up; sums are not either: they follow from the rest. */
#ifndef JOURNAL_BLOCK_H
#define JOURNAL_BLOCK_H

#include "journal/frame.h"

#define BLOCK_BYTES (64 * 1024)
#define BLOCK_HEAD 32

struct block_writer;
/* level: zstd's; bytes: of the frames of a block, at most, unless it holds only one. */
struct block_writer *block_writer_create(int level, size_t bytes);
void block_writer_destroy(struct block_writer *writer);
/* Copies the record. False: the block is full (or the record cannot be in one with those before): take the block first. */
bool block_writer_add(struct block_writer *writer, const struct frame *frame);
/* The block of what was added, which is forgotten; a view of the writer. False: nothing was, or it does not fit into a frame. */
bool block_writer_take(struct block_writer *writer, struct frame *block);

/* What a block's frame says of itself without being unpacked. */
struct block_span {
	uint32_t count;
	uint64_t first, last;
	int64_t recv, last_recv;
};
/* False: it contradicts itself. */
bool block_span(const struct frame *block, struct block_span *span);

struct block_reader {
	uint8_t *bytes;
	size_t size, room;
	const uint8_t *columns[4], *payloads; /* where the next record's parts stand */
	const uint8_t *end;
	uint32_t left; /* records */
	uint64_t lsn;
	int64_t recv;
	uint32_t last_crc;
	void *zstd;
};
/* Unpacks. False: hostile or unreadable, although its sum is right. */
bool block_open(struct block_reader *reader, const struct frame *block);
/* The next record; a view of the reader until block_open or block_finish. frame->crc is set of the last one only. */
bool block_next(struct block_reader *reader, struct frame *frame);
void block_finish(struct block_reader *reader);

#endif
