/* The last line: which keys do something here, from board_keys[]. */
#ifndef WIDGETS_FOOTER_H
#define WIDGETS_FOOTER_H

#include "widgets/board.h"
#include "widgets/widget.h"

/* Where the keys stood in the last picture. */
#define FOOTER_KEYS_MOST 32
struct footer_seen {
	int count;
	struct rect rects[FOOTER_KEYS_MOST];
	const struct board_key_info *keys[FOOTER_KEYS_MOST];
};

/* page: bit of enum board_page; keys whose `pages` has it are shown. On the overview of a replay those of the replay, and how to
 * leave. */
void footer_draw(const struct widget_view *view, unsigned page, enum board_mode mode, unsigned denied, struct footer_seen *seen);

#endif
