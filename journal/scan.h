/* Walks over the frames of one file, and finds its way again after damage. Blocks of a sealed file come as the records in them. */
#ifndef JOURNAL_SCAN_H
#define JOURNAL_SCAN_H

#include "journal/block.h"
#include "journal/segment.h"

struct scan {
	const struct disk *disk;
	int file;
	int64_t offset;	  /* of the next frame */
	uint64_t last;	  /* LSN of the record before */
	int64_t size;	  /* of the file */
	uint8_t *window;
	int64_t window_at;
	size_t window_size, window_room;
	int error; /* -errno after SCAN_FAILED */
	bool keeps_blocks; /* they come as they are: for who only wants to know what is where */
	struct block_reader block; /* whose records come next, while it has any */
	int64_t block_at;
	size_t block_size;
};

enum scan_result {
	SCAN_FRAME,
	SCAN_DAMAGE, /* `damage` has offset, bytes, from, to; the next call gives what comes after it */
	SCAN_END,    /* nothing more: scan->offset is where it ends, whatever stands there */
	SCAN_FAILED
};

/* `before`: the LSN before the first in this file. */
void segment_scan_init(struct scan *scan, const struct disk *disk, int file, uint64_t before);
void segment_scan_finish(struct scan *scan);
/* The frame's payload is good until the next call. */
enum scan_result segment_scan_next(struct scan *scan, struct frame *frame, struct damage *damage);
/* Goes to `offset`, if the record there, or the first of the block there, is `lsn`, received at `recv`; false: it is not, and the walk
 * stays where it is. */
bool segment_scan_jump(struct scan *scan, int64_t offset, uint64_t lsn, int64_t recv);
/* The file may have grown or changed beyond what was read. */
void segment_scan_refresh(struct scan *scan);
/* How many bytes from here to the last one that is not zero; -errno where it cannot be read. */
int64_t segment_scan_tail(struct scan *scan);

#endif
