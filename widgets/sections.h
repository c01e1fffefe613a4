/* A page made of several lists, side by side and below each other, with one cursor that goes through all of them. */
#ifndef WIDGETS_SECTIONS_H
#define WIDGETS_SECTIONS_H

#include "widgets/list.h"

struct section {
	const char *title;
	const struct list_class *list;
	void (*note)(const struct snapshot *snapshot, char *to, size_t room); /* at the right of the title; NULL: none */
	int line;  /* those of the same line stand side by side */
	int share; /* of the line's width, against the others */
	int least; /* cells: where not all of a line have theirs, those of the highest rank are left out. Never the one with the cursor */
	int rank;
};
#define SECTIONS_MOST 8

/* sections: ends with list NULL. */
void sections_draw(const struct section *sections, const struct snapshot *snapshot, const struct widget_view *view);

#endif
