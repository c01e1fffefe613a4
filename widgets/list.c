#include "widgets/list.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/text.h"
#include "base/words.h"
#include "tui/format.h"

#define MARKS_WIDTH 3 /* the cursor, the level, a blank */

/* Which columns are shown, and how wide. */
struct plan {
	int count;
	int widths[LIST_COLUMNS_MOST]; /* 0: left out */
	bool narrow;
};

static int gap_of(const struct plan *plan)
{
	return plan->narrow ? 1 : 2;
}

static const char *head_of(const struct list_column *column, bool narrow)
{
	return words_of("column", narrow && column->narrow_header ? column->narrow_header : column->header);
}

/* A head may be longer in another language: it is never cut. */
static int width_of(const struct list_column *column, bool narrow)
{
	const int width = narrow && column->narrow_width ? column->narrow_width : column->width, head = text_width(head_of(column, narrow));
	return width > head ? width : head;
}

static int total_of(const struct plan *plan)
{
	int total = 0;
	for (int i = 0; i < plan->count; i++)
		total += plan->widths[i] ? plan->widths[i] + gap_of(plan) : 0;
	return total ? total - gap_of(plan) : 0;
}

static void fill_widths(const struct list_column *columns, struct plan *plan, bool narrow)
{
	plan->narrow = narrow;
	for (plan->count = 0; columns[plan->count].header && plan->count < LIST_COLUMNS_MOST; plan->count++)
		plan->widths[plan->count] = width_of(&columns[plan->count], narrow);
}

/* Leaves out the highest ranks down to `least` until it fits. */
static bool leave_out(const struct list_column *columns, struct plan *plan, int room, int least)
{
	while (total_of(plan) > room) {
		int last = -1;
		for (int i = 0; i < plan->count; i++)
			if (plan->widths[i] && columns[i].rank >= least && (last < 0 || columns[i].rank >= columns[last].rank))
				last = i;
		if (last < 0)
			return false;
		plan->widths[last] = 0;
	}
	return true;
}

static void share_rest(const struct list_column *columns, struct plan *plan, int room)
{
	int growing = 0, rest = room - total_of(plan);
	for (int i = 0; i < plan->count; i++)
		growing += plan->widths[i] && columns[i].grows;
	for (int i = 0; i < plan->count && rest > 0 && growing; i++)
		if (plan->widths[i] && columns[i].grows) {
			const int part = rest / growing--, most = plan->widths[i] * 2;
			const int more = part < most ? part : most; /* the eye must find the figures beside the name */
			plan->widths[i] += more;
			rest -= more;
		}
}

static struct plan make_plan(const struct list_column *columns, int room)
{
	struct plan plan;
	fill_widths(columns, &plan, false);
	if (!leave_out(columns, &plan, room, LIST_SPARE)) {
		fill_widths(columns, &plan, true);
		leave_out(columns, &plan, room, 1);
	}
	share_rest(columns, &plan, room);
	return plan;
}

void list_put(struct list_cell *cell, enum role role, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(cell->text, sizeof cell->text, format, arguments);
	va_end(arguments);
	cell->role = role;
}

void list_put_duration(struct list_cell *cell, int64_t ms)
{
	(cell->narrow ? format_duration_narrow : format_duration)(ms, cell->text, sizeof cell->text);
	cell->raw = LIST_NUMBER;
	cell->number = (double)ms / 1000;
	cell->unit = "s";
}

void list_put_clock(struct list_cell *cell, enum role role, const struct snapshot *snapshot, int64_t at, bool with_seconds)
{
	cell->role = role;
	if (!at || at == INSTANT_NONE) {
		snprintf(cell->text, sizeof cell->text, "\u2013");
		return;
	}
	clock_text(at, snapshot->zone, with_seconds, cell->text, sizeof cell->text);
	cell->raw = LIST_INSTANT;
	cell->number = (double)at;
}

