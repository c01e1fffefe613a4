/* What is kept by name or customer: refusals, praises, mistakes, notes, follow-ups, and surveys: for the files of metrics/ only.
 * notes.c, surveys.c. */
#ifndef METRICS_NOTES_H
#define METRICS_NOTES_H

#include "metrics/engine.h"
#include "metrics/query.h"

enum praise_by { PRAISE_CUSTOMER, PRAISE_COLLEAGUE, PRAISE_BYS }; /* as WORDS_PRAISE_BY */

/* ---- lists by name: refusals by policy, mistakes by agent ... ---- */
struct named_count { uint16_t name, agent; uint8_t by /* of praise: enum praise_by */; int64_t at; }; /* one occurrence */
struct occurrences { struct named_count *items; size_t count, room; uint64_t changed; /* LSN of the record that added one last */ };

/* ---- follow-ups ---- */
struct followup {
	uint64_t customer;
	uint32_t case_item;
	char contact[ID_MAX + 1]; /* that the survey was about; "": not told */
	uint16_t slot, agent;
	uint8_t kind; /* enum survey_kind */
	uint32_t attempts; /* that reached nobody */
	int64_t score, since;
	bool open;
};

/* ---- surveys that were sent or answered: an answer is told its slot by them, and a second one replaces the first ---- */
#define SURVEYS_KEPT 65536
struct survey {
	char id[ID_MAX + 1];
	uint8_t kind;
	bool answered;
	uint16_t slot, agent;
	int64_t sent, answered_at; /* sent 0: not known */
	int64_t score, min, max;
	int64_t seen;	  /* when it was first told, engine time */
	uint64_t contact; /* serial of the contact it is about; 0: not known */
	uint32_t conduct, conduct_next; /* the record of that contact, and its next survey; 0: none */
	uint16_t sent_slot, sent_agent; /* where CSAT_SENT was counted */
	bool rude_sent, rude_answered;  /* stands in RUDE_CSAT_SENT; in the other counters of flagged contacts */
};

struct note { char text[201]; int64_t at, until; uint16_t by; };

/* Its contact was flagged, or no longer is. */
void survey_turn(struct engine *engine, uint32_t survey, bool flagged);
void surveys_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);

void occurrence_add(struct engine *engine, struct occurrences *list, struct named_count one); /* at engine->ts */
void occurrence_put_back(struct occurrences *list, struct named_count one, uint64_t stamp);

#endif
