#include "feed/outbox/outbox_past.h"

#include <stdlib.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/pack_write.h"

#define BATCH_EVENTS 100
#define HEADER_ROOM 1024 /* bytes of a payload that are not events, generously */

struct outbox_past {
	struct outbox *outbox;
	const char *src;
	bool unstamped;
	struct wire_buffer events, payload; /* scratch */
};

struct outbox_past *outbox_past_create(struct outbox *outbox, const char *src, bool unstamped)
{
	struct outbox_past *past = memory_new(1, sizeof *past);
	past->outbox = outbox;
	past->src = src;
	past->unstamped = unstamped;
	return past;
}

void outbox_past_destroy(struct outbox_past *past)
{
	if (!past)
		return;
	wire_buffer_finish(&past->events);
	wire_buffer_finish(&past->payload);
	free(past);
}

static uint64_t oldest(void *context)
{
	const struct outbox_past *past = context;
	return outbox_oldest(past->outbox);
}

static bool batch_from(void *context, uint64_t seq, struct replay_batch *batch)
{
	struct outbox_past *past = context;
	struct outbox_item items[BATCH_EVENTS];
	const size_t most = outbox_read(past->outbox, seq, items, BATCH_EVENTS);
	size_t count = 0;
	past->events.size = 0;
	for (; count < most && past->events.size + items[count].event.size <= PAYLOAD_MAX - HEADER_ROOM; count++)
		pack_put_bytes(&past->events, items[count].event.data, items[count].event.size);
	if (count == 0)
		return false;
	const struct wire_header header = {
		.src = view_of(past->src),
		.boot = outbox_boot(past->outbox),
		.seq = items[0].seq,
		.sent = past->unstamped ? INSTANT_NONE : clock_wall(),
	};
	wire_encode_batch(&past->payload, &header, (uint32_t)count, past->events.data, past->events.size);
	*batch = (struct replay_batch){past->payload.data, past->payload.size, items[0].seq, items[count - 1].seq};
	return true;
}

struct replay_past outbox_past_of(struct outbox_past *past)
{
	return (struct replay_past){past, oldest, batch_from};
}
