/* Surveys, call-backs, what was said and seen; and the alerts. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "metrics/keep.h"

/* ---- surveys and call-backs ---- */

static void keep_survey(struct archive *archive, struct engine *engine, uint32_t number)
{
	struct survey *survey = &engine->surveys[number];
	archive_text(archive, survey->id, sizeof survey->id);
	KEEP_BELOW(archive, survey->kind, SURVEY_NPS + 1);
	KEEP(archive, survey->answered);
	KEEP_BELOW(archive, survey->slot, engine->slot_count);
	KEEP_BELOW(archive, survey->agent, keep_limit(engine->agent_count));
	KEEP(archive, survey->sent);
	KEEP(archive, survey->answered_at);
	KEEP(archive, survey->score);
	KEEP(archive, survey->min);
	KEEP(archive, survey->max);
	keep_survey_conduct(archive, engine, survey);
	struct view id = view_of(survey->id);
	if (!archive->reading || !id.size)
		return;
	if (map_find(&engine->survey_index, id) != MAP_NONE)
		archive_wrong(archive, "a survey twice");
	map_put(&engine->survey_index, id, number);
}

static void keep_surveys(struct archive *archive, struct engine *engine)
{
	keep_array(archive, (void **)&engine->surveys, &engine->survey_count, &engine->survey_room, sizeof *engine->surveys);
	if (archive->reading && (engine->survey_count < 1 || engine->survey_count > SURVEYS_KEPT))
		archive_wrong(archive, "more surveys than are kept");
	for (size_t i = 1; i < engine->survey_count && archive_good(archive); i++)
		keep_survey(archive, engine, (uint32_t)i);
	KEEP_BELOW(archive, engine->survey_next, SURVEYS_KEPT);
	if (archive->reading && (!engine->survey_next || engine->survey_next > engine->survey_count))
		archive_wrong(archive, "the place of the next survey");
	for (size_t i = 1; i < engine->followup_count && archive_good(archive); i++) {
		struct followup *followup = &engine->followups[i];
		KEEP(archive, followup->customer);
		KEEP_BELOW(archive, followup->case_item, engine->case_count);
		archive_text(archive, followup->contact, sizeof followup->contact);
		KEEP_BELOW(archive, followup->slot, engine->slot_count);
		KEEP_BELOW(archive, followup->agent, keep_limit(engine->agent_count));
		KEEP_BELOW(archive, followup->kind, SURVEY_NPS + 1);
		KEEP(archive, followup->attempts);
		KEEP(archive, followup->score);
		KEEP(archive, followup->since);
		KEEP(archive, followup->open);
	}
}

static void keep_callbacks(struct archive *archive, struct engine *engine)
{
	const struct map_entry **entries = keep_map_entries(&engine->callbacks);
	size_t count = archive_count(archive, engine->callbacks.used);
	for (size_t i = 0; i < count && archive_good(archive); i++) {
		struct view id = archive->reading ? (struct view){0} : map_entry_key(entries[i]);
		uint32_t value = archive->reading ? 0 : entries[i]->value;
		archive_view(archive, &id);
		KEEP_BELOW(archive, value, engine->slot_count * 2);
		if (archive->reading && archive_good(archive))
			map_put(&engine->callbacks, id, value);
	}
	free(entries);
}

/* ---- what was said ---- */

static void keep_occurrences(struct archive *archive, struct occurrences *list, uint64_t stamp)
{
	keep_array(archive, (void **)&list->items, &list->count, &list->room, sizeof *list->items);
	for (size_t i = 0; i < list->count; i++) {
		KEEP(archive, list->items[i].name);
		KEEP(archive, list->items[i].agent);
		KEEP_BELOW(archive, list->items[i].by, PRAISE_BYS);
		KEEP(archive, list->items[i].at);
	}
	list->changed = archive->reading ? stamp : list->changed;
}

static void keep_notes(struct archive *archive, struct engine *engine)
{
	keep_array(archive, (void **)&engine->notes, &engine->note_count, &engine->note_room, sizeof *engine->notes);
	for (size_t i = 0; i < engine->note_count; i++) {
		keep_shown_text(archive, engine->notes[i].text, sizeof engine->notes[i].text);
		KEEP(archive, engine->notes[i].at);
		KEEP(archive, engine->notes[i].until);
		KEEP(archive, engine->notes[i].by);
	}
	size_t bases = engine->base_room;
	keep_array(archive, (void **)&engine->bases, &bases, &engine->base_room, sizeof *engine->bases);
	for (size_t i = 0; i < bases; i++)
		KEEP(archive, engine->bases[i]);
	engine->base_room = archive->reading ? bases : engine->base_room;
	KEEP(archive, engine->customers);
}

