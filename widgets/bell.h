/* The bell of a board: once for each critical alert that nobody has answered. */
#ifndef WIDGETS_BELL_H
#define WIDGETS_BELL_H

#include "store/snapshot.h"

#define BELL_REMEMBERED 256 /* alerts: as many as an engine keeps */

struct bell {
	uint64_t rung[BELL_REMEMBERED]; /* ids, the oldest is forgotten first */
	size_t count, next;
	bool has_looked, all /* warnings ring too */;
	const struct list_alert *rang; /* the worst one, of the snapshot that rang last; as long as that lives */
};

/* Does this picture ring? What stood in the first one did so before. */
bool bell_rings(struct bell *bell, const struct snapshot *snapshot);

#endif
