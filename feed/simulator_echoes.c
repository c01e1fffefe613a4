/* What follows a contact: surveys, call-backs, reviews, customers who come back; and what happens without one. */
#include "feed/simulator_state.h"

#define CSAT_LOW 2
#define NPS_LOW 6
#define BASE_PART 41000 /* customers of the smallest market */

static const struct scale {
	uint8_t low, high;
	const uint8_t *scores; /* ten, each as likely as the others */
} scales[] = {
	[SURVEY_CSAT] = {1, 5, (const uint8_t[]){5, 5, 5, 5, 5, 4, 4, 4, 4, 1}},
	[SURVEY_CES] = {1, 7, (const uint8_t[]){7, 7, 6, 6, 6, 6, 5, 5, 4, 3}},
	[SURVEY_NPS] = {0, 10, (const uint8_t[]){10, 10, 9, 9, 9, 9, 8, 8, 5, 3}},
};

void echoes_open(struct simulator *simulator)
{
	for (int market = 0; market < MARKETS; market++)
		agenda_put(simulator, simulator->begin + 20 * SECOND_MS, ACT_BASE, &(struct subject){.kind = (uint8_t)market});
	agenda_put(simulator, simulator->begin + 3 * MINUTE_MS, ACT_JOINED, &(struct subject){0});
	agenda_put(simulator, simulator->begin + 7 * MINUTE_MS, ACT_CHURNED, &(struct subject){0});
	agenda_put(simulator, simulator->begin + 9 * MINUTE_MS, ACT_PRAISE, &(struct subject){0});
	agenda_put(simulator, simulator->start - 8 * MINUTE_MS, ACT_NOTE, &(struct subject){0});
}

/* ---- after a contact ---- */

static void refuse(struct simulator *simulator, const struct contact *contact)
{
	static const char *const policies[] = {"refund after 14 days", "refund after 14 days", "no SIM swap by chat",
		"no delivery date by phone", "no invoice by e-mail"};
	say(simulator, EVENT_REFUSAL_SAID);
	say_agent(simulator, contact->agent);
	say_text(simulator, KEY_POLICY, policies[chance_below(simulator, 5)]);
	if (contact->ticket_number)
		say_ticket(simulator, contact->ticket_number);
	say_contact(simulator, contact->serial);
}

static void mistake(struct simulator *simulator, int agent)
{
	static const char *const kinds[] = {"wrong tariff", "wrong address", "promised too much", "forgot the ticket"};
	say(simulator, EVENT_AGENT_MISTAKE);
	say_agent(simulator, agent);
	say_text(simulator, KEY_KIND, kinds[chance_below(simulator, 4)]);
	say_text(simulator, KEY_BY, chance_percent(simulator, 70) ? "self" : "quality");
}

/* The contact was released: everything else is drawn here, so that it may be forgotten. */
void echoes_of(struct simulator *simulator, const struct contact *contact)
{
	struct subject subject = talk_subject(simulator, contact);
	if (chance_percent(simulator, 4))
		refuse(simulator, contact);
	if (chance_below(simulator, 1000) < 12)
		mistake(simulator, contact->agent);
	if (chance_percent(simulator, 50)) {
		uint32_t drawn = chance_below(simulator, 100);
		subject.kind = drawn < 60 ? SURVEY_CSAT : drawn < 82 ? SURVEY_CES : SURVEY_NPS;
		agenda_put(simulator, simulator->now + chance_between(simulator, 5 * SECOND_MS, 40 * SECOND_MS), ACT_SURVEY, &subject);
	}
	if (chance_percent(simulator, contact->topic == OUTAGE ? 34 : 22)) {
		subject.item = contact->ticket;
		agenda_put(simulator, simulator->now + 4 * MINUTE_MS + chance_wait(simulator, 50 * MINUTE_MS), ACT_AGAIN, &subject);
	}
}

