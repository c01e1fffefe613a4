/* Keeps what an engine knows of the past in the history files of the journal's directory, in a thread of its own, and gives it back where
 * neither a state nor the first records are there any more. */
#ifndef APP_HISTORIAN_H
#define APP_HISTORIAN_H

#include "base/error.h"
#include "journal/history.h"
#include "metrics/engine.h"

struct historian;

/* `last`: the last record of the journal. NULL: the files cannot be used, err says why. */
struct historian *historian_create(const char *directory, const uint8_t *id, uint64_t last, struct error *err);
/* Finishes what it was given. */
void historian_destroy(struct historian *historian);
/* Copies what changed since the last time; it waits until historian_write. Not while it is busy. */
void historian_take(struct historian *historian, const struct engine *engine);
/* The records it was taken after are on the disk: it may be written. */
void historian_write(struct historian *historian);
/* Something was taken, or is being written. */
bool historian_busy(struct historian *historian);
struct historian_state {
	uint64_t written; /* the history tells everything up to this record; 0: there is none yet */
	char trouble[200]; /* "" while it can be written */
};
struct historian_state historian_state(struct historian *historian);
/* Before the end: what was taken and what came since, `engine` NULL: only the former. All records must be on the disk. */
void historian_finish(struct historian *historian, const struct engine *engine);

/* A new engine to fold records into: where the journal has lost its first ones, with the history as of *lsn, a record up to `most`; the
 * records that are left are to be applied all the same, those up to *lsn too. *lsn 0: an empty one. */
struct engine *historian_recall(const char *directory, const struct settings *settings, uint64_t most, uint64_t *lsn, struct error *err);

#endif
