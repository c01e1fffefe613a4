/* Tables of comma-separated text, with a mapping file that says what their rows mean. */
#include <stdlib.h>

#include "base/memory.h"
#include "feed/imports/record.h"
#include "feed/mapping/mapping.h"
#include "feed/mapping/rows.h"

struct table {
	struct importer *importer;
	struct mapping *mapping;
	struct zone *zone;
	struct pseudonym pseudonym;
	struct mapper *mapper;
	struct record_reader reader;
	size_t columns; /* of the header, or the first row; 0: not known yet */
	bool first;	/* line of the file */
	struct rows rows;     /* put aside, where the mapping asks for another order than that of the file */
	struct view *cells;   /* of one row: the mapping's columns */
};

/* Where a row stands, for messages. */
struct place {
	const char *file;
	int64_t line;
};

static void close_table(void *state)
{
	struct table *table = state;
	mapper_destroy(table->mapper);
	mapping_destroy(table->mapping);
	zone_close(table->zone);
	csv_finish(&table->reader);
	rows_finish(&table->rows);
	free(table->cells);
	free(table);
}

static void *open_table(struct importer *importer, const struct import_options *options, struct error *err)
{
	struct table *table = memory_new(1, sizeof *table);
	table->importer = importer;
	table->mapping = options->map ? mapping_load(options->map, err) : NULL;
	if (!options->map)
		fail(err, "a csv file needs a mapping: --map FILE says what its columns mean");
	const char *zone = options->zone ? options->zone : table->mapping && table->mapping->zone ? table->mapping->zone : "UTC";
	table->zone = table->mapping ? zone_open(zone, err) : NULL;
	if (!table->zone) {
		mapping_destroy(table->mapping);
		free(table);
		return NULL;
	}
	pseudonym_init(&table->pseudonym, options->salt);
	table->mapper = mapper_create(table->mapping, table->zone, &table->pseudonym);
	table->cells = memory_new((size_t)table->mapping->column_count + 1, sizeof *table->cells);
	table->reader.delimiter = table->mapping->delimiter;
	importer_set_window(importer, 0);
	return table;
}

static void begin_table(void *state)
{
	struct table *table = state;
	table->first = true;
	table->columns = 0;
	csv_end(&table->reader);
	rows_file(&table->rows, importer_path(table->importer));
}

static struct view without_mark(struct view line)
{
	if (line.size >= 3 && memcmp(line.data, "\xef\xbb\xbf", 3) == 0)
		return (struct view){line.data + 3, line.size - 3};
	return line;
}

static void damaged(struct table *table, const struct place *place, const struct error *why)
{
	importer_report_at(table->importer, IMPORT_DAMAGED, place->file, place->line, "damaged: %s", why->text);
}

static bool emit_row(struct table *table, const struct view *fields, size_t count, const struct place *place, struct error *err)
{
	struct mapping_result result;
	struct error why = {0};
	if (!mapper_apply(table->mapper, fields, count, &result, &why)) {
		damaged(table, place, &why);
		return true;
	}
	if (result.clamped)
		importer_report_at(table->importer, IMPORT_REPAIRED, place->file, place->line, "a duration below zero: taken as zero");
	if (result.dropped)
		importer_add(table->importer, IMPORT_DROPPED, 1);
	else if (result.count == 0)
		importer_add(table->importer, IMPORT_PASSED, 1);
	for (int i = 0; i < result.count; i++)
		if (!importer_emit(table->importer, &result.events[i], result.queues[i], err))
			return false;
	return true;
}

/* Only the cells that the mapping asks for, in its own order: the next file may have its columns elsewhere. */
static void put_aside(struct table *table, const struct view *fields, size_t count, const struct place *place)
{
	const struct mapping *mapping = table->mapping;
	struct error why = {0};
	int64_t at;
	if (!mapper_instant(table->mapper, fields, count, &at, &why)) {
		damaged(table, place, &why);
		return;
	}
	for (int i = 0; i < mapping->column_count; i++)
		table->cells[i] = mapping->columns[i].place < count ? fields[mapping->columns[i].place] : view_of("");
	rows_put(&table->rows, at, place->line, table->cells, (size_t)mapping->column_count);
}

static bool take_row(struct table *table, struct error *err)
{
	const struct record_reader *reader = &table->reader;
	const struct place place = {importer_path(table->importer), importer_line(table->importer)};
	if (reader->count != table->columns) {
		importer_report(table->importer, IMPORT_DAMAGED, "damaged: %zu columns in place of %zu", reader->count, table->columns);
		return true;
	}
	if (table->mapping->sort_by < 0)
		return emit_row(table, reader->fields, reader->count, &place, err);
	put_aside(table, reader->fields, reader->count, &place);
	return true;
}

/* The header, or the first row of a table without one, says how many columns there are. */
static bool bind(struct table *table, bool *consumed, struct error *err)
{
	const struct view *names = table->mapping->header ? table->reader.fields : NULL;
	table->columns = table->reader.count;
	*consumed = table->mapping->header;
	const struct mapping_header header = {names, names ? table->columns : 0, true};
	return mapping_bind(table->mapping, &header, importer_path(table->importer), err);
}

static bool take_line(void *state, struct view line, struct error *err)
{
	struct table *table = state;
	const char *why = NULL;
	if (table->first)
		line = without_mark(line);
	table->first = false;
	if (table->reader.lines == 0 && import_blank(line)) {
		importer_report(table->importer, IMPORT_BLANK, "blank");
		return true;
	}
	enum record_state read = csv_read(&table->reader, line, &why);
	if (read == RECORD_MORE)
		return true;
	if (read == RECORD_BROKEN) {
		importer_report(table->importer, IMPORT_DAMAGED, "damaged: %s", why);
		return true;
	}
	bool header = false;
	if (table->columns == 0 && !bind(table, &header, err))
		return false;
	return header || take_row(table, err);
}

static bool end_table(void *state, struct error *err)
{
	(void)err;
	struct table *table = state;
	if (csv_end(&table->reader))
		importer_report(table->importer, IMPORT_DAMAGED, "damaged: a quote that is not closed when the file ends");
	return true;
}

static bool finish_table(void *state, struct error *err)
{
	struct table *table = state;
	struct rows *rows = &table->rows;
	const size_t count = (size_t)table->mapping->column_count;
	if (table->mapping->sort_by < 0)
		return true;
	rows_sort(rows, table->mapping->newest_first);
	mapping_bind_own(table->mapping);
	for (size_t i = 0; i < rows->count; i++) {
		const struct place place = {rows->files[rows->list[i].file], rows->list[i].line};
		row_cells(&rows->list[i], table->cells, count);
		if (!emit_row(table, table->cells, count, &place, err))
			return false;
	}
	return true;
}

const struct import_format import_csv = {
	.name = "csv",
	.help = "a table of comma-separated text (RFC 4180), .gz too; --map says what its columns mean",
	.mapping = IMPORT_MAPPING_NEEDED,
	.open = open_table,
	.close = close_table,
	.begin = begin_table,
	.line = take_line,
	.end = end_table,
	.finish = finish_table,
};
