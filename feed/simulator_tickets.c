/* Tickets and their SLA clocks. A ticket ends by being closed, whatever came before. */
#include "base/memory.h"
#include "feed/simulator_state.h"

#define LATE 20	/* percent that are solved only minutes before they are due: what "due next" lives on */
#define MISSED 2 /* percent that are solved too late */

static uint32_t take_place(struct simulator *simulator)
{
	uint32_t place = simulator->ticket_unused;
	if (place != NONE) {
		simulator->ticket_unused = simulator->tickets[place].next;
		return place;
	}
	simulator->tickets = memory_grow(simulator->tickets, &simulator->ticket_room, simulator->ticket_count + 1,
		sizeof *simulator->tickets);
	return (uint32_t)simulator->ticket_count++;
}

static void forget(struct simulator *simulator, struct ticket *ticket)
{
	ticket->serial = 0;
	ticket->next = simulator->ticket_unused;
	simulator->ticket_unused = (uint32_t)(ticket - simulator->tickets);
}

static struct ticket *find(struct simulator *simulator, uint32_t item, uint32_t serial)
{
	if (!serial || item >= simulator->ticket_count || simulator->tickets[item].serial != serial)
		return NULL;
	return &simulator->tickets[item];
}

static void plan(struct simulator *simulator, const struct ticket *ticket, int64_t ts, enum act act)
{
	agenda_put(simulator, ts, act, &(struct subject){.item = (uint32_t)(ticket - simulator->tickets), .stamp = ticket->visit,
		.ticket = ticket->serial, .customer = ticket->customer, .line = ticket->line, .topic = ticket->topic, .agent = ticket->agent});
}

/* ---- what is said ---- */

static void say_message(struct simulator *simulator, const struct ticket *ticket, enum message_by by, bool public)
{
	say(simulator, EVENT_CASE_MESSAGE);
	say_ticket(simulator, ticket->serial);
	say_word(simulator, KEY_BY, WORDS_MESSAGE_BY, (int)by);
	say_number(simulator, KEY_PUBLIC, public);
}

static void say_state(struct simulator *simulator, const struct ticket *ticket, enum case_state to, const char *reason)
{
	say(simulator, EVENT_CASE_STATE);
	say_ticket(simulator, ticket->serial);
	say_word(simulator, KEY_TO, WORDS_CASE_STATE, (int)to);
	if (reason)
		say_text(simulator, KEY_REASON, reason);
}

static void say_clock(struct simulator *simulator, const struct ticket *ticket, enum event_type type, enum sla_clock clock)
{
	say(simulator, type);
	say_ticket(simulator, ticket->serial);
	say_word(simulator, KEY_CLOCK, WORDS_SLA_CLOCK, (int)clock);
}

static void start_clock(struct simulator *simulator, const struct ticket *ticket, enum sla_clock clock, int64_t target)
{
	say_clock(simulator, ticket, EVENT_SLA_STARTED, clock);
	say_number(simulator, KEY_TARGET_MS, target);
	say_number(simulator, KEY_DUE, simulator->now + target);
}

static void assign(struct simulator *simulator, struct ticket *ticket, int agent)
{
	if (ticket->agent == agent)
		return;
	ticket->agent = (int8_t)agent;
	say(simulator, EVENT_CASE_ASSIGNED);
	say_ticket(simulator, ticket->serial);
	say_agent(simulator, agent);
}

/* ---- its life ---- */

static void plan_fate(struct simulator *simulator, struct ticket *ticket)
{
	uint32_t drawn = chance_below(simulator, 100);
	ticket->fated = drawn < LATE + MISSED;
	int64_t target = ticket->fated ? chance_between(simulator, 8, 18) * 5 * MINUTE_MS : 4 * HOUR_MS;
	int64_t due = simulator->now + target;
	start_clock(simulator, ticket, SLA_RESOLVE, target);
	if (drawn < MISSED)
		plan(simulator, ticket, due + chance_between(simulator, 4 * MINUTE_MS, 30 * MINUTE_MS), ACT_CASE_SOLVE);
	else if (ticket->fated)
		plan(simulator, ticket, due - chance_between(simulator, 30 * SECOND_MS, 5 * MINUTE_MS), ACT_CASE_SOLVE);
}

