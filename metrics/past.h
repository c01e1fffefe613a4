/* What an engine knows of the past, in pieces that can be kept apart from its state and given back to a new engine: buckets of slots,
 * agents and topics, gauges by quarter hours, what was said how often, and the names all that refers to. Pieces written after a record, the newer
 * ones over the older, are exactly what had been counted after that record. */
#ifndef METRICS_PAST_H
#define METRICS_PAST_H

#include "metrics/series.h"

/* The first three are those of enum grain. */
enum past_kind { PAST_MINUTES, PAST_QUARTERS, PAST_DAYS, PAST_GAUGES, PAST_SAID, PAST_NAMES, PAST_COUNTERS, PAST_KINDS };

struct past_piece {
	struct view name; /* whose: as series_name(), with "/outcome" or "/arrival" */
	enum past_kind kind;
	int64_t start; /* ms; 0 of names and counters */
	struct view bytes;
};

/* What was written already. */
#define PAST_NAME_LISTS 7
struct past_since {
	uint64_t lsn; /* of the record up to which; 0: nothing was */
	int64_t now;
	uint32_t names[PAST_NAME_LISTS]; /* how many of each list; 0: none were */
};

/* Every piece that changed since then, and notes in *since that it is written. The views are good during the call. */
void past_write(const struct engine *engine, struct past_since *since, void (*put)(void *context, const struct past_piece *piece), void *context);
/* Is a piece still of use when it is `now`? Never before Redis would forget it. */
bool past_is_kept(enum past_kind kind, int64_t start, int64_t now);

/* Into a new engine that no record was applied to: first the pieces for which past_is_first(), then the others; then records may follow
 * from any before `lsn` on: what they count up to it is in the pieces. */
struct past_reading;
struct past_reading *past_read_begin(struct engine *engine, uint64_t lsn);
bool past_is_first(enum past_kind kind);
/* False: the piece is damaged, or of another version that had other gauges; it is passed over. */
bool past_read(struct past_reading *reading, const struct past_piece *piece);
void past_read_end(struct past_reading *reading);

#endif
