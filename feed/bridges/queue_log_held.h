/* A line of a queue_log that waits for its place among others (queue_log_follow.c), and how the outbox keeps it: without what the table of
 * verbs does not look at, and with a pseudonym in place of the caller's number. */
#ifndef FEED_BRIDGES_QUEUE_LOG_HELD_H
#define FEED_BRIDGES_QUEUE_LOG_HELD_H

#include "feed/imports/pseudonym.h"
#include "feed/imports/queue_log.h"
#include "feed/outbox/outbox.h"

struct held {
	uint64_t order; /* of reading */
	int64_t number; /* in its file */
	bool kept;	/* in the outbox, too */
	bool is_masked; /* the line bears a pseudonym: it comes from the outbox */
	uint32_t name_size, text_size;
	char bytes[]; /* the file's name and its NUL, then the line */
};

/* To be freed with free(). */
struct held *queue_log_held_new(const char *name, int64_t number, struct view text);
struct view queue_log_held_text(const struct held *held);
void queue_log_held_keep(struct outbox *outbox, const struct pseudonym *pseudonym, struct held *held);
void queue_log_held_drop(struct outbox *outbox, const struct held *held); /* from the outbox */

struct held_list {
	struct held **list; /* in the order of reading; owned, as are those in it */
	size_t count, room;
};
struct held_list queue_log_held_restore(const struct outbox *outbox);

#endif
