/* A widget draws one thing of a snapshot into a rectangle of a canvas. It changes nothing and knows no terminal, feed or Redis. */
#ifndef WIDGETS_WIDGET_H
#define WIDGETS_WIDGET_H

#include "store/snapshot.h"
#include "tui/canvas.h"
#include "tui/glyphs.h"

struct widget_view {
	struct canvas *canvas;
	struct rect rect;
	const struct glyphs *glyphs;
	bool focused;
	bool bare;	/* no box and no titles: the small page */
	int scroll;	/* first line shown, by the arrow keys */
	int selected;	/* line under the cursor, -1: none */
	const char *setting; /* for tiles: the metric */
};

struct widget_class {
	const char *name, *help;
	int min_width, min_height;
	void (*draw)(const struct snapshot *snapshot, const struct widget_view *view);
	int (*lines)(const struct snapshot *snapshot); /* how many can be scrolled through; NULL: none */
};

extern const struct widget_class *const widget_classes[]; /* ends with NULL */

#endif
