/* What changes an SLA clock: running <-> paused -> met | breached -> met late | cancelled. Elapsed is the integral of open time while
 * running; our own timers breach, to the millisecond, with no event arriving. */
#include "base/instant.h"
#include "metrics/sla_heaps.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

static bool runs(const struct sla *sla)
{
	return sla->live && !sla->paused;
}

static bool is_running(const struct sla *sla)
{
	return sla->state == SLA_STATE_RUNNING && !sla->paused;
}

static const struct open_hours *hours_of(const struct engine *engine, const struct sla *sla)
{
	return calendar_hours(engine, sla->calendar);
}

int64_t sla_left(const struct engine *engine, const struct sla *sla, int64_t at)
{
	return sla->target - sla->elapsed - (runs(sla) ? open_between(hours_of(engine, sla), sla->since, at) : 0);
}

/* ---- what a clock adds to the gauges of its slot ---- */

static void weigh(struct engine *engine, const struct sla *sla, int sign)
{
	if (!sla->live)
		return;
	uint16_t number = engine->cases[sla->case_item].slot;
	struct slot *slot = &engine->slots[number];
	slot->sla_running += is_running(sla) ? sign : 0;
	slot->sla_due_soon += is_running(sla) && sla->soon ? sign : 0;
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

struct sla *sla_change_begin(struct engine *engine, uint32_t number)
{
	struct sla *sla = &engine->slas[number];
	weigh(engine, sla, -1);
	return sla;
}

static int64_t soon_span(const struct engine *engine, const struct sla *sla)
{
	int64_t share = sla->target / 100 * engine->settings->due_soon_percent;
	return share < engine->settings->due_soon_most ? share : engine->settings->due_soon_most;
}

/* Its place among the next due, and one timer: that it is due soon, and then that it is due. */
void sla_arm(struct engine *engine, uint32_t number)
{
	const struct sla *sla = &engine->slas[number];
	(sla->live ? sla_order_set : sla_order_clear)(engine, number);
	if (!sla->live || !is_running(sla)) {
		sla_timers_clear(engine, number);
		return;
	}
	const int64_t left = sla->target - sla->elapsed - soon_span(engine, sla);
	const int64_t soon = sla->soon ? OPEN_NEVER : open_until(hours_of(engine, sla), sla->since, left);
	if (soon != OPEN_NEVER && (!sla->due || soon < sla->due))
		sla_timers_set(engine, number, TIMER_SLA_SOON, soon);
	else if (sla->due)
		sla_timers_set(engine, number, TIMER_SLA, sla->due);
	else
		sla_timers_clear(engine, number);
}

static void reckon_due(const struct engine *engine, struct sla *sla)
{
	const int64_t left = sla->target - sla->elapsed;
	const int64_t due = sla->fixed ? sla->fixed : open_until(hours_of(engine, sla), sla->since, left);
	sla->due = due == OPEN_NEVER ? 0 : due;
	sla->soon = left <= soon_span(engine, sla);
}

void sla_change_end(struct engine *engine, uint32_t number)
{
	struct sla *sla = &engine->slas[number];
	sla->soon = false;
	if (sla->live && is_running(sla))
		reckon_due(engine, sla);
	sla_arm(engine, number);
	weigh(engine, sla, 1);
}

void sla_account(const struct engine *engine, struct sla *sla, int64_t at)
{
	if (!runs(sla) || at <= sla->since)
		return;
	sla->elapsed += open_between(hours_of(engine, sla), sla->since, at);
	sla->since = at;
}

/* ---- counting ---- */

void sla_count(struct engine *engine, const struct sla *sla, enum counter counter, int64_t at, int64_t delta)
{
	const struct case_item *item = &engine->cases[sla->case_item];
	count_add(engine, item->slot, item->agent, counter, at, sla->started, delta);
}

/* In all, by clock, and by the priority of the case where it has one. */
void sla_count_outcome(struct engine *engine, const struct sla *sla, bool met, int64_t at, int64_t delta)
{
	const uint8_t priority = engine->cases[sla->case_item].priority;
	const enum counter of_clock = met ? COUNT_SLA_MET_FIRST_REPLY : COUNT_SLA_BREACHED_FIRST_REPLY;
	const enum counter of_priority = met ? COUNT_SLA_MET_P1 : COUNT_SLA_BREACHED_P1;
	sla_count(engine, sla, met ? COUNT_SLA_MET : COUNT_SLA_BREACHED, at, delta);
	sla_count(engine, sla, of_clock + sla->clock, at, delta);
	if (priority >= 1 && priority <= 5)
		sla_count(engine, sla, of_priority + priority - 1, at, delta);
}

/* ---- breaches ---- */

/* A clock counts as breached once, however often its target is moved afterwards. */
void sla_breach(struct engine *engine, uint32_t number, int64_t at, bool ours)
{
	struct sla *sla = sla_change_begin(engine, number);
	if (!sla->counted)
		sla_count_outcome(engine, sla, false, at, 1);
	if (!sla->counted && !ours)
		sla_count(engine, sla, COUNT_SLA_DISAGREED, at, 1);
	sla->disagreed = sla->disagreed || (!sla->counted && !ours);
	sla->counted = true;
	sla->state = SLA_STATE_BREACHED;
	sla->breached_at = at;
	sla->ours = ours;
	sla_change_end(engine, number);
	alerts_want(engine, ALERT_SLA, number, 0);
	witness_breach(engine, number, at);
}

/* A late event that lies before our breach disproves it. */
static void take_back(struct engine *engine, struct sla *sla)
{
	if (sla->state != SLA_STATE_BREACHED || !sla->ours || engine->ts > sla->breached_at)
		return;
	if (sla->counted && !engine->too_old) {
		sla_count_outcome(engine, sla, false, sla->breached_at, -1);
		sla_count(engine, sla, COUNT_SLA_WITHDRAWN, sla->breached_at, 1);
		sla->counted = false;
	}
	sla->state = sla->paused ? SLA_STATE_PAUSED : SLA_STATE_RUNNING;
}

void sla_timer(struct engine *engine, const struct timer *timer)
{
	struct sla *sla = &engine->slas[timer->item];
	if (!sla->live || !is_running(sla))
		return;
	if (timer->kind == TIMER_SLA) {
		sla_breach(engine, timer->item, timer->due, true);
		return;
	}
	weigh(engine, sla, -1);
	sla->soon = true;
	weigh(engine, sla, 1);
	sla_arm(engine, timer->item);
}

/* ---- pauses, ends, instances ---- */

void sla_begin(struct engine *engine, uint32_t number)
{
	struct sla *sla = &engine->slas[number];
	const struct sla_before before = {sla->started, sla->breached_at, sla->counted, sla->ours};
	sla_timers_clear(engine, number);
	sla_order_clear(engine, number);
	*sla = (struct sla){.case_item = sla->case_item, .clock = sla->clock, .serial = ++engine->serial, .started = engine->ts,
		.since = engine->ts, .restarted = engine->ts, .state = SLA_STATE_RUNNING, .before = before, .target = sla->target,
		.calendar = sla->calendar, .wanted = sla->wanted};
	set_live(engine, number, true);
}

void sla_pause(struct engine *engine, uint32_t number, bool by_source, bool by_state)
{
	struct sla *sla = sla_change_begin(engine, number);
	const bool paused = by_source || by_state;
	sla->by_source = by_source;
	sla->by_state = by_state;
	if (paused && !sla->paused) {
		take_back(engine, sla);
		sla_account(engine, sla, engine->ts);
		sla->fixed = 0;
		sla->paused = true;
		sla->state = sla->state == SLA_STATE_RUNNING ? SLA_STATE_PAUSED : sla->state;
	} else if (!paused && sla->paused) {
		sla->paused = false;
		sla->fixed = 0; /* given while it stood still: what was left then is left now */
		sla->since = engine->ts > sla->since ? engine->ts : sla->since;
		sla->state = sla->state == SLA_STATE_PAUSED ? SLA_STATE_RUNNING : sla->state;
	}
	sla_change_end(engine, number);
}

static void settle(struct engine *engine, struct sla *sla, bool met)
{
	take_back(engine, sla);
	const bool late = sla->state == SLA_STATE_BREACHED || sla->counted;
	sla->state = !met ? SLA_STATE_CANCELLED : late ? SLA_STATE_MET_LATE : SLA_STATE_MET;
	sla->ended = engine->ts;
	if (sla->state == SLA_STATE_MET)
		sla_count_outcome(engine, sla, true, engine->ts, 1);
}

void sla_end(struct engine *engine, uint32_t number, bool met)
{
	struct sla *sla = sla_change_begin(engine, number);
	sla_account(engine, sla, engine->ts);
	settle(engine, sla, met);
	sla->paused = sla->by_source = sla->by_state = false;
	set_live(engine, number, false);
	sla_change_end(engine, number);
}

void sla_go_on(struct engine *engine, uint32_t number)
{
	struct sla *sla = &engine->slas[number];
	if (sla->state == SLA_STATE_MET)
		sla_count_outcome(engine, sla, true, sla->ended, -1);
	sla_change_begin(engine, number);
	sla->state = sla->counted ? SLA_STATE_BREACHED : SLA_STATE_RUNNING;
	sla->by_stop = false;
	sla->since = engine->ts;
	sla->fixed = 0;
	set_live(engine, number, true);
	sla_change_end(engine, number);
}

void sla_split(struct engine *engine, uint32_t number, bool met)
{
	struct sla *sla = sla_change_begin(engine, number);
	settle(engine, sla, met);
	const bool later = sla->counted && sla->breached_at >= sla->restarted; /* the source's word on the one that began since */
	sla->before = (struct sla_before){sla->started, sla->breached_at, sla->counted && !later, sla->ours};
	sla->started = sla->restarted;
	sla->elapsed -= sla->restart_elapsed;
	sla->restart_elapsed = 0;
	sla->counted = later;
	sla->state = later ? SLA_STATE_BREACHED : sla->paused ? SLA_STATE_PAUSED : SLA_STATE_RUNNING;
	sla_change_end(engine, number);
}

/* ---- what happens to the case, and to the calendar ---- */

void sla_cancel_all(struct engine *engine, uint32_t case_item)
{
	for (int clock = 0; clock < SLA_CLOCK_COUNT; clock++) {
		uint32_t number = engine->cases[case_item].clocks[clock];
		if (number && engine->slas[number].live)
			sla_end(engine, number, false);
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

void sla_calendar_ends(struct engine *engine, uint16_t calendar)
{
	for (size_t i = 0; i < engine->live_slas.count; i++) {
		struct sla *sla = &engine->slas[engine->live_slas.items[i]];
		if (sla->calendar == calendar || sla->wanted == calendar)
			sla_account(engine, sla, engine->now);
	}
}

void sla_calendar_begins(struct engine *engine, uint16_t calendar)
{
	for (size_t i = 0; i < engine->live_slas.count; i++) {
		const uint32_t number = engine->live_slas.items[i];
		struct sla *sla = &engine->slas[number];
		if (sla->calendar != calendar && sla->wanted != calendar)
			continue;
		sla_change_begin(engine, number);
		sla->calendar = calendar;
		sla->wanted = 0;
		sla->fixed = 0;
		sla_change_end(engine, number);
	}
}
