/* Conduct: records of flags, what is remembered of flagged contacts, and agents' care. */
#include <stdlib.h>
#include <string.h>

#include "metrics/keep.h"

static void keep_mark(struct archive *archive, struct engine *engine, struct conduct_mark *mark)
{
	KEEP(archive, mark->at);
	KEEP_BELOW(archive, mark->agent, keep_limit(engine->agent_count));
}

static void keep_faults(struct archive *archive, struct engine *engine, struct conduct *record)
{
	KEEP(archive, record->faults);
	for (size_t i = 0; i < record->faults && i < CONDUCT_FAULTS_KEPT && archive_good(archive); i++) {
		struct conduct_fault *fault = &record->fault_log[i];
		KEEP(archive, fault->at);
		KEEP_BELOW(archive, fault->agent, keep_limit(engine->agent_count));
		KEEP(archive, fault->counted);
		KEEP_BELOW(archive, fault->tried, STEP_ENDED + 1);
		KEEP_BELOW(archive, fault->reached, STEP_ENDED + 1);
		KEEP_BELOW(archive, fault->kind, PROTOCOL_FAULTS);
	}
}

static void keep_state(struct archive *archive, struct engine *engine, struct conduct *record)
{
	KEEP_BELOW(archive, record->agent, keep_limit(engine->agent_count));
	KEEP_BELOW(archive, record->slot, engine->slot_count);
	KEEP(archive, record->queue);
	KEEP_BELOW(archive, record->channel, CHANNEL_COUNT);
	KEEP_BELOW(archive, record->step, STEP_ENDED + 1);
	KEEP_BELOW(archive, record->highest, STEP_ENDED + 1);
	KEEP_BELOW(archive, record->kind, CONDUCT_OTHER + 1);
	KEEP_BELOW(archive, record->aim, AIM_UNCLEAR + 1);
	KEEP_BELOW(archive, record->by, SIGNAL_BY_ENGINE + 1);
	KEEP_BELOW(archive, record->source, keep_limit(engine->source_count));
	KEEP(archive, record->safety);
	KEEP_BELOW(archive, record->fault_step, STEP_ENDED + 1);
	KEEP_BELOW(archive, record->ended_how, CONDUCT_UNRESOLVED + 1);
	KEEP(archive, record->customer);
	KEEP(archive, record->arrived);
	KEEP(archive, record->opened);
	KEEP(archive, record->stepped);
	KEEP(archive, record->closed);
	KEEP(archive, record->prior_at);
	KEEP_BELOW(archive, record->prior_step, STEP_ENDED + 1);
	KEEP(archive, record->flagged);
	KEEP(archive, record->fcr_customer);
	KEEP(archive, record->fcr_queued);
	KEEP_BELOW(archive, record->prior_item, engine->conduct_count);
}

static void keep_record(struct archive *archive, struct engine *engine, struct conduct *record)
{
	KEEP_BELOW(archive, record->contact, keep_limit(engine->contact_count));
	KEEP(archive, record->version);
	KEEP(archive, record->serial);
	archive_text(archive, record->id, sizeof record->id);
	keep_state(archive, engine, record);
	keep_mark(archive, engine, &record->counted);
	keep_mark(archive, engine, &record->ended);
	keep_mark(archive, engine, &record->unresolved);
	keep_faults(archive, engine, record);
	KEEP_BELOW(archive, record->cared, keep_limit(engine->agent_count));
	KEEP(archive, record->cared_shift);
	KEEP(archive, record->cared_at);
	keep_rude_legs(archive, engine, &record->legs);
}

static void keep_open_records(struct archive *archive, struct engine *engine)
{
	struct index_list *list = &engine->open_conducts;
	keep_array(archive, (void **)&list->items, &list->count, &list->room, sizeof *list->items);
	for (size_t i = 0; i < list->count; i++) {
		KEEP_BELOW(archive, list->items[i], engine->conduct_count);
		if (!archive->reading)
			continue;
		struct conduct *record = &engine->conducts[list->items[i]];
		if (record->open)
			archive_wrong(archive, "an open record of conduct twice");
		record->open = true;
		record->place = (uint32_t)i;
	}
}

