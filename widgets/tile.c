#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "widgets/classes.h"
#include "widgets/compare.h"
#include "widgets/parts.h"
#include "widgets/sites.h"
#include "widgets/tile.h"
#include "widgets/tile_kind.h"
#include "widgets/tile_spark.h"
#include "widgets/tile_sub.h"

#define BARE_LABEL 10 /* cells of the label on the small page */
#define BARE_VALUE 6
#define SUB_WIDTH 24 /* cells from which a bare tile has room for its third line */

const struct tile_info tile_infos[TILE_COUNT] = {
	{.metric = "queue_depth", .title = N_("IN QUEUE"), .short_title = N_("IN QUEUE"), .sub = sub_depth},
	{.metric = "longest_wait", .title = N_("LONGEST WAIT"), .short_title = N_("LONGEST"), .sub = sub_longest},
	{.metric = "service_level", .title = N_("SERVICE LEVEL"), .short_title = N_("SL"), .sub = sub_service_level},
	{.metric = "sla_breached", .title = N_("SLA BREACHED"), .short_title = N_("SLA BREACH"), .sub = sub_breached},
	{.metric = "aht", .title = N_("AHT"), .short_title = N_("AHT"), .sub = sub_aht},
	{.metric = "fcr", .title = N_("FCR"), .short_title = N_("FCR"), .sub = sub_fcr},
	{.metric = "csat", .title = N_("CSAT"), .short_title = N_("CSAT"), .sub = sub_csat},
	{.metric = "rude_now", .title = N_("RUDE, NOW"), .short_title = N_("RUDE"), .sub = sub_rude},
};

const struct tile_info *tile_find(const char *metric)
{
	for (int i = 0; i < TILE_COUNT; i++)
		if (strcmp(tile_infos[i].metric, metric) == 0)
			return &tile_infos[i];
	return NULL;
}

static enum role spark_role(enum level level)
{
	return level == LEVEL_OK ? ROLE_OK : level_role(level);
}

/* Big, big without blanks, plain. */
int tile_figure(const struct widget_view *view, struct rect inner, const char *metric, const struct figure *figure)
{
	const enum role role = figure->known ? level_strong(figure->level) : ROLE_DIM;
	char text[48], big[48];
	for (int narrow = 0; narrow < 2; narrow++) {
		figure_text(metric, figure, narrow, text, sizeof text);
		/* "86 %" stands closer in big digits. */
		char *space = strstr(strcpy(big, text), " %");
		if (space)
			memmove(space, space + 1, strlen(space));
		if (glyphs_big(view->glyphs, NULL, 0, 0, 0, role, big) <= inner.width) {
			glyphs_big(view->glyphs, view->canvas, inner.x, inner.y, inner.width, role, big);
			return glyphs_big_height(view->glyphs);
		}
	}
	canvas_text(view->canvas, inner.x, inner.y + 1, inner.width, role, text);
	return 2;
}

void tile_mark(const struct widget_view *view, enum level level)
{
	if (level != LEVEL_WARN && level != LEVEL_CRIT)
		return;
	const int x = view->rect.x + view->rect.width - 3;
	canvas_text(view->canvas, x, view->rect.y, 1, level_role(level), level_mark(view->glyphs, level));
}

/* The time compared with runs dimly above. */
static void draw_other(const struct snapshot *snapshot, const struct widget_view *view, const struct tile_info *tile, struct rect chart)
{
	const struct rect above = {chart.x, chart.y - 1, chart.width, 1};
	tile_spark_draw(snapshot->other, view, tile->metric, above, chart.width, ROLE_BORDER);
}

/* What the figure rests on; where times are compared, how far it is from the other one. */
static void describe(const struct snapshot *snapshot, const struct widget_view *view, const struct tile_info *tile, int width, char *to, size_t room)
{
	if (!figure_is_told(snapshot, tile->metric)) {
		snprintf(to, room, "%s", _("not known by team"));
		return;
	}
	compare_text(snapshot, tile->metric, false, to, room);
	if (canvas_measure(view->canvas, to) > width)
		compare_text(snapshot, tile->metric, true, to, room);
	if (!*to)
		tile->sub(snapshot, to, room);
}

