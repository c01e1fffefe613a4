#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "tui/format.h"
#include "widgets/classes.h"
#include "widgets/parts.h"
#include "widgets/tile_sub.h"

#define LABEL 16 /* cells of "“no” said 17×" and the blank after it */
#define NAMES_EACH 2

struct pen {
	const struct widget_view *view;
	struct rect inner;
	int y;
};

static bool has_room(const struct pen *pen)
{
	return pen->y < pen->inner.y + pen->inner.height;
}

static void write_label(const struct pen *pen, const char *what, int64_t total)
{
	char text[48];
	snprintf(text, sizeof text, "%s %*" PRId64 "\u00D7", what, strlen(what) > 12 ? 1 : 3, total);
	canvas_text(pen->view->canvas, pen->inner.x, pen->y, LABEL - 1, ROLE_TEXT, text);
}

/* More often than in the period before is what should be talked about. */
static void write_refusals(struct pen *pen, const struct snapshot *snapshot)
{
	const int room = pen->inner.width - LABEL, column = room > 28 ? 28 : room;
	for (int i = 0; i < snapshot->refusal_count && i < NAMES_EACH && has_room(pen); i++, pen->y++) {
		const struct list_named *named = &snapshot->refusals[i];
		const bool more = named->before > 0 && named->count > named->before;
		char count[32];
		int x = pen->inner.x + LABEL;
		if (i == 0)
			write_label(pen, _("\u201Cno\u201D said"), snapshot->refusals_total);
		format_count(named->count, count, sizeof count);
		canvas_text(pen->view->canvas, x, pen->y, column - 6, ROLE_TEXT, named->name);
		canvas_right(pen->view->canvas, x + column - 6, pen->y, 6, more ? ROLE_WARN : ROLE_TEXT, count);
		x += column;
		if (more && room - column > 4)
			piece(pen->view, &x, pen->y, pen->inner.x + pen->inner.width, ROLE_WARN, " +%" PRId64, named->count - named->before);
	}
}

static void write_mistakes(struct pen *pen, const struct snapshot *snapshot)
{
	const struct settings *settings = snapshot->settings;
	const int limit = settings->mistakes_limit;
	for (int i = 0; settings->show_mistakes && i < snapshot->mistake_count && i < 1 && has_room(pen); i++, pen->y++) {
		const struct list_named *named = &snapshot->mistakes[i];
		const enum role role = limit > 0 && named->count >= limit ? ROLE_WARN : ROLE_TEXT;
		if (i == 0)
			write_label(pen, _("\u201Coops\u201D  "), snapshot->mistakes_total);
		const int x = pen->inner.x + LABEL, room = pen->inner.width - LABEL;
		if (limit > 0)
			canvas_format(pen->view->canvas, x, pen->y, room, role, _("%s at %" PRId64 " of %d"), named->name, named->count, limit);
		else
			canvas_format(pen->view->canvas, x, pen->y, room, role, "%s %" PRId64, named->name, named->count);
	}
}

static void write_praises(struct pen *pen, const struct snapshot *snapshot)
{
	if (snapshot->praises_total == 0 || !has_room(pen))
		return;
	write_label(pen, _("\u201Cthanks\u201D"), snapshot->praises_total);
	if (snapshot->praise_count)
		canvas_format(pen->view->canvas, pen->inner.x + LABEL, pen->y, pen->inner.width - LABEL, ROLE_OK, _("most for %s"),
			snapshot->praises[0].name);
	pen->y++;
}

static void write_followups(struct pen *pen, const struct snapshot *snapshot)
{
	const struct figure *open = snapshot_figure(snapshot, "followup_open"), *oldest = snapshot_figure(snapshot, "followup_oldest");
	if (!open->known || open->numerator == 0 || !has_room(pen))
		return;
	char age[32];
	int x = pen->inner.x;
	figure_text("followup_oldest", oldest, false, age, sizeof age);
	piece(pen->view, &x, pen->y, x + LABEL - 1, ROLE_WARN, _("detractors %" PRId64), open->numerator);
	canvas_format(pen->view->canvas, pen->inner.x + LABEL, pen->y++, pen->inner.width - LABEL, ROLE_WARN, _("oldest waits %s for a call"), age);
}

/* How many were so unhappy over the panel's window, and whether that is more than before. */
static void write_detractors(struct pen *pen, const struct snapshot *snapshot)
{
	const bool same = snapshot->request.window == snapshot->named_window;
	const int64_t count = same ? snapshot_figure(snapshot, "detractors")->numerator : snapshot_count_today(snapshot, "detractors");
	char change[PART_TEXT] = "";
	if (count <= 0 || !has_room(pen))
		return;
	if (same && !compared_text(snapshot, "detractors", COMPARE_LAST_WEEK, change, sizeof change))
		compared_text(snapshot, "detractors", COMPARE_YESTERDAY, change, sizeof change);
	canvas_format(pen->view->canvas, pen->inner.x, pen->y++, pen->inner.width, ROLE_TEXT, _("NPS of at most 6: %" PRId64 "%s%s"), count,
		*change ? " \u00B7 " : "", change);
}

/* A survey's figure never stands without its n. */
static void score_text(const struct snapshot *snapshot, const char *metric, const char *title, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, metric);
	char value[48], count[40] = "";
	figure_text(metric, figure, false, value, sizeof value);
	if (figure->known && figure->n >= 10 && strcmp(metric, "churn_rate") != 0)
		snprintf(count, sizeof count, _(" n%" PRId64), figure->n);
	snprintf(to, room, "%s %s%s", title, value, count);
}

static void write_scores(struct pen *pen, const struct snapshot *snapshot)
{
	static const struct {
		const char *metric, *title;
	} scores[] = {{"nps", N_("NPS")}, {"ces", N_("CES")}, {"iqs", N_("IQS")}, {"churn_rate", N_("churn")}};
	const int end = pen->inner.x + pen->inner.width;
	int x = pen->inner.x;
	for (size_t i = 0; i < sizeof scores / sizeof *scores && has_room(pen); i++) {
		char text[PART_TEXT];
		score_text(snapshot, scores[i].metric, _(scores[i].title), text, sizeof text);
		const int width = canvas_measure(pen->view->canvas, text);
		if (x > pen->inner.x && x + 3 + width > end) {
			pen->y++;
			x = pen->inner.x;
		}
		if (!has_room(pen))
			return;
		if (x > pen->inner.x)
			piece(pen->view, &x, pen->y, end, ROLE_TEXT, " \u00B7 ");
		piece(pen->view, &x, pen->y, end, ROLE_TEXT, "%s", text);
	}
	pen->y++;
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	char window[64];
	window_text(snapshot->named_window, true, window, sizeof window);
	if (snapshot->zones_differ && snapshot->named_window == WINDOW_TODAY)
		snprintf(window + strlen(window), sizeof window - strlen(window), _(", each site's own"));
	struct pen pen = {.view = view, .inner = panel_open(view, LEVEL_NONE, _("LEARNING"), window)};
	pen.y = pen.inner.y;
	write_refusals(&pen, snapshot);
	write_mistakes(&pen, snapshot);
	write_followups(&pen, snapshot);
	write_detractors(&pen, snapshot);
	write_scores(&pen, snapshot);
	write_praises(&pen, snapshot);
}

#define HELP "what the day teaches: which rule makes us say no, mistakes, unhappy customers, scores, praise"
static const struct layout_kind kind = PLAIN_KIND("learning", HELP);

const struct widget_class learning_class = {
	.name = "learning",
	.help = HELP,
	.kind = &kind,
	.min_width = 30,
	.min_height = 3,
	.draw = draw,
};
