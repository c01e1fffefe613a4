/* The heap of timers, ordered by (due, kind, serial of the thing); stale ones are told by `version`: for the files of metrics/ only. */
#ifndef METRICS_TIMERS_H
#define METRICS_TIMERS_H

#include "metrics/engine.h"

enum timer_kind { TIMER_WRAP, TIMER_LOST, TIMER_FCR, TIMER_SLA, TIMER_SLA_SOON, TIMER_HELD_EVENT, TIMER_ALERT_MUTE, TIMER_KINDS };
struct timer {
	int64_t due;
	uint8_t kind;
	uint32_t item;	  /* index in the pool of that kind */
	uint32_t version; /* must equal the item's, or the timer is void */
	uint64_t serial;  /* of the item: the order among equals */
};

bool timer_before(const struct timer *a, const struct timer *b);
void timers_add(struct engine *engine, struct timer timer);
int64_t timers_due(const struct engine *engine); /* those of SLA clocks (sla_heaps.h) too; INT64_MAX: none */
struct timer timers_take(struct engine *engine); /* the first; there must be one */

#endif
