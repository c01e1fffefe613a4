#include <string.h>

#include "widgets/footer.h"

/* Cells one key takes with its label, without the gap. */
static int width_of(const struct widget_view *view, const struct board_key_info *key)
{
	return canvas_measure(view->canvas, key->keys) + 1 + canvas_measure(view->canvas, key->label);
}

static bool is_shown(const struct board_key_info *key, unsigned page)
{
	return key->label && (key->pages & page);
}

static int total_of(const struct widget_view *view, unsigned page, int gap)
{
	int total = 0;
	for (const struct board_key_info *key = board_keys; key->keys; key++)
		total += is_shown(key, page) ? width_of(view, key) + gap : 0;
	return total;
}

/* How to leave and how to get help are the last of the table and must not be what falls off the edge. */
static int reserve_of(const struct widget_view *view, const struct board_key_info *from, unsigned page, int gap)
{
	int reserve = 0;
	for (const struct board_key_info *key = from; key->keys; key++)
		reserve += is_shown(key, page) && key->always ? width_of(view, key) + gap : 0;
	return reserve;
}

void footer_draw(const struct widget_view *view, unsigned page)
{
	const struct rect rect = view->rect;
	const int gap = total_of(view, page, 3) < rect.width ? 3 : 2, end = rect.x + rect.width;
	int x = rect.x + 1;
	canvas_fill(view->canvas, rect, ROLE_KEY_TEXT, ' ');
	for (const struct board_key_info *key = board_keys; key->keys; key++) {
		if (!is_shown(key, page))
			continue;
		const int reserve = key->always ? 0 : reserve_of(view, key + 1, page, gap);
		if (x + width_of(view, key) + gap + reserve > end + gap)
			continue;
		x += canvas_text(view->canvas, x, rect.y, end - x, ROLE_KEY, key->keys) + 1;
		x += canvas_text(view->canvas, x, rect.y, end - x, ROLE_KEY_TEXT, key->label) + gap;
	}
}
