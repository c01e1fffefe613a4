#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

/* ---- the agents themselves ---- */

static void add_agent(struct engine *engine, uint16_t number)
{
	size_t known = engine->agent_count;
	if (number < known)
		return;
	engine->agents = memory_grow(engine->agents, &engine->agent_room, (size_t)number + 1, sizeof *engine->agents);
	engine->agent_count = (size_t)number + 1;
	for (size_t i = known; i < engine->agent_count; i++) {
		struct agent *agent = &engine->agents[i];
		*agent = (struct agent){.name = (uint16_t)i, .availability = AGENT_AVAILABLE, .serial = i};
		agent->accounted = agent->activity_since = engine->ts;
	}
}

uint16_t agent_of(struct engine *engine, struct view name)
{
	uint16_t number = (uint16_t)names_intern(&engine->agents_names, name);
	if (number != NAME_NONE)
		add_agent(engine, number);
	return number;
}

void agents_finish(struct engine *engine)
{
	for (size_t i = 0; i < engine->agent_count; i++)
		ledger_finish(&engine->agents[i].ledger);
	free(engine->agents);
	free(engine->members);
	map_finish(&engine->member_index);
}

bool agent_in_scope(const struct engine *engine, const struct agent *agent, struct scope scope)
{
	(void)engine;
	return (scope.agent == SCOPE_ANY || scope.agent == agent->name) && (scope.team == SCOPE_ANY || scope.team == agent->team);
}

/* ---- what he does ---- */

/* In the order of their counters. */
enum { TIME_BUSY, TIME_IDLE, TIME_SLOTS_USED, TIME_SLOTS, TIMES };
_Static_assert(COUNT_IDLE_MS == COUNT_BUSY_MS + TIME_IDLE && COUNT_SLOTS_USED_MS == COUNT_BUSY_MS + TIME_SLOTS_USED &&
	COUNT_SLOTS_MS == COUNT_BUSY_MS + TIME_SLOTS, "the four counters of time stand together");

static bool at_work(const struct agent *agent)
{
	return agent->talking + agent->held + agent->wrapping > 0;
}

enum activity agent_doing(const struct agent *agent)
{
	if (agent->help)
		return ACTIVITY_HELP;
	if (agent->ringing > 0)
		return ACTIVITY_RING;
	if (agent->talking > 0)
		return ACTIVITY_TALK;
	if (agent->held > 0)
		return ACTIVITY_HOLD;
	if (agent->wrapping > 0)
		return ACTIVITY_WRAP;
	if (agent->availability == AGENT_OFFLINE)
		return ACTIVITY_OFFLINE;
	return agent->availability == AGENT_AWAY ? ACTIVITY_AWAY : ACTIVITY_IDLE;
}

/* Adds `length` ms of his present state. Without a declared state nobody can tell idle time from absence: then nothing is
 * counted, and occupancy stays unknown. */
static void add_time(const struct agent *agent, int64_t length, int64_t *sums)
{
	if (!agent->declared || length <= 0)
		return;
	int64_t slots = 0, used = agent->talking + agent->held + agent->wrapping;
	bool free_now = agent->availability == AGENT_AVAILABLE;
	if (used)
		sums[TIME_BUSY] += length;
	else if (free_now && agent->ringing == 0)
		sums[TIME_IDLE] += length;
	for (int i = 0; i < CHANNEL_COUNT; i++)
		slots += agent->slots[i];
	if (!slots || !(used || free_now))
		return;
	sums[TIME_SLOTS_USED] += length * (used < slots ? used : slots);
	sums[TIME_SLOTS] += length * slots;
}

void agent_pending(const struct agent *agent, int64_t until, struct tally *tally)
{
	int64_t sums[TIMES];
	memcpy(sums, agent->unflushed, sizeof sums);
	add_time(agent, until - agent->accounted, sums);
	for (int i = 0; i < TIMES; i++)
		tally->value[COUNT_BUSY_MS + i] += sums[i];
}

/* Once a minute instead of at every event: that is what makes it cheap. */
static void flush_minute(struct engine *engine, uint16_t number, int64_t at)
{
	struct count counts[TIMES];
	size_t n = 0;
	int64_t *sums = engine->agents[number].unflushed;
	for (int i = 0; i < TIMES; i++) {
		if (sums[i])
			counts[n++] = (struct count){(uint16_t)(COUNT_BUSY_MS + i), sums[i]};
		sums[i] = 0;
	}
	if (!n)
		return;
	bool too_old = engine->too_old;
	engine->too_old = false; /* his time passed, whatever the event at hand is worth */
	count_all(engine, 0, number, counts, n, at, at);
	engine->too_old = too_old;
}

static void account(struct engine *engine, uint16_t number, int64_t until)
{
	struct agent *agent = &engine->agents[number];
	while (agent->accounted < until) {
		int64_t minute = agent->accounted - agent->accounted % MINUTE_MS;
		int64_t end = minute + MINUTE_MS < until ? minute + MINUTE_MS : until;
		add_time(agent, end - agent->accounted, agent->unflushed);
		agent->accounted = end;
		if (end == minute + MINUTE_MS)
			flush_minute(engine, number, minute);
	}
}

