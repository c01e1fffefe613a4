#include <stdlib.h>

#include "base/memory.h"
#include "metrics/forecast.h"
#include "metrics/markets.h"
#include "metrics/state.h"

uint64_t customer_hash(struct view pseudonym)
{
	if (pseudonym.size == 0)
		return 0;
	uint64_t hash = map_hash(pseudonym);
	return hash ? hash : 1;
}

/* Place 0 of each pool means "none". */
static void *first_of(size_t *count, size_t *room, size_t size)
{
	*room = 16;
	*count = 1;
	return memory_new(*room, size);
}

void quality_init(struct engine *engine)
{
	engine->cases = first_of(&engine->case_count, &engine->case_room, sizeof *engine->cases);
	engine->slas = first_of(&engine->sla_count, &engine->sla_room, sizeof *engine->slas);
	engine->conducts = first_of(&engine->conduct_count, &engine->conduct_room, sizeof *engine->conducts);
	fcr_memory_init(&engine->fcr);
	fcr_due_init(engine);
	engine->followups = first_of(&engine->followup_count, &engine->followup_room, sizeof *engine->followups);
	engine->surveys = first_of(&engine->survey_count, &engine->survey_room, sizeof *engine->surveys);
	engine->survey_next = 1;
	engine->forecasts = forecast_memory_create();
	engine->conduct_next = 1;
	engine->levels_minute = INT64_MIN;
	names_init(&engine->calendar_names, 256);
	engine->house = house_create(engine->settings);
	calendars_know(engine);
	sla_init(engine);
}

void quality_finish(struct engine *engine)
{
	forecast_memory_destroy(engine->forecasts);
	house_destroy(engine->house);
	free(engine->cases);
	free(engine->slas);
	free(engine->conducts);
	fcr_memory_finish(&engine->fcr);
	topics_finish(engine);
	free(engine->rude_legs);
	free(engine->followups);
	free(engine->surveys);
	free(engine->open_cases.items);
	free(engine->live_slas.items);
	free(engine->open_conducts.items);
	free(engine->refusals.items);
	free(engine->mistakes.items);
	free(engine->praises.items);
	free(engine->notes);
	free(engine->bases);
	free(engine->wanted);
	free(engine->levels);
	map_finish(&engine->case_index);
	map_finish(&engine->flag_index);
	map_finish(&engine->conduct_index);
	map_finish(&engine->survey_index);
	for (int i = 0; i < SLA_HEAPS; i++)
		free(engine->sla_heaps[i].items);
	calendars_finish(engine);
}

void index_list_add(struct index_list *list, uint32_t item, uint32_t *place)
{
	list->items = memory_grow(list->items, &list->room, list->count + 1, sizeof *list->items);
	*place = (uint32_t)list->count;
	list->items[list->count++] = item;
}

uint32_t index_list_remove(struct index_list *list, uint32_t place)
{
	uint32_t last = list->items[--list->count];
	if (place == list->count)
		return 0;
	list->items[place] = last;
	return last;
}

bool item_in_scope(const struct engine *engine, uint16_t slot, uint16_t agent, struct scope scope)
{
	if (scope_of_people(scope))
		return agent && agent < engine->agent_count && agent_in_scope(engine, &engine->agents[agent], scope);
	return slot_in_scope(engine, &engine->slots[slot], scope);
}

static void by_contact(const struct engine *engine, uint32_t number, struct attribution_of *of)
{
	const struct contact *contact = &engine->contacts[number];
	of->contact = number;
	of->slot = contact->slot;
	of->agent = contact->agent;
	of->customer = contact->customer;
	of->case_item = contact->case_item;
	of->arrived = contact->queued;
}

static void by_case(const struct engine *engine, uint32_t number, struct attribution_of *of)
{
	const struct case_item *item = &engine->cases[number];
	of->case_item = number;
	if (!of->customer)
		of->customer = item->customer;
	if (of->contact)
		return;
	of->slot = item->slot;
	of->agent = item->agent;
	of->arrived = item->opened;
}

struct attribution_of event_attribution(struct engine *engine, const struct event *event)
{
	struct attribution_of of = {0};
	uint32_t contact = contact_find(engine, event_text(event, KEY_CONTACT));
	if (contact)
		by_contact(engine, contact, &of);
	uint32_t case_item = case_find(engine, event_text(event, KEY_CASE));
	if (case_item)
		by_case(engine, case_item, &of);
	if (!contact && !case_item && event_text(event, KEY_QUEUE).size)
		of.slot = contact_slot_of_queue(engine, event);
	uint64_t customer = customer_hash(event_text(event, KEY_CUSTOMER));
	if (customer)
		of.customer = customer;
	struct view agent = event_text(event, KEY_AGENT);
	if (agent.size)
		of.agent = agent_of(engine, agent);
	if (!of.arrived)
		of.arrived = engine->ts;
	return of;
}
