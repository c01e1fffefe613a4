/* What the rows before said: of each id one text. Bounded, for the ids come from outside. In memory, or with somebody who keeps it. */
#ifndef FEED_MAPPING_RECALL_H
#define FEED_MAPPING_RECALL_H

#include "base/map.h"

#define RECALL_IDS_MOST 4000000 /* of one rule; a row with one more is damaged */
#define RECALL_TEXT_MOST 1024	/* bytes of an id, and of a text */
#define RECALL_KEPT_MOST 1000000 /* ids that a keeper keeps of one rule: then those that were longest not heard of go */

/* Who keeps it: an outbox. Keys and values are bytes; a value found is valid until the next put or remove. */
struct recall_keeper {
	void *context;
	bool (*find)(void *context, struct view key, struct view *value);
	void (*put)(void *context, struct view key, struct view value);
	void (*remove)(void *context, struct view key);
	void (*each)(void *context, struct view prefix, void (*take)(void *taker, struct view key, struct view value), void *taker);
	size_t most;	     /* ids of one rule; 0: RECALL_KEPT_MOST */
	const int64_t *hour; /* now, in hours since the epoch: how long ago an id was heard of */
};

/* A zeroed struct recall is an empty one. */
struct recall {
	struct map ids; /* to the place in texts */
	struct view *texts; /* owned */
	size_t count, room;
	const struct recall_keeper *keeper; /* NULL: in memory */
	char *prefix;			    /* owned: of its keys there */
};

void recall_finish(struct recall *recall);
/* From now on with that keeper, where something may stand already. An id and its prefix together have RECALL_TEXT_MOST bytes at most. */
void recall_keep(struct recall *recall, const struct recall_keeper *keeper, struct view prefix);
/* False: nothing is known of that id. The text is valid until recall_put(). */
bool recall_find(const struct recall *recall, struct view id, struct view *text);
/* Can something be put there? The id is known, or there is room for one more; and neither is too long. */
bool recall_has_room(const struct recall *recall, struct view id, struct view text);
/* Where recall_has_room(): sets, replacing. */
void recall_put(struct recall *recall, struct view id, struct view text);

#endif
