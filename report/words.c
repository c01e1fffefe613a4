#include "report/words.h"

#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
#include "feed/event.h"
#include "metrics/lists.h"
#include "tui/format.h"

void words_value(const struct metric *metric, int64_t value, char *to, size_t room)
{
	if (value == INT64_MIN)
		snprintf(to, room, "–");
	else if (metric->unit == UNIT_DURATION)
		format_duration(value, to, room);
	else if (metric->unit == UNIT_RATIO)
		snprintf(to, room, "%lld %%", (long long)(value + 5) / 10);
	else if (metric->unit == UNIT_COUNT)
		format_count(value / 1000, to, room);
	else
		format_decimal((double)value / 1000, 1, to, room);
}

void words_percent(double value, char *to, size_t room)
{
	char number[40];
	format_decimal(value, 1, number, sizeof number);
	snprintf(to, room, "%s %%", number);
}

void words_figure(const struct metric *metric, const struct figure *figure, char *to, size_t room)
{
	if (!figure->known || !figure->denominator)
		snprintf(to, room, "–");
	else if (metric->unit == UNIT_DURATION)
		format_duration(figure->numerator / figure->denominator, to, room);
	else if (metric->unit == UNIT_RATIO)
		words_percent(100 * figure_value(metric, figure), to, room);
	else if (metric->unit == UNIT_COUNT)
		format_count(figure->numerator / figure->denominator, to, room);
	else
		format_decimal(figure_value(metric, figure), 1, to, room);
}

void words_date(const struct report *report, int64_t at, char *to, size_t room)
{
	const struct civil civil = instant_civil(at, report->options.zone);
	char date[32];
	format_date(civil.year, civil.month, civil.day, date, sizeof date);
	snprintf(to, room, "%s %02d:%02d", date, civil.hour, civil.minute);
}

void words_time(const struct report *report, int64_t at, char *to, size_t room)
{
	char date[40];
	words_date(report, at, date, sizeof date);
	const bool one_day = report->options.to - report->options.from <= DAY_MS;
	snprintf(to, room, "%s", one_day ? date + strlen(date) - 5 : date);
}

/* The clock is put back by an hour at most places, by half of one at some: so long before or after it reads the same. */
static bool reads_twice(const struct zone *zone, int64_t at)
{
	const int64_t offset = zone_offset(zone, at), before = zone_offset(zone, at - 2 * HOUR_MS), after = zone_offset(zone, at + 2 * HOUR_MS);
	const int64_t back = (before - offset) * SECOND_MS, ahead = (offset - after) * SECOND_MS;
	return (back > 0 && zone_offset(zone, at - back) == before) || (ahead > 0 && zone_offset(zone, at + ahead) == after);
}

void words_interval(const struct report *report, int64_t from, char *to, size_t room)
{
	char time[40];
	const struct zone *zone = report->options.zone;
	words_time(report, from, time, sizeof time);
	if (!zone || !reads_twice(zone, from)) {
		snprintf(to, room, "%s", time);
		return;
	}
	const int minutes = zone_offset(zone, from) / 60, size = minutes < 0 ? -minutes : minutes;
	snprintf(to, room, "%s %c%02d:%02d", time, minutes < 0 ? '-' : '+', size / 60, size % 60);
}

void words_scope(const struct report_scope *scope, char *to, size_t room)
{
	if (!*scope->queue && !*scope->channel)
		snprintf(to, room, "%s", _("everything"));
	else
		snprintf(to, room, "%s%s%s", scope->queue, *scope->queue && *scope->channel ? " · " : "", words_of("channel", scope->channel));
}

