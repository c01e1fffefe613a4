/* How much of a journal the timeline of a replay shows, nearer and further. */
#ifndef APP_REPLAY_SPAN_H
#define APP_REPLAY_SPAN_H

#include <stddef.h>

#include "base/zone.h"

enum { REPLAY_ZOOM_LAST_HOURS = 2, REPLAY_ZOOM_DAY = 5, REPLAY_ZOOM_WHOLE = 7, REPLAY_ZOOMS };

struct replay_span {
	int64_t from, to;    /* what the timeline shows, ms */
	int64_t first, last; /* of the journal */
};
/* Sets what is shown round the cursor, of first and last. */
void replay_span_choose(struct replay_span *span, int zoom, int64_t cursor, const struct zone *zone);
/* The zoom that follows: nearer 1, further -1, round 0. */
int replay_span_zoom(int zoom, int by, int64_t whole);

/* What a replay calls its journal: as it is given, else the last part of its path. */
void replay_name(const char *journal, const char *given, char *to, size_t room);

#endif
