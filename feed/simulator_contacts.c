/* Contacts until they are answered: waiting, ringing, giving up. */
#include "base/memory.h"
#include "feed/simulator_state.h"

#define RING_MOST 18000
#define AGAIN_SOON 35 /* percent of those who gave up that try again */

struct contact *talk_at(struct simulator *simulator, const struct subject *subject)
{
	struct contact *contact = &simulator->contacts[subject->item];
	return contact->phase != PHASE_UNUSED && contact->serial == subject->contact ? contact : NULL;
}

struct subject talk_subject(const struct simulator *simulator, const struct contact *contact)
{
	return (struct subject){.item = (uint32_t)(contact - simulator->contacts), .stamp = contact->plan, .contact = contact->serial,
		.ticket = contact->ticket_number, .customer = contact->customer, .line = contact->line, .topic = contact->topic,
		.agent = contact->agent};
}

void talk_plan(struct simulator *simulator, const struct contact *contact, int64_t ts, enum act act, uint32_t number)
{
	struct subject subject = talk_subject(simulator, contact);
	subject.number = number;
	agenda_put(simulator, ts, act, &subject);
}

static struct contact *take_place(struct simulator *simulator)
{
	uint32_t place = simulator->contact_unused;
	if (place != NONE) {
		simulator->contact_unused = simulator->contacts[place].next;
		return &simulator->contacts[place];
	}
	simulator->contacts = memory_grow(simulator->contacts, &simulator->contact_room, simulator->contact_count + 1,
		sizeof *simulator->contacts);
	return &simulator->contacts[simulator->contact_count++];
}

void talk_forget(struct simulator *simulator, struct contact *contact)
{
	contact->phase = PHASE_UNUSED;
	contact->serial = 0;
	contact->next = simulator->contact_unused;
	simulator->contact_unused = (uint32_t)(contact - simulator->contacts);
}

/* ---- the waiting line ---- */

static void stand_in_line(struct simulator *simulator, struct contact *contact)
{
	uint32_t item = (uint32_t)(contact - simulator->contacts);
	uint32_t last = simulator->last_waiting[contact->line];
	contact->next = NONE;
	contact->previous = last;
	contact->waits = true;
	if (last == NONE)
		simulator->first_waiting[contact->line] = item;
	else
		simulator->contacts[last].next = item;
	simulator->last_waiting[contact->line] = item;
	simulator->waiting[contact->line]++;
}

static void leave_line(struct simulator *simulator, struct contact *contact)
{
	if (!contact->waits)
		return;
	if (contact->previous == NONE)
		simulator->first_waiting[contact->line] = contact->next;
	else
		simulator->contacts[contact->previous].next = contact->next;
	if (contact->next == NONE)
		simulator->last_waiting[contact->line] = contact->previous;
	else
		simulator->contacts[contact->next].previous = contact->previous;
	contact->waits = false;
	simulator->waiting[contact->line]--;
}

/* ---- coming ---- */

static void say_queued(struct simulator *simulator, const struct contact *contact)
{
	const struct line *line = &lines[contact->line];
	say(simulator, EVENT_CONTACT_QUEUED);
	say_contact(simulator, contact->serial);
	say_text(simulator, KEY_QUEUE, line->queue);
	say_channel(simulator, contact->line);
	say_customer(simulator, contact->customer);
	if (contact->ticket_number)
		say_ticket(simulator, contact->ticket_number);
	say_text(simulator, KEY_TOPIC, line->topics[contact->topic]);
	say_text(simulator, KEY_MARKET, market_names[contact->market]);
	say_number(simulator, KEY_PRIORITY, contact->line == 5 ? 1 : 3);
}

/* Into a line, for the first time or sent on from another one. */
static void wait_to_talk(struct simulator *simulator, struct contact *contact)
{
	int64_t patience = lines[contact->line].patience_s * SECOND_MS;
	contact->phase = PHASE_WAITING;
	contact->queued = simulator->now;
	say_queued(simulator, contact);
	stand_in_line(simulator, contact);
	if (patience)
		talk_plan(simulator, contact, simulator->now + 5000 + chance_wait(simulator, patience), ACT_PATIENCE, 0);
	talk_dispatch(simulator, contact->line);
}

/* `again`: the earlier contact he comes back after, or NULL. */
void talk_queue(struct simulator *simulator, int line, uint32_t customer, int topic, const struct subject *again)
{
	struct contact *contact = take_place(simulator);
	*contact = (struct contact){.serial = ++simulator->contact_serial, .customer = customer, .ticket = NONE,
		.phase = PHASE_WAITING, .line = (uint8_t)line, .topic = (uint8_t)topic,
		.market = lines[line].markets[customer % 3 == 0], .agent = NOBODY, .avoided = NOBODY};
	if (again && again->ticket && again->item < simulator->ticket_count &&
		simulator->tickets[again->item].serial == again->ticket) {
		contact->ticket = again->item;
		contact->ticket_number = again->ticket;
	} else if (chance_percent(simulator, lines[line].cases)) {
		contact->ticket = ticket_open(simulator, contact);
		contact->ticket_number = simulator->tickets[contact->ticket].serial;
	}
	wait_to_talk(simulator, contact);
}

