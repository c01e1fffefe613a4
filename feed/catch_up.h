/* Asking a publisher's ROUTER again for what was lost on the way. Part of zmq_feed.c; one per feed, one request under way
 * at a time. Nothing an answer says is believed: batches outside the hole asked for are dropped. */
#ifndef FEED_CATCH_UP_H
#define FEED_CATCH_UP_H

#include "feed/feed.h"

struct catch_up;

/* All three must outlive it. */
struct catch_up *catch_up_create(struct feed *feed, const struct feed_options *options, const struct feed_sink *sink);
void catch_up_destroy(struct catch_up *catch_up);
/* A heartbeat of `src` came over this very feed and offers `replay`. */
void catch_up_learn(struct catch_up *catch_up, struct view src, struct view replay);
/* False: no replay is known for this src, or too many holes wait already. */
bool catch_up_ask(struct catch_up *catch_up, struct view src, uint64_t boot, uint64_t from, uint64_t to);
int catch_up_items(const struct catch_up *catch_up, struct zmq_pollitem_t *items); /* at most 1 */
int64_t catch_up_due(const struct catch_up *catch_up);
/* Takes at most `most` answers, then does what is due. True: there may be more at once. */
bool catch_up_next(struct catch_up *catch_up, int most);

/* The endpoint to connect to for a `replay` as it was offered over the feed `endpoint`: `*`, 0.0.0.0 and [::] become the
 * feed's own host. False: no endpoint that this feed may send us to. */
bool replay_endpoint(const char *endpoint, struct view replay, char *to, size_t room);

#endif
