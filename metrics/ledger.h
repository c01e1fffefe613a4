/* What was counted for one slot or agent: minutes of the last hours, quarter hours of the last weeks, and days where they are kept,
 * all by outcome and by arrival. What happens is counted in its minute alone; a quarter hour and a day get a minute when that is
 * closed, so what is counted in an open minute is not yet in its quarter's bucket, and a sum over quarter hours looks at both. */
#ifndef METRICS_LEDGER_H
#define METRICS_LEDGER_H

#include "base/zone.h"
#include "metrics/bucket.h"
#include "metrics/old_arrivals.h"

#define LEDGER_WAYS 2 /* enum attribution */

/* Buckets in time order, sparse in time. */
struct series {
	struct bucket *buckets;
	size_t count, room, first; /* first: index of the oldest one kept */
};

struct ledger {
	struct series minutes[LEDGER_WAYS], quarters[LEDGER_WAYS], days[LEDGER_WAYS];
	struct old_arrivals old; /* by arrival, of quarter hours that are kept no longer */
	uint64_t counted; /* LSN of the record that counted last */
	uint64_t closed;  /* ... that last closed a bucket or changed a closed one */
};

/* What is kept for how long, where days begin, and whose doing it is. */
struct ledger_rules {
	int64_t minutes, quarters, days; /* ms; days 0: no days are kept */
	const struct zone *zone;
	int64_t day_start; /* ms after midnight */
	int64_t from;	   /* what began before is not there, although it was counted; INT64_MIN: all is */
	uint64_t stamp;	   /* LSN of the record at hand */
	uint64_t held;	   /* what records before this one counted came back from a history: it is not counted again */
};

void ledger_finish(struct ledger *ledger);
/* Counts at the instant `at`; keys ascending. `now` decides what is dropped as too old. */
void ledger_count(struct ledger *ledger, int way, int64_t at, int64_t now, const struct ledger_rules *rules, const struct count *counts, size_t n);
/* Closes the minutes that began before `before`: also where nobody counts any more, a minute is soon part of its quarter hour. */
void ledger_close(struct ledger *ledger, int64_t before, int64_t now, const struct ledger_rules *rules);
/* The first bucket that begins at `start` or later: its place in series->buckets. */
size_t series_find(const struct series *series, int64_t start);
/* All its buckets came at once: those that will hardly change any more share their memory. */
void series_share(struct series *series);
/* A closed bucket that was kept elsewhere, unless there is one already. False: the bytes are none. */
bool series_restore(struct series *series, int64_t start, struct view bytes);
/* The same of counts, keys ascending, of a bucket that was open where it was kept. What is there already stays. */
void series_put_back(struct series *series, int64_t start, bool open, const struct count *counts, size_t n);
/* Adds what begins in (after, until] to the tally: minutes or quarter hours; with_bins: the sketches too. */
void ledger_sum_minutes(const struct ledger *ledger, int way, int64_t after, int64_t until, bool with_bins, struct tally *tally);
void ledger_sum_quarters(const struct ledger *ledger, int way, int64_t after, int64_t until, bool with_bins, struct tally *tally);
/* The same over quarter hours of the keys below `below` alone: the fewer, the cheaper. */
void ledger_sum_first(const struct ledger *ledger, int way, int64_t after, int64_t until, uint16_t below, struct tally *tally);
/* The same over the minutes that are closed, or those that are open. */
void ledger_sum_state(const struct ledger *ledger, int way, int64_t after, int64_t until, bool open, uint16_t below, struct tally *tally);

#endif
