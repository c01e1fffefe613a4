#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/classes.h"
#include "widgets/parts.h"

#define BARE_ITEMS 3

static int permille_used(const struct list_due *due)
{
	if (due->left <= 0 || due->target <= 0)
		return 1000;
	const double used = 1000.0 * (double)(due->target - due->left) / (double)due->target;
	return used < 0 ? 0 : (int)used;
}

/* What to know of a clock that does not just run; NULL: nothing. */
static const char *why_still(const struct list_due *due)
{
	if (due->paused)
		return due->by_state ? _("paused by state") : _("paused");
	if (due->calendar_unknown)
		return _("calendar?");
	if (due->breached && due->disagreed)
		return _("told breached");
	return due->is_open || due->breached ? NULL : _("closed now");
}

static void draw_clock(const struct widget_view *view, const struct list_due *due, struct rect inner, int y)
{
	char text[PART_TEXT];
	const enum level level = due->breached ? LEVEL_CRIT : due->level;
	const bool bad = level == LEVEL_WARN || level == LEVEL_CRIT, roomy = inner.width >= 60;
	const int identity = roomy ? 9 : 8, clock = roomy ? 13 : inner.width >= 44 ? 12 : 0, left = 8;
	int bar = inner.width - identity - clock - 21 - left - 4;
	const int where = bar >= 6 ? 21 : inner.width - identity - clock - left - 1;
	int x = inner.x;
	case_text(due->case_id, text, sizeof text);
	canvas_text(view->canvas, x, y, identity - 1, ROLE_TEXT, text);
	x += identity;
	words_text(due->clock, text, sizeof text);
	canvas_text(view->canvas, x, y, clock - 1, ROLE_DIM, text);
	x += clock;
	where_text(due->queue, due->channel, text, sizeof text);
	canvas_text(view->canvas, x, y, where - 1, ROLE_TEXT, text);
	x += where;
	format_duration(due->left, text, sizeof text);
	canvas_right(view->canvas, x, y, left, due->paused ? ROLE_DIM : bad ? level_strong(level) : ROLE_TEXT, text);
	x += left + 3;
	if (bar < 6)
		return;
	const char *still = why_still(due);
	if (still)
		canvas_text(view->canvas, x, y, bar, due->calendar_unknown ? ROLE_WARN : ROLE_DIM, still);
	else
		glyphs_bar(view->glyphs, view->canvas, x, y, bar, permille_used(due), level_role(level));
}

/* "due: #48230 first reply −00:42 · #48219 01:15" */
static void draw_bare(const struct snapshot *snapshot, const struct widget_view *view)
{
	int x = view->rect.x + 1;
	const int end = view->rect.x + view->rect.width - 1;
	enum role role = ROLE_DIM;
	for (int i = 0; i < snapshot->due_count && i < BARE_ITEMS; i++)
		if (snapshot->due[i].level == LEVEL_WARN || snapshot->due[i].level == LEVEL_CRIT)
			role = ROLE_WARN;
	for (int i = 0; i < snapshot->due_count && i < BARE_ITEMS; i++) {
		char identity[80], clock[32], left[32];
		case_text(snapshot->due[i].case_id, identity, sizeof identity);
		words_text(snapshot->due[i].clock, clock, sizeof clock);
		format_duration(snapshot->due[i].left, left, sizeof left);
		const int needed = text_width(identity) + text_width(left) + 8;
		if (i > 0 && end - x < needed)
			break;
		piece(view, &x, view->rect.y, end, role, "%s%s %s%s%s", i ? " \u00B7 " : _("due: "), identity, i ? "" : clock, i ? "" : " ", left);
	}
}

static void add_count(const struct snapshot *snapshot, const struct widget_view *view, int *x, int y, int end, const char *metric, const char *format)
{
	const struct figure *figure = snapshot_figure(snapshot, metric);
	if (figure->known)
		piece(view, x, y, end, ROLE_DIM, format, figure->numerator);
}

static void draw_totals(const struct snapshot *snapshot, const struct widget_view *view, struct rect inner, int y)
{
	int x = inner.x;
	const int end = inner.x + inner.width;
	const struct figure *open = snapshot_figure(snapshot, "sla_breached_open");
	piece(view, &x, y, end, ROLE_DIM, _("%" PRId64 " breached and open \u00B7 %" PRId64 " due within 10 min"), open->known ? open->numerator : 0,
		snapshot->due_10m);
	add_count(snapshot, view, &x, y, end, "sla_running", _(" \u00B7 %" PRId64 " clocks running"));
	add_count(snapshot, view, &x, y, end, "sla_paused", _(" \u00B7 %" PRId64 " paused"));
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	if (view->bare) {
		draw_bare(snapshot, view);
		return;
	}
	struct rect inner = panel_open(view, LEVEL_NONE, _("DUE NEXT"), _("SLA clocks, open time"));
	inner.x++;
	inner.width -= 2;
	const int bottom = inner.y + inner.height - 1;
	for (int i = view->scroll; i < snapshot->due_count && inner.y + i - view->scroll < bottom; i++)
		draw_clock(view, &snapshot->due[i], inner, inner.y + i - view->scroll);
	if (snapshot->due_count == 0 && inner.height > 1)
		canvas_text(view->canvas, inner.x, inner.y, inner.width, ROLE_DIM, _("no clock is running"));
	if (inner.height > 0)
		draw_totals(snapshot, view, inner, bottom);
}

static int lines(const struct snapshot *snapshot)
{
	return snapshot->due_count;
}

#define HELP "the SLA clocks that run out next, or have run out"
static const struct layout_kind kind = PLAIN_KIND("due", HELP);

const struct widget_class due_class = {
	.name = "due",
	.help = HELP,
	.kind = &kind,
	.min_width = 30,
	.min_height = 3,
	.draw = draw,
	.lines = lines,
};
