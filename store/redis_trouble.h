/* Everything that can go wrong between us and Redis, in one table: how the error reply begins, what it means, what to do about it and
 * how soon it is tried again. docs/REDIS.md shows the same table. */
#ifndef STORE_REDIS_TROUBLE_H
#define STORE_REDIS_TROUBLE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/view.h"

enum redis_trouble {
	TROUBLE_NONE,
	/* the way there */
	TROUBLE_REFUSED,
	TROUBLE_UNREACHABLE,
	TROUBLE_TIMEOUT,
	TROUBLE_RESET,
	TROUBLE_PROTOCOL,
	TROUBLE_TOO_LARGE,
	TROUBLE_TLS,
	TROUBLE_STOPPED,
	/* who we are */
	TROUBLE_PASSWORD_FILE,
	TROUBLE_NOAUTH,
	TROUBLE_WRONGPASS,
	TROUBLE_NOPERM,
	TROUBLE_PROTECTED,
	TROUBLE_SETUP,
	TROUBLE_TOO_OLD,
	TROUBLE_MAX_CLIENTS,
	/* how the server is */
	TROUBLE_LOADING,
	TROUBLE_REPLICA,
	TROUBLE_NO_MASTER,
	TROUBLE_READONLY,
	TROUBLE_MASTERDOWN,
	TROUBLE_NOREPLICAS,
	TROUBLE_CLUSTERDOWN,
	TROUBLE_TRYAGAIN,
	TROUBLE_OOM,
	TROUBLE_MISCONF,
	TROUBLE_BUSY,
	TROUBLE_NOSCRIPT,
	TROUBLE_MOVED,
	TROUBLE_ASK,
	TROUBLE_CROSSSLOT,
	/* what is stored */
	TROUBLE_WRONGTYPE,
	TROUBLE_NOT_A_NUMBER,
	TROUBLE_EXECABORT,
	/* said by our own scripts */
	TROUBLE_FENCED,
	TROUBLE_FOREIGN,
	TROUBLE_AHEAD,
	TROUBLE_BEHIND,
	TROUBLE_SCHEMA,
	TROUBLE_WRONGKEY,
	TROUBLE_HELD,
	TROUBLE_BADCALL,
	TROUBLE_UNKNOWN,
	TROUBLE_COUNT
};

struct redis_trouble_entry {
	const char *name;	 /* as shown */
	const char *prefixes[6]; /* how the error reply begins, whole words, ends with NULL; none: it is no reply */
	bool drop;		 /* the connection is of no more use: a new one, found anew */
	bool again;		 /* goes away by itself or by an administrator: the same request is tried again */
	int32_t retry, retry_most; /* ms: the first pause, and what it grows to */
	const char *means, *remedy; /* for the screen: what is so, and what to do */
};

extern const struct redis_trouble_entry redis_troubles[TROUBLE_COUNT];

/* A failure: which trouble, and the sentence for a person (harmless text). */
struct redis_fault {
	enum redis_trouble trouble;
	struct error error;
};

/* Which trouble an error reply (without its '-') is; an error inside a script is found behind what Redis before 7 puts in front. */
enum redis_trouble redis_trouble_of(struct view reply);
/* Fills the fault and returns false. `fault` may be NULL. */
bool redis_fail(struct redis_fault *fault, enum redis_trouble trouble, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The fault of an error reply: its own words made harmless, what it means and what to do. Returns false. */
bool redis_fail_reply(struct redis_fault *fault, struct view reply);

#endif
