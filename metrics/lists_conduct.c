/* Lists of conduct: open flags, customers who were flagged before, steps out of turn, and what agents went through. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/words.h"
#include "metrics/lists_parts.h"
#include "metrics/state.h"

#define CLOSED_SHOWN (2 * MINUTE_MS)

static void put_agent(const struct engine *engine, uint16_t agent, char *to, size_t room)
{
	lists_show(engine, DISPLAY_AGENT, names_text(&engine->agents_names, agent), to, room);
}

/* ---- flags ---- */

const char *const list_conduct_ends[] = {[CONDUCT_OPEN] = "", [CONDUCT_CALMED] = NC_("conduct", "calmed"), [CONDUCT_WITHDRAWN] = NC_("conduct", "withdrawn"),
	[CONDUCT_ENDED] = NC_("conduct", "ended"), [CONDUCT_UNRESOLVED] = NC_("conduct", "unresolved")};

static void tell_conduct(const struct engine *engine, const struct conduct *record, int64_t at, struct list_conduct *item)
{
	*item = (struct list_conduct){.scope = SCOPE_ALL, .step = record->step, .highest = record->highest,
		.fault_step = record->fault_step, .ended_how = record->ended_how, .since = elapsed(record->stepped, at),
		.closed_ms = record->open ? -1 : elapsed(record->closed, at), .prior_ms = -1, .kind = record->kind,
		.aim = record->aim, .safety = record->safety, .open = record->open, .flagged_ms = elapsed(record->opened, at),
		.next = conduct_next(record), .fault = list_conduct_faults[PROTOCOL_KEPT]};
	if (record->fault_step)
		item->fault = list_conduct_faults[conduct_last_fault(record)];
	item->unclear = record->open && !record->flagged && !record->safety;
	if (record->prior_at) {
		item->prior_ms = elapsed(record->prior_at, at);
		item->prior_step = record->prior_step;
	}
	if (record->agent)
		item->scope.agent = record->agent;
	put_agent(engine, record->agent, item->agent, sizeof item->agent);
	put_place(engine, record->queue, record->channel, item->queue, sizeof item->queue, item->channel, sizeof item->channel);
	lists_show(engine, DISPLAY_CONTACT, record->id, item->contact, sizeof item->contact);
}

/* Open ones first; the highest step and then the oldest step first. Of closed ones the latest first. */
int list_conduct_order(const void *left, const void *right)
{
	const struct list_conduct *a = left, *b = right;
	if (a->open != b->open)
		return a->open ? -1 : 1;
	if (!a->open)
		return (a->closed_ms > b->closed_ms) - (a->closed_ms < b->closed_ms);
	if (a->safety != b->safety)
		return a->safety ? -1 : 1;
	if (a->step != b->step)
		return b->step - a->step;
	if (a->since != b->since)
		return a->since < b->since ? 1 : -1;
	return strcmp(a->contact, b->contact);
}

static bool just_closed(const struct conduct *record, int64_t at)
{
	return !record->open && record->closed && at - record->closed < CLOSED_SHOWN;
}

int list_conduct(const struct engine *engine, struct scope scope, int64_t at, struct list_conduct *items, int room)
{
	size_t found = 0, most = engine->open_conducts.count;
	for (size_t i = 1; i < engine->conduct_count; i++)
		most += just_closed(&engine->conducts[i], at);
	struct list_conduct *all = memory_new(most + 1, sizeof *all);
	for (size_t i = 1; i < engine->conduct_count && found < most; i++) {
		const struct conduct *record = &engine->conducts[i];
		if ((record->open || just_closed(record, at)) && item_in_scope(engine, record->slot, record->agent, scope))
			tell_conduct(engine, record, at, &all[found++]);
	}
	qsort(all, found, sizeof *all, list_conduct_order);
	int count = 0;
	for (; count < room && (size_t)count < found; count++)
		items[count] = all[count];
	free(all);
	return count;
}

static bool runs(const struct contact *contact)
{
	return contact->id[0] && contact->phase < PHASE_WRAPPING;
}