/* Who was flagged last, by customer. */
static void keep_flags(struct archive *archive, struct engine *engine)
{
	const struct map_entry **entries = keep_map_entries(&engine->flag_index);
	size_t count = archive_count(archive, engine->flag_index.used);
	for (size_t i = 0; i < count && archive_good(archive); i++) {
		uint64_t customer = 0;
		uint32_t number = 0;
		if (!archive->reading) {
			memcpy(&customer, map_entry_key(entries[i]).data, sizeof customer);
			number = entries[i]->value;
		}
		KEEP(archive, customer);
		KEEP_BELOW(archive, number, engine->conduct_count);
		if (archive->reading && number)
			map_put(&engine->flag_index, (struct view){(const char *)&customer, sizeof customer}, number);
	}
	free(entries);
}

/* Of two records with one id, the later one is found by it. */
static void restore_index(struct engine *engine)
{
	for (uint32_t i = 1; i < engine->conduct_count; i++) {
		const struct view id = view_of(engine->conducts[i].id);
		uint32_t other = id.size ? map_find(&engine->conduct_index, id) : 0;
		if (other == MAP_NONE || (other && engine->conducts[other].serial < engine->conducts[i].serial))
			map_put(&engine->conduct_index, id, i);
	}
}

static void restore_surveys(struct engine *engine)
{
	for (uint32_t i = 1; i < engine->survey_count; i++) {
		uint32_t record = engine->surveys[i].conduct;
		engine->surveys[i].conduct = 0;
		rude_survey(engine, i, record);
	}
}

void keep_conduct(struct archive *archive, struct engine *engine)
{
	for (size_t i = 1; i < engine->conduct_count && archive_good(archive); i++)
		keep_record(archive, engine, &engine->conducts[i]);
	keep_open_records(archive, engine);
	keep_flags(archive, engine);
	KEEP(archive, engine->conduct_next);
	int32_t care = engine->care_open;
	KEEP(archive, care);
	engine->care_open = archive->reading ? care : engine->care_open;
	if (!archive->reading || !archive_good(archive))
		return;
	restore_index(engine);
	restore_surveys(engine);
}

void keep_survey_conduct(struct archive *archive, struct engine *engine, struct survey *survey)
{
	KEEP(archive, survey->seen);
	KEEP(archive, survey->contact);
	KEEP_BELOW(archive, survey->conduct, engine->conduct_count);
	KEEP_BELOW(archive, survey->sent_slot, engine->slot_count);
	KEEP_BELOW(archive, survey->sent_agent, keep_limit(engine->agent_count));
	KEEP(archive, survey->rude_sent);
	KEEP(archive, survey->rude_answered);
}

static void keep_leg(struct archive *archive, struct engine *engine, struct rude_leg *leg)
{
	KEEP_BELOW(archive, leg->slot, engine->slot_count);
	KEEP_BELOW(archive, leg->agent, keep_limit(engine->agent_count));
	KEEP(archive, leg->nominal);
	KEEP(archive, leg->counted);
	KEEP(archive, leg->at);
	KEEP(archive, leg->queued);
	KEEP(archive, leg->talk);
	KEEP(archive, leg->hold);
	KEEP(archive, leg->wrap);
}

void keep_rude_legs(struct archive *archive, struct engine *engine, uint32_t *first)
{
	size_t count = 0;
	for (uint32_t i = archive->reading ? 0 : *first; i; i = engine->rude_legs[i].next)
		count++;
	count = archive_count(archive, count);
	uint32_t next = archive->reading ? 0 : *first;
	*first = archive->reading ? 0 : *first;
	for (size_t i = 0; i < count && archive_good(archive); i++) {
		struct rude_leg *leg = archive->reading ? rude_leg_restore(engine, first) : &engine->rude_legs[next];
		if (!leg) {
			archive_wrong(archive, "more legs of a contact than are kept");
			return;
		}
		keep_leg(archive, engine, leg);
		next = leg->next;
	}
}

void keep_care(struct archive *archive, struct care *care)
{
	KEEP(archive, care->shift);
	KEEP(archive, care->at_break);
	KEEP(archive, care->shift_number);
	for (size_t i = 0; i < CARE_TIMES; i++)
		KEEP(archive, care->times[i]);
	KEEP(archive, care->suggested);
	KEEP(archive, care->resting);
	KEEP(archive, care->rested);
}
