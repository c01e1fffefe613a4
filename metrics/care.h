/* Care for agents after rude contacts: for the files of metrics/ only. care.c. */
#ifndef METRICS_CARE_H
#define METRICS_CARE_H

#include "metrics/engine.h"
#include "metrics/query.h"

#define CARE_TIMES 16 /* rude contacts of an agent whose instants are kept, for "2 within an hour" */

struct agent;
struct conduct;

/* What an agent went through. */
struct care {
	int32_t shift;		 /* rude contacts this shift */
	int32_t at_break;	 /* ... when he last took a break */
	uint32_t shift_number;	 /* which of his shifts it is */
	int64_t times[CARE_TIMES]; /* of the last ones since that break; 0: none */
	int64_t suggested;	 /* since when a break is suggested that is not taken; 0: none is */
	int64_t resting;	 /* since when he is away for a reason that is a break; 0: he is not */
	int64_t rested;		 /* when the last suggested break was long enough; 0: never */
};

/* A rude contact was counted for the record's agent, or the flag was withdrawn. */
void care_for(struct engine *engine, struct conduct *record);
void care_take_back(struct engine *engine, struct conduct *record);
/* He declared a state. */
void care_declared(struct engine *engine, uint16_t agent);
/* Breaks that are long enough now, at whole seconds. */
void care_evaluate(struct engine *engine);
int care_within_hour(const struct care *care, int64_t at);
void care_gauges(const struct engine *engine, struct scope scope, struct gauges *gauges);

#endif
