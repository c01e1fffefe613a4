/* The journal from the side that appends: every record of a collector, on the disk before anybody else relies on it.
 *
 * journal_append only copies. A thread writes what came at most a few ms later, another makes it safe every 100 ms.
 * `written` survives the death of the process, `durable` a power cut. */
#ifndef JOURNAL_JOURNAL_H
#define JOURNAL_JOURNAL_H

#include "base/error.h"
#include "journal/disk.h"
#include "journal/frame.h"
#include "journal/segment.h"

struct journal;

struct journal_options {
	int64_t sync;		/* ms between making safe; 0: every batch at once */
	uint64_t segment_bytes;
	int64_t segment_time;	/* ms */
	int64_t keep_time;	/* ms; 0: for ever */
	uint64_t keep_bytes;	/* 0: any */
	int64_t keep_free;	/* bytes; 0: none */
	size_t waiting_most;	/* bytes in memory that are not safe yet; appends beyond are refused */
	const struct disk *disk;  /* NULL: the real one */
	int64_t seal;		/* ms after which a closed file is sealed; 0: never */
	const uint8_t *id;	/* of a journal to be continued in an empty directory (a standby); NULL: a random one */
	uint64_t first;		/* the first LSN in an empty directory; 0: 1 */
	/* Damage found on opening; may be NULL. */
	void (*report)(void *context, const struct damage *damage);
	void *context;
};
/* 100 ms, 64 MiB, 1 h, 7 days, 20 GiB, 1 GiB, 64 MiB, files are not sealed. */
struct journal_options journal_options(void);

enum journal_health {
	JOURNAL_OK,
	JOURNAL_FULL,	    /* the disk, or the memory for what waits: figures go on, "not journalled" */
	JOURNAL_NOT_DURABLE /* the disk fails; what was written before is not given up */
};

struct journal_state {
	enum journal_health health;
	int64_t since;	/* ms, wall clock */
	char why[240];	/* "" while all is well */
	uint64_t appended, written, durable; /* LSNs: each at most the one before */
	uint64_t refused; /* appends, in all */
	uint64_t bytes;	  /* on the disk */
	size_t waiting;	  /* bytes in memory that are not safe */
	uint64_t damaged; /* pieces of damage found on opening */
};

/* Creates the directory (0700), takes its lock, and mends what a power cut left at the end. The message names the process that
 * has it already. */
struct journal *journal_open(const char *directory, const struct journal_options *options, struct error *err);
/* Writes what waits, makes it safe, seals the file. False: not everything is on the disk; the message says what is not. */
bool journal_close(struct journal *journal, struct error *err);

/* Copies the record, gives it its LSN and never waits for a disk. frame->lsn is 0 where it was refused: nothing is kept of it. */
enum journal_health journal_append(struct journal *journal, struct frame *frame);
struct journal_state journal_state(struct journal *journal);
/* Retention leaves every file that holds this record or a later one: somebody needs them still. 0: nobody does. */
void journal_keep_from(struct journal *journal, uint64_t lsn);
/* Readable after written, durable or the health changed, until journal_state is called. */
int journal_descriptor(const struct journal *journal);
/* JOURNAL_ID_SIZE bytes. */
const uint8_t *journal_id(const struct journal *journal);
/* recv of the last record there was on opening, or INSTANT_NONE: time goes on from there. */
int64_t journal_last_recv(const struct journal *journal);

#endif
