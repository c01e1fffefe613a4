/* What the rows before said: of each id one text. Bounded, for the ids come from outside. */
#ifndef FEED_BRIDGES_RECALL_H
#define FEED_BRIDGES_RECALL_H

#include "base/map.h"

#define RECALL_IDS_MOST 4000000 /* of one rule; a row with one more is damaged */
#define RECALL_TEXT_MOST 1024	/* bytes of an id, and of a text */

/* A zeroed struct recall is an empty one. */
struct recall {
	struct map ids; /* to the place in texts */
	struct view *texts; /* owned */
	size_t count, room;
};

void recall_finish(struct recall *recall);
/* False: nothing is known of that id. The text is valid until recall_put(). */
bool recall_find(const struct recall *recall, struct view id, struct view *text);
/* Can something be put there? The id is known, or there is room for one more; and neither is too long. */
bool recall_has_room(const struct recall *recall, struct view id, struct view text);
/* Where recall_has_room(): sets, replacing. */
void recall_put(struct recall *recall, struct view id, struct view text);

#endif
