/* One figure as a bar, with a mark where it should be. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "widgets/classes.h"
#include "widgets/kinds.h"
#include "widgets/tile.h"

#define LEAST_WIDTH 16
#define LEAST_HEIGHT 4
#define BIG_REST 4 /* rows beside the figure from which it is big: a sentence, two of the bar, its ends */

struct gauge_config {
	char *metric;
	double target, from, to;
};

static const struct setting gauge_settings[] = {
	{"metric", .type = SETTING_KEY, .offset = offsetof(struct gauge_config, metric), .fallback = "service_level",
		.help = "Which figure: a name of --list-metrics."},
	{"target", .type = SETTING_LIMIT, .offset = offsetof(struct gauge_config, target),
		.help = "Where the mark stands: 80 %, 20s, 15; otherwise the level that is set for the figure."},
	{"from", .type = SETTING_LIMIT, .offset = offsetof(struct gauge_config, from), .help = "The value at the left end; otherwise 0."},
	{"to", .type = SETTING_LIMIT, .offset = offsetof(struct gauge_config, to),
		.help = "The value at the right end; otherwise 100 %, and of figures that are no share what the target leaves room for."},
};
static const struct setting_table gauge_table = {"gauge", "sl", "One figure as a bar against its target.", gauge_settings, 4};

static bool check(const void *config, struct error *err)
{
	return metric_check(((const struct gauge_config *)config)->metric, err);
}

static const struct layout_kind gauge_kind = {.table = &gauge_table, .size = sizeof(struct gauge_config), .check = check};

static const struct gauge_config *config_of(const struct widget_view *view)
{
	return view->widget->config;
}

static int asks(const struct widget_view *view, struct snapshot_ask *to, int room)
{
	return kind_ask(view, ASK_FIGURE, kind_metric(config_of(view)->metric), to, 0, room);
}

struct scale {
	double from, to, target, value;
};

static struct scale make_scale(const struct gauge_config *config, const struct metric *metric, double value, double target)
{
	struct scale scale = {isnan(config->from) ? 0 : config->from, config->to, target, value};
	if (metric->unit == UNIT_POINTS && isnan(config->from))
		scale.from = -100;
	if (isnan(scale.to)) {
		const double wanted = isnan(target) ? 0 : target * 2;
		scale.to = metric->unit == UNIT_RATIO || metric->unit == UNIT_POINTS ? 100 : wanted;
		if (!isnan(value) && value > scale.to)
			scale.to = value;
	}
	if (!(scale.to > scale.from))
		scale.to = scale.from + 1;
	return scale;
}

static int place_of(const struct scale *scale, double value, int width)
{
	const double share = (value - scale->from) / (scale->to - scale->from);
	return share <= 0 ? 0 : share >= 1 ? width : (int)(share * width + 0.5);
}

static int64_t point_of(const struct metric *metric, double value)
{
	return (int64_t)llround(value * (metric->unit == UNIT_RATIO ? 10 : 1000));
}

/* Filled and empty differ in their shape, the mark stands across all rows. */
static void draw_bar(const struct widget_view *view, struct rect bar, const struct scale *scale, enum level level)
{
	const enum role role = level == LEVEL_OK ? ROLE_OK : level == LEVEL_NONE || level == LEVEL_UNSURE ? ROLE_SPARK : level_role(level);
	const int filled = isnan(scale->value) ? 0 : place_of(scale, scale->value, bar.width);
	const bool ascii = view->glyphs->ascii;
	canvas_fill(view->canvas, bar, ROLE_BORDER, ascii ? '.' : 0x2591);
	canvas_fill(view->canvas, (struct rect){bar.x, bar.y, filled, bar.height}, role, ascii ? '=' : 0x2588);
	if (isnan(scale->target))
		return;
	const int place = place_of(scale, scale->target, bar.width - 1);
	canvas_fill(view->canvas, (struct rect){bar.x + place, bar.y, 1, bar.height}, ROLE_STRONG, ascii ? '|' : 0x2503);
}

