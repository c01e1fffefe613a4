/* Agents, what they declare and what they do: for the files of metrics/ only. agents.c. */
#ifndef METRICS_AGENTS_H
#define METRICS_AGENTS_H

#include "metrics/engine.h"
#include "metrics/ledger.h"
#include "metrics/query.h"

struct agent { /* its index is the number of its name */
	uint16_t name, team;
	uint8_t availability; /* enum availability */
	bool declared;	      /* he ever declared a state; without it there is no idle time */
	uint16_t reason;
	int64_t declared_since, activity_since, shift_since, until;
	int32_t ringing, talking, held, wrapping; /* contacts by activity */
	bool help;
	int64_t help_since;
	uint32_t first_contact;			  /* running ones */
	int64_t accounted;			  /* busy/idle time is counted up to here */
	int64_t unflushed[4];			  /* busy, idle, slots used, slots: of the minute of `accounted`, not yet in the series */
	int64_t session_since;			  /* union of chat sessions: since when >= 1 runs */
	int32_t chats;
	int16_t slots[CHANNEL_COUNT];		  /* capacity, 0: not told */
	struct ledger ledger;
	int32_t running; /* legs not complete, as in a slot */
	int64_t running_base;
	int32_t rude_shift;
	int64_t rude_times[8]; /* the last ones, for "2 within an hour" */
	int64_t break_suggested; /* 0: no; since when the suggested break is not taken */
	int32_t rude_at_break;	 /* rude_shift when he last took one */
	int32_t mistakes;	 /* today */
	uint64_t serial;
};
struct membership {
	uint16_t agent, queue;
	bool told, in;	/* told: by agent.member; else only seen at work there */
	int16_t penalty;
	int64_t took;	/* when he last answered there; 0: never */
};
/* A queue has the time of those: told to be in it, or seen at work there. */
static inline bool member_has_time(const struct membership *member)
{
	return !member->told || member->in;
}
/* Activity by precedence: help > ring > talk > hold > wrap > away > idle; offline where he is. */
enum activity { ACTIVITY_HELP, ACTIVITY_RING, ACTIVITY_TALK, ACTIVITY_HOLD, ACTIVITY_WRAP, ACTIVITY_AWAY, ACTIVITY_IDLE, ACTIVITY_OFFLINE };

uint16_t agent_of(struct engine *engine, struct view name); /* index, created */
void agent_activity(struct engine *engine, uint16_t agent, int ringing, int talking, int held, int wrapping); /* deltas at engine->ts */
enum activity agent_doing(const struct agent *agent);
void agent_took(struct engine *engine, uint16_t agent, uint16_t queue);
bool agent_in_scope(const struct engine *engine, const struct agent *agent, struct scope scope);
/* Counts busy, idle and slot time up to `until`, minute by minute; at every minute start for all. */
void agents_account(struct engine *engine, int64_t until);
/* What agents_account() would add, for figures of the present. */
void agent_pending(const struct agent *agent, int64_t until, struct tally *tally);
void agents_pending(const struct engine *engine, int64_t until, struct tally *tally); /* of all, for sums that end at `until` */
bool agent_restore_member(struct engine *engine, struct membership member); /* reading a state; false: it is there already */
void agents_finish(struct engine *engine);
void agents_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges);
void agent_weigh(const struct agent *agent, struct gauges *gauges); /* one alone, added */
/* Those whom the gauges of a scope are about, by the numbers of their names. */
void agents_visit(const struct engine *engine, struct scope scope, void (*visit)(void *context, uint16_t agent), void *context);

#endif
