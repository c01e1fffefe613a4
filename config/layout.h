/* What stands on the boards of a configuration: pages, of rows, of widgets. What kinds of widgets there are and what can be set of each comes
 * from outside (widgets/classes.h): config knows no widget. */
#ifndef CONFIG_LAYOUT_H
#define CONFIG_LAYOUT_H

#include "config/setting.h"
#include "config/settings.h"

struct setting_table;

#define LAYOUT_PAGES_MOST 20
#define LAYOUT_ROWS_MOST 12    /* of a page */
#define LAYOUT_WIDGETS_MOST 12 /* of a row */

struct layout_kind {
	const struct setting_table *table; /* its name is that of the section; what can be set beside the common settings */
	size_t size;			   /* of the struct that the table fills; its first member is int unused where nothing can be set */
	bool of_page; /* a list of what the page is of: it cannot be of a queue, channel, market, team or window of its own */
	bool (*check)(const void *config, struct error *err); /* as a whole: metrics, lists, columns; NULL: anything goes */
};

/* tile "in_queue" { ... } */
struct layout_widget {
	const struct layout_kind *kind;
	char *name;	/* the title of its section: keeps scroll, order and cursor over a reload */
	char *title;	/* shown; NULL: what the kind makes of its own settings */
	int span;	/* shares of the row's width, from 1 */
	int window;	/* enum window; -1: the page's, or the board's */
	char *queue, *channel, *market, *team; /* NULL: as the board stands; else its own, whatever is chosen */
	int min_width, min_height; /* cells below which it is left out and counted; 0: its kind's */
	void *config;	/* of kind->table */
	int line;
};

struct layout_row {
	int height; /* shares of the page's height, from 1 */
	int lines;  /* fixed, in cells; 0: by shares */
	struct layout_widget *widgets; int widget_count;
	int line;
};

/* page "queues-now" { title = "Queues" key = 2 wall = true seconds = 20 row { ... } } */
struct layout_page {
	char *name, *title; /* title NULL: the name */
	int key;	    /* the digit it stands on; -1: none */
	bool wall;	    /* one of those that turn on a wall */
	int64_t seconds;    /* ms it stands there; -1: the general one */
	int window;	    /* enum window; -1: the board's */
	char *queue, *channel, *market, *team;
	struct layout_row *rows; int row_count;
	int line;
};

/* Index of the page of that name, or -1. */
int layout_find(const struct layout_pages *layout, const char *name);
/* What they own goes; copies take the place of what is still shared with the layout they come from. */
void layout_release(struct layout_pages *layout);
void layout_duplicate(struct layout_pages *layout);

#endif
