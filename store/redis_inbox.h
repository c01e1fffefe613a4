/* Actions of people at boards that have only Redis: a list that boards push to and the collector drains. */
#ifndef STORE_REDIS_INBOX_H
#define STORE_REDIS_INBOX_H

#include "store/redis_link.h"

#define REDIS_INBOX_MOST 10000 /* items that wait; more are refused */
#define REDIS_INBOX_TURN 64    /* items read at once */

/* On a board: pushes the payload of a batch (its src, boot and seq make it count once, however often it is pushed). */
bool redis_inbox_push(struct redis_link *link, const char *site, struct view payload, struct error *err);
/* The call that takes the first `count` items away, if the last of them is still `last`: sent twice it takes nothing more. */
void redis_inbox_take(const char *site, uint64_t epoch, const char *writer, size_t count, struct view last, struct redis_call *call);

#endif
