#include "widgets/alarm.h"

#include "tui/format.h"
#include "widgets/parts.h"

const struct list_alert *alarm_of(const struct snapshot *snapshot)
{
	for (int i = 0; i < snapshot->alert_count; i++)
		if (snapshot->alerts[i].kind == LIST_ALERT_SAFETY && snapshot->alerts[i].state == LIST_ALERT_RAISED)
			return &snapshot->alerts[i];
	return NULL;
}

bool alarm_draw(const struct snapshot *snapshot, const struct widget_view *view, int x, int y, int end)
{
	const struct list_alert *alarm = alarm_of(snapshot);
	char since[32];
	if (!alarm || end - x < 8)
		return false;
	canvas_fill(view->canvas, (struct rect){x, y, end - x, 1}, ROLE_HEADER_CRIT, ' ');
	format_duration(snapshot->at > alarm->raised ? snapshot->at - alarm->raised : 0, since, sizeof since);
	x++;
	piece(view, &x, y, end, ROLE_HEADER_CRIT, "%s %s \u00B7 %s", glyphs_mark(view->glyphs, MARK_CROSS), alarm->text, since);
	return true;
}
