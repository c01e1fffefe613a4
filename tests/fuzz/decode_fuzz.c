/* Any bytes as a payload: what decodes must encode, and decode again to the same events. */
#include <stdlib.h>

#include "feed/ndjson.h"
#include "feed/rules.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void require(bool is_true)
{
	if (!is_true)
		abort();
}

static void compare(const struct event *a, const struct event *b)
{
	require(a->type == b->type && a->fault == b->fault && a->ts == b->ts && a->seq == b->seq && a->present == b->present);
	require(view_equals(a->type_name, b->type_name));
	for (uint64_t keys = a->present; keys; keys &= keys - 1) {
		int key = __builtin_ctzll(keys);
		if (key >= KEY_TEXT_COUNT)
			require(a->number[key - KEY_TEXT_COUNT] == b->number[key - KEY_TEXT_COUNT]);
		else
			require(view_equals(a->text[key], b->text[key]) && !a->text[key].data == !b->text[key].data);
	}
	for (int i = 0; a->type != EVENT_UNKNOWN && i < 3 && event_types[a->type].words[i].vocabulary; i++) {
		int key = event_types[a->type].words[i].key;
		require(!event_has(a, (enum event_key)key) || a->word[key] == b->word[key]);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct batch batch = {0}, again = {0};
	struct wire_buffer events = {0}, payload = {0}, line = {0};
	if (wire_decode(data, size, &batch, NULL) == FAULT_NONE) {
		bool is_good = true;
		for (uint32_t i = 0; i < batch.count; i++) {
			is_good &= batch.events[i].fault == FAULT_NONE || batch.events[i].fault == FAULT_UNKNOWN_EVENT;
			wire_encode_event(&events, &batch.events[i]);
			ndjson_write(&line, &batch.events[i]);
		}
		struct wire_header header = {.src = batch.src, .replay = batch.replay, .boot = batch.boot, .seq = batch.seq,
			.sent = batch.sent};
		wire_encode_batch(&payload, &header, batch.count, events.data, events.size);
		/* Events that were refused need not be encodable within the limits. */
		enum feed_fault fault = wire_decode(payload.data, payload.size, &again, NULL);
		require(!is_good || fault == FAULT_NONE || payload.size > PAYLOAD_MAX);
		require(fault != FAULT_NONE || again.count == batch.count);
		for (uint32_t i = 0; fault == FAULT_NONE && i < batch.count; i++)
			if (batch.events[i].fault == FAULT_NONE || batch.events[i].fault == FAULT_UNKNOWN_EVENT)
				compare(&batch.events[i], &again.events[i]);
	}
	batch_finish(&batch);
	batch_finish(&again);
	wire_buffer_finish(&events);
	wire_buffer_finish(&payload);
	wire_buffer_finish(&line);
	return 0;
}
