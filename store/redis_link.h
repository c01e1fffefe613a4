/* A synchronous link to the Redis that holds a store: finds the server (directly, by Sentinel, in a Cluster), greets it and looks at
 * how it is, runs commands and scripts on it, follows where a Cluster sends it. Its calls wait, each for about two seconds at most: it
 * belongs to a thread of its own (store/redis_worker.h) or to a tool. After a failure that makes the connection useless it has none:
 * redis_link_connect() again, after the pause that store/redis_backoff.h gives. */
#ifndef STORE_REDIS_LINK_H
#define STORE_REDIS_LINK_H

#include "store/redis_peer.h"
#include "store/redis_script.h"
#include "store/redis_url.h"

struct redis_link;

struct redis_link_options {
	struct redis_url url;
	const char *name;	    /* for CLIENT LIST: "tablo-acme"; no spaces */
	struct redis_limits limits; /* what is 0 is as in store/redis_guard.h */
	int stop;		    /* a descriptor that ends all waiting when it is readable; -1: none */
};

/* What the server said of itself when we connected. Harmless texts. */
struct redis_about {
	char version[32], run_id[64], policy[32];
	char where[280];   /* the address we are connected to */
	char warning[400]; /* "" or what is wrong with its set-up, and the remedy: for the screen */
	bool persistent;   /* it keeps an RDB or AOF */
};

struct redis_link *redis_link_create(const struct redis_link_options *options);
void redis_link_destroy(struct redis_link *link);
/* A new connection in place of the one that is there. */
bool redis_link_connect(struct redis_link *link, struct redis_fault *fault);
bool redis_link_connected(const struct redis_link *link);
bool redis_link_is_cluster(const struct redis_link *link); /* by its URL */
void redis_link_drop(struct redis_link *link);
const struct redis_about *redis_link_about(const struct redis_link *link);

/* One reply for each command, error replies included, once the Cluster's MOVED and ASK are followed. False: a failure of the
 * connection, or an error reply that says something of the server and not of the command (LOADING, READONLY, NOAUTH, ...). In a Cluster
 * all keys must have one hash tag. */
bool redis_link_run(struct redis_link *link, const struct redis_commands *commands, struct redis_replies *replies,
	struct redis_fault *fault);
/* The script's answer, the caller's; NULL: any failure, an error reply too. */
struct redis_reply *redis_link_call(struct redis_link *link, const struct redis_call *call, struct redis_fault *fault);

#endif
