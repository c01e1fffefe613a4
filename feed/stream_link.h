/* The subscription to a collector's stream, and the watchdog that has it connected anew. Part of stream_client.c. */
#ifndef FEED_STREAM_LINK_H
#define FEED_STREAM_LINK_H

#include "feed/message.h"
#include "feed/subscription.h"
#include "feed/topic.h"

struct stream_link {
	struct subscription subscription;
	struct watchdog watchdog;
	char topic[TOPIC_ROOM + 2]; /* what it subscribes to */
	int64_t told_at; /* monotonic ms: when it said anything last, or was opened; nobody's sleep is forgiven */
	char why[300];		    /* of a refusal: what somebody has to do about it */
};

/* `url` must outlive it; `link` stays where it is. */
bool stream_link_open(struct stream_link *link, const char *url, const struct feed_options *options, int queue, struct error *err);
void stream_link_close(struct stream_link *link);
int stream_link_items(const struct stream_link *link, struct zmq_pollitem_t *items); /* at most 2 */
/* Reads the monitor. */
void stream_link_listen(struct stream_link *link, int64_t now);
/* A message of two frames for this site, to be finished with message_finish(); MESSAGE_SKIPPED: something else was there, and is
 * gone; *why then says what, or is NULL. */
enum message_state stream_link_receive(struct stream_link *link, struct message *message, int64_t now, const char **why);
/* Connects anew where it is time. Only when the queue was found empty: what waits there is thrown away. */
void stream_link_revive(struct stream_link *link, int64_t now);

#endif
