/* How figures went: one band for each, with its values at the left, the time below and a line where it should be. */
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/area.h"
#include "widgets/classes.h"
#include "widgets/kinds.h"

#define METRICS_SHOWN 4
#define BAND_LEAST 3 /* rows: a head and two of the picture */
#define AXIS 7	     /* cells of the values at the left */
#define LEAST_WIDTH 20
#define LEAST_HEIGHT 5
#define COLUMNS_MOST 1024

enum chart_style { STYLE_AUTO, STYLE_BRAILLE, STYLE_BLOCK };
static const char *const styles[] = {"auto", "braille", "block"};

struct chart_config {
	char **metrics;
	int metric_count;
	int style;
	double target;
};

static const struct setting chart_settings[] = {
	{"metric", .type = SETTING_LIST, .offset = offsetof(struct chart_config, metrics), .count_offset = offsetof(struct chart_config, metric_count),
		.fallback = "queue_depth", .least = 1, .most = METRICS_SHOWN,
		.help = "What is shown, up to four below each other: { \"queue_depth\", \"service_level\" }."},
	{"style", .type = SETTING_WORD, .offset = offsetof(struct chart_config, style), .fallback = "auto", .words = styles, .word_count = 3,
		.help = "braille: two points and four steps in a cell; block: one point and eight steps. auto: braille, in ASCII characters."},
	{"target", .type = SETTING_LIMIT, .offset = offsetof(struct chart_config, target),
		.help = "Where the line is drawn, and what is beyond it is coloured; otherwise the level that is set for the figure. Of several figures: of the first."},
};
static const struct setting_table chart_table = {"chart", "waiting", "How one figure or several went, over the span of the window.", chart_settings, 3};

static bool check(const void *config, struct error *err)
{
	const struct chart_config *chart = config;
	for (int i = 0; i < chart->metric_count; i++)
		if (!metric_check(chart->metrics[i], err))
			return false;
	return chart->metric_count > 0 || metric_check(NULL, err);
}

static const struct layout_kind chart_kind = {.table = &chart_table, .size = sizeof(struct chart_config), .check = check};

static const struct chart_config *config_of(const struct widget_view *view)
{
	return view->widget->config;
}

static int shown_metric(const struct widget_view *view, int i)
{
	return kind_metric(config_of(view)->metrics[i]);
}

static int asks(const struct widget_view *view, struct snapshot_ask *to, int room)
{
	int count = 0;
	for (int i = 0; i < config_of(view)->metric_count; i++) {
		count = kind_ask(view, ASK_SPARK, shown_metric(view, i), to, count, room);
		count = kind_ask(view, ASK_FIGURE, shown_metric(view, i), to, count, room);
	}
	return count;
}

/* ---- one band ---- */

struct band {
	int metric;
	const int64_t *points;
	const struct spark_span *span;
	double low, high, target; /* as people write them */
	struct rect rect;	  /* of the picture */
	enum area_style style;
};

/* Counts, waits and shares begin at nothing; the target is always in sight. */
static void find_range(struct band *band)
{
	const struct metric *metric = &metrics[band->metric];
	band->low = metric->unit == UNIT_POINTS || metric->unit == UNIT_SCORE ? INFINITY : 0;
	band->high = -INFINITY;
	for (int i = 0; i < band->span->count; i++) {
		if (band->points[i] == INT64_MIN)
			continue;
		const double value = kind_point(metric, band->points[i]);
		band->low = value < band->low ? value : band->low;
		band->high = value > band->high ? value : band->high;
	}
	if (!isnan(band->target)) {
		band->low = band->target < band->low ? band->target : band->low;
		band->high = band->target > band->high ? band->target : band->high;
	}
	if (metric->unit == UNIT_RATIO && band->high < 100)
		band->high = 100;
	if (!(band->high > band->low))
		band->high = (isfinite(band->low) ? band->low : 0) + 1;
	if (!isfinite(band->low))
		band->low = 0;
}

static int steps_of(const struct band *band, const struct glyphs *glyphs, double value)
{
	const int most = area_steps(glyphs, band->style, band->rect.height);
	const double share = (value - band->low) / (band->high - band->low);
	/* What is 0 still stands on the ground line, unlike what is not known. */
	const int steps = (int)lround(share * most);
	return steps < 1 ? 1 : steps > most ? most : steps;
}

