#include "feed/wire_slice.h"

#define HEADER_DEPTH 1
#define EVENT_DEPTH 2

bool wire_slicer_begin(struct wire_slicer *slicer, struct view payload)
{
	*slicer = (struct wire_slicer){.pack = pack_of(payload.data, payload.size)};
	struct pack_value head, key;
	if (!pack_read(&slicer->pack, PACK_ELEMENTS_MAX, &head) || head.kind != PACK_MAP)
		return false;
	for (uint32_t pairs = head.count; pairs; pairs--) {
		if (!pack_read(&slicer->pack, 0, &key) || key.kind != PACK_TEXT)
			return false;
		if (!view_is(key.text, "events")) {
			if (!pack_skip(&slicer->pack, HEADER_DEPTH, PACK_ELEMENTS_MAX))
				return false;
			continue;
		}
		struct pack_value events;
		if (!pack_read(&slicer->pack, BATCH_EVENTS_MAX, &events) || events.kind != PACK_ARRAY)
			return false;
		slicer->left = events.count;
		return true;
	}
	return false;
}

bool wire_slicer_take(struct wire_slicer *slicer, uint32_t count, struct view *events)
{
	if (count > slicer->left)
		return false;
	const uint8_t *begin = slicer->pack.at;
	slicer->left -= count;
	while (count--)
		if (!pack_skip(&slicer->pack, EVENT_DEPTH, PACK_ELEMENTS_MAX))
			return false;
	*events = (struct view){(const char *)begin, (size_t)(slicer->pack.at - begin)};
	return true;
}
