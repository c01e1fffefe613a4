/* Where in a file which record stands, about every 64 KiB, so that seeking need not read the file from its beginning. In a sealed file
 * they are its last frames; beside any other that is closed they are a file of their own, J-<first LSN>.wbi. They may be missing, torn or
 * wrong: whoever uses one looks at what stands there first (segment_scan_jump). */
#ifndef JOURNAL_HINTS_H
#define JOURNAL_HINTS_H

#include "journal/scan.h"

#define HINT_BYTES (64 * 1024) /* least between two records noted; blocks all are */

struct hint {
	int64_t offset;
	uint64_t lsn;
	int64_t recv;
};

struct hints {
	struct hint *hints; /* ascending */
	size_t count, room;
	int64_t covered; /* bytes of the file that were looked at for them */
	uint64_t last;	 /* LSN of the last record before that */
};

void hints_finish(struct hints *hints);
/* Notes a place if it is `least` bytes from the one noted last. */
void hints_add(struct hints *hints, int64_t least, int64_t offset, uint64_t lsn, int64_t recv);
/* The last place that is not after this record, or where only earlier ones were received before; NULL: the beginning of the file. */
const struct hint *hints_find_lsn(const struct hints *hints, uint64_t lsn);
const struct hint *hints_find_recv(const struct hints *hints, int64_t recv);

/* What is known of a file of the journal `id`; nothing where it cannot be read. */
void hints_load(struct hints *hints, const struct disk *disk, const char *directory, const struct segment *segment, int file, const uint8_t *id);
/* Reads on from where they end, with a walk of its own over the same file. */
void hints_extend(struct hints *hints, const struct disk *disk, int file, uint64_t first);
/* Beside a file that is not sealed; without waiting for the disk. The result of the call that failed, or 0. */
int hints_save(const struct hints *hints, const struct disk *disk, const char *directory, const struct segment *segment, const uint8_t *id);
/* Removes the file of hints, if there is one. */
void hints_remove(const struct disk *disk, const char *directory, const struct segment *segment);

/* As a frame; the payload is to be freed. */
struct frame hints_frame(const struct hints *hints, const uint8_t *id, uint64_t last, int64_t recv);
/* The last frame of a sealed file: where the index stands. */
#define HINTS_FOOT 16
struct frame hints_foot(int64_t offset, uint64_t last, int64_t recv, uint8_t *payload);

#endif
