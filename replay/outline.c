#include "replay/outline.h"

#include <inttypes.h>
#include <stdio.h>

#include "base/instant.h"
#include "base/text.h"
#include "base/words.h"
#include "metrics/lists.h"

#define FEEDS_MOST 32

/* ---- curves ---- */

/* The minutes that overlap a column; minutes are without holes. */
static size_t minute_at(const struct chronicle_look *look, int64_t at)
{
	if (at <= look->minutes[0].start)
		return 0;
	const uint64_t place = (uint64_t)(at - look->minutes[0].start) / (uint64_t)MINUTE_MS;
	return place < look->minute_count ? (size_t)place : look->minute_count;
}

static void worst_of(const struct chronicle_look *look, int64_t from, int64_t to, int64_t value[TIMELINE_CURVES], uint8_t level[TIMELINE_CURVES])
{
	static int waiting = -1;
	if (waiting < 0)
		waiting = chronicle_metric("queue_depth");
	value[TIMELINE_WAITING] = value[TIMELINE_SERVICE_LEVEL] = INT64_MIN;
	level[TIMELINE_WAITING] = level[TIMELINE_SERVICE_LEVEL] = LEVEL_NONE;
	if (!look->minute_count || to <= look->minutes[0].start)
		return;
	for (size_t i = minute_at(look, from); i < look->minute_count && (look->minutes[i].start < to); i++) {
		const struct chronicle_minute *minute = &look->minutes[i];
		int64_t *depth = &value[TIMELINE_WAITING], *served = &value[TIMELINE_SERVICE_LEVEL];
		*depth = minute->value[waiting] > *depth ? minute->value[waiting] : *depth;
		if (minute->service_level != INT64_MIN && (*served == INT64_MIN || minute->service_level < *served))
			*served = minute->service_level;
		if (minute->waiting_level > level[TIMELINE_WAITING])
			level[TIMELINE_WAITING] = minute->waiting_level;
		if (minute->service_level_level > level[TIMELINE_SERVICE_LEVEL])
			level[TIMELINE_SERVICE_LEVEL] = minute->service_level_level;
	}
}

static int64_t column_begin(const struct timeline *timeline, int column)
{
	return timeline->from + (int64_t)((double)(timeline->to - timeline->from) * column / timeline->column_count);
}

static void fill_curves(struct timeline *timeline, const struct chronicle_look *look, const struct chronicle_look *other, int64_t shift)
{
	uint8_t ignored[TIMELINE_CURVES];
	for (int i = 0; i < timeline->column_count; i++) {
		struct timeline_column *column = &timeline->columns[i];
		const int64_t from = column_begin(timeline, i), to = column_begin(timeline, i + 1);
		*column = (struct timeline_column){.step = 0};
		worst_of(look, from, to, column->value, column->level);
		if (other)
			worst_of(other, from - shift, to - shift, column->other, ignored);
		else
			column->other[TIMELINE_WAITING] = column->other[TIMELINE_SERVICE_LEVEL] = INT64_MIN;
	}
}

/* ---- what happened ---- */

static unsigned event_of(const struct incident *incident)
{
	switch (incident->kind) {
	case INCIDENT_ALERT:
		return incident->severity == SEVERITY_CRITICAL ? TIMELINE_ALERT_CRIT : TIMELINE_ALERT_WARN;
	case INCIDENT_BREACH:
		return TIMELINE_BREACH;
	case INCIDENT_FAULT:
		return TIMELINE_FAULT;
	case INCIDENT_NOTE:
		return TIMELINE_NOTE;
	case INCIDENT_GAP:
		return TIMELINE_GAP;
	case INCIDENT_LINK:
		return incident->count == LINK_STALE || incident->count == LINK_REFUSED ? TIMELINE_LINK : 0;
	case INCIDENT_STEP:
	case INCIDENT_CLEARED:
	case INCIDENT_ACKNOWLEDGED:
	case INCIDENT_KINDS:
		break;
	}
	return 0;
}

/* The column of an instant; NULL: it is not shown. */
static struct timeline_column *column_of(struct timeline *timeline, int64_t at)
{
	if (at < timeline->from || at >= timeline->to || timeline->column_count <= 0)
		return NULL;
	const int place = (int)((double)(at - timeline->from) / (double)(timeline->to - timeline->from) * timeline->column_count);
	return &timeline->columns[place < timeline->column_count ? place : timeline->column_count - 1];
}

