/* Rude customers and the protocol: request, demand, warning, ended. */
#include "feed/simulator_state.h"

#define RUDE_PER_MILLE 14
/* The script around `start`: one customer is at the warning then, and for another one a step is skipped a minute before. */
#define FIRST_FROM (-6 * MINUTE_MS)
#define SECOND_FROM (-4 * MINUTE_MS)
enum { SCRIPT_NONE, SCRIPT_WARNING, SCRIPT_SKIPPED };
#define FALSE_FLAG 3 /* this one is withdrawn, whatever chance says */

static void plan(struct simulator *simulator, const struct contact *contact, int64_t after_start, enum act act, uint32_t number)
{
	int64_t ts = simulator->start + after_start * SECOND_MS;
	talk_plan(simulator, contact, ts, act, number);
}

/* Seconds after `start`. */
static void play_script(struct simulator *simulator, struct contact *contact)
{
	contact->mood = MOOD_RUDE;
	contact->script = ++simulator->scripted;
	talk_plan(simulator, contact, simulator->now + 15 * SECOND_MS, ACT_SIGNAL, CONDUCT_INSULT);
	if (contact->script == SCRIPT_WARNING) {
		plan(simulator, contact, -290, ACT_STEP, STEP_REQUEST);
		plan(simulator, contact, -175, ACT_STEP, STEP_DEMAND);
		plan(simulator, contact, -45, ACT_STEP, STEP_WARNING);
		plan(simulator, contact, 170, ACT_STEP, STEP_ENDED);
		return;
	}
	plan(simulator, contact, -140, ACT_STEP, STEP_REQUEST);
	plan(simulator, contact, -60, ACT_STEP, STEP_WARNING);
	plan(simulator, contact, 75, ACT_STEP, STEP_DEMAND);
	plan(simulator, contact, 190, ACT_CALMED, 0);
}

static bool is_scripted(const struct simulator *simulator, const struct contact *contact)
{
	int64_t from = simulator->now - simulator->start;
	if (simulator->scripted == SCRIPT_NONE)
		return from >= FIRST_FROM && from < -305 * SECOND_MS && lines[contact->line].channel == CHANNEL_CHAT;
	return simulator->scripted == SCRIPT_WARNING && from >= SECOND_FROM && from < -160 * SECOND_MS &&
		lines[contact->line].channel == CHANNEL_PHONE;
}

/* A threat to somebody's life: an alarm beside the protocol, once a day, after which the dialogue ends at once. */
static void threaten(struct simulator *simulator, struct contact *contact)
{
	simulator->alarm += DAY_MS;
	contact->mood = MOOD_RUDE;
	contact->alarmed = true;
	talk_plan(simulator, contact, simulator->now + 20 * SECOND_MS, ACT_SIGNAL, CONDUCT_THREAT);
	talk_plan(simulator, contact, simulator->now + 31 * SECOND_MS, ACT_SAFETY, 0);
	talk_plan(simulator, contact, simulator->now + 33 * SECOND_MS, ACT_HELP, 1);
	talk_plan(simulator, contact, simulator->now + 75 * SECOND_MS, ACT_STEP, STEP_ENDED);
}

/* Maybe the customer of this newly answered contact will be rude. */
void mood_begin(struct simulator *simulator, struct contact *contact)
{
	if (is_scripted(simulator, contact)) {
		play_script(simulator, contact);
		return;
	}
	if (simulator->now >= simulator->alarm) {
		threaten(simulator, contact);
		return;
	}
	if (chance_below(simulator, 1000) >= RUDE_PER_MILLE)
		return;
	contact->mood = MOOD_RUDE;
	int64_t then = simulator->now + chance_between(simulator, 15 * SECOND_MS, 80 * SECOND_MS);
	uint32_t kind = chance_below(simulator, CONDUCT_DEMAND);
	talk_plan(simulator, contact, then, ACT_SIGNAL, kind);
}

static void say_signal(struct simulator *simulator, const struct contact *contact, int kind, enum conduct_aim aim)
{
	static const char *const sources[] = {"engine", "agent", "agent", "lead"};
	say(simulator, EVENT_CONDUCT_SIGNALLED);
	say_contact(simulator, contact->serial);
	say_word(simulator, KEY_KIND, WORDS_CONDUCT_KIND, kind);
	say_word(simulator, KEY_AIM, WORDS_CONDUCT_AIM, (int)aim);
	say_text(simulator, KEY_BY, sources[chance_below(simulator, 4)]);
}

static void signal_rude(struct simulator *simulator, const struct contact *contact, int kind)
{
	say_signal(simulator, contact, kind, AIM_AGENT);
	if (contact->script || contact->alarmed)
		return;
	bool false_flag = ++simulator->flags == FALSE_FLAG || chance_percent(simulator, 8);
	int64_t next = simulator->now + chance_between(simulator, 12 * SECOND_MS, 45 * SECOND_MS);
	if (false_flag)
		talk_plan(simulator, contact, next, ACT_WITHDRAWN, 0);
	else
		talk_plan(simulator, contact, next, ACT_STEP, STEP_REQUEST);
}

static void plan_after(struct simulator *simulator, const struct contact *contact)
{
	int64_t next = simulator->now + chance_between(simulator, 50 * SECOND_MS, 150 * SECOND_MS);
	if (chance_percent(simulator, 48))
		talk_plan(simulator, contact, next, ACT_CALMED, 0);
	else
		talk_plan(simulator, contact, next, ACT_STEP, contact->step + 1u);
}

static void step(struct simulator *simulator, struct contact *contact, uint32_t number)
{
	bool skipped = number > contact->step + 1u;
	say(simulator, EVENT_CONDUCT_STEP);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
	say_word(simulator, KEY_STEP, WORDS_CONDUCT_STEP, (int)number);
	if (!skipped)
		contact->step = (uint8_t)number;
	if (number == STEP_ENDED) {
		contact->mood = MOOD_CALM;
		talk_release(simulator, contact, RELEASED_AGENT);
		return;
	}
	if (number == STEP_WARNING && !skipped)
		talk_plan(simulator, contact, simulator->now + 2 * SECOND_MS, ACT_HELP, 1);
	if (!contact->script)
		plan_after(simulator, contact);
}

static void close_flag(struct simulator *simulator, struct contact *contact, enum event_type type)
{
	contact->mood = MOOD_CALM;
	say(simulator, type);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
	if (type == EVENT_CONDUCT_WITHDRAWN)
		say_text(simulator, KEY_REASON, "quoted somebody else");
}

static void raise_alarm(struct simulator *simulator, const struct contact *contact)
{
	say(simulator, EVENT_CONDUCT_SAFETY);
	say_contact(simulator, contact->serial);
	say_agent(simulator, contact->agent);
}

void mood_act(struct simulator *simulator, enum act act, const struct subject *subject)
{
	struct contact *contact = talk_at(simulator, subject);
	if (!contact || contact->phase != PHASE_TALKING || contact->plan != subject->stamp)
		return;
	if (act == ACT_ANGER)
		say_signal(simulator, contact, CONDUCT_OTHER, chance_percent(simulator, 80) ? AIM_COMPANY : AIM_PRODUCT);
	else if (contact->mood != MOOD_RUDE)
		return;
	else if (act == ACT_SIGNAL)
		signal_rude(simulator, contact, (int)subject->number);
	else if (act == ACT_STEP)
		step(simulator, contact, subject->number);
	else if (act == ACT_SAFETY)
		raise_alarm(simulator, contact);
	else
		close_flag(simulator, contact, act == ACT_CALMED ? EVENT_CONDUCT_CALMED : EVENT_CONDUCT_WITHDRAWN);
}
