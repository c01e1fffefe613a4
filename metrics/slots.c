#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "config/markets.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

/* Queues times channels times markets is the publisher's choice; beyond this many, slots of "other" take the rest. */
#define SLOTS_MOST 16384
#define WATCHES_MOST 8192
#define BRIEF_MOST 1024		    /* of them of a queue and a market: up to 11 KiB each */
#define BRIEF_KEPT (26 * HOUR_MS) /* the longest day, and an hour */
/* A minute stays open for so long: outcomes come some minutes after arrivals. */
#define MINUTES_LATE (5 * MINUTE_MS)

static struct view key_of(const uint16_t (*key)[3])
{
	return (struct view){(const char *)*key, sizeof *key};
}

/* ---- queues ---- */

static const struct queue_settings *settings_of(const struct engine *engine, uint16_t queue)
{
	const char *name = names_text(&engine->queues, queue);
	for (int i = 0; i < engine->settings->queue_count; i++)
		if (strcmp(engine->settings->queues[i].name, name) == 0)
			return &engine->settings->queues[i];
	return NULL;
}

struct queue_info *queue_info_of(struct engine *engine, uint16_t queue)
{
	size_t known = engine->queue_info_room;
	if (queue >= known) {
		engine->queue_info = memory_grow(engine->queue_info, &engine->queue_info_room, (size_t)queue + 1,
			sizeof *engine->queue_info);
		for (size_t i = known; i < engine->queue_info_room; i++)
			engine->queue_info[i] = (struct queue_info){.target = -1, .short_abandon = -1, .formula = -1};
	}
	return &engine->queue_info[queue];
}

/* ---- watches ---- */

bool watch_is_brief(const struct watch *watch)
{
	return watch->scope.queue != SCOPE_ANY && watch->scope.market != SCOPE_ANY;
}

const struct watch *watch_find(const struct engine *engine, struct scope scope)
{
	if (scope_of_people(scope))
		return NULL;
	const uint16_t key[3] = {scope.queue, scope.channel, scope.market};
	uint32_t found = map_find(&engine->watch_index, key_of(&key));
	return found == MAP_NONE ? NULL : &engine->watches[found];
}

void watches_keep(struct engine *engine)
{
	for (size_t i = 0; i < engine->watch_count; i++)
		engine->watches[i].quarters.keep = watch_is_brief(&engine->watches[i]) ? BRIEF_KEPT : engine->keeping.quarters;
}

static uint16_t watch_of(struct engine *engine, uint16_t queue, uint16_t channel, uint16_t market)
{
	const uint16_t key[3] = {queue, channel, market};
	uint32_t found = map_find(&engine->watch_index, key_of(&key));
	if (found != MAP_NONE)
		return (uint16_t)found;
	struct watch watch = {.scope = SCOPE_ALL, .since = engine->now};
	watch.scope.queue = queue;
	watch.scope.channel = channel;
	watch.scope.market = market;
	const bool brief = watch_is_brief(&watch);
	if (engine->watch_count >= WATCHES_MOST || (brief && engine->brief_watches >= BRIEF_MOST))
		return WATCH_NONE;
	if (brief && engine->now == INT64_MIN) /* its queue comes from a history, which has nothing of it */
		watch.since = INT64_MAX;
	watch.minutes = (struct samples){.length = MINUTE_MS, .keep = 61 * MINUTE_MS};
	watch.quarters = (struct samples){.length = QUARTER_MS, .keep = brief ? BRIEF_KEPT : engine->keeping.quarters};
	engine->brief_watches += brief;
	engine->watches = memory_grow(engine->watches, &engine->watch_room, engine->watch_count + 1, sizeof *engine->watches);
	engine->watches[engine->watch_count] = watch;
	map_put(&engine->watch_index, key_of(&key), (uint32_t)engine->watch_count);
	return (uint16_t)engine->watch_count++;
}

/* ---- slots ---- */

static uint16_t add_slot(struct engine *engine, uint16_t queue, uint8_t channel, uint16_t market)
{
	engine->slots = memory_grow(engine->slots, &engine->slot_room, engine->slot_count + 1, sizeof *engine->slots);
	struct slot *slot = &engine->slots[engine->slot_count];
	*slot = (struct slot){.queue = queue, .channel = channel, .market = market, .set_target = -1, .set_short = -1, .market_target = -1};
	const struct queue_settings *settings = settings_of(engine, queue);
	if (settings) {
		slot->set_target = settings->target;
		slot->set_short = settings->short_abandon;
	}
	const struct market_settings *of_market = market > NAME_OTHER ? market_find(engine->settings, names_text(&engine->markets, market)) : NULL;
	if (of_market)
		slot->market_target = of_market->target[channel];
	queue_info_of(engine, queue);
	return (uint16_t)engine->slot_count++;
}

