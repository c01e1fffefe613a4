#include "widgets/marks.h"

#include <stdio.h>

#include "base/words.h"
#include "widgets/parts.h"
#include "widgets/timeline.h"

void marks_draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct timeline *timeline = snapshot->timeline;
	char note[64], when[32];
	snprintf(note, sizeof note, _("%d %s \u00B7 Enter goes there"), timeline->mark_count, words_plural("mark", "marks", timeline->mark_count));
	const struct rect inner = panel_open(view, LEVEL_NONE, _("MARKS"), note);
	const int first = view->selected >= inner.height ? view->selected - inner.height + 1 : 0;
	for (int i = first; i < timeline->mark_count && i - first < inner.height; i++) {
		const bool chosen = i == view->selected;
		int x = inner.x;
		const int y = inner.y + i - first, end = inner.x + inner.width;
		piece(view, &x, y, end, chosen ? ROLE_FOCUS : ROLE_TEXT, "%s ", chosen ? glyphs_mark(view->glyphs, MARK_ARROW) : " ");
		timeline_when(snapshot, timeline->marks[i].at, timeline->cursor, true, when, sizeof when);
		piece(view, &x, y, end, ROLE_DIM, "%-16s", when);
		piece(view, &x, y, end, chosen ? ROLE_FOCUS : ROLE_TEXT, "%s", timeline->marks[i].text);
	}
}
