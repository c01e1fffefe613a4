#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/tile.h"

/* The target T of a row: the one it is counted by; of a row that came without, the queue's own, else the channel's. */
static int64_t target_of(const struct settings *settings, const struct snapshot_row *row)
{
	if (row->target > 0)
		return row->target;
	for (int i = 0; i < settings->queue_count; i++)
		if (strcmp(settings->queues[i].name, row->queue) == 0 && settings->queues[i].target >= 0)
			return settings->queues[i].target;
	const unsigned channel = row->scope.channel;
	return channel < CHANNEL_COUNT ? settings->target[channel] : settings->target[CHANNEL_OTHER];
}

/* The targets of the rows differ by channel: "20 s", or "20 s–4 h". false: no rows. */
static bool target_range(const struct snapshot *snapshot, int64_t *least, int64_t *most)
{
	for (int i = 0; i < snapshot->row_count; i++) {
		const int64_t target = target_of(snapshot->settings, &snapshot->rows[i]);
		*least = i == 0 || target < *least ? target : *least;
		*most = i == 0 || target > *most ? target : *most;
	}
	return snapshot->row_count > 0;
}

/* The limit that holds for everything: the configuration's, else the catalogue's. NAN: none. */
static double limit_of(const struct snapshot *snapshot, const struct metric *metric, int *window)
{
	*window = -1;
	for (int i = snapshot->settings->level_count - 1; i >= 0; i--) {
		const struct level_settings *level = &snapshot->settings->levels[i];
		if (level->queue || level->channel || level->market || isnan(level->warn) || strcmp(level->metric, metric->name) != 0)
			continue;
		*window = level->window;
		return level->warn;
	}
	return isnan(metric->target) ? metric->warn : metric->target;
}

void tile_limit_text(const struct metric *metric, double limit, char *to, size_t room)
{
	const int64_t seconds = (int64_t)limit;
	if (metric->unit == UNIT_RATIO)
		snprintf(to, room, "%g %%", limit);
	else if (metric->unit != UNIT_DURATION)
		snprintf(to, room, "%g", limit);
	else if (seconds < 3600)
		snprintf(to, room, "%" PRId64 ":%02" PRId64, seconds / 60, seconds % 60);
	else
		format_duration(seconds * SECOND_MS, to, room);
}

static void service_level_target(const struct snapshot *snapshot, const char *share, char *to, size_t room)
{
	int64_t least, most;
	char first[24], last[24];
	if (!target_range(snapshot, &least, &most)) {
		snprintf(to, room, "\u2265 %s", share);
		return;
	}
	format_span(least, first, sizeof first);
	format_span(most, last, sizeof last);
	if (least == most)
		snprintf(to, room, _("%s in %s"), share, first);
	else
		snprintf(to, room, _("%s in %s\u2013%s"), share, first, last);
}

double tile_limit(const struct snapshot *snapshot, int metric)
{
	int window;
	return metrics[metric].worse == WORSE_NEITHER ? NAN : limit_of(snapshot, &metrics[metric], &window);
}

void tile_target(const struct snapshot *snapshot, const char *metric_name, char *to, size_t room)
{
	const int index = metric_find(metric_name);
	int window;
	*to = 0;
	if (index < 0)
		return;
	const struct metric *metric = &metrics[index];
	const double limit = limit_of(snapshot, metric, &window);
	if (isnan(limit) || metric->worse == WORSE_NEITHER)
		return;
	char text[48];
	tile_limit_text(metric, limit, text, sizeof text);
	if (strcmp(metric_name, "service_level") == 0) {
		service_level_target(snapshot, text, to, room);
		return;
	}
	const char *span = window == WINDOW_60M ? _(" / h") : window == WINDOW_TODAY ? _(" / day") : "";
	if (limit == 0 && metric->worse == WORSE_HIGHER)
		snprintf(to, room, "0%s", span);
	else
		snprintf(to, room, "%s %s%s", metric->worse == WORSE_LOWER ? "\u2265" : "\u2264", text, span);
}

void tile_label(const struct snapshot *snapshot, const struct tile_info *tile, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, tile->metric);
	int64_t least, most;
	snprintf(to, room, "%s", _(tile->short_title));
	if (strcmp(tile->metric, "csat") == 0 && figure->n >= 10)
		snprintf(to, room, _("CSAT n%" PRId64), figure->n);
	if (strcmp(tile->metric, "service_level") != 0)
		return;
	const int formula = snapshot->request.formula >= 0 ? snapshot->request.formula : snapshot->settings->formula;
	snprintf(to, room, "%s", sl_formula_codes[formula]);
	if (target_range(snapshot, &least, &most) && least == most && least % SECOND_MS == 0 && least < 600 * SECOND_MS)
		snprintf(to, room, _("%s %" PRId64 "s"), sl_formula_codes[formula], least / SECOND_MS);
}