void keep_quality(struct archive *archive, struct engine *engine)
{
	keep_surveys(archive, engine);
	keep_conduct(archive, engine);
	keep_callbacks(archive, engine);
	keep_occurrences(archive, &engine->refusals, engine->lsn);
	keep_occurrences(archive, &engine->mistakes, engine->lsn);
	keep_occurrences(archive, &engine->praises, engine->lsn);
	keep_notes(archive, engine);
	keep_calendars(archive, engine);
}

/* ---- levels and alerts ---- */

/* What an alert of this kind is about: how many of them there are. */
static size_t items_of(const struct engine *engine, uint8_t kind)
{
	switch ((enum alert_kind)kind) {
	case ALERT_SLA:
		return engine->sla_count;
	case ALERT_CONDUCT:
	case ALERT_SAFETY:
		return engine->conduct_count;
	case ALERT_FOLLOWUP:
		return engine->followup_count;
	case ALERT_CARE:
		return keep_limit(engine->agent_count);
	case ALERT_ANGER:
		return engine->queues.count;
	default:
		return SIZE_MAX;
	}
}

static void keep_alert(struct archive *archive, struct engine *engine, struct alert *alert)
{
	KEEP(archive, alert->id);
	KEEP_BELOW(archive, alert->kind, ALERT_ANGER + 1);
	KEEP(archive, alert->severity);
	KEEP(archive, alert->metric);
	KEEP(archive, alert->rule);
	keep_scope(archive, &alert->scope);
	KEEP_BELOW(archive, alert->item, items_of(engine, alert->kind));
	KEEP(archive, alert->raised);
	KEEP(archive, alert->cleared);
	KEEP_BELOW(archive, alert->answer, ANSWER_COUNT);
	KEEP(archive, alert->answered);
	KEEP(archive, alert->answered_until);
	KEEP(archive, alert->answered_by);
	KEEP(archive, alert->value);
	KEEP(archive, alert->limit);
	archive_text(archive, alert->about, sizeof alert->about);
	bool of_metric = alert->kind == ALERT_LEVEL || alert->kind == ALERT_RULE;
	if (archive->reading && (alert->metric < (of_metric ? 0 : -1) || alert->metric >= metric_count))
		archive_wrong(archive, "an alert of a metric that is none");
}

static void keep_levels(struct archive *archive, struct engine *engine)
{
	keep_array(archive, (void **)&engine->levels, &engine->level_count, &engine->level_room, sizeof *engine->levels);
	for (size_t i = 0; i < engine->level_count; i++) {
		struct level_state *state = &engine->levels[i];
		KEEP(archive, state->rule);
		keep_scope(archive, &state->scope);
		KEEP_BELOW(archive, state->level, LEVEL_CRIT + 1);
		KEEP_BELOW(archive, state->candidate, LEVEL_CRIT + 1);
		KEEP(archive, state->since);
		KEEP(archive, state->candidate_since);
	}
}

void keep_alerts(struct archive *archive, struct engine *engine)
{
	keep_levels(archive, engine);
	KEEP(archive, engine->alert_count);
	uint32_t kept = engine->alert_count < ALERTS_KEPT ? engine->alert_count : ALERTS_KEPT, standing = 0;
	for (uint32_t i = 0; i < kept && archive_good(archive); i++) {
		keep_alert(archive, engine, &engine->alerts[i]);
		standing += !engine->alerts[i].cleared;
	}
	engine->standing = archive->reading ? standing : engine->standing;
	keep_array(archive, (void **)&engine->wanted, &engine->wanted_count, &engine->wanted_room, sizeof *engine->wanted);
	for (size_t i = 0; i < engine->wanted_count; i++) {
		struct wanted_alert *wanted = &engine->wanted[i];
		KEEP_BELOW(archive, wanted->kind, ALERT_ANGER + 1);
		KEEP_BELOW(archive, wanted->item, items_of(engine, wanted->kind));
		KEEP(archive, wanted->version);
	}
	KEEP(archive, engine->levels_minute);
	KEEP(archive, engine->wake);
	KEEP(archive, engine->levels_dirty);
	KEEP(archive, engine->lost_alerted);
}
