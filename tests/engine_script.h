/* Events in, figures out, as text: a table is a list of lines, ended by NULL, played from the top.
 *
 *   "10:00:05 queued contact=c1 queue=Billing channel=phone"   an event, in a batch of its own, received when it happened
 *   "& 10:00:05 answered contact=c1 agent=Eva"                 joins the batch of the line before
 *   "~ 10:00:06 seq=7"                                         a heartbeat
 *   "x 10:00:07 from=3 to=4"                                   a hole that will not be filled
 *   "= 10:15:00 queue=Billing window=15m by=arrival asa=12.5"  the clock moves on; what figures must say
 *
 * Times are of 2026-03-02, UTC; "d2/10:00" is two days later. An event's type may lack its "contact.". An event line may set
 * recv=, seq=, src= ("none": unsequenced) and boot=. In an expectation "-" means unknown; figures are metrics by name in
 * people's units (ratios 0..1); "fault.NAME" counts what was wrong, "V.FIELD" looks at a gauge: see gauge_fields. */
#ifndef TESTS_ENGINE_SCRIPT_H
#define TESTS_ENGINE_SCRIPT_H

#include "metrics/state.h"

struct world {
	struct settings *settings;
	struct engine *engine;
	uint64_t lsn, seq;
	int64_t last; /* recv of the last record */
	bool apart; /* lines with "&" are sent in batches of their own all the same */
};

/* Settings as name, value, name, value, NULL; NULL: the defaults. */
struct world *world_create(const char *const *settings);
void world_destroy(struct world *world);
void world_play(struct world *world, const char *const *lines);
/* All of it: create, play, destroy. */
void play(const char *const *settings, const char *const *lines);
int64_t script_time(const char *text);
/* Everything that can be asked, as one number: equal engines give equal ones. */
uint64_t world_print(const struct world *world);

#endif
