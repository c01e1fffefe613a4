/* What writing and reading the past have in common: for past.c and past_read.c. */
#ifndef METRICS_PAST_NAMES_H
#define METRICS_PAST_NAMES_H

#include "metrics/keep.h"

/* The lists of names that pieces refer to. */
struct names *past_names_list(struct engine *engine, int number);
const char *past_names_title(int number);

#define PAST_SAID_LISTS 3
struct occurrences *past_said_list(struct engine *engine, int number);
const char *past_said_title(int number);
void past_walk_said(struct archive *archive, struct named_count *one, int64_t quarter);

/* A sample and since when its gauges are known. */
void past_walk_gauges(struct archive *archive, struct sample *sample, int64_t *known);

/* "OFFERED ANSWERED ...", then the first numbers of the bins: what the keys in buckets mean; to be freed. */
char *past_counters(void);

int64_t past_quarter(int64_t at);

#endif
