#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "widgets/classes.h"
#include "widgets/forecast_line.h"
#include "widgets/parts.h"

#define NAME_MOST 32
#define BARE_NAME_MOST 12 /* on the small page the eye must find the figures beside the name */
#define COLUMNS_MOST 16
#define SITE_MOST 12

struct column {
	const char *header, *narrow_header;
	const char *metric;
	int width, narrow_width; /* cells with the gap before them */
	int rank;		 /* the highest is left out first where the room is short; 0: never */
	bool spare;		 /* only where there is room to spare */
	void (*text)(const struct snapshot_row *row, char *to, size_t room, enum level *level); /* NULL: the metric's figure */
};

static const struct figure *figure_of(const struct snapshot_row *row, const char *metric)
{
	static const struct figure unknown = {.denominator = 1};
	const int index = metric_find(metric);
	return index < 0 ? &unknown : &row->figures[index];
}

/* Nobody free while somebody waits is what a supervisor looks for. */
static void write_agents(const struct snapshot_row *row, char *to, size_t room, enum level *level)
{
	const struct figure *on = figure_of(row, "agents_on"), *free_ones = figure_of(row, "agents_free"), *depth = figure_of(row, "queue_depth");
	if (!on->known || !free_ones->known) {
		snprintf(to, room, "\u2013");
		return;
	}
	snprintf(to, room, "%" PRId64 "/%" PRId64, free_ones->numerator, on->numerator);
	if (free_ones->numerator == 0 && depth->known && depth->numerator > 0 && row->worst >= LEVEL_WARN && row->worst <= LEVEL_CRIT)
		*level = LEVEL_CRIT;
}

static const struct column columns[] = {
	{NC_("column", "waiting"), NC_("column", "wait"), "queue_depth", 8, 5, 0, false, NULL},
	{NC_("column", "longest"), NC_("column", "longest"), "longest_wait", 10, 8, 0, false, NULL},
	{NC_("column", "SL"), NC_("column", "SL"), "service_level", 9, 7, 2, false, NULL},
	{NC_("column", "AHT"), NC_("column", "AHT"), "aht", 10, 7, 4, false, NULL},
	{NC_("column", "free/on"), NC_("column", "free"), NULL, 10, 7, 5, false, write_agents},
	{NC_("column", "SLA"), NC_("column", "SLA"), "sla_breached", 6, 5, 3, false, NULL},
	{NC_("column", "ASA"), NC_("column", "ASA"), "asa", 10, 8, 9, true, NULL},
	{NC_("column", "abandoned"), NC_("column", "aband"), "abandon_rate", 11, 8, 9, true, NULL},
	{NC_("column", "offered"), NC_("column", "offer"), "offered", 10, 8, 9, true, NULL},
	{NC_("column", "FCR"), NC_("column", "FCR"), "fcr", 9, 7, 9, true, NULL},
};
#define COLUMN_COUNT (int)(sizeof columns / sizeof *columns)

struct grid {
	bool narrow, shown[COLUMNS_MOST];
	int name, channel, site; /* widths; channel, site 0: left out */
};

static int width_of(const struct column *column, bool narrow)
{
	return narrow ? column->narrow_width : column->width;
}

static int total_of(const struct grid *grid)
{
	int total = grid->name + 1 + (grid->site ? grid->site + 1 : 0) + (grid->channel ? grid->channel + 1 : 0);
	for (int i = 0; i < COLUMN_COUNT; i++)
		total += grid->shown[i] ? width_of(&columns[i], grid->narrow) : 0;
	return total;
}

static void leave_out(struct grid *grid, int room)
{
	for (int rank = 5; rank > 0 && total_of(grid) > room; rank--) {
		if (rank == 1)
			grid->channel = 0;
		for (int i = 0; i < COLUMN_COUNT; i++)
			if (columns[i].rank == rank)
				grid->shown[i] = false;
	}
}

