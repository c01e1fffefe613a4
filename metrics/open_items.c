#include "metrics/open_items.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "metrics/lists.h"
#include "metrics/state.h"

struct place {
	uint64_t serial;
	uint32_t number;
};

static int by_serial(const void *left, const void *right)
{
	const struct place *a = left, *b = right;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

static void put(const char *text, char *to, size_t room)
{
	text_harmless(view_of(text), to, room);
}

static const char *channel_word(uint8_t channel)
{
	return channel < CHANNEL_COUNT ? word_text(WORDS_CHANNEL, channel) : "";
}

/* ---- contacts ---- */

static void tell_contact(const struct engine *engine, const struct contact *contact, struct open_contact *item)
{
	static const char *const phases[] = {"waiting", "talking", "held", "wrapping", "ended"};
	*item = (struct open_contact){.channel = channel_word(contact->channel), .phase = phases[contact->phase], .agent = contact->agent,
		.slot = contact->slot, .asynchronous = channel_is_asynchronous(contact->channel), .queued = contact->queued, .since = contact->since,
		.first_queued = contact->first_queued};
	put(contact->id, item->id, sizeof item->id);
	put(names_text(&engine->queues, contact->queue), item->queue, sizeof item->queue);
}

int open_contacts(const struct engine *engine, struct open_contact *items, int room)
{
	struct place *places = memory_new(engine->contact_count + 1, sizeof *places);
	size_t open = 0;
	for (uint32_t i = 1; i < engine->contact_count; i++)
		if (engine->contacts[i].id[0] && engine->contacts[i].phase < PHASE_ENDED) /* a place that is free has no id */
			places[open++] = (struct place){engine->contacts[i].serial, i};
	qsort(places, open, sizeof *places, by_serial);
	int count = 0;
	for (size_t i = 0; i < open && count < room; i++)
		tell_contact(engine, &engine->contacts[places[i].number], &items[count++]);
	free(places);
	return count;
}

/* ---- cases ---- */

static void tell_case(const struct engine *engine, const struct case_item *from, struct open_case *item)
{
	*item = (struct open_case){.channel = channel_word(from->channel), .state = word_text(WORDS_CASE_STATE, from->state),
		.agent = from->agent, .slot = from->slot, .band = cases_band(engine->now > from->opened ? engine->now - from->opened : 0),
		.opened = from->opened, .since = from->since, .unanswered = case_unanswered(from)};
	put(from->id, item->id, sizeof item->id);
	put(names_text(&engine->queues, from->queue), item->queue, sizeof item->queue);
}

int open_cases(const struct engine *engine, struct open_case *items, int room)
{
	const struct index_list *list = &engine->open_cases;
	struct place *places = memory_new(list->count + 1, sizeof *places);
	for (size_t i = 0; i < list->count; i++)
		places[i] = (struct place){engine->cases[list->items[i]].serial, list->items[i]};
	qsort(places, list->count, sizeof *places, by_serial);
	int count = 0;
	for (size_t i = 0; i < list->count && count < room; i++)
		tell_case(engine, &engine->cases[places[i].number], &items[count++]);
	free(places);
	return count;
}

/* ---- callbacks ---- */

static int by_id(const void *left, const void *right)
{
	const struct open_callback *a = left, *b = right;
	return strcmp(a->id, b->id);
}

int open_callbacks(const struct engine *engine, struct open_callback *items, int room)
{
	const struct map_entry *entry;
	int count = 0;
	for (size_t position = 0; count < room && (entry = map_next(&engine->callbacks, &position));) {
		struct open_callback *item = &items[count++];
		*item = (struct open_callback){.slot = (uint16_t)(entry->value / 2), .due = entry->value % 2};
		const struct slot *slot = &engine->slots[item->slot];
		item->channel = channel_word((uint8_t)slot->channel);
		text_harmless(map_entry_key(entry), item->id, sizeof item->id);
		put(names_text(&engine->queues, slot->queue), item->queue, sizeof item->queue);
	}
	qsort(items, (size_t)count, sizeof *items, by_id);
	return count;
}

bool open_in_scope(const struct engine *engine, struct scope scope, uint16_t slot, uint16_t agent)
{
	return item_in_scope(engine, slot, agent, scope);
}

/* ---- publishers ---- */

int feed_positions(const struct engine *engine, struct feed_position *items, int room)
{
	int count = 0;
	for (size_t i = 1; i < engine->source_count; i++) {
		const struct source *source = &engine->sources[i];
		for (int b = 0; b < source->boot_count && count < room; b++) {
			const struct boot *boot = &source->boots[b];
			struct feed_position *item = &items[count++];
			*item = (struct feed_position){.boot = boot->boot, .next = boot->next, .received = boot->received, .lost = boot->lost,
				.holes = boot->holes};
			lists_show(engine, DISPLAY_SOURCE, names_text(&engine->sources_names, (uint32_t)i), item->src, sizeof item->src);
		}
	}
	return count;
}

/* ---- agents ---- */

bool present_agent(const struct engine *engine, uint16_t number, struct present_agent *to)
{
	static const char *const doing[] = {"help", "ring", "talk", "hold", "wrap", "away", "idle", "offline"};
	if (!number || number >= engine->agent_count)
		return false;
	const struct agent *agent = &engine->agents[number];
	/* "other" is somebody only where names had to be put together. */
	if (number == NAME_OTHER && !agent->declared && !agent->shift_since && !agent->first_contact && agent_doing(agent) == ACTIVITY_IDLE)
		return false;
	const enum activity activity = agent_doing(agent);
	*to = (struct present_agent){names_text(&engine->agents_names, number), names_text(&engine->teams, agent->team), doing[activity],
		names_text(&engine->kinds, agent->reason), agent->activity_since,
		agent->talking + agent->held + agent->wrapping};
	return true;
}

struct choosing {
	const struct engine *engine;
	enum agent_gauge gauge;
	uint16_t *numbers;
	int count, room;
};

static void choose(void *context, uint16_t number)
{
	struct choosing *choosing = context;
	struct gauges gauges = {0};
	agent_weigh(&choosing->engine->agents[number], &gauges);
	const int64_t counted[] = {[AGENT_GAUGE_ON] = gauges.agents_on, [AGENT_GAUGE_FREE] = gauges.agents_free, [AGENT_GAUGE_AWAY] = gauges.agents_away,
		[AGENT_GAUGE_HELP] = gauges.agents_help, [AGENT_GAUGE_WRAP] = gauges.agents_wrap, [AGENT_GAUGE_KNOWN] = gauges.agents};
	if (counted[choosing->gauge] && choosing->count < choosing->room)
		choosing->numbers[choosing->count++] = number;
}

int present_agents(const struct engine *engine, struct scope scope, enum agent_gauge gauge, uint16_t *numbers, int room)
{
	struct choosing choosing = {engine, gauge, numbers, 0, room};
	agents_visit(engine, scope, choose, &choosing);
	return choosing.count;
}

int present_timed(const struct engine *engine, struct scope scope, uint16_t *numbers, int room)
{
	int count = 0;
	if (scope.queue != SCOPE_ANY) {
		for (size_t i = 0; i < engine->member_count && count < room; i++)
			if (engine->members[i].queue == scope.queue && member_has_time(&engine->members[i]))
				numbers[count++] = engine->members[i].agent;
		return count;
	}
	for (size_t i = 1; i < engine->agent_count && count < room && scope.channel == SCOPE_ANY && scope.market == SCOPE_ANY; i++)
		if (agent_in_scope(engine, &engine->agents[i], scope))
			numbers[count++] = (uint16_t)i;
	return count;
}