static void fill_events(struct timeline *timeline, const struct chronicle_look *look)
{
	for (size_t i = 0; i < look->incident_count; i++) {
		const struct incident *incident = &look->incidents[i];
		struct timeline_column *column = column_of(timeline, incident->at);
		if (incident->kind == INCIDENT_NOTE && incident->at <= timeline->cursor) {
			text_harmless(view_of(incident->text), timeline->note, sizeof timeline->note);
			timeline->note_at = incident->at;
		}
		if (!column)
			continue;
		column->events |= (uint16_t)event_of(incident);
		if (incident->kind == INCIDENT_STEP && incident->detail > column->step)
			column->step = (uint8_t)(incident->detail > 4 ? 4 : incident->detail);
	}
	for (int i = 0; i < timeline->mark_count; i++) {
		struct timeline_column *column = column_of(timeline, timeline->marks[i].at);
		if (column)
			column->events |= TIMELINE_MARK;
	}
}

static void fill_next(struct timeline *timeline, const struct chronicle_look *look)
{
	const struct incident *next = outline_incident(look, timeline->cursor, 1);
	*timeline->next = 0;
	if (!next)
		return;
	outline_text(next, timeline->next, sizeof timeline->next);
	timeline->next_at = next->at;
}

void outline_fill(struct timeline *timeline, const struct chronicle_look *look, const struct chronicle_look *other, int64_t shift)
{
	*timeline->note = 0;
	fill_curves(timeline, look, other, shift);
	fill_events(timeline, look);
	fill_next(timeline, look);
}

/* ---- one by one ---- */

int64_t outline_shown(const struct incident *incident)
{
	return incident->at - incident->at % SECOND_MS + SECOND_MS;
}

static bool is_wanted(const struct incident *incident)
{
	switch (incident->kind) {
	case INCIDENT_ALERT:
	case INCIDENT_BREACH:
	case INCIDENT_STEP:
	case INCIDENT_FAULT:
	case INCIDENT_GAP:
		return true;
	default:
		return false;
	}
}

const struct incident *outline_incident(const struct chronicle_look *look, int64_t at, int by)
{
	const struct incident *nearest = NULL;
	for (size_t i = 0; i < look->incident_count; i++) {
		const struct incident *incident = &look->incidents[i];
		const int64_t shown = outline_shown(incident);
		if (!is_wanted(incident) || (by > 0 ? shown <= at : shown >= at))
			continue;
		if (!nearest || (by > 0 ? incident->at < nearest->at : incident->at > nearest->at))
			nearest = incident;
	}
	return nearest;
}

void outline_text(const struct incident *incident, char *to, size_t room)
{
	static const char *const steps[] = {N_("a step"), N_("request"), N_("demand"), N_("warning"), N_("end")};
	const int step = incident->detail >= 1 && incident->detail <= 4 ? incident->detail : 0;
	const char *in = *incident->text ? " \u00B7 " : "";
	switch (incident->kind) {
	case INCIDENT_BREACH:
		snprintf(to, room, _("SLA breached %s"), incident->text);
		break;
	case INCIDENT_STEP:
		snprintf(to, room, _("conduct: step %d, %s%s%s"), step, _(steps[step]), in, incident->text);
		break;
	case INCIDENT_FAULT:
		snprintf(to, room, _("conduct: step %d out of turn%s%s"), step, in, incident->text);
		break;
	case INCIDENT_GAP:
		snprintf(to, room, _("%" PRIu64 " events missing: %s"), incident->count, incident->text);
		break;
	default:
		snprintf(to, room, "%s", incident->text);
		break;
	}
}

void outline_lost(struct timeline *timeline, const struct chronicle_look *look)
{
	struct list_feed feeds[FEEDS_MOST];
	const int count = look->engine ? list_feeds(look->engine, look->now, feeds, FEEDS_MOST) : 0;
	for (int i = 0; i < count; i++)
		timeline->lost += feeds[i].lost + feeds[i].missing;
}

void outline_damage(struct timeline *timeline, const struct damage *damage)
{
	if (damage->to > damage->from)
		snprintf(timeline->damage, sizeof timeline->damage, _("records %llu to %llu up to here are lost: the wall may have shown other figures"),
			(unsigned long long)damage->from, (unsigned long long)damage->to);
	else
		snprintf(timeline->damage, sizeof timeline->damage, _("the journal is damaged up to here: the wall may have shown other figures"));
}
