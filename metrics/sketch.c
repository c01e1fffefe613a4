#include "metrics/sketch.h"

#define OCTAVE_BITS 5 /* 32 bins an octave; the first octave holds 0..31 themselves */

int sketch_bin(int64_t value)
{
	if (value < SKETCH_OCTAVE)
		return value < 0 ? 0 : (int)value;
	int top = 63 - __builtin_clzll((uint64_t)value);
	int bin = (top - OCTAVE_BITS + 1) * SKETCH_OCTAVE + (int)((value >> (top - OCTAVE_BITS)) & (SKETCH_OCTAVE - 1));
	return bin < SKETCH_BINS ? bin : SKETCH_BINS - 1;
}

int64_t sketch_value(int bin)
{
	if (bin < SKETCH_OCTAVE)
		return bin < 0 ? 0 : bin;
	int shift = bin / SKETCH_OCTAVE - 1;
	int64_t low = (int64_t)(SKETCH_OCTAVE + bin % SKETCH_OCTAVE) << shift;
	return low + ((INT64_C(1) << shift) - 1) / 2;
}

int64_t sketch_percentile(const int64_t *bins, int permille)
{
	int64_t n = 0;
	for (int i = 0; i < SKETCH_BINS; i++)
		n += bins[i];
	if (n <= 0)
		return -1;
	int64_t rank = (n * permille + 999) / 1000, below = 0;
	if (rank < 1)
		rank = 1;
	for (int i = 0; i < SKETCH_BINS; i++) {
		below += bins[i];
		if (below >= rank)
			return sketch_value(i);
	}
	return -1;
}
