/* Rude customers: the protocol request -> demand -> warning -> ended, none skipped. One record a contact; it is a flag when the
 * abuse was aimed at the agent. A record that is no flag waits for a word whom it was aimed at, remembers that it was the
 * company, or stands for a threat to life. */
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/anger.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

static struct view key_of(const uint64_t *customer)
{
	return (struct view){(const char *)customer, sizeof *customer};
}

static bool at_company(int aim)
{
	return aim == AIM_COMPANY || aim == AIM_PRODUCT;
}

/* ---- records ---- */

struct conduct *conduct_of(struct engine *engine, uint32_t contact)
{
	uint32_t number = engine->contacts[contact].conduct;
	struct conduct *record = &engine->conducts[number];
	return number && record->contact == contact && strcmp(record->id, engine->contacts[contact].id) == 0 ? record : NULL;
}

uint32_t conduct_find(const struct engine *engine, struct view contact)
{
	char id[ID_MAX + 1];
	view_copy(contact, id, sizeof id);
	uint32_t number = *id ? map_find(&engine->conduct_index, view_of(id)) : MAP_NONE;
	return number == MAP_NONE ? 0 : number;
}

int conduct_last_fault(const struct conduct *record)
{
	const size_t kept = record->faults < CONDUCT_FAULTS_KEPT ? record->faults : CONDUCT_FAULTS_KEPT;
	return kept ? record->fault_log[kept - 1].kind : PROTOCOL_KEPT;
}

int conduct_next(const struct conduct *record)
{
	return record->open && record->flagged && record->step < STEP_ENDED ? record->step + 1 : STEP_NONE;
}

/* The customer's last flag, while flags follow him; 0: none. */
static uint32_t last_flag(const struct engine *engine, uint64_t customer, int64_t at)
{
	uint32_t number = customer ? map_find(&engine->flag_index, key_of(&customer)) : MAP_NONE;
	if (number == MAP_NONE || number >= engine->conduct_count)
		return 0;
	const struct conduct *record = &engine->conducts[number];
	bool stands = record->flagged && record->customer == customer && at - record->opened <= engine->settings->flag_days;
	return stands ? number : 0;
}

static void forget(struct engine *engine, uint32_t number)
{
	struct conduct *record = &engine->conducts[number];
	if (map_find(&engine->flag_index, key_of(&record->customer)) == number)
		map_remove(&engine->flag_index, key_of(&record->customer));
	if (map_find(&engine->conduct_index, view_of(record->id)) == number)
		map_remove(&engine->conduct_index, view_of(record->id));
	rude_forget(engine, record);
}

/* A closed record whose flag follows nobody any more; looks at a few at a time. 0: none found. */
static uint32_t find_unused(struct engine *engine)
{
	int64_t keep = engine->settings->flag_days + engine->settings->late_limit;
	for (int tries = 0; tries < 4 && engine->conduct_count > 1; tries++) {
		uint32_t number = engine->conduct_next;
		engine->conduct_next = number + 1 < engine->conduct_count ? number + 1 : 1;
		const struct conduct *record = &engine->conducts[number];
		if (record->open || record->opened + keep > engine->now || record->closed + keep > engine->now)
			continue;
		forget(engine, number);
		return number;
	}
	return 0;
}

static struct conduct *create(struct engine *engine, uint32_t contact)
{
	uint32_t number = find_unused(engine);
	if (!number) {
		engine->conducts = memory_grow(engine->conducts, &engine->conduct_room, engine->conduct_count + 1,
			sizeof *engine->conducts);
		number = (uint32_t)engine->conduct_count++;
		engine->conducts[number] = (struct conduct){0};
	}
	struct contact *of = &engine->contacts[contact];
	struct conduct *record = &engine->conducts[number];
	*record = (struct conduct){.contact = contact, .version = record->version + 1, .serial = ++engine->serial,
		.agent = of->agent, .slot = of->slot, .queue = of->queue, .channel = of->channel, .aim = AIM_UNCLEAR,
		.customer = of->customer, .arrived = of->first_queued, .opened = engine->ts, .stepped = engine->ts, .kind = CONDUCT_OTHER};
	memcpy(record->id, of->id, sizeof record->id);
	map_put(&engine->conduct_index, view_of(record->id), number);
	of->conduct = number;
	rude_begin(engine, contact, record);
	record->prior_item = last_flag(engine, of->customer, engine->ts);
	if (record->prior_item) {
		const struct conduct *prior = &engine->conducts[record->prior_item];
		record->prior_at = prior->opened;
		record->prior_step = prior->highest;
	}
	return record;
}