static void draw_boxed(const struct snapshot *snapshot, const struct widget_view *view, const struct tile_info *tile)
{
	const struct figure *figure = figure_shown(snapshot, tile->metric);
	const bool marked = figure->level == LEVEL_WARN || figure->level == LEVEL_CRIT;
	char target[64], sub[PART_TEXT] = "";
	tile_target(snapshot, tile->metric, target, sizeof target - 3);
	if (marked)
		strcat(target, *target ? " -" : "-"); /* room for the mark */
	char title[64], share[32];
	sites_share_text(snapshot, share, sizeof share);
	snprintf(title, sizeof title, "%s%s", _(tile->title), share);
	/* What a figure is of stands before what it should be. */
	const bool fits = view->rect.width >= canvas_measure(view->canvas, title) + canvas_measure(view->canvas, target) + 8;
	struct rect inner = panel_open(view, figure->level, title, fits || !*share ? target : marked ? "-" : "");
	if (marked)
		tile_mark(view, figure->level);
	inner.x++;
	inner.width -= 2;
	tile_figure(view, inner, tile->metric, figure);
	const int big = glyphs_big_height(view->glyphs) + 1;
	const struct rect chart = {inner.x, inner.y + big, inner.width, inner.height - big - 1};
	tile_spark_draw(snapshot, view, tile->metric, chart, chart.width * 2 / 7, spark_role(figure->level));
	if (snapshot->other)
		draw_other(snapshot, view, tile, chart);
	describe(snapshot, view, tile, inner.width, sub, sizeof sub);
	canvas_text(view->canvas, inner.x, inner.y + inner.height - 1, inner.width, ROLE_DIM, sub);
	const int label = canvas_measure(view->canvas, words_of("window", snapshot->span->label));
	if (chart.height > 0 && canvas_measure(view->canvas, sub) + 2 + label <= inner.width)
		canvas_right(view->canvas, inner.x + inner.width - label, inner.y + inner.height - 1, label, ROLE_DIM, words_of("window", snapshot->span->label));
}

/* A bar before the label: wider the worse it is, for colour alone would not do. */
static int32_t bar_of(const struct glyphs *glyphs, enum level level)
{
	if (glyphs->ascii)
		return level == LEVEL_CRIT ? 'X' : level == LEVEL_WARN ? '!' : '|';
	return level == LEVEL_CRIT ? 0x258A : level == LEVEL_WARN ? 0x258C : 0x258E;
}

static void draw_bare(const struct snapshot *snapshot, const struct widget_view *view, const struct tile_info *tile)
{
	const struct figure *figure = figure_shown(snapshot, tile->metric);
	const struct rect rect = view->rect;
	const int room = rect.width - 3, value = room < BARE_LABEL + 1 + BARE_VALUE ? BARE_VALUE : room - BARE_LABEL - 1;
	char label[48], text[48], sub[PART_TEXT] = "";
	tile_label(snapshot, tile, label, sizeof label);
	figure_text(tile->metric, figure, true, text, sizeof text);
	const enum role bar = figure->level == LEVEL_OK ? ROLE_OK : level_role(figure->level);
	canvas_fill(view->canvas, (struct rect){rect.x + 1, rect.y, 1, 1}, bar, bar_of(view->glyphs, figure->level));
	canvas_text(view->canvas, rect.x + 2, rect.y, room - value, view->focused ? ROLE_FOCUS : snapshot->sites_stale ? ROLE_WARN : ROLE_DIM, label);
	canvas_right(view->canvas, rect.x + 2 + room - value, rect.y, value, figure->known ? level_strong(figure->level) : ROLE_DIM, text);
	if (rect.height > 1) {
		/* An hour is what one expects. */
		const bool is_hour = snapshot->span->step == MINUTE_MS;
		const int span = is_hour ? 0 : canvas_text(view->canvas, rect.x + 2, rect.y + 1, room / 2, ROLE_DIM, words_of("window", snapshot->span->label)) + 1;
		tile_spark_draw(snapshot, view, tile->metric, (struct rect){rect.x + 2 + span, rect.y + 1, room - span, 1}, 0, ROLE_SPARK);
	}
	if (rect.height < 3 || (rect.width < SUB_WIDTH && !snapshot->other))
		return;
	describe(snapshot, view, tile, room, sub, sizeof sub);
	canvas_text(view->canvas, rect.x + 2, rect.y + 2, room, ROLE_DIM, sub);
}

static void draw(const struct snapshot *snapshot, const struct widget_view *view)
{
	if (view->widget) {
		tile_draw_own(snapshot, view);
		return;
	}
	const struct tile_info *tile = tile_find(view->setting ? view->setting : tile_infos[0].metric);
	if (!tile)
		return;
	if (view->bare)
		draw_bare(snapshot, view, tile);
	else
		draw_boxed(snapshot, view, tile);
}

const struct widget_class tile_class = {
	.name = "tile",
	.help = TILE_HELP,
	.min_width = 12,
	.min_height = 1,
	.draw = draw,
	.kind = &tile_kind,
	.asks = tile_asks,
	.evidence = tile_evidence,
};
