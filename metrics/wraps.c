/* Complete legs, and those whose wrap-up is awaited. */
#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

void running_add(struct engine *engine, uint16_t slot, uint16_t agent, int n, int64_t base)
{
	engine->slots[slot].running += n;
	engine->slots[slot].running_base += n * base;
	if (!agent)
		return;
	engine->agents[agent].running += n;
	engine->agents[agent].running_base += n * base;
}

/* The last leg of a contact that was not handed on: now the whole contact can be counted. */
static void complete_contact(struct engine *engine, const struct leg *leg, int64_t at)
{
	struct contact *contact = &engine->contacts[leg->contact];
	bool over = contact->phase == PHASE_WRAPPING || contact->phase == PHASE_ENDED;
	if (!over || contact->wraps || contact->counted || contact->left_why >= 0 || contact->released_by == RELEASED_TRANSFER)
		return;
	contact->counted = true;
	const struct count counts[] = {{COUNT_CONTACTS, 1}, {COUNT_CONTACT_LEGS, contact->legs},
		{COUNT_CONTACT_HANDLE_MS, contact->handled}};
	count_all(engine, leg->slot, leg->agent, counts, 3, at, leg->queued);
}

void leg_complete(struct engine *engine, const struct leg *leg, int64_t at)
{
	struct contact *contact = &engine->contacts[leg->contact];
	int64_t handled = leg->talk + leg->hold + leg->wrap;
	contact->wrap = leg->wrap;
	contact->legs++;
	contact->handled += handled;
	struct count counts[6];
	size_t n = 0;
	counts[n++] = (struct count){COUNT_LEGS, 1};
	if (leg->nominal)
		counts[n++] = (struct count){COUNT_LEGS_NOMINAL, 1};
	counts[n++] = (struct count){COUNT_TALK_MS, leg->talk};
	if (leg->hold)
		counts[n++] = (struct count){COUNT_HOLD_MS, leg->hold};
	if (leg->wrap)
		counts[n++] = (struct count){COUNT_WRAP_MS, leg->wrap};
	counts[n++] = (struct count){(uint16_t)(KEY_HANDLE_BINS + sketch_bin(handled)), 1};
	count_all(engine, leg->slot, leg->agent, counts, n, at, leg->queued);
	complete_contact(engine, leg, at);
	rude_leg(engine, leg, at);
}

/* ---- awaiting ---- */

static uint32_t take_place(struct engine *engine)
{
	uint32_t number = engine->wrap_free;
	if (number) {
		engine->wrap_free = engine->wraps[number].next;
		return number;
	}
	if (!engine->wrap_count)
		engine->wrap_count = 1; /* 0 means none */
	engine->wraps = memory_grow(engine->wraps, &engine->wrap_room, engine->wrap_count + 1, sizeof *engine->wraps);
	engine->wraps[engine->wrap_count] = (struct wrap){0};
	return (uint32_t)engine->wrap_count++;
}

static int64_t due_of(const struct engine *engine, const struct wrap *wrap)
{
	return wrap->released + engine->settings->wrap_wait;
}

static void arm_timer(struct engine *engine, uint32_t number)
{
	struct wrap *wrap = &engine->wraps[number];
	if (wrap->timer)
		return;
	wrap->timer = true;
	timers_add(engine, (struct timer){.due = due_of(engine, wrap), .kind = TIMER_WRAP, .item = number, .serial = wrap->serial});
}

void wrap_await(struct engine *engine, uint32_t contact_number)
{
	uint32_t number = take_place(engine);
	struct contact *contact = &engine->contacts[contact_number];
	struct wrap *wrap = &engine->wraps[number];
	*wrap = (struct wrap){.contact = contact_number, .next = contact->wraps, .serial = ++engine->serial, .slot = contact->slot,
		.agent = contact->agent, .timer = wrap->timer, .queued = contact->queued, .released = contact->released,
		.talk = contact->talk, .hold = contact->hold};
	contact->wraps = number;
	running_add(engine, wrap->slot, wrap->agent, 1, wrap->released - wrap->talk - wrap->hold);
	arm_timer(engine, number);
}

static void unlink_wrap(struct engine *engine, uint32_t number)
{
	uint32_t *link = &engine->contacts[engine->wraps[number].contact].wraps;
	while (*link != number)
		link = &engine->wraps[*link].next;
	*link = engine->wraps[number].next;
}

static void close_wrap(struct engine *engine, uint32_t number, int64_t wrap_ms, bool nominal, int64_t at)
{
	struct wrap *wrap = &engine->wraps[number];
	const struct leg leg = {.contact = wrap->contact, .slot = wrap->slot, .agent = wrap->agent, .queued = wrap->queued,
		.talk = wrap->talk, .hold = wrap->hold, .wrap = wrap_ms, .nominal = nominal};
	unlink_wrap(engine, number);
	running_add(engine, wrap->slot, wrap->agent, -1, wrap->released - wrap->talk - wrap->hold);
	agent_activity(engine, wrap->agent, 0, 0, 0, -1);
	wrap->contact = 0;
	wrap->next = engine->wrap_free;
	engine->wrap_free = number;
	leg_complete(engine, &leg, at);
	slot_touch(engine, leg.slot);
}

bool wrap_done(struct engine *engine, uint32_t contact, uint16_t agent, int64_t wrap_ms, bool nominal)
{
	uint32_t number = engine->contacts[contact].wraps;
	while (number && engine->wraps[number].agent != agent)
		number = engine->wraps[number].next;
	if (!number)
		return false;
	if (wrap_ms < 0)
		wrap_ms = engine->ts > engine->wraps[number].released ? engine->ts - engine->wraps[number].released : 0;
	close_wrap(engine, number, wrap_ms, nominal, engine->ts);
	contact_finish(engine, contact);
	return true;
}

void wraps_close(struct engine *engine, uint32_t contact)
{
	while (engine->contacts[contact].wraps) {
		uint32_t number = engine->contacts[contact].wraps;
		close_wrap(engine, number, 0, true, engine->wraps[number].released);
	}
}

/* The timer belongs to the place: whoever is there by now may be due later. So places bound the number of timers. */
void wrap_timer(struct engine *engine, const struct timer *timer)
{
	struct wrap *wrap = &engine->wraps[timer->item];
	wrap->timer = false;
	if (!wrap->contact)
		return;
	if (due_of(engine, wrap) > timer->due) {
		arm_timer(engine, timer->item);
		return;
	}
	uint32_t contact = wrap->contact;
	close_wrap(engine, timer->item, 0, true, wrap->released);
	contact_finish(engine, contact);
}
