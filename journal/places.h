/* What a reader knows of where records stand, file by file: from the hints on the disk, else from having read the file once. */
#ifndef JOURNAL_PLACES_H
#define JOURNAL_PLACES_H

#include "journal/hints.h"

struct place {
	struct segment segment;
	struct hints hints;
};
struct places {
	struct place *places;
	size_t count, room;
};

void places_finish(struct places *places);
/* Moves the walk, which stands behind the file's head, as far as it can towards record `lsn` or, where that is 0, to what was received at
 * `recv`. */
void places_approach(struct places *places, struct scan *scan, const char *directory, const struct segment *segment, const uint8_t *id,
	uint64_t lsn, int64_t recv);

#endif