static struct grid arrange(int room, bool bare, int site)
{
	struct grid grid = {.name = 14, .channel = 9, .site = site};
	for (int i = 0; i < COLUMN_COUNT; i++)
		grid.shown[i] = !columns[i].spare;
	if (bare || total_of(&grid) > room) {
		grid.narrow = true;
		grid.site = 0; /* it stands before the name where that is needed */
		grid.name = site ? 16 : 10;
		grid.channel = 6;
		leave_out(&grid, room);
	}
	for (int i = 0; i < COLUMN_COUNT && !grid.narrow; i++) {
		grid.shown[i] = true;
		if (columns[i].spare && total_of(&grid) + 6 > room)
			grid.shown[i] = false;
	}
	const int spare = room - total_of(&grid);
	grid.name += spare > 0 ? spare : 0;
	const int most = bare && !site ? BARE_NAME_MOST : NAME_MOST;
	grid.name = grid.name > most ? most : grid.name;
	return grid;
}

/* first: rows scrolled away, the worst ones, which must not be forgotten. */
static void draw_header(const struct widget_view *view, const struct grid *grid, int first, int x, int y)
{
	if (first)
		canvas_format(view->canvas, x, y, grid->name, ROLE_WARN, _("%d above"), first);
	else
		canvas_text(view->canvas, x, y, grid->name, ROLE_DIM, _("queue"));
	x += grid->name + 1;
	if (grid->site) {
		canvas_text(view->canvas, x, y, grid->site, ROLE_DIM, _("site"));
		x += grid->site + 1;
	}
	if (grid->channel) {
		canvas_text(view->canvas, x, y, grid->channel, ROLE_DIM, grid->narrow ? _("ch") : _("channel"));
		x += grid->channel;
	}
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (!grid->shown[i])
			continue;
		const int width = width_of(&columns[i], grid->narrow);
		canvas_right(view->canvas, x + 1, y, width - 1, ROLE_DIM, words_of("column", grid->narrow ? columns[i].narrow_header : columns[i].header));
		x += width;
	}
}

static void draw_cell(const struct widget_view *view, const struct grid *grid, const struct snapshot_row *row, const struct column *column, int x,
	int y)
{
	char text[48];
	const int room = width_of(column, grid->narrow) - 1;
	enum level level = LEVEL_NONE;
	if (column->text) {
		column->text(row, text, sizeof text, &level);
	} else {
		const struct figure *figure = figure_of(row, column->metric);
		figure_text(column->metric, figure, grid->narrow, text, sizeof text);
		if (text_width(text) > room && figure->denominator == 1) /* half a figure is worse than a rounded one */
			snprintf(text, sizeof text, _("%" PRId64 " k"), figure->numerator / 1000);
		level = figure->level;
	}
	canvas_right(view->canvas, x + 1, y, room, level_role(level), text);
}

static void draw_row(const struct widget_view *view, const struct grid *grid, const struct snapshot_row *row, int x, int y)
{
	const bool bad = row->worst == LEVEL_WARN || row->worst == LEVEL_CRIT;
	const int start = x;
	enum role name = !bad ? ROLE_TEXT : view->bare ? level_role(row->worst) : ROLE_STRONG;
	if (bad)
		canvas_fill(view->canvas, (struct rect){view->bare ? x - 1 : x - 2, y, 1, 1}, level_role(row->worst),
			view->glyphs->ascii ? (row->worst == LEVEL_CRIT ? 'X' : '!') : row->worst == LEVEL_CRIT ? 0x258A : 0x258C);
	char place[PART_TEXT];
	snprintf(place, sizeof place, "%s%s%s", grid->site || !row->shared ? "" : row->site, grid->site || !row->shared ? "" : "/", row->queue);
	canvas_text(view->canvas, x, y, grid->name, name, place);
	x += grid->name + 1;
	if (grid->site) {
		canvas_text(view->canvas, x, y, grid->site, ROLE_DIM, row->site);
		x += grid->site + 1;
	}
	if (grid->channel) {
		canvas_text(view->canvas, x, y, grid->channel, ROLE_DIM, words_of("channel", row->channel));
		x += grid->channel;
	}
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (!grid->shown[i])
			continue;
		draw_cell(view, grid, row, &columns[i], x, y);
		x += width_of(&columns[i], grid->narrow);
	}
	if (row->stale)
		canvas_paint(view->canvas, (struct rect){start, y, x - start, 1}, ROLE_STALE);
}

