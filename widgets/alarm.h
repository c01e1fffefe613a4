/* A threat to life: an alarm at the top of every page, whatever is on it, until somebody acknowledges it. For the files of widgets/ only. */
#ifndef WIDGETS_ALARM_H
#define WIDGETS_ALARM_H

#include "widgets/widget.h"

/* The latest that nobody has acknowledged; NULL: none. */
const struct list_alert *alarm_of(const struct snapshot *snapshot);
/* Over the row from `x` to `end`, with since when; does nothing where there is none. True: it stands there. */
bool alarm_draw(const struct snapshot *snapshot, const struct widget_view *view, int x, int y, int end);

#endif
