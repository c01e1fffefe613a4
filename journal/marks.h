/* `marks`, beside a journal's files: what people noted on its time line, also on what is sealed. A line each, only ever appended:
 * its sum (CRC-32C, hexadecimal), the instant (ms), the text. */
#ifndef JOURNAL_MARKS_H
#define JOURNAL_MARKS_H

#include <stdint.h>

#include "base/error.h"
#include "journal/disk.h"

#define MARK_TEXT 200 /* bytes with the end */
#define MARKS_MOST 100000

struct mark {
	int64_t at;
	char text[MARK_TEXT]; /* harmless */
};

struct marks {
	struct mark *marks; /* by instant */
	size_t count, room;
	size_t damaged; /* lines that were passed over */
};

/* Safe on the disk when it returns. `disk` NULL: the real one. */
bool marks_add(const struct disk *disk, const char *directory, int64_t at, const char *text, struct error *err);
/* That there is no such file is no failure: there are none then. */
bool marks_list(struct marks *marks, const struct disk *disk, const char *directory, struct error *err);
void marks_finish(struct marks *marks);

#endif