/* Slot 0 is in none: it belongs to no queue and no market. */
static void join_chain(struct engine *engine, int kind, uint16_t name, uint16_t number)
{
	struct slot_chain *chain = &engine->slot_chains[kind];
	const size_t known = chain->room;
	chain->ends = memory_grow(chain->ends, &chain->room, (size_t)name + 1, sizeof *chain->ends);
	for (size_t i = known; i < chain->room; i++)
		chain->ends[i] = (struct slot_ends){0, 0};
	struct slot_ends *ends = &chain->ends[name];
	if (ends->last)
		engine->slots[ends->last].next[kind] = number;
	else
		ends->first = number;
	ends->last = number;
}

/* SLOT_CHAINS: there is none for it. */
static int chain_of(struct scope scope)
{
	return scope.queue != SCOPE_ANY ? SLOTS_OF_QUEUE : scope.market != SCOPE_ANY ? SLOTS_OF_MARKET : SLOT_CHAINS;
}

size_t slots_begin(const struct engine *engine, struct scope scope)
{
	const int kind = chain_of(scope);
	if (kind == SLOT_CHAINS)
		return 0;
	const uint16_t name = kind == SLOTS_OF_QUEUE ? scope.queue : scope.market;
	const uint16_t first = name < engine->slot_chains[kind].room ? engine->slot_chains[kind].ends[name].first : 0;
	return first ? first : engine->slot_count;
}

size_t slots_next(const struct engine *engine, struct scope scope, size_t slot)
{
	const int kind = chain_of(scope);
	if (kind == SLOT_CHAINS)
		return slot + 1;
	return engine->slots[slot].next[kind] ? engine->slots[slot].next[kind] : engine->slot_count;
}

static void set_watches(struct engine *engine, uint16_t number)
{
	struct slot *slot = &engine->slots[number];
	for (unsigned i = 0; i < SLOT_WATCHES; i++) {
		const uint16_t queue = i & 1 ? slot->queue : SCOPE_ANY, channel = i & 2 ? slot->channel : SCOPE_ANY;
		const uint16_t market = i & 4 ? slot->market : SCOPE_ANY;
		slot->watch[i] = market == NAME_NONE ? WATCH_NONE : watch_of(engine, queue, channel, market);
	}
}

void slots_start(struct engine *engine)
{
	watch_of(engine, SCOPE_ANY, SCOPE_ANY, SCOPE_ANY);
	add_slot(engine, NAME_NONE, CHANNEL_OTHER, NAME_NONE);
}

void slots_finish(struct engine *engine)
{
	for (size_t i = 0; i < engine->slot_count; i++)
		ledger_finish(&engine->slots[i].ledger);
	for (size_t i = 0; i < engine->slot_count; i++)
		backlog_finish(&engine->slots[i].backlog);
	for (size_t i = 0; i < engine->watch_count; i++) {
		samples_finish(&engine->watches[i].minutes);
		samples_finish(&engine->watches[i].quarters);
	}
	free(engine->slots);
	for (int kind = 0; kind < SLOT_CHAINS; kind++)
		free(engine->slot_chains[kind].ends);
	free(engine->watches);
	free(engine->touched);
	free(engine->queue_info);
	map_finish(&engine->slot_index);
	map_finish(&engine->watch_index);
}

uint16_t slot_of(struct engine *engine, uint16_t queue, uint8_t channel, uint16_t market)
{
	const uint16_t key[3] = {queue, channel, market};
	uint32_t found = map_find(&engine->slot_index, key_of(&key));
	if (found != MAP_NONE)
		return (uint16_t)found;
	if (engine->slot_count >= SLOTS_MOST && (queue != NAME_OTHER || market != NAME_NONE))
		return slot_of(engine, NAME_OTHER, channel, NAME_NONE);
	uint16_t number = add_slot(engine, queue, channel, market);
	map_put(&engine->slot_index, key_of(&key), number);
	join_chain(engine, SLOTS_OF_QUEUE, queue, number);
	join_chain(engine, SLOTS_OF_MARKET, market, number);
	set_watches(engine, number);
	return number;
}

static uint16_t market_of_queue(struct engine *engine, uint16_t queue)
{
	struct queue_info *info = queue_info_of(engine, queue);
	if (!info->asked) {
		const struct queue_settings *settings = settings_of(engine, queue);
		info->asked = true;
		info->set_market = settings && settings->market ? (uint16_t)names_intern(&engine->markets, view_of(settings->market)) : NAME_NONE;
	}
	return info->set_market ? info->set_market : info->market;
}

uint16_t slot_for(struct engine *engine, uint16_t queue, uint8_t channel, uint16_t told)
{
	return slot_of(engine, queue, channel, told ? told : market_of_queue(engine, queue));
}

