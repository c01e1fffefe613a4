/* A mapping: how a row of a table becomes events. Read from a file (mapping.c), bound to the columns of a table and applied to its
 * rows (mapping_apply.c). What may stand in the file: docs/IMPORTING.md. */
#ifndef FEED_BRIDGES_MAPPING_H
#define FEED_BRIDGES_MAPPING_H

#include "base/map.h"
#include "base/zone.h"
#include "feed/bridges/import.h"
#include "feed/bridges/pseudonym.h"
#include "feed/bridges/recall.h"

#define MAPPING_LINKS_MAX 8 /* durations added to an instant */

/* A column that the mapping names: by its header, or "#3" by its place. */
struct mapping_column {
	char *name;
	size_t place; /* in the row, once bound */
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

enum let_keep { KEEP_NOTHING, KEEP_PREVIOUS, KEEP_FIRST };
struct mapping_let { /* a column reckoned from others */
	char *name;
	struct template value, otherwise;
	struct conditions when;
	enum let_keep keep; /* it is what the row before, or the first row, of the same id gave */
	struct template per; /* the id */
	struct recall recall;
	bool remembers; /* it, or one that it is made of, depends on other rows */
};

struct mapping_instant {
	char *name, *format;
	struct template value;
	int from; /* the instant it is reckoned from; -1: it has a value of its own */
	struct { struct template value; int64_t unit; } plus[MAPPING_LINKS_MAX];
	int plus_count;
	int wraps_after; /* a time of day over 12 h before this instant is meant for the next day; -1: none */
};

struct assignment {
	enum event_key key;
	struct template value;
	int64_t unit;	 /* ms of a duration's unit */
	int instant; /* for keys that hold an instant, and durations since one; -1 */
};

struct mapping_event {
	char *name;
	enum event_type type;
	int at; /* an instant */
	struct conditions when;
	struct template once; /* count 0: every time */
	struct map seen;      /* what `once` has had */
	struct template changed, per; /* count 0: not asked for */
	bool first;		      /* the first row of an id is a change */
	struct recall last;	      /* of `changed` */
	struct assignment *assignments;
	int assignment_count;
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
	struct conditions *drops; /* any of them */
	int drop_count;
	struct mapping_event *events;
	int event_count;
};

/* Reads and checks a mapping. The message names file, line, and what would be right. */
struct mapping *mapping_load(const char *path, struct error *err);
/* The same from text in memory, for tests. */
struct mapping *mapping_parse(const char *text, const char *name, struct error *err);
void mapping_destroy(struct mapping *mapping);

/* Finds the mapping's columns in a header; NULL: the table has none (only #1, #2, ... can be meant). */
bool mapping_bind(struct mapping *mapping, const struct view *names, size_t count, const char *file, struct error *err);
/* From now on rows hold the mapping's columns only, in its own order. */
void mapping_bind_own(struct mapping *mapping);

struct mapping_result {
	struct event *events;
	struct view *queues; /* the queue of each event's topic */
	int count;
	bool dropped;
	int clamped; /* durations below zero, taken as zero */
};
struct mapper;
struct mapper *mapper_create(struct mapping *mapping, const struct zone *zone, const struct pseudonym *pseudonym);
void mapper_destroy(struct mapper *mapper);
/* The events of a row; views valid until the next row. False: the row is damaged, err says why, and it gives no event. */
bool mapper_apply(struct mapper *mapper, const struct view *fields, size_t count, struct mapping_result *result, struct error *err);
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
