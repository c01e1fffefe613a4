#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"
#include "metrics/timers.h"
#include "metrics/witness_tell.h"

#define SOURCES_MOST 1024
#define UNKNOWN_TYPES_MOST 128
/* Numbers of names are 16 bits wide, the last one means "any". */
#define NAMES_BOUND 65000

static uint32_t bounded(int most)
{
	return most < 2 ? 2 : most > NAMES_BOUND ? NAMES_BOUND : (uint32_t)most;
}

static void start_names(struct engine *engine)
{
	const struct settings *settings = engine->settings;
	names_init(&engine->queues, bounded(settings->queues_most));
	names_init(&engine->agents_names, bounded(settings->agents_most));
	struct names *const others[] = {&engine->teams, &engine->topics, &engine->markets, &engine->policies, &engine->kinds, &engine->people};
	for (size_t i = 0; i < sizeof others / sizeof others[0]; i++)
		names_init(others[i], bounded(settings->names_most));
	names_init(&engine->sources_names, SOURCES_MOST);
	names_init(&engine->unknown_types, UNKNOWN_TYPES_MOST);
}

static void finish_names(struct engine *engine)
{
	struct names *const all[] = {&engine->queues, &engine->agents_names, &engine->teams, &engine->topics, &engine->markets,
		&engine->policies, &engine->kinds, &engine->people, &engine->sources_names, &engine->unknown_types};
	for (size_t i = 0; i < sizeof all / sizeof all[0]; i++)
		names_finish(all[i]);
}

struct engine *engine_create(const struct settings *settings, struct error *err)
{
	struct zone *zone = zone_open(settings->zone, err);
	if (!zone)
		return NULL;
	struct engine *engine = memory_new(1, sizeof *engine);
	engine->settings = settings;
	engine->zone = zone;
	engine->now = engine->second = INT64_MIN;
	for (size_t i = 0; i < sizeof engine->feeds / sizeof engine->feeds[0]; i++)
		engine->feeds[i].lag = -1;
	engine->keeping = (struct ledger_rules){.minutes = 61 * MINUTE_MS, .quarters = settings->history_days * DAY_MS, .zone = zone,
		.day_start = settings->day_start, .from = INT64_MIN};
	start_names(engine);
	slots_start(engine);
	quality_init(engine);
	static const char *const watched[] = {"longest_wait", "queue_depth", "service_level"};
	for (size_t i = 0; i < sizeof watched / sizeof *watched; i++)
		engine->watched_metrics[i] = metric_find(watched[i]);
	return engine;
}

void engine_destroy(struct engine *engine)
{
	if (!engine)
		return;
	slots_finish(engine);
	agents_finish(engine);
	held_finish(engine);
	sources_finish(engine);
	quality_finish(engine);
	finish_names(engine);
	map_finish(&engine->contact_index);
	map_finish(&engine->callbacks);
	free(engine->contacts);
	free(engine->wraps);
	free(engine->timers);
	free(engine->order);
	free(engine->unknown_counts);
	zone_close(engine->zone);
	free(engine);
}

void engine_keep_long(struct engine *engine)
{
	engine->keeping.minutes = 2 * DAY_MS;
	engine->keeping.days = 731 * DAY_MS;
	engine_keep_past(engine, INT64_MIN);
}

void engine_keep_past(struct engine *engine, int64_t from)
{
	engine->keeping.from = from;
	if (engine->keeping.quarters < 35 * DAY_MS)
		engine->keeping.quarters = 35 * DAY_MS;
	watches_keep(engine);
}

/* ---- time ---- */

static int64_t whole(int64_t at, int64_t length)
{
	int64_t past = at % length;
	return at - past - (past < 0 ? length : 0);
}

/* The next second that needs a look at its end: every one while something happens or somebody waits, else minute starts,
 * for windows move on then. */
static int64_t next_look(const struct engine *engine)
{
	int64_t next = engine->second + SECOND_MS;
	if (engine->dirty || engine->waiting)
		return next;
	return whole(next + MINUTE_MS - 1, MINUTE_MS);
}

