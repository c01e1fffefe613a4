/* Records of a collector on another machine, for as long as somebody looks at them: a journal in a private directory that player, chronicle
 * and evidence read as any other. It begins with a state, and with each of its files there is one, so that figures are exact from its first
 * record on, also after the oldest files were let go for want of room. Single-threaded. */
#ifndef REPLAY_SPOOL_H
#define REPLAY_SPOOL_H

#include "config/settings.h"
#include "journal/frame.h"

struct spool;

struct spool_options {
	const struct settings *settings; /* outlive it */
	int64_t since; /* records received up to then (ms) are only folded */
	uint64_t most; /* bytes of files; the oldest go */
};

struct spool *spool_open(const struct spool_options *options, struct error *err);
/* Removes the directory. NULL is fine. */
void spool_close(struct spool *spool);
/* Which journal it is of, and the state after record `lsn`, as a state's file holds it; lsn 0 and nothing: record 1 follows. */
bool spool_begin(struct spool *spool, const uint8_t *id, uint64_t lsn, struct view file, struct error *err);
/* The record after the one before. False: the disk takes no more, or it is another one. */
bool spool_add(struct spool *spool, const struct frame *frame, struct error *err);
/* Whoever reads finds what was added. */
bool spool_flush(struct spool *spool, struct error *err);
/* From now on somebody reads: nothing is let go any more. False from spool_add() once it is full then. */
void spool_settle(struct spool *spool);

struct spool_look {
	const char *directory;
	uint64_t begun;	   /* the record with whose state it was begun */
	uint64_t last;	   /* the record added last; as spool_begin() said before that */
	int64_t from, to;  /* recv of the first record that is kept and of the last; INT64_MIN: there is none */
	uint64_t bytes;
	bool is_cut;	   /* the oldest were let go */
	bool differs;	   /* the collector counts by other rules than the settings */
};
struct spool_look spool_look(const struct spool *spool);

#endif
