/* The eight figures over the whole wall, each as large as its place allows. */
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "widgets/classes.h"
#include "widgets/parts.h"
#include "widgets/tile.h"
#include "widgets/tile_spark.h"
#include "widgets/wall_parts.h"

#define SAMPLE "00:00"	/* what a place must have room for: it stays when figures change */
#define FRAME_HEIGHT 8	/* rows from which there is room for a frame */
#define LEAST_HEIGHT 4	/* a title and the smallest digits */
#define BIG_WIDTH 150	/* of the whole wall, from which titles are big too */
#define BIG_HEIGHT 40
#define SPARK_LEAST 2

/* The whole wall is large enough for titles that are read from afar. */
static bool has_big_titles(const struct widget_view *view)
{
	return view->rect.width >= BIG_WIDTH && view->rect.height >= BIG_HEIGHT;
}

static int digits_height(const struct widget_view *view, int width, int height)
{
	const bool framed = height >= FRAME_HEIGHT;
	const int title = has_big_titles(view) ? big_height(view->glyphs, big_words_least) + 2 : 1;
	const struct big_size size = big_fit(view->glyphs, SAMPLE, framed ? width - 5 : width - 3, height - title - (framed ? 3 : 0));
	return size.scale ? big_height(view->glyphs, size) : 0;
}

/* As many columns as give the largest digits; of equal ones the widest tiles last. */
static int choose_columns(const struct widget_view *view, struct rect body)
{
	static const int choices[] = {4, 2, 8, 1};
	int best = 4, highest = 0;
	for (size_t i = 0; i < sizeof choices / sizeof *choices; i++) {
		const int rows = TILE_COUNT / choices[i], height = digits_height(view, body.width / choices[i], body.height / rows);
		if (height > highest) {
			highest = height;
			best = choices[i];
		}
	}
	return best;
}

/* Returns the rows used. */
static int draw_title(const struct snapshot *snapshot, const struct widget_view *view, struct rect inner, const struct tile_info *tile, bool is_big)
{
	const enum level level = snapshot_figure(snapshot, tile->metric)->level;
	char label[48];
	const char *title = _(tile->title);
	const bool big = is_big && big_can(big_words_least, title);
	const int mark = wall_mark(view, inner.x, inner.y, big ? big_words_least : (struct big_size){0}, level);
	const struct rect rest = {inner.x + mark, inner.y, inner.width - mark, inner.height / 3};
	if (big) {
		if (big_fit_words(view->glyphs, title, rest.width, rest.height).scale == 0)
			title = _(tile->short_title);
		const int used = wall_words(view, rest, 1, ROLE_TITLE, title), least = big_height(view->glyphs, big_words_least);
		return mark && used < least ? least : used;
	}
	if (canvas_measure(view->canvas, title) > rest.width) {
		tile_label(snapshot, tile, label, sizeof label);
		title = label;
	}
	canvas_text(view->canvas, rest.x, rest.y, rest.width, ROLE_TITLE, title);
	return 1;
}

/* Returns the rows used. */
static int draw_digits(const struct widget_view *view, struct rect place, const char *metric, const struct figure *figure)
{
	const enum role role = figure->known ? level_strong(figure->level) : ROLE_DIM;
	char text[48] = "";
	struct big_size size = {0};
	for (int narrow = 0; narrow < 2 && size.scale == 0; narrow++) {
		wall_figure_text(metric, figure, narrow, text, sizeof text);
		size = big_fit(view->glyphs, text, place.width, place.height);
	}
	if (size.scale == 0) {
		canvas_text(view->canvas, place.x, place.y, place.width, role, text);
		return 1;
	}
	const int width = big_width(size, text);
	big_draw(view->glyphs, view->canvas, place.x + (place.width - width) / 2, place.y, width, size, role, text);
	return big_height(view->glyphs, size);
}

/* For those who stand near: what it should be, and what it rests on. */
static void draw_below(const struct snapshot *snapshot, const struct widget_view *view, struct rect inner, const struct tile_info *tile)
{
	char target[64], sub[PART_TEXT] = "";
	const int y = inner.y + inner.height - 1;
	tile_target(snapshot, tile->metric, target, sizeof target);
	tile->sub(snapshot, sub, sizeof sub);
	const int used = canvas_text(view->canvas, inner.x, y, inner.width, ROLE_DIM, sub), width = canvas_measure(view->canvas, target);
	if (used + 2 + width <= inner.width)
		canvas_right(view->canvas, inner.x + inner.width - width, y, width, ROLE_DIM, target);
}

static void draw_tile(const struct snapshot *snapshot, const struct widget_view *view, const struct tile_info *tile, bool big)
{
	const struct figure *figure = snapshot_figure(snapshot, tile->metric);
	const bool framed = view->rect.height >= FRAME_HEIGHT;
	struct rect inner = {view->rect.x + 1, view->rect.y, view->rect.width - 2, view->rect.height};
	if (framed) {
		wall_frame(view, view->rect, figure->level);
		const int above = big ? 2 : 1;
		inner = (struct rect){view->rect.x + 2, view->rect.y + above, view->rect.width - 4, view->rect.height - above - 1};
	}
	const int title = draw_title(snapshot, view, inner, tile, big) + (framed && inner.height >= FRAME_HEIGHT ? 1 : 0);
	const int below = framed ? 1 : 0;
	const struct rect place = {inner.x, inner.y + title, inner.width, inner.height - title - below};
	const int digits = draw_digits(view, place, tile->metric, figure);
	if (!framed)
		return;
	const struct rect chart = {inner.x, place.y + digits + 1, inner.width, place.height - digits - 1};
	if (chart.height >= SPARK_LEAST)
		tile_spark_draw(snapshot, view, tile->metric, chart, chart.width * 2 / 7, figure->level == LEVEL_OK ? ROLE_OK : level_role(figure->level));
	draw_below(snapshot, view, inner, tile);
}

void wall_figures_draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct rect body = view->rect;
	const int columns = choose_columns(view, body), rows = TILE_COUNT / columns;
	struct widget_view tile = *view;
	tile.bare = true;
	for (int i = 0; i < TILE_COUNT; i++) {
		const int left = body.width * (i % columns) / columns, right = body.width * (i % columns + 1) / columns;
		const int top = body.height * (i / columns) / rows, bottom = body.height * (i / columns + 1) / rows;
		tile.rect = (struct rect){body.x + left, body.y + top, right - left - (right < body.width ? 1 : 0), bottom - top};
		tile.setting = tile_infos[i].metric;
		if (tile.rect.height >= LEAST_HEIGHT && tile.rect.width >= 12)
			draw_tile(snapshot, &tile, &tile_infos[i], has_big_titles(view));
		else if (tile.rect.height > 0)
			tile_class.draw(snapshot, &tile);
	}
}
