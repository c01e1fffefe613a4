/* What became of a journal as a whole: some figures minute by minute and everything that happened, for the timeline, for finding
 * incidents and what came first. A thread of its own folds the journal from its beginning, and goes on as it grows; what is there so
 * far can be looked at meanwhile. */
#ifndef REPLAY_CHRONICLE_H
#define REPLAY_CHRONICLE_H

#include "config/meaning.h"
#include "metrics/engine.h"
#include "metrics/witness.h"

/* The metrics that are kept by the minute, by name. A gauge's is its highest of the minute, a counter's what was counted in it. */
#define CHRONICLE_METRICS 16
extern const char *const chronicle_metrics[]; /* ends with NULL */
int chronicle_metric(const char *name); /* its place; -1: it is not kept */

struct chronicle_minute {
	int64_t start; /* ms */
	int64_t value[CHRONICLE_METRICS]; /* * 1000, durations in ms, ratios in thousandths (as query_spark()); INT64_MIN: none */
	/* What a board showed when the minute was over: the service level of its window, thousandths; enum level of that, and of the most
	 * that waited in the minute. */
	int64_t service_level;
	uint8_t service_level_level, waiting_level;
};

struct chronicle;

/* The rules that a journal was written by from a record on. */
struct chronicle_rules {
	uint64_t lsn;
	int64_t at; /* INT64_MIN: before any time was told */
	char differs[MEANING_TEXT]; /* from ours: the first, and how many more; "": nothing */
};

struct chronicle_options {
	const char *journal;
	const struct settings *settings; /* outlive it */
	const struct settings *rules;	 /* what the journal's are held against; NULL: the settings */
	struct scope scope;		 /* whose figures; incidents are everybody's */
	bool follow;			 /* goes on when the journal grows */
	bool keep_states;		 /* writes those the journal lacks (replay/keeper.h); a look may wait for the disk then */
	int64_t from, to;		 /* recv; only what lies between (INT64_MIN, INT64_MAX: everything) */
};
struct chronicle *chronicle_open(const struct chronicle_options *options, struct error *err);
void chronicle_close(struct chronicle *chronicle);
/* Waits until it has read to the end; false: it could not, err says why. */
bool chronicle_wait(struct chronicle *chronicle, struct error *err);

/* Waits a while, or until it has read to the end. */
void chronicle_pause(struct chronicle *chronicle, int64_t ms);

struct chronicle_look {
	const struct chronicle_minute *minutes; /* ascending, without holes from the first to the last that is over */
	size_t minute_count;
	const struct incident *incidents; /* in the order in which they were told */
	size_t incident_count;
	const struct chronicle_rules *rules; /* as they followed each other; the journal may begin later than the first */
	size_t rules_count;
	const struct engine *engine; /* after the record read last; NULL: none yet */
	int64_t now;	  /* INT64_MIN: nothing was read yet */
	uint64_t events;
	bool done;	  /* everything there was is in */
	const char *wrong; /* NULL, or why it ended early */
};
/* Those in force after a record; NULL: none that were read. */
const struct chronicle_rules *chronicle_rules_at(const struct chronicle_look *look, uint64_t lsn);
/* Holds the thread back until chronicle_leave(), to which the look is good. */
struct chronicle_look chronicle_enter(struct chronicle *chronicle);
void chronicle_leave(struct chronicle *chronicle);

#endif
