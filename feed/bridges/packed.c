#include "feed/bridges/packed.h"

#include "base/memory.h"

struct piece {
	uint32_t size;
	uint8_t word;
	bool absent; /* an explicit nil */
};

/* Followed by the numbers that are present, then a struct piece for every text that is, then the queue's bytes, then theirs. */
struct packed {
	int64_t ts;
	uint64_t present;
	uint32_t queue;
	uint8_t type;
	int64_t numbers[];
};

static int numbers_of(uint64_t present)
{
	return __builtin_popcountll(present >> KEY_TEXT_COUNT);
}

static int texts_of(uint64_t present)
{
	return __builtin_popcountll(present & (KEY_BIT(KEY_TEXT_COUNT) - 1));
}

static size_t size_of(const struct event *event, struct view queue)
{
	size_t size = sizeof(struct packed) + (size_t)numbers_of(event->present) * sizeof(int64_t) + queue.size;
	for (int key = 0; key < KEY_TEXT_COUNT; key++)
		if (event_has(event, (enum event_key)key))
			size += sizeof(struct piece) + event->text[key].size;
	return size;
}

static char *append(char *to, struct view from)
{
	if (from.size)
		memcpy(to, from.data, from.size);
	return to + from.size;
}

struct packed *event_pack(const struct event *event, struct view queue)
{
	struct packed *packed = memory_new(1, size_of(event, queue));
	packed->ts = event->ts;
	packed->present = event->present;
	packed->type = (uint8_t)event->type;
	packed->queue = (uint32_t)queue.size;
	int64_t *number = packed->numbers;
	for (int key = KEY_TEXT_COUNT; key < KEY_COUNT; key++)
		if (event_has(event, (enum event_key)key))
			*number++ = event->number[key - KEY_TEXT_COUNT];
	struct piece *piece = (struct piece *)number;
	char *text = append((char *)(piece + texts_of(event->present)), queue);
	for (int key = 0; key < KEY_TEXT_COUNT; key++) {
		if (!event_has(event, (enum event_key)key))
			continue;
		struct view from = event->text[key];
		*piece++ = (struct piece){(uint32_t)from.size, event->word[key], from.data == NULL};
		text = append(text, from);
	}
	return packed;
}

void event_unpack(const struct packed *packed, struct event *event, struct view *queue)
{
	*event = (struct event){
		.type = (enum event_type)packed->type,
		.ts = packed->ts,
		.present = packed->present,
		.type_name = view_of(event_types[packed->type].name),
	};
	const int64_t *number = packed->numbers;
	for (int key = KEY_TEXT_COUNT; key < KEY_COUNT; key++)
		if (event_has(event, (enum event_key)key))
			event->number[key - KEY_TEXT_COUNT] = *number++;
	const struct piece *piece = (const struct piece *)number;
	const char *text = (const char *)(piece + texts_of(packed->present));
	*queue = (struct view){text, packed->queue};
	text += packed->queue;
	for (int key = 0; key < KEY_TEXT_COUNT; key++) {
		if (!event_has(event, (enum event_key)key))
			continue;
		event->text[key] = (struct view){piece->absent ? NULL : text, piece->size};
		event->word[key] = piece->word;
		text += piece++->size;
	}
}