/* The ends, and the target below its mark where it does not touch them. */
static void draw_ends(const struct widget_view *view, struct rect line, const struct scale *scale, int metric)
{
	char from[24], to[24], target[32] = "";
	kind_point_text(metric, point_of(&metrics[metric], scale->from), true, from, sizeof from);
	kind_point_text(metric, point_of(&metrics[metric], scale->to), true, to, sizeof to);
	const int left = canvas_measure(view->canvas, from), right = canvas_measure(view->canvas, to);
	canvas_text(view->canvas, line.x, line.y, line.width, ROLE_DIM, from);
	if (left + right + 1 < line.width)
		canvas_right(view->canvas, line.x + line.width - right, line.y, right, ROLE_DIM, to);
	if (isnan(scale->target))
		return;
	kind_point_text(metric, point_of(&metrics[metric], scale->target), true, target, sizeof target);
	const int width = canvas_measure(view->canvas, target), place = place_of(scale, scale->target, line.width - 1) - width / 2;
	if (place > left && place + width < line.width - right)
		canvas_text(view->canvas, line.x + place, line.y, width, ROLE_TEXT, target);
}

/* How the figure stands to its target, in a sentence. */
static void sentence_of(const struct metric *metric, const struct scale *scale, char *to, size_t room)
{
	*to = 0;
	if (isnan(scale->value) || isnan(scale->target) || metric->worse == WORSE_NEITHER)
		return;
	char target[32];
	tile_limit_text(metric, scale->target, target, sizeof target);
	if (kind_misses(metric, scale->value, scale->target))
		snprintf(to, room, metric->worse == WORSE_HIGHER ? _("above %s") : _("below %s"), target);
	else
		snprintf(to, room, _("%s is met"), target);
}

/* Returns the rows used. */
static int draw_value(const struct widget_view *view, struct rect inner, int metric, const struct figure *figure, enum level level, const char *words)
{
	struct figure shown = *figure;
	char value[48];
	shown.level = level;
	if (inner.height >= glyphs_big_height(view->glyphs) + BIG_REST) {
		const int used = tile_figure(view, (struct rect){inner.x, inner.y, inner.width, glyphs_big_height(view->glyphs)}, metrics[metric].name, &shown);
		canvas_text(view->canvas, inner.x, inner.y + used, inner.width, ROLE_DIM, words);
		return used + 1;
	}
	const struct rect line = {inner.x, inner.y, inner.width, 1};
	figure_text(metrics[metric].name, figure, false, value, sizeof value);
	int x = line.x;
	const int end = line.x + line.width;
	const char *mark = level_mark(view->glyphs, level);
	piece(view, &x, line.y, end, level_strong(level), "%s", value);
	piece(view, &x, line.y, end, level_role(level), "%s%s", *mark ? " " : "", mark);
	if (*words && canvas_measure(view->canvas, words) + 2 <= end - x)
		canvas_right(view->canvas, x + 2, line.y, end - x - 2, ROLE_DIM, words);
	return 1;
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct gauge_config *config = config_of(view);
	const int index = kind_metric(config->metric);
	const struct metric *metric = &metrics[index];
	const char *why, *title = kind_title(view, kind_metric_title(index));
	const struct figure *figure = kind_figure(snapshot, view, index, &why);
	const enum level level = kind_level(index, figure, config->target);
	char value[48], words[64], window[32];
	figure_text(metric->name, figure, false, value, sizeof value);
	if (kind_small(view, LEAST_WIDTH, LEAST_HEIGHT, title, level, value))
		return;
	window_text(metric->kind == KIND_GAUGE ? WINDOW_NOW : view->window, true, window, sizeof window);
	struct rect inner = kind_open(snapshot, view, level, title, window);
	if (why) {
		kind_say(view, inner, why);
		return;
	}
	const struct scale scale = make_scale(config, metric, figure->known ? kind_value(metric, figure) : NAN, kind_target(snapshot, index, config->target));
	sentence_of(metric, &scale, words, sizeof words);
	const int used = draw_value(view, inner, index, figure, level, words);
	const bool ends = inner.height >= 3;
	int thick = inner.height - used - ends;
	thick = thick > inner.width / 16 + 1 ? inner.width / 16 + 1 : thick; /* a bar, not a block */
	draw_bar(view, (struct rect){inner.x, inner.y + used, inner.width, thick}, &scale, level);
	if (ends)
		draw_ends(view, (struct rect){inner.x, inner.y + used + thick, inner.width, 1}, &scale, index);
}

static bool evidence(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request)
{
	(void)snapshot;
	return kind_evidence(view, kind_metric(config_of(view)->metric), request);
}

const struct widget_class gauge_class = {
	.name = "gauge",
	.help = "one figure as a bar, with a mark at its target",
	.min_width = LEAST_WIDTH,
	.min_height = 1,
	.draw = draw,
	.kind = &gauge_kind,
	.asks = asks,
	.evidence = evidence,
};
