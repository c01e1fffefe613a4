/* Where two collectors wrote different records under the same numbers: the ones that do not count are set aside. */
#ifndef JOURNAL_FORK_H
#define JOURNAL_FORK_H

#include "base/error.h"
#include "journal/disk.h"

struct fork {
	uint64_t records; /* that were set aside; 0: there were none */
	uint64_t last;	  /* LSN of the last of them */
	int pieces;	  /* files in lost+tail/ */
};

/* Takes the record `from` and all after it, and the states after them, out of a journal that nobody writes. What was done before a
 * failure stays done; it may be called again. `disk` NULL: the real one. */
bool fork_set_aside(const struct disk *disk, const char *directory, uint64_t from, struct fork *fork, struct error *err);

#endif
