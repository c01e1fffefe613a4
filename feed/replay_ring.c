#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "feed/replay_ring.h"

void replay_ring_init(struct replay_ring *ring, size_t most)
{
	*ring = (struct replay_ring){.most = most};
}

static struct replay_batch *slot(const struct replay_ring *ring, size_t number)
{
	return &ring->batches[(ring->begin + number) % ring->room];
}

void replay_ring_finish(struct replay_ring *ring)
{
	for (size_t i = 0; i < ring->count; i++)
		free(slot(ring, i)->payload);
	free(ring->batches);
	*ring = (struct replay_ring){0};
}

static void drop_oldest(struct replay_ring *ring)
{
	struct replay_batch *oldest = slot(ring, 0);
	ring->bytes -= oldest->size;
	free(oldest->payload);
	ring->begin = (ring->begin + 1) % ring->room;
	ring->count--;
}

static void widen(struct replay_ring *ring)
{
	size_t room = ring->room ? 2 * ring->room : 64;
	struct replay_batch *batches = memory_new(room, sizeof *batches);
	for (size_t i = 0; i < ring->count; i++)
		batches[i] = *slot(ring, i);
	free(ring->batches);
	ring->batches = batches;
	ring->room = room;
	ring->begin = 0;
}

void replay_ring_add(struct replay_ring *ring, const void *payload, size_t size, uint64_t first, uint64_t last)
{
	if (size > ring->most)
		return;
	while (ring->count && ring->bytes + size > ring->most)
		drop_oldest(ring);
	if (ring->count == ring->room)
		widen(ring);
	uint8_t *copy = memory_new(size, 1);
	memcpy(copy, payload, size);
	ring->count++;
	ring->bytes += size;
	*slot(ring, ring->count - 1) = (struct replay_batch){copy, size, first, last};
}

size_t replay_ring_find(const struct replay_ring *ring, uint64_t seq)
{
	size_t low = 0, high = ring->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (slot(ring, middle)->last < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

const struct replay_batch *replay_ring_at(const struct replay_ring *ring, size_t number)
{
	return slot(ring, number);
}

static uint64_t oldest(void *context)
{
	const struct replay_ring *ring = context;
	return ring->count ? slot(ring, 0)->first : 0;
}

static bool batch_from(void *context, uint64_t seq, struct replay_batch *batch)
{
	const struct replay_ring *ring = context;
	const size_t number = replay_ring_find(ring, seq);
	if (number < ring->count)
		*batch = *slot(ring, number);
	return number < ring->count;
}

struct replay_past replay_ring_past(struct replay_ring *ring)
{
	return (struct replay_past){ring, oldest, batch_from};
}
