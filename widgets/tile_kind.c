/* A tile that a configuration names: any metric, of a place and a window of its own. */
#include <stdio.h>
#include <string.h>

#include "base/words.h"
#include "config/tables.h"
#include "tui/big.h"
#include "widgets/compare.h"
#include "widgets/parts.h"
#include "widgets/tile.h"
#include "widgets/tile_kind.h"
#include "widgets/tile_spark.h"

#define CHART_LEAST 2 /* rows of the course that are worth drawing in a box */

struct tile_settings {
	char *metric, *target;
};

#define AT(member) .offset = offsetof(struct tile_settings, member)
static const struct setting settings[] = {
	{"metric", .type = SETTING_KEY, AT(metric), .help = "The figure it shows; tablo --list-metrics shows them all."},
	{"target", .type = SETTING_TEXT, AT(target), .help = "What stands at the top right, in place of the limit that holds for everything."},
};

static bool check(const void *config, struct error *err)
{
	return metric_check(((const struct tile_settings *)config)->metric, err);
}

static const struct setting_table table = {"tile", "waiting", TILE_HELP, settings, sizeof settings / sizeof *settings};
const struct layout_kind tile_kind = {.table = &table, .size = sizeof(struct tile_settings), .check = check};

static const struct tile_settings *settings_of(const struct widget_view *view)
{
	return view->widget->config;
}

static struct snapshot_ask ask_of(const struct widget_view *view, enum ask_kind kind)
{
	return (struct snapshot_ask){.kind = kind, .scope = view->scope, .window = view->window,
		.metric = (int16_t)metric_find(settings_of(view)->metric)};
}

int tile_asks(const struct widget_view *view, struct snapshot_ask *to, int room)
{
	if (room < 2)
		return 0;
	to[0] = ask_of(view, ASK_FIGURE);
	to[1] = ask_of(view, ASK_SPARK);
	return 2;
}

bool tile_evidence(const struct snapshot *snapshot, const struct widget_view *view, struct proof_request *request)
{
	(void)snapshot;
	*request = (struct proof_request){.metric = metric_find(settings_of(view)->metric), .is_scoped = true, .scope = view->scope};
	return true;
}

/* Of the page itself: then the figure is in every snapshot, with what it rests on. */
static bool is_of_page(const struct snapshot *snapshot, const struct widget_view *view)
{
	return scope_equal(snapshot->request.scope, view->scope) && snapshot->request.window == view->window;
}

static const struct figure *figure_of(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct snapshot_ask ask = ask_of(view, ASK_FIGURE);
	const struct snapshot_answer *answer = snapshot_answer(snapshot, &ask);
	if (answer && answer->known)
		return &answer->figure;
	if (view->window == WINDOW_TODAY && scope_equal(snapshot->request.scope, view->scope))
		return &snapshot->today[ask.metric];
	return snapshot_figure(snapshot, is_of_page(snapshot, view) ? settings_of(view)->metric : "");
}

static void title_of(const struct widget_view *view, char *to, size_t room)
{
	const struct tile_info *info = tile_find(settings_of(view)->metric);
	const int metric = metric_find(settings_of(view)->metric);
	snprintf(to, room, "%s", view->widget->title ? view->widget->title : info ? _(info->title) : _(metrics[metric].title));
}

/* "Billing · chat · today": what it is of, where that is not what the page is of; else what the figure rests on. */
static void sub_of(const struct snapshot *snapshot, const struct widget_view *view, char *to, size_t room)
{
	const struct layout_widget *widget = view->widget;
	const char *const places[] = {widget->queue, widget->channel, widget->market, widget->team};
	const struct tile_info *info = tile_find(settings_of(view)->metric);
	size_t written = 0;
	*to = 0;
	for (size_t i = 0; i < sizeof places / sizeof *places && written < room; i++)
		if (places[i])
			written += (size_t)snprintf(to + written, room - written, "%s%s", written ? " \u00B7 " : "", places[i]);
	if (view->window != snapshot->request.window && written < room) {
		char window[32];
		window_text(view->window, false, window, sizeof window);
		snprintf(to + written, room - written, "%s%s", written ? " \u00B7 " : "", window);
	} else if (!written && info && is_of_page(snapshot, view)) {
		compare_text(snapshot, info->metric, true, to, room);
		if (!*to)
			info->sub(snapshot, to, room);
	}
}

