#include "widgets/replay_header.h"

#include <stdio.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/alarm.h"
#include "widgets/parts.h"
#include "widgets/timeline.h"

static const struct {
	const char *utf8, *ascii, *word;
} states[] = {
	[TIMELINE_PAUSED] = {"\u2016", "=", N_("paused")}, [TIMELINE_PLAYING] = {"\u25B6", ">", N_("playing")}, [TIMELINE_SEEKING] = {"\u00BB", ">>", N_("seeking")},
	[TIMELINE_END] = {"\u25A0", "#", N_("end")}, [TIMELINE_FAILED] = {"\u2716", "X", N_("failed")},
};

static void date_text(const struct snapshot *snapshot, int64_t at, char *to, size_t room)
{
	const struct civil civil = instant_civil(at, snapshot->zone);
	char day[16], clock[12];
	format_date(civil.year, civil.month, civil.day, day, sizeof day);
	clock_text(at, snapshot->zone, true, clock, sizeof clock);
	snprintf(to, room, "%s %s", day, clock);
}

static void speed_text(const struct timeline *timeline, const struct glyphs *glyphs, char *to, size_t room)
{
	if (timeline->speed > 0)
		snprintf(to, room, "%g%s", timeline->speed, glyphs_mark(glyphs, MARK_TIMES));
	else
		snprintf(to, room, "%s", _("as fast as it goes"));
}

static void state_text(const struct snapshot *snapshot, const struct glyphs *glyphs, char *to, size_t room)
{
	const struct timeline *timeline = snapshot->timeline;
	char goal[32] = "";
	if (timeline->state == TIMELINE_SEEKING && timeline->goal != INT64_MIN)
		timeline_when(snapshot, timeline->goal, timeline->cursor, false, goal, sizeof goal);
	snprintf(to, room, "%s %s%s%s", glyphs->ascii ? states[timeline->state].ascii : states[timeline->state].utf8, _(states[timeline->state].word),
		*goal ? " " : "", goal);
}

void replay_words(const struct snapshot *snapshot, char *to, size_t room)
{
	char at[32];
	date_text(snapshot, snapshot->timeline->cursor, at, sizeof at);
	snprintf(to, room, _("REPLAY %s %s"), at, _(states[snapshot->timeline->state].word));
}

/* In the middle where there is room: which journal, how much is in it, what is missing. */
static void draw_journal(const struct snapshot *snapshot, const struct widget_view *view, int from, int until)
{
	const struct timeline *timeline = snapshot->timeline;
	char text[400], events[32], lost[32];
	format_count((int64_t)timeline->events, events, sizeof events);
	format_count((int64_t)timeline->lost, lost, sizeof lost);
	snprintf(text, sizeof text, _("journal %s \u00B7 %s events \u00B7 %s lost%s%s"), timeline->journal, events, lost,
		timeline->compares ? _(" \u00B7 compared with ") : "", timeline->compares ? timeline->other : "");
	const int width = canvas_measure(view->canvas, text), room = until - from;
	if (room < 12)
		return;
	const int middle = view->rect.x + (view->rect.width - width) / 2;
	const int x = middle < from ? from : middle + width > until ? until - width : middle;
	canvas_text(view->canvas, x < from ? from : x, view->rect.y, room, timeline->lost ? ROLE_REPLAY_NOTICE : ROLE_REPLAY, text);
}

void replay_header_draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct rect rect = view->rect;
	const int end = rect.x + rect.width;
	char at[32], speed[32], state[64];
	date_text(snapshot, snapshot->timeline->cursor, at, sizeof at);
	speed_text(snapshot->timeline, view->glyphs, speed, sizeof speed);
	state_text(snapshot, view->glyphs, state, sizeof state);
	canvas_fill(view->canvas, rect, ROLE_REPLAY, ' ');
	int right = end - 1 - canvas_measure(view->canvas, state);
	right = right < rect.x ? rect.x : right;
	int x = rect.x + 1;
	if (rect.width >= 60)
		piece(view, &x, rect.y, right, view->focused ? ROLE_FOCUS : ROLE_REPLAY_STRONG, "TABLO  ");
	piece(view, &x, rect.y, right, view->focused ? ROLE_FOCUS : ROLE_REPLAY_STRONG, _("REPLAY"));
	piece(view, &x, rect.y, right, ROLE_REPLAY_STRONG, rect.width >= 50 ? "  %s" : " %s", at);
	const bool alarmed = alarm_of(snapshot) != NULL; /* then the rest gives way: it is said elsewhere too */
	if (rect.width >= 60 && !alarmed)
		piece(view, &x, rect.y, right, ROLE_REPLAY, "  %s", snapshot->zone_name);
	if (rect.width >= 50 && !alarmed)
		piece(view, &x, rect.y, right, ROLE_REPLAY_STRONG, "  %s", speed);
	if (right - x > 2)
		canvas_text(view->canvas, right, rect.y, end - right, ROLE_REPLAY_NOTICE, state);
	if (!alarm_draw(snapshot, view, x + 1, rect.y, right - 1))
		draw_journal(snapshot, view, x + 3, right - 2);
}
