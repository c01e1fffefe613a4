/* Cases: for the files of metrics/ only. cases.c; backlog.c (figures). */
#ifndef METRICS_CASES_H
#define METRICS_CASES_H

#include "metrics/engine.h"
#include "metrics/query.h"
#include "metrics/sla.h"

struct case_item {
	char id[ID_MAX + 1];
	uint64_t serial;
	uint16_t queue, market, topic, agent, slot;
	uint8_t channel, state, priority;
	uint64_t customer;
	int64_t opened, solved, since /* state */, open_since /* the last time */, unanswered /* first unanswered customer message; 0: none */;
	uint32_t clocks[SLA_CLOCK_COUNT]; /* index of the SLA clock, 0: none */
	uint16_t source;
	bool named, solved_counted;
	bool listed;	    /* in engine->open_cases, at `place` */
	bool retiring;	    /* in the list of closed ones */
	uint32_t place;
	uint32_t fcr_first; /* links of its contacts' FCR entries */
	uint32_t snapshot;  /* number of the snapshot in which it was first seen; 0: none */
	uint32_t closed_next; /* closed ones in the order of closing, to be reused */
	int64_t closed;
};
uint32_t case_find(const struct engine *engine, struct view id); /* 0: unknown */
void case_expect(const struct engine *engine, struct view id); /* as contact_expect() */
void case_expect_place(const struct engine *engine, struct view id);
/* Cases that `source` reported open in the queue (0: all) and did not name in its snapshot are gone. */
void cases_snapshot_begin(struct engine *engine, uint16_t source, uint16_t queue);
void cases_snapshot_end(struct engine *engine, uint16_t source, uint16_t queue);
void cases_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
int64_t case_unanswered(const struct case_item *item); /* since when, where longest_wait_async counts it; 0: nothing waits */
int cases_band(int64_t age); /* of gauges.case_ages */
void cases_ages(const struct engine *engine, struct scope scope, int64_t at, int64_t *bins); /* adds the ages of open cases */

#endif