static void draw_course(const struct snapshot *snapshot, const struct widget_view *view, struct rect rect, enum role recent)
{
	const struct snapshot_ask ask = ask_of(view, ASK_SPARK);
	const struct snapshot_answer *answer = snapshot_answer(snapshot, &ask);
	if (answer && answer->known)
		tile_spark_points(view, answer->course.spark.points, answer->course.span->count, rect, rect.width * 2 / 7, recent);
	else if (is_of_page(snapshot, view))
		tile_spark_draw(snapshot, view, settings_of(view)->metric, rect, rect.width * 2 / 7, recent);
}

static void draw_target(const struct snapshot *snapshot, const struct widget_view *view, enum level level, const char *title, char *to, size_t room)
{
	const bool marked = level == LEVEL_WARN || level == LEVEL_CRIT;
	if (settings_of(view)->target)
		snprintf(to, room, "%.60s", settings_of(view)->target);
	else if (is_of_page(snapshot, view))
		tile_target(snapshot, settings_of(view)->metric, to, room - 3);
	if (view->rect.width < canvas_measure(view->canvas, title) + canvas_measure(view->canvas, to) + 8)
		*to = 0;
	if (marked)
		strcat(to, *to ? " -" : "-"); /* room for the mark */
}

/* As large as three fifths of the room allow, for walls; the course has the rest. */
static int draw_digits(const struct widget_view *view, struct rect rect, const struct figure *figure)
{
	const int least = glyphs_big_height(view->glyphs), room = rect.height * 3 / 5 > least ? rect.height * 3 / 5 : rect.height < least ? rect.height : least;
	char text[48];
	figure_text(settings_of(view)->metric, figure, true, text, sizeof text);
	char *space = strstr(text, " %");
	if (space)
		memmove(space, space + 1, strlen(space));
	const struct big_size size = big_fit(view->glyphs, text, rect.width, room);
	if (size.scale == 0 || !big_can(size, text) || big_height(view->glyphs, size) <= least)
		return tile_figure(view, rect, settings_of(view)->metric, figure);
	big_draw(view->glyphs, view->canvas, rect.x, rect.y, rect.width, size, figure->known ? level_strong(figure->level) : ROLE_DIM, text);
	return big_height(view->glyphs, size);
}

static void draw_boxed(const struct snapshot *snapshot, const struct widget_view *view, const struct figure *figure)
{
	char title[96], target[80] = "", sub[PART_TEXT];
	title_of(view, title, sizeof title);
	draw_target(snapshot, view, figure->level, title, target, sizeof target);
	struct rect inner = panel_open(view, figure->level, title, target);
	tile_mark(view, figure->level);
	inner.x++;
	inner.width -= 2;
	sub_of(snapshot, view, sub, sizeof sub);
	const int lines = inner.height - (*sub ? 1 : 0), big = draw_digits(view, (struct rect){inner.x, inner.y, inner.width, lines}, figure);
	const struct rect chart = {inner.x, inner.y + big, inner.width, lines - big};
	if (chart.height >= CHART_LEAST)
		draw_course(snapshot, view, (struct rect){chart.x, chart.y + 1, chart.width, chart.height - 1}, figure->level == LEVEL_OK ? ROLE_OK : level_role(figure->level));
	if (inner.height > 1)
		canvas_text(view->canvas, inner.x, inner.y + inner.height - 1, inner.width, ROLE_DIM, sub);
}

/* "▌IN QUEUE  23" on one line, its course below where there is one more. */
static void draw_line(const struct snapshot *snapshot, const struct widget_view *view, const struct figure *figure)
{
	const struct rect rect = view->rect;
	const enum level level = figure->level;
	char title[96], text[48];
	title_of(view, title, sizeof title);
	figure_text(settings_of(view)->metric, figure, true, text, sizeof text);
	const int value = canvas_measure(view->canvas, text), room = rect.width - 3;
	canvas_text(view->canvas, rect.x + 1, rect.y, 1, level_role(level), *level_mark(view->glyphs, level) ? level_mark(view->glyphs, level) : " ");
	canvas_text(view->canvas, rect.x + 2, rect.y, room - value - 1, view->focused ? ROLE_FOCUS : ROLE_DIM, title);
	canvas_right(view->canvas, rect.x + 2 + (room > value ? room - value : 0), rect.y, room < value ? room : value,
		figure->known ? level_strong(level) : ROLE_DIM, text);
	if (rect.height > 1)
		draw_course(snapshot, view, (struct rect){rect.x + 2, rect.y + 1, room, rect.height - 1}, ROLE_SPARK);
}

void tile_draw_own(const struct snapshot *snapshot, const struct widget_view *view)
{
	const struct figure *figure = figure_of(snapshot, view);
	if (view->bare || view->rect.height < glyphs_big_height(view->glyphs) + 2)
		draw_line(snapshot, view, figure);
	else
		draw_boxed(snapshot, view, figure);
}
