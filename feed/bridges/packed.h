/* An event in one block of memory, without the room that its absent keys take: to be kept by the hundred thousand. */
#ifndef FEED_BRIDGES_PACKED_H
#define FEED_BRIDGES_PACKED_H

#include "feed/event.h"

struct packed;

/* To be freed with free(). */
struct packed *event_pack(const struct event *event, struct view queue);
/* The views point into the block. */
void event_unpack(const struct packed *packed, struct event *event, struct view *queue);

#endif
