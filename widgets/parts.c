#include <ctype.h>
#include <math.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "base/words.h"
#include "config/suggest.h"
#include "tui/format.h"
#include "widgets/parts.h"

enum role level_role(enum level level)
{
	return level == LEVEL_CRIT ? ROLE_CRIT : level == LEVEL_WARN ? ROLE_WARN : ROLE_TEXT;
}

enum role level_strong(enum level level)
{
	static const enum role roles[] = {[LEVEL_NONE] = ROLE_STRONG, [LEVEL_OK] = ROLE_OK_STRONG, [LEVEL_WARN] = ROLE_WARN_STRONG,
		[LEVEL_CRIT] = ROLE_CRIT_STRONG, [LEVEL_UNSURE] = ROLE_UNSURE};
	return roles[level];
}

static enum role border_of(enum level level)
{
	return level == LEVEL_CRIT ? ROLE_BORDER_CRIT : level == LEVEL_WARN ? ROLE_BORDER_WARN : ROLE_BORDER;
}

const char *level_mark(const struct glyphs *glyphs, enum level level)
{
	if (level == LEVEL_CRIT)
		return glyphs_mark(glyphs, MARK_CROSS);
	return level == LEVEL_WARN ? glyphs_mark(glyphs, MARK_TRIANGLE) : "";
}

/* 99.7 % is not 100 %, and 0.2 % is not nothing. */
static void percent_text(double share, char *to, size_t room)
{
	double percent = floor(share * 100 + 0.5);
	if (share < 1 && percent >= 100)
		percent = 99;
	char text[32];
	const bool is_little = share > 0 && share < 0.01;
	format_decimal(is_little ? share * 100 : percent, is_little ? 1 : 0, text, sizeof text);
	snprintf(to, room, "%s %%", text);
}

static void value_text(const struct metric *metric, const struct figure *figure, bool narrow, char *to, size_t room)
{
	const double value = figure_value(metric, figure);
	switch (metric->unit) {
	case UNIT_DURATION:
		(narrow ? format_duration_narrow : format_duration)((int64_t)llround(value * 1000), to, room);
		break;
	case UNIT_RATIO:
		percent_text(value, to, room);
		break;
	case UNIT_POINTS:
		snprintf(to, room, "%s%.0f", value < -0.5 ? "\u2212" : value > 0.5 ? "+" : "", fabs(value));
		break;
	case UNIT_SCORE:
		format_decimal(value, 1, to, room);
		break;
	case UNIT_COUNT:
	case UNIT_NAME:
		if (figure->denominator != 1)
			format_decimal(value, 1, to, room);
		else
			format_count(figure->numerator, to, room);
		break;
	}
}

void figure_text(const char *metric, const struct figure *figure, bool narrow, char *to, size_t room)
{
	const int index = metric_find(metric);
	char value[48];
	if (index >= 0 && metrics[index].survey && figure->n > 0 && figure->n < SURVEY_LEAST) {
		snprintf(to, room, _("n = %d"), (int)figure->n);
		return;
	}
	if (index < 0 || !figure->known || figure->denominator == 0) {
		snprintf(to, room, "%s", "\u2013");
		return;
	}
	value_text(&metrics[index], figure, narrow, value, sizeof value);
	snprintf(to, room, "%s%s", figure->at_least ? "\u2265 " : "", value);
}

bool figure_is_told(const struct snapshot *snapshot, const char *metric)
{
	const int index = metric_find(metric);
	return index < 0 || !scope_of_people(snapshot->request.scope) || metrics[index].people;
}

const struct figure *figure_shown(const struct snapshot *snapshot, const char *metric)
{
	return snapshot_figure(snapshot, figure_is_told(snapshot, metric) ? metric : "");
}

bool metric_check(const char *name, struct error *err)
{
	char shown[80];
	if (!name)
		return fail(err, "it has no 'metric'; write metric = \"queue_depth\" or another");
	if (metric_find(name) >= 0)
		return true;
	const char *meant = suggest(name, metric_names());
	text_harmless(view_of(name), shown, sizeof shown);
	if (meant)
		return fail(err, "no metric is called '%s'; did you mean '%s'?", shown, meant);
	return fail(err, "no metric is called '%s'; --list-metrics shows them all", shown);
}

