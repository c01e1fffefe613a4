#include <inttypes.h>
#include <stdio.h>

#include "base/text.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/classes.h"
#include "widgets/parts.h"

static const char *const step_names[] = {N_("signalled, no step yet"), N_("request"), N_("demand"), N_("WARNING"), N_("ENDED")};
#define STEP_LAST 4

static int valid_step(int step)
{
	return step < 0 ? 0 : step > STEP_LAST ? STEP_LAST : step;
}

/* What was done out of turn: the step that was due is the one after the step reached. */
static void fault_text(const struct list_conduct *flag, char *to, size_t room)
{
	if (flag->fault_step > flag->step + 1)
		snprintf(to, room, _("step %d skipped"), flag->step + 1);
	else if (flag->fault_step == flag->step)
		snprintf(to, room, _("step %d repeated"), flag->step);
	else
		snprintf(to, room, _("step %d out of turn"), flag->fault_step);
}

static enum role step_role(int step)
{
	return step >= 3 ? ROLE_CRIT_STRONG : step == 2 ? ROLE_WARN_STRONG : ROLE_TEXT;
}

/* "request ▸ demand ▸ WARNING", the last step strong; only the last where the room is short. */
static void draw_path(const struct widget_view *view, const struct list_conduct *flag, int *x, int y, int end)
{
	const int step = valid_step(flag->step);
	const bool fault = flag->fault_step > 0;
	const int before = fault ? step : step - 1;
	char last[48];
	if (fault)
		fault_text(flag, last, sizeof last);
	else
		snprintf(last, sizeof last, "%s", _(step_names[step]));
	int needed = text_width(last);
	for (int i = 1; i <= before; i++)
		needed += text_width(_(step_names[i])) + 3;
	const int first = needed <= end - *x ? 1 : before + 1;
	for (int i = first; i <= before; i++)
		piece(view, x, y, end, ROLE_DIM, "%s %s ", i == 3 ? _("warning") : i == 4 ? _("ended") : _(step_names[i]),
			glyphs_mark(view->glyphs, MARK_ARROW));
	piece(view, x, y, end, fault || step == 0 ? ROLE_WARN_STRONG : step_role(step), "%s", last);
}

static void draw_flag(const struct widget_view *view, const struct list_conduct *flag, struct rect inner, int y)
{
	const int end = inner.x + inner.width, agent = inner.width > 44 ? 9 : 8, channel = inner.width > 44 ? 7 : 6;
	int x = inner.x;
	char since[32];
	format_duration(flag->since, since, sizeof since);
	if (flag->safety)
		piece(view, &x, y, end, ROLE_CRIT_STRONG, _("%s SAFETY "), glyphs_mark(view->glyphs, MARK_CROSS));
	canvas_text(view->canvas, x, y, agent - 1, ROLE_TEXT, *flag->agent ? flag->agent : "\u2013");
	x += agent;
	canvas_text(view->canvas, x, y, channel - 1, ROLE_TEXT, words_of("channel", flag->channel));
	x += channel;
	const int time = canvas_measure(view->canvas, since);
	draw_path(view, flag, &x, y, end - time - 1);
	/* The times stand below each other where the longest path leaves room for it. */
	const int column = inner.x + 43;
	x = x < column && column + time <= end ? column : x + 1;
	piece(view, &x, y, end, ROLE_TEXT, "%s", since);
	char prior[32];
	if (flag->prior_ms < 0 || end - x < 28)
		return;
	format_span(flag->prior_ms / 3600000 * 3600000, prior, sizeof prior);
	piece(view, &x, y, end, ROLE_DIM, _("  flagged %s ago, step %d"), prior, flag->prior_step);
}

static void draw_care(const struct widget_view *view, const struct list_care *care, struct rect inner, int y)
{
	int x = inner.x;
	const int end = inner.x + inner.width;
	char since[32];
	piece(view, &x, y, end, ROLE_WARN, _("care: %s has had %d rude contacts this shift"), care->agent, care->rude);
	format_duration(care->since, since, sizeof since);
	if (care->since > 0 && end - x > 24)
		piece(view, &x, y, end, ROLE_WARN, _(" \u00B7 no break yet %s"), since);
}

