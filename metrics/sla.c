/* SLA clocks: running <-> paused -> met | breached -> met late | cancelled. Elapsed is the integral of open time while running;
 * our own timers breach, to the millisecond, with no event arriving. */
#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

/* What a target or a due may be away: beyond it a publisher's number is nonsense, and sums could overflow. */
#define FARTHEST (10 * 366 * DAY_MS)

/* Open time between two instants. Every hour is open until calendars are used: these two are where they come in. */
static int64_t open_time(int64_t from, int64_t to)
{
	return to > from ? to - from : 0;
}

static int64_t open_until(int64_t from, int64_t amount)
{
	return from + amount;
}

static bool runs(const struct sla *sla)
{
	return sla->live && !sla->paused;
}

int64_t sla_left(const struct sla *sla, int64_t at)
{
	return sla->target - sla->elapsed - (runs(sla) ? open_time(sla->since, at) : 0);
}

/* ---- what a clock adds to the gauges of its slot ---- */

static void weigh(struct engine *engine, const struct sla *sla, int sign)
{
	if (!sla->live)
		return;
	uint16_t number = engine->cases[sla->case_item].slot;
	struct slot *slot = &engine->slots[number];
	bool running = sla->state == SLA_STATE_RUNNING && !sla->paused;
	slot->sla_running += running ? sign : 0;
	slot->sla_due_soon += running && sla->soon ? sign : 0;
	slot->sla_paused += sla->paused ? sign : 0;
	slot->sla_breached_open += sla->state == SLA_STATE_BREACHED ? sign : 0;
	slot_touch(engine, number);
}

static void set_live(struct engine *engine, uint32_t number, bool live)
{
	struct sla *sla = &engine->slas[number];
	if (sla->live == live)
		return;
	sla->live = live;
	if (live) {
		index_list_add(&engine->live_slas, number, &sla->place);
		return;
	}
	uint32_t moved = index_list_remove(&engine->live_slas, sla->place);
	if (moved)
		engine->slas[moved].place = sla->place;
}

/* ---- changing a clock: always between these two, so that gauges and timers follow ---- */

static struct sla *begin_change(struct engine *engine, uint32_t number)
{
	struct sla *sla = &engine->slas[number];
	weigh(engine, sla, -1);
	sla->version++;
	return sla;
}

static void add_timer(struct engine *engine, uint32_t number, uint8_t kind, int64_t due)
{
	const struct sla *sla = &engine->slas[number];
	timers_add(engine, (struct timer){due, kind, number, sla->version, sla->serial});
}

static int64_t soon_span(const struct engine *engine, const struct sla *sla)
{
	int64_t share = sla->target / 100 * engine->settings->due_soon_percent;
	return share < engine->settings->due_soon_most ? share : engine->settings->due_soon_most;
}

static void end_change(struct engine *engine, uint32_t number)
{
	struct sla *sla = &engine->slas[number];
	sla->soon = false;
	if (sla->state == SLA_STATE_RUNNING && !sla->paused) {
		int64_t left = sla->target - sla->elapsed, soon = left - soon_span(engine, sla);
		sla->due = open_until(sla->since, left > 0 ? left : 0);
		sla->soon = soon <= 0;
		add_timer(engine, number, TIMER_SLA, sla->due);
		if (!sla->soon)
			add_timer(engine, number, TIMER_SLA_SOON, open_until(sla->since, soon));
	}
	weigh(engine, sla, 1);
}

/* Brings `elapsed` up to the instant. */
static void account(struct sla *sla, int64_t at)
{
	if (!runs(sla) || at <= sla->since)
		return;
	sla->elapsed += open_time(sla->since, at);
	sla->since = at;
}

/* ---- breaches ---- */

static void count(struct engine *engine, const struct sla *sla, enum counter counter, int64_t at, int64_t delta)
{
	const struct case_item *item = &engine->cases[sla->case_item];
	count_add(engine, item->slot, item->agent, counter, at, sla->started, delta);
}

/* A clock counts as breached once, however often its target is moved afterwards. */
static void breach(struct engine *engine, uint32_t number, int64_t at, bool ours)
{
	struct sla *sla = begin_change(engine, number);
	if (!sla->counted)
		count(engine, sla, COUNT_SLA_BREACHED, at, 1);
	if (!sla->counted && !ours)
		count(engine, sla, COUNT_SLA_DISAGREED, at, 1);
	sla->counted = true;
	sla->state = SLA_STATE_BREACHED;
	sla->breached_at = at;
	sla->ours = ours;
	end_change(engine, number);
	alerts_want(engine, ALERT_SLA, number, 0);
	witness_breach(engine, number, at);
}

/* A late event that lies before our breach disproves it. */
static void take_back(struct engine *engine, struct sla *sla)
{
	if (sla->state != SLA_STATE_BREACHED || !sla->ours || engine->ts > sla->breached_at)
		return;
	if (sla->counted && !engine->too_old) {
		count(engine, sla, COUNT_SLA_BREACHED, sla->breached_at, -1);
		count(engine, sla, COUNT_SLA_WITHDRAWN, sla->breached_at, 1);
		sla->counted = false;
	}
	sla->state = sla->paused ? SLA_STATE_PAUSED : SLA_STATE_RUNNING;
}

void sla_timer(struct engine *engine, const struct timer *timer)
{
	struct sla *sla = &engine->slas[timer->item];
	if (sla->version != timer->version || sla->state != SLA_STATE_RUNNING || sla->paused)
		return;
	if (timer->kind == TIMER_SLA) {
		breach(engine, timer->item, timer->due, true);
		return;
	}
	weigh(engine, sla, -1);
	sla->soon = true;
	weigh(engine, sla, 1);
}

