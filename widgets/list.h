/* The scrolling table that the pages have in common: columns that give way where the room is short, a row under the cursor, levels that
 * are told by a mark as well as by a role. For the files of widgets/ only. */
#ifndef WIDGETS_LIST_H
#define WIDGETS_LIST_H

#include "widgets/parts.h"

#define LIST_COLUMNS_MOST 20
#define LIST_SPARE 8 /* columns of this rank or higher are there only where there is room to spare */

enum list_raw { LIST_TEXT, LIST_NUMBER, LIST_INSTANT };

struct list_cell {
	char text[PART_TEXT]; /* harmless */
	enum role role;	      /* ROLE_TEXT where the column says nothing */
	bool narrow;	      /* the room is short: "3h 12" for "3 h 12" */
	const struct glyphs *glyphs;
	enum list_raw raw; /* what the text stands for, for orders and files */
	double number;	   /* in units; of an instant ms */
	const char *unit;  /* "s", "%"; NULL: none */
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

/* What somebody chose for a list; kept as long as the board runs. */
struct list_state {
	const struct list_class *list;
	int column;  /* it is sorted by this one, from 1; 0: as the page has it, the worst or the newest first */
	bool turned; /* the other way round: numbers begin with the largest otherwise, words with A */
	char typed[120]; /* only rows with this in them; "": all */
};
#define LIST_STATES_MOST 64
struct list_states {
	struct list_state items[LIST_STATES_MOST];
	int count;
};

/* Where a list stood in the last picture: keys and clicks go by what was seen. */
struct list_seen {
	const struct list_class *list;
	struct rect rows;
	int first, count; /* of the rows shown: which is the uppermost, how many there are */
	unsigned columns; /* bits (1u << column): those there was room for */
};
#define LISTS_SEEN_MOST 16
struct lists_seen {
	struct list_seen items[LISTS_SEEN_MOST];
	int count;
};

/* NULL: nothing was chosen for it. */
const struct list_state *list_state_find(const struct list_states *states, const struct list_class *list);
/* The same, made where there is none. */
struct list_state *list_state_of(struct list_states *states, const struct list_class *list);
/* How many rows are shown, and which of the snapshot's rows is the n-th of those; -1: there is no such row. states NULL: as they come. */
int list_count(const struct list_class *list, const struct snapshot *snapshot, const struct list_states *states);
int list_row(const struct list_class *list, const struct snapshot *snapshot, const struct list_states *states, int shown);
/* The snapshot's rows in the order shown; the caller frees them. */
int *list_order(const struct list_class *list, const struct snapshot *snapshot, const struct list_states *states, int *count);
/* Fills one cell, what it stands for included. */
void list_write(const struct list_class *list, const struct snapshot *snapshot, const struct list_column *column, int row, struct list_cell *cell);

/* Heads, rows with the one under the cursor (view->selected) in view, and a last line for what is not shown. */
void list_draw(const struct list_class *list, const struct snapshot *snapshot, const struct widget_view *view, struct rect rect);
/* A figure with its level. */
void list_put_figure(struct list_cell *cell, const char *metric, const struct figure *figure);
void list_put(struct list_cell *cell, enum role role, const char *format, ...) __attribute__((format(printf, 3, 4)));
void list_put_duration(struct list_cell *cell, int64_t ms);
/* "14:05:32"; INSTANT_NONE or 0: a dash. */
void list_put_clock(struct list_cell *cell, enum role role, const struct snapshot *snapshot, int64_t at, bool with_seconds);

#endif
