/* What is due next, with the time to go; what is overdue counts up. The first one is as large as there is room. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "tui/format.h"
#include "widgets/classes.h"
#include "widgets/kinds.h"

#define LEAST_WIDTH 22
#define LEAST_HEIGHT 4
#define LEFT 10	   /* cells of a time */
#define BIG_HEIGHT 9 /* rows inside from which the first one is big */

struct countdown_config {
	bool paused;
};

static const struct setting countdown_settings[] = {
	{"paused", .type = SETTING_FLAG, .offset = offsetof(struct countdown_config, paused), .fallback = "false",
		.help = "Whether clocks that stand still are listed, too."},
};
static const struct setting_table countdown_table = {"countdown", "due", "The SLA clocks that run out next.", countdown_settings, 1};
static const struct layout_kind countdown_kind = {.table = &countdown_table, .size = sizeof(struct countdown_config), .of_page = true};

static bool is_shown(const struct widget_view *view, const struct list_due *due)
{
	const struct countdown_config *config = view->widget->config;
	return config->paused || !due->paused;
}

/* The n-th that is shown; NULL: there are no more. */
static const struct list_due *due_at(const struct snapshot *snapshot, const struct widget_view *view, int number)
{
	for (int i = 0; i < snapshot->due_count; i++)
		if (is_shown(view, &snapshot->due[i]) && number-- == 0)
			return &snapshot->due[i];
	return NULL;
}

static int rows(const struct snapshot *snapshot, const struct widget_view *view)
{
	int count = 0;
	while (due_at(snapshot, view, count))
		count++;
	return count;
}

static enum level level_of(const struct list_due *due)
{
	return due->breached ? LEVEL_CRIT : due->paused ? LEVEL_NONE : due->level;
}

/* "01:15" to go, "+00:42" overdue */
static void left_text(const struct list_due *due, char *to, size_t room)
{
	char time[32];
	const bool over = due->left < 0;
	format_duration(over ? -(due->left + 1) : due->left, time, sizeof time);
	snprintf(to, room, "%s%s", over ? "+" : "", time);
}

static const char *word_of(const struct list_due *due)
{
	if (due->paused)
		return _("paused");
	if (due->left < 0 || due->breached)
		return _("overdue");
	return due->is_open ? "" : _("closed now");
}

static void draw_due(const struct widget_view *view, struct rect line, const struct list_due *due, bool chosen)
{
	char left[40], id[80], clock[32], where[PART_TEXT];
	const enum level level = level_of(due);
	const char *word = word_of(due);
	const int end = line.x + line.width;
	int x = line.x + LEFT + 2;
	left_text(due, left, sizeof left);
	case_text(due->case_id, id, sizeof id);
	words_text(due->clock, clock, sizeof clock);
	where_text(due->queue, due->channel, where, sizeof where);
	canvas_text(view->canvas, line.x, line.y, 1, level_role(level), level_mark(view->glyphs, level));
	canvas_right(view->canvas, line.x + 1, line.y, LEFT - 1, due->paused ? ROLE_DIM : level_strong(level), left);
	piece(view, &x, line.y, end, chosen ? ROLE_FOCUS : ROLE_TEXT, "%s  ", id);
	if (*word)
		piece(view, &x, line.y, end, due->paused ? ROLE_DIM : level_role(level), "%s  ", word);
	piece(view, &x, line.y, end, ROLE_DIM, "%s  %s", clock, where);
}

/* Returns how many rows it took: 0, there is no room. */
static int draw_first(const struct widget_view *view, struct rect inner, const struct list_due *due)
{
	char left[40];
	const int height = glyphs_big_height(view->glyphs);
	left_text(due, left, sizeof left);
	if (inner.height < BIG_HEIGHT || glyphs_big(view->glyphs, NULL, 0, 0, 0, ROLE_TEXT, left) > inner.width)
		return 0;
	glyphs_big(view->glyphs, view->canvas, inner.x, inner.y, inner.width, level_strong(level_of(due)), left);
	return height + 1;
}

static void draw_rest(const struct snapshot *snapshot, const struct widget_view *view, struct rect line, int first, int count)
{
	int bad = 0;
	for (int i = first; i < count; i++)
		bad += due_at(snapshot, view, i)->breached;
	int x = line.x;
	piece(view, &x, line.y, line.x + line.width, bad ? ROLE_WARN : ROLE_DIM, words_plural("%d more", "%d more", count - first), count - first);
	if (bad)
		piece(view, &x, line.y, line.x + line.width, ROLE_WARN, words_plural(", %d overdue", ", %d overdue", bad), bad);
}

static void draw_list(const struct snapshot *snapshot, const struct widget_view *view, struct rect inner, int count)
{
	const int used = draw_first(view, inner, due_at(snapshot, view, 0)), room = inner.height - used;
	const bool cut = count > room;
	const int shown = cut ? room - 1 : count, first = view->selected >= shown && shown > 0 ? view->selected - shown + 1 : 0;
	for (int i = 0; i < shown; i++) {
		const struct list_due *due = due_at(snapshot, view, first + i);
		if (due)
			draw_due(view, (struct rect){inner.x, inner.y + used + i, inner.width, 1}, due, first + i == view->selected);
	}
	if (cut)
		draw_rest(snapshot, view, (struct rect){inner.x, inner.y + inner.height - 1, inner.width, 1}, first + shown, count);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const int count = rows(snapshot, view);
	const struct list_due *next = due_at(snapshot, view, 0);
	const char *title = kind_title(view, _("DUE NEXT")), *why = kind_why(snapshot, view);
	char left[40] = "\u2013";
	if (next && !why)
		left_text(next, left, sizeof left);
	const enum level level = next && !why ? level_of(next) : LEVEL_NONE;
	if (kind_small(view, LEAST_WIDTH, LEAST_HEIGHT, title, level, left))
		return;
	const struct rect inner = kind_open(snapshot, view, level, title, _("open time left"));
	if (why || !next)
		kind_say(view, inner, why ? why : _("no clock is running"));
	else
		draw_list(snapshot, view, inner, count);
}

static bool evidence(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request)
{
	const struct list_due *due = view->selected < 0 ? NULL : due_at(snapshot, view, view->selected);
	if (!due)
		return view->selected < 0 && kind_evidence(view, metric_find("sla_running"), request);
	snprintf(request->subject, sizeof request->subject, "%s", due->case_id);
	request->around = snapshot->at;
	return *due->case_id;
}

const struct widget_class countdown_class = {
	.name = "countdown",
	.help = "the SLA clocks that run out next, with the time to go; what is overdue counts up",
	.min_width = LEAST_WIDTH,
	.min_height = 1,
	.draw = draw,
	.kind = &countdown_kind,
	.rows = rows,
	.evidence = evidence,
};
