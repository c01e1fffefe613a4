#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/alarm.h"
#include "widgets/link.h"
#include "widgets/parts.h"
#include "widgets/replay_header.h"
#include "widgets/sites.h"
#include "widgets/spoken.h"
#include "widgets/tile.h"

static const char *one_unit(int64_t count, int unit)
{
	switch (unit) {
	case 0: return words_plural("%d second", "%d seconds", count);
	case 1: return words_plural("%d minute", "%d minutes", count);
	case 2: return words_plural("%d hour", "%d hours", count);
	default: return words_plural("%d day", "%d days", count);
	}
}

void spoken_duration(int64_t ms, char *to, size_t room)
{
	static const int64_t sizes[] = {SECOND_MS, MINUTE_MS, HOUR_MS, DAY_MS};
	char first[48], second[48];
	int unit = 3;
	ms = ms < 0 ? 0 : ms;
	while (unit > 0 && ms < sizes[unit])
		unit--;
	snprintf(first, sizeof first, one_unit(ms / sizes[unit], unit), (int)(ms / sizes[unit]));
	const int64_t rest = unit ? ms % sizes[unit] / sizes[unit - 1] : 0;
	if (!rest) {
		snprintf(to, room, "%s", first);
		return;
	}
	snprintf(second, sizeof second, one_unit(rest, unit - 1), (int)rest);
	snprintf(to, room, "%s %s", first, second);
}

void spoken_figure(const char *metric, const struct figure *figure, char *to, size_t room)
{
	const int index = metric_find(metric);
	if (index < 0 || !figure->known || figure->denominator == 0) {
		snprintf(to, room, "%s", _("not known"));
		return;
	}
	const struct metric *of = &metrics[index];
	const double value = figure_value(of, figure);
	if (of->survey && figure->n > 0 && figure->n < SURVEY_LEAST)
		snprintf(to, room, words_plural("%d answer, too few to say", "%d answers, too few to say", figure->n), (int)figure->n);
	else if (of->unit == UNIT_DURATION)
		spoken_duration((int64_t)(value * (double)SECOND_MS), to, room);
	else if (of->unit == UNIT_RATIO)
		snprintf(to, room, _("%.0f percent"), value * 100);
	else if (of->unit == UNIT_SCORE)
		snprintf(to, room, "%.1f", value);
	else
		snprintf(to, room, "%.0f", value);
}

const char *spoken_level(enum level level)
{
	switch (level) {
	case LEVEL_OK: return _("good");
	case LEVEL_WARN: return _("a warning");
	case LEVEL_CRIT: return _("critical");
	case LEVEL_UNSURE: return _("not sure");
	case LEVEL_NONE: break;
	}
	return "";
}

void spoken_text(const char *text, char *to, size_t room)
{
	static const struct {
		const char *mark, *words;
	} marks[] = {{" \u00B7 ", ", "}, {"\u2265 ", N_("at least ")}, {"\u2264 ", N_("at most ")}, {"\u2013", N_("not known")}, {"\u2212", N_("minus ")},
		{" %", N_(" percent")}};
	size_t used = 0;
	while (*text && used + 1 < room) {
		size_t length = 0;
		for (size_t i = 0; i < sizeof marks / sizeof *marks && !length; i++) {
			if (strncmp(text, marks[i].mark, strlen(marks[i].mark)) != 0)
				continue;
			length = strlen(marks[i].mark);
			const char *words = _(marks[i].words);
			if (strlen(words) < room - used)
				used += (size_t)snprintf(to + used, room - used, "%s", words);
		}
		if (!length)
			to[used++] = *text;
		text += length ? length : 1;
	}
	to[used] = 0;
}

/* ---- the summary ---- */
struct sentence_line {
	char *to;
	size_t room, used;
};

