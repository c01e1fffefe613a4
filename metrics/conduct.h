/* Conduct: the records of flags, and breaks: for the files of metrics/ only. conduct.c. */
#ifndef METRICS_CONDUCT_H
#define METRICS_CONDUCT_H

#include "metrics/engine.h"
#include "metrics/query.h"

struct conduct {
	uint32_t contact, version;
	uint64_t serial;
	char id[ID_MAX + 1]; /* of the contact, that may be gone */
	uint16_t agent, slot, queue;
	uint8_t channel, step, highest, kind, aim;
	bool open, safety;
	uint8_t fault_step;  /* the step that was tried out of turn, 0: none */
	uint8_t ended_how;   /* enum conduct_end */
	uint64_t customer;
	int64_t opened, stepped, closed;
	int64_t prior_at; /* the customer's earlier flag; 0: none */
	uint8_t prior_step;
	bool flagged;	  /* counted as rude; a record that is not may wait for a word, or stand for safety or anger at the company */
	bool company_fault; /* the fault: a step although the anger was at the company */
	uint16_t faults, cared; /* cared: the agent for whose care it was counted */
	uint32_t prior_item;	/* the record of the earlier flag, or 0 */
	int64_t ended_at, fault_times[8]; /* of the first faults, so that they can be taken back */
	uint32_t place;	  /* in engine->open_conducts while open */
};
enum conduct_end { CONDUCT_OPEN, CONDUCT_CALMED, CONDUCT_WITHDRAWN, CONDUCT_ENDED, CONDUCT_UNRESOLVED };

/* Called by contacts.c. */
void conduct_contact_ended(struct engine *engine, uint32_t contact);
/* Breaks that were taken, at whole seconds. */
void care_evaluate(struct engine *engine);
void conduct_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);

#endif
