/* What an outbox keeps, as batches for readers that ask again. */
#ifndef FEED_OUTBOX_OUTBOX_PAST_H
#define FEED_OUTBOX_OUTBOX_PAST_H

#include "feed/outbox/outbox.h"
#include "feed/replay_ring.h"

struct outbox_past;

/* Both outlive it. `unstamped` as for the publisher. */
struct outbox_past *outbox_past_create(struct outbox *outbox, const char *src, bool unstamped);
void outbox_past_destroy(struct outbox_past *past); /* NULL is fine */
struct replay_past outbox_past_of(struct outbox_past *past);

#endif
