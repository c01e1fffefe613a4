/* A look at a configuration file before libconfuse sees it: what libconfuse would do silently, or count
 * wrongly, is refused or taken away here. */
#ifndef CONFIG_SCAN_H
#define CONFIG_SCAN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "base/view.h"

struct scan {
	char *text; /* the file with blanks for its comments: libconfuse counts lines wrongly after some */
	int *section_lines; /* where each section begins, in the order in which they end: those within before the one around */
	size_t section_count, room;
	int unclosed_line; /* of a '{' without its '}', 0: none; libconfuse does not mind */
};

/* Refused: bytes that are no UTF-8, control characters, strings and comments without an end, ${...}
 * (libconfuse would put environment variables into it), characters libconfuse would skip. False: nothing to
 * finish. */
bool scan_read(struct scan *scan, const char *name, struct view file, struct error *err);
void scan_finish(struct scan *scan);

#endif
