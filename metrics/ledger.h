/* What was counted for one slot or agent: minutes of the last hour and quarter hours of the last weeks, both by outcome and by
 * arrival. What happens is counted in its minute alone; a quarter hour gets a minute when that is closed, so what is counted in
 * an open minute is not yet in its quarter's bucket, and a sum over quarter hours looks at both. */
#ifndef METRICS_LEDGER_H
#define METRICS_LEDGER_H

#include "metrics/bucket.h"

#define LEDGER_WAYS 2 /* enum attribution */

/* Buckets in time order, sparse in time. */
struct series {
	struct bucket *buckets;
	size_t count, room, first; /* first: index of the oldest one kept */
};

struct ledger {
	struct series minutes[LEDGER_WAYS], quarters[LEDGER_WAYS];
};

void ledger_finish(struct ledger *ledger);
/* Counts at the instant `at`; keys ascending. `now` decides what is dropped as too old: minutes after 61 min, quarter hours after
 * `keep` ms. */
void ledger_count(struct ledger *ledger, int way, int64_t at, int64_t now, int64_t keep, const struct count *counts, size_t n);
/* Adds what begins in (after, until] to the tally: minutes or quarter hours; with_bins: the sketches too. */
void ledger_sum_minutes(const struct ledger *ledger, int way, int64_t after, int64_t until, bool with_bins, struct tally *tally);
void ledger_sum_quarters(const struct ledger *ledger, int way, int64_t after, int64_t until, bool with_bins, struct tally *tally);

#endif
