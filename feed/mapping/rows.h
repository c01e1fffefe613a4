/* Rows of a table put aside, to be taken in the order of their instants: those of one instant as they came, or the other way round. */
#ifndef FEED_MAPPING_ROWS_H
#define FEED_MAPPING_ROWS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

struct row {
	int64_t at, line;
	size_t file;	 /* index of rows.files */
	uint64_t number; /* of arrival */
	char *cells;	 /* owned: one after the other, each with its size before it */
};

/* A zeroed struct rows has none. */
struct rows {
	struct row *list;
	size_t count, room;
	char **files; /* owned */
	size_t file_count;
};

void rows_finish(struct rows *rows);
/* The rows that come now are of this file. */
void rows_file(struct rows *rows, const char *path);
void rows_put(struct rows *rows, int64_t at, int64_t line, const struct view *cells, size_t count);
void rows_sort(struct rows *rows, bool newest_first);
/* Its first `count` cells; as long as the row is there. */
void row_cells(const struct row *row, struct view *cells, size_t count);

#endif
