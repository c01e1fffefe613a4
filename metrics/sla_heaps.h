/* SLA clocks in two orders: by their timers, so that a clock that changes moves its timer and leaves none behind, and as the list of
 * the next due wants them, so that its head costs nothing for the many behind it: for the files of metrics/ only. sla_heaps.c. */
#ifndef METRICS_SLA_HEAPS_H
#define METRICS_SLA_HEAPS_H

#include "metrics/sla.h"

/* The clock's timer is due then, in the place of the one it had. */
void sla_timers_set(struct engine *engine, uint32_t number, uint8_t kind, int64_t due);
void sla_timers_clear(struct engine *engine, uint32_t number);
/* The first; false: there is none. */
bool sla_timers_first(const struct engine *engine, struct timer *timer);

/* What is next: those that are due by that, those breached by when they were; then paused ones by what is left; then those that are
 * never due. To be called after whatever may change that. */
void sla_order_set(struct engine *engine, uint32_t number);
void sla_order_clear(struct engine *engine, uint32_t number);
enum sla_rank { SLA_RANK_DUE, SLA_RANK_PAUSED, SLA_RANK_NEVER };
enum sla_rank sla_rank(const struct sla *sla, int64_t *key);

/* The live clocks from the front of the list on, as far as one walks. */
struct sla_walk {
	const struct engine *engine;
	uint32_t *places; /* a heap of places whose parents were passed */
	size_t count, room;
};
void sla_walk_begin(struct sla_walk *walk, const struct engine *engine);
uint32_t sla_walk_next(struct sla_walk *walk); /* 0: that was all */
void sla_walk_end(struct sla_walk *walk);

#endif
