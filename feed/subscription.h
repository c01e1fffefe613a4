/* A SUB socket that connects to a publisher or a collector, with the monitor that tells of its handshakes. What the watchdog asks
 * for is done here; the watchdog itself is the owner's, who tells it what is heard and reads from it how the link is. Part of
 * zmq_feed.c and stream_link.c. */
#ifndef FEED_SUBSCRIPTION_H
#define FEED_SUBSCRIPTION_H

#include "feed/handshake.h"
#include "feed/zmq_watchdog.h"

#define SUBSCRIPTION_TOPICS 2

/* Everything up to `refused` is set by the owner, and outlives the subscription. */
struct subscription {
	const char *name, *peer; /* in messages: "feed" and "publisher", "collector" and "collector" */
	const char *url;
	const char *topics[SUBSCRIPTION_TOPICS]; /* what is subscribed to; "": everything; NULL: no more */
	int queue;				 /* messages kept while nobody reads them; 0: as socket_set_reader() says */
	struct feed_options options;
	void *context;
	/* The peer and we do not come together: why, and what somebody has to do about it. FAULT_NONE: the handshake failed, and
	 * nothing is known about why. The watchdog was told already. */
	void (*refused)(void *context, enum feed_fault fault, const char *why);
	void *socket, *monitor; /* NULL: the next revival opens them */
	struct handshake handshake;
};

/* Also connects anew, with the keys of then. On failure nothing is left open. */
bool subscription_open(struct subscription *subscription, struct error *err);
void subscription_close(struct subscription *subscription);
int subscription_items(const struct subscription *subscription, struct zmq_pollitem_t *items); /* at most 2 */
/* Reads the monitor. */
void subscription_listen(struct subscription *subscription, struct watchdog *watchdog, int64_t now);
/* Connects anew where it is time. Only when the queue was found empty: what waits there is thrown away. */
void subscription_revive(struct subscription *subscription, struct watchdog *watchdog, int64_t now);

#endif
