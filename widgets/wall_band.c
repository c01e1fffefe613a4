#include <limits.h>
#include <stdio.h>

#include "base/words.h"
#include "tui/big.h"
#include "tui/format.h"
#include "widgets/parts.h"
#include "widgets/ticker.h"
#include "widgets/wall_band.h"
#include "widgets/wall_parts.h"

#define TALL 30 /* rows from which the band is big */
#define WIDE 80
#define RULE 1	/* above the big words, with the number of the page */
#define GAP 4
#define OLD_MARK 9 /* cells of the mark before it, and of the edges */
#define ALERT_STAY_MS 3000 /* a part of a long one stands */

static bool is_tall(int width, int height)
{
	return height >= TALL && width >= WIDE;
}

/* Old figures are said in a line of their own, above whatever else is said. */
static bool is_old(const struct snapshot *snapshot)
{
	return snapshot->stale || snapshot->nothing;
}

int wall_band_height(const struct snapshot *snapshot, int width, int height)
{
	const int line = is_tall(width, height) ? 5 : 1;
	return (is_tall(width, height) ? RULE : 0) + line + (is_old(snapshot) && height >= 8 ? line : 0);
}

/* Shorter where it would not be big otherwise. */
static void old_text(const struct snapshot *snapshot, int width, char *to, size_t room)
{
	char since[32];
	format_duration(snapshot->stale_ms, since, sizeof since);
	if (snapshot->nothing) {
		snprintf(to, room, "%s", _("No data yet"));
		return;
	}
	snprintf(to, room, _("Old figures: no data for %s"), since);
	if (big_width(big_words_least, to) > width)
		snprintf(to, room, _("No data for %s"), since);
	if (big_width(big_words_least, to) > width)
		snprintf(to, room, "%s", _("Old figures"));
}

/* From the right; returns where it begins. Nothing where it would leave no room for words. */
static int draw_clock(const struct snapshot *snapshot, const struct widget_view *view, struct rect line)
{
	char text[16];
	clock_text(snapshot->at, snapshot->zone, false, text, sizeof text);
	const int width = big_width(big_words_least, text);
	if (line.height < 4 || line.width < 3 * width)
		return line.x + line.width;
	big_draw(view->glyphs, view->canvas, line.x + line.width - width, line.y, width, big_words_least, ROLE_DIM, text);
	return line.x + line.width - width - GAP;
}

static void draw_progress(const struct widget_view *view, const struct wall_band *band, int y, int *end)
{
	char alerts[64] = "", text[96];
	if (band->held_count > 1)
		snprintf(alerts, sizeof alerts, words_plural("%d critical alert", "%d critical alerts", band->held_count), band->held_count);
	if (!band->count && !*alerts)
		return;
	if (band->count)
		snprintf(text, sizeof text, "%s%s%d/%d", alerts, *alerts ? "  " : "", band->number, band->count);
	else
		snprintf(text, sizeof text, "%s", alerts);
	const int width = canvas_measure(view->canvas, text);
	canvas_right(view->canvas, *end - width - 1, y, width, ROLE_DIM, text);
	*end -= width + 2;
}

/* The part of the text whose turn it is, where it is longer than the place. */
static void part_of(const struct widget_view *view, int width, struct big_size size, const char *text, int64_t at, char *to, size_t room)
{
	const int count = wall_parts(view, width, size, text, -1, NULL, 0);
	wall_parts(view, width, size, text, count && at > 0 ? (int)(at / ALERT_STAY_MS % count) : 0, to, room);
}

static void draw_alert(const struct snapshot *snapshot, const struct widget_view *view, struct rect place, const struct wall_band *band)
{
	char part[PART_TEXT] = "";
	const char *text = band->held->text;
	const struct big_size size = place.height >= 4 && big_can(big_words_least, text) ? big_words_least : (struct big_size){0};
	const int mark = wall_mark(view, place.x, place.y, size, LEVEL_CRIT);
	const struct rect rest = {place.x + mark, place.y, place.width - mark, place.height};
	part_of(view, rest.width, size, text, snapshot->at, part, sizeof part);
	wall_line(view, rest, size, ROLE_CRIT_STRONG, part);
}

static void draw_line(const struct snapshot *snapshot, const struct widget_view *view, struct rect place, const struct wall_band *band)
{
	struct widget_view ticker = *view;
	ticker.rect = place;
	if (band->held)
		draw_alert(snapshot, view, place, band);
	else if (!ticker_draw(snapshot, &ticker, TICKER_STAY_MS, ROLE_STRONG))
		wall_line(view, place, place.height >= 4 ? big_words_least : (struct big_size){0}, ROLE_DIM, band->title);
}

static void draw_old(const struct snapshot *snapshot, const struct widget_view *view, struct rect place)
{
	char text[PART_TEXT];
	old_text(snapshot, place.height >= 4 ? place.width - OLD_MARK : INT_MAX, text, sizeof text);
	const struct big_size size = place.height >= 4 ? big_words_least : (struct big_size){0};
	if (!size.scale)
		canvas_fill(view->canvas, place, ROLE_HEADER_CRIT, ' ');
	const int mark = wall_mark(view, place.x + 1, place.y, size, size.scale ? LEVEL_CRIT : LEVEL_NONE);
	const struct rect rest = {place.x + 1 + mark, place.y, place.width - mark - 2, place.height};
	wall_line(view, rest, size, size.scale ? ROLE_CRIT_STRONG : ROLE_HEADER_CRIT, text);
}

void wall_band_draw(const struct snapshot *snapshot, const struct widget_view *view, const struct wall_band *band)
{
	struct rect line = view->rect;
	const bool tall = line.height > 2;
	const int each = tall ? 5 : 1;
	int end = line.x + line.width;
	if (tall) {
		draw_progress(view, band, line.y, &end);
		glyphs_rule(view->glyphs, view->canvas, line.x, line.y, end - line.x, band->held || is_old(snapshot) ? ROLE_BORDER_CRIT : ROLE_BORDER);
		line.y += RULE;
		line.height -= RULE;
	}
	if (is_old(snapshot) && line.height >= 2 * each) {
		draw_old(snapshot, view, (struct rect){line.x, line.y, line.width, each - (tall ? 1 : 0)});
		line.y += each;
	}
	line = (struct rect){line.x + 1, line.y, line.width - 2, each};
	if (!tall) {
		canvas_fill(view->canvas, (struct rect){view->rect.x, line.y, view->rect.width, 1}, ROLE_TEXT, ' ');
		draw_progress(view, band, line.y, &end);
		line.width = end - line.x - 1;
	} else {
		line.width = draw_clock(snapshot, view, line) - line.x;
	}
	draw_line(snapshot, view, line, band);
}
