/* A queue_log as it is written: lines put in their order, made into events by the same converter as imports are, and all that must be known
 * to go on (open calls, lines that were seen, lines that wait for their place, the position in the file) kept in an outbox. */
#ifndef FEED_BRIDGES_QUEUE_LOG_FOLLOW_H
#define FEED_BRIDGES_QUEUE_LOG_FOLLOW_H

#include "feed/bridges/follow.h"
#include "feed/imports/import.h"
#include "feed/imports/pseudonym.h"
#include "feed/outbox/outbox.h"

/* The outbox's set of the lines that were seen, and how many of them it keeps. */
#define QUEUE_LOG_NOTES 0
#define QUEUE_LOG_NOTES_MOST 400000

struct queue_log_follow;

struct call; /* of the log: feed/imports/queue_log.h */

struct queue_log_follow_options {
	const char *path;
	struct outbox *outbox;
	const struct pseudonym *pseudonym; /* copied */
	bool once;	/* ends at the end of the file that there is now */
	bool from_end;	/* at the first start what is there already is passed over */
	int64_t from;	/* lines before this instant are passed over; INSTANT_NONE: none are */
	void *context;
	/* Events, within the commit that is open; `queue`: of the topic. */
	void (*event)(void *context, const struct event *event, struct view queue);
	/* Of a line that was taken: IMPORT_EVENTS (it counted), or why not. The reason is NULL, or names nobody. */
	void (*line)(void *context, enum import_count outcome, const char *reason);
	void (*say)(void *context, const char *text);
};

/* Goes on from what the outbox knows. The options are copied. */
struct queue_log_follow *queue_log_follow_open(const struct queue_log_follow_options *options, struct error *err);
void queue_log_follow_close(struct queue_log_follow *follow); /* NULL is fine */
/* Reads at most some thousand lines, between outbox_begin() and outbox_commit(). *wanted: there is something to commit; else it is to be
 * abandoned. False: the file of a run that ends at its end cannot be read. */
bool queue_log_follow_read(struct queue_log_follow *follow, bool *wanted, struct error *err);
/* After a commit that failed: all is as the outbox knows it again. */
bool queue_log_follow_again(struct queue_log_follow *follow, struct error *err);
/* The calls that the log knows to be open. */
void queue_log_follow_calls(const struct queue_log_follow *follow, void (*take)(void *context, const struct call *call), void *context);
/* The log is told of by others from now on: whoever follows it with this outbox again begins as if for the first time. */
void queue_log_follow_leave(struct outbox *outbox);
/* Nothing more will come. */
bool queue_log_follow_ended(const struct queue_log_follow *follow);
int queue_log_follow_descriptor(const struct queue_log_follow *follow); /* as follow_descriptor() */
int64_t queue_log_follow_due(const struct queue_log_follow *follow);	/* monotonic ms */

#endif
