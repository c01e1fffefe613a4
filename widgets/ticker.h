/* Announcements that hold, one after the other, line by line: nothing moves, so that it costs few bytes and can be read. For the files of
 * widgets/ only. */
#ifndef WIDGETS_TICKER_H
#define WIDGETS_TICKER_H

#include "widgets/widget.h"

#define TICKER_STAY_MS 6000 /* a line stands for so long */

/* False: there is none. Each line of each stands for `stay` ms, by the time of the snapshot. */
bool ticker_draw(const struct snapshot *snapshot, const struct widget_view *view, int64_t stay, enum role role);

#endif
