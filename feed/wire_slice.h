/* The events of a payload as bytes, some at a time: for whoever makes several payloads of one. */
#ifndef FEED_WIRE_SLICE_H
#define FEED_WIRE_SLICE_H

#include "feed/pack.h"

struct wire_slicer {
	struct pack pack;
	uint32_t left; /* events */
};

/* False: it has no events, or is no payload. */
bool wire_slicer_begin(struct wire_slicer *slicer, struct view payload);
/* The encoded maps of the next `count` events, one after the other, as wire_encode_batch() takes them; a view of the payload. */
bool wire_slicer_take(struct wire_slicer *slicer, uint32_t count, struct view *events);

#endif