static struct conduct *record_for(struct engine *engine, uint32_t contact)
{
	struct conduct *record = conduct_of(engine, contact);
	return record ? record : create(engine, contact);
}

static uint32_t number_of(const struct engine *engine, const struct conduct *record)
{
	return (uint32_t)(record - engine->conducts);
}

/* Whether it is on the list, and whether it is a flag: the only place that changes either. */
static void show(struct engine *engine, struct conduct *record, bool open, bool flagged)
{
	int before = record->open && record->flagged, after = open && flagged;
	if (open && !record->open)
		index_list_add(&engine->open_conducts, number_of(engine, record), &record->place);
	if (!open && record->open) {
		uint32_t moved = index_list_remove(&engine->open_conducts, record->place);
		if (moved)
			engine->conducts[moved].place = record->place;
	}
	record->open = open;
	record->flagged = flagged;
	engine->slots[record->slot].rude += after - before;
	slot_touch(engine, record->slot);
}

static void count(struct engine *engine, const struct conduct *record, enum counter counter, int64_t at, uint16_t agent, int64_t delta)
{
	count_add(engine, record->slot, agent, counter, at, record->arrived ? record->arrived : at, delta);
}

/* Counts one now, and remembers where; takes it back there. An event that is too old counts nothing. */
static void mark(struct engine *engine, const struct conduct *record, struct conduct_mark *mark, enum counter counter)
{
	if (engine->too_old)
		return;
	*mark = (struct conduct_mark){engine->ts, record->agent};
	count(engine, record, counter, mark->at, mark->agent, 1);
}

static void unmark(struct engine *engine, const struct conduct *record, struct conduct_mark *mark, enum counter counter)
{
	if (mark->at)
		count(engine, record, counter, mark->at, mark->agent, -1);
	mark->at = 0;
}

static void close_record(struct engine *engine, struct conduct *record, enum conduct_end how)
{
	show(engine, record, false, record->flagged);
	record->ended_how = (uint8_t)how;
	record->closed = engine->ts;
}

/* ---- the flag ---- */

static const enum counter raised_by[] = {[SIGNAL_BY_AGENT] = COUNTER_COUNT, COUNT_RUDE_BY_LEAD, COUNT_RUDE_BY_ENGINE};
static const enum counter withdrawn_by[] = {[SIGNAL_BY_AGENT] = COUNTER_COUNT, COUNT_WITHDRAWN_BY_LEAD, COUNT_WITHDRAWN_BY_ENGINE};

/* Where the flag itself was counted; agents' flags are those that are neither a lead's nor an engine's. */
static void count_flag(struct engine *engine, const struct conduct *record, enum counter counter, enum counter by, int64_t delta)
{
	const struct conduct_mark *where = &record->counted;
	count(engine, record, counter, where->at, where->agent, delta);
	if (by != COUNTER_COUNT)
		count(engine, record, by, where->at, where->agent, delta);
}

/* It goes on: what its end was counted as is taken back. */
static void reopen(struct engine *engine, struct conduct *record, bool flagged)
{
	unmark(engine, record, &record->unresolved, COUNT_RUDE_UNRESOLVED);
	record->ended_how = CONDUCT_OPEN;
	record->closed = 0;
	show(engine, record, true, flagged);
}

/* Opens the flag, or opens it again at the step that was reached: only a new contact starts at the request. */
static void flag(struct engine *engine, struct conduct *record, int by)
{
	const bool begins = !record->flagged;
	record->aim = AIM_AGENT;
	if (begins) {
		record->by = (uint8_t)by;
		record->source = engine->source;
		record->opened = record->stepped = engine->ts;
		record->counted = (struct conduct_mark){engine->too_old ? 0 : engine->ts, record->agent};
		if (record->counted.at)
			count_flag(engine, record, COUNT_RUDE, raised_by[by], 1);
		if (record->counted.at && record->source)
			engine->sources[record->source].flags++;
		if (record->customer)
			map_put(&engine->flag_index, key_of(&record->customer), number_of(engine, record));
	}
	reopen(engine, record, true);
	if (begins)
		rude_turn(engine, record);
	care_for(engine, record);
}

static enum fault_kind fault_kind(const struct conduct *record, int step)
{
	if (record->ended_how == CONDUCT_ENDED)
		return PROTOCOL_OVER;
	if (!record->flagged)
		return PROTOCOL_COMPANY;
	if (step == record->step)
		return PROTOCOL_REPEATED;
	return step < record->step ? PROTOCOL_BACKWARDS : PROTOCOL_SKIPPED;
}

