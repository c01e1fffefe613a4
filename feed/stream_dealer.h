/* The socket on which a collector is asked, and the actions that wait for an answer. Part of stream_client.c. */
#ifndef FEED_STREAM_DEALER_H
#define FEED_STREAM_DEALER_H

#include "feed/feed.h"
#include "feed/stream_talk.h"

#define STREAM_ACTS_MAX 16 /* that wait for their answer at a time */

struct stream_dealer {
	const char *url; /* of the stream, whose key is used */
	const struct feed_options *options;
	char endpoint[2 * STREAM_ENDPOINT_MAX]; /* "": not known yet */
	void *socket;				/* NULL: the next question opens it */
	int64_t id;				/* of the last question */
	struct stream_act {
		int64_t id; /* 0: free */
		int64_t due; /* monotonic ms */
	} acts[STREAM_ACTS_MAX];
	struct wire_buffer map; /* scratch */
};

/* Both must outlive it. */
void stream_dealer_init(struct stream_dealer *dealer, const char *url, const struct feed_options *options);
void stream_dealer_finish(struct stream_dealer *dealer);
/* The stream says where to ask. False: nowhere it may send us. */
bool stream_dealer_learn(struct stream_dealer *dealer, struct view ask);
/* The next question goes over a new socket. */
void stream_dealer_reset(struct stream_dealer *dealer);
/* Sets the question's id and returns it; 0: it cannot be sent now. */
int64_t stream_dealer_ask(struct stream_dealer *dealer, struct stream_talk *talk, struct error *err);

/* As an action that is due then. */
int64_t stream_dealer_act(struct stream_dealer *dealer, struct view event, int64_t due, struct error *err);
/* Was it one that waits? Then it does not any more. */
bool stream_dealer_settle(struct stream_dealer *dealer, int64_t id);
/* One whose time is over, settled by this; 0: none. Its socket is closed, so that it is not done long after. */
int64_t stream_dealer_overdue(struct stream_dealer *dealer, int64_t now);
int64_t stream_dealer_due(const struct stream_dealer *dealer); /* INT64_MAX: never */

#endif
