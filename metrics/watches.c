#include <string.h>

#include "base/instant.h"
#include "metrics/state.h"

/* Carries what changed in the touched slots over to their watches. */
static void carry_changes(struct engine *engine)
{
	for (size_t i = 0; i < engine->touched_count; i++) {
		struct slot *slot = &engine->slots[engine->touched[i]];
		const int32_t present[GAUGE_COUNT] = {[GAUGE_WAITING] = slot->waiting, [GAUGE_BUSY] = slot->busy,
			[GAUGE_RUDE] = slot->rude, [GAUGE_SLA_OPEN] = slot->sla_breached_open};
		for (int w = 0; w < SLOT_WATCHES; w++) {
			if (slot->watch[w] == WATCH_NONE)
				continue;
			struct watch *watch = &engine->watches[slot->watch[w]];
			watch->dirty = true;
			for (int gauge = 0; gauge < GAUGE_COUNT; gauge++)
				watch->value[gauge] += present[gauge] - slot->sampled[gauge];
		}
		memcpy(slot->sampled, present, sizeof slot->sampled);
		slot->touched = false;
	}
	engine->touched_count = 0;
}

static void find_oldest(struct engine *engine)
{
	for (size_t i = 0; i < engine->watch_count; i++)
		engine->watches[i].oldest = INT64_MAX;
	for (size_t i = 0; engine->waiting && i < engine->slot_count; i++) {
		const struct slot *slot = &engine->slots[i];
		if (!slot->waiting)
			continue;
		slot_advance_over(engine, (uint16_t)i, engine->now);
		int64_t queued = engine->contacts[slot->waiting_first].queued;
		for (int w = 0; w < SLOT_WATCHES; w++) {
			if (slot->watch[w] == WATCH_NONE)
				continue;
			struct watch *watch = &engine->watches[slot->watch[w]];
			if (queued < watch->oldest && slot_waits_live(slot, watch->scope.channel))
				watch->oldest = queued;
		}
	}
}

static int32_t longest_seconds(const struct watch *watch, int64_t second)
{
	if (watch->oldest >= second)
		return 0;
	int64_t wait = (second - watch->oldest) / SECOND_MS;
	return wait < INT32_MAX ? (int32_t)wait : INT32_MAX;
}

/* A standing value needs its sample at every minute start, so that each minute and quarter knows what it began with. */
static bool stands(const struct watch *watch)
{
	for (int i = 0; i < GAUGE_COUNT; i++)
		if (watch->value[i])
			return true;
	return false;
}

void watches_sample(struct engine *engine, int64_t second)
{
	carry_changes(engine);
	find_oldest(engine);
	bool minute_begins = second % MINUTE_MS == 0;
	for (size_t i = 0; i < engine->watch_count; i++) {
		struct watch *watch = &engine->watches[i];
		watch->since = watch->since == INT64_MAX ? second : watch->since;
		watch->value[GAUGE_LONGEST] = longest_seconds(watch, second);
		if (!watch->dirty && !watch->value[GAUGE_LONGEST] && !(minute_begins && stands(watch)))
			continue;
		samples_take(&watch->minutes, watch->value, second);
		if (engine->keeping.stamp >= engine->keeping.held)
			samples_take(&watch->quarters, watch->value, second);
		watch->dirty = false;
	}
}
