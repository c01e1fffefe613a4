/* Four hints for whoever opens a board for the first time, a line each. */
#ifndef WIDGETS_TOUR_H
#define WIDGETS_TOUR_H

#include "widgets/widget.h"

/* step: the hint shown, from 1; 0: none. */
#define TOUR_BEGIN 1
/* The step after this key: the same where it is neither Esc nor what the hint names. */
int tour_after(int step, int key);
void tour_draw(int step, const struct widget_view *view);

#endif