static void say_survey(struct simulator *simulator, enum event_type type, const struct subject *subject)
{
	say(simulator, type);
	say_id(simulator, KEY_SURVEY, "s-", subject->number);
	say_word(simulator, KEY_KIND, WORDS_SURVEY_KIND, subject->kind);
	if (subject->ticket)
		say_ticket(simulator, subject->ticket);
	say_contact(simulator, subject->contact);
	say_agent(simulator, subject->agent);
	say_text(simulator, KEY_QUEUE, lines[subject->line].queue);
}

static void send_survey(struct simulator *simulator, const struct subject *subject)
{
	struct subject sent = *subject;
	sent.number = ++simulator->survey_serial;
	say_survey(simulator, EVENT_SURVEY_SENT, &sent);
	if (chance_percent(simulator, 36))
		agenda_put(simulator, simulator->now + 20 * SECOND_MS + chance_wait(simulator, 6 * MINUTE_MS), ACT_SURVEY_ANSWER, &sent);
}

/* A customer is called once, however many low scores he gave meanwhile. False: he is on the list, or it is full. */
static bool note_followup(struct simulator *simulator, uint32_t customer)
{
	int place = NOBODY;
	for (int i = 0; i < FOLLOWUPS; i++) {
		if (simulator->followups[i] == customer + 1)
			return false;
		if (!simulator->followups[i])
			place = i;
	}
	if (place == NOBODY)
		return false;
	simulator->followups[place] = customer + 1;
	return true;
}

static void plan_followup(struct simulator *simulator, const struct subject *subject)
{
	if (chance_percent(simulator, 80) && note_followup(simulator, subject->customer))
		agenda_put(simulator, simulator->now + chance_between(simulator, 15 * MINUTE_MS, 100 * MINUTE_MS), ACT_FOLLOWUP, subject);
}

static void answer_survey(struct simulator *simulator, const struct subject *subject)
{
	const struct scale *scale = &scales[subject->kind];
	uint32_t drawn = chance_below(simulator, 10);
	if (subject->topic == OUTAGE && drawn < 9)
		drawn += chance_below(simulator, 10 - drawn);
	uint8_t score = scale->scores[drawn];
	say_survey(simulator, EVENT_SURVEY_ANSWERED, subject);
	say_number(simulator, KEY_SCORE, score * 1000);
	say_number(simulator, KEY_MIN, scale->low * 1000);
	say_number(simulator, KEY_MAX, scale->high * 1000);
	say_customer(simulator, subject->customer);
	bool low = (subject->kind == SURVEY_CSAT && score <= CSAT_LOW) || (subject->kind == SURVEY_NPS && score <= NPS_LOW);
	if (low)
		plan_followup(simulator, subject);
}

static void follow_up(struct simulator *simulator, const struct subject *subject)
{
	uint32_t drawn = chance_below(simulator, 10);
	for (int i = 0; i < FOLLOWUPS; i++)
		if (simulator->followups[i] == subject->customer + 1)
			simulator->followups[i] = 0;
	say(simulator, EVENT_FOLLOWUP_DONE);
	say_customer(simulator, subject->customer);
	if (subject->ticket)
		say_ticket(simulator, subject->ticket);
	say_agent(simulator, subject->agent);
	say_word(simulator, KEY_RESULT, WORDS_FOLLOWUP_RESULT, drawn < 7 ? FOLLOWUP_REACHED : drawn < 9 ? FOLLOWUP_UNREACHED : FOLLOWUP_DECLINED);
}

static void review(struct simulator *simulator, const struct subject *subject)
{
	say(simulator, EVENT_REVIEW_SCORED);
	say_ticket(simulator, subject->ticket);
	say_agent(simulator, subject->agent);
	say_number(simulator, KEY_SCORE, chance_between(simulator, 74, 100) * 1000);
}

/* ---- call-backs ---- */

static void say_callback(struct simulator *simulator, enum event_type type, const struct subject *subject)
{
	say(simulator, type);
	say_id(simulator, KEY_CALLBACK, "b-", subject->number);
	say_text(simulator, KEY_QUEUE, lines[subject->line].queue);
	say_customer(simulator, subject->customer);
}

