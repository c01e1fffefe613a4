/* A made-up queue_log of a few dozen calls, with lines that come twice and ends without a beginning. */
#ifndef TESTS_QUEUE_LOG_MAKER_H
#define TESTS_QUEUE_LOG_MAKER_H

#include <stddef.h>
#include <stdint.h>

struct maker {
	unsigned seed;
	char *text; /* the log, to be freed */
	size_t size, room;
	int64_t now;
};

/* The same seed gives the same. */
struct maker maker_make(unsigned seed);
unsigned maker_pick(unsigned *seed, unsigned below);

#endif