static void draw_totals(const struct snapshot *snapshot, const struct widget_view *view, struct rect inner, int y)
{
	int x = inner.x;
	const int end = inner.x + inner.width;
	piece(view, &x, y, end, ROLE_DIM, _("today %" PRId64 " \u00B7 ended at step 4: %" PRId64 " \u00B7 at the company: %" PRId64),
		snapshot_count_today(snapshot, "rude_count"), snapshot_count_today(snapshot, "rude_ended"),
		snapshot_count_today(snapshot, "anger_at_company"));
}

static int open_flags(const struct snapshot *snapshot)
{
	int open = 0;
	for (int i = 0; i < snapshot->conduct_count; i++)
		open += snapshot->conduct[i].open;
	return open;
}

static enum level level_of(const struct snapshot *snapshot)
{
	enum level level = snapshot_figure(snapshot, "rude_now")->level;
	for (int i = 0; i < snapshot->conduct_count; i++)
		if (snapshot->conduct[i].open && snapshot->conduct[i].safety)
			level = LEVEL_CRIT;
	return level;
}

/* The small page: "✖ 14:06 rude: Ana K. chat, step 3 WARNING, 02:40". */
static void draw_bare(const struct snapshot *snapshot, const struct widget_view *view)
{
	int y = view->rect.y;
	const int bottom = view->rect.y + view->rect.height, end = view->rect.x + view->rect.width;
	for (int i = 0; i < snapshot->conduct_count && y < bottom; i++) {
		const struct list_conduct *flag = &snapshot->conduct[i];
		const int step = valid_step(flag->step);
		char since[32], at[16];
		if (!flag->open)
			continue;
		int x = view->rect.x + 1;
		format_duration(flag->since, since, sizeof since);
		clock_text(snapshot->at - flag->since, snapshot->zone, false, at, sizeof at);
		const enum level level = step >= 3 || flag->safety ? LEVEL_CRIT : LEVEL_WARN;
		piece(view, &x, y, end, level_role(level), "%s ", level_mark(view->glyphs, level));
		piece(view, &x, y, end, ROLE_DIM, "%s ", at);
		char what[64];
		if (flag->fault_step > 0)
			fault_text(flag, what, sizeof what);
		else
			snprintf(what, sizeof what, _("step %d %s"), step, _(step_names[step]));
		piece(view, &x, y++, end, ROLE_TEXT, _("rude: %s %s, %s, %s"), flag->agent, words_of("channel", flag->channel), step ? what : _(step_names[0]), since);
	}
}

/* What is still open, then those closed a moment ago, then who needs a break; the day's counts stay on the last line. */
static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	if (view->bare) {
		draw_bare(snapshot, view);
		return;
	}
	char note[PART_TEXT];
	const int64_t faults = snapshot_count_today(snapshot, "rude_faults");
	snprintf(note, sizeof note, _("%d live \u00B7 %" PRId64 " protocol %s"), open_flags(snapshot), faults, words_plural("fault", "faults", faults));
	const struct rect inner = panel_open(view, level_of(snapshot), _("CONDUCT"), note);
	int y = inner.y;
	const int bottom = inner.y + inner.height - 1, count = snapshot->conduct_count + snapshot->care_count;
	for (int i = view->scroll; i < count && y < bottom; i++, y++) {
		if (i >= snapshot->conduct_count) {
			draw_care(view, &snapshot->care[i - snapshot->conduct_count], inner, y);
			continue;
		}
		draw_flag(view, &snapshot->conduct[i], inner, y);
		if (!snapshot->conduct[i].open)
			canvas_paint(view->canvas, (struct rect){inner.x, y, inner.width, 1}, ROLE_FAINT);
	}
	if (count == 0 && y < bottom)
		canvas_text(view->canvas, inner.x, y, inner.width, ROLE_DIM, _("nobody is rude now"));
	if (inner.height > 0)
		draw_totals(snapshot, view, inner, bottom);
}

static int lines(const struct snapshot *snapshot)
{
	return snapshot->conduct_count + snapshot->care_count;
}

#define HELP "rude customers: which step of request, demand, warning, ended each contact is at, and who needs a break"
static const struct layout_kind kind = PLAIN_KIND("conduct", HELP);

const struct widget_class conduct_class = {
	.name = "conduct",
	.help = HELP,
	.kind = &kind,
	.min_width = 30,
	.min_height = 3,
	.draw = draw,
	.lines = lines,
};
