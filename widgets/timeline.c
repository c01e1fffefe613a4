#include "widgets/timeline.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/classes.h"
#include "widgets/parts.h"
#include "widgets/tile.h"

#define LABELS 12	/* cells at the left of a chart */
#define LABELS_BARE 6	/* the same in two rows, and at their right */
#define AXIS_LEAST 12	/* cells from one time to the next */
#define ROWS_MOST 8

#define ALERTS (TIMELINE_ALERT_WARN | TIMELINE_ALERT_CRIT | TIMELINE_BREACH)
#define RUDE TIMELINE_FAULT
#define NOTES (TIMELINE_NOTE | TIMELINE_MARK)
#define FEEDS (TIMELINE_GAP | TIMELINE_LINK)

struct row {
	const char *label; /* NULL: the tile's */
	int curve;	   /* enum timeline_curve, -1: a row of events */
	bool other;	   /* the curve of the time compared with */
	bool steps;
	unsigned events;
	int height;
};

struct plan {
	struct row rows[ROWS_MOST];
	int count, used;
};

static void add(struct plan *plan, struct row row)
{
	row.height = 1;
	plan->rows[plan->count++] = row;
	plan->used++;
}

static void add_events(struct plan *plan, const char *label, bool steps, unsigned events)
{
	add(plan, (struct row){.label = label, .curve = -1, .steps = steps, .events = events});
}

/* What there is room for: rows of events are put together before a curve is left out, and what remains makes the curves higher. */
static struct plan plan_rows(int lines, bool compares)
{
	struct plan plan = {.count = 0};
	add(&plan, (struct row){.label = _("waiting"), .curve = TIMELINE_WAITING});
	const int left = lines - (compares && lines > 2 ? 1 : 0);
	if (left < lines)
		add(&plan, (struct row){.label = _("compared"), .curve = TIMELINE_WAITING, .other = true});
	if (left >= 3)
		add(&plan, (struct row){.curve = TIMELINE_SERVICE_LEVEL});
	if (left == 2 || left == 3) {
		add_events(&plan, _("events"), true, ALERTS | RUDE | NOTES | FEEDS);
	} else if (left >= 4) {
		add_events(&plan, left == 4 ? _("alerts feed") : _("alerts"), false, left == 4 ? ALERTS | FEEDS : ALERTS);
		add_events(&plan, left == 4 ? _("rude notes") : _("rude"), true, left == 4 ? RUDE | NOTES : RUDE);
		if (left >= 5)
			add_events(&plan, left == 5 ? _("notes feed") : _("notes"), false, left == 5 ? NOTES | FEEDS : NOTES);
		if (left >= 6)
			add_events(&plan, _("feed"), false, FEEDS);
	}
	for (int i = 0; plan.used < lines && left > 1; i = (i + 1) % plan.count)
		if (plan.rows[i].curve >= 0) {
			plan.rows[i].height++;
			plan.used++;
		}
	return plan;
}

/* ---- columns ---- */

static const struct timeline_column *column_at(const struct timeline *timeline, int x, int width)
{
	/* After a change of size there are more or fewer columns than cells for a moment. */
	return &timeline->columns[(int64_t)x * timeline->column_count / width];
}

static int cursor_column(const struct timeline *timeline, int width)
{
	if (timeline->to <= timeline->from || timeline->cursor < timeline->from)
		return 0;
	const double share = (double)(timeline->cursor - timeline->from) / (double)(timeline->to - timeline->from);
	const int x = (int)(share * width);
	return x < width ? x : width - 1;
}

static int64_t value_of(const struct timeline_column *column, const struct row *row)
{
	return row->other ? column->other[row->curve] : column->value[row->curve];
}

/* Waiting from nobody to the most of both times, so that they can be compared; a share from none to all. */
static int64_t top_of(const struct timeline *timeline, const struct row *row)
{
	int64_t top = row->curve == TIMELINE_SERVICE_LEVEL ? 1000 : 1;
	for (int i = 0; i < timeline->column_count && row->curve == TIMELINE_WAITING; i++) {
		const struct timeline_column *column = &timeline->columns[i];
		top = column->value[row->curve] > top ? column->value[row->curve] : top;
		top = column->other[row->curve] > top ? column->other[row->curve] : top;
	}
	return top;
}

static enum role curve_role(const struct timeline_column *column, const struct row *row)
{
	if (row->other)
		return ROLE_SPARK;
	const enum role role = level_role((enum level)column->level[row->curve]);
	return role == ROLE_TEXT ? ROLE_TIMELINE : role;
}

