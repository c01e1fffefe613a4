/* The marks of a journal, to choose one to go to. */
#ifndef WIDGETS_MARKS_H
#define WIDGETS_MARKS_H

#include "widgets/widget.h"

/* view->selected: the mark under the cursor. */
void marks_draw(const struct snapshot *snapshot, const struct widget_view *view);

#endif
