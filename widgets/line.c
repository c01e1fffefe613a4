#include <stdio.h>

#include "base/text.h"
#include "widgets/alarm.h"
#include "widgets/line.h"
#include "widgets/link.h"
#include "widgets/parts.h"
#include "widgets/replay_header.h"
#include "widgets/sites.h"
#include "widgets/tile.h"

#define WIDE 60 /* cells from which the time is said too */

static enum level worst_of(const struct snapshot *snapshot)
{
	enum level worst = LEVEL_NONE;
	for (int i = 0; i < TILE_COUNT; i++) {
		const enum level level = snapshot_figure(snapshot, tile_infos[i].metric)->level;
		if (level != LEVEL_UNSURE && level > worst)
			worst = level;
	}
	return worst;
}

static const char *mark_of(const struct glyphs *glyphs, enum level level)
{
	const char *mark = level_mark(glyphs, level);
	return *mark ? mark : glyphs_mark(glyphs, level == LEVEL_OK ? MARK_CHECK : MARK_DASH);
}

/* Whole pieces only: half a figure would be a wrong one. */
static void draw_figures(const struct snapshot *snapshot, const struct widget_view *view, int x, int y, int end)
{
	bool first = true;
	for (int i = 0; i < TILE_COUNT; i++) {
		const struct figure *figure = snapshot_figure(snapshot, tile_infos[i].metric);
		char label[48], value[48], text[PART_TEXT];
		tile_label(snapshot, &tile_infos[i], label, sizeof label);
		figure_text(tile_infos[i].metric, figure, true, value, sizeof value);
		snprintf(text, sizeof text, "%s%s%s %s", first ? "" : "  ", level_mark(view->glyphs, figure->level), label, value);
		if (canvas_measure(view->canvas, text) > end - x)
			continue;
		piece(view, &x, y, end, level_role(figure->level), "%s", text);
		first = false;
	}
}

void line_draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	int x = view->rect.x;
	const int y = view->rect.y, end = view->rect.x + view->rect.width;
	char at[16];
	if (snapshot->timeline) {
		char words[64];
		replay_words(snapshot, words, sizeof words);
		piece(view, &x, y, end, ROLE_REPLAY_STRONG, "%s", words);
		x++;
	}
	if (snapshot->nothing && snapshot->site_count) {
		char text[3 * PART_TEXT];
		sites_waiting_text(snapshot, text, sizeof text);
		piece(view, &x, y, end, ROLE_DIM, "%s", text);
		return;
	}
	if (snapshot->nothing && !snapshot->timeline) {
		char text[3 * PART_TEXT];
		link_waiting_text(snapshot, text, sizeof text);
		piece(view, &x, y, end, *snapshot->why ? ROLE_WARN : ROLE_DIM, "%s", text);
		return;
	}
	if (alarm_draw(snapshot, view, x, y, end))
		return;
	const enum level worst = worst_of(snapshot);
	piece(view, &x, y, end, level_role(worst), "%s", mark_of(view->glyphs, worst));
	x++;
	clock_text(snapshot->at, snapshot->zone, !view->glyphs->calm, at, sizeof at);
	if (view->rect.width >= WIDE && !snapshot->timeline)
		piece(view, &x, y, end, ROLE_STRONG, "%s ", at);
	const struct link_summary summary = link_summarise(snapshot);
	if (summary.role != ROLE_HEADER_OK)
		piece(view, &x, y, end, ROLE_CRIT, "%s ", summary.text);
	draw_figures(snapshot, view, x, y, end);
}
