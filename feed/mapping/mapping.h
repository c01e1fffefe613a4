/* A mapping: how a row of a table, or a document, becomes events. Read from a file (mapping.c), bound to the columns of a table or to paths into
 * documents (mapping_bind.c) and applied (mapping_apply.c). What may stand in the file: docs/IMPORTING.md, docs/MAPPING.md. */
#ifndef FEED_MAPPING_MAPPING_H
#define FEED_MAPPING_MAPPING_H

#include "base/map.h"
#include "base/zone.h"
#include "feed/imports/import.h"
#include "feed/imports/pseudonym.h"
#include "feed/mapping/json_row.h"
#include "feed/mapping/recall.h"

#define MAPPING_LINKS_MAX 8 /* durations added to an instant */

/* A column that the mapping names: by its header, or "#3" by its place; of a document by a path. */
struct mapping_column {
	char *name;
	size_t place; /* in the row, once bound */
	struct json_path *path; /* of documents; else NULL */
};

struct mapping_table { /* value -> value */
	char *name;
	char **from, **to;
	int count;
	char *otherwise; /* NULL: a value not in the list stays as it is */
};

/* "{date} {time}", "{outcome|words}", "phone": pieces one after the other. */
enum part_kind { PART_LITERAL, PART_COLUMN, PART_LET };
struct template_part {
	enum part_kind kind;
	char *literal;
	int number; /* of the column or let */
	int table;  /* -1: none */
	enum { CUT_NOTHING, CUT_FIRST, CUT_LAST } cut; /* to what stands before the first `at`, or after the last one */
	char at;
};
struct template {
	struct template_part *parts;
	int count;
};

enum condition_kind { CONDITION_IS, CONDITION_IS_NOT, CONDITION_LIKE, CONDITION_UNLIKE };
struct condition {
	struct template_part left;
	enum condition_kind kind;
	char *right;
};
struct conditions { /* all must hold */
	struct condition *list;
	int count;
};

enum let_keep { KEEP_NOTHING, KEEP_PREVIOUS, KEEP_FIRST, KEEP_LAST };
struct mapping_let { /* a column reckoned from others */
	char *name;
	struct template value, otherwise;
	struct conditions when;
	enum let_keep keep; /* it is what the row before, or the first row, of the same id gave, or the newest that is not empty */
	struct template per; /* the id */
	struct recall recall;
	bool remembers; /* it, or one that it is made of, depends on other rows */
	bool element;	/* it depends on the element of a document that `each` has come to */
};

struct mapping_instant {
	char *name, *format;
	struct template value;
	int from; /* the instant it is reckoned from; -1: it has a value of its own */
	struct { struct template value; int64_t unit; } plus[MAPPING_LINKS_MAX];
	int plus_count;
	int wraps_after; /* a time of day over 12 h before this instant is meant for the next day; -1: none */
	bool element;	 /* as of a let */
};

struct mapping_drop {
	char *name; /* of an `ignore`; NULL: `drop` */
	struct conditions when;
};

struct assignment {
	enum event_key key;
	struct template value;
	int64_t unit;	 /* ms of a duration's unit */
	int instant; /* for keys that hold an instant, and durations since one; -1 */
	bool nil;    /* an empty text says that there is none now: of case.assigned */
};

struct mapping_event {
	char *name;
	enum event_type type;
	int at; /* an instant */
	int each; /* index of mapping.each: a row for each element there; -1: of the row or document itself */
	struct conditions when;
	struct template once; /* count 0: every time */
	struct recall seen;   /* what `once` has had */
	struct template changed, per; /* count 0: not asked for */
	bool first;		      /* the first row of an id is a change */
	struct recall last;	      /* of `changed` */
	struct assignment *assignments;
	int assignment_count;
};

/* How a webhook's request is known to be genuine: X(KEY, "name in the file"). Texts as they stand there. */
#define MAPPING_WEBHOOK_KEYS(X) \
	X(PATH, "path") X(SIGNATURE, "signature") X(HEADER, "header") X(TEXT, "text") X(PREFIX, "prefix") X(TIMESTAMP, "timestamp") X(REPLAY, "replay")
enum webhook_key {
#define KEY(NAME, word) WEBHOOK_##NAME,
	MAPPING_WEBHOOK_KEYS(KEY) WEBHOOK_KEY_COUNT
#undef KEY
};