static void draw_curve(const struct timeline *timeline, const struct widget_view *view, struct rect chart, const struct row *row)
{
	const int64_t top = top_of(timeline, row);
	for (int x = 0; x < chart.width; x++) {
		const struct timeline_column *column = column_at(timeline, x, chart.width);
		const int64_t value = value_of(column, row);
		if (value == INT64_MIN)
			continue;
		const int eighths = 1 + (int)((double)(value < 0 ? 0 : value) / (double)top * (chart.height * 8 - 1) + 0.5);
		glyphs_column(view->glyphs, view->canvas, (struct rect){chart.x + x, chart.y, 1, chart.height}, eighths, curve_role(column, row));
	}
}

/* The worst first: that is the one to be seen where several share a column. */
static const struct sign {
	unsigned event;
	int32_t utf8, ascii;
	enum role role;
} signs[] = {
	{TIMELINE_GAP, 0x2716, 'X', ROLE_CRIT}, {TIMELINE_ALERT_CRIT, 0x25B2, 'A', ROLE_CRIT}, {TIMELINE_BREACH, 0x25BC, 'v', ROLE_CRIT},
	{TIMELINE_ALERT_WARN, 0x25B2, 'a', ROLE_WARN}, {TIMELINE_LINK, 0x25CB, 'o', ROLE_WARN}, {TIMELINE_FAULT, 0x2715, 'x', ROLE_CRIT},
	{TIMELINE_MARK, 0x25C6, '*', ROLE_STRONG}, {TIMELINE_NOTE, 0x25AA, '.', ROLE_STRONG},
};

static void draw_events(const struct timeline *timeline, const struct widget_view *view, struct rect chart, const struct row *row)
{
	const bool ascii = view->glyphs->ascii;
	for (int x = 0; x < chart.width; x++) {
		const struct timeline_column *column = column_at(timeline, x, chart.width);
		const struct rect cell = {chart.x + x, chart.y, 1, 1};
		size_t i = 0;
		while (i < sizeof signs / sizeof *signs && !(column->events & row->events & signs[i].event))
			i++;
		/* A step says more than a mark or a note, less than what is red. */
		const bool has_sign = i < sizeof signs / sizeof *signs;
		if (row->steps && column->step && (!has_sign || signs[i].role == ROLE_STRONG || signs[i].event == TIMELINE_FAULT)) {
			const bool bad = column->step > 2 || column->events & TIMELINE_FAULT;
			canvas_fill(view->canvas, cell, bad ? ROLE_CRIT : ROLE_WARN, (ascii ? '0' : 0x245F) + column->step);
		} else if (has_sign) {
			canvas_fill(view->canvas, cell, signs[i].role, ascii ? signs[i].ascii : signs[i].utf8);
		}
	}
}

static void draw_cursor(const struct timeline *timeline, const struct widget_view *view, struct rect chart)
{
	const int x = chart.x + cursor_column(timeline, chart.width);
	for (int y = chart.y; y < chart.y + chart.height; y++) {
		struct cell *cell = canvas_cell(view->canvas, x, y);
		if (!cell)
			continue;
		cell->role = ROLE_CURSOR;
		if (cell->character == ' ')
			cell->character = view->glyphs->ascii ? '|' : 0x2502;
	}
}

/* ---- words ---- */

void timeline_when(const struct snapshot *snapshot, int64_t at, int64_t day, bool with_seconds, char *to, size_t room)
{
	const struct civil civil = instant_civil(at, snapshot->zone), other = instant_civil(day, snapshot->zone);
	char clock[16], day_of_month[16];
	clock_text(at, snapshot->zone, with_seconds, clock, sizeof clock);
	format_day(civil.month, civil.day, day_of_month, sizeof day_of_month);
	if (civil.year == other.year && civil.month == other.month && civil.day == other.day)
		snprintf(to, room, "%s", clock);
	else
		snprintf(to, room, "%s %s", day_of_month, clock);
}

static int64_t axis_step(const struct timeline *timeline, int width)
{
	static const int64_t steps[] = {MINUTE_MS, 2 * MINUTE_MS, 5 * MINUTE_MS, 10 * MINUTE_MS, QUARTER_MS, 2 * QUARTER_MS, HOUR_MS, 2 * HOUR_MS,
		3 * HOUR_MS, 6 * HOUR_MS, 12 * HOUR_MS, DAY_MS, 2 * DAY_MS, 7 * DAY_MS, 28 * DAY_MS};
	const size_t count = sizeof steps / sizeof *steps;
	size_t i = 0;
	while (i + 1 < count && (double)width * (double)steps[i] < (double)AXIS_LEAST * (double)(timeline->to - timeline->from))
		i++;
	return steps[i];
}

