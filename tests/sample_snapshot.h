/* A helpdesk of one Sunday afternoon, made by hand: what the tests of the widgets draw. */
#ifndef TESTS_SAMPLE_SNAPSHOT_H
#define TESTS_SAMPLE_SNAPSHOT_H

#include "store/snapshot.h"

struct sample {
	struct settings settings;
	struct zone *zone;
	struct snapshot snapshot;
};

struct sample *sample_create(void); /* full of figures */
void sample_destroy(struct sample *sample);
void sample_empty(struct sample *sample); /* nothing has come yet */
void sample_set(struct figure *figures, const char *metric, int64_t numerator, int64_t denominator, enum level level);
/* Figures, rows, names and levels at random, from extremes too. */
void sample_randomise(struct sample *sample, uint64_t *seed);
uint64_t sample_random(uint64_t *seed, uint64_t below);

#endif
