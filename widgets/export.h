/* A list as a file: what the screen would show of it, all columns, in its order; figures as plain numbers, their units in the head. What
 * the display hides is hidden here too, for both are made of the same cells. English and stable: for programs. */
#ifndef WIDGETS_EXPORT_H
#define WIDGETS_EXPORT_H

#include "widgets/list.h"

struct export {
	const struct list_class *list;
	const struct snapshot *snapshot;
	const int *rows; /* of the snapshot's list, in order */
	int count;
	const char *page; /* "queues" */
};

/* Comma separated with a head (RFC 4180, UTF-8); cells that a spreadsheet would take for a formula begin with an apostrophe. The caller frees. */
char *export_csv(const struct export *export);
/* One object: page, at, zone, scope, window, units by column, rows as objects. */
char *export_json(const struct export *export);

#endif
