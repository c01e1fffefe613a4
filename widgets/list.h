/* The scrolling table that the pages have in common: columns that give way where the room is short, a row under the cursor, levels that
 * are told by a mark as well as by a role. For the files of widgets/ only. */
#ifndef WIDGETS_LIST_H
#define WIDGETS_LIST_H

#include "widgets/parts.h"

#define LIST_COLUMNS_MOST 20
#define LIST_SPARE 8 /* columns of this rank or higher are there only where there is room to spare */

struct list_cell {
	char text[PART_TEXT]; /* harmless */
	enum role role;	      /* ROLE_TEXT where the column says nothing */
	bool narrow;	      /* the room is short: "3h 12" for "3 h 12" */
	const struct glyphs *glyphs;
};

struct list_column {
	const char *header, *narrow_header; /* narrow_header NULL: the same */
	int width, narrow_width;	    /* cells without the gap; narrow_width 0: the same */
	int rank;			    /* the highest is left out first; 0: never */
	bool right;			    /* numbers end below each other */
	bool grows;			    /* shares what room is left, `width` is the least */
	const char *metric;		    /* its figure, by list_class.figures; NULL: `write` */
	void (*write)(const struct snapshot *snapshot, int row, struct list_cell *cell);
};

struct list_class {
	const struct list_column *columns; /* ends with header NULL */
	int (*count)(const struct snapshot *snapshot);
	enum level (*level)(const struct snapshot *snapshot, int row);		      /* of the whole row; NULL: none */
	bool (*is_old)(const struct snapshot *snapshot, int row);		      /* drawn faint; NULL: none */
	const struct figure *(*figures)(const struct snapshot *snapshot, int row); /* by metric index; NULL where no column has a metric */
	const char *empty;							      /* said where there is no row */
	const char *(*why_empty)(const struct snapshot *snapshot);		      /* in its place, where that depends; NULL: it does not */
	/* As that of struct page_class, for lists that are sections of a page; NULL: nothing stands behind a row. */
	bool (*evidence)(const struct snapshot *snapshot, int row, struct proof_request *request);
	/* The market of the settings whose card Enter opens before that, or -1; NULL: rows have none. */
	int (*market)(const struct snapshot *snapshot, int row);
};

/* Heads, rows with the one under the cursor (view->selected) in view, and a last line for what is not shown. */
void list_draw(const struct list_class *list, const struct snapshot *snapshot, const struct widget_view *view, struct rect rect);
/* A figure with its level. */
void list_put_figure(struct list_cell *cell, const char *metric, const struct figure *figure);
void list_put(struct list_cell *cell, enum role role, const char *format, ...) __attribute__((format(printf, 3, 4)));
void list_put_duration(struct list_cell *cell, int64_t ms);

#endif
