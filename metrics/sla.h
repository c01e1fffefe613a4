/* SLA clocks: for the files of metrics/ only. sla.c (what changes a clock), sla_events.c (what changes are asked for), sla_heaps.c. */
#ifndef METRICS_SLA_H
#define METRICS_SLA_H

#include "config/sla_targets.h"
#include "metrics/engine.h"
#include "metrics/tally.h"
#include "metrics/timers.h"

enum sla_state { SLA_STATE_NONE, SLA_STATE_RUNNING, SLA_STATE_PAUSED, SLA_STATE_MET, SLA_STATE_BREACHED, SLA_STATE_MET_LATE, SLA_STATE_CANCELLED };

enum sla_heap { SLA_HEAP_TIMER, SLA_HEAP_ORDER, SLA_HEAPS };

/* The instance before the present one, for what comes late: 0 started: there was none. */
struct sla_before {
	int64_t started, breached_at;
	bool counted, ours;
};

struct sla {
	uint32_t case_item;
	uint64_t serial;
	uint8_t clock, state;
	bool by_source, by_state; /* why it is paused: told so, or by the state of its case */
	bool paused;		  /* for either reason; a breached clock can be paused too */
	bool by_stop;		  /* it was ended by the state of its case */
	int64_t target, elapsed;  /* ms of open time; elapsed up to `since` */
	int64_t since;		  /* running since; while paused, when that began */
	int64_t due;		  /* while running; 0: it never opens again */
	int64_t fixed;		  /* the due that the source gave, until the next pause; 0: we reckon */
	int64_t breached_at, started, ended;
	int64_t restarted, restart_elapsed; /* the latest sla.started of this instance, and what had elapsed then */
	uint16_t calendar, wanted; /* wanted: what it would run by, if anybody defined it; 0: as it does */
	bool counted, ours;	   /* the breach stands in the counters; it was our timer's */
	bool disagreed;		   /* the source said so before our timer, or although it was met for us */
	bool confirmed;		   /* the source said so after our timer */
	bool soon;		   /* due soon, told by its timer */
	bool live;		   /* in engine->live_slas, at `place` */
	uint32_t place;
	struct sla_before before;
	int64_t timer_due; /* of its timer, where it has one */
	uint32_t heap_place[SLA_HEAPS]; /* from 1; 0: not in it */
	uint8_t timer_kind;
};

/* What its case does to a clock, by the settings: masks of enum case_state. */
struct sla_rule {
	uint8_t pause_in, stop_in;
	bool start; /* it is the board's: the source tells nothing of it, though it may */
	int64_t targets[SLA_PRIORITIES]; /* ms of a clock that the board starts; -1: none for that priority */
	bool go_on; /* a case that is opened again goes on where it stopped */
};

#define SLA_FARTHEST (10 * 366 * DAY_MS) /* what a target or a due may be away: beyond it a publisher's number is nonsense */

void sla_init(struct engine *engine);
bool sla_apply(struct engine *engine, const struct event *event);
void sla_timer(struct engine *engine, const struct timer *timer);
void sla_cancel_all(struct engine *engine, uint32_t case_item); /* the case is deleted or merged */
void sla_move(struct engine *engine, uint32_t case_item, uint16_t slot); /* the case changes its slot */
void sla_case_state(struct engine *engine, uint32_t case_item); /* the case changed its state */
/* ---- sla_start.c: clocks that the board starts itself ---- */
void sla_case_opened(struct engine *engine, uint32_t case_item);
void sla_case_asked(struct engine *engine, uint32_t case_item); /* a customer's message waits, or the case in which one does is open again */
void sla_case_answered(struct engine *engine, uint32_t case_item); /* by an agent, in public */
/* Around a calendar that changes: what ran by the old one is reckoned up to now, then by the new one. */
void sla_calendar_ends(struct engine *engine, uint16_t calendar);
void sla_calendar_begins(struct engine *engine, uint16_t calendar);
/* Open time left; negative: overdue. */
int64_t sla_left(const struct engine *engine, const struct sla *sla, int64_t at);
void sla_arm(struct engine *engine, uint32_t number); /* after its state was read */

/* ---- sla_events.c for sla_start.c ---- */
/* On a live clock it changes the target, and what had elapsed stays; else it is a new instance. */
bool sla_start(struct engine *engine, const struct event *event, uint32_t case_item);
void sla_end_at(struct engine *engine, uint32_t number, bool met); /* at the time of the event, which may be before its latest sla.started */

/* ---- sla.c for sla_events.c ---- */
void sla_begin(struct engine *engine, uint32_t number); /* a new instance, at the time of the event; within a change */
struct sla *sla_change_begin(struct engine *engine, uint32_t number);
void sla_change_end(struct engine *engine, uint32_t number);
void sla_account(const struct engine *engine, struct sla *sla, int64_t at); /* brings `elapsed` up to the instant */
void sla_count(struct engine *engine, const struct sla *sla, enum counter counter, int64_t at, int64_t delta);
void sla_count_outcome(struct engine *engine, const struct sla *sla, bool met, int64_t at, int64_t delta);
void sla_breach(struct engine *engine, uint32_t number, int64_t at, bool ours);
void sla_pause(struct engine *engine, uint32_t number, bool by_source, bool by_state);
void sla_end(struct engine *engine, uint32_t number, bool met);
void sla_go_on(struct engine *engine, uint32_t number); /* one that was ended, as if it had not been */
void sla_split(struct engine *engine, uint32_t number, bool met); /* it ended before its latest sla.started: that one began another */

#endif