static void fault(struct engine *engine, struct conduct *record, int step)
{
	if (record->faults < CONDUCT_FAULTS_KEPT) {
		struct conduct_fault *kept = &record->fault_log[record->faults];
		*kept = (struct conduct_fault){.at = engine->ts, .agent = record->agent, .tried = (uint8_t)step, .reached = record->step,
			.kind = (uint8_t)fault_kind(record, step), .counted = !engine->too_old};
		count(engine, record, COUNT_RUDE_FAULTS, kept->at, kept->agent, kept->counted);
	}
	if (record->faults < UINT16_MAX)
		record->faults++;
	record->fault_step = (uint8_t)step;
	alerts_want(engine, ALERT_CONDUCT, number_of(engine, record), record->faults);
	witness_step(engine, INCIDENT_FAULT, record, step);
	engine->dirty = true;
}

static void accept(struct engine *engine, struct conduct *record, int step)
{
	record->step = (uint8_t)step;
	if (record->highest < step)
		record->highest = (uint8_t)step;
	record->fault_step = STEP_NONE;
	record->stepped = engine->ts;
	slot_touch(engine, record->slot);
	witness_step(engine, INCIDENT_STEP, record, step);
	if (step == STEP_WARNING)
		alerts_want(engine, ALERT_CONDUCT, number_of(engine, record), 0);
	if (step != STEP_ENDED)
		return;
	if (record->flagged)
		mark(engine, record, &record->ended, COUNT_RUDE_ENDED);
	close_record(engine, record, CONDUCT_ENDED);
}

/* ---- events ---- */

static void describe(struct engine *engine, struct conduct *record, const struct event *event)
{
	struct view agent = event_text(event, KEY_AGENT);
	if (agent.size)
		record->agent = agent_of(engine, agent);
	else if (!record->agent)
		record->agent = engine->contacts[record->contact].agent;
	if (event_has(event, KEY_KIND))
		record->kind = (uint8_t)event_word(event, KEY_KIND, CONDUCT_OTHER);
}

static int said_by(const struct event *event)
{
	return event_word(event, KEY_BY, SIGNAL_BY_AGENT);
}

/* Somebody who was there says that an unclear one was not aimed at the agent. */
static void signal_company(struct engine *engine, struct conduct *record, const struct event *event, int aim)
{
	count_add(engine, record->slot, 0, COUNT_ANGER_AT_COMPANY, engine->ts,
		engine->contacts[record->contact].first_queued, 1);
	anger_told(engine, record->slot);
	if (record->flagged)
		return;
	record->aim = (uint8_t)aim;
	if (record->open && !record->safety && said_by(event) != SIGNAL_BY_ENGINE)
		close_record(engine, record, CONDUCT_WITHDRAWN);
	engine->dirty = true;
}

static bool signal_rude(struct engine *engine, struct conduct *record, const struct event *event)
{
	int aim = event_word(event, KEY_AIM, AIM_UNCLEAR);
	if (at_company(aim))
		signal_company(engine, record, event, aim);
	else if (aim == AIM_AGENT && record->ended_how != CONDUCT_ENDED)
		flag(engine, record, said_by(event));
	else if (aim == AIM_UNCLEAR && !record->flagged && record->ended_how != CONDUCT_ENDED) {
		record->aim = AIM_UNCLEAR;
		reopen(engine, record, false);
	}
	return true;
}

static void fault_at_company(struct engine *engine, struct conduct *record, int step)
{
	if (!record->open)
		record->closed = engine->ts; /* so that it is shown for a while */
	fault(engine, record, step);
}

static bool take_step(struct engine *engine, struct conduct *record, int step)
{
	if (step == STEP_ENDED && record->safety && record->ended_how != CONDUCT_ENDED) {
		accept(engine, record, step);
		return true;
	}
	if (record->ended_how == CONDUCT_ENDED) {
		fault(engine, record, step);
		return true;
	}
	if (!record->flagged && at_company(record->aim)) {
		fault_at_company(engine, record, step);
		return true;
	}
	flag(engine, record, SIGNAL_BY_AGENT);
	if (step == record->step + 1) {
		accept(engine, record, step);
		return true;
	}
	fault(engine, record, step);
	if (step == STEP_ENDED)
		close_record(engine, record, CONDUCT_ENDED);
	return true;
}

static void take_back_counts(struct engine *engine, struct conduct *record)
{
	if (record->counted.at) {
		count_flag(engine, record, COUNT_RUDE, raised_by[record->by], -1);
		count_flag(engine, record, COUNT_RUDE_WITHDRAWN, withdrawn_by[record->by], 1);
		if (record->source)
			engine->sources[record->source].false_flags++;
	}
	record->counted.at = 0;
	for (size_t i = 0; i < record->faults && i < CONDUCT_FAULTS_KEPT; i++)
		count(engine, record, COUNT_RUDE_FAULTS, record->fault_log[i].at, record->fault_log[i].agent, -record->fault_log[i].counted);
	unmark(engine, record, &record->ended, COUNT_RUDE_ENDED);
	unmark(engine, record, &record->unresolved, COUNT_RUDE_UNRESOLVED);
}

