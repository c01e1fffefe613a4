/* For desk*.c only: the desk from inside. desk.c opens, waits and answers; desk_intake.c makes records of what comes; desk_upkeep.c minds
 * what was refused, what is missing and the memory. */
#ifndef APP_DESK_STATE_H
#define APP_DESK_STATE_H

#include "app/attached.h"
#include "app/desk.h"
#include "app/recent.h"
#include "app/sites.h"
#include "app/stored.h"
#include "feed/hold_back.h"
#include "feed/wire.h"

#define DESK_FEEDS_MOST 32
#define DESK_HOLES_WATCHED 64

struct desk_feed {
	struct feed *feed;
	uint64_t refused[FAULT_COUNT]; /* since the last record of it */
	uint64_t bytes;		       /* since the last look at the memory */
	enum link_state link;	       /* as it said last */
	int64_t heard;		       /* monotonic: when something had been heard of it then */
	bool ended;
};

/* When a hole was first seen, by the monotonic clock: the feed's own may go sixty times as fast as an answer. */
struct hole_watch {
	uint64_t key;
	int64_t since;
};

struct desk {
	struct desk_options options;
	struct hole_watch holes[DESK_HOLES_WATCHED];
	struct engine *engine;
	struct settings *renewed; /* held: read again since the start; NULL: the options' */
	struct curve *curve;
	struct attached *attached; /* NULL: there are feeds, or only Redis */
	struct stored *stored;	   /* NULL: no Redis is read */
	struct sites *sites;	   /* NULL: one site */
	struct recent *recent;	   /* of a standby: what the feeds brought and nobody folded; NULL: what they bring counts */
	enum link_state stored_link; /* as it was last seen */
	/* What Redis had when it was read last, while it is what is shown: the engine that follows the stream stays as it is, for its records
	 * go on from where they ended. */
	struct engine *stored_engine;
	struct desk_feed feeds[DESK_FEEDS_MOST];
	int feed_count;
	bool feed_clock, own_time;
	uint64_t lsn, events;
	struct view payload; /* of the record at hand, where it is a batch */
	struct wire_buffer part; /* made of a payload for one second */
	struct batch batch;
	struct hold_back *hold_back;
	struct batch held; /* scratch for what was held back */
	int instant; /* the next one to look at */
	bool changed, heard;
	int64_t first;
	int64_t memory_looked; /* monotonic */
	struct answer_memory *answers; /* of its snapshots */
};

/* What the desk's feeds call. */
struct feed_sink desk_sink(struct desk *desk);
/* May anything be taken now? */
bool desk_is_ready(const struct desk *desk);
/* The record at its time or at the engine's, whichever is later. */
void desk_apply_at(struct desk *desk, struct record record);
/* Looks at every instant that time passes before it comes to `recv`. */
void desk_pass_instants(struct desk *desk, int64_t recv);
/* What time it is by the clock in force; INSTANT_NONE where nothing has told it yet. */
int64_t desk_present(const struct desk *desk);
/* What follows a hole waits until the hole is filled or given up. */
void desk_open_hold_back(struct desk *desk);
/* After each look at the feeds. */
void desk_upkeep(struct desk *desk);

#endif
