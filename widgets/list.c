#include "widgets/list.h"

#include <stdarg.h>
#include <stdio.h>

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

static int width_of(const struct list_column *column, bool narrow)
{
	return narrow && column->narrow_width ? column->narrow_width : column->width;
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
}

void list_put_figure(struct list_cell *cell, const char *metric, const struct figure *figure)
{
	figure_text(metric, figure, cell->narrow, cell->text, sizeof cell->text);
	cell->role = figure->known ? level_role(figure->level) : ROLE_DIM;
}

struct table {
	const struct list_class *list;
	const struct snapshot *snapshot;
	const struct widget_view *view;
	struct rect rect;
	struct plan plan;
};

static void draw_heads(const struct table *table)
{
	int x = table->rect.x + MARKS_WIDTH;
	const int end = table->rect.x + table->rect.width;
	for (int i = 0; i < table->plan.count; i++) {
		const struct list_column *column = &table->list->columns[i];
		const int width = table->plan.widths[i] < end - x ? table->plan.widths[i] : end - x;
		if (width <= 0)
			continue;
		const char *header = table->plan.narrow && column->narrow_header ? column->narrow_header : column->header;
		if (column->right)
			canvas_right(table->view->canvas, x, table->rect.y, width, ROLE_DIM, header);
		else
			canvas_text(table->view->canvas, x, table->rect.y, width, ROLE_DIM, header);
		x += width + gap_of(&table->plan);
	}
}

static void draw_cell(const struct table *table, const struct list_column *column, int row, int x, int y, int width, bool chosen)
{
	struct list_cell cell = {.role = ROLE_TEXT, .narrow = table->plan.narrow, .glyphs = table->view->glyphs};
	if (column->metric) {
		const int index = metric_find(column->metric);
		if (index >= 0)
			list_put_figure(&cell, column->metric, &table->list->figures(table->snapshot, row)[index]);
	} else {
		column->write(table->snapshot, row, &cell);
	}
	/* What is past a limit stays so under the cursor. */
	const enum role role = chosen && (cell.role == ROLE_TEXT || cell.role == ROLE_DIM || cell.role == ROLE_FAINT) ? ROLE_FOCUS : cell.role;
	if (column->right)
		canvas_right(table->view->canvas, x, y, width, role, cell.text);
	else
		canvas_text(table->view->canvas, x, y, width, role, cell.text);
}

static void draw_row(const struct table *table, int row, int y)
{
	const bool chosen = row == table->view->selected;
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

/* What is out of sight must not be taken for well. */
static void draw_rest(const struct table *table, int first, int shown, int count)
{
	int bad = 0;
	for (int row = 0; row < count && table->list->level; row++) {
		const enum level level = row < first || row >= first + shown ? table->list->level(table->snapshot, row) : LEVEL_NONE;
		bad += level == LEVEL_WARN || level == LEVEL_CRIT;
	}
	int x = table->rect.x + MARKS_WIDTH;
	const int y = table->rect.y + table->rect.height - 1, end = table->rect.x + table->rect.width, below = count - first - shown;
	const enum role role = bad ? ROLE_WARN : ROLE_DIM;
	if (first)
		piece(table->view, &x, y, end, role, "%d above%s", first, below > 0 ? " \u00B7 " : "");
	if (below > 0)
		piece(table->view, &x, y, end, role, "%d more", below);
	if (bad)
		piece(table->view, &x, y, end, role, ", %d of them not well", bad);
}

void list_draw(const struct list_class *list, const struct snapshot *snapshot, const struct widget_view *view, struct rect rect)
{
	const int count = list->count(snapshot);
	if (rect.height < 1 || rect.width <= MARKS_WIDTH)
		return;
	if (count == 0) {
		canvas_text(view->canvas, rect.x + MARKS_WIDTH, rect.y, rect.width - MARKS_WIDTH, ROLE_DIM,
			list->why_empty ? list->why_empty(snapshot) : list->empty);
		return;
	}
	const struct table table = {.list = list, .snapshot = snapshot, .view = view, .rect = rect,
		.plan = make_plan(list->columns, rect.width - MARKS_WIDTH)};
	draw_heads(&table);
	int height = rect.height - 1;
	const bool cut = count > height;
	height -= cut && height > 1;
	const int selected = view->selected < count ? view->selected : count - 1;
	const int first = selected >= height ? selected - height + 1 : 0;
	for (int i = 0; i < height && first + i < count; i++)
		draw_row(&table, first + i, rect.y + 1 + i);
	if (cut && rect.height > 2)
		draw_rest(&table, first, height, count);
}
