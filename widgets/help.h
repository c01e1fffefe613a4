/* The page of keys and marks, from board_keys[]. */
#ifndef WIDGETS_HELP_H
#define WIDGETS_HELP_H

#include "widgets/board.h"
#include "widgets/widget.h"

/* Where help was asked for: what that page is and its keys come first. */
struct help_of {
	enum board_page page;
	enum board_mode mode; /* only what does something there */
	const char *about;    /* of the widget under the cursor; NULL: none */
};
void help_draw(const struct widget_view *view, const struct help_of *of);
int help_lines(const struct help_of *of);

#endif
