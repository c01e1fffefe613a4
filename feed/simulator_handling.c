/* Contacts from the answer to the end of the wrap-up. */
#include "feed/simulator_state.h"

#define TRANSFERS 6 /* percent of phone calls and chats */
#define SENT_ON 40 /* percent of those that wait again, in another line */
#define POSTPONED (25 * SECOND_MS) /* nobody hangs up in the middle of the protocol */

static void plan_hold(struct simulator *simulator, const struct contact *contact, int64_t talk)
{
	if (lines[contact->line].channel != CHANNEL_PHONE || talk < 60 * SECOND_MS || !chance_percent(simulator, 25))
		return;
	int64_t from = simulator->now + talk / 3;
	talk_plan(simulator, contact, from, ACT_HOLD, 0);
	talk_plan(simulator, contact, from + chance_between(simulator, 8 * SECOND_MS, talk / 3), ACT_UNHOLD, 0);
}

static void plan_letter(struct simulator *simulator, const struct contact *contact, int64_t work)
{
	int64_t part = work * (30 + chance_below(simulator, 40)) / 100;
	talk_plan(simulator, contact, simulator->now + part, ACT_WORK, (uint32_t)part);
	talk_plan(simulator, contact, simulator->now + work, ACT_WORK, (uint32_t)(work - part));
	talk_plan(simulator, contact, simulator->now + work + 1, ACT_RELEASE, 0);
}

static void plan_mood(struct simulator *simulator, struct contact *contact)
{
	bool outage = contact->topic == OUTAGE;
	if (chance_percent(simulator, outage ? 18 : 2))
		talk_plan(simulator, contact, simulator->now + chance_between(simulator, 10 * SECOND_MS, 40 * SECOND_MS), ACT_ANGER, 0);
	else
		mood_begin(simulator, contact);
}

void talk_answered(struct simulator *simulator, struct contact *contact)
{
	const struct line *line = &lines[contact->line];
	bool first = contact->plan == 0;
	contact->phase = PHASE_TALKING;
	contact->plan++;
	contact->answered = simulator->now;
	contact->held = contact->held_since = 0;
	ticket_taken(simulator, contact);
	int64_t talk = 20 * SECOND_MS + line->talk_s * SECOND_MS / 2 + chance_wait(simulator, line->talk_s * SECOND_MS / 2 - 20 * SECOND_MS);
	if (line->channel == CHANNEL_EMAIL) {
		plan_letter(simulator, contact, talk);
		return;
	}
	plan_hold(simulator, contact, talk);
	talk_plan(simulator, contact, simulator->now + talk, ACT_RELEASE, first && chance_percent(simulator, TRANSFERS));
	if (first)
		plan_mood(simulator, contact);
}

/* ---- the end ---- */

static void say_released(struct simulator *simulator, const struct contact *contact, enum released_by by)
{
	say(simulator, EVENT_CONTACT_RELEASED);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
	say_word(simulator, KEY_BY, WORDS_RELEASED_BY, (int)by);
	if (lines[contact->line].channel == CHANNEL_EMAIL) {
		say_number(simulator, KEY_WRAP_MS, 0);
		return;
	}
	say_number(simulator, KEY_TALK_MS, simulator->now - contact->answered - contact->held);
	say_number(simulator, KEY_HOLD_MS, contact->held);
}

static void stop_hold(struct simulator *simulator, struct contact *contact)
{
	if (!contact->held_since)
		return;
	contact->held += simulator->now - contact->held_since;
	contact->held_since = 0;
	say(simulator, EVENT_CONTACT_UNHELD);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
}

/* Lines that customers are mistaken about: same channel, same language. */
static const int8_t neighbours[LINES] = {4, 2, 1, NOBODY, 0, 1, NOBODY, NOBODY};

/* To whom or where to: a colleague takes him over, or he waits again in another line, where what it is about is classified
 * anew. */
