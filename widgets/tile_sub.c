#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/instant.h"
#include "tui/format.h"
#include "widgets/parts.h"
#include "widgets/tile_sub.h"

/* The difference to the same time last week, rounded, in the metric's own unit (ratios: points of a percent). */
static bool difference(const struct snapshot *snapshot, const char *name, double factor, int64_t *result)
{
	const int index = metric_find(name);
	if (index < 0 || !snapshot->figures[index].known || !snapshot->before[index].known)
		return false;
	const double now = figure_value(&metrics[index], &snapshot->figures[index]);
	*result = llround((now - figure_value(&metrics[index], &snapshot->before[index])) * factor);
	return true;
}

static const char *weekday(const struct snapshot *snapshot)
{
	static const char *const names[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
	return names[instant_civil(snapshot->at, snapshot->zone).weekday];
}

static const char *sign_of(int64_t value)
{
	return value < 0 ? "\u2212" : value > 0 ? "+" : "\u00B1";
}

static int64_t absolute(int64_t value)
{
	return value < 0 ? -value : value;
}

void sub_depth(const struct snapshot *snapshot, char *to, size_t room)
{
	int64_t change;
	const struct figure *peak = snapshot_figure(snapshot, "queue_depth_peak");
	if (difference(snapshot, "queue_depth", 1, &change))
		snprintf(to, room, "%s%" PRId64 " vs last %s", sign_of(change), absolute(change), weekday(snapshot));
	else if (peak->known)
		snprintf(to, room, peak->at_least ? "%" PRId64 " at once, or more" : "at most %" PRId64, peak->numerator / peak->denominator);
}

void sub_longest(const struct snapshot *snapshot, char *to, size_t room)
{
	snprintf(to, room, "%s", snapshot->longest_where);
}

void sub_service_level(const struct snapshot *snapshot, char *to, size_t room)
{
	int64_t change;
	const struct figure *figure = snapshot_figure(snapshot, "service_level");
	if (difference(snapshot, "service_level", 100, &change))
		snprintf(to, room, "%s \u00B7 %s%" PRId64 " pt vs last %s", formula_text(snapshot), sign_of(change), absolute(change),
			weekday(snapshot));
	else if (figure->known && figure->n >= 0)
		snprintf(to, room, "%s \u00B7 of %" PRId64, formula_text(snapshot), figure->n);
	else
		snprintf(to, room, "%s", formula_text(snapshot));
}

void sub_breached(const struct snapshot *snapshot, char *to, size_t room)
{
	snprintf(to, room, "%" PRId64 " more due in 10 min", snapshot->due_10m);
}

void sub_aht(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, "aht"), *p90 = snapshot_figure(snapshot, "aht_p90");
	if (!p90->known)
		return;
	char text[32];
	figure_text("aht_p90", p90, false, text, sizeof text);
	/* nominal: some wrap-up was not reported but reckoned. */
	snprintf(to, room, "p90 %s%s", text, figure->nominal ? " \u00B7 nominal" : "");
}

void sub_fcr(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, "fcr"), *open = snapshot_figure(snapshot, "fcr_open");
	int used = 0;
	if (figure->known)
		used = snprintf(to, room, "%" PRId64 " settled", figure->denominator);
	if (used < 0 || (size_t)used >= room || !open->known || open->numerator == 0)
		return;
	used += snprintf(to + used, room - (size_t)used, "%s%" PRId64 " open", used ? " \u00B7 " : "", open->numerator);
	if (figure->high >= 0 && (size_t)used < room)
		snprintf(to + used, room - (size_t)used, ", \u2264 %" PRId64 " %%", (figure->high + 5000) / 10000);
}

void sub_csat(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, "csat"), *response = snapshot_figure(snapshot, "csat_response");
	char answers[64] = "";
	if (response->known)
		snprintf(answers, sizeof answers, "%" PRId64 " of %" PRId64, response->numerator, response->denominator);
	else if (figure->n >= 0)
		snprintf(answers, sizeof answers, "n = %" PRId64, figure->n);
	if (!figure->known || figure->n < 10 || figure->low < 0 || figure->high < 0) {
		snprintf(to, room, "%s", answers);
		return;
	}
	const int64_t half = (figure->high - figure->low + 10000) / 20000;
	snprintf(to, room, "\u00B1%" PRId64 "%s%s%s", half, figure->level == LEVEL_UNSURE ? ", not sure yet" : "", *answers ? " \u00B7 " : "", answers);
}

void sub_rude(const struct snapshot *snapshot, char *to, size_t room)
{
	for (int i = 0; i < snapshot->conduct_count; i++) {
		if (!snapshot->conduct[i].open)
			continue;
		char since[32];
		format_duration(snapshot->conduct[i].since, since, sizeof since);
		snprintf(to, room, "step %d \u00B7 %s%s%s", snapshot->conduct[i].step, snapshot->conduct[i].agent,
			*snapshot->conduct[i].agent ? " \u00B7 " : "", since);
		return;
	}
}