uint32_t ticket_open(struct simulator *simulator, const struct contact *contact)
{
	const struct line *line = &lines[contact->line];
	uint32_t place = take_place(simulator);
	struct ticket *ticket = &simulator->tickets[place];
	*ticket = (struct ticket){.serial = ++simulator->ticket_serial, .customer = contact->customer, .line = contact->line,
		.topic = contact->topic, .market = contact->market, .agent = NOBODY, .first_reply = true, .resolve = true};
	say(simulator, EVENT_CASE_OPENED);
	say_ticket(simulator, ticket->serial);
	say_text(simulator, KEY_QUEUE, line->queue);
	say_channel(simulator, contact->line);
	say_customer(simulator, contact->customer);
	say_text(simulator, KEY_TOPIC, line->topics[contact->topic]);
	say_text(simulator, KEY_MARKET, market_names[contact->market]);
	say_number(simulator, KEY_PRIORITY, contact->line == 5 ? 1 : 2 + (int64_t)chance_below(simulator, 3));
	say_message(simulator, ticket, MESSAGE_CUSTOMER, true);
	start_clock(simulator, ticket, SLA_FIRST_REPLY, line->first_reply_min * MINUTE_MS);
	plan_fate(simulator, ticket);
	return place;
}

static void reply(struct simulator *simulator, struct ticket *ticket)
{
	say_message(simulator, ticket, MESSAGE_AGENT, true);
	if (ticket->first_reply)
		say_clock(simulator, ticket, EVENT_SLA_MET, SLA_FIRST_REPLY);
	ticket->first_reply = false;
}

/* The contact was answered. */
void ticket_taken(struct simulator *simulator, const struct contact *contact)
{
	struct ticket *ticket = find(simulator, contact->ticket, contact->ticket_number);
	if (!ticket)
		return;
	assign(simulator, ticket, contact->agent);
	bool letter = lines[contact->line].channel == CHANNEL_EMAIL;
	int64_t after = letter ? chance_between(simulator, 60, 150) : chance_between(simulator, 5, 25);
	plan(simulator, ticket, simulator->now + after * SECOND_MS, ACT_CASE_REPLY);
}

/* He gave up waiting: somebody writes to him. */
void ticket_left(struct simulator *simulator, const struct contact *contact)
{
	struct ticket *ticket = find(simulator, contact->ticket, contact->ticket_number);
	if (!ticket || ticket->solved)
		return;
	int agent = (int)chance_below(simulator, AGENTS);
	while (simulator->agents[agent].line != contact->line)
		agent = (agent + 1) % AGENTS;
	assign(simulator, ticket, agent);
	int64_t then = simulator->now + chance_between(simulator, 1 * MINUTE_MS, 6 * MINUTE_MS);
	plan(simulator, ticket, then, ACT_CASE_REPLY);
	if (!ticket->fated)
		plan(simulator, ticket, then + chance_between(simulator, 5 * MINUTE_MS, 40 * MINUTE_MS), ACT_CASE_SOLVE);
}

static void wait_for_customer(struct simulator *simulator, struct ticket *ticket)
{
	ticket->paused = true;
	say_state(simulator, ticket, CASE_PENDING, "waiting for the customer");
	if (ticket->resolve)
		say_clock(simulator, ticket, EVENT_SLA_PAUSED, SLA_RESOLVE);
	plan(simulator, ticket, simulator->now + MINUTE_MS + chance_wait(simulator, 18 * MINUTE_MS), ACT_CASE_ANSWER);
}

