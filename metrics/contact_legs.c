/* A contact with an agent: from the answer to the release. */
#include "base/instant.h"
#include "metrics/state.h"

#define DURATION_MOST (400 * DAY_MS) /* what a source may claim; sums stay far from overflow */

int64_t event_duration(const struct event *event, enum event_key key, int64_t otherwise)
{
	int64_t value = event_number(event, key, otherwise);
	return value < 0 ? 0 : value > DURATION_MOST ? DURATION_MOST : value;
}

uint16_t contact_slot_of_queue(struct engine *engine, const struct event *event)
{
	uint16_t queue = (uint16_t)names_intern(&engine->queues, event_text(event, KEY_QUEUE));
	const struct queue_info *info = queue_info_of(engine, queue);
	uint8_t channel = info->defined && info->channel < CHANNEL_COUNT ? info->channel : CHANNEL_PHONE;
	return slot_for(engine, queue, channel, NAME_NONE);
}

void contact_stop_ringing(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (contact->ringing)
		agent_activity(engine, contact->ringing, -1, 0, 0, 0);
	contact->ringing = 0;
}

/* ---- chat sessions: the union of an agent's sessions is counted piece by piece, whenever one of them ends ---- */

static void chat_begins(struct engine *engine, uint16_t agent)
{
	if (agent && engine->agents[agent].chats++ == 0)
		engine->agents[agent].session_since = engine->ts;
}

static void chat_ends(struct engine *engine, const struct contact *contact, bool counts)
{
	int64_t session = contact->talk + contact->hold, work = session;
	if (contact->agent) {
		struct agent *agent = &engine->agents[contact->agent];
		work = engine->ts > agent->session_since ? engine->ts - agent->session_since : 0;
		agent->session_since += work;
		agent->chats--;
	}
	const struct count counted[] = {{COUNT_CHATS, 1}, {COUNT_CHAT_SESSION_MS, session}, {COUNT_CHAT_WORK_MS, work}};
	if (counts)
		count_all(engine, contact->slot, contact->agent, counted, 3, engine->ts, contact->queued);
}

/* ---- the answer ---- */

static void begin_leg(struct engine *engine, uint32_t number, uint16_t agent)
{
	contact_stop_ringing(engine, number);
	contact_reopen(engine, number);
	struct contact *contact = &engine->contacts[number];
	contact->phase = PHASE_TALKING;
	contact->agent = agent;
	contact->since = contact->answered = engine->ts;
	contact->talk = contact->hold = contact->wrap = 0;
	contact->left_why = -1;
	contact_attach(engine, number);
	agent_activity(engine, agent, 0, 1, 0, 0);
	agent_took(engine, agent, contact->queue);
	if (contact->channel == CHANNEL_CHAT)
		chat_begins(engine, agent);
	engine->slots[contact->slot].busy++;
	running_add(engine, contact->slot, agent, 1, contact->answered);
	slot_touch(engine, contact->slot);
}

static void answer_waiting(struct engine *engine, const struct event *event, uint32_t number, uint16_t agent)
{
	contact_unwait(engine, number);
	struct contact *contact = &engine->contacts[number];
	int64_t waited = engine->ts > contact->queued ? engine->ts - contact->queued : 0;
	int64_t wait = event_duration(event, KEY_WAIT_MS, waited);
	contact->wait = wait;
	contact->in_answered = true;
	struct count counts[5];
	size_t n = 0;
	counts[n++] = (struct count){COUNT_ANSWERED, 1};
	if (wait <= slot_target(engine, contact->slot))
		counts[n++] = (struct count){COUNT_ANSWERED_IN_TIME, 1};
	if (wait) {
		counts[n++] = (struct count){COUNT_WAIT_ANSWERED_MS, wait};
		counts[n++] = (struct count){COUNT_WORST_WAIT, wait};
	}
	counts[n++] = (struct count){(uint16_t)(KEY_WAIT_BINS + sketch_bin(wait)), 1};
	count_all(engine, contact->slot, agent, counts, n, engine->ts, contact->queued);
	begin_leg(engine, number, agent);
}

/* A leg without a wait: after a transfer, or where the source says so. */
static void answer_direct(struct engine *engine, const struct event *event, uint32_t number, uint16_t agent)
{
	if (event_has(event, KEY_QUEUE) || !engine->contacts[number].first_queued) {
		struct contact *contact = &engine->contacts[number];
		bool known = contact->first_queued != 0;
		uint16_t queue = (uint16_t)names_intern(&engine->queues, event_text(event, KEY_QUEUE));
		uint16_t slot = known ? slot_for(engine, queue, contact->channel, contact->market) : contact_slot_of_queue(engine, event);
		contact->slot = slot;
		contact->queue = engine->slots[slot].queue;
		contact->channel = (uint8_t)engine->slots[slot].channel;
		contact->unqueued |= !known && event_number(event, KEY_DIRECT, 0);
		if (!known)
			contact->first_queued = contact->queued = engine->ts;
	}
	begin_leg(engine, number, agent);
}

