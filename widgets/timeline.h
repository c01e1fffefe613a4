/* The timeline at the foot of a replay: curves and what happened over the span shown, with the cursor. */
#ifndef WIDGETS_TIMELINE_H
#define WIDGETS_TIMELINE_H

#include "widgets/widget.h"

/* The columns there is room for; 0: none. bare: the two rows of a small page. */
int timeline_columns(struct rect rect, bool bare);
/* The instant under a cell; false: the cell is no column of it. */
bool timeline_instant(const struct timeline *timeline, struct rect rect, bool bare, int x, int y, int64_t *at);
/* "08-01 11:00" or "11:00": what of an instant has to be said beside the day of `day`. with_seconds: "11:00:07". */
void timeline_when(const struct snapshot *snapshot, int64_t at, int64_t day, bool with_seconds, char *to, size_t room);

#endif
