/* How things stand now: contacts and agents of a scope. */
#include "base/instant.h"
#include "metrics/state.h"

static void most(int64_t *value, int64_t other)
{
	if (other > *value)
		*value = other;
}

static int64_t since(int64_t at, int64_t then)
{
	return at > then ? at - then : 0;
}

/* ---- contacts of slots ---- */

/* The one in front waits longest here; but one that was moved may have waited longer in all. */
static void find_longest(const struct engine *engine, const struct slot *slot, struct scope scope, int64_t at, struct gauges *gauges)
{
	if (!slot->waiting)
		return;
	if (slot_waits_live(slot, scope.channel))
		most(&gauges->longest_wait, since(at, engine->contacts[slot->waiting_first].queued));
	int64_t total = since(at, engine->contacts[slot->waiting_first].first_queued);
	for (uint32_t i = slot->waiting_moved ? slot->waiting_first : 0; i; i = engine->contacts[i].wait_next)
		most(&total, since(at, engine->contacts[i].first_queued));
	most(&gauges->longest_wait_total, total);
	if (channel_is_asynchronous(slot->channel))
		most(&gauges->longest_wait_async, total);
}

static void slots_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	for (size_t i = slots_begin(engine, scope); i < engine->slot_count; i = slots_next(engine, scope, i)) {
		const struct slot *slot = &engine->slots[i];
		if ((scope.queue != SCOPE_ANY && slot->queue != scope.queue) || !slot_in_scope(engine, slot, scope))
			continue;
		gauges->waiting += slot->waiting;
		gauges->busy += slot->busy;
		gauges->running += slot->running;
		gauges->running_ms += slot->running * at - slot->running_base;
		gauges->callbacks_due += slot->callbacks_due;
		gauges->callbacks_scheduled += slot->callbacks_scheduled;
		gauges->over_target += slot_over(engine, (uint16_t)i, at);
		find_longest(engine, slot, scope, at, gauges);
	}
}

void contacts_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	if (!scope_of_people(scope)) {
		slots_gauges(engine, scope, at, gauges);
		return;
	}
	for (size_t i = 1; i < engine->agent_count; i++) {
		const struct agent *agent = &engine->agents[i];
		if (!agent_in_scope(engine, agent, scope))
			continue;
		gauges->busy += agent->talking + agent->held;
		gauges->running += agent->running;
		gauges->running_ms += agent->running * at - agent->running_base;
	}
}

/* ---- agents ---- */

void agent_weigh(const struct agent *agent, struct gauges *gauges)
{
	bool at_work = agent->talking + agent->held + agent->wrapping > 0;
	if (!agent->declared && !at_work && !agent->ringing && !agent->help)
		return; /* nothing is known of him now */
	gauges->agents++;
	gauges->agents_on += agent->declared ? agent->availability != AGENT_OFFLINE : at_work;
	gauges->agents_free += agent->declared && agent_doing(agent) == ACTIVITY_IDLE;
	gauges->agents_away += agent->declared && agent->availability == AGENT_AWAY;
	gauges->agents_help += agent->help;
	gauges->agents_wrap += agent_doing(agent) == ACTIVITY_WRAP;
}

static bool membership_told(const struct engine *engine, uint16_t queue)
{
	for (size_t i = 0; i < engine->member_count; i++)
		if (engine->members[i].queue == queue && engine->members[i].told)
			return true;
	return false;
}

static void visit_members(const struct engine *engine, uint16_t queue, void (*visit)(void *context, uint16_t agent), void *context)
{
	bool told = membership_told(engine, queue);
	for (size_t i = 0; i < engine->member_count; i++) {
		const struct membership *member = &engine->members[i];
		const struct agent *agent = &engine->agents[member->agent];
		if (member->queue != queue)
			continue;
		if (told ? member->told && member->in : member->took && member->took >= agent->shift_since)
			visit(context, member->agent);
	}
}

void agents_visit(const struct engine *engine, struct scope scope, void (*visit)(void *context, uint16_t agent), void *context)
{
	if (scope.queue != SCOPE_ANY) {
		visit_members(engine, scope.queue, visit, context);
		return;
	}
	for (size_t i = 1; i < engine->agent_count; i++)
		if (agent_in_scope(engine, &engine->agents[i], scope))
			visit(context, (uint16_t)i);
}

struct weighing {
	const struct engine *engine;
	struct gauges *gauges;
};

static void weigh(void *context, uint16_t agent)
{
	const struct weighing *weighing = context;
	agent_weigh(&weighing->engine->agents[agent], weighing->gauges);
}

void agents_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	struct weighing weighing = {engine, gauges};
	(void)at;
	agents_visit(engine, scope, weigh, &weighing);
}