static void draw_columns(const struct band *band, const struct widget_view *view)
{
	struct area_column columns[COLUMNS_MOST];
	const struct metric *metric = &metrics[band->metric];
	const int width = band->rect.width * 2 > COLUMNS_MOST ? COLUMNS_MOST / 2 : band->rect.width, count = area_columns(view->glyphs, band->style, width);
	for (int i = 0; i < count; i++) {
		/* Each column shows the worst of what falls into it, so that no peak is lost where there is little room. */
		const int first = i * band->span->count / count, end = (i + 1) * band->span->count / count;
		int64_t point = INT64_MIN;
		for (int at = first; at < (end > first ? end : first + 1); at++)
			if (band->points[at] != INT64_MIN && (point == INT64_MIN || (metric->worse == WORSE_LOWER ? band->points[at] < point : band->points[at] > point)))
				point = band->points[at];
		const double value = point == INT64_MIN ? NAN : kind_point(metric, point);
		columns[i] = (struct area_column){point == INT64_MIN ? -1 : steps_of(band, view->glyphs, value),
			(uint8_t)(point != INT64_MIN && kind_misses(metric, value, band->target) ? ROLE_WARN : ROLE_SPARK)};
	}
	struct rect rect = band->rect;
	rect.width = width;
	area_draw(view->glyphs, band->style, view->canvas, rect, columns);
}

static void put_value(const struct band *band, const struct widget_view *view, double value, int y, enum role role)
{
	const struct metric *metric = &metrics[band->metric];
	char text[32];
	const double scale = metric->unit == UNIT_RATIO ? 10 : 1000;
	int64_t point = (int64_t)llround(value * scale);
	if (metric->unit == UNIT_COUNT)
		point = point / 1000 * 1000;
	kind_point_text(band->metric, point, true, text, sizeof text);
	canvas_fill(view->canvas, (struct rect){band->rect.x - AXIS, y, AXIS, 1}, ROLE_TEXT, ' '); /* two may want the same row */
	canvas_right(view->canvas, band->rect.x - AXIS, y, AXIS - 1, role, text);
}

static int row_of(const struct band *band, double value)
{
	const int row = (int)((value - band->low) / (band->high - band->low) * band->rect.height);
	return band->rect.y + band->rect.height - 1 - (row < 0 ? 0 : row >= band->rect.height ? band->rect.height - 1 : row);
}

/* Top and bottom, and the target between them where there is a row for it. */
static void draw_axis(const struct band *band, const struct widget_view *view)
{
	const int top = band->rect.y, bottom = band->rect.y + band->rect.height - 1;
	put_value(band, view, band->high, top, ROLE_DIM);
	if (bottom > top)
		put_value(band, view, band->low, bottom, ROLE_DIM);
	if (isnan(band->target))
		return;
	const int y = row_of(band, band->target);
	put_value(band, view, band->target, y, ROLE_WARN);
}

static void draw_target(const struct band *band, const struct widget_view *view)
{
	const int most = area_steps(view->glyphs, band->style, band->rect.height);
	if (!isnan(band->target))
		area_line(view->glyphs, band->style, view->canvas, band->rect, (int)((band->target - band->low) / (band->high - band->low) * most), ROLE_WARN);
}

/* "waiting 23 ▲   at most 31" above each of several. */
static void draw_head(const struct snapshot *snapshot, const struct widget_view *view, int metric, struct rect rect)
{
	const char *why;
	const struct figure *figure = kind_figure(snapshot, view, metric, &why);
	char value[48];
	int x = rect.x;
	const int end = rect.x + rect.width;
	figure_text(metrics[metric].name, figure, false, value, sizeof value);
	piece(view, &x, rect.y, end, ROLE_DIM, "%s ", kind_metric_title(metric));
	piece(view, &x, rect.y, end, level_strong(figure->level), "%s", value);
	piece(view, &x, rect.y, end, level_role(figure->level), " %s", level_mark(view->glyphs, figure->level));
}

