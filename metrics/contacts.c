/* A contact in the queue, and the events of contacts. */
#include "base/instant.h"
#include "metrics/state.h"

/* ---- a phone call or a chat that is never heard of again ---- */

static bool can_be_lost(const struct contact *contact)
{
	return contact->phase <= PHASE_HELD && (contact->channel == CHANNEL_PHONE || contact->channel == CHANNEL_CHAT);
}

static void arm_timer(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (contact->lost_timer || !can_be_lost(contact))
		return;
	contact->lost_timer = true;
	timers_add(engine, (struct timer){.due = contact->sign + engine->settings->lost_after, .kind = TIMER_LOST,
		.item = number, .serial = contact->serial});
}

void contact_lose(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (contact->phase == PHASE_ENDED)
		return;
	if (contact->phase == PHASE_WAITING) {
		contact_stop_ringing(engine, number);
		contact_unwait(engine, number);
	} else if (contact->phase != PHASE_WRAPPING) {
		contact_drop_leg(engine, number);
	}
	wraps_close(engine, number);
	contact = &engine->contacts[number];
	contact->left_why = LEFT_LOST;
	count_add(engine, contact->slot, 0, COUNT_LOST, engine->ts, contact->queued, 1);
	if (contact->conduct)
		conduct_contact_ended(engine, number);
	contact_close(engine, number);
}

/* The timer belongs to the place in the pool: whoever is there by now may have given a sign later. */
void contact_timer(struct engine *engine, const struct timer *timer)
{
	struct contact *contact = &engine->contacts[timer->item];
	contact->lost_timer = false;
	if (!contact->id[0] || !can_be_lost(contact))
		return;
	if (contact->sign + engine->settings->lost_after > timer->due)
		arm_timer(engine, timer->item);
	else
		contact_lose(engine, timer->item);
}

/* ---- into the queue ---- */

static void take_attributes(struct engine *engine, const struct event *event, struct contact *contact)
{
	contact->queue = (uint16_t)names_intern(&engine->queues, event_text(event, KEY_QUEUE));
	contact->channel = (uint8_t)event_word(event, KEY_CHANNEL, CHANNEL_OTHER);
	if (event_has(event, KEY_MARKET))
		contact->market = (uint16_t)names_intern(&engine->markets, event_text(event, KEY_MARKET));
	if (event_has(event, KEY_TOPIC))
		contact->topic = (uint16_t)names_intern(&engine->topics, event_text(event, KEY_TOPIC));
	if (event_has(event, KEY_CUSTOMER))
		contact->customer = customer_hash(event_text(event, KEY_CUSTOMER));
	if (event_has(event, KEY_CASE))
		contact->case_item = case_find(engine, event_text(event, KEY_CASE));
	int64_t priority = event_number(event, KEY_PRIORITY, contact->priority);
	contact->priority = (uint8_t)(priority < 0 ? 0 : priority > 5 ? 5 : priority);
	contact->slot = slot_for(engine, contact->queue, contact->channel, contact->market);
}

static void enter_queue(struct engine *engine, const struct event *event, uint32_t number)
{
	contact_reopen(engine, number);
	struct contact *contact = &engine->contacts[number];
	bool first = !contact->first_queued;
	take_attributes(engine, event, contact);
	contact->queued = contact->since = engine->ts;
	if (first)
		contact->first_queued = engine->ts;
	contact->phase = PHASE_WAITING;
	contact->left_why = -1;
	contact->in_answered = contact->counted = false;
	contact_wait(engine, number);
	const struct count offered[] = {{COUNT_OFFERED, 1}, {COUNT_OFFERED_CLOSED, 1}};
	const bool is_open = queue_is_open(engine, contact->queue, engine->slots[contact->slot].market, engine->ts); /* told, or its queue's */
	count_all(engine, contact->slot, 0, offered, is_open ? 1 : 2, engine->ts, engine->ts);
	if (first)
		fcr_queued(engine, number);
}

static size_t abandon_counts(const struct engine *engine, const struct contact *contact, int sign, struct count *counts)
{
	size_t n = 0;
	counts[n++] = (struct count){COUNT_ABANDONED, sign};
	if (contact->wait <= slot_short(engine, contact->slot))
		counts[n++] = (struct count){COUNT_ABANDONED_SHORT, sign};
	if (contact->wait <= slot_target(engine, contact->slot))
		counts[n++] = (struct count){COUNT_ABANDONED_IN_TIME, sign};
	counts[n++] = (struct count){COUNT_WAIT_ABANDONED_MS, sign * contact->wait};
	return n;
}

/* He came back and kept his place: the abandonment never was, in the minute in which it was counted. The worst wait of that
 * minute stays: he did wait that long. */
static void resume(struct engine *engine, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	struct count counts[4];
	size_t n = abandon_counts(engine, contact, -1, counts);
	count_all(engine, contact->slot, 0, counts, n, contact->since, contact->queued);
	contact_reopen(engine, number);
	contact->phase = PHASE_WAITING;
	contact->left_why = -1;
	contact->since = engine->ts;
	contact_wait(engine, number);
}

static bool may_enter_again(const struct contact *contact)
{
	if (contact->left_why >= 0)
		return contact->left_why != LEFT_ABANDONED;
	return contact->released && contact->released_by == RELEASED_TRANSFER;
}

