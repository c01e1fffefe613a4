/* The timers of SLA clocks: each clock has one place in a heap of its own, so that a clock that changes moves its timer and leaves none
 * behind: for the files of metrics/ only. sla_timers.c. */
#ifndef METRICS_SLA_TIMERS_H
#define METRICS_SLA_TIMERS_H

#include "metrics/timers.h"

/* The clock's timer is due then, in the place of the one it had. */
void sla_timers_set(struct engine *engine, uint32_t number, uint8_t kind, int64_t due);
void sla_timers_clear(struct engine *engine, uint32_t number);
/* The first; false: there is none. */
bool sla_timers_first(const struct engine *engine, struct timer *timer);

#endif
