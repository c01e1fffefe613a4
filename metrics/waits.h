/* Waits by bands, for histograms. */
#ifndef METRICS_WAITS_H
#define METRICS_WAITS_H

#include "metrics/joined.h"

struct waits {
	const int64_t *up_to; /* ms, ascending; the last INT64_MAX. A wait of just so much is within */
	int count;
	int64_t *contacts; /* `count` of them, to which is added */
};

/* Those in the bins of a tally (KEY_WAIT_BINS): each by the middle of its bin, which is at most 1.6 % off. */
void waits_answered(const struct tally *tally, const struct waits *waits);
/* How long everybody has waited who waits now in the scope, to the ms. False: nobody waits for people, only in queues. */
bool waits_present(const struct engine *engine, struct scope scope, const struct waits *waits);
/* Within how long the scope's contacts should be answered; 0: not all alike, or it is of people. */
int64_t waits_target(const struct engine *engine, struct scope scope);

#endif
