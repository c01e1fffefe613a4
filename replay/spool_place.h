/* Where a board keeps for a while what it fetched from a collector: a fresh directory (0700) in $XDG_CACHE_HOME/tablo or, without that, in
 * $TMPDIR or /tmp. Its LOCK is held as long as the board lives, so that what a killed one left behind is known and removed. */
#ifndef REPLAY_SPOOL_PLACE_H
#define REPLAY_SPOOL_PLACE_H

#include "base/error.h"

struct spool_place {
	char *directory; /* NULL: none */
	int lock;	 /* -1: none */
};

/* Removes what killed boards of this user left, then makes a new one. */
bool spool_place_open(struct spool_place *place, struct error *err);
/* Removes it with all that is in it. */
void spool_place_close(struct spool_place *place);

#endif