static void draw_band(const struct snapshot *snapshot, const struct widget_view *view, int i, struct rect rect)
{
	const char *why;
	const int metric = shown_metric(view, i);
	const struct snapshot_answer *answer = kind_answer(snapshot, view, ASK_SPARK, metric, &why);
	struct rect picture = {rect.x + AXIS, rect.y, rect.width - AXIS, rect.height};
	if (config_of(view)->metric_count > 1) {
		draw_head(snapshot, view, metric, (struct rect){rect.x, rect.y, rect.width, 1});
		picture.y++;
		picture.height--;
	}
	if (!answer) {
		kind_say(view, picture, why);
		return;
	}
	struct band band = {.metric = metric, .points = answer->course.spark.points, .span = answer->course.span, .rect = picture,
		.target = kind_target(snapshot, metric, i == 0 ? config_of(view)->target : NAN),
		.style = config_of(view)->style == STYLE_BLOCK ? AREA_BLOCK : AREA_BRAILLE};
	find_range(&band);
	draw_columns(&band, view);
	draw_target(&band, view);
	draw_axis(&band, view);
}

/* ---- the whole ---- */

static int64_t length_of(const struct spark_span *span)
{
	return (span->step ? span->step : DAY_MS) * span->count;
}

/* Of hours the time of day, of weeks the date. */
static void time_text(const struct snapshot *snapshot, int64_t at, bool days, char *to, size_t room)
{
	const struct civil civil = instant_civil(at, snapshot->zone);
	if (days)
		snprintf(to, room, "%02d-%02d", civil.month, civil.day);
	else
		snprintf(to, room, "%02d:%02d", civil.hour, civil.minute);
}

static void draw_times(const struct snapshot *snapshot, const struct widget_view *view, struct rect line, const struct spark_span *span)
{
	const int parts = line.width >= 60 ? 4 : line.width >= 30 ? 2 : 1;
	for (int i = 0; i < parts; i++) {
		char text[16];
		time_text(snapshot, snapshot->at - length_of(span) * (parts - i) / parts, length_of(span) > 2 * DAY_MS, text, sizeof text);
		canvas_text(view->canvas, line.x + line.width * i / parts, line.y, 6, ROLE_DIM, text);
	}
	const char *now = _("now");
	const int width = canvas_measure(view->canvas, now);
	canvas_right(view->canvas, line.x + line.width - width, line.y, width, ROLE_DIM, now);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct chart_config *config = config_of(view);
	const int metric = shown_metric(view, 0), count = config->metric_count;
	const char *why;
	const struct figure *figure = kind_figure(snapshot, view, metric, &why);
	const struct spark_span *span = spark_span(view->window);
	char value[48], note[64];
	figure_text(metrics[metric].name, figure, false, value, sizeof value);
	const enum level level = kind_level(metric, figure, config->target);
	const char *title = kind_title(view, count > 1 ? _("HOW IT WENT") : kind_metric_title(metric));
	if (kind_small(view, LEAST_WIDTH, LEAST_HEIGHT, title, level, value))
		return;
	snprintf(note, sizeof note, "%s%s%s", count > 1 ? "" : value, count > 1 ? "" : " \u00B7 ", span->label);
	const struct rect inner = kind_open(snapshot, view, count > 1 ? LEVEL_NONE : level, title, note);
	why = kind_why(snapshot, view);
	if (why) {
		kind_say(view, inner, why);
		return;
	}
	const int height = inner.height - 1, shown = height / BAND_LEAST < 1 ? 1 : height / BAND_LEAST < count ? height / BAND_LEAST : count;
	for (int i = 0; i < shown; i++) {
		const int top = height * i / shown, bottom = height * (i + 1) / shown;
		draw_band(snapshot, view, i, (struct rect){inner.x, inner.y + top, inner.width, bottom - top});
	}
	const struct rect line = {inner.x + AXIS, inner.y + height, inner.width - AXIS, 1};
	draw_times(snapshot, view, line, span);
}

static bool evidence(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request)
{
	(void)snapshot;
	return kind_evidence(view, shown_metric(view, 0), request);
}

const struct widget_class chart_class = {
	.name = "chart",
	.help = "how one figure or several went, with their values, the time and a line where they should be",
	.min_width = LEAST_WIDTH,
	.min_height = 1,
	.draw = draw,
	.kind = &chart_kind,
	.asks = asks,
	.evidence = evidence,
};
