/* Inside the queue_log import: what the reader (queue_log.c) and the table of verbs (queue_log_verbs.c) share.
 *
 * A call is (queue, call id) from its ENTERQUEUE on. Its contact id is `queue/callid@second`, the second of that ENTERQUEUE: a
 * call that enters a second queue, or the same one again, is another contact, and the id is the same whichever of the rotated
 * files is read. An id longer than 64 bytes keeps its beginning and ends in a hash. */
#ifndef FEED_BRIDGES_QUEUE_LOG_H
#define FEED_BRIDGES_QUEUE_LOG_H

#include "base/map.h"
#include "feed/bridges/import.h"
#include "feed/bridges/pseudonym.h"

#define QUEUE_LOG_LINE_MAX 4096
#define QUEUE_LOG_DATA 8 /* data fields looked at */

/* One line. Views point into the line. */
struct entry {
	const char *file;
	int64_t line; /* in the file */
	int64_t ts;   /* ms, whole seconds */
	struct view call, queue, agent, verb;
	struct view data[QUEUE_LOG_DATA]; /* size 0 where the line ends before */
};

struct call {
	bool used;
	bool talking; /* else waiting */
	int64_t entered, answered;
	struct view queue; /* the queue's name, a copy of its own */
	char contact[ID_MAX + 1], agent[ID_MAX + 1];
	char *key; /* queue NUL callid: how it stands in the map; owns `queue` too */
	size_t key_size;
};

struct queue_log {
	struct importer *importer;
	struct pseudonym pseudonym;
	struct map numbers; /* of the calls, by (queue, call id) */
	struct call *calls;
	size_t count, room, free_from, used;
};

/* The call of the line, or NULL. */
struct call *call_find(struct queue_log *log, const struct entry *entry);
/* A new one; there must be none under the line's queue and call id. */
struct call *call_enter(struct queue_log *log, const struct entry *entry);
void call_forget(struct queue_log *log, struct call *call);

/* What a verb does. False: the sink failed. */
struct verb {
	const char *name;
	enum {
		VERB_CALL,	  /* a step of a call: the same twice within a second is one */
		VERB_CALL_AGENT,  /* a step of a call with one agent: the same agent twice within a second is one */
		VERB_AGENT,	  /* about an agent: the same line twice is one */
		VERB_PASSED,	  /* known, but makes no event */
	} kind;
	bool (*handle)(struct queue_log *log, const struct entry *entry, struct error *err);
};
/* NULL: unknown. */
const struct verb *verb_find(struct view name);

#endif
