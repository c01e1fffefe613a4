#include "widgets/life.h"

#include <stdio.h>

#include "base/words.h"
#include "tui/format.h"
#include "widgets/evidence.h"
#include "widgets/parts.h"
#include "widgets/timeline.h"

#define WHEN_WIDTH 16	  /* "08-01 12:50:07" and a gap */
#define DISTANCE_WIDTH 11 /* "+12 h 07" */
#define WHAT_WIDTH 24
#define NARROW 100	  /* under so many cells the details have a line of their own */

int life_lines(const struct proof *proof)
{
	return proof ? (int)proof->life.count : 0;
}

static void draw_event(const struct snapshot *snapshot, const struct proof *proof, const struct widget_view *view, struct rect inner, int y,
	size_t number)
{
	const struct life_event *event = &proof->life.events[number];
	/* What came after the moment looked at is told too, but it was not known then. */
	const bool later = event->recv > proof->moment;
	const bool narrow = inner.width < NARROW;
	char when[32], distance[32];
	int x = inner.x;
	if (event->at) {
		timeline_when(snapshot, event->at, evidence_day(snapshot), true, when, sizeof when);
		canvas_text(view->canvas, x, y, WHEN_WIDTH - 1, ROLE_DIM, when);
	}
	x += WHEN_WIDTH;
	if (proof->request.about != PROOF_EVENTS) {
		x -= narrow ? 0 : DISTANCE_WIDTH;
	} else if (number > 0) {
		format_duration(event->at - proof->life.events[number - 1].at, distance, sizeof distance);
		canvas_format(view->canvas, x, y, DISTANCE_WIDTH - 1, ROLE_DIM, "%s%s", *distance >= '0' && *distance <= '9' ? "+" : "", distance);
	}
	x += DISTANCE_WIDTH;
	canvas_text(view->canvas, x, y, WHAT_WIDTH - 1, later ? ROLE_FAINT : ROLE_STRONG, event->what);
	if (narrow)
		y++;
	else
		x += WHAT_WIDTH;
	if (y < inner.y + inner.height)
		canvas_text(view->canvas, x, y, inner.x + inner.width - x, later ? ROLE_FAINT : ROLE_TEXT, event->detail);
}

static void draw_foot(const struct proof *proof, const struct widget_view *view, struct rect inner, int shown)
{
	const int more = life_lines(proof) - view->scroll - shown;
	int x = inner.x;
	const int y = inner.y + inner.height - 1, end = inner.x + inner.width;
	if (more > 0)
		piece(view, &x, y, end, ROLE_DIM, _("+%d more"), more);
	if (proof->life.is_cut)
		piece(view, &x, y, end, ROLE_WARN, _("%sonly its first %d events are told"), more > 0 ? ", " : "", LIFE_MOST);
}

static const char *words_instead(const struct snapshot *snapshot, const struct proof *proof)
{
	if (!proof)
		return *snapshot->under_way ? snapshot->under_way : _("reading \u2026");
	if (*proof->wrong)
		return proof->wrong;
	if (proof->life.count == 0)
		return *proof->evidence.why ? proof->evidence.why : _("the journal has no event about it");
	return NULL;
}

void life_draw(const struct snapshot *snapshot, const struct proof *proof, const char *subject, const struct widget_view *view)
{
	static const char *const titles[] = {[PROOF_EVENTS] = N_("LIFE"), [PROOF_FEED] = N_("FEED"), [PROOF_FORECAST] = N_("FORECAST")};
	char title[96], note[96] = "", moment[32];
	const char *instead = words_instead(snapshot, proof);
	const enum proof_about about = proof ? proof->request.about : PROOF_EVENTS;
	snprintf(title, sizeof title, "%s \u00B7 %s", _(titles[about]), subject);
	if (!instead && about == PROOF_EVENTS) {
		timeline_when(snapshot, proof->moment, evidence_day(snapshot), true, moment, sizeof moment);
		snprintf(note, sizeof note, _("%zu %s \u00B7 faint: after %s"), proof->life.count, words_plural("event", "events", proof->life.count), moment);
	}
	struct rect inner = panel_open(view, LEVEL_NONE, title, note);
	if (inner.height < 3)
		return;
	if (instead) {
		canvas_text(view->canvas, inner.x + 2, inner.y + 1, inner.width - 2, proof && *proof->wrong ? ROLE_CRIT : ROLE_DIM, instead);
		return;
	}
	const int each = inner.width < NARROW ? 2 : 1, room = (inner.height - 1) / each;
	int shown = 0;
	for (; shown < room && view->scroll + shown < life_lines(proof); shown++)
		draw_event(snapshot, proof, view, inner, inner.y + shown * each, (size_t)(view->scroll + shown));
	draw_foot(proof, view, inner, shown);
}
