#include "widgets/export.h"

#include <jansson.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"

static struct list_cell cell_at(const struct export *export, const struct list_column *column, int row)
{
	static const struct glyphs glyphs = {.ascii = false};
	struct list_cell cell = {.role = ROLE_TEXT, .glyphs = &glyphs};
	list_write(export->list, export->snapshot, column, export->rows[row], &cell);
	return cell;
}

static bool says_nothing(const struct list_cell *cell)
{
	return cell->raw == LIST_TEXT && (!*cell->text || strcmp(cell->text, "\u2013") == 0);
}

/* The unit of the numbers of a column; NULL: they have none, or nothing says so. */
static const char *unit_of(const struct export *export, const struct list_column *column)
{
	const int metric = column->metric ? metric_find(column->metric) : -1;
	if (metric >= 0)
		return metrics[metric].unit == UNIT_DURATION ? "s" : metrics[metric].unit == UNIT_RATIO ? "%" : NULL;
	for (int row = 0; row < export->count; row++) {
		const struct list_cell cell = cell_at(export, column, row);
		if (cell.raw == LIST_NUMBER)
			return cell.unit;
	}
	return NULL;
}

static void number_text(double number, char *to, size_t room)
{
	if (number == floor(number) && fabs(number) < 1e15)
		snprintf(to, room, "%.0f", number);
	else
		snprintf(to, room, "%.10g", number);
}

/* ---- CSV ---- */

static void put_quoted(FILE *to, const char *text)
{
	fputc('"', to);
	for (; *text; text++) {
		if (*text == '"')
			fputc('"', to);
		fputc(*text, to);
	}
	fputc('"', to);
}

/* Spreadsheets run what begins so, whoever named a queue like that. */
static bool is_formula(const char *text)
{
	return *text && strchr("=+-@\t\r", *text);
}

static void put_text(FILE *to, const char *text)
{
	char guarded[PART_TEXT + 2];
	snprintf(guarded, sizeof guarded, "%s%.*s", is_formula(text) ? "'" : "", PART_TEXT, text);
	if (strpbrk(guarded, ",\"\r\n'"))
		put_quoted(to, guarded);
	else
		fputs(guarded, to);
}

static void put_cell(FILE *to, const struct export *export, const struct list_cell *cell)
{
	char text[64];
	if (says_nothing(cell))
		return;
	if (cell->raw == LIST_NUMBER)
		number_text(cell->number, text, sizeof text);
	else if (cell->raw == LIST_INSTANT)
		instant_format((int64_t)cell->number, export->snapshot->zone, text, sizeof text);
	if (cell->raw == LIST_TEXT)
		put_text(to, cell->text);
	else
		fputs(text, to);
}

static void put_head(FILE *to, const struct export *export)
{
	for (const struct list_column *column = export->list->columns; column->header; column++) {
		const char *unit = unit_of(export, column);
		char head[80];
		snprintf(head, sizeof head, unit ? "%.40s (%s)" : "%.40s", column->header, unit);
		if (column != export->list->columns)
			fputc(',', to);
		put_text(to, head);
	}
	fputs("\r\n", to);
}

char *export_csv(const struct export *export)
{
	char *text = NULL;
	size_t size = 0;
	FILE *to = open_memstream(&text, &size);
	if (!to)
		return memory_text("");
	put_head(to, export);
	for (int row = 0; row < export->count; row++) {
		for (const struct list_column *column = export->list->columns; column->header; column++) {
			const struct list_cell cell = cell_at(export, column, row);
			if (column != export->list->columns)
				fputc(',', to);
			put_cell(to, export, &cell);
		}
		fputs("\r\n", to);
	}
	fclose(to);
	return text ? text : memory_text("");
}

/* ---- JSON ---- */

static json_t *json_cell(const struct export *export, const struct list_cell *cell)
{
	char text[64];
	if (says_nothing(cell))
		return json_null();
	if (cell->raw == LIST_NUMBER)
		return cell->number == floor(cell->number) && fabs(cell->number) < 1e15 ? json_integer((json_int_t)cell->number) : json_real(cell->number);
	if (cell->raw == LIST_TEXT)
		return json_string(cell->text);
	instant_format((int64_t)cell->number, export->snapshot->zone, text, sizeof text);
	return json_string(text);
}

static json_t *json_row(const struct export *export, int row)
{
	json_t *object = json_object();
	for (const struct list_column *column = export->list->columns; column->header; column++) {
		const struct list_cell cell = cell_at(export, column, row);
		json_object_set_new(object, column->header, json_cell(export, &cell));
	}
	return object;
}

char *export_json(const struct export *export)
{
	const struct snapshot *snapshot = export->snapshot;
	char at[64];
	instant_format(snapshot->at, snapshot->zone, at, sizeof at);
	json_t *units = json_object(), *rows = json_array();
	for (const struct list_column *column = export->list->columns; column->header; column++)
		if (unit_of(export, column))
			json_object_set_new(units, column->header, json_string(unit_of(export, column)));
	for (int row = 0; row < export->count; row++)
		json_array_append_new(rows, json_row(export, row));
	const char *zone = snapshot->zone_name ? snapshot->zone_name : "";
	json_t *whole = json_pack("{s:s, s:s, s:s, s:s, s:s, s:o, s:o}", "page", export->page, "at", at, "zone", zone,
		"scope", snapshot->scope_text, "window", window_names[snapshot->request.window], "units", units, "rows", rows);
	char *text = json_dumps(whole, JSON_INDENT(2));
	json_decref(whole);
	return text ? text : memory_text("{}");
}
