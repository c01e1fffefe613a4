/* Writes the states a journal lacks while somebody folds it: one about every 100,000 events, and no more than their share of
 * the journal.
 * Only where the fold is the collector's: from the first record, under the rules that the journal says were in force. */
#ifndef REPLAY_KEEPER_H
#define REPLAY_KEEPER_H

#include "config/meaning.h"
#include "journal/state_file.h"
#include "metrics/engine.h"

#define KEEPER_EVENTS 100000

struct keeper {
	const char *directory; /* the caller's, as is the id */
	const uint8_t *id;
	struct meaning meaning;
	int share; /* percent of the journal that states may take */
	struct state_list there;
	uint64_t weight;	    /* of the records so far */
	uint64_t events, since;	    /* events and weight at the last state */
	uint64_t state_bytes;	    /* of the last state's file */
	uint64_t written;	    /* states, in all */
	bool is_true;		    /* nothing was missing or folded otherwise so far */
	bool has_begun;
};

void keeper_begin(struct keeper *keeper, const char *directory, const uint8_t *id, const struct settings *settings);
void keeper_finish(struct keeper *keeper);
/* After the engine took the record. False: a state could not be written; it is given up then. */
bool keeper_take(struct keeper *keeper, const struct engine *engine, const struct frame *frame, const struct record *record, struct error *err);

#endif