/* ---- events ---- */

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
		engine->slas[number] = (struct sla){0};
	}
	engine->cases[case_item].clocks[clock] = number;
	engine->slas[number].case_item = case_item;
	engine->slas[number].clock = (uint8_t)clock;
	return number;
}

static void begin_instance(struct engine *engine, uint32_t number)
{
	struct sla *sla = &engine->slas[number];
	*sla = (struct sla){.case_item = sla->case_item, .version = sla->version, .clock = sla->clock,
		.serial = ++engine->serial, .started = engine->ts, .since = engine->ts, .state = SLA_STATE_RUNNING};
	set_live(engine, number, true);
}

/* A given due fixes the open time that is left at this moment. */
static void set_target(struct engine *engine, struct sla *sla, const struct event *event)
{
	int64_t target = event_number(event, KEY_TARGET_MS, 0);
	sla->target = target < 0 ? 0 : target > FARTHEST ? FARTHEST : target;
	if (!event_has(event, KEY_DUE))
		return;
	int64_t due = event_number(event, KEY_DUE, 0);
	if (due < engine->ts - FARTHEST || due > engine->ts + FARTHEST)
		return;
	int64_t left = due >= engine->ts ? open_time(engine->ts, due) : -open_time(due, engine->ts);
	sla->elapsed = sla->target - left;
}

/* On a live clock it changes the target, and what had elapsed stays; else it is a new instance. */
static bool start(struct engine *engine, const struct event *event, uint32_t case_item)
{
	uint32_t number = clock_of(engine, case_item, event_word(event, KEY_CLOCK, 0));
	struct sla *sla = begin_change(engine, number);
	if (!sla->live)
		begin_instance(engine, number);
	account(sla, engine->ts);
	set_target(engine, sla, event);
	if (sla->state == SLA_STATE_BREACHED && sla->elapsed < sla->target)
		sla->state = sla->paused ? SLA_STATE_PAUSED : SLA_STATE_RUNNING;
	end_change(engine, number);
	return true;
}

static void pause_clock(struct engine *engine, uint32_t number)
{
	struct sla *sla = begin_change(engine, number);
	take_back(engine, sla);
	account(sla, engine->ts);
	sla->paused = true;
	if (sla->state == SLA_STATE_RUNNING)
		sla->state = SLA_STATE_PAUSED;
	end_change(engine, number);
}

static void resume(struct engine *engine, uint32_t number)
{
	struct sla *sla = begin_change(engine, number);
	sla->paused = false;
	sla->since = engine->ts;
	if (sla->state == SLA_STATE_PAUSED)
		sla->state = SLA_STATE_RUNNING;
	end_change(engine, number);
}

static void end(struct engine *engine, uint32_t number, bool met)
{
	struct sla *sla = begin_change(engine, number);
	take_back(engine, sla);
	account(sla, engine->ts);
	bool late = sla->state == SLA_STATE_BREACHED || sla->counted;
	sla->state = !met ? SLA_STATE_CANCELLED : late ? SLA_STATE_MET_LATE : SLA_STATE_MET;
	if (sla->state == SLA_STATE_MET)
		count(engine, sla, COUNT_SLA_MET, engine->ts, 1);
	sla->paused = false;
	set_live(engine, number, false);
	end_change(engine, number);
}

static bool confirm_breach(struct engine *engine, uint32_t number)
{
	if (engine->slas[number].state == SLA_STATE_BREACHED)
		return true;
	account(&engine->slas[number], engine->ts);
	breach(engine, number, engine->ts, false);
	return true;
}

bool sla_apply(struct engine *engine, const struct event *event)
{
	uint32_t case_item = case_find(engine, event_text(event, KEY_CASE));
	if (!case_item)
		return false;
	if (event->type == EVENT_SLA_STARTED)
		return start(engine, event, case_item);
	uint32_t number = engine->cases[case_item].clocks[event_word(event, KEY_CLOCK, 0)];
	if (!number || !engine->slas[number].live)
		return false;
	bool paused = engine->slas[number].paused;
	if (event->type == EVENT_SLA_BREACHED)
		return confirm_breach(engine, number);
	if (event->type == EVENT_SLA_PAUSED && !paused)
		pause_clock(engine, number);
	else if (event->type == EVENT_SLA_RESUMED && paused)
		resume(engine, number);
	else if (event->type == EVENT_SLA_MET || event->type == EVENT_SLA_CANCELLED)
		end(engine, number, event->type == EVENT_SLA_MET);
	else
		return engine->from_snapshot; /* paused twice, or resumed while it runs */
	return true;
}

void sla_cancel_all(struct engine *engine, uint32_t case_item)
{
	for (int clock = 0; clock < SLA_CLOCK_COUNT; clock++) {
		uint32_t number = engine->cases[case_item].clocks[clock];
		if (number && engine->slas[number].live)
			end(engine, number, false);
	}
}

void sla_move(struct engine *engine, uint32_t case_item, uint16_t slot)
{
	struct case_item *item = &engine->cases[case_item];
	uint16_t before = item->slot;
	for (int clock = 0; clock < SLA_CLOCK_COUNT; clock++) {
		const struct sla *sla = &engine->slas[item->clocks[clock]];
		if (!item->clocks[clock])
			continue;
		weigh(engine, sla, -1);
		item->slot = slot;
		weigh(engine, sla, 1);
		item->slot = before;
	}
}
