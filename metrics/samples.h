/* Peaks of gauges by minute or quarter hour, in the order of time; for the files of metrics/ only. */
#ifndef METRICS_SAMPLES_H
#define METRICS_SAMPLES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/instant.h"

/* ---- gauges sampled at whole seconds ---- */
enum gauge { GAUGE_WAITING, GAUGE_BUSY, GAUGE_LONGEST, GAUGE_RUDE, GAUGE_SLA_OPEN, GAUGE_COUNT };
struct sample {
	int64_t start;		  /* of the minute or quarter */
	int32_t last[GAUGE_COUNT], most[GAUGE_COUNT]; /* LONGEST is in seconds */
	uint16_t most_at[GAUGE_COUNT]; /* the first second that reached it, in seconds after start */
};

/* How it is kept while no value is larger than this holds: there are many. */
struct narrow_sample {
	uint32_t minute; /* of the start, since 1970 */
	uint16_t last[GAUGE_COUNT], most[GAUGE_COUNT], most_at[GAUGE_COUNT];
};

/* A growing array by time, like struct series. */
struct samples {
	int64_t length, keep;
	void *items; /* struct narrow_sample, or struct sample */
	bool is_wide;
	size_t count, room, first;
};

static inline int64_t samples_start(const struct samples *samples, size_t i)
{
	return samples->is_wide ? ((const struct sample *)samples->items)[i].start : ((const struct narrow_sample *)samples->items)[i].minute * MINUTE_MS;
}

static inline struct sample samples_get(const struct samples *samples, size_t i)
{
	if (samples->is_wide)
		return ((const struct sample *)samples->items)[i];
	const struct narrow_sample *narrow = &((const struct narrow_sample *)samples->items)[i];
	struct sample sample = {.start = narrow->minute * MINUTE_MS};
	for (int gauge = 0; gauge < GAUGE_COUNT; gauge++) {
		sample.last[gauge] = narrow->last[gauge];
		sample.most[gauge] = narrow->most[gauge];
		sample.most_at[gauge] = narrow->most_at[gauge];
	}
	return sample;
}

void samples_finish(struct samples *samples);
/* Of so many from now on, each of which is set before it is looked at. */
void samples_begin(struct samples *samples, size_t count);
void samples_set(struct samples *samples, size_t i, const struct sample *sample);
/* One that was kept elsewhere, in its place; what is there already stays. */
void samples_put_back(struct samples *samples, const struct sample *sample);
/* What the gauges are in that second, the last one so far. */
void samples_take(struct samples *samples, const int32_t value[GAUGE_COUNT], int64_t second);
/* The highest of the samples that begin in (after, until] and the first second that reached it; -1: none. */
int64_t samples_peak(const struct samples *samples, enum gauge gauge, int64_t after, int64_t until, int64_t *at);

#endif
