/* The queues on a wall: the worst first, in lines as large as the width allows; those that do not fit are counted. */
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "widgets/parts.h"
#include "widgets/wall_parts.h"

#define GAP 4		/* cells between columns */
#define NAME_BIG 48	/* cells a name must have where the heads are big too */
#define NAME_LEAST 30	/* and where only the figures are */

static const struct queue_column {
	const char *metric, *head, *sample;
} queue_columns[] = {
	{"queue_depth", N_("Waiting"), "000"}, {"longest_wait", N_("Longest"), "00:00"}, {"service_level", N_("In time"), "100%"},
};
#define COLUMNS (int)(sizeof queue_columns / sizeof *queue_columns)

struct plan {
	struct big_size size, head; /* scale 0: ordinary text */
	int name, widths[COLUMNS], mark;
	int row, pitch; /* cells high, and with the gap */
};

static int width_in(const struct widget_view *view, struct big_size size, const char *text)
{
	return big_can(size, text) ? big_width(size, text) : canvas_measure(view->canvas, text);
}

static bool try_plan(const struct widget_view *view, struct big_size size, struct big_size head, int least, struct plan *plan)
{
	*plan = (struct plan){.size = size, .head = head, .mark = size.scale ? 7 * size.scale : 2};
	plan->name = view->rect.width - 2 - plan->mark;
	for (int i = 0; i < COLUMNS; i++) {
		const int value = width_in(view, size, queue_columns[i].sample), title = width_in(view, head, _(queue_columns[i].head));
		plan->widths[i] = value > title ? value : title;
		plan->name -= plan->widths[i] + (size.scale ? GAP : 2);
	}
	plan->row = size.scale ? big_height(view->glyphs, size) : 1;
	return plan->name >= least;
}

/* All of it big, else the figures, else nothing; larger gaps where there is room. */
static struct plan make_plan(const struct widget_view *view, int rows)
{
	const struct big_size plain = {0};
	struct plan plan;
	const bool tall = view->rect.height >= 20;
	if (!(tall && try_plan(view, big_words_least, big_words_least, NAME_BIG, &plan)) && !(tall && try_plan(view, big_words_least, plain, NAME_LEAST, &plan)))
		try_plan(view, plain, plain, 0, &plan);
	plan.pitch = plan.row + (plan.size.scale ? 1 : 0);
	const int head = plan.head.scale ? big_height(view->glyphs, plan.head) + 2 : 2;
	if (rows > 0 && (view->rect.height - head) / rows > plan.pitch)
		plan.pitch += plan.size.scale && (view->rect.height - head) / rows > plan.pitch + 1 ? 2 : 1;
	return plan;
}

static void draw_right(const struct widget_view *view, struct rect place, struct big_size size, enum role role, const char *text)
{
	const int width = width_in(view, size, text), by = width < place.width ? place.width - width : 0;
	wall_line(view, (struct rect){place.x + by, place.y, place.width - by, place.height}, size, role, text);
}

static int draw_heads(const struct widget_view *view, const struct plan *plan)
{
	const int height = plan->head.scale ? big_height(view->glyphs, plan->head) : 1;
	int x = view->rect.x + 1 + plan->mark + plan->name;
	wall_line(view, (struct rect){view->rect.x + 1 + plan->mark, view->rect.y, plan->name, height}, plan->head, ROLE_DIM, _("Queue"));
	for (int i = 0; i < COLUMNS; i++) {
		const int gap = plan->size.scale ? GAP : 2;
		draw_right(view, (struct rect){x + gap, view->rect.y, plan->widths[i], height}, plan->head, ROLE_DIM, _(queue_columns[i].head));
		x += gap + plan->widths[i];
	}
	return height + 1;
}

/* With the channel; without it where that fits better and no other row has the name. */
static void name_text(const struct snapshot *snapshot, const struct widget_view *view, const struct plan *plan, const struct snapshot_row *row, char *to,
	size_t room)
{
	char place[PART_TEXT];
	snprintf(place, sizeof place, "%s%s%s", row->shared ? row->site : "", row->shared ? "/" : "", row->queue);
	where_text(place, row->channel, to, room);
	for (int i = 0; i < snapshot->row_count; i++)
		if (&snapshot->rows[i] != row && strcmp(snapshot->rows[i].queue, row->queue) == 0 && strcmp(snapshot->rows[i].site, row->site) == 0)
			return;
	if (width_in(view, plan->size, to) > plan->name)
		snprintf(to, room, "%s", place);
}

static void draw_row(const struct snapshot *snapshot, const struct widget_view *view, const struct plan *plan, const struct snapshot_row *row, int y)
{
	const bool bad = row->worst == LEVEL_WARN || row->worst == LEVEL_CRIT;
	char text[PART_TEXT];
	int x = view->rect.x + 1;
	wall_mark(view, x, y, plan->size, row->worst);
	x += plan->mark;
	name_text(snapshot, view, plan, row, text, sizeof text);
	wall_line(view, (struct rect){x, y, plan->name, plan->row}, plan->size, row->stale ? ROLE_STALE : bad ? level_role(row->worst) : ROLE_TEXT, text);
	x += plan->name;
	for (int i = 0; i < COLUMNS; i++) {
		const int metric = metric_find(queue_columns[i].metric), gap = plan->size.scale ? GAP : 2;
		const struct figure *figure = &row->figures[metric < 0 ? 0 : metric];
		const struct rect place = {x + gap, y, plan->widths[i], plan->row};
		wall_figure_text(queue_columns[i].metric, figure, true, text, sizeof text);
		draw_right(view, place, plan->size, row->stale ? ROLE_STALE : figure->known ? level_role(figure->level) : ROLE_DIM, text);
		x += gap + plan->widths[i];
	}
}

static void draw_rest(const struct snapshot *snapshot, const struct widget_view *view, const struct plan *plan, int first, int y)
{
	int bad = 0;
	char text[PART_TEXT];
	for (int i = first; i < snapshot->row_count; i++)
		bad += snapshot->rows[i].worst == LEVEL_WARN || snapshot->rows[i].worst == LEVEL_CRIT;
	const int more = snapshot->row_count - first;
	if (bad)
		snprintf(text, sizeof text, words_plural("%d more, %d of them not well", "%d more, %d of them not well", more), more, bad);
	else
		snprintf(text, sizeof text, words_plural("%d more, all fine", "%d more, all fine", more), more);
	const struct rect place = {view->rect.x + 1 + plan->mark, y, view->rect.width - 2 - plan->mark, plan->row};
	wall_line(view, place, plan->size, bad ? ROLE_WARN : ROLE_DIM, text);
}

void wall_queues_draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct plan plan = make_plan(view, snapshot->row_count);
	if (view->rect.height < 4 || plan.name < 4)
		return;
	struct widget_view lower = *view;
	lower.rect.y += plan.head.scale ? 1 : 0;
	int y = lower.rect.y + draw_heads(&lower, &plan);
	const int bottom = view->rect.y + view->rect.height, fits = (bottom - y + plan.pitch - plan.row) / plan.pitch;
	const int shown = snapshot->row_count > fits ? fits - 1 : snapshot->row_count;
	for (int i = 0; i < shown; i++, y += plan.pitch)
		draw_row(snapshot, view, &plan, &snapshot->rows[i], y);
	if (shown < snapshot->row_count && y + plan.row <= bottom)
		draw_rest(snapshot, view, &plan, shown > 0 ? shown : 0, y);
	if (snapshot->row_count == 0)
		wall_words(view, (struct rect){view->rect.x + 1, y, view->rect.width - 2, bottom - y}, 1, ROLE_DIM, _("no contact yet"));
}