static bool choose_target(struct simulator *simulator, struct contact *contact)
{
	int neighbour = neighbours[contact->line];
	int colleague = people_find(simulator, contact->line, contact->agent);
	bool sent_on = neighbour != NOBODY && chance_percent(simulator, SENT_ON);
	if (!sent_on && colleague == NOBODY)
		return false;
	contact->avoided = NOBODY;
	contact->agent = sent_on ? NOBODY : (int8_t)colleague;
	if (sent_on)
		contact->line = (uint8_t)neighbour;
	else
		people_take(simulator, colleague);
	return true;
}

static bool transfer(struct simulator *simulator, struct contact *contact)
{
	const struct contact before = *contact;
	if (!choose_target(simulator, contact))
		return false;
	say_released(simulator, &before, RELEASED_TRANSFER);
	say_number(simulator, KEY_WRAP_MS, chance_between(simulator, 0, 9000));
	contact->phase = PHASE_MOVING;
	talk_plan(simulator, contact, simulator->now + chance_between(simulator, 900, 4000), ACT_TRANSFER, 0);
	people_give_back(simulator, before.agent);
	talk_dispatch(simulator, before.line);
	return true;
}

static void finish(struct simulator *simulator, struct contact *contact)
{
	int agent = contact->agent, line = contact->line;
	talk_forget(simulator, contact);
	people_give_back(simulator, agent);
	talk_dispatch(simulator, line);
}

void talk_release(struct simulator *simulator, struct contact *contact, enum released_by by)
{
	stop_hold(simulator, contact);
	say_released(simulator, contact, by);
	ticket_done(simulator, contact);
	echoes_of(simulator, contact);
	if (lines[contact->line].channel == CHANNEL_EMAIL) {
		finish(simulator, contact);
		return;
	}
	contact->phase = PHASE_WRAPPING;
	contact->wrap = 2000 + chance_wait(simulator, lines[contact->line].wrap_s * SECOND_MS);
	talk_plan(simulator, contact, simulator->now + contact->wrap, ACT_WRAPPED, 0);
}

static void release_in_time(struct simulator *simulator, struct contact *contact, const struct subject *subject)
{
	if (contact->mood == MOOD_RUDE) {
		talk_plan(simulator, contact, simulator->now + POSTPONED, ACT_RELEASE, 0);
		return;
	}
	stop_hold(simulator, contact);
	if (subject->number && transfer(simulator, contact))
		return;
	talk_release(simulator, contact, chance_percent(simulator, 60) ? RELEASED_CUSTOMER : RELEASED_AGENT);
}

static void wrapped(struct simulator *simulator, struct contact *contact)
{
	say(simulator, EVENT_CONTACT_WRAPPED);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
	say_number(simulator, KEY_WRAP_MS, contact->wrap);
	finish(simulator, contact);
}

static void hold(struct simulator *simulator, struct contact *contact)
{
	contact->held_since = simulator->now;
	say(simulator, EVENT_CONTACT_HELD);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
}

static void work(struct simulator *simulator, const struct contact *contact, uint32_t ms)
{
	say(simulator, EVENT_CONTACT_WORKED);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
	say_number(simulator, KEY_WORK_MS, ms);
}

void handling_act(struct simulator *simulator, enum act act, const struct subject *subject)
{
	struct contact *contact = talk_at(simulator, subject);
	if (!contact || contact->plan != subject->stamp)
		return;
	if (act == ACT_WRAPPED) {
		wrapped(simulator, contact);
		return;
	}
	if (contact->phase != PHASE_TALKING)
		return;
	if (act == ACT_HOLD)
		hold(simulator, contact);
	else if (act == ACT_UNHOLD)
		stop_hold(simulator, contact);
	else if (act == ACT_WORK)
		work(simulator, contact, subject->number);
	else if (act == ACT_RELEASE)
		release_in_time(simulator, contact, subject);
}
