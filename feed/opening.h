/* The raw MessagePack of calendar.defined as numbers: what the feed checks and the engine reckons with. */
#ifndef FEED_OPENING_H
#define FEED_OPENING_H

#include "base/open_hours.h"
#include "base/view.h"

#define OPENING_BLOCKS_MOST 1440 /* of a day */

/* The week: 7 lists (Monday first) of [from, to) in minutes of the day. Into at most `room` blocks (NULL: none are wanted); *count is
 * how many there are. False: it is no week. */
bool opening_week(struct view raw, struct open_block *blocks, size_t room, size_t *count);
/* The holidays: a list of "YYYY-MM-DD", as days since 1970-01-01; the same. */
bool opening_holidays(struct view raw, int32_t *days, size_t room, size_t *count);

#endif
