#include "widgets/forecast_line.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/words.h"
#include "widgets/parts.h"

void forecast_gap_text(int64_t gap, char *to, size_t room)
{
	const uint64_t size = gap < 0 ? 0 - (uint64_t)gap : (uint64_t)gap;
	snprintf(to, room, "%s%" PRIu64, gap < 0 ? "\u2212" : gap > 0 ? "+" : "\u00B1", size);
}

bool forecast_line_known(const struct snapshot *snapshot)
{
	return snapshot_figure(snapshot, "forecast_30m")->known;
}

void forecast_line_draw(const struct snapshot *snapshot, const struct widget_view *view, int x, int y, int room)
{
	const struct figure *needed = snapshot_figure(snapshot, "agents_needed"), *gap = snapshot_figure(snapshot, "staffing_gap");
	const struct figure *level = snapshot_figure(snapshot, "expected_service_level");
	const int end = x + room;
	char text[PART_TEXT];
	figure_text("forecast_30m", snapshot_figure(snapshot, "forecast_30m"), false, text, sizeof text);
	piece(view, &x, y, end, ROLE_DIM, _("next 30 min "));
	piece(view, &x, y, end, ROLE_TEXT, "%s", text);
	if (needed->known) {
		figure_text("agents_needed", needed, false, text, sizeof text);
		piece(view, &x, y, end, ROLE_DIM, _(" \u00B7 agents needed "));
		piece(view, &x, y, end, ROLE_TEXT, "%s", text);
	}
	forecast_gap_text(gap->numerator, text, sizeof text);
	if (gap->known)
		piece(view, &x, y, end, level_role(gap->level), " (%s)%s%s", text, *level_mark(view->glyphs, gap->level) ? " " : "",
			level_mark(view->glyphs, gap->level));
	if (!level->known)
		return;
	figure_text("expected_service_level", level, false, text, sizeof text);
	piece(view, &x, y, end, ROLE_DIM, _(" \u00B7 expected SL "));
	piece(view, &x, y, end, level_role(level->level), "%s", text);
}
