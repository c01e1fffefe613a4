/* Events that are kept until it is known what they were made of: `bridge test` tells that first. */
#ifndef FEED_BRIDGES_MADE_H
#define FEED_BRIDGES_MADE_H

#include "feed/bridges/bridge.h"

struct made { /* a zeroed one is empty */
	struct packed **list;
	size_t count, room;
};

void made_keep(struct made *made, const struct event *event, struct view queue);
/* Tells them in their order, and is empty then. */
void made_tell(struct made *made, const struct bridge_trial *trial);
void made_finish(struct made *made);

#endif
