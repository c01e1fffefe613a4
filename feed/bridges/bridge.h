/* A bridge follows another system as it runs and commits events to an outbox, which `tablo bridge` publishes. One struct bridge_class in
 * one file for each kind, with one table in it: what the source says -> our event, its fields. */
#ifndef FEED_BRIDGES_BRIDGE_H
#define FEED_BRIDGES_BRIDGE_H

#include "base/error.h"
#include "feed/imports/pseudonym.h"
#include "feed/outbox/outbox.h"

struct zmq_pollitem_t; /* of <zmq.h> */

enum bridge_count { BRIDGE_TAKEN, BRIDGE_MAPPED, BRIDGE_IGNORED, BRIDGE_UNKNOWN, BRIDGE_DUPLICATE, BRIDGE_DAMAGED, BRIDGE_REFUSED, BRIDGE_COUNT };
extern const char *const bridge_count_names[BRIDGE_COUNT]; /* "taken", "mapped", "ignored", ... */

/* What a bridge is given. Texts live as long as the bridge. */
struct bridge_host {
	struct outbox *outbox;
	struct pseudonym pseudonym;
	/* --option's value or NULL; flags give "". */
	const char *(*option)(const void *arguments, const char *name);
	const char *(*option_nth)(const void *arguments, const char *name, int index);
	const void *arguments;
	/* Counts what was taken, and says why something is odd (NULL: only counts): once for each reason and minute; never a name, number or text of a customer. */
	void (*count)(void *context, enum bridge_count which, const char *why);
	void (*say)(void *context, const char *text); /* of the bridge itself: connected, file rotated, ... */
	void (*done)(void *context); /* of a source that ends (--once, a pipe): nothing more will come */
	void *context;
};

/* `bridge test`: what a captured payload becomes. */
enum trial_outcome { TRIAL_MAPPED, TRIAL_IGNORED, TRIAL_UNKNOWN, TRIAL_DAMAGED, TRIAL_DUPLICATE };
struct bridge_trial {
	void *context;
	/* One event of the source: as it calls it, what becomes of it, and why (may be NULL). The events that it makes follow. */
	void (*source)(void *context, const char *name, enum trial_outcome outcome, const char *why);
	void (*made)(void *context, const struct event *event, struct view queue);
	/* A field of it: what it is used for, parted by ", " ("wait_ms", "ts of case.opened", "which event"); NULL: not mapped, and said by name. Its
	 * value is not shown. */
	void (*field)(void *context, const char *field, const char *use);
};

enum bridge_count bridge_count_of(enum trial_outcome outcome);
enum trial_outcome bridge_outcome_of(enum bridge_count which); /* TRIAL_IGNORED for what trials do not tell of */
/* Counts one that was taken and what became of it; why is said only where that is odd. */
void bridge_take(const struct bridge_host *host, enum trial_outcome outcome, const char *why);

#define BRIDGE_ITEMS 16
struct bridge_class {
	const char *name;	/* "queue_log" */
	const char *positional; /* "FILE", "HOST[:PORT]", "" */
	const char *help;	/* one line, N_() */
	const char *gives;	/* what is counted as taken: "rows" */
	const char *holds;	/* what is counted of each of them: "documents"; NULL: it is one itself */
	const char *const *options; /* those of `tablo bridge` that it takes, "--map", ...; ends with NULL */
	void *(*open)(const struct bridge_host *host, const char *target, struct error *err); /* the host is copied */
	void (*close)(void *state);
	int (*items)(void *state, struct zmq_pollitem_t *items, int room); /* what to wait for; room is BRIDGE_ITEMS */
	int64_t (*due)(const void *state); /* monotonic ms: a turn is due then, whatever comes */
	/* A bounded turn: reads what there is, converts, commits. False: it cannot go on (what can be tried again, it tries again itself). */
	bool (*turn)(void *state, struct error *err);
	bool (*reload)(void *state, struct error *err); /* files of secrets, between two turns; false: they stay. May be NULL */
	bool (*test)(const struct bridge_host *host, const char *path, const struct bridge_trial *trial, struct error *err); /* the file's content */
};
extern const struct bridge_class queue_log_bridge, ami_bridge, freeswitch_bridge, webhook_bridge, csv_bridge, ndjson_bridge;
extern const struct bridge_class *const bridge_classes[]; /* ends with NULL */
const struct bridge_class *bridge_class_find(const char *name); /* or NULL */

#endif
