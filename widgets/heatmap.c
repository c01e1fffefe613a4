/* A figure by weekday and hour: when it is bad. Shades are told by their glyph and, where there is room, by the number itself. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "widgets/classes.h"
#include "widgets/kinds.h"

#define LABEL 4 /* cells of a weekday */
#define HOURS 24
#define DAYS 7
#define LEAST_WIDTH (LABEL + HOURS + 4) /* with the frame */
#define LEAST_HEIGHT (DAYS + 3)
#define NUMBER_WIDTH 5 /* of a cell, from which it holds its number */
#define CELL_MOST 7
#define SHADES 4

static const char *const weekdays[DAYS] = {N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat"), N_("Sun")};

struct heatmap_config {
	char *metric;
	double target;
};

static const struct setting heatmap_settings[] = {
	{"metric", .type = SETTING_KEY, .offset = offsetof(struct heatmap_config, metric), .fallback = "offered",
		.help = "Which figure: a name of --list-metrics. Counts are the mean of an hour."},
	{"target", .type = SETTING_LIMIT, .offset = offsetof(struct heatmap_config, target),
		.help = "Hours beyond it are marked; otherwise the level that is set for the figure."},
};
static const struct setting_table heatmap_table = {"heatmap", "week", "A figure by weekday and hour, of the five weeks past.", heatmap_settings, 2};

static bool check(const void *config, struct error *err)
{
	return metric_check(((const struct heatmap_config *)config)->metric, err);
}

static const struct layout_kind heatmap_kind = {.table = &heatmap_table, .size = sizeof(struct heatmap_config), .check = check};

static const struct heatmap_config *config_of(const struct widget_view *view)
{
	return view->widget->config;
}

static int asks(const struct widget_view *view, struct snapshot_ask *to, int room)
{
	return kind_ask(view, ASK_WEEK, kind_metric(config_of(view)->metric), to, 0, room);
}

struct heat {
	int metric, cell; /* cells of an hour */
	const int64_t *value;
	int64_t low, high;
	bool any;
	double target;
};

static void find_range(struct heat *heat)
{
	for (int i = 0; i < ASK_WEEK_HOURS; i++) {
		if (heat->value[i] == INT64_MIN)
			continue;
		heat->low = !heat->any || heat->value[i] < heat->low ? heat->value[i] : heat->low;
		heat->high = !heat->any || heat->value[i] > heat->high ? heat->value[i] : heat->high;
		heat->any = true;
	}
}

/* 0: nothing at all, then four shades up to the highest. */
static int shade_of(const struct heat *heat, int64_t value)
{
	if (heat->high == heat->low)
		return value ? SHADES / 2 : 0;
	const int shade = 1 + (int)((double)(value - heat->low) / (double)(heat->high - heat->low) * SHADES);
	return value == 0 && heat->low == 0 ? 0 : shade > SHADES ? SHADES : shade;
}

static int32_t glyph_of(const struct widget_view *view, int shade)
{
	static const int32_t blocks[] = {0x00B7, 0x2591, 0x2592, 0x2593, 0x2588}, ascii[] = {'.', ':', '+', '*', '#'};
	return view->glyphs->ascii ? ascii[shade] : blocks[shade];
}

static enum role role_of(const struct heat *heat, int64_t value, int shade)
{
	if (value != INT64_MIN && kind_misses(&metrics[heat->metric], kind_point(&metrics[heat->metric], value), heat->target))
		return ROLE_WARN;
	return shade == 0 ? ROLE_FAINT : shade == 1 ? ROLE_DIM : ROLE_SPARK;
}

static void draw_hour(const struct widget_view *view, const struct heat *heat, struct rect place, int64_t value)
{
	if (value == INT64_MIN) {
		if (heat->cell >= NUMBER_WIDTH)
			canvas_right(view->canvas, place.x, place.y, place.width - 1, ROLE_FAINT, glyphs_mark(view->glyphs, MARK_DASH));
		return;
	}
	const int shade = shade_of(heat, value);
	const enum role role = role_of(heat, value, shade);
	/* With a number beside it the shade is one cell; else it fills the hour but for a gap. */
	struct rect ink = place;
	ink.width = heat->cell >= NUMBER_WIDTH ? 1 : heat->cell > 2 ? heat->cell - 1 : heat->cell;
	canvas_fill(view->canvas, ink, role, glyph_of(view, shade));
	if (heat->cell < NUMBER_WIDTH)
		return;
	char text[32];
	const int64_t scale = metrics[heat->metric].unit == UNIT_COUNT ? 1000 : 1;
	kind_point_text(heat->metric, (value + scale / 2) / scale * scale, true, text, sizeof text);
	canvas_right(view->canvas, place.x + 1, place.y, place.width - 2, role == ROLE_FAINT ? ROLE_FAINT : role == ROLE_WARN ? ROLE_WARN : ROLE_TEXT, text);
}

static void draw_hours(const struct widget_view *view, const struct heat *heat, struct rect inner, int now)
{
	const int step = heat->cell >= 3 ? 1 : heat->cell == 2 ? 2 : 3;
	for (int hour = 0; hour < HOURS; hour += step) {
		char text[8];
		snprintf(text, sizeof text, "%02d", hour);
		const bool current = now % HOURS >= hour && now % HOURS < hour + step;
		canvas_text(view->canvas, inner.x + LABEL + hour * heat->cell, inner.y, step * heat->cell, current ? ROLE_STRONG : ROLE_DIM, text);
	}
}

/* "░ 3   ▒ 12   ▓ 21   █ 30": from where each shade begins. */
static void draw_legend(const struct widget_view *view, const struct heat *heat, struct rect line)
{
	int x = line.x;
	const int end = line.x + line.width;
	char text[32];
	for (int shade = heat->low == heat->high ? SHADES / 2 : 1; shade <= (heat->low == heat->high ? SHADES / 2 : SHADES) && x < end; shade++) {
		const int64_t from = heat->low + (heat->high - heat->low) * (shade - 1) / SHADES;
		const int64_t scale = metrics[heat->metric].unit == UNIT_COUNT ? 1000 : 1;
		kind_point_text(heat->metric, from / scale * scale, true, text, sizeof text);
		canvas_fill(view->canvas, (struct rect){x, line.y, 1, 1}, shade == 1 ? ROLE_DIM : ROLE_SPARK, glyph_of(view, shade));
		x += 2;
		piece(view, &x, line.y, end, ROLE_DIM, "%s%s  ", glyphs_mark(view->glyphs, MARK_AT_LEAST), text);
	}
	if (isnan(heat->target))
		return;
	kind_point_text(heat->metric, (int64_t)llround(heat->target * (metrics[heat->metric].unit == UNIT_RATIO ? 10 : 1000)), true, text, sizeof text);
	piece(view, &x, line.y, end, ROLE_WARN, metrics[heat->metric].worse == WORSE_LOWER ? _("coloured: below %s") : _("coloured: above %s"), text);
}

static void draw_week(const struct snapshot *snapshot, const struct widget_view *view, const struct heat *heat, struct rect inner)
{
	const struct civil civil = instant_civil(snapshot->at, snapshot->zone);
	const int now = (civil.weekday + 6) % DAYS * HOURS + civil.hour, heads = inner.height > DAYS + 1;
	if (heads)
		draw_hours(view, heat, inner, now);
	const int first = inner.y + heads, rows = inner.height - heads - 1;
	const int gap = rows >= 2 * DAYS - 1 ? 2 : 1;
	for (int day = 0; day < DAYS && day * gap < rows; day++) {
		const int y = first + day * gap;
		canvas_text(view->canvas, inner.x, y, LABEL - 1, day == now / HOURS ? ROLE_STRONG : ROLE_DIM, _(weekdays[day]));
		for (int hour = 0; hour < HOURS; hour++)
			draw_hour(view, heat, (struct rect){inner.x + LABEL + hour * heat->cell, y, heat->cell, 1}, heat->value[day * HOURS + hour]);
	}
	draw_legend(view, heat, (struct rect){inner.x, inner.y + inner.height - 1, inner.width, 1});
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const int metric = kind_metric(config_of(view)->metric);
	const char *why, *title = kind_title(view, kind_metric_title(metric));
	const struct snapshot_answer *answer = kind_answer(snapshot, view, ASK_WEEK, metric, &why);
	struct heat heat = {.metric = metric, .target = kind_target(snapshot, metric, config_of(view)->target)};
	char highest[48] = "\u2013";
	if (answer) {
		heat.value = answer->week.value;
		find_range(&heat);
		kind_point_text(metric, heat.any ? heat.high : INT64_MIN, true, highest, sizeof highest);
	}
	if (kind_small(view, LEAST_WIDTH, LEAST_HEIGHT, title, LEVEL_NONE, highest))
		return;
	const struct rect inner = kind_open(snapshot, view, LEVEL_NONE, title, _("by weekday and hour, 35 d"));
	heat.cell = (inner.width - LABEL) / HOURS;
	heat.cell = heat.cell > CELL_MOST ? CELL_MOST : heat.cell;
	if (!heat.any) {
		kind_say(view, inner, why ? why : _("no whole hour is over yet"));
		return;
	}
	draw_week(snapshot, view, &heat, inner);
}

const struct widget_class heatmap_class = {
	.name = "heatmap",
	.help = "a figure by weekday and hour over five weeks, in shades",
	.min_width = LEAST_WIDTH,
	.min_height = 1,
	.draw = draw,
	.kind = &heatmap_kind,
	.asks = asks,
};
