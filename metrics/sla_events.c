/* What feeds say of SLA clocks, and what the state of a case does to them. */
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/sla_heaps.h"
#include "metrics/state.h"

#define APART_MOST MINUTE_MS

/* ---- rules of the settings ---- */

static uint8_t states_of(char *const *names, int count)
{
	unsigned mask = 0;
	for (int i = 0; i < count; i++) {
		const int state = word_number(WORDS_CASE_STATE, view_of(names[i]));
		mask |= state < 0 ? 0 : 1u << state;
	}
	return (uint8_t)mask;
}

void sla_init(struct engine *engine)
{
	for (int i = 0; i < engine->settings->sla_count; i++) {
		const struct sla_settings *settings = &engine->settings->slas[i];
		const int clock = word_number(WORDS_SLA_CLOCK, view_of(settings->clock));
		if (clock < 0)
			continue;
		struct sla_rule *rule = &engine->sla_rules[clock];
		*rule = (struct sla_rule){.pause_in = states_of(settings->pause_in, settings->pause_count),
			.stop_in = states_of(settings->stop_in, settings->stop_count), .start = settings->start, .go_on = settings->reopen == SLA_REOPEN_GO_ON};
		sla_targets_of(settings, rule->targets);
		if (rule->start && clock == SLA_RESOLVE && !rule->stop_in)
			rule->stop_in = 1u << CASE_SOLVED | 1u << CASE_CLOSED;
	}
}

static bool holds(uint8_t states, uint8_t state)
{
	return states & 1u << state;
}

/* ---- starting ---- */

static uint32_t clock_of(struct engine *engine, uint32_t case_item, int clock)
{
	uint32_t number = engine->cases[case_item].clocks[clock];
	if (number)
		return number;
	number = engine->sla_free;
	if (number) {
		engine->sla_free = engine->slas[number].case_item;
	} else {
		engine->slas = memory_grow(engine->slas, &engine->sla_room, engine->sla_count + 1, sizeof *engine->slas);
		number = (uint32_t)engine->sla_count++;
	}
	engine->slas[number] = (struct sla){.case_item = case_item, .clock = (uint8_t)clock};
	engine->cases[case_item].clocks[clock] = number;
	return number;
}

static void choose_calendar(struct engine *engine, struct sla *sla, const struct event *event)
{
	const struct case_item *of = &engine->cases[sla->case_item];
	sla->calendar = calendar_choose(engine, of->queue, engine->slots[of->slot].market, event_text(event, KEY_CALENDAR), &sla->wanted);
	if (sla->wanted)
		fault_event(engine, FAULT_UNKNOWN_CALENDAR, event);
}

/* A given due fixes the open time that is left at this moment. */
static void set_due(struct engine *engine, struct sla *sla, int64_t due)
{
	const struct open_hours *hours = calendar_hours(engine, sla->calendar);
	const int64_t at = engine->ts > sla->since ? engine->ts : sla->since; /* up to which `elapsed` is known */
	const int64_t reckoned = open_until(hours, at, sla->target - sla->elapsed);
	const int64_t apart = reckoned == OPEN_NEVER ? INT64_MAX : due > reckoned ? due - reckoned : reckoned - due;
	if (apart > APART_MOST)
		sla_count(engine, sla, COUNT_SLA_DUE_APART, engine->ts, 1);
	sla->elapsed = sla->target - (due >= at ? open_between(hours, at, due) : -open_between(hours, due, at));
	sla->restart_elapsed = 0;
	sla->fixed = due;
}

static void set_target(struct engine *engine, struct sla *sla, const struct event *event)
{
	const int64_t target = event_number(event, KEY_TARGET_MS, 0), due = event_number(event, KEY_DUE, INT64_MAX);
	sla->target = target < 0 ? 0 : target > SLA_FARTHEST ? SLA_FARTHEST : target;
	sla->fixed = 0;
	if (due > 0 && due > engine->ts - SLA_FARTHEST && due < engine->ts + SLA_FARTHEST)
		set_due(engine, sla, due);
	else if (event_has(event, KEY_DUE))
		fault_event(engine, FAULT_DUE_FAR, event);
}

bool sla_start(struct engine *engine, const struct event *event, uint32_t case_item)
{
	const uint32_t number = clock_of(engine, case_item, event_word(event, KEY_CLOCK, 0));
	const bool live = engine->slas[number].live;
	const int64_t known = live ? engine->slas[number].restarted : INT64_MIN;
	if (engine->ts < known || (engine->ts == known && engine->from_snapshot)) /* what we know is newer, or the same */
		return true;
	struct sla *sla = sla_change_begin(engine, number);
	if (!live)
		sla_begin(engine, number);
	sla_account(engine, sla, engine->ts);
	if (!live || event_text(event, KEY_CALENDAR).size)
		choose_calendar(engine, sla, event);
	sla->restarted = engine->ts;
	sla->restart_elapsed = sla->elapsed;
	set_target(engine, sla, event);
	if (sla->state == SLA_STATE_BREACHED && sla->elapsed < sla->target)
		sla->state = sla->paused ? SLA_STATE_PAUSED : SLA_STATE_RUNNING;
	sla_change_end(engine, number);
	if (holds(engine->sla_rules[sla->clock].pause_in, engine->cases[case_item].state) != sla->by_state)
		sla_pause(engine, number, sla->by_source, !sla->by_state);
	return true;
}

/* ---- what belongs to the instance before ---- */

