/* Seals a closed file of the journal: J-….wbj becomes J-….wbz, the same records as compressed blocks with an index at the end. The old file
 * goes when the new one is safe and was read back, record by record, as equal. Whatever happens on the way, one of the two is there whole. */
#ifndef JOURNAL_SEAL_H
#define JOURNAL_SEAL_H

#include <pthread.h>
#include <stdatomic.h>

#include "journal/block.h"
#include "journal/segment.h"

#define SEAL_LEVEL 6 /* of zstd: beyond, little is won */

struct sealing {
	const struct disk *disk;
	const char *directory;
	int level;
	size_t block_bytes; /* of records in a block; 0: BLOCK_BYTES */
	pthread_mutex_t *door;	 /* held while files change their names; NULL: nobody else changes any */
	const atomic_bool *stop; /* true: give up; NULL: never */
	/* filled in */
	uint64_t before, after; /* bytes of the file, by name */
};

enum seal_result {
	SEAL_DONE,
	SEAL_LEFT,  /* it stays as it is: damaged, without records, or removed meanwhile */
	SEAL_FAILED /* the disk; another time it may do */
};
/* `segment` is not sealed and nobody writes to it. err: why it was left or failed. */
enum seal_result seal_file(struct sealing *sealing, const struct segment *segment, struct error *err);
/* Writes a sealed file anew whose index is damaged and whose records are all there; results as above. */
enum seal_result seal_mend(struct sealing *sealing, const struct segment *segment, struct error *err);
/* The other way round: a sealed file becomes J-….wbj again, its records as they stood there. For who has to cut it. */
bool seal_undo(const struct disk *disk, const char *directory, const struct segment *segment, struct error *err);
/* Removes what a sealing that was cut off left behind. */
void seal_tidy(const struct disk *disk, const char *directory);

#endif
