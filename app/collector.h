/* What a collector does with the desk's records: the journal keeps them before they count, the engine's state is saved now and then,
 * and after a start both together give the engine back as it was. */
#ifndef APP_COLLECTOR_H
#define APP_COLLECTOR_H

#include "app/desk.h"
#include "app/historian.h"
#include "app/outlet.h"
#include "app/partner.h"
#include "app/standby.h"
#include "app/turnover.h"
#include "journal/journal.h"
#include "store/redis_store.h"

struct collector;

/* Opens the journal and recovers the engine: the newest state, and the records after it. Damage and what it means
 * go to the log. */
struct collector_options {
	const struct settings *settings; /* settings->journal: the directory */
	const char *publish;		 /* where boards may attach, or NULL */
	const char *store;		 /* the URL of Redis, or NULL */
	const char *peer;		 /* the other one of a pair, which needs `publish` and `store`; NULL: alone */
	void *zmq;
	struct curve_gate *gate;	 /* of the context, where others use it too; NULL: none yet */
	const uint8_t *id;		 /* of a journal that is begun (JOURNAL_ID_SIZE bytes); NULL: a random one */
};
struct collector *collector_open(const struct collector_options *options, struct error *err);
/* Saves the engine's state and closes the journal; false: not everything is on the disk, err says what. `engine` NULL: no state. */
bool collector_close(struct collector *collector, const struct engine *engine, struct error *err);
/* The recovered engine, for the desk; once. */
struct engine *collector_engine(struct collector *collector);
const struct recorder *collector_recorder(struct collector *collector);
/* Its descriptors and times in the desk's poll; after each turn it saves states, commits, serves those attached. */
const struct desk_company *collector_company(struct collector *collector);
/* One of a pair must be closed and opened again: another one writes, or its journal must be put right first. What there is to do in
 * between is given once, and freed with turnover_finish(). */
bool collector_is_over(const struct collector *collector);
struct turnover collector_turnover(struct collector *collector);
/* After the desk was opened: what rules are in force, and that all feeds begin anew. */
void collector_begin(struct collector *collector, struct desk *desk);
struct collector_health {
	struct journal_state journal;
	uint64_t recovered_from, recovered; /* LSN of the state a start began with, and records folded after it */
	uint64_t recalled;		    /* where a start had to begin with the history: it told everything up to this record */
	struct historian_state history;
	uint64_t saved;			    /* LSN of the newest state on the disk */
	uint64_t unkept;		    /* records that count and are in no journal */
	char state_trouble[200];	    /* "" while states can be saved */
	const char *peer;		    /* NULL: alone; else: */
	bool stands_by;
	struct partner partner;		    /* where it writes */
	struct standby_status standby;	    /* where it stands by */
	const struct outlet *outside;	    /* where boards elsewhere attach; NULL: nowhere */
	bool has_store;
	struct redis_store_status store;    /* where has_store */
};
struct collector_health collector_health(struct collector *collector);
/* Where boards attach; NULL: nowhere. */
const struct outlet *collector_outlet(const struct collector *collector);
/* Waits, two seconds at most, until everything is durable, and in Redis where that answers. */
void collector_settle(struct collector *collector, const struct engine *engine);
bool collector_reload_keys(struct collector *collector, struct error *err);
/* Hexadecimal. */
const char *collector_id(const struct collector *collector);

#endif
