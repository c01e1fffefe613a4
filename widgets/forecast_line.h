/* The forecast in one line, for the overview. For the files of widgets/ only. */
#ifndef WIDGETS_FORECAST_LINE_H
#define WIDGETS_FORECAST_LINE_H

#include "widgets/widget.h"

/* How many more agents than needed, with a sign. */
void forecast_gap_text(int64_t gap, char *to, size_t room);
/* Is there anything to tell? */
bool forecast_line_known(const struct snapshot *snapshot);
void forecast_line_draw(const struct snapshot *snapshot, const struct widget_view *view, int x, int y, int room);

#endif