struct mapping {
	char *path;
	char delimiter;
	bool header;
	char *zone;
	struct template route; /* the queue of the topic an event is published under */
	bool pseudonyms;       /* hash the customers */
	char **nobody;	       /* patterns of customers that are none */
	int nobody_count;
	struct mapping_column *columns;
	int column_count;
	struct mapping_table *tables;
	int table_count;
	struct mapping_let *lets;
	int let_count;
	struct mapping_instant *instants;
	int instant_count;
	int sort_by;	   /* rows are taken in the order of this instant; -1: in that of the file */
	bool newest_first; /* of rows of one instant the last one in the file comes first */
	struct mapping_drop *drops; /* any of them; those of `ignore` first */
	int drop_count;
	struct mapping_event *events;
	int event_count;
	/* ---- of documents ---- */
	bool documents; /* bound to them */
	char **each; /* lists of elements, as paths */
	struct json_path **each_paths;
	int each_count;
	struct template title;	  /* what the source calls a document */
	bool own_events;	  /* documents are events of the protocol */
	bool has_webhook;
	char *webhook[WEBHOOK_KEY_COUNT]; /* NULL: not given */
	struct template delivery; /* the delivery's id */
};

/* Reads and checks a mapping. The message names file, line, and what would be right. */
struct mapping *mapping_load(const char *path, struct error *err);
/* The same from text in memory; `name` stands in messages in place of the path. */
struct mapping *mapping_parse(const char *text, const char *name, struct error *err);
void mapping_destroy(struct mapping *mapping);

/* The first row of a table. */
struct mapping_header {
	const struct view *names; /* NULL, with count 0: columns go by their places */
	size_t count;
	bool is_shown; /* an error may quote it. Not in a log: where the header is missing it is a row of somebody's data */
};
/* Finds the mapping's columns in a header; NULL: the table has none (only #1, #2, ... can be meant). */
bool mapping_bind(struct mapping *mapping, const struct mapping_header *header, const char *file, struct error *err);
/* From now on rows hold the mapping's columns only, in its own order. */
void mapping_bind_own(struct mapping *mapping);
/* The mapping is one of documents: its columns are paths, rows hold them in the mapping's own order. */
bool mapping_bind_documents(struct mapping *mapping, struct error *err);
/* Everything that is remembered goes to that keeper, under keys that begin with `prefix`. */
void mapping_keep(struct mapping *mapping, const struct recall_keeper *keeper, const char *prefix);

struct mapping_result {
	struct event *events;
	struct view *queues; /* the queue of each event's topic */
	int count;
	bool dropped;
	const char *ignored; /* the name of the `ignore` that dropped it, or NULL */
	bool known; /* the `when` of some event held */
	int clamped; /* durations below zero, taken as zero */
};
struct mapper;
struct mapper *mapper_create(struct mapping *mapping, const struct zone *zone, const struct pseudonym *pseudonym);
void mapper_destroy(struct mapper *mapper);
/* The events of a row; views valid until the next row. False: the row is damaged, err says why, and it gives no event. */
bool mapper_apply(struct mapper *mapper, const struct view *fields, size_t count, struct mapping_result *result, struct error *err);
/* The same of an element of the document that mapper_apply() had last: events of `each` of that number. */
bool mapper_apply_element(struct mapper *mapper, const struct view *fields, size_t count, int each, struct mapping_result *result, struct error *err);
/* A text of the document that mapper_apply() had last, by its mapping's `name` or `delivery`; empty where it is too large. */
struct view mapper_text(struct mapper *mapper, const struct template *template, const struct view *fields, size_t count);
/* Its instant `sort_by` alone. */
bool mapper_instant(struct mapper *mapper, const struct view *fields, size_t count, int64_t *at, struct error *err);

/* "%Y-%m-%d %H:%M:%S.%f" and the like (several, parted by '|': the first that fits), or "epoch", "epoch_ms", "iso". *local: the reading of the clock, in ms as if UTC; false: the
 * text does not match. *utc: INSTANT_NONE unless the text itself says which zone is meant. */
bool mapping_time(const char *format, struct view text, int64_t *local, int64_t *utc);
/* Is the format one that mapping_time understands? */
bool mapping_time_format(const char *format);
/* A number in `unit`s ("1.5", "-2"), or a clock ("1:02:03"), in ms; also for thousandths. */
bool mapping_number(struct view text, int64_t unit, int64_t *value);

#endif