void echoes_callback(struct simulator *simulator, const struct contact *contact)
{
	struct subject subject = talk_subject(simulator, contact);
	int64_t due = simulator->now + chance_between(simulator, 8, 35) * MINUTE_MS;
	subject.number = ++simulator->callback_serial;
	say_callback(simulator, EVENT_CALLBACK_SCHEDULED, &subject);
	say_number(simulator, KEY_DUE, due);
	agenda_put(simulator, due, ACT_CALLBACK_DUE, &subject);
}

static void callback_due(struct simulator *simulator, const struct subject *subject)
{
	say_callback(simulator, EVENT_CALLBACK_DUE, subject);
	agenda_put(simulator, simulator->now + 30 * SECOND_MS + chance_wait(simulator, 5 * MINUTE_MS), ACT_CALLBACK_DONE, subject);
}

/* ---- the rest of the world ---- */

static void count_base(struct simulator *simulator, int market)
{
	static const uint8_t parts[MARKETS] = {9, 4, 6, 5};
	say(simulator, EVENT_CUSTOMER_BASE);
	say_text(simulator, KEY_MARKET, market_names[market]);
	say_number(simulator, KEY_CUSTOMERS, (int64_t)parts[market] * BASE_PART);
}

static void move_customers(struct simulator *simulator, enum act act)
{
	static const char *const reasons[] = {"price", "delivery", "competitor", "moved away"};
	bool joined = act == ACT_JOINED;
	say(simulator, joined ? EVENT_CUSTOMER_JOINED : EVENT_CUSTOMER_CHURNED);
	say_text(simulator, KEY_MARKET, market_names[chance_below(simulator, MARKETS)]);
	say_number(simulator, KEY_N, chance_between(simulator, 1, 6));
	if (!joined)
		say_text(simulator, KEY_REASON, reasons[chance_below(simulator, 4)]);
	agenda_put(simulator, simulator->now + MINUTE_MS + chance_wait(simulator, (joined ? 3 : 4) * MINUTE_MS), act, &(struct subject){0});
}

static void praise(struct simulator *simulator)
{
	say(simulator, EVENT_PRAISE_RECEIVED);
	say_agent(simulator, (int)chance_below(simulator, AGENTS));
	say_text(simulator, KEY_BY, chance_percent(simulator, 70) ? "customer" : "colleague");
	agenda_put(simulator, simulator->now + MINUTE_MS + chance_wait(simulator, 10 * MINUTE_MS), ACT_PRAISE, &(struct subject){0});
}

static void note(struct simulator *simulator)
{
	say(simulator, EVENT_NOTE_POSTED);
	say_text(simulator, KEY_TEXT, "Card payments fail since a few minutes: we know, it is being repaired. Nobody is charged twice.");
	say_number(simulator, KEY_UNTIL, simulator->start + HOUR_MS);
	say_text(simulator, KEY_BY, "lead");
}

void echoes_act(struct simulator *simulator, enum act act, const struct subject *subject)
{
	if (act == ACT_SURVEY)
		send_survey(simulator, subject);
	else if (act == ACT_SURVEY_ANSWER)
		answer_survey(simulator, subject);
	else if (act == ACT_REVIEW)
		review(simulator, subject);
	else if (act == ACT_FOLLOWUP)
		follow_up(simulator, subject);
	else if (act == ACT_CALLBACK_DUE)
		callback_due(simulator, subject);
	else if (act == ACT_CALLBACK_DONE)
		say_callback(simulator, chance_percent(simulator, 88) ? EVENT_CALLBACK_DONE : EVENT_CALLBACK_DROPPED, subject);
	else if (act == ACT_BASE)
		count_base(simulator, subject->kind);
	else if (act == ACT_JOINED || act == ACT_CHURNED)
		move_customers(simulator, act);
	else if (act == ACT_PRAISE)
		praise(simulator);
	else
		note(simulator);
}
