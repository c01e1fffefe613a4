#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

void samples_finish(struct samples *samples)
{
	free(samples->items);
	*samples = (struct samples){0};
}

static void drop_old(struct samples *samples, int64_t now)
{
	while (samples->first < samples->count && samples->items[samples->first].start <= now - samples->keep - samples->length)
		samples->first++;
	if (samples->first < 16 || samples->first < samples->count / 2)
		return;
	samples->count -= samples->first;
	memmove(samples->items, samples->items + samples->first, samples->count * sizeof *samples->items);
	samples->first = 0;
}

void samples_put_back(struct samples *samples, const struct sample *sample)
{
	size_t place = samples->count;
	while (place > samples->first && samples->items[place - 1].start >= sample->start)
		place--;
	if (place < samples->count && samples->items[place].start == sample->start)
		return;
	if (samples->count == samples->room) {
		samples->room = samples->room < 4 ? 4 : samples->room + samples->room / 2;
		samples->items = memory_resize(samples->items, samples->room, sizeof *samples->items);
	}
	memmove(samples->items + place + 1, samples->items + place, (samples->count - place) * sizeof *samples->items);
	samples->items[place] = *sample;
	samples->count++;
}

static struct sample *sample_at(struct samples *samples, int64_t second)
{
	int64_t start = second - second % samples->length;
	if (samples->count > samples->first && samples->items[samples->count - 1].start == start)
		return &samples->items[samples->count - 1];
	drop_old(samples, second);
	if (samples->count == samples->room) {
		samples->room = samples->room < 4 ? 4 : samples->room + samples->room / 2;
		samples->items = memory_resize(samples->items, samples->room, sizeof *samples->items);
	}
	struct sample *sample = &samples->items[samples->count++];
	*sample = (struct sample){.start = start};
	return sample;
}

static void take(struct samples *samples, const int32_t *value, int64_t second)
{
	struct sample *sample = sample_at(samples, second);
	for (int i = 0; i < GAUGE_COUNT; i++) {
		sample->last[i] = value[i];
		if (value[i] <= sample->most[i])
			continue;
		sample->most[i] = value[i];
		sample->most_at[i] = (uint16_t)((second - sample->start) / SECOND_MS);
	}
}

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
		take(&watch->minutes, watch->value, second);
		if (engine->keeping.stamp >= engine->keeping.held)
			take(&watch->quarters, watch->value, second);
		watch->dirty = false;
	}
}

int64_t samples_peak(const struct samples *samples, enum gauge gauge, int64_t after, int64_t until, int64_t *at)
{
	int64_t most = -1;
	for (size_t i = samples->count; i > samples->first && samples->items[i - 1].start > after; i--) {
		const struct sample *sample = &samples->items[i - 1];
		if (sample->start > until || sample->most[gauge] < most)
			continue;
		most = sample->most[gauge];
		*at = sample->start + sample->most_at[gauge] * SECOND_MS;
	}
	return most;
}
