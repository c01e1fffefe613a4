/* What opening a journal for writing makes of the files that are there. */
#ifndef JOURNAL_RECOVER_H
#define JOURNAL_RECOVER_H

#include "journal/segment.h"

struct recovery {
	uint8_t id[JOURNAL_ID_SIZE];
	bool has_id;
	uint64_t last;	  /* LSN; 0: there is none */
	uint32_t last_crc;
	int64_t last_recv; /* INSTANT_NONE: there is none */
	uint64_t bytes;	  /* of all files that stay */
	/* Called for every piece of damage found in the last file; NULL: nobody wants to know. */
	void (*report)(void *context, const struct damage *damage);
	void *context;
	uint64_t damaged; /* how many were reported */
};

/* Reads the last file of the kind. What a power cut or a dying process left at its end is copied to lost+tail/ and cut off;
 * damage before that is reported and stays. */
bool recover(struct recovery *recovery, const struct disk *disk, const char *directory, enum segment_kind kind, struct error *err);

#endif