/* The contact was released. */
void ticket_done(struct simulator *simulator, const struct contact *contact)
{
	struct ticket *ticket = find(simulator, contact->ticket, contact->ticket_number);
	if (!ticket || ticket->solved || ticket->paused || ticket->fated)
		return;
	if (ticket->first_reply)
		reply(simulator, ticket);
	if (chance_percent(simulator, 35))
		wait_for_customer(simulator, ticket);
	else
		plan(simulator, ticket, simulator->now + 10 * SECOND_MS + chance_wait(simulator, 7 * MINUTE_MS), ACT_CASE_SOLVE);
}

static void hear_customer(struct simulator *simulator, struct ticket *ticket)
{
	ticket->paused = false;
	say_message(simulator, ticket, MESSAGE_CUSTOMER, true);
	say_state(simulator, ticket, CASE_OPEN, NULL);
	if (ticket->resolve)
		say_clock(simulator, ticket, EVENT_SLA_RESUMED, SLA_RESOLVE);
	plan(simulator, ticket, simulator->now + chance_between(simulator, 2 * MINUTE_MS, 12 * MINUTE_MS), ACT_CASE_REPLY);
	plan(simulator, ticket, simulator->now + chance_between(simulator, 13 * MINUTE_MS, 25 * MINUTE_MS), ACT_CASE_SOLVE);
}

static void solve(struct simulator *simulator, struct ticket *ticket)
{
	if (ticket->first_reply)
		reply(simulator, ticket);
	if (ticket->resolve)
		say_clock(simulator, ticket, EVENT_SLA_MET, SLA_RESOLVE);
	ticket->resolve = ticket->fated = false;
	ticket->solved = true;
	ticket->paused = false;
	ticket->visit++;
	say_state(simulator, ticket, CASE_SOLVED, NULL);
	if (chance_percent(simulator, 6))
		plan(simulator, ticket, simulator->now + chance_between(simulator, 8 * MINUTE_MS, 40 * MINUTE_MS), ACT_CASE_REOPEN);
	plan(simulator, ticket, simulator->now + chance_between(simulator, 45 * MINUTE_MS, 100 * MINUTE_MS), ACT_CASE_CLOSE);
	if (ticket->agent != NOBODY && chance_percent(simulator, 10))
		plan(simulator, ticket, simulator->now + chance_between(simulator, 3 * MINUTE_MS, 20 * MINUTE_MS), ACT_REVIEW);
}

static void open_again(struct simulator *simulator, struct ticket *ticket)
{
	ticket->solved = false;
	ticket->visit++;
	say_message(simulator, ticket, MESSAGE_CUSTOMER, true);
	say_state(simulator, ticket, CASE_OPEN, "customer wrote again");
	plan(simulator, ticket, simulator->now + chance_between(simulator, 2 * MINUTE_MS, 8 * MINUTE_MS), ACT_CASE_REPLY);
	plan(simulator, ticket, simulator->now + chance_between(simulator, 9 * MINUTE_MS, 30 * MINUTE_MS), ACT_CASE_SOLVE);
}

void ticket_act(struct simulator *simulator, enum act act, const struct subject *subject)
{
	struct ticket *ticket = find(simulator, subject->item, subject->ticket);
	if (!ticket || ticket->visit != subject->stamp)
		return;
	if (act == ACT_CASE_REPLY && !ticket->solved)
		reply(simulator, ticket);
	else if (act == ACT_CASE_SOLVE && !ticket->solved && !ticket->paused)
		solve(simulator, ticket);
	else if (act == ACT_CASE_ANSWER && ticket->paused)
		hear_customer(simulator, ticket);
	else if (act == ACT_CASE_REOPEN && ticket->solved)
		open_again(simulator, ticket);
	else if (act == ACT_CASE_CLOSE && ticket->solved) {
		say_state(simulator, ticket, CASE_CLOSED, NULL);
		forget(simulator, ticket);
	}
}
