/* Agents: who is there, who is free, and their breaks. */
#include "feed/simulator_state.h"

static const char *const reasons[] = {"break", "lunch", "training", "meeting"};
#define REASONS 4
#define SHIFT_TURNS 9 /* one turn in so many ends a shift */

static void say_state(struct simulator *simulator, int number, const char *reason, int64_t until)
{
	const struct agent *agent = &simulator->agents[number];
	say(simulator, EVENT_AGENT_STATE);
	say_agent(simulator, number);
	say_word(simulator, KEY_STATE, WORDS_AVAILABILITY, (int)agent->state);
	say_text(simulator, KEY_TEAM, lines[agent->line].team);
	if (reason)
		say_text(simulator, KEY_REASON, reason);
	if (until)
		say_number(simulator, KEY_UNTIL, until);
}

void people_open(struct simulator *simulator)
{
	for (int line = 0; line < LINES; line++)
		agenda_put(simulator, simulator->begin, ACT_OPENING, &(struct subject){.line = (uint8_t)line});
	int number = 0;
	for (int line = 0; line < LINES; line++)
		for (int i = 0; i < lines[line].agents; i++, number++) {
			simulator->agents[number] = (struct agent){.line = (uint8_t)line, .idle_since = number};
			agenda_put(simulator, simulator->begin, ACT_STAFFING, &(struct subject){.agent = (int8_t)number});
			agenda_put(simulator, simulator->begin + chance_between(simulator, 5 * MINUTE_MS, 100 * MINUTE_MS), ACT_AGENT,
				&(struct subject){.agent = (int8_t)number});
		}
}

void people_opening(struct simulator *simulator, const struct subject *subject)
{
	const struct line *line = &lines[subject->line];
	say(simulator, EVENT_QUEUE_DEFINED);
	say_text(simulator, KEY_QUEUE, line->queue);
	say_channel(simulator, subject->line);
	say_text(simulator, KEY_TITLE, line->queue);
	if (line->markets[0] == line->markets[1])
		say_text(simulator, KEY_MARKET, market_names[line->markets[0]]);
}

/* One agent's first words: where he belongs, what he can take, and that he is there. */
void people_staff(struct simulator *simulator, const struct subject *subject)
{
	const struct agent *agent = &simulator->agents[subject->agent];
	const struct line *line = &lines[agent->line];
	say(simulator, EVENT_AGENT_MEMBER);
	say_agent(simulator, subject->agent);
	say_text(simulator, KEY_QUEUE, line->queue);
	say_number(simulator, KEY_IN, 1);
	for (int channel = CHANNEL_PHONE; channel <= CHANNEL_EMAIL; channel++) {
		say(simulator, EVENT_AGENT_CAPACITY);
		say_agent(simulator, subject->agent);
		say_word(simulator, KEY_CHANNEL, WORDS_CHANNEL, channel);
		say_number(simulator, KEY_SLOTS, channel == (int)line->channel ? line->slots : 0);
	}
	say_state(simulator, subject->agent, NULL, 0);
}

/* Somebody of the line must stay. */
static bool can_go(const struct simulator *simulator, int number)
{
	int there = 0;
	for (int i = 0; i < AGENTS; i++)
		there += simulator->agents[i].line == simulator->agents[number].line && simulator->agents[i].state == AGENT_AVAILABLE;
	return there * 3 >= lines[simulator->agents[number].line].agents * 2;
}

static void go_away(struct simulator *simulator, const struct subject *subject)
{
	struct agent *agent = &simulator->agents[subject->agent];
	bool over = chance_below(simulator, SHIFT_TURNS) == 0;
	int64_t back = simulator->now + chance_between(simulator, 6 * MINUTE_MS, over ? 40 * MINUTE_MS : 22 * MINUTE_MS);
	agent->state = over ? AGENT_OFFLINE : AGENT_AWAY;
	say_state(simulator, subject->agent, over ? "end of shift" : reasons[chance_below(simulator, REASONS)], over ? 0 : back);
	agenda_put(simulator, back, ACT_AGENT, subject);
}

void people_turn(struct simulator *simulator, const struct subject *subject)
{
	struct agent *agent = &simulator->agents[subject->agent];
	if (agent->state != AGENT_AVAILABLE) {
		agent->state = AGENT_AVAILABLE;
		agent->idle_since = simulator->now;
		say_state(simulator, subject->agent, NULL, 0);
		agenda_put(simulator, simulator->now + chance_between(simulator, 40 * MINUTE_MS, 110 * MINUTE_MS), ACT_AGENT, subject);
		talk_dispatch(simulator, agent->line);
	} else if (agent->load == 0 && can_go(simulator, subject->agent)) {
		go_away(simulator, subject);
	} else {
		agenda_put(simulator, simulator->now + chance_between(simulator, 20 * SECOND_MS, 90 * SECOND_MS), ACT_AGENT, subject);
	}
}

static bool can_take(const struct simulator *simulator, int number, int line)
{
	const struct agent *agent = &simulator->agents[number];
	return agent->line == line && agent->state == AGENT_AVAILABLE && agent->load < lines[line].slots;
}

int people_find(const struct simulator *simulator, int line, int avoided)
{
	int best = NOBODY;
	for (int i = 0; i < AGENTS; i++) {
		if (i == avoided || !can_take(simulator, i, line))
			continue;
		const struct agent *agent = &simulator->agents[i];
		const struct agent *other = best == NOBODY ? NULL : &simulator->agents[best];
		if (!other || agent->load < other->load || (agent->load == other->load && agent->idle_since < other->idle_since))
			best = i;
	}
	return best;
}

void people_take(struct simulator *simulator, int agent)
{
	simulator->agents[agent].load++;
}

void people_give_back(struct simulator *simulator, int agent)
{
	simulator->agents[agent].load--;
	simulator->agents[agent].idle_since = simulator->now;
}

/* `number`: 1 he asks, 0 somebody came. */
void people_help(struct simulator *simulator, const struct subject *subject)
{
	struct agent *agent = &simulator->agents[subject->agent];
	bool on = subject->number != 0;
	if (on ? agent->help != 0 : agent->help != subject->contact)
		return;
	agent->help = on ? subject->contact : 0;
	say(simulator, EVENT_AGENT_HELP);
	say_agent(simulator, subject->agent);
	say_contact(simulator, subject->contact);
	say_number(simulator, KEY_ON, on);
	if (!on)
		return;
	struct subject over = *subject;
	over.number = 0;
	agenda_put(simulator, simulator->now + chance_between(simulator, 60 * SECOND_MS, 200 * SECOND_MS), ACT_HELP, &over);
}
