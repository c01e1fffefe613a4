/* Rude customers: the protocol request -> demand -> warning -> ended, none skipped. One record a contact; it is a flag when the
 * abuse was aimed at the agent. A record that is no flag waits for a word whom it was aimed at, remembers that it was the
 * company, or stands for a threat to life. */
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

#define FAULT_TIMES (sizeof((struct conduct *)0)->fault_times / sizeof(int64_t))

static struct view key_of(const uint64_t *customer)
{
	return (struct view){(const char *)customer, sizeof *customer};
}

static bool at_company(int aim)
{
	return aim == AIM_COMPANY || aim == AIM_PRODUCT;
}

/* ---- records ---- */

static struct conduct *record_of(struct engine *engine, uint32_t contact)
{
	uint32_t number = engine->contacts[contact].conduct;
	struct conduct *record = &engine->conducts[number];
	return number && record->contact == contact && strcmp(record->id, engine->contacts[contact].id) == 0 ? record : NULL;
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
		uint32_t last = map_find(&engine->flag_index, key_of(&record->customer));
		if (last == number)
			map_remove(&engine->flag_index, key_of(&record->customer));
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
		.customer = of->customer, .opened = engine->ts, .stepped = engine->ts, .kind = CONDUCT_OTHER};
	memcpy(record->id, of->id, sizeof record->id);
	of->conduct = number;
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
	struct conduct *record = record_of(engine, contact);
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

static void count(struct engine *engine, const struct conduct *record, enum counter counter, int64_t at, int64_t delta)
{
	int64_t arrived = engine->contacts[record->contact].first_queued;
	count_add(engine, record->slot, record->agent, counter, at, arrived ? arrived : at, delta);
}

static void close_record(struct engine *engine, struct conduct *record, enum conduct_end how)
{
	show(engine, record, false, record->flagged);
	record->ended_how = (uint8_t)how;
	record->closed = engine->ts;
}

/* ---- agent care ---- */

static int within_hour(const struct agent *agent, int64_t at)
{
	int found = 0;
	for (size_t i = 0; i < sizeof agent->rude_times / sizeof *agent->rude_times; i++)
		found += agent->rude_times[i] && at - agent->rude_times[i] < HOUR_MS && agent->rude_times[i] <= at;
	return found;
}

static bool needs_break(const struct engine *engine, const struct agent *agent, int64_t at)
{
	return agent->rude_shift - agent->rude_at_break >= engine->settings->care_shift ||
		within_hour(agent, at) >= engine->settings->care_hour;
}

static void suggest(struct engine *engine, uint16_t number, int64_t since)
{
	struct agent *agent = &engine->agents[number];
	if ((agent->break_suggested != 0) == (since != 0))
		return;
	agent->break_suggested = since;
	engine->care_open += since ? 1 : -1;
	engine->dirty = true;
	if (since)
		alerts_want(engine, ALERT_CARE, number, 0);
}

static void care_for(struct engine *engine, struct conduct *record)
{
	if (record->cared || !record->agent)
		return;
	struct agent *agent = &engine->agents[record->agent];
	const size_t kept = sizeof agent->rude_times / sizeof *agent->rude_times;
	record->cared = record->agent;
	agent->rude_shift++;
	memmove(agent->rude_times + 1, agent->rude_times, (kept - 1) * sizeof *agent->rude_times);
	agent->rude_times[0] = record->opened;
	if (needs_break(engine, agent, engine->ts))
		suggest(engine, record->agent, engine->ts);
}

static void uncare(struct engine *engine, struct conduct *record)
{
	if (!record->cared)
		return;
	struct agent *agent = &engine->agents[record->cared];
	if (agent->rude_shift > 0)
		agent->rude_shift--;
	for (size_t i = 0; i < sizeof agent->rude_times / sizeof *agent->rude_times; i++)
		if (agent->rude_times[i] == record->opened) {
			agent->rude_times[i] = 0;
			break;
		}
	if (!needs_break(engine, agent, engine->ts))
		suggest(engine, record->cared, 0);
	record->cared = 0;
}

/* Taken: away for long enough, or the shift is over. What came before the break does not ask for another one. */
void care_evaluate(struct engine *engine)
{
	for (size_t i = 1; engine->care_open > 0 && i < engine->agent_count; i++) {
		struct agent *agent = &engine->agents[i];
		if (!agent->break_suggested)
			continue;
		bool rested = agent->availability == AGENT_AWAY &&
			engine->second - agent->declared_since >= engine->settings->care_break;
		if (!rested && agent->availability == AGENT_AWAY)
			engine_wake(engine, agent->declared_since + engine->settings->care_break);
		if (!rested && agent->availability != AGENT_OFFLINE)
			continue;
		agent->rude_at_break = agent->rude_shift;
		memset(agent->rude_times, 0, sizeof agent->rude_times);
		suggest(engine, (uint16_t)i, 0);
	}
}

/* ---- the flag ---- */

/* Opens the flag, or opens it again at the step that was reached: only a new contact starts at the request. */
static void flag(struct engine *engine, struct conduct *record)
{
	record->aim = AIM_AGENT;
	if (!record->flagged) {
		record->opened = record->stepped = engine->ts;
		count(engine, record, COUNT_RUDE, engine->ts, 1);
		if (record->customer)
			map_put(&engine->flag_index, key_of(&record->customer), number_of(engine, record));
	}
	record->ended_how = CONDUCT_OPEN;
	record->closed = 0;
	show(engine, record, true, true);
	care_for(engine, record);
}

