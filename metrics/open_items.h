/* Plain lists of what is open now, for whoever keeps the present elsewhere. As in metrics/lists.h: at most `room`, in a fixed order,
 * texts harmless, nothing points into the engine but where it is said. Ids are as they came: what may be shown of them is the caller's. */
#ifndef METRICS_OPEN_ITEMS_H
#define METRICS_OPEN_ITEMS_H

#include "metrics/engine.h"

struct open_contact {
	char id[ID_MAX + 1], queue[64];
	const char *channel, *phase; /* constants: "waiting" "talking" "held" "wrapping" */
	uint16_t agent;		     /* number of his name; 0: none */
	uint16_t slot;		     /* for open_in_scope() */
	bool asynchronous;	     /* e-mail and the like: waits apart, see slot_waits_live() */
	int64_t queued, since;	     /* instants: in this queue; in this phase */
	int64_t first_queued;	     /* in the first queue */
};
/* In order of first sight. */
int open_contacts(const struct engine *engine, struct open_contact *items, int room);

struct open_case {
	char id[ID_MAX + 1], queue[64];
	const char *channel, *state; /* constants */
	uint16_t agent, slot;
	int band;	       /* of gauges.case_ages */
	int64_t opened, since; /* of the state */
	int64_t unanswered;    /* since when longest_wait_async counts it; 0: nothing waits */
};
/* In order of first sight. */
int open_cases(const struct engine *engine, struct open_case *items, int room);

struct open_callback {
	char id[ID_MAX + 1], queue[64];
	const char *channel; /* constant */
	uint16_t slot;
	bool due;	     /* else it is promised for later */
};
/* By id. When it was promised is not kept. */
int open_callbacks(const struct engine *engine, struct open_callback *items, int room);

/* Does the scope hold what is in this slot, or of people, what this agent has? */
bool open_in_scope(const struct engine *engine, struct scope scope, uint16_t slot, uint16_t agent);

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
/* Those whose time makes occupancy and load of a scope; 0 too where such a scope has none of its own (a channel, a market). */
int present_timed(const struct engine *engine, struct scope scope, uint16_t *numbers, int room);
/* Of the agents of a scope those that a gauge counts, by the numbers of their names; at most `room`. */
enum agent_gauge { AGENT_GAUGE_ON, AGENT_GAUGE_FREE, AGENT_GAUGE_AWAY, AGENT_GAUGE_HELP, AGENT_GAUGE_WRAP, AGENT_GAUGE_KNOWN };
int present_agents(const struct engine *engine, struct scope scope, enum agent_gauge gauge, uint16_t *numbers, int room);

#endif
