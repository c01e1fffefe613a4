/* Slots, where everything is counted, and the places where peaks are watched: for the files of metrics/ only. slots.c, watches.c. */
#ifndef METRICS_SLOTS_H
#define METRICS_SLOTS_H

#include "metrics/backlog.h"
#include "metrics/engine.h"
#include "metrics/ledger.h"
#include "metrics/query.h"
#include "metrics/samples.h"

/* ---- a slot: everything counted for one (queue, channel, market) ----
 * Slot 0 takes what concerns no queue: it is in scope of everything only. */
#define SLOT_WATCHES 8 /* everything, and each choice of its queue, channel and market */
enum { SLOTS_OF_QUEUE, SLOTS_OF_MARKET, SLOT_CHAINS };
#define WATCH_NONE UINT16_MAX /* there are too many, or it has no market: this one is not watched */
struct slot {
	uint16_t queue, channel, market; /* channel: enum channel */
	struct ledger ledger;
	/* Those known to be over the target are a head of the waiting list: its last one (0: none), how many, and the target. */
	uint32_t over_last;
	int32_t over;
	int64_t over_target;
	uint32_t waiting_first, waiting_last;  /* contacts by (queued, serial) */
	int32_t waiting, busy;
	int32_t callbacks_due, callbacks_scheduled;
	int32_t rude, sla_breached_open; /* whoever changes one of these calls slot_touch() */
	int32_t waiting_moved;	/* of the waiting, those that waited in another queue before */
	int32_t running;	/* legs not complete; their time so far is running * at - running_base */
	int64_t running_base;
	int64_t set_target, set_short; /* of the settings' queue section, ms; -1: not set there */
	int64_t market_target;	       /* of the settings' market section, ms; -1: not set there */
	int32_t sampled[GAUGE_COUNT]; /* what of this slot is already in its watches */
	uint16_t watch[SLOT_WATCHES]; /* of the queue where bit 0 of the place is set, of the channel (1), of the market (2) */
	bool touched;
	uint16_t next[SLOT_CHAINS]; /* the next one of its queue, of its market; 0: none */
	struct backlog backlog;
	int32_t sla_running, sla_paused, sla_due_soon; /* kept by sla.c */
	struct fcr_balance fcr[FCR_WINDOWS];	       /* kept by fcr.c; made again of its entries when a state is read */
};
/* A place where peaks are watched: everything, each queue, channel and market, and each of those together that has a slot. Those of a queue
 * and a market are many: their quarter hours are kept for a day only, and no history or store has them. */
struct watch {
	struct scope scope;
	struct samples minutes, quarters;
	int32_t value[GAUGE_COUNT]; /* as of the last evaluated second */
	int64_t since;	/* when it was first watched */
	int64_t oldest; /* queued of the one that waits longest; scratch of the sampling */
	bool dirty; /* something of it changed in this second */
	bool at_rest; /* nobody waits, and no built-in level stands or is about to: it need not be looked at before somebody waits */
	bool is_cut; /* it began before the oldest quarter hour it has: it was left out of what this engine was read from. No part of the state */
};

struct queue_info {
	char title[64];
	int64_t target, short_abandon;
	int formula;
	bool hidden, defined;
	uint8_t channel;
	uint16_t calendar; /* number of its name; 0: none was told */
	uint16_t market;   /* of what comes without one; 0: none was told */
	uint16_t set_market; /* what the settings say of that; no part of the state, nor is: */
	bool asked;	     /* were the settings asked? */
};

uint16_t slot_of(struct engine *engine, uint16_t queue, uint8_t channel, uint16_t market);
/* The same for what came with a market or, 0, without: then with that of its queue. */
uint16_t slot_for(struct engine *engine, uint16_t queue, uint8_t channel, uint16_t told);
/* Adds to the slot and, where agent != 0, to the agent: by outcome in the minute of `at`, by arrival in that of `arrived`
 * (skipped where arrived == 0). Nothing is counted while engine->too_old. */
void count_add(struct engine *engine, uint16_t slot, uint16_t agent, enum counter counter, int64_t at, int64_t arrived, int64_t delta);
void slot_touch(struct engine *engine, uint16_t slot); /* gauges changed: sample at the end of this second */
/* Several at once, keys ascending: much cheaper. */
void count_all(struct engine *engine, uint16_t slot, uint16_t agent, const struct count *counts, size_t n, int64_t at, int64_t arrived);
/* Goes through the slots among which those of the scope are: of its queue, else of its market, else all; ends with engine->slot_count. */
size_t slots_begin(const struct engine *engine, struct scope scope);
size_t slots_next(const struct engine *engine, struct scope scope, size_t slot);
bool slot_in_scope(const struct engine *engine, const struct slot *slot, struct scope scope);
/* At a minute's start: minutes that are over for some time are closed in all ledgers. */
void ledgers_close(struct engine *engine, int64_t second);
/* What is known of a queue, filled with "not told" (-1, empty title) where it is new; valid until the next call. */
struct queue_info *queue_info_of(struct engine *engine, uint16_t queue);
/* E-mail, messenger, social: people do not hold the line there. */
bool channel_is_asynchronous(uint16_t channel);
/* Does the slot count for the longest wait of a scope with this channel? An e-mail that waits three hours would hide the caller who
 * waits four minutes: asynchronous channels count where they are asked for by name, and in longest_wait_async. */
bool slot_waits_live(const struct slot *slot, uint16_t channel);
int64_t slot_target(const struct engine *engine, uint16_t slot);
/* What holds where no queue says otherwise; market SCOPE_ANY, 0: in general. */
int64_t market_target(const struct engine *engine, uint16_t market, uint16_t channel);
/* Of a queue and a market: kept for a day only. */
bool watch_is_brief(const struct watch *watch);
/* Waiting in the slot for longer than the target; cheap because slot_advance_over() keeps up once a second. */
int64_t slot_over(const struct engine *engine, uint16_t slot, int64_t at);
void slot_advance_over(struct engine *engine, uint16_t slot, int64_t at);
int64_t slot_short(const struct engine *engine, uint16_t slot);
/* Each as long as engine->keeping says. */
void watches_keep(struct engine *engine);
/* The watch of exactly this scope, or NULL. */
const struct watch *watch_find(const struct engine *engine, struct scope scope);
void slots_start(struct engine *engine);
void slots_finish(struct engine *engine);
void watches_sample(struct engine *engine, int64_t second);

#endif