void slot_touch(struct engine *engine, uint16_t slot)
{
	engine->dirty = true;
	if (engine->slots[slot].touched)
		return;
	engine->slots[slot].touched = true;
	engine->touched = memory_grow(engine->touched, &engine->touched_room, engine->touched_count + 1, sizeof *engine->touched);
	engine->touched[engine->touched_count++] = slot;
}

static bool fits(uint16_t wanted, uint16_t number)
{
	return wanted == SCOPE_ANY || wanted == number;
}

void ledgers_close(struct engine *engine, int64_t second)
{
	if (engine->keeping.stamp < engine->keeping.held)
		return; /* what is open came back as it was after later records */
	const int64_t before = second - MINUTES_LATE;
	for (size_t i = 0; i < engine->slot_count; i++)
		ledger_close(&engine->slots[i].ledger, before, engine->now, &engine->keeping);
	for (size_t i = 0; i < engine->agent_count; i++)
		ledger_close(&engine->agents[i].ledger, before, engine->now, &engine->keeping);
	for (size_t i = 0; i < engine->topic_count; i++)
		ledger_close(&engine->topic_ledgers[i], before, engine->now, &engine->keeping);
}

bool slot_in_scope(const struct engine *engine, const struct slot *slot, struct scope scope)
{
	if (slot == engine->slots)
		return scope.queue == SCOPE_ANY && scope.channel == SCOPE_ANY && scope.market == SCOPE_ANY;
	return fits(scope.queue, slot->queue) && fits(scope.channel, slot->channel) && fits(scope.market, slot->market);
}

bool channel_is_asynchronous(uint16_t channel)
{
	return channel == CHANNEL_EMAIL || channel == CHANNEL_MESSENGER || channel == CHANNEL_SOCIAL;
}

bool slot_waits_live(const struct slot *slot, uint16_t channel)
{
	return channel != SCOPE_ANY || !channel_is_asynchronous(slot->channel);
}

/* The settings' queue section wins over what the helpdesk says of the queue, that over its market, and that over the channel's default. */
int64_t slot_target(const struct engine *engine, uint16_t slot)
{
	const struct slot *of = &engine->slots[slot];
	if (of->set_target >= 0)
		return of->set_target;
	int64_t told = of->queue < engine->queue_info_room ? engine->queue_info[of->queue].target : -1;
	return told > 0 ? told : of->market_target >= 0 ? of->market_target : engine->settings->target[of->channel];
}

int64_t market_target(const struct engine *engine, uint16_t market, uint16_t channel)
{
	const uint16_t of = channel < CHANNEL_COUNT ? channel : CHANNEL_OTHER;
	const bool named = market > NAME_OTHER && market < engine->markets.count;
	const struct market_settings *settings = named ? market_find(engine->settings, names_text(&engine->markets, market)) : NULL;
	return settings && settings->target[of] >= 0 ? settings->target[of] : engine->settings->target[of];
}

int64_t slot_short(const struct engine *engine, uint16_t slot)
{
	const struct slot *of = &engine->slots[slot];
	if (of->set_short >= 0)
		return of->set_short;
	const struct queue_info *info = of->queue < engine->queue_info_room ? &engine->queue_info[of->queue] : NULL;
	return info && info->defined && info->short_abandon >= 0 ? info->short_abandon : engine->settings->short_abandon;
}

/* ---- counting ---- */

void count_all(struct engine *engine, uint16_t slot, uint16_t agent, const struct count *counts, size_t n, int64_t at, int64_t arrived)
{
	engine->counted = engine->now;
	if (engine->too_old || engine->keeping.stamp < engine->keeping.held)
		return;
	witness_count(engine, slot, agent, counts, n, at, arrived);
	const int64_t instants[LEDGER_WAYS] = {[BY_OUTCOME] = at, [BY_ARRIVAL] = arrived};
	const struct ledger_rules *rules = &engine->keeping;
	for (int by = 0; by < LEDGER_WAYS; by++) {
		if (by == BY_ARRIVAL && !arrived)
			continue;
		ledger_count(&engine->slots[slot].ledger, by, instants[by], engine->now, rules, counts, n);
		if (agent)
			ledger_count(&engine->agents[agent].ledger, by, instants[by], engine->now, rules, counts, n);
	}
}

static void count_one(struct engine *engine, uint16_t slot, uint16_t agent, uint16_t key, int64_t at, int64_t arrived, int64_t delta)
{
	struct count count = {key, delta};
	if (delta)
		count_all(engine, slot, agent, &count, 1, at, arrived);
}

void count_add(struct engine *engine, uint16_t slot, uint16_t agent, enum counter counter, int64_t at, int64_t arrived, int64_t delta)
{
	count_one(engine, slot, agent, (uint16_t)counter, at, arrived, delta);
}
