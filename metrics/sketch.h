/* A mergeable log-linear histogram of durations: 32 bins an octave, so that the middle of a bin is at most 1.6 % from any
 * value in it. Values are ms; below 32 ms and at bin edges they are exact. Merging is adding counts. */
#ifndef METRICS_SKETCH_H
#define METRICS_SKETCH_H

#include <stdint.h>

#define SKETCH_OCTAVE 32
#define SKETCH_BINS 1056 /* up to 2^37 ms, over four years */

int sketch_bin(int64_t value);	 /* 0 .. SKETCH_BINS - 1; negative counts as 0 */
int64_t sketch_value(int bin);	 /* the middle of the bin */
/* Nearest rank: the value of the ceil(permille/1000 * n)-th smallest. -1 where there is none. */
int64_t sketch_percentile(const int64_t *bins, int permille);

#endif
