/* Cases and SLA clocks, calendars: for the files of metrics/ only. cases.c, sla.c. */
#ifndef METRICS_CASES_H
#define METRICS_CASES_H

#include "metrics/engine.h"
#include "metrics/query.h"
#include "metrics/timers.h"

struct case_item {
	char id[ID_MAX + 1];
	uint64_t serial;
	uint16_t queue, market, topic, agent, slot;
	uint8_t channel, state, priority;
	uint64_t customer;
	int64_t opened, solved, since /* state */, unanswered /* first unanswered customer message; 0: none */;
	uint32_t clocks[SLA_CLOCK_COUNT]; /* index of the SLA clock, 0: none */
	uint16_t source;
	bool named, solved_counted;
	bool listed;	    /* in engine->open_cases, at `place` */
	bool retiring;	    /* in the list of closed ones */
	uint32_t place;
	uint32_t fcr_first; /* FCR entries of its contacts */
	uint32_t snapshot;  /* number of the snapshot in which it was first seen; 0: none */
	uint32_t closed_next; /* closed ones in the order of closing, to be reused */
	int64_t closed;
};
enum sla_state { SLA_STATE_NONE, SLA_STATE_RUNNING, SLA_STATE_PAUSED, SLA_STATE_MET, SLA_STATE_BREACHED, SLA_STATE_MET_LATE, SLA_STATE_CANCELLED };
struct sla {
	uint32_t case_item, version;
	uint64_t serial;
	uint8_t clock, state;
	bool paused;		 /* a breached clock can be paused too */
	int64_t target, elapsed; /* ms of open time; elapsed up to `since` */
	int64_t since;		 /* running since */
	int64_t due;		 /* while running */
	int64_t breached_at, started;
	bool counted, ours;	 /* the breach stands in the counters; it was our timer's */
	bool soon;		 /* due soon, told by its timer */
	bool live;		 /* in engine->live_slas, at `place` */
	uint32_t place;
};

/* Stored by name until clocks use them. */
struct calendar { uint16_t name; char zone[64]; char *week, *holidays; size_t week_size, holidays_size; };

uint32_t case_find(const struct engine *engine, struct view id); /* 0: unknown */
void case_expect(const struct engine *engine, struct view id); /* as contact_expect() */
void case_expect_place(const struct engine *engine, struct view id);
bool sla_apply(struct engine *engine, const struct event *event);
void sla_cancel_all(struct engine *engine, uint32_t case_item); /* the case is deleted or merged */
void sla_move(struct engine *engine, uint32_t case_item, uint16_t slot); /* the case changes its slot */
int64_t sla_left(const struct sla *sla, int64_t at); /* open time left; negative: overdue */
/* Cases that `source` reported open in the queue (0: all) and did not name in its snapshot are gone. */
void cases_snapshot_begin(struct engine *engine, uint16_t source, uint16_t queue);
void cases_snapshot_end(struct engine *engine, uint16_t source, uint16_t queue);
void cases_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
int64_t case_unanswered(const struct case_item *item); /* since when, where longest_wait_async counts it; 0: nothing waits */
int cases_band(int64_t age); /* of gauges.case_ages */
void cases_ages(const struct engine *engine, struct scope scope, int64_t at, int64_t *bins); /* adds the ages of open cases */
void sla_timer(struct engine *engine, const struct timer *timer);

#endif
