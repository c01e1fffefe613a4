#include "widgets/tour.h"

#include <stdio.h>

#include "base/words.h"
#include "tui/keys.h"
#include "widgets/parts.h"

static const struct {
	int codes[3]; /* ends with 0 */
	const char *text;
} hints[] = {
	{{SCREEN_KEY_TAB}, N_("Tab moves, Enter opens what is under the cursor, Esc leads back")},
	{{'2'}, N_("2 to 9 are lists: s sorts, / finds, x exports, Enter: which ones")},
	{{'f'}, N_("f filters all figures; a answers the newest alert, u takes it back")},
	{{'?', ':'}, N_("? shows the keys of this page, : finds any command by its name")},
};
#define HINTS (int)(sizeof hints / sizeof *hints)

int tour_after(int step, int key)
{
	if (step < 1 || step > HINTS)
		return 0;
	bool named = key == SCREEN_KEY_ESCAPE;
	for (int i = 0; i < 3 && hints[step - 1].codes[i]; i++)
		named = named || hints[step - 1].codes[i] == key;
	return !named ? step : step == HINTS ? 0 : step + 1;
}

void tour_draw(int step, const struct widget_view *view)
{
	const struct rect rect = view->rect;
	const int end = rect.x + rect.width;
	int x = rect.x + 1;
	if (step < 1 || step > HINTS || rect.height < 1)
		return;
	canvas_fill(view->canvas, rect, ROLE_FOCUS, ' ');
	piece(view, &x, rect.y, end, ROLE_FOCUS, "%d/%d %s (%s)", step, HINTS, _(hints[step - 1].text), step < HINTS ? _("Esc: next") : _("Esc: done"));
}
