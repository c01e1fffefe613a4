#include "feed/imports/packed.h"

#include "feed/imports/import.h"

#define TEXT_KEYS (KEY_BIT(KEY_TEXT_COUNT) - 1)

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
	return __builtin_popcountll(present & TEXT_KEYS);
}

size_t event_packed_size(const struct event *event, struct view queue)
{
	size_t size = sizeof(struct packed) + (size_t)numbers_of(event->present) * sizeof(int64_t) + queue.size;
	for (uint64_t keys = event->present & TEXT_KEYS; keys; keys &= keys - 1)
		size += sizeof(struct piece) + event->text[__builtin_ctzll(keys)].size;
	return size;
}

static char *append(char *to, struct view from)
{
	if (from.size)
		memcpy(to, from.data, from.size);
	return to + from.size;
}

void event_pack(const struct event *event, struct view queue, struct packed *packed)
{
	packed->ts = event->ts;
	packed->present = event->present;
	packed->type = (uint8_t)event->type;
	packed->queue = (uint32_t)queue.size;
	int64_t *number = packed->numbers;
	for (uint64_t keys = event->present & ~TEXT_KEYS; keys; keys &= keys - 1)
		*number++ = event->number[__builtin_ctzll(keys) - KEY_TEXT_COUNT];
	struct piece *piece = (struct piece *)number;
	char *text = append((char *)(piece + texts_of(event->present)), queue);
	for (uint64_t keys = event->present & TEXT_KEYS; keys; keys &= keys - 1) {
		const int key = __builtin_ctzll(keys);
		const struct view from = event->text[key];
		*piece++ = (struct piece){(uint32_t)from.size, event->word[key], from.data == NULL};
		text = append(text, from);
	}
}

void event_unpack(const struct packed *packed, struct event *event, struct view *queue)
{
	import_begin(event, (enum event_type)packed->type, packed->ts);
	event->present = packed->present;
	const int64_t *number = packed->numbers;
	for (uint64_t keys = packed->present & ~TEXT_KEYS; keys; keys &= keys - 1)
		event->number[__builtin_ctzll(keys) - KEY_TEXT_COUNT] = *number++;
	const struct piece *piece = (const struct piece *)number;
	const char *text = (const char *)(piece + texts_of(packed->present));
	*queue = (struct view){text, packed->queue};
	text += packed->queue;
	for (uint64_t keys = packed->present & TEXT_KEYS; keys; keys &= keys - 1) {
		const int key = __builtin_ctzll(keys);
		event->text[key] = (struct view){piece->absent ? NULL : text, piece->size};
		event->word[key] = piece->word;
		text += piece++->size;
	}
}
