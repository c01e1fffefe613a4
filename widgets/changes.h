/* What changed on a board that somebody wants to hear of at once: levels, alerts, feeds. */
#ifndef WIDGETS_CHANGES_H
#define WIDGETS_CHANGES_H

#include "store/snapshot.h"
#include "widgets/tile.h"

#define CHANGES_ALERTS 256 /* as many as an engine keeps */
#define CHANGES_FEEDS 64

/* What was told last. A zeroed one is new: its first picture is no change. */
struct changes {
	bool begun, nothing, stale;
	enum level levels[TILE_COUNT];
	struct told_alert {
		uint64_t id;
		int site;
		char text[ALERT_TEXT_ROOM];
	} alerts[CHANGES_ALERTS]; /* those that stand */
	int alert_count;
	enum link_state links[CHANGES_FEEDS];
	int link_count;
	uint64_t rows; /* a sum over the levels of the table's rows */
};

/* Tells each change as a sentence without marks; `tell` NULL: only whether there is one. True: there is; a row's level counts too, but is
 * not told, for its alert is. */
bool changes_tell(struct changes *changes, const struct snapshot *snapshot, void (*tell)(void *context, const char *sentence), void *context);

#endif
