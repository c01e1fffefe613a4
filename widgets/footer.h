/* The last line: which keys do something here, from board_keys[]. */
#ifndef WIDGETS_FOOTER_H
#define WIDGETS_FOOTER_H

#include "widgets/board.h"
#include "widgets/widget.h"

/* page: bit of enum board_page; keys whose `pages` has it are shown. On the overview of a replay those of the replay, and how to
 * leave. */
void footer_draw(const struct widget_view *view, unsigned page, enum board_mode mode);

#endif
