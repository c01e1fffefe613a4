#include "app/recent.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct item {
	struct recent_payload payload;
	struct item *next;
	char bytes[];
};

struct recent {
	int64_t most_time;
	size_t most_bytes, bytes, count;
	struct item *first, *last;
};

struct recent *recent_create(int64_t most_time, size_t most_bytes)
{
	struct recent *recent = memory_new(1, sizeof *recent);
	recent->most_time = most_time;
	recent->most_bytes = most_bytes;
	return recent;
}

void recent_destroy(struct recent *recent)
{
	while (recent && recent->first)
		recent_drop(recent);
	free(recent);
}

static size_t weight(size_t payload)
{
	return sizeof(struct item) + payload;
}

void recent_drop(struct recent *recent)
{
	struct item *item = recent->first;
	recent->first = item->next;
	recent->bytes -= weight(item->payload.bytes.size);
	recent->count--;
	free(item);
}

void recent_add(struct recent *recent, uint16_t feed, struct view payload, int64_t now)
{
	const size_t size = weight(payload.size);
	while (recent->first && (recent->bytes + size > recent->most_bytes || now - recent->first->payload.came > recent->most_time))
		recent_drop(recent);
	if (size > recent->most_bytes)
		return;
	struct item *item = memory_new(1, size);
	memcpy(item->bytes, payload.data, payload.size);
	item->payload = (struct recent_payload){feed, now, {item->bytes, payload.size}};
	if (recent->first)
		recent->last->next = item;
	else
		recent->first = item;
	recent->last = item;
	recent->bytes += size;
	recent->count++;
}

bool recent_first(const struct recent *recent, struct recent_payload *payload)
{
	if (!recent->first)
		return false;
	*payload = recent->first->payload;
	return true;
}

size_t recent_count(const struct recent *recent)
{
	return recent->count;
}

size_t recent_bytes(const struct recent *recent)
{
	return recent->bytes;
}
