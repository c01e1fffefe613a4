/* An event in one block of memory, without the room that its absent keys take: to be kept by the hundred thousand. */
#ifndef FEED_IMPORTS_PACKED_H
#define FEED_IMPORTS_PACKED_H

#include "feed/event.h"

struct packed;

/* The bytes that it takes. */
size_t event_packed_size(const struct event *event, struct view queue);
void event_pack(const struct event *event, struct view queue, struct packed *packed);
/* The views point into the block; of the event only what is present is set. */
void event_unpack(const struct packed *packed, struct event *event, struct view *queue);

#endif
