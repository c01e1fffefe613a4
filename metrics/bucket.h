/* One stretch of time of one scope. Open, it is made for adding: every counter has its place. Closed, it is made for keeping: a
 * sparse list of (key step, value) as varints, ascending; it can still be added to, at the price of writing it anew. */
#ifndef METRICS_BUCKET_H
#define METRICS_BUCKET_H

#include <stddef.h>

#include "metrics/tally.h"

struct bucket {
	int64_t start; /* ms */
	void *data;
	uint64_t stamp : 47; /* of the record that closed it or changed it since: its LSN */
	uint64_t size : 16;  /* bytes, of a closed one */
	uint64_t open : 1;
};

void bucket_finish(struct bucket *bucket);
void bucket_open(struct bucket *bucket);
/* Adds to an open one. */
void bucket_count(struct bucket *bucket, const struct count *counts, size_t n);
/* What an open one holds, keys ascending, into `counts` (room for TALLY_KEYS); returns how many. */
size_t bucket_counts(struct bucket *bucket, struct count *counts);
/* Closes it, holding these counts. */
void bucket_close(struct bucket *bucket, const struct count *counts, size_t n);
/* Adds to a closed one; keys ascending. */
void bucket_merge(struct bucket *bucket, const struct count *counts, size_t n);
/* Adds all that is under keys below `below` to the tally, whether open or closed. */
void bucket_sum(const struct bucket *bucket, uint16_t below, struct tally *tally);

/* May this be in a bucket at all? What was read from elsewhere is asked. */
bool bucket_takes(struct count count);
/* A closed one from its bytes; false: they are none. */
bool bucket_restore(struct bucket *bucket, const void *bytes, size_t size);

#endif