static bool handed_on(const struct contact *contact)
{
	bool free_now = contact->phase == PHASE_WRAPPING || contact->phase == PHASE_ENDED;
	return free_now && contact->released && contact->left_why < 0 && contact->released_by == RELEASED_TRANSFER;
}

static bool answer_again(struct engine *engine, const struct event *event, uint32_t number, uint16_t agent)
{
	const struct contact *contact = &engine->contacts[number];
	bool running = contact->phase == PHASE_TALKING || contact->phase == PHASE_HELD;
	if (running && engine->from_snapshot) {
		if (contact->agent != agent) {
			contact_drop_leg(engine, number);
			begin_leg(engine, number, agent);
		}
		return true;
	}
	if (running || !(handed_on(contact) || event_number(event, KEY_DIRECT, 0) || engine->from_snapshot))
		return false;
	answer_direct(engine, event, number, agent);
	return true;
}

bool contact_answered(struct engine *engine, const struct event *event, uint32_t *number)
{
	if (!*number && !event_number(event, KEY_DIRECT, 0) && !engine->from_snapshot)
		return false;
	uint16_t agent = agent_of(engine, event_text(event, KEY_AGENT));
	if (!*number) {
		*number = contact_create(engine, event_text(event, KEY_CONTACT));
		answer_direct(engine, event, *number, agent);
		return true;
	}
	if (engine->contacts[*number].phase != PHASE_WAITING)
		return answer_again(engine, event, *number, agent);
	answer_waiting(engine, event, *number, agent);
	return true;
}

/* ---- hold ---- */

static void close_stretch(struct engine *engine, struct contact *contact)
{
	int64_t length = engine->ts > contact->since ? engine->ts - contact->since : 0;
	if (contact->phase == PHASE_HELD)
		contact->hold += length;
	else
		contact->talk += length;
	contact->since = engine->ts;
}

bool contact_held(struct engine *engine, uint32_t number, bool on)
{
	struct contact *contact = &engine->contacts[number];
	if (contact->phase != (on ? PHASE_TALKING : PHASE_HELD))
		return engine->from_snapshot && (contact->phase == PHASE_TALKING || contact->phase == PHASE_HELD);
	close_stretch(engine, contact);
	contact->phase = on ? PHASE_HELD : PHASE_TALKING;
	agent_activity(engine, contact->agent, 0, on ? -1 : 1, on ? 1 : -1, 0);
	return true;
}

/* ---- the release ---- */

static void end_leg(struct engine *engine, uint32_t number, bool wraps)
{
	struct contact *contact = &engine->contacts[number];
	bool held = contact->phase == PHASE_HELD;
	contact_detach(engine, number);
	agent_activity(engine, contact->agent, 0, held ? 0 : -1, held ? -1 : 0, wraps ? 1 : 0);
	engine->slots[contact->slot].busy--;
	running_add(engine, contact->slot, contact->agent, -1, contact->answered);
	contact->released = engine->ts;
	contact->since = engine->ts;
	contact->phase = PHASE_WRAPPING;
	slot_touch(engine, contact->slot);
}

void contact_drop_leg(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (contact->channel == CHANNEL_CHAT)
		chat_ends(engine, contact, false);
	end_leg(engine, number, false);
}

void contact_finish(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (contact->phase != PHASE_WRAPPING || contact->wraps)
		return;
	/* One that was handed on goes on with its next agent, and so does its flag. */
	if (contact->conduct && contact->released_by != RELEASED_TRANSFER)
		conduct_contact_ended(engine, number);
	contact_close(engine, number);
}

bool contact_released(struct engine *engine, const struct event *event, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (contact->phase != PHASE_TALKING && contact->phase != PHASE_HELD)
		return false;
	close_stretch(engine, contact);
	contact->talk = event_duration(event, KEY_TALK_MS, contact->talk);
	contact->hold = event_duration(event, KEY_HOLD_MS, contact->hold);
	contact->released_by = (uint8_t)event_word(event, KEY_BY, RELEASED_SYSTEM);
	if (contact->channel == CHANNEL_CHAT)
		chat_ends(engine, contact, true);
	bool complete = event_has(event, KEY_WRAP_MS);
	end_leg(engine, number, !complete);
	if (complete) {
		const struct leg leg = {.contact = number, .slot = contact->slot, .agent = contact->agent,
			.queued = contact->queued, .talk = contact->talk, .hold = contact->hold,
			.wrap = event_duration(event, KEY_WRAP_MS, 0), .nominal = event_number(event, KEY_NOMINAL, 0) != 0};
		leg_complete(engine, &leg, engine->ts);
	} else {
		wrap_await(engine, number);
	}
	if (contact->released_by != RELEASED_TRANSFER)
		fcr_released(engine, number);
	contact_finish(engine, number);
	return true;
}

bool contact_wrapped(struct engine *engine, const struct event *event, uint32_t number)
{
	uint16_t agent = (uint16_t)names_find(&engine->agents_names, event_text(event, KEY_AGENT));
	int64_t wrap = event_has(event, KEY_WRAP_MS) ? event_duration(event, KEY_WRAP_MS, 0) : -1;
	return wrap_done(engine, number, agent, wrap, event_number(event, KEY_NOMINAL, 0) != 0);
}
