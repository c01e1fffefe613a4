/* The series: buckets of the past, packed by owner and stretch.
 *
 * One hash for a stretch of time (an hour of minutes, a day of quarter hours, a month of days), one field for each owner and way. A
 * field is written anew when one of its buckets changes, which for minutes is once a minute: as one value for each bucket would take
 * ten times the memory, and one key for each owner and stretch twice as much, with an expiry each. A field is
 *   byte 1, then for each bucket ascending: step of its place in the stretch, size, and its bytes:
 *   pairs of (step of the counter's number, value in zigzag), all varints as in protobuf.
 * OWNER/gauges: byte 1, then the step and 5 times (last, highest, second of the highest): waiting, busy, longest, rude, sla_open. */
#ifndef STORE_REDIS_SERIES_H
#define STORE_REDIS_SERIES_H

#include "metrics/series.h"
#include "store/redis_sink.h"

/* What of the series is wanted: buckets that changed after a record, or became settled after an instant. */
struct redis_since {
	uint64_t lsn;	 /* 0: everything */
	int64_t settled; /* INT64_MIN: everything */
};

/* Whole fields of every stretch that holds such a bucket and is kept as a whole. Owners first <= number < first + count of a kind. */
void redis_series_write(const struct engine *engine, struct redis_since since, enum series_kind kind, size_t first, size_t count,
	const struct series_names *names, const struct redis_sink *sink);

/* Every stretch that may be there now, oldest first; false at the end. `at` begins at 0. */
bool redis_series_next(const struct engine *engine, enum grain grain, size_t *at, struct stretch_of_time *stretch);
enum redis_key redis_series_key(enum grain grain);
/* Seconds until the stretch's key is to vanish. */
uint32_t redis_series_expiry(const struct engine *engine, const struct stretch_of_time *stretch);
/* The stretch of a key's name ("2026-11-22T08"); false: it is none. */
bool redis_series_stretch(const struct engine *engine, enum grain grain, struct view name, struct stretch_of_time *stretch);

/* A field back into the engine; owners by their names. False: damaged, err says where. Unknown owners are passed over. */
struct redis_owners;
struct redis_owners *redis_owners_create(const struct engine *engine);
void redis_owners_destroy(struct redis_owners *owners);
bool redis_series_read(struct engine *engine, const struct redis_owners *owners, const struct stretch_of_time *stretch, int64_t before,
	struct view field, struct view value, struct error *err);

#endif
