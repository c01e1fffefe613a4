/* The page of keys and marks, from board_keys[]. */
#ifndef WIDGETS_HELP_H
#define WIDGETS_HELP_H

#include "widgets/board.h"
#include "widgets/widget.h"

/* mode: only what does something there. */
void help_draw(const struct widget_view *view, enum board_mode mode);
int help_lines(enum board_mode mode);

#endif