/* A breach of ours in the instance before, disproved late; whatever else concerns that one is over. */
static bool apply_before(struct engine *engine, struct sla *sla, const struct event *event)
{
	struct sla_before *before = &sla->before;
	if (event->type != EVENT_SLA_MET || !before->counted || !before->ours || engine->too_old || engine->ts < before->started ||
		engine->ts > before->breached_at)
		return true;
	struct sla then = *sla;
	then.started = before->started;
	sla_count_outcome(engine, &then, false, before->breached_at, -1);
	sla_count(engine, &then, COUNT_SLA_WITHDRAWN, before->breached_at, 1);
	sla_count_outcome(engine, &then, true, engine->ts, 1);
	before->counted = false;
	return true;
}

/* Publishers' clocks differ a little: so close before its start, and with none before it, it is meant. */
static bool is_before(const struct engine *engine, const struct sla *sla)
{
	return engine->ts < sla->started - (sla->before.started ? 0 : engine->settings->hold_unknown);
}

/* ---- events ---- */

/* A breach of our timer that the source reports too: once for each instance. */
static void confirm(struct engine *engine, struct sla *sla)
{
	if (!sla->ours || sla->confirmed)
		return;
	sla->confirmed = true;
	sla_count(engine, sla, COUNT_SLA_CONFIRMED, engine->ts, 1);
}

/* Told when the clock is over, as the official flag in the last row of a log is. Met for us, it counts as breached all the same. */
static bool breach_ended(struct engine *engine, struct sla *sla)
{
	if (sla->state == SLA_STATE_MET_LATE)
		confirm(engine, sla);
	if (sla->state != SLA_STATE_MET)
		return sla->state == SLA_STATE_MET_LATE;
	sla_count_outcome(engine, sla, true, sla->ended, -1);
	sla_count_outcome(engine, sla, false, engine->ts, 1);
	sla_count(engine, sla, COUNT_SLA_DISAGREED, engine->ts, 1);
	sla->state = SLA_STATE_MET_LATE;
	sla->counted = sla->disagreed = true;
	sla->breached_at = engine->ts;
	sla->ours = false;
	return true;
}

static bool confirm_breach(struct engine *engine, uint32_t number)
{
	struct sla *sla = &engine->slas[number];
	if (sla->state == SLA_STATE_BREACHED) {
		confirm(engine, sla);
		return true;
	}
	sla_account(engine, sla, engine->ts);
	sla_breach(engine, number, engine->ts, false);
	return true;
}

void sla_end_at(struct engine *engine, uint32_t number, bool met)
{
	const struct sla *sla = &engine->slas[number];
	if (engine->ts < sla->restarted && sla->restarted > sla->started)
		sla_split(engine, number, met);
	else
		sla_end(engine, number, met);
}

static bool apply_live(struct engine *engine, const struct event *event, uint32_t number)
{
	const struct sla *sla = &engine->slas[number];
	switch (event->type) {
	case EVENT_SLA_BREACHED:
		return confirm_breach(engine, number);
	case EVENT_SLA_MET:
	case EVENT_SLA_CANCELLED:
		sla_end_at(engine, number, event->type == EVENT_SLA_MET);
		return true;
	default:
		if ((event->type == EVENT_SLA_PAUSED) == sla->by_source)
			return engine->from_snapshot; /* paused twice, or resumed while it runs */
		sla_pause(engine, number, !sla->by_source, sla->by_state);
		return true;
	}
}

bool sla_apply(struct engine *engine, const struct event *event)
{
	const uint32_t case_item = case_find(engine, event_text(event, KEY_CASE));
	if (!case_item)
		return false;
	if (event->type == EVENT_SLA_STARTED)
		return sla_start(engine, event, case_item);
	const uint32_t number = engine->cases[case_item].clocks[event_word(event, KEY_CLOCK, 0)];
	if (!number)
		return false;
	struct sla *sla = &engine->slas[number];
	if (is_before(engine, sla) && sla->before.started)
		return apply_before(engine, sla, event);
	if (!sla->live && event->type == EVENT_SLA_BREACHED && !is_before(engine, sla))
		return breach_ended(engine, sla);
	if (!sla->live || is_before(engine, sla)) /* its case, or the message that answered, said so already */
		return (sla->by_stop || engine->sla_rules[sla->clock].start) && event->type == EVENT_SLA_MET;
	return apply_live(engine, event, number);
}

/* ---- the state of the case ---- */

static void open_again(struct engine *engine, uint32_t number)
{
	if (engine->sla_rules[engine->slas[number].clock].go_on) {
		sla_go_on(engine, number);
		return;
	}
	sla_change_begin(engine, number);
	sla_begin(engine, number);
	sla_change_end(engine, number);
}

static bool is_over(uint8_t state)
{
	return state == CASE_SOLVED || state == CASE_CLOSED;
}

void sla_case_state(struct engine *engine, uint32_t case_item)
{
	const uint8_t state = engine->cases[case_item].state;
	for (int clock = 0; clock < SLA_CLOCK_COUNT; clock++) {
		const struct sla_rule *rule = &engine->sla_rules[clock];
		const uint32_t number = engine->cases[case_item].clocks[clock];
		struct sla *sla = &engine->slas[number];
		const bool stops = holds(rule->stop_in, state), pauses = holds(rule->pause_in, state);
		if (!number || engine->ts < sla->started)
			continue;
		if (!sla->live && sla->by_stop && !stops)
			open_again(engine, number);
		if (sla->live && stops) {
			sla_end(engine, number, true);
			sla->by_stop = true;
		} else if (sla->live && rule->start && clock != SLA_RESOLVE && is_over(state)) {
			sla_end(engine, number, false); /* nobody waits for a reply any more */
		} else if (sla->live && pauses != sla->by_state) {
			sla_pause(engine, number, sla->by_source, pauses);
		}
	}
}
