#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/classes.h"
#include "widgets/parts.h"
#include "widgets/tile.h"
#include "widgets/tile_sub.h"

#define LABEL_WIDTH 12

static int write_entry(const struct widget_view *view, struct rect inner, int y, const char *label, const char *text)
{
	if (!*text || y >= inner.y + inner.height)
		return y;
	canvas_text(view->canvas, inner.x, y, LABEL_WIDTH - 1, ROLE_DIM, label);
	const struct rect right = {inner.x + LABEL_WIDTH, inner.y, inner.width - LABEL_WIDTH, inner.height};
	return right.width > 0 ? text_wrapped(view, right, y, ROLE_TEXT, text) : y + 1;
}

static void rests_on(const struct metric *metric, const struct figure *figure, char *to, size_t room)
{
	*to = 0;
	if (!figure->known)
		snprintf(to, room, _("nothing yet: there is nothing to divide by"));
	else if (metric->unit == UNIT_RATIO)
		snprintf(to, room, _("%" PRId64 " of %" PRId64), figure->numerator, figure->denominator);
	else if (figure->n >= 0)
		snprintf(to, room, _("n = %" PRId64), figure->n);
	if (figure->known && figure->low >= 0 && figure->high >= 0) {
		char part[96], low[32], high[32];
		format_decimal((double)figure->low / 1e4, 1, low, sizeof low);
		format_decimal((double)figure->high / 1e4, 1, high, sizeof high);
		snprintf(part, sizeof part, _(", between %s %% and %s %%"), low, high);
		snprintf(to + strlen(to), room - strlen(to), "%s", part);
	}
}

void tile_detail(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct tile_info *tile = tile_find(view->setting);
	const int index = tile ? metric_find(tile->metric) : -1;
	if (index < 0)
		return;
	const struct metric *metric = &metrics[index];
	const struct figure *figure = &snapshot->figures[index];
	const int height = view->rect.height < 16 ? view->rect.height : view->rect.height > 40 ? 16 : view->rect.height / 2;
	struct widget_view top = *view;
	top.rect.height = height < 8 ? view->rect.height : height;
	tile_class.draw(snapshot, &top);
	struct rect inner = {view->rect.x + 3, view->rect.y + height + 1, view->rect.width - 6, view->rect.height - height - 1};
	char text[PART_TEXT], window[32];
	int y = inner.y;
	window_text(snapshot->request.window, false, window, sizeof window);
	y = write_entry(view, inner, y, _("window"), metric->kind == KIND_GAUGE ? _("now") : window);
	if (metric_find("service_level") == index)
		y = write_entry(view, inner, y, _("formula"), formula_text(snapshot));
	y = write_entry(view, inner, y, _("is"), _(metric->formula));
	rests_on(metric, figure, text, sizeof text);
	y = write_entry(view, inner, y, _("rests on"), text);
	*text = 0;
	tile->sub(snapshot, text, sizeof text);
	y = write_entry(view, inner, y, _("beside it"), text);
	for (int comparison = 0; comparison < COMPARISON_COUNT; comparison++)
		if (compared_text(snapshot, tile->metric, (enum comparison)comparison, text, sizeof text))
			y = write_entry(view, inner, y, comparison == 0 ? _("compared") : "", text);
	y = write_entry(view, inner, y, _("comes from"), _(metric->source));
	write_entry(view, inner, y, _("but"), _(metric->note));
}
