/* Where everything stands on the overview at each size. */
#ifndef WIDGETS_BOARD_LAYOUT_H
#define WIDGETS_BOARD_LAYOUT_H

#include "tui/canvas.h"
#include "widgets/tile.h"

enum panel { PANEL_QUEUES, PANEL_CONDUCT, PANEL_ALERTS, PANEL_DUE, PANEL_LEARNING, PANEL_COUNT };

struct layout {
	bool line;			   /* too small for anything but one line */
	bool bare_tiles, bare;		   /* without boxes: the tiles, the panels */
	struct rect header, body, footer;  /* footer height 0: none */
	struct rect chips;		   /* of the filter, under the header; height 0: none */
	struct rect tiles[TILE_COUNT];	   /* width 0: not shown */
	struct rect panels[PANEL_COUNT];
	struct rect timeline;		   /* of a replay; height 0: none */
	int rules[2], rule_count;	   /* rows of a line right across */
};

/* What the page must know of the content: lines of open conduct flags, whether a clock runs, whether there is a timeline, whether a filter is
 * on. On large
 * pages that stands where the clocks and what can be learned stand otherwise: all else has its place. */
struct layout layout_make(int width, int height, int flags, bool clocks, bool timeline, bool chips);

#endif
