/* First contact resolution: one entry for each contact queued by a known customer: for the files of metrics/ only. fcr.c. */
#ifndef METRICS_FCR_H
#define METRICS_FCR_H

#include "metrics/engine.h"
#include "metrics/query.h"
#include "metrics/timers.h"

struct fcr_entry {
	uint64_t customer, serial;
	uint32_t version, next, previous; /* the customer's next older and next newer entry, by (queued, serial) */
	uint32_t case_item, case_next;	  /* the case's next entry */
	bool released;	/* answered and released other than by transfer; `from` holds */
	int64_t settled_at;
	int64_t queued, from;	/* from: the instant R counts from (queued or released) */
	uint16_t topic, queue, slot, agent;
	bool resolved, repeated, settled;
	uint32_t contact;
};

void fcr_expect(const struct engine *engine, struct view customer); /* as contact_expect() */
void fcr_expect_place(const struct engine *engine, struct view customer);
void fcr_relink(struct engine *engine, uint32_t number); /* reading a state: into its chains, the oldest first */
void fcr_queued(struct engine *engine, uint32_t contact);
void fcr_released(struct engine *engine, uint32_t contact);
void fcr_case(struct engine *engine, uint32_t case_item); /* its state changed: solved, reopened */
void fcr_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
void fcr_timer(struct engine *engine, const struct timer *timer);

#endif
