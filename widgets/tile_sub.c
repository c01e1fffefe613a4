#include <inttypes.h>
#include <math.h>
#include <stdio.h>

#include "base/instant.h"
#include "base/words.h"
#include "tui/format.h"
#include "widgets/parts.h"
#include "widgets/tile_sub.h"

static const char *sign_of(int64_t value)
{
	return value < 0 ? "\u2212" : value > 0 ? "+" : "\u00B1";
}

static int64_t absolute(int64_t value)
{
	return value >= 0 ? value : value == INT64_MIN ? INT64_MAX : -value;
}

static void change_text(const struct metric *metric, const struct figure *then, const struct figure *now, char *to, size_t room)
{
	const double change = figure_value(metric, now) - figure_value(metric, then);
	const int64_t whole = llround(metric->unit == UNIT_RATIO ? change * 100 : change);
	char text[32];
	if (metric->unit == UNIT_DURATION)
		format_duration(absolute(llround(change * 1000)), text, sizeof text);
	else if (metric->unit == UNIT_SCORE)
		format_decimal(fabs(change), 1, text, sizeof text);
	else
		snprintf(text, sizeof text, "%" PRId64 "%s", absolute(whole), metric->unit == UNIT_RATIO ? _(" pt") : "");
	snprintf(to, room, "%s%s", sign_of(metric->unit == UNIT_DURATION || metric->unit == UNIT_SCORE ? (change > 0) - (change < 0) : whole), text);
}

bool compared_text(const struct snapshot *snapshot, const char *name, enum comparison comparison, char *to, size_t room)
{
	static const char *const weekdays[] = {N_("Sun"), N_("Mon"), N_("Tue"), N_("Wed"), N_("Thu"), N_("Fri"), N_("Sat")};
	const int index = metric_find(name);
	*to = 0;
	if (index < 0 || !snapshot->compared[comparison].then[index].known || !snapshot->compared[comparison].now[index].known)
		return false;
	const char *weekday = _(weekdays[instant_civil(snapshot->at, snapshot->zone).weekday]);
	char change[40];
	change_text(&metrics[index], &snapshot->compared[comparison].then[index], &snapshot->compared[comparison].now[index], change, sizeof change);
	if (comparison == COMPARE_YESTERDAY)
		snprintf(to, room, _("%s vs yesterday"), change);
	else if (snapshot->request.window == WINDOW_7D && metrics[index].kind != KIND_GAUGE)
		snprintf(to, room, _("%s vs 7 d ago"), change);
	else
		snprintf(to, room, _("%s vs last %s"), change, weekday);
	return true;
}

/* The same day of the week says most; where nobody remembers so far back, the day before. */
static bool any_compared_text(const struct snapshot *snapshot, const char *name, char *to, size_t room)
{
	return compared_text(snapshot, name, COMPARE_LAST_WEEK, to, room) || compared_text(snapshot, name, COMPARE_YESTERDAY, to, room);
}

void sub_depth(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *peak = snapshot_figure(snapshot, "queue_depth_peak");
	if (!any_compared_text(snapshot, "queue_depth", to, room) && peak->known)
		snprintf(to, room, peak->at_least ? _("%" PRId64 " at once, or more") : _("at most %" PRId64), peak->numerator / peak->denominator);
}

void sub_longest(const struct snapshot *snapshot, char *to, size_t room)
{
	snprintf(to, room, "%s", snapshot->longest_where);
}

void sub_service_level(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, "service_level");
	char change[PART_TEXT];
	if (any_compared_text(snapshot, "service_level", change, sizeof change))
		snprintf(to, room, "%s \u00B7 %s", formula_text(snapshot), change);
	else if (figure->known && figure->n >= 0)
		snprintf(to, room, _("%s \u00B7 of %" PRId64), formula_text(snapshot), figure->n);
	else
		snprintf(to, room, "%s", formula_text(snapshot));
}

void sub_breached(const struct snapshot *snapshot, char *to, size_t room)
{
	char change[PART_TEXT];
	if (snapshot->due_10m > 0 || !any_compared_text(snapshot, "sla_breached", change, sizeof change))
		snprintf(to, room, _("%" PRId64 " more due in 10 min"), snapshot->due_10m);
	else
		snprintf(to, room, "%s", change);
}

void sub_aht(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, "aht"), *p90 = snapshot_figure(snapshot, "aht_p90");
	if (!p90->known)
		return;
	char text[32], change[PART_TEXT];
	figure_text("aht_p90", p90, false, text, sizeof text);
	any_compared_text(snapshot, "aht", change, sizeof change);
	/* nominal: some wrap-up was not reported but reckoned. */
	snprintf(to, room, _("p90 %s%s%s%s"), text, figure->nominal ? _(" \u00B7 nominal") : "", *change ? " \u00B7 " : "", change);
}

void sub_fcr(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, "fcr"), *open = snapshot_figure(snapshot, "fcr_open");
	int used = 0;
	if (figure->known)
		used = snprintf(to, room, _("%" PRId64 " settled"), figure->denominator);
	if (used < 0 || (size_t)used >= room || !open->known || open->numerator == 0)
		return;
	used += snprintf(to + used, room - (size_t)used, _("%s%" PRId64 " open"), used ? " \u00B7 " : "", open->numerator);
	if (figure->high >= 0 && (size_t)used < room)
		snprintf(to + used, room - (size_t)used, ", \u2264 %" PRId64 " %%", (figure->high + 5000) / 10000);
}

void sub_csat(const struct snapshot *snapshot, char *to, size_t room)
{
	const struct figure *figure = snapshot_figure(snapshot, "csat"), *response = snapshot_figure(snapshot, "csat_response");
	char answers[64] = "";
	if (response->known)
		snprintf(answers, sizeof answers, _("%" PRId64 " of %" PRId64), response->numerator, response->denominator);
	else if (figure->n >= 0)
		snprintf(answers, sizeof answers, _("n = %" PRId64), figure->n);
	if (!figure->known || figure->n < 10 || figure->low < 0 || figure->high < 0) {
		snprintf(to, room, "%s", answers);
		return;
	}
	const int64_t half = (figure->high - figure->low + 10000) / 20000;
	snprintf(to, room, "\u00B1%" PRId64 "%s%s%s", half, figure->level == LEVEL_UNSURE ? _(", not sure yet") : "", *answers ? " \u00B7 " : "", answers);
}

void sub_rude(const struct snapshot *snapshot, char *to, size_t room)
{
	for (int i = 0; i < snapshot->conduct_count; i++) {
		if (!snapshot->conduct[i].open)
			continue;
		char since[32];
		format_duration(snapshot->conduct[i].since, since, sizeof since);
		snprintf(to, room, _("step %d \u00B7 %s%s%s"), snapshot->conduct[i].step, snapshot->conduct[i].agent,
			*snapshot->conduct[i].agent ? " \u00B7 " : "", since);
		return;
	}
}
