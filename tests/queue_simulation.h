/* A queue with agents, played contact by contact: arrivals by Poisson, handling times and patience exponential, first come first served. It
 * knows no formula, so that formulas can be held against it. */
#ifndef TESTS_QUEUE_SIMULATION_H
#define TESTS_QUEUE_SIMULATION_H

#include <stdint.h>

#include "metrics/erlang.h"

#define SIMULATION_BATCHES 40

enum simulated { SIMULATED_WAITS, SIMULATED_SERVICE_LEVEL, SIMULATED_WAIT, SIMULATED_ABANDONS, SIMULATED_OCCUPANCY, SIMULATED_COUNT };
extern const char *const simulated_names[SIMULATED_COUNT];

/* As struct erlang_answer has them: mean over batches, and the standard error of that mean. */
struct simulation { double mean[SIMULATED_COUNT], error[SIMULATED_COUNT]; };

void simulate_queue(const struct erlang_queue *queue, int agents, int arrivals, uint64_t seed, struct simulation *simulation);

#endif