static const struct conduct *flag_before(const struct engine *engine, uint64_t customer, int64_t at)
{
	uint32_t number = map_find(&engine->flag_index, (struct view){(const char *)&customer, sizeof customer});
	const struct conduct *flag = number == MAP_NONE ? NULL : &engine->conducts[number];
	bool follows = flag && flag->flagged && flag->customer == customer && at - flag->opened <= engine->settings->flag_days;
	return follows ? flag : NULL;
}

int list_flagged_order(const void *left, const void *right)
{
	const struct list_conduct *a = left, *b = right;
	if (a->prior_step != b->prior_step)
		return b->prior_step - a->prior_step;
	if (a->prior_ms != b->prior_ms)
		return a->prior_ms < b->prior_ms ? -1 : 1;
	return strcmp(a->contact, b->contact);
}

int list_flagged_before(const struct engine *engine, struct scope scope, int64_t at, struct list_conduct *items, int room)
{
	int count = 0;
	for (size_t i = 1; engine->flag_index.used && i < engine->contact_count && count < room; i++) {
		const struct contact *contact = &engine->contacts[i];
		if (!contact->customer || contact->conduct || !runs(contact) || !item_in_scope(engine, contact->slot, contact->agent, scope))
			continue;
		const struct conduct *flag = flag_before(engine, contact->customer, at);
		if (!flag)
			continue;
		struct list_conduct *item = &items[count++];
		*item = (struct list_conduct){.scope = SCOPE_ALL, .closed_ms = -1, .since = elapsed(contact->since, at), .flagged_ms = -1,
			.prior_ms = elapsed(flag->opened, at), .prior_step = flag->highest, .aim = flag->aim, .kind = flag->kind,
			.fault = list_conduct_faults[PROTOCOL_KEPT]};
		put_agent(engine, contact->agent, item->agent, sizeof item->agent);
		put_place(engine, contact->queue, contact->channel, item->queue, sizeof item->queue, item->channel, sizeof item->channel);
		lists_show(engine, DISPLAY_CONTACT, contact->id, item->contact, sizeof item->contact);
	}
	qsort(items, (size_t)count, sizeof *items, list_flagged_order);
	return count;
}

/* ---- steps out of turn ---- */

const char *const list_conduct_faults[] = {[PROTOCOL_KEPT] = "", [PROTOCOL_SKIPPED] = NC_("conduct", "skipped"), [PROTOCOL_REPEATED] = NC_("conduct", "repeated"),
	[PROTOCOL_BACKWARDS] = NC_("conduct", "backwards"), [PROTOCOL_COMPANY] = NC_("conduct", "at the company"), [PROTOCOL_OVER] = NC_("conduct", "after the end")};

/* The latest first. */
int list_fault_order(const void *left, const void *right)
{
	const struct list_fault *a = left, *b = right;
	if (a->ago != b->ago)
		return a->ago < b->ago ? -1 : 1;
	int contacts = strcmp(a->contact, b->contact);
	return contacts ? contacts : b->tried - a->tried;
}

static void tell_fault(const struct engine *engine, const struct conduct *record, const struct conduct_fault *fault, int64_t at,
	struct list_fault *item)
{
	*item = (struct list_fault){.ago = elapsed(fault->at, at), .tried = fault->tried, .reached = fault->reached,
		.what = list_conduct_faults[fault->kind]};
	put_agent(engine, fault->agent, item->agent, sizeof item->agent);
	put_place(engine, record->queue, record->channel, item->queue, sizeof item->queue, item->channel, sizeof item->channel);
	lists_show(engine, DISPLAY_CONTACT, record->id, item->contact, sizeof item->contact);
}

