/* How long to wait before the next try: what the trouble's entry says, doubled with each failure up to its most, and a quarter more or
 * less by chance, so that many boards do not come back at once. */
#ifndef STORE_REDIS_BACKOFF_H
#define STORE_REDIS_BACKOFF_H

#include "store/redis_trouble.h"

struct redis_backoff {
	uint64_t seed; /* of its own generator: the same seed gives the same pauses */
	int failures;  /* in a row */
};

/* ms until the next try after this failure; never below 100. */
int64_t redis_backoff_next(struct redis_backoff *backoff, enum redis_trouble trouble);
void redis_backoff_calm(struct redis_backoff *backoff); /* it worked */

#endif
