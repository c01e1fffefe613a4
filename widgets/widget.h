/* A widget draws one thing of a snapshot into a rectangle of a canvas. It changes nothing and knows no terminal, feed or Redis. */
#ifndef WIDGETS_WIDGET_H
#define WIDGETS_WIDGET_H

#include "config/layout.h"
#include "store/snapshot.h"
#include "tui/canvas.h"
#include "tui/glyphs.h"

struct list_states;
struct lists_seen;

struct widget_view {
	struct canvas *canvas;
	struct rect rect;
	const struct glyphs *glyphs;
	bool focused;
	bool bare;	/* no box and no titles: the small page */
	int scroll;	/* first line shown, by the arrow keys */
	int selected;	/* line under the cursor, -1: none */
	const char *setting; /* for tiles: the metric */
	const struct list_states *states; /* how lists are sorted and narrowed; NULL: as they come */
	struct lists_seen *seen;	  /* told where lists stand; NULL: nobody asks */
	/* Of a widget of the configuration; else NULL and the board's scope and window. */
	const struct layout_widget *widget; /* ->config is of its class' table */
	struct scope scope;   /* the board's, with what the widget sets over it */
	enum window window;
	const char *unknown; /* a queue, channel, market or team it names that has not been heard of yet: it says so in place of figures; or NULL */
};

struct widget_class {
	const char *name, *help;
	int min_width, min_height;
	void (*draw)(const struct snapshot *snapshot, const struct widget_view *view);
	int (*lines)(const struct snapshot *snapshot); /* how many can be scrolled through; NULL: none */
	/* The next ones are of widgets that a configuration can name; kind NULL: it cannot. */
	const struct layout_kind *kind;
	unsigned (*lists)(const void *config); /* bits (1u << enum snapshot_list); NULL: none */
	/* What it wants to know for this scope and window, at most `room`; returns how many. draw() finds them by snapshot_answer(). NULL: nothing
	 * but what every snapshot has. */
	int (*asks)(const struct widget_view *view, struct snapshot_ask *to, int room);
	int (*rows)(const struct snapshot *snapshot, const struct widget_view *view); /* that a cursor can choose; NULL: none */
	/* What Enter asks for of row view->selected, or of the whole (-1); false: nothing stands behind it. NULL: never anything. */
	bool (*evidence)(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request);
};

extern const struct widget_class *const widget_classes[]; /* ends with NULL */
/* The kinds that a configuration can name, from 0 on, then NULL: for settings_load(). */
const struct layout_kind *widget_kind(int index);
const struct widget_class *widget_of_kind(const struct layout_kind *kind); /* NULL: none */

#endif
