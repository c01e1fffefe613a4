/* Lists of conduct, SLA clocks, call-backs, notes and of what was said how often. */
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "metrics/lists.h"
#include "metrics/state.h"

#define CLOSED_SHOWN (2 * MINUTE_MS)

static void put(const char *text, char *to, size_t room)
{
	text_harmless(view_of(text), to, room);
}

static void put_place(const struct engine *engine, uint16_t queue, uint8_t channel, char *name, size_t name_room, char *word, size_t word_room)
{
	lists_where(engine, queue, CHANNEL_COUNT, name, name_room);
	put(channel < CHANNEL_COUNT ? word_text(WORDS_CHANNEL, channel) : "", word, word_room);
}

static int64_t elapsed(int64_t from, int64_t at)
{
	return at > from ? at - from : 0;
}

/* ---- conduct ---- */

const char *const list_conduct_ends[] = {[CONDUCT_OPEN] = "", [CONDUCT_CALMED] = "calmed", [CONDUCT_WITHDRAWN] = "withdrawn",
	[CONDUCT_ENDED] = "ended", [CONDUCT_UNRESOLVED] = "unresolved"};

static void tell_conduct(const struct engine *engine, const struct conduct *record, int64_t at, struct list_conduct *item)
{
	*item = (struct list_conduct){.scope = SCOPE_ALL, .step = record->step, .highest = record->highest,
		.fault_step = record->fault_step, .ended_how = record->ended_how, .since = elapsed(record->stepped, at),
		.closed_ms = record->open ? -1 : elapsed(record->closed, at), .prior_ms = -1, .kind = record->kind,
		.aim = record->aim, .safety = record->safety, .open = record->open};
	item->unclear = record->open && !record->flagged && !record->safety;
	if (record->prior_at) {
		item->prior_ms = elapsed(record->prior_at, at);
		item->prior_step = record->prior_step;
	}
	if (record->agent)
		item->scope.agent = record->agent;
	lists_person(engine, names_text(&engine->agents_names, record->agent), item->agent, sizeof item->agent);
	put_place(engine, record->queue, record->channel, item->queue, sizeof item->queue, item->channel, sizeof item->channel);
	put(record->id, item->contact, sizeof item->contact);
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

int list_flagged_before(const struct engine *engine, struct scope scope, int64_t at, struct list_conduct *items, int room)
{
	int count = 0;
	for (size_t i = 1; engine->flag_index.used && i < engine->contact_count && count < room; i++) {
		const struct contact *contact = &engine->contacts[i];
		if (!contact->customer || contact->conduct || !runs(contact) || !item_in_scope(engine, contact->slot, contact->agent, scope))
			continue;
		uint32_t number = map_find(&engine->flag_index, (struct view){(const char *)&contact->customer, sizeof contact->customer});
		const struct conduct *flag = number == MAP_NONE ? NULL : &engine->conducts[number];
		if (!flag || !flag->flagged || flag->customer != contact->customer || at - flag->opened > engine->settings->flag_days)
			continue;
		struct list_conduct *item = &items[count++];
		*item = (struct list_conduct){.scope = SCOPE_ALL, .closed_ms = -1, .since = elapsed(contact->since, at),
			.prior_ms = elapsed(flag->opened, at), .prior_step = flag->highest, .aim = flag->aim, .kind = flag->kind};
		lists_person(engine, names_text(&engine->agents_names, contact->agent), item->agent, sizeof item->agent);
		put_place(engine, contact->queue, contact->channel, item->queue, sizeof item->queue, item->channel, sizeof item->channel);
		put(contact->id, item->contact, sizeof item->contact);
	}
	return count;
}

int list_care_order(const void *left, const void *right)
{
	const struct list_care *a = left, *b = right;
	return a->since != b->since ? (a->since < b->since ? 1 : -1) : strcmp(a->agent, b->agent);
}

int list_care(const struct engine *engine, int64_t at, struct list_care *items, int room)
{
	int count = 0;
	for (size_t i = 1; engine->care_open > 0 && i < engine->agent_count && count < room; i++) {
		const struct agent *agent = &engine->agents[i];
		if (!agent->break_suggested)
			continue;
		struct list_care *item = &items[count++];
		*item = (struct list_care){.rude = agent->rude_shift, .since = elapsed(agent->break_suggested, at)};
		lists_person(engine, names_text(&engine->agents_names, agent->name), item->agent, sizeof item->agent);
	}
	qsort(items, (size_t)count, sizeof *items, list_care_order);
	return count;
}

/* ---- SLA clocks ---- */

static enum level due_level(const struct sla *sla)
{
	if (sla->state == SLA_STATE_BREACHED)
		return LEVEL_CRIT;
	return sla->soon && !sla->paused ? LEVEL_WARN : LEVEL_OK;
}

int list_due_order(const void *left, const void *right)
{
	const struct list_due *a = left, *b = right;
	if (a->paused != b->paused)
		return a->paused ? 1 : -1;
	if (a->left != b->left)
		return a->left < b->left ? -1 : 1;
	int order = strcmp(a->case_id, b->case_id);
	return order ? order : strcmp(a->clock, b->clock);
}

static void tell_due(const struct engine *engine, const struct sla *sla, int64_t at, struct list_due *item)
{
	const struct case_item *of = &engine->cases[sla->case_item];
	*item = (struct list_due){.clock = word_text(WORDS_SLA_CLOCK, sla->clock), .left = sla_left(sla, at), .target = sla->target,
		.due = sla->paused ? 0 : sla->due, .breached = sla->state == SLA_STATE_BREACHED, .paused = sla->paused,
		.level = due_level(sla)};
	put(of->id, item->case_id, sizeof item->case_id);
	put_place(engine, of->queue, of->channel, item->queue, sizeof item->queue, item->channel, sizeof item->channel);
}

/* Keeps the first `room` of them in order while it goes, so that the many need no array of their own. */
int list_due(const struct engine *engine, struct scope scope, int64_t at, struct list_due *items, int room)
{
	int count = 0;
	for (size_t i = 0; i < engine->live_slas.count; i++) {
		const struct sla *sla = &engine->slas[engine->live_slas.items[i]];
		const struct case_item *of = &engine->cases[sla->case_item];
		if (!item_in_scope(engine, of->slot, of->agent, scope))
			continue;
		struct list_due item;
		tell_due(engine, sla, at, &item);
		if (count == room && (room == 0 || list_due_order(&item, &items[room - 1]) >= 0))
			continue;
		int place = count < room ? count++ : room - 1;
		for (; place > 0 && list_due_order(&item, &items[place - 1]) < 0; place--)
			items[place] = items[place - 1];
		items[place] = item;
	}
	return count;
}

int64_t list_due_within(const struct engine *engine, struct scope scope, int64_t at, int64_t within)
{
	int64_t count = 0;
	for (size_t i = 0; i < engine->live_slas.count; i++) {
		const struct sla *sla = &engine->slas[engine->live_slas.items[i]];
		const struct case_item *of = &engine->cases[sla->case_item];
		if (sla->state == SLA_STATE_RUNNING && !sla->paused && sla_left(sla, at) <= within)
			count += item_in_scope(engine, of->slot, of->agent, scope);
	}
	return count;
}

/* ---- by name ---- */

int list_named_order(const void *left, const void *right)
{
	const struct list_named *a = left, *b = right;
	if (a->count != b->count)
		return a->count < b->count ? 1 : -1;
	return strcmp(a->name, b->name);
}

static size_t find_name(struct list_named *names, size_t count, const char *name)
{
	size_t i = 0;
	while (i < count && strcmp(names[i].name, name) != 0)
		i++;
	return i;
}

struct naming { const struct names *first, *second; bool by_agent; };

static void put_name(const struct engine *engine, const struct naming *naming, const struct named_count *one, char *to, size_t room)
{
	const char *name = naming->by_agent ? "" : names_text(naming->first, one->name);
	if (*name)
		put(name, to, room);
	else
		lists_person(engine, names_text(naming->second, one->agent), to, room);
}

static int list_occurrences(const struct engine *engine, const struct occurrences *list, const struct naming *naming, const struct period *period,
	struct list_named *items, int room, int64_t *total)
{
	struct list_named *all = NULL;
	size_t count = 0, space = 0;
	int64_t sum = 0;
	for (size_t i = 0; i < list->count; i++) {
		const struct named_count *one = &list->items[i];
		const bool in = one->at > period->from && one->at <= period->to, before = one->at > period->before_from && one->at <= period->before_to;
		if (!in && !before)
			continue;
		char name[64];
		put_name(engine, naming, one, name, sizeof name);
		size_t place = find_name(all, count, name);
		if (place == count) {
			all = memory_grow(all, &space, ++count, sizeof *all);
			all[place] = (struct list_named){0};
			memcpy(all[place].name, name, sizeof name);
		}
		all[place].count += in;
		all[place].before += before;
		sum += in;
	}
	if (count)
		qsort(all, count, sizeof *all, list_named_order);
	int filled = 0;
	for (; filled < room && (size_t)filled < count; filled++)
		items[filled] = all[filled];
	free(all);
	if (total)
		*total = sum;
	return filled;
}

int list_refusals(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total)
{
	const struct naming naming = {&engine->policies, &engine->agents_names, false};
	return list_occurrences(engine, &engine->refusals, &naming, period, items, room, total);
}

int list_mistakes(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total)
{
	const struct naming naming = {&engine->kinds, &engine->agents_names, true};
	return list_occurrences(engine, &engine->mistakes, &naming, period, items, room, total);
}

int list_praises(const struct engine *engine, const struct period *period, struct list_named *items, int room, int64_t *total)
{
	const struct naming naming = {&engine->teams, &engine->agents_names, false};
	return list_occurrences(engine, &engine->praises, &naming, period, items, room, total);
}

int list_unknown(const struct engine *engine, struct list_named *items, int room)
{
	size_t most = engine->unknown_types.count;
	struct list_named *all = memory_new(most + 1, sizeof *all);
	size_t count = 0;
	for (uint32_t i = 0; i < most && i < engine->unknown_room; i++) {
		if (!engine->unknown_counts[i])
			continue;
		all[count].count = (int64_t)engine->unknown_counts[i];
		put(i ? names_text(&engine->unknown_types, i) : "without a name", all[count].name, sizeof all[count].name);
		count++;
	}
	qsort(all, count, sizeof *all, list_named_order);
	int filled = 0;
	for (; filled < room && (size_t)filled < count; filled++)
		items[filled] = all[filled];
	free(all);
	return filled;
}

/* ---- call-backs and notes ---- */

int list_followups(const struct engine *engine, int64_t at, struct list_followup *items, int room)
{
	int count = 0;
	for (size_t i = 1; i < engine->followup_count; i++) {
		const struct followup *followup = &engine->followups[i];
		int64_t since = elapsed(followup->since, at);
		if (!followup->open || room == 0 || (count == room && since <= items[room - 1].since))
			continue;
		int place = count < room ? count++ : room - 1;
		for (; place > 0 && since > items[place - 1].since; place--)
			items[place] = items[place - 1];
		struct list_followup *item = &items[place];
		*item = (struct list_followup){.since = since, .slot = followup->slot};
		put(engine->cases[followup->case_item].id, item->case_id, sizeof item->case_id);
		lists_where(engine, engine->slots[followup->slot].queue, CHANNEL_COUNT, item->queue, sizeof item->queue);
	}
	return count;
}

bool list_note(const struct engine *engine, int64_t at, struct list_note *note)
{
	for (size_t i = engine->note_count; i-- > 0;) {
		const struct note *found = &engine->notes[i];
		if (found->until && found->until <= at)
			continue;
		*note = (struct list_note){found->text, names_text(&engine->people, found->by), found->at, found->until};
		return true;
	}
	return false;
}
