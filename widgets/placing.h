/* Where the widgets of a page of the configuration stand: rows by shares and fixed lines, columns by spans. Pure: it draws nothing. */
#ifndef WIDGETS_PLACING_H
#define WIDGETS_PLACING_H

#include "widgets/widget.h"

#define PLACES_MOST (LAYOUT_ROWS_MOST * LAYOUT_WIDGETS_MOST)

struct placing {
	struct rect rects[PLACES_MOST]; /* by the widgets' numbers on the page; width 0: there was no room */
	int count;			/* widgets of the page */
	int left_out;
};

/* What has less room than it needs is left out, from the end of its row, and rows from the end of the page; the first widget stays. */
struct placing placing_make(const struct layout_page *page, struct rect body);
/* A widget by its number on the page, row after row; NULL beyond the last. */
const struct layout_widget *placing_widget(const struct layout_page *page, int number);
/* The next one that stands somewhere, by +1 or -1 from `number` (-1: none yet); -1: none that way. */
int placing_next(const struct placing *placing, int number, int by);
/* The nearest one beside (x: -1, 1) or above, below (y: -1, 1) it; -1: none. */
int placing_beside(const struct placing *placing, int number, int x, int y);

#endif