/* Whole steps of the clock on the wall; where a day begins, its date. */
static void draw_axis(const struct snapshot *snapshot, const struct widget_view *view, struct rect chart)
{
	const struct timeline *timeline = snapshot->timeline;
	const int64_t step = axis_step(timeline, chart.width), span = timeline->to - timeline->from;
	if (span <= 0)
		return;
	const int64_t local = timeline->from + (int64_t)zone_offset(snapshot->zone, timeline->from) * SECOND_MS;
	int free_from = 0;
	for (int64_t tick = (local + step - 1) / step * step;; tick += step) {
		const int64_t at = zone_instant(snapshot->zone, tick);
		const int x = (int)((double)(at - timeline->from) / (double)span * chart.width);
		if (at >= timeline->to || x + 5 > chart.width)
			return;
		if (x < free_from || at < timeline->from)
			continue;
		const struct civil civil = instant_civil(at, snapshot->zone);
		const bool is_day = civil.hour == 0 && civil.minute == 0;
		char text[16];
		if (is_day)
			format_day(civil.month, civil.day, text, sizeof text);
		else
			clock_text(at, snapshot->zone, false, text, sizeof text);
		free_from = x + 1 + canvas_text(view->canvas, chart.x + x, chart.y, 5, ROLE_DIM, text);
	}
}

/* What stands at the cursor, what comes next, and what else there is. */
static void draw_words(const struct snapshot *snapshot, const struct widget_view *view, struct rect line)
{
	const struct timeline *timeline = snapshot->timeline;
	int x = line.x;
	const int y = line.y, end = line.x + line.width;
	const char *between = "";
	char when[32];
	if (*timeline->damage) {
		piece(view, &x, y, end, ROLE_WARN, "%s", timeline->damage);
		between = " \u00B7 ";
	}
	if (*timeline->said) {
		piece(view, &x, y, end, ROLE_DIM, "%s", between);
		piece(view, &x, y, end, timeline->state == TIMELINE_FAILED ? ROLE_CRIT : ROLE_STRONG, "%s", timeline->said);
		between = " \u00B7 ";
	}
	if (*timeline->note) {
		timeline_when(snapshot, timeline->note_at, timeline->cursor, false, when, sizeof when);
		piece(view, &x, y, end, ROLE_DIM, _("%snote %s \u201C"), between, when);
		/* A long note must not hide what comes after it. */
		const int most = x + line.width / 4;
		piece(view, &x, y, most < end ? most : end, ROLE_DIM, "%s", timeline->note);
		piece(view, &x, y, end, ROLE_DIM, "\u201D");
		between = " \u00B7 ";
	}
	if (*timeline->next) {
		timeline_when(snapshot, timeline->next_at, timeline->cursor, true, when, sizeof when);
		piece(view, &x, y, end, ROLE_DIM, _("%snext: %s at %s"), between, timeline->next, when);
		between = " \u00B7 ";
	}
	piece(view, &x, y, end, ROLE_DIM, _("%smarks: %d"), between, timeline->mark_count);
	if (timeline->compares)
		piece(view, &x, y, end, ROLE_DIM, _(" \u00B7 compared with %s"), timeline->other);
	else if (*timeline->other)
		piece(view, &x, y, end, ROLE_DIM, _(" \u00B7 compare with %s off"), timeline->other);
}

static void span_text(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct timeline *timeline = snapshot->timeline;
	char from[32], until[32], reading[32] = "";
	timeline_when(snapshot, timeline->from, timeline->cursor, false, from, sizeof from);
	timeline_when(snapshot, timeline->to, timeline->cursor, false, until, sizeof until);
	if (timeline->read < 100)
		snprintf(reading, sizeof reading, _("reading %d %% \u00B7 "), timeline->read);
	snprintf(to, room, _("%s%s \u2013 %s \u00B7 all queues"), reading, from, until);
}

/* ---- the whole ---- */

static struct rect chart_of(struct rect inner, bool bare)
{
	const int left = bare ? LABELS_BARE : LABELS, right = bare ? LABELS_BARE : 0;
	inner.x += left;
	inner.width = inner.width > left + right ? inner.width - left - right : 0;
	inner.width = inner.width < TIMELINE_COLUMNS_MOST ? inner.width : TIMELINE_COLUMNS_MOST;
	return inner;
}

