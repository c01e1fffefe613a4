/* What one of a pair has to do to its journal before it can follow the other one: nothing, set records aside, or begin anew after a
 * state. Done while nobody writes the journal, between closing the collector and opening it again. */
#ifndef APP_TURNOVER_H
#define APP_TURNOVER_H

#include "base/error.h"
#include "journal/epochs.h"
#include "journal/state_file.h"

struct turnover {
	enum { TURNOVER_NONE, TURNOVER_AGAIN, TURNOVER_CUT, TURNOVER_ANEW } what;
	uint64_t from;		/* CUT: the first record that is set aside */
	uint8_t *state;		/* ANEW: the engine of the other one, packed; ours to free */
	size_t state_size;
	uint64_t lsn;		/* after this record */
	int64_t recv;
	struct epochs epochs;
};

/* Does it, and logs what was set aside. */
bool turnover_apply(const struct turnover *turnover, const char *directory, struct error *err);
void turnover_finish(struct turnover *turnover);

#endif
