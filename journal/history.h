/* Closed buckets for years: files H-<number>.wbh beside the journal, in the same records, which the journal's retention never removes. What
 * a bucket holds is its owner's business. What was put counts once a mark follows it: the mark says up to which record of the journal all
 * that stands before it tells everything. */
#ifndef JOURNAL_HISTORY_H
#define JOURNAL_HISTORY_H

#include "journal/journal.h"

struct history;

#define HISTORY_MARK UINT32_MAX /* a grain of its own */

struct history_bucket {
	struct view scope; /* its name, as text */
	uint32_t grain;	   /* the owner's: minutes, quarters, days ...; below HISTORY_MARK */
	int64_t start;	   /* ms */
	struct view bytes;
};

struct history_options {
	uint8_t id[JOURNAL_ID_SIZE]; /* the journal's */
	uint64_t segment_bytes;	     /* of a file; 0: 64 MiB */
	/* Damage found on opening; may be NULL. */
	void (*report)(void *context, const struct damage *damage);
	void *context;
};

/* The directory's lock is the journal's. *damaged: how many pieces of damage were reported. */
struct history *history_open(const struct disk *disk, const char *directory, const struct history_options *options, uint64_t *damaged,
	struct error *err);
/* What was not committed is lost. */
void history_close(struct history *history);

/* Copies; false: more than FRAME_PAYLOAD_MAX bytes. */
bool history_put(struct history *history, const struct history_bucket *bucket, struct error *err);
void history_put_mark(struct history *history, uint64_t lsn, int64_t at);
/* Writes what was put and makes it safe; waits for the disk. On failure all of it is kept for the next call. */
bool history_commit(struct history *history, struct error *err);

/* Are the files so much larger than what was in them after the last cleaning that it is worth the while? */
bool history_wants_cleaning(const struct history *history);
/* Writes what is still wanted anew and removes the files before. To be called with nothing put and not committed. On failure all stays. */
bool history_clean(struct history *history, bool (*is_wanted)(void *context, const struct history_bucket *bucket), void *context, struct error *err);

struct history_mark {
	uint64_t number; /* of the mark among all that was put */
	uint64_t lsn;	 /* of the journal's last record that is in what stands before it */
	int64_t at;	 /* the owner's time then */
};
/* The last mark for a record up to `most`; number 0: there is none. `end`, or NULL: the last one of all. */
bool history_find(const struct disk *disk, const char *directory, uint64_t most, struct history_mark *mark, struct history_mark *end,
	struct error *err);

struct history_walk {
	int64_t from, to; /* only buckets with from <= start < to */
	uint64_t most;	  /* only what was put up to this number; 0: all */
	void (*bucket)(void *context, const struct history_bucket *bucket);
	void (*damage)(void *context, const struct damage *damage); /* may be NULL */
	void *context;
};
/* Every bucket once, as it was put last, in the order in which these were put; no marks. Reads the files twice; takes 40 bytes of memory
 * for each bucket in the range. */
bool history_read(const struct disk *disk, const char *directory, const struct history_walk *walk, struct error *err);

#endif