/* ---- being offered ---- */

static void offer(struct simulator *simulator, struct contact *contact, int agent)
{
	contact->phase = PHASE_RINGING;
	contact->agent = (int8_t)agent;
	contact->rung = simulator->now;
	people_take(simulator, agent);
	say(simulator, EVENT_CONTACT_OFFERED);
	say_contact(simulator, contact->serial);
	say_agent(simulator, agent);
	bool missed = contact->avoided == NOBODY && chance_percent(simulator, 6);
	int64_t ring = missed ? RING_MOST : chance_between(simulator, 1500, 9000);
	talk_plan(simulator, contact, simulator->now + ring, ACT_RING_END, missed);
}

void talk_dispatch(struct simulator *simulator, int line)
{
	uint32_t next;
	for (uint32_t item = simulator->first_waiting[line]; item != NONE; item = next) {
		struct contact *contact = &simulator->contacts[item];
		next = contact->next;
		if (contact->phase != PHASE_WAITING)
			continue;
		int agent = people_find(simulator, line, contact->avoided);
		if (agent == NOBODY)
			return;
		offer(simulator, contact, agent);
	}
}

static void miss(struct simulator *simulator, struct contact *contact)
{
	say(simulator, EVENT_CONTACT_MISSED);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
	say_word(simulator, KEY_WHY, WORDS_MISSED_WHY, chance_percent(simulator, 85) ? MISSED_NOANSWER : MISSED_REJECTED);
	say_number(simulator, KEY_RING_MS, simulator->now - contact->rung);
	contact->avoided = contact->agent;
	contact->agent = NOBODY;
	contact->phase = PHASE_WAITING;
	people_give_back(simulator, contact->avoided);
	talk_dispatch(simulator, contact->line);
}

static void end_ringing(struct simulator *simulator, struct contact *contact, bool missed)
{
	if (missed) {
		miss(simulator, contact);
		return;
	}
	leave_line(simulator, contact);
	say(simulator, EVENT_CONTACT_ANSWERED);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
	say_number(simulator, KEY_WAIT_MS, simulator->now - contact->queued);
	say_text(simulator, KEY_QUEUE, lines[contact->line].queue);
	talk_answered(simulator, contact);
}

/* ---- giving up ---- */

static void give_up(struct simulator *simulator, struct contact *contact)
{
	bool callback = lines[contact->line].channel == CHANNEL_PHONE && chance_percent(simulator, 25);
	enum left_why why = callback ? LEFT_CALLBACK : chance_percent(simulator, 4) ? LEFT_TIMEOUT : LEFT_ABANDONED;
	int agent = contact->phase == PHASE_RINGING ? contact->agent : NOBODY;
	leave_line(simulator, contact);
	say(simulator, EVENT_CONTACT_LEFT);
	say_contact(simulator, contact->serial);
	say_word(simulator, KEY_WHY, WORDS_LEFT_WHY, (int)why);
	say_number(simulator, KEY_WAIT_MS, simulator->now - contact->queued);
	ticket_left(simulator, contact);
	if (callback)
		echoes_callback(simulator, contact);
	else if (chance_percent(simulator, AGAIN_SOON)) {
		struct subject again = talk_subject(simulator, contact);
		again.item = contact->ticket;
		agenda_put(simulator, simulator->now + chance_between(simulator, 3 * MINUTE_MS, 25 * MINUTE_MS), ACT_AGAIN, &again);
	}
	int line = contact->line;
	talk_forget(simulator, contact);
	if (agent == NOBODY)
		return;
	people_give_back(simulator, agent);
	talk_dispatch(simulator, line);
}

/* The colleague takes over the leg, or he waits in the line he was sent on to. */
static void move(struct simulator *simulator, struct contact *contact)
{
	if (contact->agent == NOBODY) {
		wait_to_talk(simulator, contact);
		return;
	}
	say(simulator, EVENT_CONTACT_ANSWERED);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
	say_text(simulator, KEY_QUEUE, lines[contact->line].queue);
	talk_answered(simulator, contact);
}

void talk_act(struct simulator *simulator, enum act act, const struct subject *subject)
{
	struct contact *contact = talk_at(simulator, subject);
	if (!contact || contact->plan != subject->stamp)
		return;
	if (act == ACT_PATIENCE && (contact->phase == PHASE_WAITING || contact->phase == PHASE_RINGING))
		give_up(simulator, contact);
	else if (act == ACT_RING_END && contact->phase == PHASE_RINGING && contact->agent == subject->agent)
		end_ringing(simulator, contact, subject->number != 0);
	else if (act == ACT_TRANSFER && contact->phase == PHASE_MOVING)
		move(simulator, contact);
}
