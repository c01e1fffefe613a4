/* What a collector keeps of its engine in Redis: takes the lease, goes on from the watermark that is stored or writes everything anew,
 * and then commits what changed. Never waits: a thread of its own talks to Redis. All functions and callbacks belong to the owner's
 * thread. */
#ifndef STORE_REDIS_STORE_H
#define STORE_REDIS_STORE_H

#include "config/settings.h"
#include "metrics/engine.h"
#include "store/redis_worker.h"

struct redis_store;

struct redis_store_options {
	const char *url;
	const struct settings *settings; /* outlive the store */
	const char *journal;	 /* its id as text, at most 64 bytes */
	uint64_t journal_end;	 /* last LSN it had when it was opened: what Redis has beyond was lost with a power cut */
	const struct veil *veil; /* of what leaves the site: names and ids are written as hashes; NULL: as they are */
	bool rewrite;		 /* a take-over from another writer: nothing of what is stored is relied on */
	bool force;		 /* take the lease although another one holds it */
	int64_t interval;	 /* ms between commits; 0: settings->store_interval */
	int64_t state_interval;	 /* ms between packed states; 0: 2000 */
	/* An action of a person, pushed by a board: the payload of a batch. True: it was taken (journalled), or is
	 * thrown away; false: it stays, with those behind it, and comes again. NULL: nobody takes any. Comes again after troubles: whoever takes it knows (src, boot, seq) once. */
	bool (*inbox)(void *context, struct view payload);
	void *context;
};

enum redis_store_state {
	STORE_WAITING,	 /* for the connection, or for the lease of another */
	STORE_REWRITING, /* everything, in parts */
	STORE_STEADY,
	STORE_STOPPED	 /* for good: fenced, another journal's, ahead ...; the status says why */
};
extern const char *const redis_store_states[]; /* "waiting" "rewriting" "steady" "stopped" */

struct redis_store_status {
	enum redis_store_state state;
	int64_t since;		  /* ms, wall clock */
	struct redis_fault fault; /* TROUBLE_NONE, or what is wrong now */
	const char *remedy;	  /* "" or what to do */
	char note[200];		  /* why everything is, or was, written anew; "" */
	uint64_t watermark, epoch; /* of the newest good commit; ours */
	uint64_t commits, rewrites, fields; /* fields: of the present that are kept */
	size_t newest_size; /* bytes of the newest commit */
	struct redis_status link;
};

/* NULL: the URL is wrong, or there is no thread. Connects later, by itself. */
struct redis_store *redis_store_open(const struct redis_store_options *options, struct error *err);
/* Gives the lease back if Redis answers soon. */
void redis_store_close(struct redis_store *store);
int redis_store_descriptor(const struct redis_store *store);

enum redis_claim {
	CLAIM_WAITING, /* for Redis */
	CLAIM_HELD,    /* another one has the lease */
	CLAIM_AHEAD,   /* nobody has it, but Redis stands for records that we do not have */
	CLAIM_REFUSED, /* it is another journal's, of a newer schema ...: the status says why */
	CLAIM_TAKEN    /* it is ours: redis_store_commit() keeps it from here on */
};
/* For one of a pair, in place of redis_store_commit(): where it is `wanted`, takes the lease as soon as nobody holds it, unless more is
 * stored than our journal has: it ends with record `lsn`, and the newest epoch it knows of is `epoch` (0: it was in no pair). To be called
 * every 100 ms or so, and when the descriptor is readable: what was asked for may be given when it is not wanted any more. */
enum redis_claim redis_store_claim(struct redis_store *store, uint64_t lsn, uint64_t epoch, bool wanted, int64_t now);
/* Is the lease still ours? Asked of Redis at once and waited for until then; true where Redis does not answer. */
bool redis_store_confirm(struct redis_store *store, int64_t until);
/* From now on nothing beyond this record reaches Redis: commits wait for it. Without a call: everything may. */
void redis_store_release(struct redis_store *store, uint64_t safe);

/* The engine as it is after record `lsn`; `now`: clock_monotonic(). To be called often, and when the descriptor is readable: it does
 * what is due. */
void redis_store_commit(struct redis_store *store, const struct engine *engine, uint64_t lsn, int64_t now);
/* The same at once, without regard to the intervals and with the packed state (before a stop). */
void redis_store_hurry(struct redis_store *store);
struct redis_store_status redis_store_status(struct redis_store *store);
/* Is all that was handed over stored? */
bool redis_store_settled(const struct redis_store *store, uint64_t lsn);

#endif
