#include <stdio.h>

#include "base/words.h"
#include "widgets/classes.h"
#include "widgets/parts.h"

static void draw_alert(const struct snapshot *snapshot, const struct widget_view *view, const struct list_alert *alert, struct rect inner, int y)
{
	const enum level level = alert->severity == SEVERITY_CRITICAL ? LEVEL_CRIT : LEVEL_WARN;
	const bool cleared = alert->state == LIST_ALERT_CLEARED, acknowledged = alert->state == LIST_ALERT_ACKNOWLEDGED;
	const int end = inner.x + inner.width;
	int x = inner.x;
	char at[16];
	clock_text(alert->raised, snapshot->zone, false, at, sizeof at);
	if (cleared) {
		piece(view, &x, y, end, ROLE_FAINT, "%s %s %s", glyphs_mark(view->glyphs, MARK_CHECK), at, alert->text);
		return;
	}
	piece(view, &x, y, end, level_role(level), "%s ", level_mark(view->glyphs, level));
	piece(view, &x, y, end, ROLE_DIM, "%s ", at);
	piece(view, &x, y, end, acknowledged ? ROLE_DIM : ROLE_TEXT, "%s", alert->text);
	if (acknowledged && end - x > 8)
		piece(view, &x, y, end, ROLE_DIM, _(" \u00B7 ack %s"), alert->by);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	int standing = 0, acknowledged = 0;
	for (int i = 0; i < snapshot->alert_count; i++) {
		standing += snapshot->alerts[i].state != LIST_ALERT_CLEARED;
		acknowledged += snapshot->alerts[i].state == LIST_ALERT_ACKNOWLEDGED;
	}
	char note[PART_TEXT];
	snprintf(note, sizeof note, _("%d \u00B7 %d acknowledged"), standing, acknowledged);
	struct rect inner = panel_open(view, LEVEL_NONE, _("ALERTS"), acknowledged ? note : standing ? "" : _("none"));
	if (view->bare) {
		inner.x++;
		inner.width -= 2;
	}
	const int chosen = !view->focused ? -1 : view->scroll < snapshot->alert_count ? view->scroll : snapshot->alert_count - 1;
	const int first = chosen >= inner.height ? chosen - inner.height + 1 : 0;
	for (int i = first; i < snapshot->alert_count && i - first < inner.height; i++)
		draw_alert(snapshot, view, &snapshot->alerts[i], inner, inner.y + i - first);
	if (chosen >= 0) /* keys answer the one under the cursor */
		canvas_text(view->canvas, inner.x - 1, inner.y + chosen - first, 1, ROLE_FOCUS, glyphs_mark(view->glyphs, MARK_ARROW));
	if (snapshot->alert_count == 0 && inner.height > 0)
		canvas_text(view->canvas, inner.x, inner.y, inner.width, ROLE_DIM, _("nothing to look at"));
}

static int lines(const struct snapshot *snapshot)
{
	return snapshot->alert_count;
}

#define HELP "what is past its limit, newest first, then what has cleared"
static const struct layout_kind kind = PLAIN_KIND("alerts", HELP);

const struct widget_class alerts_class = {
	.name = "alerts",
	.help = HELP,
	.kind = &kind,
	.min_width = 20,
	.min_height = 2,
	.draw = draw,
	.lines = lines,
};
