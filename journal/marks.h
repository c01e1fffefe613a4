/* Marks that people set on a journal: an instant and a few words, in the file `marks` beside the segments. A line each, with its
 * checksum before it; lines are only ever added, so that several may add at once. */
#ifndef JOURNAL_MARKS_H
#define JOURNAL_MARKS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/user.h"
#include "config/settings.h"

#define MARK_TEXT 120 /* bytes with the end */

struct mark {
	int64_t at; /* ms */
	char text[MARK_TEXT], by[USER_ROOM]; /* harmless; "": nobody said who */
};

struct mark_list {
	struct mark *marks; /* by time */
	size_t count, room;
	size_t damaged;	    /* lines that are no marks */
};

/* Makes the texts harmless and waits for the disk. `by`: whose mark it is. */
bool mark_add(const char *directory, int64_t at, const char *text, const char *by, struct error *err);
/* The same without waiting, for one that a record of the journal has too. */
bool mark_repeat(const char *directory, int64_t at, const char *text, const char *by, struct error *err);
/* "text (by)", as people read it; the text alone where nobody said who. */
#define MARK_LINE (MARK_TEXT + USER_ROOM + 3)
void mark_line(const struct mark *mark, char line[MARK_LINE]);
/* No file: no marks. False: it cannot be read. To be finished in either case. */
bool marks_list(const char *directory, struct mark_list *list, struct error *err);
/* The same as the display policy lets it be seen. */
bool marks_list_shown(const char *directory, const struct settings *settings, struct mark_list *list, struct error *err);
void marks_finish(struct mark_list *list);

#endif
