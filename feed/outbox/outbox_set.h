/* A set of hashes that keeps its newest. */
#ifndef FEED_OUTBOX_OUTBOX_SET_H
#define FEED_OUTBOX_OUTBOX_SET_H

#include "feed/outbox/outbox_memory.h"

void outbox_set_finish(struct outbox_set *set);
bool outbox_set_has(const struct outbox_set *set, struct outbox_hash hash);
/* As the newest; it must not be there. */
void outbox_set_push(struct outbox_set *set, struct outbox_hash hash);
/* As the oldest: what was forgotten comes back. */
void outbox_set_push_old(struct outbox_set *set, struct outbox_hash hash);
struct outbox_hash outbox_set_drop_oldest(struct outbox_set *set);
void outbox_set_drop_newest(struct outbox_set *set);
/* The `place`-th, from the oldest on. */
struct outbox_hash outbox_set_at(const struct outbox_set *set, size_t place);

#endif