/* What is below the last line shown must not be taken for well. */
static void draw_rest(const struct snapshot *snapshot, const struct widget_view *view, int first, int x, int y, int room)
{
	int bad = 0;
	for (int i = first; i < snapshot->row_count; i++)
		bad += snapshot->rows[i].worst == LEVEL_WARN || snapshot->rows[i].worst == LEVEL_CRIT;
	const int more = snapshot->row_count - first;
	if (bad)
		canvas_format(view->canvas, x, y, room, ROLE_WARN, words_plural("%d more, %d of them not well", "%d more, %d of them not well", more), more, bad);
	else
		canvas_format(view->canvas, x, y, room, ROLE_FAINT, words_plural("%d more, all fine", "%d more, all fine", more), more);
}

/* 0: all rows are of one site. */
static int site_width(const struct snapshot *snapshot)
{
	int most = 0;
	for (int i = 0; i < snapshot->row_count; i++) {
		const int width = text_width(snapshot->rows[i].site);
		most = width > most ? width : most;
	}
	return most > SITE_MOST ? SITE_MOST : most;
}

static void draw_rows(const struct snapshot *snapshot, const struct widget_view *view, struct rect inner)
{
	const int x = inner.x + (view->bare ? 1 : 2), room = inner.width - (view->bare ? 2 : 3);
	const struct grid grid = arrange(room, view->bare, site_width(snapshot));
	int lines = inner.height - 1, first = view->scroll < snapshot->row_count ? view->scroll : 0;
	const bool noted = snapshot->note && *snapshot->note && !view->bare && lines > 3;
	const bool forecast = forecast_line_known(snapshot) && !view->bare && lines > 4;
	lines -= (noted ? 1 : 0) + (forecast ? 1 : 0);
	if (forecast)
		forecast_line_draw(snapshot, view, x, inner.y + inner.height - (noted ? 2 : 1), room);
	draw_header(view, &grid, first, x, inner.y);
	const bool cut = snapshot->row_count - first > lines;
	const int shown = cut ? lines - 1 : snapshot->row_count - first;
	for (int i = 0; i < shown; i++)
		draw_row(view, &grid, &snapshot->rows[first + i], x, inner.y + 1 + i);
	if (cut && shown >= 0)
		draw_rest(snapshot, view, first + shown, x, inner.y + 1 + shown, room);
	if (noted)
		canvas_format(view->canvas, x, inner.y + inner.height - 1, room, ROLE_DIM, _("note \u201C%s\u201D"), snapshot->note);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	char note[PART_TEXT];
	snprintf(note, sizeof note, _("%d %s \u00B7 sorted by worst"), snapshot->row_count, words_plural("queue", "queues", snapshot->row_count));
	const struct rect inner = panel_open(view, LEVEL_NONE, _("QUEUES"), note);
	if (inner.height < 1 || inner.width < 8)
		return;
	const bool of_people = scope_of_people(snapshot->request.scope);
	if (snapshot->row_count == 0 || of_people) {
		canvas_text(view->canvas, inner.x + 1, inner.y, inner.width - 1, ROLE_DIM,
			of_people ? _("queues are not told by team: Backspace takes the team off") : _("no contact yet"));
		return;
	}
	draw_rows(snapshot, view, inner);
}

static int lines(const struct snapshot *snapshot)
{
	return snapshot->row_count;
}

#define HELP "a line for each queue and channel, the worst first"
static const struct layout_kind kind = PLAIN_KIND("queues", HELP);

const struct widget_class queues_class = {
	.name = "queues",
	.help = HELP,
	.kind = &kind,
	.min_width = 20,
	.min_height = 3,
	.draw = draw,
	.lines = lines,
};
