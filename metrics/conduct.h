/* Conduct: the records of flags, and what was counted of flagged contacts: for the files of metrics/ only. conduct.c, rude.c. */
#ifndef METRICS_CONDUCT_H
#define METRICS_CONDUCT_H

#include "base/map.h"
#include "metrics/engine.h"
#include "metrics/query.h"

struct leg;
struct survey;

/* Where something was counted, so that it can be taken back there. at 0: it is not counted. */
struct conduct_mark { int64_t at; uint16_t agent; };
#define CONDUCT_FAULTS_KEPT 8
/* A step out of turn. */
struct conduct_fault {
	int64_t at;
	uint16_t agent;
	uint8_t tried, reached, kind; /* enum fault_kind */
	bool counted;
};
enum fault_kind { PROTOCOL_KEPT, PROTOCOL_SKIPPED, PROTOCOL_REPEATED, PROTOCOL_BACKWARDS, PROTOCOL_COMPANY, PROTOCOL_OVER, PROTOCOL_FAULTS };

struct conduct {
	uint32_t contact, version;
	uint64_t serial;
	char id[ID_MAX + 1]; /* of the contact, that may be gone */
	uint16_t agent, slot, queue;
	uint8_t channel, step, highest, kind, aim;
	uint8_t by; /* who raised the flag: enum signal_by */
	uint16_t source; /* the publisher that told it; 0: not known */
	bool open, safety;
	uint8_t fault_step;  /* the step that was tried out of turn, 0: none */
	uint8_t ended_how;   /* enum conduct_end */
	uint64_t customer;
	int64_t arrived;     /* when the contact was first queued; 0: not known */
	int64_t opened, stepped, closed;
	int64_t prior_at; /* the customer's earlier flag; 0: none */
	uint8_t prior_step;
	bool flagged;	  /* counted as rude; a record that is not may wait for a word, or stand for safety or anger at the company */
	uint16_t faults;
	uint32_t prior_item;	/* the record of the earlier flag, or 0 */
	struct conduct_mark counted, ended, unresolved;
	struct conduct_fault fault_log[CONDUCT_FAULTS_KEPT]; /* of the first ones: those after them are shown, but in no figure */
	uint16_t cared;	      /* the agent for whose care it was counted, or 0 */
	uint32_t cared_shift; /* in which of his shifts */
	int64_t cared_at;
	uint64_t fcr_customer; /* of the contact's entry of first contact resolution, which may be gone: whose, and when it was queued */
	int64_t fcr_queued;    /* 0: it has none */
	uint32_t legs, surveys; /* of the contact: in engine->rude_legs, engine->surveys */
	uint32_t place;	  /* in engine->open_conducts while open */
};
enum conduct_end { CONDUCT_OPEN, CONDUCT_CALMED, CONDUCT_WITHDRAWN, CONDUCT_ENDED, CONDUCT_UNRESOLVED };
enum signal_by { SIGNAL_BY_AGENT, SIGNAL_BY_LEAD, SIGNAL_BY_ENGINE }; /* as WORDS_SIGNAL_BY */

/* A complete leg of a contact that is flagged, or that may still be. */
#define RUDE_LEGS_MOST 16 /* of a contact; those after them count as of a calm one */
struct rude_leg {
	uint32_t next; /* of the contact or the record; of the free list */
	uint16_t slot, agent;
	bool nominal, counted; /* counted: stands in RUDE_LEGS */
	int64_t at, queued, talk, hold, wrap;
};

/* Called by contacts.c. */
void conduct_contact_ended(struct engine *engine, uint32_t contact);
/* The record of the contact with this id, present or long gone; 0: none. */
uint32_t conduct_find(const struct engine *engine, struct view contact);
/* The record of a contact, or NULL. */
struct conduct *conduct_of(struct engine *engine, uint32_t contact);
/* The step that may be taken next; STEP_NONE: none. A threat to life allows STEP_ENDED at any time beside it. */
int conduct_next(const struct conduct *record);
/* How the last step out of turn was wrong: enum fault_kind. */
int conduct_last_fault(const struct conduct *record);
void conduct_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);

/* rude.c. A leg is complete: remembered, and counted where its contact is flagged. */
void rude_leg(struct engine *engine, const struct leg *leg, int64_t at);
/* The contact has a record now, which takes over what is remembered of it. */
void rude_begin(struct engine *engine, uint32_t contact, struct conduct *record);
/* It was flagged, or the flag was withdrawn: legs, surveys and FCR are counted as of a flagged contact, or no longer. Whatever else has to
 * follow a flag hooks in here. */
void rude_turn(struct engine *engine, const struct conduct *record);
/* The survey is about the contact of this record; a survey is forgotten; a record is. */
void rude_survey(struct engine *engine, uint32_t survey, uint32_t record);
void rude_survey_forget(struct engine *engine, uint32_t survey);
void rude_forget(struct engine *engine, struct conduct *record);
/* A contact is forgotten: what was remembered of it goes. */
void rude_legs_drop(struct engine *engine, uint32_t *first);
/* Reading a state: one more at the end of the list; NULL: there are too many. */
struct rude_leg *rude_leg_restore(struct engine *engine, uint32_t *first);
/* Takes from a tally what was counted of flagged contacts: handling times, CSAT and FCR. */
void rude_set_aside(struct tally *tally);

#endif