static bool queue_contact(struct engine *engine, const struct event *event, uint32_t *number)
{
	if (!*number) {
		*number = contact_create(engine, event_text(event, KEY_CONTACT));
		enter_queue(engine, event, *number);
		return true;
	}
	const struct contact *contact = &engine->contacts[*number];
	bool resumed = event_number(event, KEY_RESUMED, 0) != 0;
	if (contact->phase <= PHASE_HELD)
		return engine->from_snapshot || (resumed && contact->phase == PHASE_WAITING);
	if (resumed && contact->left_why == LEFT_ABANDONED)
		resume(engine, *number);
	else if (may_enter_again(contact) || engine->from_snapshot)
		enter_queue(engine, event, *number);
	else
		return false;
	return true;
}

/* ---- while it waits ---- */

static bool ring(struct engine *engine, const struct event *event, uint32_t number)
{
	if (engine->contacts[number].phase != PHASE_WAITING)
		return engine->from_snapshot;
	uint16_t agent = agent_of(engine, event_text(event, KEY_AGENT));
	if (engine->contacts[number].ringing == agent)
		return true;
	contact_stop_ringing(engine, number);
	engine->contacts[number].ringing = agent;
	agent_activity(engine, agent, 1, 0, 0, 0);
	return true;
}

/* Where several ring at once, one may report his miss when another has answered: so in every phase. */
static bool miss(struct engine *engine, const struct event *event, uint32_t number)
{
	uint16_t agent = agent_of(engine, event_text(event, KEY_AGENT));
	const struct contact *contact = &engine->contacts[number];
	if (contact->phase == PHASE_WAITING && contact->ringing == agent)
		contact_stop_ringing(engine, number);
	count_add(engine, contact->slot, agent, COUNT_MISSED, engine->ts, contact->queued, 1);
	return true;
}

static void count_leave(struct engine *engine, const struct contact *contact)
{
	struct count counts[6];
	size_t n = 0;
	if (contact->left_why == LEFT_ABANDONED)
		n = abandon_counts(engine, contact, 1, counts);
	else if (contact->left_why == LEFT_LOST)
		counts[n++] = (struct count){COUNT_LOST, 1};
	else if (contact->left_why == LEFT_MOVED)
		counts[n++] = (struct count){COUNT_MOVED, 1};
	else
		counts[n++] = (struct count){COUNT_FLOWED_OUT, 1};
	if (contact->left_why != LEFT_LOST && contact->left_why != LEFT_MOVED)
		counts[n++] = (struct count){COUNT_WORST_WAIT, contact->wait};
	count_all(engine, contact->slot, 0, counts, n, engine->ts, contact->queued);
}

static bool leave(struct engine *engine, const struct event *event, uint32_t number)
{
	struct contact *contact = &engine->contacts[number];
	if (contact->phase != PHASE_WAITING)
		return false;
	contact_stop_ringing(engine, number);
	contact_unwait(engine, number);
	int64_t waited = engine->ts > contact->queued ? engine->ts - contact->queued : 0;
	contact->wait = event_duration(event, KEY_WAIT_MS, waited);
	contact->left_why = (int8_t)event_word(event, KEY_WHY, LEFT_ABANDONED);
	count_leave(engine, contact);
	if (contact->conduct && contact->left_why != LEFT_MOVED)
		conduct_contact_ended(engine, number);
	contact_close(engine, number);
	return true;
}

static bool work(struct engine *engine, const struct event *event, uint32_t number)
{
	uint16_t agent = agent_of(engine, event_text(event, KEY_AGENT));
	const struct contact *contact = &engine->contacts[number];
	const struct count counts[] = {{COUNT_WORKED, 1}, {COUNT_WORK_MS, event_duration(event, KEY_WORK_MS, 0)}};
	count_all(engine, contact->slot, agent, counts, 2, engine->ts, contact->queued);
	return true;
}

/* ---- events ---- */

static bool apply(struct engine *engine, const struct event *event, uint32_t *number)
{
	if (event->type == EVENT_CONTACT_QUEUED)
		return queue_contact(engine, event, number);
	if (event->type == EVENT_CONTACT_ANSWERED)
		return contact_answered(engine, event, number);
	if (!*number)
		return false;
	switch (event->type) {
	case EVENT_CONTACT_OFFERED:
		return ring(engine, event, *number);
	case EVENT_CONTACT_MISSED:
		return miss(engine, event, *number);
	case EVENT_CONTACT_HELD:
	case EVENT_CONTACT_UNHELD:
		return contact_held(engine, *number, event->type == EVENT_CONTACT_HELD);
	case EVENT_CONTACT_LEFT:
		return leave(engine, event, *number);
	case EVENT_CONTACT_RELEASED:
		return contact_released(engine, event, *number);
	case EVENT_CONTACT_WRAPPED:
		return contact_wrapped(engine, event, *number);
	case EVENT_CONTACT_WORKED:
		return work(engine, event, *number);
	default:
		return false;
	}
}

/* Which snapshot of its source is running; 0: none. */
static uint32_t running_snapshot(const struct engine *engine)
{
	const struct source *source = &engine->sources[engine->source];
	return engine->from_snapshot && source->snapshot_running ? source->snapshot_number : 0;
}

bool contacts_apply(struct engine *engine, const struct event *event)
{
	uint32_t number = contact_find(engine, event_text(event, KEY_CONTACT)), known = number;
	uint32_t snapshot = running_snapshot(engine);
	bool told_before = known && !(snapshot && engine->contacts[known].snapshot == snapshot &&
		engine->contacts[known].source == engine->source);
	if (engine->from_snapshot && told_before)
		engine->too_old = true; /* takes the state, counts nothing */
	bool applied = apply(engine, event, &number);
	if (!number)
		return false;
	struct contact *contact = &engine->contacts[number];
	if (!known)
		contact->snapshot = snapshot;
	contact->named |= engine->from_snapshot;
	contact->sign = engine->now;
	arm_timer(engine, number);
	return applied || engine->from_snapshot;
}
