/* Events without what names somebody, for boards elsewhere (base/veil.h): ids of agents, customers, contacts, cases, surveys and
 * call-backs, authors, reasons and free texts become keyed hashes. What figures are of travels: queues, channels, markets, teams, topics,
 * policies, calendars, and every time and number. Folded, what comes out gives the figures that what went in gives: docs/PRIVACY.md. */
#ifndef FEED_VEILED_H
#define FEED_VEILED_H

#include "base/veil.h"
#include "feed/wire.h"

/* Does this key of such an event name somebody, or hold text that people wrote? */
bool veiled_key(enum event_type type, enum event_key key);
/* What is sent in place of a text under that key: `to`, or the text itself where it names nobody. */
struct view veiled_text(const struct veil *veil, enum event_type type, enum event_key key, struct view text, char to[VEIL_ROOM]);

/* Reused from payload to payload. */
struct veiled_room {
	struct batch batch;
	struct wire_buffer events, payload;
};
void veiled_room_finish(struct veiled_room *room);
/* The payload of a batch, made anew of what was understood of it: nothing that no event type knows is left. Bad events stay bad and
 * unknown ones unknown. A view of the room; data NULL: the payload is none, or grew too large to be one (err says which). */
struct view veiled_payload(const struct veil *veil, struct view payload, struct veiled_room *room, struct error *err);

#endif
