/* The wire: one MessagePack map per payload, decoded bounded and without allocating (but for the growing array of decoded
 * events), and encoded again. */
#ifndef FEED_WIRE_H
#define FEED_WIRE_H

#include "base/error.h"
#include "feed/event.h"

/* Decodes a payload into `batch` (views point into the payload, the array of events is reused). On failure the fault says
 * which kind, err why, and the batch is untouched but for scratch. An event that is bad or of an unknown type does not fail
 * the batch: its `fault` is set, and its seq still counts. Limits: docs/FEED.md. Never more than one pass over the bytes. */
enum feed_fault wire_decode(const void *payload, size_t size, struct batch *batch, struct error *err);
void batch_finish(struct batch *batch);

/* A growing buffer of bytes. */
struct wire_buffer {
	uint8_t *data;
	size_t size, room;
};
void wire_buffer_finish(struct wire_buffer *buffer);
/* Appends one encoded event map (only allowed keys that are present; numbers in their shortest form; KEY_SCORE, MIN, MAX as
 * integers where whole, else float64). */
void wire_encode_event(struct wire_buffer *to, const struct event *event);
/* Writes a whole payload into `to` (emptied first): header keys, then `count` events whose encoded maps are
 * `events` (concatenated). src.size 0: unsequenced; replay.size 0: none; sent INT64_MIN: none. */
struct wire_header {
	struct view src, replay;
	uint64_t boot, seq;
	int64_t sent;
};
void wire_encode_batch(struct wire_buffer *to, const struct wire_header *header, uint32_t count, const void *events, size_t size);

#endif
