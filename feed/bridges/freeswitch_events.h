/* Inside the table of events of FreeSWITCH: what a line of it (freeswitch_events.c) and its functions (freeswitch_calls.c,
 * freeswitch_agents.c) share. */
#ifndef FEED_BRIDGES_FREESWITCH_EVENTS_H
#define FEED_BRIDGES_FREESWITCH_EVENTS_H

#include "base/instant.h"
#include "feed/bridges/freeswitch.h"
#include "feed/imports/import.h"

/* One event as it came. Ids are "" where they are missing. */
struct said {
	struct view block;
	int64_t ts; /* ms */
	char contact[ID_MAX + 1], queue[ID_MAX + 1], agent[ID_MAX + 1];
};

typedef enum trial_outcome freeswitch_taker(struct freeswitch *freeswitch, const struct said *said, const char **why);

void said_id(struct view block, const char *header, char to[ID_MAX + 1]);
int64_t said_seconds(struct view block, const char *header); /* ms of a header in whole seconds since 1970, or -1 */
/* Lists that were asked for are older than what an event says now. */
void freeswitch_touch(struct freeswitch *freeswitch, const char *prefix, const char *name);

/* ---- freeswitch_calls.c ---- */
freeswitch_taker take_start, take_resume, take_offer, take_bridge, take_bridge_end, take_bridge_fail, take_end, take_hold, take_unhold;

/* ---- freeswitch_agents.c ---- */
freeswitch_taker take_agent_add, take_status, take_state;
/* A call of his is over at `ts`. True: a wrap-up runs, and will be told; false: there is none, or nobody will know. */
bool freeswitch_begin_wrap(struct freeswitch *freeswitch, const struct visit *visit, int64_t ts);
/* He is rung or talks again: whatever was to be done is done. */
void freeswitch_end_wrap(struct freeswitch *freeswitch, const char *agent, int64_t ts);

#endif
