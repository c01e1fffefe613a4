/* Marks that people set on a journal: an instant and a few words, in the file `marks` beside the segments. A line each, with its
 * checksum before it; lines are only ever added, so that several may add at once. */
#ifndef JOURNAL_MARKS_H
#define JOURNAL_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "config/settings.h"

#define MARK_TEXT 120 /* bytes with the end */

struct mark {
	int64_t at; /* ms */
	char text[MARK_TEXT]; /* harmless */
};

struct mark_list {
	struct mark *marks; /* by time */
	size_t count, room;
	size_t damaged;	    /* lines that are no marks */
};

/* Makes `text` harmless and waits for the disk. */
bool mark_add(const char *directory, int64_t at, const char *text, struct error *err);
/* No file: no marks. False: it cannot be read. To be finished in either case. */
bool marks_list(const char *directory, struct mark_list *list, struct error *err);
/* The same as the display policy lets it be seen. */
bool marks_list_shown(const char *directory, const struct settings *settings, struct mark_list *list, struct error *err);
void marks_finish(struct mark_list *list);

#endif
