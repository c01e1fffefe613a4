#include <string.h>

#include "base/words.h"
#include "widgets/footer.h"

struct place {
	unsigned page;
	enum board_mode mode;
	unsigned denied; /* bits of enum right */
};

/* Cells one key takes with its label, without the gap. */
static int width_of(const struct widget_view *view, const struct board_key_info *key)
{
	return canvas_measure(view->canvas, key->keys) + 1 + canvas_measure(view->canvas, words_of("key", key->label));
}

static bool is_shown(const struct board_key_info *key, struct place place)
{
	if (!key->label || !(key->pages & place.page) || (key->modes && !(key->modes & place.mode)))
		return false;
	if (key->needs && (key->needs & place.denied) == key->needs)
		return false;
	return place.mode == BOARD_LIVE || !(place.page & (1u << BOARD_OVERVIEW | 1u << BOARD_OWN)) || key->modes || key->always;
}

/* What a page alone can do is said first: it is why one is there. */
static bool is_own(const struct board_key_info *key, struct place place)
{
	return !(place.page & (1u << BOARD_OVERVIEW | 1u << BOARD_OWN)) && key->pages == place.page;
}

static int total_of(const struct widget_view *view, struct place place, int gap)
{
	int total = 0;
	for (const struct board_key_info *key = board_keys; key->keys; key++)
		total += is_shown(key, place) ? width_of(view, key) + gap : 0;
	return total;
}

/* How to leave and how to get help are the last of the table and must not be what falls off the edge. */
static int reserve_of(const struct widget_view *view, const struct board_key_info *from, struct place place, int gap)
{
	int reserve = 0;
	for (const struct board_key_info *key = from; key->keys; key++)
		reserve += is_shown(key, place) && key->always ? width_of(view, key) + gap : 0;
	return reserve;
}

void footer_draw(const struct widget_view *view, unsigned page, enum board_mode mode, unsigned denied, struct footer_seen *seen)
{
	const struct place place = {page, mode, denied};
	const struct rect rect = view->rect;
	const int gap = total_of(view, place, 3) < rect.width ? 3 : 2, end = rect.x + rect.width;
	int x = rect.x + 1;
	canvas_fill(view->canvas, rect, ROLE_KEY_TEXT, ' ');
	seen->count = 0;
	for (int own = 1; own >= 0; own--)
		for (const struct board_key_info *key = board_keys; key->keys; key++) {
			if (!is_shown(key, place) || is_own(key, place) != own)
				continue;
			const int reserve = key->always ? 0 : reserve_of(view, own ? board_keys : key + 1, place, gap);
			if (x + width_of(view, key) + gap + reserve > end + gap)
				continue;
			const int begin = x;
			x += canvas_text(view->canvas, x, rect.y, end - x, ROLE_KEY, key->keys) + 1;
			x += canvas_text(view->canvas, x, rect.y, end - x, ROLE_KEY_TEXT, words_of("key", key->label)) + gap;
			if (seen->count < FOOTER_KEYS_MOST) {
				seen->rects[seen->count] = (struct rect){begin, rect.y, x - gap - begin, 1};
				seen->keys[seen->count++] = key;
			}
		}
}
