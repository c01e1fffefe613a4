/* One stretch of time of one scope. Open, it is in no longer stretch yet. Laid out, it is made for adding: every counter has its place;
 * packed, for keeping: a sparse list of (key step, value) as varints, ascending, which can still be added to, at the price of writing it
 * anew. An open one is laid out; a closed one may be either, and means the same. */
#ifndef METRICS_BUCKET_H
#define METRICS_BUCKET_H

#include <stddef.h>

#include "base/view.h"
#include "metrics/tally.h"

struct bucket {
	int64_t start; /* ms */
	void *data;
	uint64_t stamp : 44; /* of the record that closed it or changed it since: its LSN */
	uint64_t size : 16;  /* bytes, of a packed one */
	uint64_t open : 1, laid_out : 1;
	uint64_t shared : 1, owner : 1; /* its bytes stand in one piece of memory with those of others; which the last of them frees */
};
#define BUCKET_STAMP_MOST ((UINT64_C(1) << 44) - 1)
#define BUCKET_BYTES_MOST (TALLY_KEYS * 13) /* packed: a step of 3 bytes, a value of 10 */

void bucket_finish(struct bucket *bucket);
void bucket_open(struct bucket *bucket);
/* Adds to one that is laid out. */
void bucket_count(struct bucket *bucket, const struct count *counts, size_t n);
/* What one that is laid out holds, keys ascending, into `counts` (room for TALLY_KEYS); returns how many. */
size_t bucket_counts(const struct bucket *bucket, struct count *counts);
/* Closes it, holding these counts. */
void bucket_close(struct bucket *bucket, const struct count *counts, size_t n);
/* Adds to a closed one; keys ascending. */
void bucket_merge(struct bucket *bucket, const struct count *counts, size_t n);
/* A closed one to which much will be added soon, and one to which nothing will. */
void bucket_lay_out(struct bucket *bucket);
void bucket_pack(struct bucket *bucket);
/* Packed ones that follow one another and will hardly change any more: the bytes of all in one piece of memory. From then on they are
 * finished in their order, and before one is changed or another comes between them, buckets_part() gives each its own again: `any` of
 * them, among those from `first` on. */
#define BUCKETS_SHARED 8
void buckets_share(struct bucket *buckets);
void buckets_part(struct bucket *any, const struct bucket *first);
/* The packed bytes of a closed one, which may be put into `room`. */
struct view bucket_bytes(const struct bucket *bucket, uint8_t room[BUCKET_BYTES_MOST]);
/* Adds all that is under keys below `below` to the tally, whether open or closed. */
void bucket_sum(const struct bucket *bucket, uint16_t below, struct tally *tally);

/* May this be in a bucket at all? What was read from elsewhere is asked. */
bool bucket_takes(struct count count);
/* A closed one from its bytes; false: they are none. */
bool bucket_restore(struct bucket *bucket, const void *bytes, size_t size);

#endif
