#include "feed/mapping/rows.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void rows_finish(struct rows *rows)
{
	for (size_t i = 0; i < rows->count; i++)
		free(rows->list[i].cells);
	for (size_t i = 0; i < rows->file_count; i++)
		free(rows->files[i]);
	free(rows->list);
	free(rows->files);
	*rows = (struct rows){0};
}

void rows_file(struct rows *rows, const char *path)
{
	rows->files = memory_resize(rows->files, rows->file_count + 1, sizeof *rows->files);
	rows->files[rows->file_count++] = memory_text(path);
}

static char *pack(const struct view *cells, size_t count)
{
	size_t size = 1;
	for (size_t i = 0; i < count; i++)
		size += sizeof cells[i].size + cells[i].size;
	char *packed = memory_new(1, size), *to = packed;
	for (size_t i = 0; i < count; i++) {
		memcpy(to, &cells[i].size, sizeof cells[i].size);
		to += sizeof cells[i].size;
		if (cells[i].size)
			memcpy(to, cells[i].data, cells[i].size);
		to += cells[i].size;
	}
	return packed;
}

void rows_put(struct rows *rows, int64_t at, int64_t line, const struct view *cells, size_t count)
{
	if (rows->count == rows->room)
		rows->list = memory_grow(rows->list, &rows->room, rows->count + 1, sizeof *rows->list);
	rows->list[rows->count] = (struct row){.at = at, .line = line, .file = rows->file_count - 1, .number = rows->count, .cells = pack(cells, count)};
	rows->count++;
}

static int by_arrival(const struct row *a, const struct row *b)
{
	return a->number < b->number ? -1 : a->number > b->number;
}

static int oldest_first(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return by_arrival(left, right);
}

static int last_first(const void *a, const void *b)
{
	const struct row *left = a, *right = b;
	if (left->at != right->at)
		return left->at < right->at ? -1 : 1;
	return by_arrival(right, left);
}

void rows_sort(struct rows *rows, bool newest_first)
{
	if (rows->count)
		qsort(rows->list, rows->count, sizeof *rows->list, newest_first ? last_first : oldest_first);
}

void row_cells(const struct row *row, struct view *cells, size_t count)
{
	const char *from = row->cells;
	for (size_t i = 0; i < count; i++) {
		memcpy(&cells[i].size, from, sizeof cells[i].size);
		from += sizeof cells[i].size;
		cells[i].data = from;
		from += cells[i].size;
	}
}