void window_text(enum window window, bool is_short, char *to, size_t room)
{
	static const char *const texts[WINDOW_COUNT] = {[WINDOW_NOW] = NC_("window", "now"), [WINDOW_5M] = NC_("window", "5 min"), [WINDOW_15M] = NC_("window", "15 min"),
		[WINDOW_30M] = NC_("window", "30 min"), [WINDOW_60M] = NC_("window", "60 min"), [WINDOW_TODAY] = NC_("window", "today"), [WINDOW_24H] = NC_("window", "24 h"), [WINDOW_7D] = NC_("window", "7 d"),
		[WINDOW_35D] = NC_("window", "35 d")};
	const bool has_end = window != WINDOW_NOW && window != WINDOW_TODAY;
	const char *text = words_of("window", texts[window]);
	if (has_end && !is_short)
		snprintf(to, room, _("last %s"), text);
	else
		snprintf(to, room, "%s", text);
}

void clock_text(int64_t at, const struct zone *zone, bool with_seconds, char *to, size_t room)
{
	if (at == INSTANT_NONE) {
		snprintf(to, room, "%s", with_seconds ? "--:--:--" : "--:--");
		return;
	}
	const struct civil civil = instant_civil(at, zone);
	if (with_seconds)
		snprintf(to, room, "%02d:%02d:%02d", civil.hour, civil.minute, civil.second);
	else
		snprintf(to, room, "%02d:%02d", civil.hour, civil.minute);
}

void case_text(const char *id, char *to, size_t room)
{
	snprintf(to, room, "%s%s", isdigit((unsigned char)id[0]) ? "#" : "", id);
}

void words_text(const char *name, char *to, size_t room)
{
	snprintf(to, room, "%s", name ? name : "");
	for (char *at = to; *at; at++)
		*at = *at == '_' ? ' ' : *at;
	const char *known = words_of("clock", to);
	if (known != to)
		snprintf(to, room, "%s", known);
}

void where_text(const char *queue, const char *channel, char *to, size_t room)
{
	snprintf(to, room, "%s%s%s", queue, *queue && *channel ? " \u00B7 " : "", words_of("channel", channel));
}

const char *formula_text(const struct snapshot *snapshot)
{
	const struct settings *settings = snapshot->settings;
	if (snapshot->request.formula >= 0)
		return sl_formula_codes[snapshot->request.formula];
	for (int i = 0; i < settings->queue_count; i++)
		if (settings->queues[i].formula >= 0 && settings->queues[i].formula != settings->formula)
			return _("by queue");
	return sl_formula_codes[settings->formula];
}

struct rect panel_open(const struct widget_view *view, enum level level, const char *title, const char *note)
{
	const struct rect rect = view->rect;
	if (view->bare)
		return rect;
	enum role title_role = level == LEVEL_CRIT ? ROLE_CRIT_STRONG : level == LEVEL_WARN ? ROLE_WARN_STRONG : ROLE_TITLE;
	enum role border = border_of(level);
	if (view->focused) {
		title_role = ROLE_FOCUS;
		border = border == ROLE_BORDER ? ROLE_FOCUS : border;
	}
	if (view->widget && view->widget->title)
		title = view->widget->title;
	glyphs_box(view->glyphs, view->canvas, rect, border, title, title_role, note);
	return (struct rect){rect.x + 2, rect.y + 1, rect.width > 4 ? rect.width - 4 : 0, rect.height > 2 ? rect.height - 2 : 0};
}

void piece(const struct widget_view *view, int *x, int y, int end, enum role role, const char *format, ...)
{
	va_list arguments;
	va_start(arguments, format);
	char text[512];
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	*x += canvas_text(view->canvas, *x, y, end - *x, role, text);
}

int text_wrapped(const struct widget_view *view, struct rect inner, int y, enum role role, const char *text)
{
	char line[512];
	while (*text && y < inner.y + inner.height) {
		size_t end = 0, blank = 0;
		int used = 0;
		for (int width, bytes; text_next(text + end, &width, &bytes) && used + width <= inner.width && end + 4 < sizeof line;
			end += (size_t)bytes, used += width)
			if (text[end] == ' ')
				blank = end;
		if (text[end] && text[end] != ' ' && blank)
			end = blank;
		if (end == 0)
			return y + 1;
		snprintf(line, sizeof line, "%.*s", (int)end, text);
		canvas_text(view->canvas, inner.x, y++, inner.width, role, line);
		text += end;
		while (*text == ' ')
			text++;
	}
	return y;
}
