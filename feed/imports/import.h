/* Logs that other systems have written, read into events: one struct import_format per kind of log. A log is never trusted: what
 * cannot be read is counted and reported with its file and line, and the rest is imported. Events leave sorted by instant, then
 * by the rank of their type. */
#ifndef FEED_IMPORTS_IMPORT_H
#define FEED_IMPORTS_IMPORT_H

#include "base/error.h"
#include "base/input.h"
#include "base/instant.h"
#include "feed/event.h"

/* What is counted: X(NAME, "name", "what it says in the summary"). From IMPORT_BLANK to IMPORT_DROPPED: lines that gave nothing. */
#define IMPORT_COUNTS(X)                                                                                                \
	X(LINES, "lines", "lines read")                                                                                 \
	X(EVENTS, "events", "events written")                                                                           \
	X(BLANK, "blank", "blank lines")                                                                                \
	X(DAMAGED, "damaged", "damaged lines")                                                                          \
	X(DUPLICATE, "duplicate", "lines that say again what was said before")                                          \
	X(ORPHAN, "orphan", "lines about a call that the log does not know (any more)")                                 \
	X(PASSED, "passed_over", "lines of a known kind that make no event")                                            \
	X(UNKNOWN, "unknown", "lines of a kind this program does not know")                                             \
	X(DROPPED, "left_out", "rows that the mapping leaves out")                                                      \
	X(OUT_OF_ORDER, "out_of_order", "lines out of order, put back in their place")                                  \
	X(LATE, "late", "lines too far out of order to be put back, written nevertheless")                              \
	X(REPAIRED, "repaired", "gaps in a call's story that could be mended")                                          \
	X(WAITING, "waiting", "calls still waiting at the end")                                                         \
	X(TALKING, "talking", "calls still in talk at the end")
enum import_count {
#define COUNT(NAME, name, help) IMPORT_##NAME,
	IMPORT_COUNTS(COUNT) IMPORT_COUNT_COUNT
#undef COUNT
};
extern const char *const import_count_help[IMPORT_COUNT_COUNT];

struct import_sink {
	void *context;
	/* An event, its views valid during the call; `queue`: for the topic it is published under, may be empty. */
	bool (*event)(void *context, const struct event *event, struct view queue, struct error *err);
	/* Why a line gave nothing, or is odd. The reason never holds a customer's number or name. */
	void (*report)(void *context, enum import_count kind, const char *file, int64_t line, const char *reason);
};

struct import_options {
	const char *map;  /* the mapping file, of formats that take one */
	const char *zone; /* with a mapping: of times without one; NULL: what the mapping says, else UTC */
	struct view salt; /* for the pseudonyms of customers; size 0: customers are left out */
	size_t window;	  /* queue_log: lines among which the order is put right; 0: IMPORT_WINDOW */
};
#define IMPORT_WINDOW 10000

struct importer;

struct import_format {
	const char *name, *help;
	enum { IMPORT_MAPPING_NONE, IMPORT_MAPPING_TAKEN, IMPORT_MAPPING_NEEDED } mapping; /* import_options.map */
	void *(*open)(struct importer *importer, const struct import_options *options, struct error *err);
	void (*close)(void *state);
	void (*begin)(void *state); /* a file begins */
	/* One line. False: nothing more can come of this run (the sink failed), or of this file. */
	bool (*line)(void *state, struct view line, struct error *err);
	bool (*end)(void *state, struct error *err);    /* of a file */
	bool (*settle)(void *state, struct error *err); /* what waits for its place is done now; more may come. NULL: nothing waits */
	bool (*finish)(void *state, struct error *err); /* of all files */
};
extern const struct import_format import_queue_log, import_csv, import_ndjson;
extern const struct import_format *const import_formats[]; /* ends with NULL */
const struct import_format *import_format_find(const char *name); /* or NULL */

/* What is read in one run belongs together: a call may enter in one file and end in the next. The options are copied. */
struct importer *importer_open(const struct import_format *format, const struct import_options *options,
	const struct import_sink *sink, struct error *err);
void importer_close(struct importer *importer); /* NULL is fine */
/* Turns to the next file. */
bool importer_file(struct importer *importer, const char *path, struct error *err);
enum import_step { IMPORT_MORE, IMPORT_FILE_END, IMPORT_FAILED };
/* Reads at most `most` lines of the file. IMPORT_FAILED: err says why; the file is closed, another may be turned to. */
enum import_step importer_step(struct importer *importer, int most, struct error *err);
/* Lines that somebody else reads: of this file (the name must live until another is begun), then one after the other with its number.
 * False as the format's line(). */
void importer_begin(struct importer *importer, const char *path);
bool importer_take(struct importer *importer, int64_t number, struct view line, struct error *err);
/* Writes what is held back for the sake of order; more may come. */
bool importer_settle(struct importer *importer, struct error *err);
void *importer_state(const struct importer *importer); /* the format's own */
/* Nothing more comes: writes what was held back, and counts what stays open. */
bool importer_finish(struct importer *importer, struct error *err);
uint64_t importer_count(const struct importer *importer, enum import_count which);
/* Lines that gave nothing although they should have: damaged, duplicate, orphan. */
uint64_t importer_skipped(const struct importer *importer);
/* Thousandths of the file that are read; -1: not known. */
int importer_progress(const struct importer *importer);

/* ---- for the formats ---- */
const char *importer_path(const struct importer *importer);
int64_t importer_line(const struct importer *importer);
void importer_add(struct importer *importer, enum import_count which, uint64_t n);
/* Counts and reports: of the line just read, or of one that was held back. */
void importer_report(struct importer *importer, enum import_count which, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void importer_report_at(struct importer *importer, enum import_count which, const char *file, int64_t line, const char *format,
	...) __attribute__((format(printf, 5, 6)));
/* Hands an event on, in order. `window`: how many events are held back to sort them (0: all, until the end). */
void importer_set_window(struct importer *importer, size_t window);
bool importer_emit(struct importer *importer, const struct event *event, struct view queue, struct error *err);
/* The same at once, for a log whose order stays as it is. */
bool importer_pass(struct importer *importer, const struct event *event, struct view queue, struct error *err);

/* Nothing but white space? */
bool import_blank(struct view line);

/* ---- making events ---- */
struct event import_event(enum event_type type, int64_t ts);
/* The same in place, where one event is used again and again: only what is present in it holds. */
void import_begin(struct event *event, enum event_type type, int64_t ts);
/* Sets a key; an empty text sets nothing. A word of a vocabulary gets its number too; false: no such word. */
bool import_text(struct event *event, enum event_key key, struct view text);
void import_word(struct event *event, enum event_key key, unsigned number); /* of the vocabulary that the key has in such an event */
void import_number(struct event *event, enum event_key key, int64_t number);
/* Makes an id of any text: harmless, at most ID_MAX bytes; a longer one keeps its beginning and ends in a hash. */
struct view import_id(struct view from, char to[ID_MAX + 1]);

#endif
