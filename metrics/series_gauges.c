/* The gauges of the past, by quarter hours, as bytes and back. */
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/archive.h"
#include "metrics/series.h"
#include "metrics/state.h"

#define GAUGES_FORMAT 1
_Static_assert(SERIES_GAUGES == GAUGE_COUNT, "the packed form names them");

static size_t find(const struct samples *samples, int64_t start)
{
	size_t i = samples->count;
	while (i > samples->first && samples_start(samples, i - 1) >= start)
		i--;
	return i;
}

static void walk_sample(struct archive *archive, struct sample *sample)
{
	for (int gauge = 0; gauge < GAUGE_COUNT; gauge++) {
		KEEP(archive, sample->last[gauge]);
		KEEP(archive, sample->most[gauge]);
		KEEP(archive, sample->most_at[gauge]);
	}
}

size_t series_pack_gauges(const struct engine *engine, size_t number, const struct stretch_of_time *stretch, int64_t settled, uint8_t **to)
{
	const struct samples *samples = &engine->watches[number].quarters;
	struct archive archive = {.reading = false};
	uint8_t format = GAUGES_FORMAT;
	unsigned before = 0;
	for (size_t i = find(samples, stretch->from); i < samples->count && samples_start(samples, i) < stretch->to; i++) {
		struct sample sample = samples_get(samples, i);
		if (sample.start + QUARTER_MS > settled)
			break;
		if (!archive.size)
			KEEP(&archive, format);
		const unsigned index = series_index(engine, stretch, sample.start);
		uint32_t step = index - before;
		KEEP(&archive, step);
		walk_sample(&archive, &sample);
		before = index;
	}
	*to = archive.bytes;
	return archive.size;
}

void series_gauges_cut(struct engine *engine, int64_t since)
{
	for (size_t i = 0; i < engine->watch_count; i++) {
		struct watch *watch = &engine->watches[i];
		if (!watch_is_brief(watch) || watch->since >= since)
			continue;
		watch->is_cut = true;
		watch->since = since;
	}
}

bool series_gauges_newer(const struct engine *engine, size_t number, int64_t since, int64_t settled, int64_t *start)
{
	const struct samples *samples = &engine->watches[number].quarters;
	for (size_t i = watch_is_brief(&engine->watches[number]) ? 0 : samples->count; i > samples->first; i--) {
		const int64_t begin = samples_start(samples, i - 1);
		if (begin >= *start || begin + QUARTER_MS > settled)
			continue;
		if (begin + QUARTER_MS <= since)
			return false;
		*start = begin;
		return true;
	}
	return false;
}

bool series_restore_gauges(struct engine *engine, size_t number, const struct stretch_of_time *stretch, struct view bytes)
{
	if (number >= engine->watch_count)
		return false;
	struct samples *samples = &engine->watches[number].quarters;
	struct archive archive = {.reading = true, .from = (const uint8_t *)bytes.data, .end = (const uint8_t *)bytes.data + bytes.size};
	uint8_t format = 0;
	uint64_t index = 0;
	KEEP(&archive, format);
	for (bool first = true; archive_good(&archive) && archive.from < archive.end; first = false) {
		struct sample sample = {0};
		uint32_t step = 0;
		KEEP(&archive, step);
		walk_sample(&archive, &sample);
		index += step;
		if (!archive_good(&archive) || (!first && !step) || !series_start(engine, stretch, index, &sample.start))
			return false;
		samples_put_back(samples, &sample);
	}
	return archive_good(&archive) && format == GAUGES_FORMAT;
}