/* What has no figure to show has none to tell either. */
void list_put_figure(struct list_cell *cell, const char *metric, const struct figure *figure)
{
	const int index = metric_find(metric);
	figure_text(metric, figure, cell->narrow, cell->text, sizeof cell->text);
	cell->role = figure->known ? level_role(figure->level) : ROLE_DIM;
	if (index < 0 || !figure->known || figure->denominator == 0 || (metrics[index].survey && figure->n > 0 && figure->n < SURVEY_LEAST))
		return;
	const bool is_share = metrics[index].unit == UNIT_RATIO;
	cell->raw = LIST_NUMBER;
	cell->number = figure_value(&metrics[index], figure) * (is_share ? 100 : 1);
	cell->unit = is_share ? "%" : metrics[index].unit == UNIT_DURATION ? "s" : NULL;
}

struct table {
	const struct list_class *list;
	const struct list_state *state; /* NULL: as it comes */
	const struct snapshot *snapshot;
	const struct widget_view *view;
	struct rect rect;
	struct plan plan;
};

/* Beside the head of the column it is sorted by, in the gap: which way round. */
static void mark_sorted(const struct table *table, const struct list_column *column, int column_number, int x, int width, int head)
{
	if (!table->state || table->state->column != column_number + 1)
		return;
	const int at = column->right ? x + (head < width ? width - head : 0) - 1 : x + (head < width ? head : width);
	const enum mark mark = table->state->turned == column->right ? MARK_UP : MARK_DOWN;
	canvas_text(table->view->canvas, at, table->rect.y, 1, ROLE_STRONG, glyphs_mark(table->view->glyphs, mark));
}

static void draw_heads(const struct table *table)
{
	int x = table->rect.x + MARKS_WIDTH;
	const int end = table->rect.x + table->rect.width;
	for (int i = 0; i < table->plan.count; i++) {
		const struct list_column *column = &table->list->columns[i];
		const int width = table->plan.widths[i] < end - x ? table->plan.widths[i] : end - x;
		if (width <= 0)
			continue;
		const char *header = head_of(column, table->plan.narrow);
		if (column->right)
			canvas_right(table->view->canvas, x, table->rect.y, width, ROLE_DIM, header);
		else
			canvas_text(table->view->canvas, x, table->rect.y, width, ROLE_DIM, header);
		mark_sorted(table, column, i, x, width, canvas_measure(table->view->canvas, header));
		x += width + gap_of(&table->plan);
	}
}

static void draw_cell(const struct table *table, const struct list_column *column, int row, int x, int y, int width, bool chosen)
{
	struct list_cell cell = {.role = ROLE_TEXT, .narrow = table->plan.narrow, .glyphs = table->view->glyphs};
	list_write(table->list, table->snapshot, column, row, &cell);
	/* What is past a limit stays so under the cursor. */
	const enum role role = chosen && (cell.role == ROLE_TEXT || cell.role == ROLE_DIM || cell.role == ROLE_FAINT) ? ROLE_FOCUS : cell.role;
	if (column->right)
		canvas_right(table->view->canvas, x, y, width, role, cell.text);
	else
		canvas_text(table->view->canvas, x, y, width, role, cell.text);
}

static void draw_row(const struct table *table, int row, bool chosen, int y)
{
	const enum level level = table->list->level ? table->list->level(table->snapshot, row) : LEVEL_NONE;
	struct canvas *canvas = table->view->canvas;
	int x = table->rect.x;
	const int end = x + table->rect.width;
	if (chosen)
		canvas_text(canvas, x, y, end - x, ROLE_FOCUS, glyphs_mark(table->view->glyphs, MARK_ARROW));
	if (end - x > 1)
		canvas_text(canvas, x + 1, y, 1, level_role(level), level_mark(table->view->glyphs, level));
	x += MARKS_WIDTH;
	for (int i = 0; i < table->plan.count; i++) {
		const int width = table->plan.widths[i] < end - x ? table->plan.widths[i] : end - x;
		if (width <= 0)
			continue;
		draw_cell(table, &table->list->columns[i], row, x, y, width, chosen);
		x += width + gap_of(&table->plan);
	}
	if (table->list->is_old && table->list->is_old(table->snapshot, row))
		canvas_paint(canvas, (struct rect){table->rect.x, y, table->rect.width, 1}, ROLE_STALE);
}