void words_incident(const struct report *report, const struct incident *incident, char *to, size_t room)
{
	static const char *const steps[] = {NC_("conduct", "no step"), NC_("conduct", "request"), NC_("conduct", "demand"), NC_("conduct", "warning"),
		NC_("conduct", "ended")};
	char where[96];
	lists_scope_text(report->look->engine, incident->scope, where, sizeof where);
	switch (incident->kind) {
	case INCIDENT_STEP:
		snprintf(to, room, _("conduct: step %d (%s) in %s"), incident->detail, words_of("conduct", steps[incident->detail % 5]), where);
		break;
	case INCIDENT_FAULT:
		snprintf(to, room, _("protocol fault: %s out of turn in %s"), words_of("conduct", steps[incident->detail % 5]), where);
		break;
	case INCIDENT_BREACH:
		snprintf(to, room, _("SLA breached: %s in %s"), incident->text, where);
		break;
	case INCIDENT_GAP:
		snprintf(to, room, _("gap: %llu events are missing (%s)"), (unsigned long long)incident->count, incident->text);
		break;
	case INCIDENT_LINK:
		snprintf(to, room, _("feed %d: %s"), incident->detail + 1, _(incident->text));
		break;
	case INCIDENT_NOTE:
		snprintf(to, room, _("note: %s"), incident->text);
		break;
	case INCIDENT_ALERT:
	case INCIDENT_CLEARED:
	case INCIDENT_ACKNOWLEDGED:
	case INCIDENT_KINDS:
		snprintf(to, room, "%s", incident->text);
		break;
	}
}

void words_stayed(const struct report *report, const struct report_trouble *trouble, char *to, size_t room)
{
	int stayed[ONSETS_MOST];
	const int count = onsets_missing(report->look->minutes, report->look->minute_count, trouble->stretch.from, trouble->stretch.to, trouble->onsets,
		trouble->onset_count, stayed);
	size_t used = 0;
	to[0] = 0;
	for (int i = 0; i < count && used < room; i++) {
		char figure[64];
		onset_figure(stayed[i], figure, sizeof figure);
		const int wrote = snprintf(to + used, room - used, "%s%s", i ? "; " : "", figure);
		used += wrote > 0 ? (size_t)wrote : 0;
	}
}

/* ---- the summary ---- */

static void add_figure(struct words_fact *facts, int *count, const struct figure *figures, const char *name)
{
	const int metric = metric_find(name);
	if (metric < 0 || *count == WORDS_FACTS_MOST)
		return;
	struct words_fact *fact = &facts[(*count)++];
	snprintf(fact->name, sizeof fact->name, "%s", _(metrics[metric].title));
	words_figure(&metrics[metric], &figures[metric], fact->text, sizeof fact->text);
}

static void add_highest(const struct report *report, struct words_fact *facts, int *count, const char *name, const char *title)
{
	int64_t at = 0;
	char value[40], time[40];
	const int64_t highest = report_highest(report, name, &at);
	if (highest == INT64_MIN || *count == WORDS_FACTS_MOST)
		return;
	struct words_fact *fact = &facts[(*count)++];
	words_value(&metrics[metric_find(name)], highest, value, sizeof value);
	words_time(report, at, time, sizeof time);
	snprintf(fact->name, sizeof fact->name, "%s", _(title));
	snprintf(fact->text, sizeof fact->text, _("%s at %s"), value, time);
}

static void add_count(struct words_fact *facts, int *count, const char *name, uint64_t number)
{
	if (*count == WORDS_FACTS_MOST)
		return;
	struct words_fact *fact = &facts[(*count)++];
	snprintf(fact->name, sizeof fact->name, "%s", _(name));
	snprintf(fact->text, sizeof fact->text, "%llu", (unsigned long long)number);
}

int words_facts(const struct report *report, struct words_fact facts[WORDS_FACTS_MOST])
{
	struct figure figures[METRICS_MOST];
	uint64_t kinds[INCIDENT_KINDS] = {0};
	const struct incident *incident;
	int count = 0;
	report_figures(report, SCOPE_ALL, report->options.from, report->options.to, figures);
	for (int i = 0; report_columns[i]; i++)
		add_figure(facts, &count, figures, report_columns[i]);
	add_highest(report, facts, &count, "queue_depth", N_("Most waiting"));
	add_highest(report, facts, &count, "longest_wait", N_("Longest wait"));
	for (size_t place = 0; (incident = report_incident(report, &place));)
		kinds[incident->kind]++;
	add_count(facts, &count, N_("Alerts"), kinds[INCIDENT_ALERT]);
	add_count(facts, &count, N_("Conduct steps"), kinds[INCIDENT_STEP]);
	add_count(facts, &count, N_("Protocol faults"), kinds[INCIDENT_FAULT]);
	add_count(facts, &count, N_("Gaps"), kinds[INCIDENT_GAP]);
	return count;
}
