/* Records of comma-separated text as RFC 4180 describes them: fields in quotes may hold delimiters, doubled quotes and new lines. */
#ifndef FEED_IMPORTS_RECORD_H
#define FEED_IMPORTS_RECORD_H

#include <stdbool.h>
#include <stddef.h>

#include "base/view.h"

#define RECORD_FIELDS_MAX 4096
#define RECORD_LINES_MAX 200 /* a quote that is never closed must not swallow the file */
#define RECORD_SIZE_MAX (1024 * 1024)

/* A zeroed struct record with a delimiter is ready. */
struct record_reader {
	char delimiter;
	struct view *fields; /* of the record read last; valid until the next line, and no longer than that line */
	size_t count, room;
	char *raw, *text; /* lines of an unfinished record; the fields without their quotes */
	size_t raw_size, raw_room, text_room;
	int lines;
};

enum record_state { RECORD_READ, RECORD_MORE /* it goes on in the next line */, RECORD_BROKEN };

/* RECORD_BROKEN: *why says so; the lines of the record are lost, the next one begins anew. */
enum record_state csv_read(struct record_reader *reader, struct view line, const char **why);
/* The file ended: true if inside a record, which is lost. */
bool csv_end(struct record_reader *reader);
void csv_finish(struct record_reader *reader);

#endif