/* What is out of sight must not be taken for well; nor what was narrowed down for everything. */
static void draw_rest(const struct table *table, const int *order, int first, int shown, int count)
{
	int bad = 0;
	for (int i = 0; i < count && table->list->level; i++) {
		const enum level level = i < first || i >= first + shown ? table->list->level(table->snapshot, order[i]) : LEVEL_NONE;
		bad += level == LEVEL_WARN || level == LEVEL_CRIT;
	}
	int x = table->rect.x + MARKS_WIDTH;
	const int y = table->rect.y + table->rect.height - 1, end = table->rect.x + table->rect.width, below = count - first - shown;
	const enum role role = bad ? ROLE_WARN : ROLE_DIM;
	if (table->state && *table->state->typed)
		piece(table->view, &x, y, end, ROLE_STRONG, _("/%s: %d of %d%s"), table->state->typed, count, table->list->count(table->snapshot),
			first || below > 0 ? " \u00B7 " : "");
	if (first)
		piece(table->view, &x, y, end, role, _("%d above%s"), first, below > 0 ? " \u00B7 " : "");
	if (below > 0)
		piece(table->view, &x, y, end, role, _("%d more"), below);
	if (bad)
		piece(table->view, &x, y, end, role, _(", %d of them not well"), bad);
}

static void tell_seen(const struct table *table, int first, int shown, int count)
{
	struct lists_seen *seen = table->view->seen;
	if (!seen || seen->count >= LISTS_SEEN_MOST)
		return;
	struct list_seen *item = &seen->items[seen->count++];
	*item = (struct list_seen){.list = table->list, .first = first, .count = count,
		.rows = {table->rect.x, table->rect.y + 1, table->rect.width, shown}};
	for (int i = 0; i < table->plan.count; i++)
		item->columns |= table->plan.widths[i] ? 1u << i : 0;
}

static void draw_rows(const struct table *table, const int *order, int count)
{
	const int selected = table->view->selected < count ? table->view->selected : count - 1;
	int height = table->rect.height - 1;
	const bool cut = count > height || (table->state && *table->state->typed);
	height -= cut && height > 1;
	const int first = selected >= height ? selected - height + 1 : 0, shown = count - first < height ? count - first : height;
	draw_heads(table);
	for (int i = 0; i < shown; i++)
		draw_row(table, order[first + i], first + i == table->view->selected, table->rect.y + 1 + i);
	if (cut && table->rect.height > 2)
		draw_rest(table, order, first, height, count);
	tell_seen(table, first, shown < 0 ? 0 : shown, count);
}

static void draw_empty(const struct list_class *list, const struct snapshot *snapshot, const struct widget_view *view, struct rect rect,
	const struct list_state *state)
{
	int x = rect.x + MARKS_WIDTH;
	if (state && *state->typed && list->count(snapshot) > 0)
		piece(view, &x, rect.y, rect.x + rect.width, ROLE_DIM, _("/%s: none of %d"), state->typed, list->count(snapshot));
	else
		piece(view, &x, rect.y, rect.x + rect.width, ROLE_DIM, "%s", list->why_empty ? list->why_empty(snapshot) : _(list->empty));
}

void list_draw(const struct list_class *list, const struct snapshot *snapshot, const struct widget_view *view, struct rect rect)
{
	int count = 0;
	if (rect.height < 1 || rect.width <= MARKS_WIDTH)
		return;
	int *order = list_order(list, snapshot, view->states, &count);
	const struct table table = {.list = list, .state = list_state_find(view->states, list), .snapshot = snapshot, .view = view, .rect = rect,
		.plan = make_plan(list->columns, rect.width - MARKS_WIDTH)};
	if (count > 0) {
		draw_rows(&table, order, count);
	} else {
		draw_empty(list, snapshot, view, rect, table.state);
		tell_seen(&table, 0, 0, 0);
	}
	free(order);
}
