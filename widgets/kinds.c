#include "widgets/kinds.h"

#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/tile.h"

int kind_metric(const char *name)
{
	return name ? metric_find(name) : -1;
}

const char *kind_title(const struct widget_view *view, const char *otherwise)
{
	return view->widget && view->widget->title && *view->widget->title ? view->widget->title : otherwise;
}

const char *kind_metric_title(int metric)
{
	const struct tile_info *tile = metric < 0 ? NULL : tile_find(metrics[metric].name);
	if (metric < 0)
		return _("no figure");
	return tile ? _(tile->title) : _(metrics[metric].title);
}

/* ---- questions ---- */

static struct snapshot_ask question(const struct widget_view *view, enum ask_kind kind, int metric)
{
	return (struct snapshot_ask){.kind = kind, .scope = view->scope, .window = view->window, .metric = (int16_t)metric};
}

int kind_ask(const struct widget_view *view, enum ask_kind kind, int metric, struct snapshot_ask *to, int count, int room)
{
	if (count >= room || (metric < 0 && kind != ASK_WAITS && kind != ASK_WAITING))
		return count;
	to[count] = question(view, kind, metric);
	return count + 1;
}

const char *kind_why(const struct snapshot *snapshot, const struct widget_view *view)
{
	if (view->unknown)
		return view->unknown;
	return snapshot->nothing ? _("nothing has come yet") : NULL;
}

const struct snapshot_answer *kind_answer(const struct snapshot *snapshot, const struct widget_view *view, enum ask_kind kind, int metric, const char **why)
{
	const struct snapshot_ask ask = question(view, kind, metric);
	const struct snapshot_answer *answer = snapshot_answer(snapshot, &ask);
	*why = kind_why(snapshot, view);
	if (*why)
		return NULL;
	if (answer && answer->known)
		return answer;
	*why = !answer ? _("being asked for") : answer->why ? _(answer->why) : _("not known");
	return NULL;
}

const struct figure *kind_figure(const struct snapshot *snapshot, const struct widget_view *view, int metric, const char **why)
{
	static const struct figure unknown = {.denominator = 1, .low = -1, .high = -1, .n = -1};
	const struct snapshot_answer *answer = kind_answer(snapshot, view, ASK_FIGURE, metric, why);
	return answer ? &answer->figure : &unknown;
}

bool kind_evidence(const struct widget_view *view, int metric, struct proof_request *request)
{
	if (metric < 0 || view->unknown)
		return false;
	request->metric = metric;
	request->is_scoped = true;
	request->scope = view->scope;
	request->by_day = metrics[metric].kind == KIND_DAY && view->window < WINDOW_TODAY;
	return true;
}

/* ---- values and targets ---- */

double kind_value(const struct metric *metric, const struct figure *figure)
{
	return figure_value(metric, figure) * (metric->unit == UNIT_RATIO ? 100 : 1);
}

double kind_point(const struct metric *metric, int64_t point)
{
	return (double)point / (metric->unit == UNIT_RATIO ? 10 : 1000);
}

void kind_point_text(int metric, int64_t point, bool narrow, char *to, size_t room)
{
	struct figure figure = {.known = point != INT64_MIN, .numerator = point, .denominator = 1, .n = -1, .low = -1, .high = -1};
	const enum unit unit = metrics[metric].unit;
	if (unit != UNIT_DURATION && unit != UNIT_SCORE && point % 1000 == 0)
		figure.numerator = point / 1000;
	else if (unit != UNIT_DURATION && unit != UNIT_SCORE)
		figure.denominator = 1000;
	figure_text(metrics[metric].name, &figure, narrow, to, room);
}

double kind_target(const struct snapshot *snapshot, int metric, double own)
{
	return metric < 0 ? NAN : isnan(own) ? tile_limit(snapshot, metric) : own;
}

bool kind_misses(const struct metric *metric, double value, double target)
{
	if (isnan(target) || metric->worse == WORSE_NEITHER)
		return false;
	return metric->worse == WORSE_HIGHER ? value > target : value < target;
}

enum level kind_level(int metric, const struct figure *figure, double own)
{
	if (metric < 0 || !figure->known || isnan(own) || figure->level == LEVEL_CRIT)
		return figure->level;
	return kind_misses(&metrics[metric], kind_value(&metrics[metric], figure), own) ? LEVEL_WARN : LEVEL_OK;
}

/* ---- frames ---- */

static void put_note(const struct snapshot *snapshot, const struct widget_view *view, const char *note, int room, char *to, size_t size)
{
	char old[24];
	snprintf(to, size, "%s", note);
	if (!snapshot->stale)
		return;
	format_duration(snapshot->stale_ms, old, sizeof old);
	snprintf(to, size, _("stale %s"), old);
	if (*note && canvas_measure(view->canvas, to) + canvas_measure(view->canvas, note) + 3 <= room)
		snprintf(to + strlen(to), size - strlen(to), " \u00B7 %s", note);
}

struct rect kind_open(const struct snapshot *snapshot, const struct widget_view *view, enum level level, const char *title, const char *note)
{
	char shown[PART_TEXT], words[PART_TEXT + 4];
	const bool marked = *level_mark(view->glyphs, level);
	snprintf(shown, sizeof shown, "%s", title);
	put_note(snapshot, view, note, view->rect.width - canvas_measure(view->canvas, shown) - 9, words, sizeof words);
	if (marked) /* room for it */
		snprintf(words + strlen(words), sizeof words - strlen(words), "%s-", *words ? " " : "");
	if (marked && canvas_measure(view->canvas, words) + canvas_measure(view->canvas, shown) + 8 > view->rect.width)
		snprintf(words, sizeof words, "-");
	const struct rect inner = panel_open(view, level, shown, words);
	tile_mark(view, level);
	return inner;
}

bool kind_small(const struct widget_view *view, int width, int height, const char *title, enum level level, const char *value)
{
	const struct rect rect = view->rect;
	if (!view->bare && rect.width >= width && rect.height >= height)
		return false;
	const char *mark = level_mark(view->glyphs, level);
	const int room = canvas_measure(view->canvas, value), marked = *mark ? 2 : 0;
	if (rect.height < 1 || room + marked + 4 > rect.width)
		return true;
	if (*mark)
		canvas_text(view->canvas, rect.x, rect.y, 1, level_role(level), mark);
	canvas_text(view->canvas, rect.x + marked, rect.y, rect.width - room - marked - 1, view->focused ? ROLE_FOCUS : ROLE_DIM, title);
	canvas_right(view->canvas, rect.x + rect.width - room, rect.y, room, level_strong(level), value);
	return true;
}

void kind_say(const struct widget_view *view, struct rect inner, const char *why)
{
	text_wrapped(view, inner, inner.y + (inner.height > 4 ? inner.height / 2 - 1 : 0), ROLE_DIM, why);
}
