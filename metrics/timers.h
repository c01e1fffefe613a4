/* The heap of timers, for the engine; things add theirs with timers_add() of metrics/state.h. */
#ifndef METRICS_TIMERS_H
#define METRICS_TIMERS_H

#include "metrics/state.h"

int64_t timers_due(const struct engine *engine); /* INT64_MAX: none */
struct timer timers_take(struct engine *engine); /* the first; there must be one */

#endif
