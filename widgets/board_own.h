/* The pages of the configuration on the board: what they ask for, how they are drawn, and what keys do there. For board*.c only. */
#ifndef WIDGETS_BOARD_OWN_H
#define WIDGETS_BOARD_OWN_H

#include "widgets/board.h"
#include "widgets/placing.h"

struct board;

/* Where the cursor and the first line of one widget stand; by names, so that it holds over a reload. */
struct own_state {
	char page[84], widget[84];
	int scroll, row;
};

struct own {
	int page;  /* of the layout; -1: there is none */
	int focus; /* the widget's number on the page; -1: none */
	struct own_state *states;
	size_t count, room;
	struct placing placing; /* of the last picture */
};

void own_finish(struct own *own);
bool own_any(const struct board *board); /* there are pages of the configuration */
const struct layout_page *own_page(const struct board *board); /* NULL: there is none */
/* The board's request with what the page sets over it, what its widgets ask and the lists they need. */
void own_request(struct board *board, struct snapshot_request *request);
/* What the widget is drawn with; the canvas, the rectangle and the focus are the caller's. False: something it names is not known yet, which
 * view->unknown says in `words`. */
bool own_view(struct board *board, const struct layout_widget *widget, struct widget_view *view, char *words, size_t room);
/* Of a widget of the page; the board's, until the next one is asked for. */
struct own_state *own_state(struct board *board, const struct layout_widget *widget);

void own_draw(struct board *board, const struct snapshot *snapshot, struct widget_view view);
void own_draw_whole(struct board *board, const struct snapshot *snapshot, struct widget_view view); /* the widget under the cursor alone */

enum board_action own_go(struct board *board, int page);
/* The page of the configuration that stands on this digit; -1: none. */
int own_of_digit(const struct board *board, int digit);
enum board_action own_tab(struct board *board, const struct snapshot *snapshot, int by);
enum board_action own_arrow(struct board *board, const struct snapshot *snapshot, int x, int y);
enum board_action own_open(struct board *board, const struct snapshot *snapshot);
enum board_action own_back(struct board *board);
/* Where the widget under the cursor scrolls, and how many lines it has; NULL: it does not. */
int *own_scroll(struct board *board, const struct snapshot *snapshot, int *lines);
/* The settings have changed: the page and the widget of the same names keep the cursor. */
void own_reload(struct board *board, const struct settings *before);

#endif