/* The customer's earlier flag, if he has one, is his last again. */
static void take_back_memory(struct engine *engine, const struct conduct *record)
{
	if (!record->customer || map_find(&engine->flag_index, key_of(&record->customer)) != number_of(engine, record))
		return;
	if (record->prior_item && engine->conducts[record->prior_item].flagged)
		map_put(&engine->flag_index, key_of(&record->customer), record->prior_item);
	else
		map_remove(&engine->flag_index, key_of(&record->customer));
}

/* A false flag never was: figures, the agent's care and the customer's memory go back to what they were without it. */
static bool withdraw(struct engine *engine, struct conduct *record)
{
	if (!record->flagged && !record->open)
		return false;
	const bool flagged = record->flagged;
	if (flagged) {
		take_back_counts(engine, record);
		care_take_back(engine, record);
		take_back_memory(engine, record);
	}
	show(engine, record, false, false);
	if (flagged)
		rude_turn(engine, record);
	record->step = record->highest = record->fault_step = STEP_NONE;
	record->faults = 0;
	record->aim = AIM_UNCLEAR;
	record->ended_how = CONDUCT_WITHDRAWN;
	record->closed = engine->ts;
	return true;
}

static bool raise_safety(struct engine *engine, struct conduct *record)
{
	if (!record->safety)
		count(engine, record, COUNT_SAFETY, engine->ts, record->agent, 1);
	record->safety = true;
	if (record->ended_how != CONDUCT_ENDED && engine->contacts[record->contact].phase != PHASE_ENDED)
		reopen(engine, record, record->flagged);
	alerts_want(engine, ALERT_SAFETY, number_of(engine, record), 0);
	engine->dirty = true;
	return true;
}

/* The contact is long gone; its flag is not. */
static bool withdraw_later(struct engine *engine, const struct event *event)
{
	uint32_t number = conduct_find(engine, event_text(event, KEY_CONTACT));
	return number && withdraw(engine, &engine->conducts[number]);
}

bool conduct_apply(struct engine *engine, const struct event *event)
{
	uint32_t contact = contact_find(engine, event_text(event, KEY_CONTACT));
	if (!contact)
		return event->type == EVENT_CONDUCT_WITHDRAWN && withdraw_later(engine, event);
	bool ended = engine->contacts[contact].phase == PHASE_ENDED;
	struct conduct *record = conduct_of(engine, contact);
	if (event->type == EVENT_CONDUCT_WITHDRAWN)
		return record && withdraw(engine, record);
	if (event->type == EVENT_CONDUCT_CALMED) {
		if (!record || !record->open)
			return false;
		close_record(engine, record, CONDUCT_CALMED);
		return true;
	}
	if (ended && event->type != EVENT_CONDUCT_SAFETY)
		return false;
	record = record_for(engine, contact);
	describe(engine, record, event);
	if (event->type == EVENT_CONDUCT_SAFETY)
		return raise_safety(engine, record);
	if (event->type == EVENT_CONDUCT_SIGNALLED)
		return signal_rude(engine, record, event);
	return take_step(engine, record, event_word(event, KEY_STEP, STEP_NONE));
}

void conduct_contact_ended(struct engine *engine, uint32_t contact)
{
	struct conduct *record = conduct_of(engine, contact);
	if (!record || !record->open)
		return;
	if (record->flagged)
		mark(engine, record, &record->unresolved, COUNT_RUDE_UNRESOLVED);
	close_record(engine, record, CONDUCT_UNRESOLVED);
}

void conduct_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	gauges->rude_now = gauges->rude_unclear = 0;
	gauges->rude_oldest_step = -1;
	memset(gauges->rude_by_step, 0, sizeof gauges->rude_by_step);
	for (size_t i = 0; i < engine->open_conducts.count; i++) {
		const struct conduct *record = &engine->conducts[engine->open_conducts.items[i]];
		if (!item_in_scope(engine, record->slot, record->agent, scope))
			continue;
		gauges->rude_unclear += !record->flagged && !record->safety;
		if (!record->flagged)
			continue;
		gauges->rude_now++;
		gauges->rude_by_step[record->step]++;
		if (at - record->stepped > gauges->rude_oldest_step)
			gauges->rude_oldest_step = at - record->stepped;
	}
}
