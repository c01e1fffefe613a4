/* One thread that owns a link to Redis and works off what its owner hands over, so that the owner never waits: not for a name, not for
 * a connection, not for an answer. Commits are absolute and carry their watermark: one whose fate is not known is simply sent again.
 * All functions here belong to the owner's thread, and so do all callbacks: they run inside redis_worker_poll() and
 * redis_worker_stop(). */
#ifndef STORE_REDIS_WORKER_H
#define STORE_REDIS_WORKER_H

#include "store/redis_commit.h"
#include "store/redis_link.h"

#define REDIS_COMMITS_MOST 4   /* that wait, where they cannot be put together */
#define REDIS_REQUESTS_MOST 64 /* readings and calls that wait */

struct redis_worker;

enum redis_state { REDIS_CONNECTING, REDIS_READY, REDIS_AWAY };

struct redis_status {
	enum redis_state state;
	int64_t since;		/* wall clock, ms: when it became so */
	struct redis_fault why; /* AWAY: the newest trouble */
	int64_t retry_in;	/* AWAY: ms; 0: now */
	uint64_t connections;	/* how often it connected: when this goes up, look at the meta hash again */
	struct redis_about about; /* of the newest connection */
	uint64_t committed;	/* watermark of the newest good commit */
};

struct redis_result {
	bool good;
	struct redis_fault fault;
	const struct redis_commit_head *commit; /* of a commit: what it stood for */
	size_t size;				/* ... and its bytes */
	const struct redis_replies *replies;	/* of a reading, or the one answer of a call; NULL where it failed */
};

struct redis_worker_options {
	struct redis_link_options link; /* .stop is the worker's own */
	uint64_t seed;			/* for the pauses between tries */
	int64_t idle_ms;		/* 0: 1000; a PING after so long without anything to do */
	/* A commit is stored, or refused for good (FENCED, FOREIGN, AHEAD, BEHIND, SCHEMA, WRONGKEY ...): troubles that pass are tried
	 * again and show in the status. NULL: nobody wants to know. */
	void (*committed)(void *context, const struct redis_result *result);
	/* Makes `older`, which waits, stand for both, or returns false. NULL: redis_commit_absorb(). */
	bool (*coalesce)(void *context, struct redis_commit *older, const struct redis_commit *newer);
	void *context;
};

struct redis_worker *redis_worker_start(const struct redis_worker_options *options, struct error *err);
/* What waits is called back with TROUBLE_STOPPED. Returns within the connection's time-out (a name that is being looked up: the
 * resolver's). */
void redis_worker_stop(struct redis_worker *worker);
/* Readable when redis_worker_poll() has something to do, or the status changed. */
int redis_worker_descriptor(const struct redis_worker *worker);
void redis_worker_poll(struct redis_worker *worker);
struct redis_status redis_worker_status(struct redis_worker *worker);
/* Nothing waits and nothing is under way. */
bool redis_worker_idle(struct redis_worker *worker);

/* Takes the commit. False: too many wait, and it is still the caller's. */
bool redis_worker_commit(struct redis_worker *worker, struct redis_commit *commit);
/* Takes what is in `commands` (reading ones, or such that may fail), and leaves it empty. Waits for a connection, is tried once.
 * False: too many wait. */
bool redis_worker_read(struct redis_worker *worker, struct redis_commands *commands,
	void (*done)(void *context, const struct redis_result *result), void *context);
/* The same with a script. */
bool redis_worker_call(struct redis_worker *worker, struct redis_call *call,
	void (*done)(void *context, const struct redis_result *result), void *context);

#endif
