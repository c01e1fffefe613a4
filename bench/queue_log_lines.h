/* A made-up queue_log of a busy house, for the benches: calls that enter, ring, are answered or hang up, and agents that pause. */
#ifndef BENCH_QUEUE_LOG_LINES_H
#define BENCH_QUEUE_LOG_LINES_H

#include <stdint.h>
#include <stdio.h>

/* Writes `lines` of them or a few more; the same ones each time. Returns how many. */
uint64_t queue_log_lines(FILE *to, uint64_t lines);

#endif
