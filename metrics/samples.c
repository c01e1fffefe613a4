#include "metrics/samples.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

void samples_finish(struct samples *samples)
{
	free(samples->items);
	*samples = (struct samples){.length = samples->length, .keep = samples->keep};
}

static size_t item_size(const struct samples *samples)
{
	return samples->is_wide ? sizeof(struct sample) : sizeof(struct narrow_sample);
}

static char *item(const struct samples *samples, size_t i)
{
	return (char *)samples->items + i * item_size(samples);
}

void samples_begin(struct samples *samples, size_t count)
{
	samples_finish(samples);
	samples->count = count;
	samples->room = count + 1;
	samples->items = memory_new(samples->room, item_size(samples));
}

/* ---- narrow and wide ---- */

static bool fits(const struct sample *sample)
{
	bool good = sample->start >= 0 && sample->start % MINUTE_MS == 0 && sample->start / MINUTE_MS <= UINT32_MAX;
	for (int gauge = 0; gauge < GAUGE_COUNT; gauge++)
		good &= sample->last[gauge] >= 0 && sample->last[gauge] <= UINT16_MAX && sample->most[gauge] >= 0 && sample->most[gauge] <= UINT16_MAX;
	return good;
}

static void widen(struct samples *samples)
{
	struct sample *items = memory_new(samples->room, sizeof *items);
	for (size_t i = samples->first; i < samples->count; i++)
		items[i] = samples_get(samples, i);
	free(samples->items);
	samples->items = items;
	samples->is_wide = true;
}

void samples_set(struct samples *samples, size_t i, const struct sample *sample)
{
	if (!samples->is_wide && !fits(sample))
		widen(samples);
	if (samples->is_wide) {
		((struct sample *)samples->items)[i] = *sample;
		return;
	}
	struct narrow_sample *narrow = &((struct narrow_sample *)samples->items)[i];
	narrow->minute = (uint32_t)(sample->start / MINUTE_MS);
	for (int gauge = 0; gauge < GAUGE_COUNT; gauge++) {
		narrow->last[gauge] = (uint16_t)sample->last[gauge];
		narrow->most[gauge] = (uint16_t)sample->most[gauge];
		narrow->most_at[gauge] = sample->most_at[gauge];
	}
}

/* ---- in time ---- */

/* The oldest are gone: what is kept moves to the front. */
static void close_up(struct samples *samples)
{
	samples->count -= samples->first;
	memmove(samples->items, item(samples, samples->first), samples->count * item_size(samples));
	samples->first = 0;
}

static void drop_old(struct samples *samples, int64_t now)
{
	while (samples->first < samples->count && samples_start(samples, samples->first) <= now - samples->keep - samples->length)
		samples->first++;
	if (samples->first >= 16 && samples->first >= samples->count / 2)
		close_up(samples);
}

/* As in a ledger: what was left by the oldest is used first, then a little more. */
static void make_room(struct samples *samples)
{
	if (samples->count < samples->room)
		return;
	if (samples->first > samples->room / 8) {
		close_up(samples);
		return;
	}
	samples->room += samples->room < 8 ? 4 : samples->room / 4;
	samples->items = memory_resize(samples->items, samples->room, item_size(samples));
}

void samples_put_back(struct samples *samples, const struct sample *sample)
{
	make_room(samples);
	size_t place = samples->count;
	while (place > samples->first && samples_start(samples, place - 1) >= sample->start)
		place--;
	if (place < samples->count && samples_start(samples, place) == sample->start)
		return;
	memmove(item(samples, place + 1), item(samples, place), (samples->count - place) * item_size(samples));
	memset(item(samples, place), 0, item_size(samples));
	samples->count++;
	samples_set(samples, place, sample);
}

/* The last one, begun anew where a minute or quarter begins. */
static struct sample last_sample(struct samples *samples, int64_t second)
{
	const int64_t start = second - second % samples->length;
	if (samples->count > samples->first && samples_start(samples, samples->count - 1) == start)
		return samples_get(samples, samples->count - 1);
	drop_old(samples, second);
	make_room(samples);
	memset(item(samples, samples->count++), 0, item_size(samples));
	return (struct sample){.start = start};
}

void samples_take(struct samples *samples, const int32_t value[GAUGE_COUNT], int64_t second)
{
	struct sample sample = last_sample(samples, second);
	for (int i = 0; i < GAUGE_COUNT; i++) {
		sample.last[i] = value[i];
		if (value[i] <= sample.most[i])
			continue;
		sample.most[i] = value[i];
		sample.most_at[i] = (uint16_t)((second - sample.start) / SECOND_MS);
	}
	samples_set(samples, samples->count - 1, &sample);
}

int64_t samples_peak(const struct samples *samples, enum gauge gauge, int64_t after, int64_t until, int64_t *at)
{
	int64_t most = -1;
	for (size_t i = samples->count; i > samples->first && samples_start(samples, i - 1) > after; i--) {
		const struct sample sample = samples_get(samples, i - 1);
		if (sample.start > until || sample.most[gauge] < most)
			continue;
		most = sample.most[gauge];
		*at = sample.start + sample.most_at[gauge] * SECOND_MS;
	}
	return most;
}