void agents_account(struct engine *engine, int64_t until)
{
	for (size_t i = 1; i < engine->agent_count; i++) {
		struct agent *agent = &engine->agents[i];
		bool counts = agent->declared && (agent->availability == AGENT_AVAILABLE || at_work(agent));
		if (counts || agent->accounted > until - MINUTE_MS)
			account(engine, (uint16_t)i, until);
		else if (agent->accounted < until)
			agent->accounted = until;
	}
}

void agent_activity(struct engine *engine, uint16_t number, int ringing, int talking, int held, int wrapping)
{
	if (!number)
		return;
	account(engine, number, engine->ts);
	struct agent *agent = &engine->agents[number];
	enum activity before = agent_doing(agent);
	agent->ringing += ringing;
	agent->talking += talking;
	agent->held += held;
	agent->wrapping += wrapping;
	if (agent_doing(agent) != before)
		agent->activity_since = engine->ts;
	engine->dirty = true;
}

/* ---- who works where ---- */

static struct membership *member_of(struct engine *engine, uint16_t agent, uint16_t queue)
{
	const uint16_t pair[2] = {agent, queue};
	const struct view key = {(const char *)pair, sizeof pair};
	uint32_t found = map_find(&engine->member_index, key);
	if (found != MAP_NONE)
		return &engine->members[found];
	engine->members = memory_grow(engine->members, &engine->member_room, engine->member_count + 1, sizeof *engine->members);
	struct membership *member = &engine->members[engine->member_count];
	*member = (struct membership){.agent = agent, .queue = queue};
	map_put(&engine->member_index, key, (uint32_t)engine->member_count++);
	return member;
}

bool agent_restore_member(struct engine *engine, struct membership member)
{
	size_t known = engine->member_count;
	struct membership *place = member_of(engine, member.agent, member.queue);
	*place = member;
	return engine->member_count > known;
}

void agent_took(struct engine *engine, uint16_t agent, uint16_t queue)
{
	if (agent)
		member_of(engine, agent, queue)->took = engine->ts;
}

/* ---- events ---- */

static void apply_state(struct engine *engine, uint16_t number, const struct event *event)
{
	account(engine, number, engine->ts);
	struct agent *agent = &engine->agents[number];
	uint8_t state = (uint8_t)event_word(event, KEY_STATE, AGENT_AVAILABLE);
	enum activity before = agent_doing(agent);
	if (event_has(event, KEY_TEAM))
		agent->team = (uint16_t)names_intern(&engine->teams, event_text(event, KEY_TEAM));
	uint16_t reason = (uint16_t)names_intern(&engine->kinds, event_text(event, KEY_REASON));
	if (!agent->declared || agent->availability != state || agent->reason != reason)
		agent->declared_since = engine->ts;
	if (state != AGENT_OFFLINE && (!agent->declared || agent->availability == AGENT_OFFLINE))
		agent->shift_since = engine->ts;
	agent->declared = true;
	agent->availability = state;
	agent->reason = reason;
	agent->until = event_number(event, KEY_UNTIL, 0);
	care_declared(engine, number);
	if (agent_doing(agent) != before)
		agent->activity_since = engine->ts;
}

static void apply_member(struct engine *engine, uint16_t number, const struct event *event)
{
	uint16_t queue = (uint16_t)names_intern(&engine->queues, event_text(event, KEY_QUEUE));
	queue_info_of(engine, queue);
	struct membership *member = member_of(engine, number, queue);
	member->told = true;
	member->in = event_number(event, KEY_IN, 1) != 0;
	int64_t penalty = event_number(event, KEY_PENALTY, 0);
	member->penalty = (int16_t)(penalty < INT16_MIN ? INT16_MIN : penalty > INT16_MAX ? INT16_MAX : penalty);
}

static void apply_capacity(struct engine *engine, uint16_t number, const struct event *event)
{
	account(engine, number, engine->ts);
	int64_t slots = event_number(event, KEY_SLOTS, 0);
	int channel = event_word(event, KEY_CHANNEL, CHANNEL_OTHER);
	if (channel >= CHANNEL_COUNT)
		channel = CHANNEL_OTHER;
	engine->agents[number].slots[channel] = (int16_t)(slots < 0 ? 0 : slots > 1000 ? 1000 : slots);
}

static void apply_help(struct engine *engine, uint16_t number, const struct event *event)
{
	struct agent *agent = &engine->agents[number];
	bool on = event_number(event, KEY_ON, 1) != 0;
	if (agent->help == on)
		return;
	agent->help = on;
	agent->help_since = on ? engine->ts : 0;
	agent->activity_since = engine->ts;
}

bool agents_apply(struct engine *engine, const struct event *event)
{
	uint16_t number = agent_of(engine, event_text(event, KEY_AGENT));
	if (!number)
		return false;
	engine->dirty = true;
	switch (event->type) {
	case EVENT_AGENT_STATE:
		apply_state(engine, number, event);
		return true;
	case EVENT_AGENT_MEMBER:
		apply_member(engine, number, event);
		return true;
	case EVENT_AGENT_CAPACITY:
		apply_capacity(engine, number, event);
		return true;
	case EVENT_AGENT_HELP:
		apply_help(engine, number, event);
		return true;
	default:
		return false;
	}
}
