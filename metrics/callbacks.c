/* Callbacks that customers were promised: apart from waiting contacts. */
#include "metrics/state.h"

/* What the map holds: the slot, and whether it is due. */
static uint32_t packed(uint16_t slot, bool due)
{
	return (uint32_t)slot * 2 + due;
}

static void add(struct engine *engine, uint16_t slot, bool due, int n)
{
	struct slot *in = &engine->slots[slot];
	*(due ? &in->callbacks_due : &in->callbacks_scheduled) += n;
	slot_touch(engine, slot);
}

static bool put(struct engine *engine, const struct event *event, struct view id, uint32_t known, bool due)
{
	uint16_t slot = contact_slot_of_queue(engine, event);
	if (known != MAP_NONE) {
		add(engine, (uint16_t)(known / 2), known % 2, -1);
		if (!event_has(event, KEY_QUEUE))
			slot = (uint16_t)(known / 2);
	}
	map_put(&engine->callbacks, id, packed(slot, due));
	add(engine, slot, due, 1);
	return true;
}

static bool take(struct engine *engine, struct view id, uint32_t known, enum counter counter)
{
	if (known == MAP_NONE)
		return false;
	uint16_t slot = (uint16_t)(known / 2);
	map_remove(&engine->callbacks, id);
	add(engine, slot, known % 2, -1);
	count_add(engine, slot, 0, counter, engine->ts, engine->ts, 1);
	return true;
}

bool callbacks_apply(struct engine *engine, const struct event *event)
{
	struct view id = event_text(event, KEY_CALLBACK);
	uint32_t known = map_find(&engine->callbacks, id);
	switch (event->type) {
	case EVENT_CALLBACK_SCHEDULED:
		return put(engine, event, id, known, false);
	case EVENT_CALLBACK_DUE:
		return put(engine, event, id, known, true);
	case EVENT_CALLBACK_DONE:
		return take(engine, id, known, COUNT_CALLBACKS_DONE);
	case EVENT_CALLBACK_DROPPED:
		return take(engine, id, known, COUNT_CALLBACKS_DROPPED);
	default:
		return false;
	}
}