static void fault(struct engine *engine, struct conduct *record, int step)
{
	if (record->faults < FAULT_TIMES)
		record->fault_times[record->faults] = engine->ts;
	record->faults++;
	record->fault_step = (uint8_t)step;
	count(engine, record, COUNT_RUDE_FAULTS, engine->ts, 1);
	alerts_want(engine, ALERT_CONDUCT, number_of(engine, record), record->faults);
	witness_step(engine, INCIDENT_FAULT, record, step);
	engine->dirty = true;
}

static void end_dialogue(struct engine *engine, struct conduct *record)
{
	record->ended_at = engine->ts;
	if (record->flagged)
		count(engine, record, COUNT_RUDE_ENDED, engine->ts, 1);
	close_record(engine, record, CONDUCT_ENDED);
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
	if (step == STEP_ENDED)
		end_dialogue(engine, record);
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

/* Somebody who was there says that an unclear one was not aimed at the agent. */
static void signal_company(struct engine *engine, struct conduct *record, const struct event *event, int aim)
{
	count_add(engine, record->slot, 0, COUNT_ANGER_AT_COMPANY, engine->ts,
		engine->contacts[record->contact].first_queued, 1);
	if (record->flagged)
		return;
	record->aim = (uint8_t)aim;
	bool by_engine = view_is(event_text(event, KEY_BY), "engine");
	if (record->open && !record->safety && !by_engine)
		close_record(engine, record, CONDUCT_WITHDRAWN);
	engine->dirty = true;
}

static bool signal_rude(struct engine *engine, struct conduct *record, const struct event *event)
{
	int aim = event_word(event, KEY_AIM, AIM_UNCLEAR);
	if (at_company(aim))
		signal_company(engine, record, event, aim);
	else if (aim == AIM_AGENT && record->ended_how != CONDUCT_ENDED)
		flag(engine, record);
	else if (aim == AIM_UNCLEAR && !record->flagged && record->ended_how != CONDUCT_ENDED) {
		record->aim = AIM_UNCLEAR;
		record->ended_how = CONDUCT_OPEN;
		record->closed = 0;
		show(engine, record, true, false);
	}
	return true;
}

static void fault_at_company(struct engine *engine, struct conduct *record, int step)
{
	record->company_fault = true;
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
	flag(engine, record);
	if (step == record->step + 1) {
		accept(engine, record, step);
		return true;
	}
	fault(engine, record, step);
	if (step == STEP_ENDED) {
		record->ended_at = 0;
		close_record(engine, record, CONDUCT_ENDED);
	}
	return true;
}

static void take_back_counts(struct engine *engine, struct conduct *record)
{
	count(engine, record, COUNT_RUDE, record->opened, -1);
	count(engine, record, COUNT_RUDE_WITHDRAWN, record->opened, 1);
	for (size_t i = 0; i < record->faults && i < FAULT_TIMES; i++)
		count(engine, record, COUNT_RUDE_FAULTS, record->fault_times[i], -1);
	if (record->ended_at)
		count(engine, record, COUNT_RUDE_ENDED, record->ended_at, -1);
	if (record->ended_how == CONDUCT_UNRESOLVED)
		count(engine, record, COUNT_RUDE_UNRESOLVED, record->closed, -1);
}

/* A false flag never was: figures, the agent's care and the customer's memory go back to what they were without it. */
static bool withdraw(struct engine *engine, struct conduct *record)
{
	if (!record->flagged && !record->open)
		return false;
	if (record->flagged) {
		take_back_counts(engine, record);
		uncare(engine, record);
		if (record->customer && map_find(&engine->flag_index, key_of(&record->customer)) == number_of(engine, record)) {
			if (record->prior_item)
				map_put(&engine->flag_index, key_of(&record->customer), record->prior_item);
			else
				map_remove(&engine->flag_index, key_of(&record->customer));
		}
	}
	show(engine, record, false, false);
	record->step = record->highest = record->fault_step = STEP_NONE;
	record->faults = 0;
	record->ended_at = 0;
	record->aim = AIM_UNCLEAR;
	record->ended_how = CONDUCT_WITHDRAWN;
	record->closed = engine->ts;
	return true;
}

static bool raise_safety(struct engine *engine, struct conduct *record)
{
	if (!record->safety)
		count(engine, record, COUNT_SAFETY, engine->ts, 1);
	record->safety = true;
	if (record->ended_how != CONDUCT_ENDED && engine->contacts[record->contact].phase != PHASE_ENDED) {
		record->ended_how = CONDUCT_OPEN;
		record->closed = 0;
		show(engine, record, true, record->flagged);
	}
	alerts_want(engine, ALERT_SAFETY, number_of(engine, record), 0);
	engine->dirty = true;
	return true;
}

bool conduct_apply(struct engine *engine, const struct event *event)
{
	uint32_t contact = contact_find(engine, event_text(event, KEY_CONTACT));
	if (!contact)
		return false;
	bool ended = engine->contacts[contact].phase == PHASE_ENDED;
	struct conduct *record = record_of(engine, contact);
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
	struct conduct *record = record_of(engine, contact);
	if (!record || !record->open)
		return;
	if (record->flagged)
		count(engine, record, COUNT_RUDE_UNRESOLVED, engine->ts, 1);
	close_record(engine, record, CONDUCT_UNRESOLVED);
}

void conduct_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	gauges->rude_now = 0;
	gauges->rude_oldest_step = -1;
	memset(gauges->rude_by_step, 0, sizeof gauges->rude_by_step);
	for (size_t i = 0; i < engine->open_conducts.count; i++) {
		const struct conduct *record = &engine->conducts[engine->open_conducts.items[i]];
		if (!record->flagged || !item_in_scope(engine, record->slot, record->agent, scope))
			continue;
		gauges->rude_now++;
		gauges->rude_by_step[record->step]++;
		if (at - record->stepped > gauges->rude_oldest_step)
			gauges->rude_oldest_step = at - record->stepped;
	}
}
