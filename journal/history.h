/* Closed buckets for years: files H-<number>.wbh beside the journal, in the same records, which retention never removes. What a bucket
 * holds is its owner's business. */
#ifndef JOURNAL_HISTORY_H
#define JOURNAL_HISTORY_H

#include "journal/journal.h"

struct history;

struct bucket {
	struct view scope; /* its name, as text */
	uint32_t grain;	   /* the owner's: minutes, quarters, days */
	int64_t start;	   /* ms */
	struct view bytes;
};

/* `id`: the journal's (JOURNAL_ID_SIZE bytes). The directory's lock is the journal's. Damage is reported as by journal_open. */
struct history *history_open(const struct disk *disk, const char *directory, const uint8_t *id,
	void (*report)(void *context, const struct damage *damage), void *context, struct error *err);
/* What was not committed is lost. */
void history_close(struct history *history);

/* Copies; false: more than FRAME_PAYLOAD_MAX bytes. */
bool history_put(struct history *history, const struct bucket *bucket, struct error *err);
/* Writes what was put and makes it safe; waits for the disk. On failure all of it is kept for the next call. */
bool history_commit(struct history *history, struct error *err);

struct history_walk {
	int64_t from, to; /* only buckets with from <= start < to */
	void (*bucket)(void *context, const struct bucket *bucket);
	void (*damage)(void *context, const struct damage *damage); /* may be NULL */
	void *context;
};
/* Every bucket once, as it was put last, in the order in which these were put. Reads the files twice; takes 40 bytes of memory for
 * each bucket in the range. */
bool history_read(const struct disk *disk, const char *directory, const struct history_walk *walk, struct error *err);

#endif
