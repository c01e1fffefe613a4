/* Where contacts are kept: their places, the waiting lists, the agents' lists, and the ring of closed ones. */
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

uint32_t contact_find(const struct engine *engine, struct view id)
{
	uint32_t found = map_find(&engine->contact_index, event_id(id));
	return found == MAP_NONE ? 0 : found;
}

void contact_expect(const struct engine *engine, struct view id)
{
	map_expect(&engine->contact_index, event_id(id));
}

void contact_expect_place(const struct engine *engine, struct view id)
{
	if (!engine->contact_count)
		return;
	memory_expect(&engine->contacts[contact_find(engine, id)], offsetof(struct contact, id));
}

static uint32_t take_place(struct engine *engine)
{
	uint32_t number = engine->contact_free;
	if (number) {
		engine->contact_free = engine->contacts[number].next_closed;
		return number;
	}
	if (!engine->contact_count)
		engine->contact_count = 1; /* 0 means none */
	engine->contacts = memory_grow(engine->contacts, &engine->contact_room, engine->contact_count + 1, sizeof *engine->contacts);
	if (engine->contact_count == 1)
		engine->contacts[0] = (struct contact){0};
	engine->contacts[engine->contact_count] = (struct contact){0};
	return (uint32_t)engine->contact_count++;
}

uint32_t contact_create(struct engine *engine, struct view id)
{
	uint32_t number = take_place(engine);
	struct contact *contact = &engine->contacts[number];
	/* The version tells the next one here from the last; a TIMER_LOST belongs to the place and stays. */
	*contact = (struct contact){.version = contact->version + 1, .lost_timer = contact->lost_timer, .serial = ++engine->serial,
		.left_why = -1, .phase = PHASE_ENDED, .source = engine->source, .feed = engine->feed};
	view_copy(event_id(id), contact->id, sizeof contact->id);
	map_put(&engine->contact_index, event_id(id), number);
	return number;
}

/* ---- the waiting list of a slot ---- */

static bool waits_before(const struct contact *a, const struct contact *b)
{
	return a->queued != b->queued ? a->queued < b->queued : a->serial < b->serial;
}

void contact_enlist(struct engine *engine, uint32_t number)
{
	struct contact *contacts = engine->contacts, *contact = &contacts[number];
	struct slot *slot = &engine->slots[contact->slot];
	uint32_t after = slot->waiting_last; /* nearly always the youngest: so from the end */
	while (after && waits_before(contact, &contacts[after]))
		after = contacts[after].wait_previous;
	uint32_t next = after ? contacts[after].wait_next : slot->waiting_first;
	contact->wait_previous = after;
	contact->wait_next = next;
	*(after ? &contacts[after].wait_next : &slot->waiting_first) = number;
	*(next ? &contacts[next].wait_previous : &slot->waiting_last) = number;
	slot->over += slot->over_last && waits_before(contact, &contacts[slot->over_last]);
	slot->waiting++;
	slot->waiting_moved += contact->first_queued != contact->queued;
	engine->waiting++;
}

void contact_wait(struct engine *engine, uint32_t number)
{
	contact_enlist(engine, number);
	slot_touch(engine, engine->contacts[number].slot);
}

void contact_unwait(struct engine *engine, uint32_t number)
{
	struct contact *contacts = engine->contacts, *contact = &contacts[number];
	struct slot *slot = &engine->slots[contact->slot];
	uint32_t next = contact->wait_next, previous = contact->wait_previous;
	*(previous ? &contacts[previous].wait_next : &slot->waiting_first) = next;
	*(next ? &contacts[next].wait_previous : &slot->waiting_last) = previous;
	if (slot->over_last && !waits_before(&contacts[slot->over_last], contact))
		slot->over--;
	if (slot->over_last == number)
		slot->over_last = previous;
	contact->wait_next = contact->wait_previous = 0;
	slot->waiting--;
	slot->waiting_moved -= contact->first_queued != contact->queued;
	engine->waiting--;
	slot_touch(engine, contact->slot);
}

static int64_t walk_over(const struct engine *engine, uint32_t *last, const struct slot *slot, int64_t since)
{
	int64_t count = 0;
	uint32_t next = *last ? engine->contacts[*last].wait_next : slot->waiting_first;
	for (; next && engine->contacts[next].queued < since; next = engine->contacts[next].wait_next, count++)
		*last = next;
	return count;
}

int64_t slot_over(const struct engine *engine, uint16_t number, int64_t at)
{
	const struct slot *slot = &engine->slots[number];
	int64_t target = slot_target(engine, number);
	bool known = slot->over_target == target;
	uint32_t last = known ? slot->over_last : 0;
	return (known ? slot->over : 0) + walk_over(engine, &last, slot, at - target);
}

void slot_advance_over(struct engine *engine, uint16_t number, int64_t at)
{
	struct slot *slot = &engine->slots[number];
	int64_t target = slot_target(engine, number);
	if (slot->over_target != target) {
		slot->over = 0;
		slot->over_last = 0;
		slot->over_target = target;
	}
	slot->over += (int32_t)walk_over(engine, &slot->over_last, slot, at - target);
}

/* ---- the running contacts of an agent ---- */

void contact_attach(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (!contact->agent)
		return;
	struct agent *agent = &engine->agents[contact->agent];
	contact->agent_previous = 0;
	contact->agent_next = agent->first_contact;
	if (agent->first_contact)
		engine->contacts[agent->first_contact].agent_previous = number;
	agent->first_contact = number;
}

void contact_detach(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (!contact->agent)
		return;
	if (contact->agent_previous)
		engine->contacts[contact->agent_previous].agent_next = contact->agent_next;
	else
		engine->agents[contact->agent].first_contact = contact->agent_next;
	if (contact->agent_next)
		engine->contacts[contact->agent_next].agent_previous = contact->agent_previous;
	contact->agent_next = contact->agent_previous = 0;
}

/* ---- the closed ones ---- */

static void forget(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	wraps_close(engine, number);
	if (contact->conduct)
		conduct_contact_ended(engine, number);
	map_remove(&engine->contact_index, view_of(contact->id));
	rude_legs_drop(engine, &contact->rude_legs);
	contact->version++;
	contact->conduct = contact->fcr = 0;
	contact->id[0] = 0;
	contact->next_closed = engine->contact_free;
	engine->contact_free = number;
}

void contact_close(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	contact->phase = PHASE_ENDED;
	contact->since = engine->ts;
	fcr_ended(engine, number);
	if (contact->next_closed)
		return;
	uint32_t place = engine->closed_next++ % CLOSED_KEPT;
	uint32_t oldest = engine->closed[place];
	if (oldest)
		forget(engine, oldest);
	engine->closed[place] = number;
	engine->contacts[number].next_closed = place + 1;
}

void contact_reopen(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (!contact->next_closed)
		return;
	engine->closed[contact->next_closed - 1] = 0;
	contact->next_closed = 0;
}
