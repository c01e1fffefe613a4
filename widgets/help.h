/* The page of keys and marks, from board_keys[]. */
#ifndef WIDGETS_HELP_H
#define WIDGETS_HELP_H

#include "widgets/widget.h"

void help_draw(const struct widget_view *view);
int help_lines(void);

#endif
