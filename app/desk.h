/* The desk: takes batches from the feeds, makes records of them and of the clock, and lets the engine fold them. It is the only
 * place that decides what time a record bears. Single-threaded; it and the screen share nothing but finished snapshots. */
#ifndef APP_DESK_H
#define APP_DESK_H

#include "base/error.h"
#include "config/settings.h"
#include "feed/feed.h"
#include "metrics/engine.h"
#include "store/snapshot.h"

struct desk;
struct sites;

/* Keeps each record before it counts, and gives it its number. `payload`: of a batch, what holds its events and no others. Returns
 * the LSN; 0: it could not be kept, and counts under the number of the last. */
struct recorder {
	void *context;
	uint64_t (*keep)(void *context, const struct record *record, struct view payload);
};

/* Others that wait in the desk's poll: at most DESK_COMPANY_MAX items. */
#define DESK_COMPANY_MAX 16
struct desk_company {
	void *context;
	int (*items)(void *context, struct zmq_pollitem_t *items);
	int64_t (*due)(void *context); /* monotonic ms, INT64_MAX: never */
	void (*turn)(void *context, struct desk *desk); /* at the end of each turn */
	bool (*ready)(void *context); /* false: nothing may be taken, and the desk is about to end; NULL: always */
};

struct desk_options {
	const struct settings *settings;
	const char *const *feeds; /* URLs */
	int feed_count;
	double speed;	     /* file, sim feeds: times real time; 0: as fast as it goes */
	int64_t start, stop; /* file, sim feeds: see struct feed_options */
	void *zmq;
	/* Looks at fixed instants (ascending, whole seconds): `look` is called with the engine exactly then. */
	const int64_t *instants;
	int instant_count;
	void (*look)(void *context, const struct engine *engine);
	void *context;
	struct engine *engine; /* to go on with, the desk's from desk_open() on, even where that fails; NULL: a new one */
	const char *attach; /* a collector to follow, in place of feeds; NULL: none */
	const char *store;  /* the Redis to read, in place of feeds: alone, or while the collector does not answer; NULL: none */
	bool standby; /* listens to the feeds, and folds nothing until desk_lead() */
	bool several; /* `attach`, `store` are of several sites: app/sites.h */
	const struct recorder *recorder;    /* NULL: records live in memory */
	const struct desk_company *company; /* NULL: none */
};

struct desk *desk_open(const struct desk_options *options, struct error *err);
void desk_close(struct desk *desk);
/* Reads key files again (SIGHUP); of the desk's own thread. False: what was in force stays. */
bool desk_reload_keys(struct desk *desk, struct error *err);
/* Other levels and looks from now on (config/renew.h), the desk's own reference from then on; of the desk's own thread. */
void desk_renew(struct desk *desk, struct settings *settings);
/* Waits until something comes, something is due, `wake` (a descriptor, -1: none) is readable, or `until` (monotonic ms), and takes
 * a bounded number of messages. */
void desk_turn(struct desk *desk, int wake, int64_t until);
/* True once after anything changed that a picture could show. */
bool desk_changed(struct desk *desk);
/* Every feed is a file and has been read to its end (and every instant was looked at). */
bool desk_ended(const struct desk *desk);
/* A batch with at least one event, or a heartbeat, has come. */
bool desk_heard(const struct desk *desk);
const struct engine *desk_engine(const struct desk *desk);
/* Thousandths of the files read, -1: no file. */
int desk_progress(const struct desk *desk);
bool desk_has_feeds(const struct desk *desk); /* of its own, so that nobody else decides about alerts */
/* Of a desk without feeds: how the link to its collector, or to Redis, is; false: it has feeds. silent: ms. */
struct desk_link {
	enum link_state state;
	int64_t silent;
	const char *why;  /* what somebody has to do about it, or "" */
	bool mistaken;	  /* that Redis holds other sites, not this one */
	bool from_store;  /* what is shown was read from Redis, once a second */
};
bool desk_link(const struct desk *desk, struct desk_link *link);
/* Where it shows several sites; else NULL. desk_engine() has no events then, only their names. */
struct sites *desk_sites(const struct desk *desk);
/* A snapshot of the desk's engine, or of all sites, that knows how its link is. The settings and the zone must outlive it. */
struct snapshot *desk_snapshot(const struct desk *desk, const struct zone *zone, const struct snapshot_request *request);
/* A payload that came another way than by a feed (a person's action); returns the LSN, 0: it is no payload. */
uint64_t desk_take(struct desk *desk, struct view payload, struct error *err);
/* What somebody did at this board, on its way to whoever keeps the journal: the collector, the inbox in Redis, or this desk itself where
 * it has neither. `site`: of a board over several, from 1; else 0. */
enum desk_route { DESK_NOWHERE /* err says why */, DESK_STREAM /* desk_answered() tells what became of it */, DESK_INBOX, DESK_HERE };
enum desk_route desk_act(struct desk *desk, int site, struct view payload, struct error *err);
struct attached_answer;
bool desk_answered(struct desk *desk, struct attached_answer *answer); /* true once */
/* What may be done at this board (bits of enum right), as its collectors say; all of it where there is none. */
unsigned desk_may(const struct desk *desk);
/* The time by which things happen there; INT64_MIN: nothing is known yet. */
int64_t desk_time(const struct desk *desk, int site);
/* Of a standby: the engine is another one from now on (the desk's); a record that the primary sent. */
void desk_replace(struct desk *desk, struct engine *engine);
void desk_follow(struct desk *desk, const struct record *record);
/* From now on the desk takes in what its feeds bring, beginning with what they brought lately and the engine does not have. `heard`:
 * when the primary was heard last (monotonic): what bears no numbers counts from there on. Returns how many payloads it took. */
uint64_t desk_lead(struct desk *desk, int64_t heard);
/* A record of the owner's own; recv INT64_MIN: now. */
void desk_tell(struct desk *desk, struct record record);
/* Lets the engine's time go on to `at`. */
void desk_advance(struct desk *desk, int64_t at);
/* engine_scope() on the desk's engine; before the first turn. */
bool desk_scope(struct desk *desk, const char *text, struct scope *scope, struct error *err);
/* The instant of the first record with events; INT64_MIN before. */
int64_t desk_first(const struct desk *desk);
uint64_t desk_events(const struct desk *desk);

#endif