static void add(struct sentence_line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void add(struct sentence_line *line, const char *format, ...)
{
	va_list arguments;
	if (line->used + 2 >= line->room)
		return;
	if (line->used)
		line->to[line->used++] = ' ';
	va_start(arguments, format);
	const int length = vsnprintf(line->to + line->used, line->room - line->used, format, arguments);
	va_end(arguments);
	line->used += length < 0 ? 0 : (size_t)length;
	if (line->used >= line->room)
		line->used = line->room - 1;
}

static void add_alerts(struct sentence_line *line, const struct snapshot *snapshot)
{
	int counts[2] = {0, 0}; /* warnings, critical ones */
	for (int i = 0; i < snapshot->alert_count; i++)
		if (snapshot->alerts[i].state == LIST_ALERT_RAISED && !snapshot->alerts[i].muted)
			counts[snapshot->alerts[i].severity == SEVERITY_CRITICAL]++;
	if (counts[1])
		add(line, words_plural("%d critical alert.", "%d critical alerts.", counts[1]), counts[1]);
	if (counts[0])
		add(line, words_plural("%d alert that warns.", "%d alerts that warn.", counts[0]), counts[0]);
	if (!counts[0] && !counts[1])
		add(line, "%s", _("No alerts."));
}

static void add_figures(struct sentence_line *line, const struct snapshot *snapshot)
{
	char value[SPOKEN_TEXT], where[SPOKEN_TEXT];
	for (int i = 0; i < TILE_COUNT; i++) {
		const struct figure *figure = snapshot_figure(snapshot, tile_infos[i].metric);
		const int index = metric_find(tile_infos[i].metric);
		const char *title = index < 0 ? tile_infos[i].metric : _(metrics[index].title);
		const bool named = strcmp(tile_infos[i].metric, "longest_wait") == 0 && *snapshot->longest_where && figure->known;
		spoken_figure(tile_infos[i].metric, figure, value, sizeof value);
		spoken_text(snapshot->longest_where, where, sizeof where);
		if (figure->level == LEVEL_WARN || figure->level == LEVEL_CRIT)
			add(line, named ? _("%s %s, %s, in %s.") : _("%s %s, %s."), title, value, spoken_level(figure->level), where);
		else
			add(line, named ? _("%s %s, in %s.") : _("%s %s."), title, value, where);
	}
}

static void add_feeds(struct sentence_line *line, const struct snapshot *snapshot)
{
	const struct link_summary summary = link_summarise(snapshot);
	char text[SPOKEN_TEXT];
	if (snapshot->stale && !snapshot->site_count) {
		spoken_duration(snapshot->stale_ms, text, sizeof text);
		add(line, _("Nothing new came for %s: the figures stand as they were."), text);
	} else if (summary.role != ROLE_HEADER_OK) {
		spoken_text(summary.text, text, sizeof text);
		add(line, "%s.", text);
	}
}

void spoken_summary(const struct snapshot *snapshot, char *to, size_t room)
{
	struct sentence_line line = {.to = to, .room = room};
	char text[3 * PART_TEXT], scope[SPOKEN_TEXT];
	to[0] = 0;
	if (snapshot->timeline) {
		replay_words(snapshot, text, sizeof text);
		add(&line, "%s.", text);
	}
	if (snapshot->nothing && (snapshot->site_count || !snapshot->timeline)) {
		if (snapshot->site_count)
			sites_waiting_text(snapshot, text, sizeof text);
		else
			link_waiting_text(snapshot, text, sizeof text);
		add(&line, "%s.", text);
		return;
	}
	const struct list_alert *alarm = alarm_of(snapshot);
	if (alarm) {
		spoken_text(alarm->text, text, sizeof text);
		add(&line, "%s.", text);
	}
	spoken_text(snapshot->scope_text, scope, sizeof scope);
	window_text(snapshot->request.window, false, text, sizeof text);
	add(&line, _("%s, %s, %s."), *snapshot->title ? snapshot->title : "Tablo", scope, text);
	add_feeds(&line, snapshot);
	add_alerts(&line, snapshot);
	add_figures(&line, snapshot);
}