int list_faults(const struct engine *engine, struct scope scope, int64_t after, int64_t at, struct list_fault *items, int room)
{
	struct list_fault *all = NULL;
	size_t found = 0, places = 0;
	for (size_t i = 1; i < engine->conduct_count; i++) {
		const struct conduct *record = &engine->conducts[i];
		for (size_t f = 0; f < record->faults && f < CONDUCT_FAULTS_KEPT; f++) {
			const struct conduct_fault *fault = &record->fault_log[f];
			if (fault->at <= after || !fault->counted || !item_in_scope(engine, record->slot, fault->agent, scope))
				continue;
			all = memory_grow(all, &places, found + 1, sizeof *all);
			tell_fault(engine, record, fault, at, &all[found++]);
		}
	}
	if (found)
		qsort(all, found, sizeof *all, list_fault_order);
	int count = 0;
	for (; count < room && (size_t)count < found; count++)
		items[count] = all[count];
	free(all);
	return count;
}

/* ---- agents ---- */

/* Whoever should rest first, the longest waiting first; then who had most. */
int list_care_order(const void *left, const void *right)
{
	const struct list_care *a = left, *b = right;
	if (a->since != b->since)
		return a->since < b->since ? 1 : -1;
	if (a->rude != b->rude)
		return b->rude - a->rude;
	return strcmp(a->agent, b->agent);
}

static void tell_care(const struct engine *engine, const struct agent *agent, int64_t at, struct list_care *item)
{
	const struct care *care = &agent->care;
	*item = (struct list_care){.rude = care->shift, .since_break = care->shift - care->at_break, .hour = care_within_hour(care, at),
		.since = care->suggested ? elapsed(care->suggested, at) : -1, .rested = care->rested ? elapsed(care->rested, at) : -1,
		.resting = care->resting ? elapsed(care->resting, at) : -1, .scope = SCOPE_ALL};
	item->scope.agent = agent->name;
	put_agent(engine, agent->name, item->agent, sizeof item->agent);
}

int list_care(const struct engine *engine, int64_t at, struct list_care *items, int room)
{
	int count = 0;
	for (size_t i = 1; engine->care_open > 0 && i < engine->agent_count && count < room; i++)
		if (engine->agents[i].care.suggested)
			tell_care(engine, &engine->agents[i], at, &items[count++]);
	qsort(items, (size_t)count, sizeof *items, list_care_order);
	return count;
}

int list_care_load(const struct engine *engine, struct scope scope, int64_t at, struct list_care *items, int room)
{
	struct list_care *all = memory_new(engine->agent_count + 1, sizeof *all);
	size_t found = 0;
	const bool of_contacts = scope.queue != SCOPE_ANY || scope.channel != SCOPE_ANY || scope.market != SCOPE_ANY;
	for (size_t i = 1; i < engine->agent_count; i++) {
		const struct agent *agent = &engine->agents[i];
		if ((agent->care.shift || agent->care.suggested) && (of_contacts || agent_in_scope(engine, agent, scope)))
			tell_care(engine, agent, at, &all[found++]);
	}
	qsort(all, found, sizeof *all, list_care_order);
	int count = 0;
	for (; count < room && (size_t)count < found; count++)
		items[count] = all[count];
	free(all);
	return count;
}

/* ---- false flags by publisher ---- */

int list_false_flags_order(const void *left, const void *right)
{
	const struct list_false_flags *a = left, *b = right;
	if (a->withdrawn != b->withdrawn)
		return a->withdrawn < b->withdrawn ? 1 : -1;
	if (a->raised != b->raised)
		return a->raised < b->raised ? 1 : -1;
	return strcmp(a->src, b->src);
}

int list_false_flags(const struct engine *engine, struct list_false_flags *items, int room)
{
	struct list_false_flags *all = memory_new(engine->source_count + 1, sizeof *all);
	size_t count = 0;
	for (size_t i = 1; i < engine->source_count; i++) {
		const struct source *source = &engine->sources[i];
		if (!source->flags || !source->name)
			continue;
		all[count] = (struct list_false_flags){.raised = (int64_t)source->flags, .withdrawn = (int64_t)source->false_flags};
		lists_show(engine, DISPLAY_SOURCE, names_text(&engine->sources_names, source->name), all[count].src, sizeof all->src);
		count++;
	}
	if (count)
		qsort(all, count, sizeof *all, list_false_flags_order);
	const size_t filled = count < (size_t)room ? count : (size_t)room;
	memcpy(items, all, filled * sizeof *items);
	free(all);
	return (int)filled;
}
