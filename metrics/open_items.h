/* Plain lists of what is open now, for whoever keeps the present elsewhere. As in metrics/lists.h: at most `room`, in a fixed order,
 * texts harmless, nothing points into the engine but where it is said. */
#ifndef METRICS_OPEN_ITEMS_H
#define METRICS_OPEN_ITEMS_H

#include "metrics/engine.h"

struct open_contact {
	char id[ID_MAX + 1], queue[64];
	const char *channel, *phase; /* constants: "waiting" "talking" "held" "wrapping" */
	uint16_t agent;		     /* number of his name; 0: none */
	int64_t queued, since;	     /* instants: in this queue; in this phase */
};
/* In order of first sight. */
int open_contacts(const struct engine *engine, struct open_contact *items, int room);

struct open_case {
	char id[ID_MAX + 1], queue[64];
	const char *channel, *state; /* constants */
	uint16_t agent;
	int64_t opened, since; /* of the state */
};
/* In order of first sight. */
int open_cases(const struct engine *engine, struct open_case *items, int room);

struct feed_position {
	char src[200];
	uint64_t boot, next, received, lost, holes; /* next: number expected; lost: given up; holes: stretches that may still come */
};
int feed_positions(const struct engine *engine, struct feed_position *items, int room);

/* By the number of the name, from 1. Names as the journal has them: masking is the caller's. False: there is no such agent. */
struct present_agent {
	const char *name, *team; /* in the engine */
	const char *doing;	 /* constant: "help" "ring" "talk" "hold" "wrap" "away" "idle" "offline" */
	const char *reason;	 /* in the engine */
	int64_t since;
	int contacts;
};
bool present_agent(const struct engine *engine, uint16_t number, struct present_agent *agent);

#endif
