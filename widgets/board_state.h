/* The board from inside: for board.c and board_keys.c only. */
#ifndef WIDGETS_BOARD_STATE_H
#define WIDGETS_BOARD_STATE_H

#include "widgets/board.h"
#include "widgets/board_layout.h"
#include "widgets/entry.h"
#include "widgets/evidence.h"
#include "widgets/filter.h"
#include "widgets/header.h"

/* What Tab goes through: the tiles, the panels, the header. */
#define FOCUS_NONE (-1)
#define FOCUS_PANELS TILE_COUNT
#define FOCUS_HEADER (TILE_COUNT + PANEL_COUNT)
#define FOCUS_COUNT (FOCUS_HEADER + 1)

struct board {
	const struct settings *settings;
	struct snapshot_request request;
	enum board_page page;
	int focus;
	int scroll[FOCUS_COUNT]; /* first line shown, by focus */
	int page_scroll;	 /* of help and a life */
	enum board_page home;	 /* the overview, or the page of figures that help, filter and marks lead back to */
	enum board_page behind;	 /* where evidence leads back to */
	bool life_alone;	 /* the life is a row's of a page, not of the evidence */
	int row;		 /* under the cursor, or the first line shown, of a page on a digit */
	struct filter filter;
	struct evidence_list list; /* the page of evidence */
	int asked;	    /* questions about a figure so far: each has its number */
	struct entry entry; /* open while its kind is not ENTRY_NONE */
	struct wish wish;   /* of the key pressed last */
	struct wish answer; /* about an alert, while its time is typed */
	int market;	    /* of the settings, on the page of local custom */
	int mark;	    /* under the cursor, on the page of marks */
	char said[200];	    /* in place of the footer; "" */
	struct header_clocks clocks;
	struct layout layout; /* of the last picture: keys go by what was seen */
};

extern const struct widget_class *const board_panels[PANEL_COUNT];
/* By enum board_page; NULL: a page of the board itself. */
extern const struct page_class *const board_page_classes[BOARD_PAGES];
/* The row under the cursor, or -1: there is none. */
int board_row(const struct board *board, const struct snapshot *snapshot);

#endif