static void look(struct engine *engine, int64_t second)
{
	engine->now = engine->ts = second + SECOND_MS;
	engine->second = second;
	watches_sample(engine, second);
	if (second % MINUTE_MS == 0) {
		agents_account(engine, second);
		ledgers_close(engine, second);
	}
	levels_evaluate(engine);
	engine->dirty = false;
}

/* Seconds that needed no look are over all the same. */
static void pass_seconds(struct engine *engine)
{
	int64_t over = whole(engine->now, SECOND_MS) - SECOND_MS;
	if (over > engine->second)
		engine->second = over;
}

static void fire(struct engine *engine)
{
	struct timer timer = timers_take(engine);
	if (timer.due > engine->now)
		engine->now = timer.due;
	engine->ts = engine->now;
	engine->too_old = engine->from_snapshot = false;
	pass_seconds(engine);
	witness_timer(engine, &timer);
	switch ((enum timer_kind)timer.kind) {
	case TIMER_WRAP:
		wrap_timer(engine, &timer);
		break;
	case TIMER_LOST:
		contact_timer(engine, &timer);
		break;
	case TIMER_FCR:
		fcr_timer(engine, &timer);
		return; /* a figure over days: nothing looks at it before the next minute */
	case TIMER_SLA:
	case TIMER_SLA_SOON:
		sla_timer(engine, &timer);
		break;
	case TIMER_HELD_EVENT:
		held_timer(engine, &timer);
		break;
	case TIMER_ALERT_MUTE:
	case TIMER_KINDS:
		break;
	}
	engine->dirty = true;
}

static void advance(struct engine *engine, int64_t to)
{
	if (engine->now == INT64_MIN) {
		engine->now = to;
		engine->second = whole(to, SECOND_MS) - SECOND_MS;
		for (size_t i = 0; i < engine->agent_count; i++) /* those whom a history knows: time begins for them too */
			engine->agents[i].accounted = engine->agents[i].activity_since = to;
	}
	engine->too_old = engine->from_snapshot = false;
	for (;;) {
		int64_t timer = timers_due(engine), second = next_look(engine), end = second + SECOND_MS;
		if (timer > to && end > to)
			break;
		if (timer < end)
			fire(engine);
		else
			look(engine, second);
	}
	if (to > engine->now)
		engine->now = to;
	engine->ts = engine->now;
	pass_seconds(engine);
}

int64_t engine_due(const struct engine *engine)
{
	if (engine->now == INT64_MIN)
		return INT64_MAX;
	int64_t timer = timers_due(engine), end = next_look(engine) + SECOND_MS;
	return timer < end ? timer : end;
}

uint64_t engine_lsn(const struct engine *engine)
{
	return engine->lsn;
}

int64_t engine_now(const struct engine *engine)
{
	return engine->now;
}

/* ---- records ---- */

static void apply_link(struct engine *engine, const struct record *record)
{
	uint16_t number = record->feed < 32 ? record->feed : 31;
	struct feed_status *feed = &engine->feeds[number];
	if (engine->feed_count <= number)
		engine->feed_count = number + 1;
	engine->dirty = true;
	if (record->fault != FAULT_NONE) {
		engine->faults[record->fault] += record->count;
		feed->faults[record->fault] += record->count;
		if (feed_fault_security(record->fault))
			feed->refusal = record->fault;
		return;
	}
	const bool changed = feed->link != record->link;
	if (changed)
		feed->link_since = engine->now;
	feed->link = record->link;
	if (record->link != LINK_REFUSED)
		feed->refusal = FAULT_NONE;
	feed->silent_since = record->silent_since;
	if (changed)
		witness_link(engine, number);
}

void engine_apply(struct engine *engine, const struct record *record)
{
	engine->keeping.stamp = record->lsn; /* what falls due on the way to this record belongs to it */
	if (record->recv != INT64_MIN) /* a link that changes before anybody has told the time */
		advance(engine, record->recv);
	engine->lsn = record->lsn;
	switch (record->kind) {
	case RECORD_BATCH:
		batch_apply(engine, record);
		break;
	case RECORD_GAP:
		source_gap(engine, record);
		break;
	case RECORD_LINK:
		apply_link(engine, record);
		break;
	case RECORD_CLOCK: /* the time has come: that is all */
	case RECORD_CONFIG:
	case RECORD_HISTORY:
		break;
	}
}
