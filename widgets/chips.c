#include "widgets/chips.h"

#include <stdio.h>

#include "base/words.h"

/* From left to right; a team's and an agent's names say themselves what they are. */
static const struct {
	int chip;
	const char *format;
} order[CHIP_COUNT] = {
	{CHIP_SITE, N_("site %s")}, {SCOPE_QUEUE, N_("queue %s")}, {SCOPE_CHANNEL, N_("channel %s")}, {SCOPE_MARKET, N_("market %s")},
	{SCOPE_TEAM, "%s"}, {SCOPE_AGENT, "%s"},
};

static bool is_on(const struct snapshot_request *request, int chip)
{
	struct scope scope = request->scope;
	return chip == CHIP_SITE ? request->site != 0 : *snapshot_scope_part(&scope, (enum scope_part)chip) != SCOPE_ANY;
}

bool chips_any(const struct snapshot_request *request)
{
	for (int i = 0; i < CHIP_COUNT; i++)
		if (is_on(request, order[i].chip))
			return true;
	return false;
}

bool chips_take_off(struct snapshot_request *request, int chip)
{
	for (int i = CHIP_COUNT - 1; i >= 0 && chip == CHIP_LAST; i--)
		if (is_on(request, order[i].chip))
			chip = order[i].chip;
	if (chip == CHIP_LAST || !is_on(request, chip))
		return false;
	if (chip == CHIP_SITE)
		request->site = 0;
	else
		*snapshot_scope_part(&request->scope, (enum scope_part)chip) = SCOPE_ANY;
	return true;
}

static const char *name_of(const struct snapshot *snapshot, int chip)
{
	if (chip != CHIP_SITE)
		return snapshot->chosen[chip];
	return snapshot->request.site <= snapshot->site_count ? snapshot->sites[snapshot->request.site - 1].name : "";
}

void chips_draw(const struct snapshot *snapshot, const struct widget_view *view, struct chips *seen)
{
	const struct rect rect = view->rect;
	const int end = rect.x + rect.width;
	int x = rect.x + 1;
	*seen = (struct chips){.count = 0};
	if (rect.height < 1)
		return;
	for (int i = 0; i < CHIP_COUNT && x < end; i++) {
		char text[128], whole[160];
		if (!is_on(&snapshot->request, order[i].chip))
			continue;
		snprintf(text, sizeof text, _(order[i].format), name_of(snapshot, order[i].chip));
		snprintf(whole, sizeof whole, " %s %s ", text, glyphs_mark(view->glyphs, MARK_TIMES));
		const int begin = x;
		x += canvas_text(view->canvas, x, rect.y, end - x, ROLE_KEY, whole);
		seen->chip[seen->count] = order[i].chip;
		seen->rects[seen->count++] = (struct rect){begin, rect.y, x - begin, 1};
		x++;
	}
	canvas_text(view->canvas, x + 1, rect.y, end - x - 1, ROLE_DIM, _("Backspace takes the last one off"));
}

int chips_at(const struct chips *seen, int x, int y)
{
	for (int i = 0; i < seen->count; i++)
		if (y == seen->rects[i].y && x >= seen->rects[i].x && x < seen->rects[i].x + seen->rects[i].width)
			return seen->chip[i];
	return CHIP_LAST;
}
