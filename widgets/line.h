/* The board in one line, for canvases too small for more and for --plain. */
#ifndef WIDGETS_LINE_H
#define WIDGETS_LINE_H

#include "widgets/widget.h"

void line_draw(const struct snapshot *snapshot, const struct widget_view *view);

#endif