static struct rect inner_of(struct rect rect, bool bare)
{
	return bare ? rect : (struct rect){rect.x + 2, rect.y + 1, rect.width > 4 ? rect.width - 4 : 0, rect.height > 2 ? rect.height - 2 : 0};
}

int timeline_columns(struct rect rect, bool bare)
{
	return rect.height > 0 ? chart_of(inner_of(rect, bare), bare).width : 0;
}

bool timeline_instant(const struct timeline *timeline, struct rect rect, bool bare, int x, int y, int64_t *at)
{
	const struct rect chart = chart_of(inner_of(rect, bare), bare);
	if (x < chart.x || x >= chart.x + chart.width || y < chart.y || y >= chart.y + chart.height)
		return false;
	*at = timeline->from + (int64_t)((double)(timeline->to - timeline->from) * (x - chart.x) / chart.width);
	return true;
}

static void draw_rows(const struct snapshot *snapshot, const struct widget_view *view, struct rect inner, struct rect chart, const struct plan *plan)
{
	int y = inner.y;
	for (int i = 0; i < plan->count; i++) {
		const struct row *row = &plan->rows[i];
		const struct rect place = {chart.x, y, chart.width, row->height};
		char label[48];
		tile_label(snapshot, tile_find("service_level"), label, sizeof label);
		if (!view->bare)
			canvas_text(view->canvas, inner.x, y, LABELS - 1, ROLE_DIM, row->label ? row->label : label);
		if (row->curve >= 0)
			draw_curve(snapshot->timeline, view, place, row);
		else
			draw_events(snapshot->timeline, view, place, row);
		y += row->height;
	}
	draw_cursor(snapshot->timeline, view, (struct rect){chart.x, inner.y, chart.width, plan->used});
}

/* Two rows: the curve between the ends of the span, and what happened, or what there is to say. */
static void draw_bare(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct timeline *timeline = snapshot->timeline;
	const struct rect rect = view->rect, chart = chart_of(rect, true);
	char text[16];
	if (chart.width <= 0)
		return;
	const char *words = *timeline->said ? timeline->said : timeline->damage;
	const struct plan plan = plan_rows(*words ? 1 : rect.height, false);
	draw_rows(snapshot, view, rect, chart, &plan);
	clock_text(timeline->from, snapshot->zone, false, text, sizeof text);
	canvas_text(view->canvas, rect.x, rect.y, LABELS_BARE, ROLE_DIM, text);
	clock_text(timeline->to, snapshot->zone, false, text, sizeof text);
	canvas_right(view->canvas, chart.x + chart.width, rect.y, LABELS_BARE, ROLE_DIM, text);
	if (*words)
		canvas_text(view->canvas, rect.x, rect.y + 1, rect.width, *timeline->said ? ROLE_STRONG : ROLE_WARN, words);
	else if (timeline->read < 100)
		canvas_format(view->canvas, rect.x, rect.y + 1, LABELS_BARE, ROLE_DIM, "%d %%", timeline->read);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct timeline *timeline = snapshot->timeline;
	char note[96];
	if (!timeline || timeline->column_count <= 0) {
		panel_open(view, LEVEL_NONE, _("TIMELINE"), "");
		return;
	}
	if (view->bare) {
		draw_bare(snapshot, view);
		return;
	}
	span_text(snapshot, note, sizeof note);
	const struct rect inner = panel_open(view, LEVEL_NONE, _("TIMELINE"), note), chart = chart_of(inner, false);
	if (chart.width <= 0 || inner.height < 1)
		return;
	const int words = inner.height > 1, axis = inner.height > 2;
	const struct plan plan = plan_rows(inner.height - words - axis, timeline->compares);
	draw_rows(snapshot, view, inner, chart, &plan);
	if (axis)
		draw_axis(snapshot, view, (struct rect){chart.x, inner.y + plan.used, chart.width, 1});
	if (words)
		draw_words(snapshot, view, (struct rect){inner.x, inner.y + inner.height - 1, inner.width, 1});
}

const struct widget_class timeline_class = {
	.name = "timeline",
	.help = N_("a replay's journal over time: waiting, service level, alerts, conduct, notes, marks and gaps, with the cursor"),
	.min_width = 30,
	.min_height = 1,
	.draw = draw,
};
