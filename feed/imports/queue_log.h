/* Inside the queue_log import: what the reader of lines (queue_log_line.c), the order and the calls (queue_log.c) and the table of verbs
 * (queue_log_verbs.c) share.
 *
 * A call is (queue, call id) from its ENTERQUEUE on. Its contact id is `queue/callid@second`, the second of that ENTERQUEUE: a
 * call that enters a second queue, or the same one again, is another contact, and the id is the same whichever of the rotated
 * files is read. An id longer than 64 bytes keeps its beginning and ends in a hash. */
#ifndef FEED_IMPORTS_QUEUE_LOG_H
#define FEED_IMPORTS_QUEUE_LOG_H

#include "feed/imports/digests.h"
#include "feed/imports/import.h"
#include "feed/imports/pseudonym.h"

#define QUEUE_LOG_LINE_MAX 4096
#define QUEUE_LOG_DATA 8 /* data fields looked at */
#define QUEUE_LOG_FIELDS (5 + QUEUE_LOG_DATA)

struct verb;

/* ---- a line as it is read ---- */
struct queue_log_line {
	int64_t ts;		  /* ms, whole seconds */
	const struct verb *verb;  /* NULL: unknown */
	uint16_t count;		  /* of fields, at most QUEUE_LOG_FIELDS */
	uint16_t starts[QUEUE_LOG_FIELDS + 1]; /* field i ends before starts[i + 1] - 1 */
};
/* NULL: it could be read; else why not. At most QUEUE_LOG_LINE_MAX bytes. */
const char *queue_log_line_read(struct view text, struct queue_log_line *line);

/* From field `from` to field `to`, with what parts them. */
static inline struct view queue_log_fields(const struct queue_log_line *line, const char *text, int from, int to)
{
	return (struct view){text + line->starts[from], (size_t)(line->starts[to + 1] - line->starts[from] - 1)};
}

/* ---- a line whose turn it is ---- */
struct entry {
	const char *file;
	int64_t line; /* in the file */
	int64_t ts;   /* ms, whole seconds */
	struct digest key; /* of the queue and the call id */
	struct view call, queue, agent, verb;
	struct view data[QUEUE_LOG_DATA]; /* size 0 where the line ends before */
};

struct call {
	bool used;
	bool talking; /* else waiting */
	int64_t entered, answered;
	size_t free_after; /* where not used: the next that is not */
	struct digest key; /* how it stands in queue_log.numbers */
	char contact[ID_MAX + 1], agent[ID_MAX + 1], queue[ID_MAX + 1]; /* as they are published */
};

/* Where what is remembered is kept beyond this run. */
struct queue_log_memory {
	void *context;
	bool (*note)(void *context, struct digest said);	     /* false: it was there already */
	void (*keep)(void *context, const struct call *call);	     /* begun, or another state */
	void (*drop)(void *context, struct digest key);		     /* a call that is over */
};

/* All that is remembered from line to line, but for what waits to be put in order. */
struct queue_log {
	struct importer *importer;
	struct pseudonym pseudonym; /* its secret is the digests' key too: the same salt gives the same ones */
	struct digests numbers;	    /* of the calls, by (queue, call id) */
	struct call *calls;
	size_t count, room, used;
	size_t free; /* where used < count: one that is not used */
	struct digests seen[2]; /* younger and older lines, to know their duplicates; the older go when the younger are many */
	struct event event;	/* the one being made: only what is present in it holds */
	bool is_masked;	    /* the line that is taken was kept by queue_log_line_mask() */
	const struct queue_log_memory *memory; /* NULL: only here; else lines are known by it in place of `seen` */
};

/* A call of an earlier run. */
void queue_log_restore(struct queue_log *log, const struct call *call);
/* Calls without a sign for a day are over, whatever became of their ends; the board closes them as lost by itself. */
void queue_log_forget(struct queue_log *log, int64_t now);

/* The call of the line, or NULL. */
struct call *call_find(struct queue_log *log, const struct entry *entry);
/* A new one; there must be none under the line's queue and call id. */
struct call *call_enter(struct queue_log *log, const struct entry *entry);
void call_forget(struct queue_log *log, struct call *call);

/* What follows a verb in its line. */
struct verb_field {
	const char *name; /* as Asterisk's documentation calls it */
	const char *use;  /* what it becomes; NULL: it is left out */
};

/* What a verb does. False: the sink failed. */
struct verb {
	struct view name;
	enum {
		VERB_CALL,	  /* a step of a call: the same twice within a second is one */
		VERB_CALL_AGENT,  /* a step of a call with one agent: the same agent twice within a second is one */
		VERB_AGENT,	  /* about an agent: the same line twice is one */
		VERB_PASSED,	  /* known, but makes no event */
	} kind;
	bool (*handle)(struct queue_log *log, const struct entry *entry, struct error *err);
	const struct verb_field *data; /* ends with a NULL name; NULL: none */
};
/* NULL: unknown. */
const struct verb *verb_find(struct view name);
bool verb_may_be_shown(struct view name);
/* A line that was read, as it may be kept: what its verb does not look at is left empty, the caller's number is its pseudonym, and it says the
 * same with `is_masked`. `to` has room for the line, PSEUDONYM_SIZE and QUEUE_LOG_DATA bytes. Returns its size. */
size_t queue_log_line_mask(const struct pseudonym *pseudonym, const char *text, const struct queue_log_line *line, char *to);

#endif
