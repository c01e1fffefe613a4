/* The board from inside: for board.c and board_keys.c only. */
#ifndef WIDGETS_BOARD_STATE_H
#define WIDGETS_BOARD_STATE_H

#include "widgets/board.h"
#include "widgets/board_layout.h"
#include "widgets/board_own.h"
#include "widgets/chips.h"
#include "widgets/entry.h"
#include "widgets/evidence.h"
#include "widgets/filter.h"
#include "widgets/footer.h"
#include "widgets/header.h"
#include "widgets/help.h"
#include "widgets/list.h"
#include "widgets/palette.h"

/* What Tab goes through: the tiles, the panels, the header. */
#define FOCUS_NONE (-1)
#define FOCUS_PANELS TILE_COUNT
#define FOCUS_HEADER (TILE_COUNT + PANEL_COUNT)
#define FOCUS_COUNT (FOCUS_HEADER + 1)

struct board {
	const struct settings *settings;
	struct snapshot_request request; /* as keys have it */
	struct snapshot_request asked_for; /* the same with what the page of the configuration sets over it */
	enum board_page page;
	int focus;
	int scroll[FOCUS_COUNT]; /* first line shown, by focus */
	int page_scroll;	 /* of help and a life */
	enum board_page home;	 /* the overview, or the page of figures that help, filter and marks lead back to */
	enum board_page behind;	 /* where evidence leads back to */
	bool life_alone;	 /* the life is a row's of a page, not of the evidence */
	int row;		 /* under the cursor, or the first line shown, of a page on a digit */
	struct list_states states; /* how lists are sorted and narrowed */
	struct lists_seen seen;	   /* of the last picture */
	const struct list_class *finding; /* the list that the open line narrows down */
	struct filter filter;
	struct chips chips;	   /* of the last picture */
	struct evidence_list list;/* the page of evidence */
	int asked;	    /* questions about a figure so far: each has its number */
	struct entry entry; /* open while its kind is not ENTRY_NONE */
	const char *theme, *language; /* chosen by name; NULL: as configured */
	struct wish wish;   /* of the key pressed last */
	struct wish answer; /* about an alert, while its time is typed */
	char answering[120]; /* what that alert says */
	struct wish answered; /* the last one, for the undo; alert 0: none */
	struct palette palette;
	int tour; /* the hint shown, from 1; 0: none */
	struct footer_seen footer;
	enum board_page helped; /* where help was asked for, and what leads back there */
	int helped_row;
	struct board_file file; /* the last one exported */
	int market;	    /* of the settings, on the page of local custom */
	int mark;	    /* under the cursor, on the page of marks */
	char said[200];	    /* in place of the footer; "" */
	bool said_undo;	    /* and that u takes it back */
	char warned[300];   /* the same while nothing is said: what is wrong with the configuration */
	struct own own;
	struct header_clocks clocks;
	struct board_wall *wall; /* NULL: somebody sits at it */
	struct layout layout; /* of the last picture: keys go by what was seen */
};

extern const struct widget_class *const board_panels[PANEL_COUNT];
/* By enum board_page; NULL: a page of the board itself. */
extern const struct page_class *const board_page_classes[BOARD_PAGES];
/* Places everything for this size. */
void board_arrange(struct board *board, const struct snapshot *snapshot, int width, int height);
/* Into view.rect, the layout's body. */
void board_draw_page(struct board *board, const struct snapshot *snapshot, struct widget_view view);
void board_draw_waiting(const struct snapshot *snapshot, const struct widget_view *view);
/* Of the page help was asked on. */
struct help_of board_help(const struct board *board, const struct snapshot *snapshot);
/* The row under the cursor, or -1: there is none. */
int board_row(const struct board *board, const struct snapshot *snapshot);

#endif
