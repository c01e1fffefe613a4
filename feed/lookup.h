/* Names to numbers for the decoder's inner loop: two perfect hash tables over the first and last eight bytes of a name. The
 * tables are filled once, before main, and never change after. Everybody else uses event_key_find and event_type_find. */
#ifndef FEED_LOOKUP_H
#define FEED_LOOKUP_H

#include <stdint.h>

#include "feed/event.h"
#include "feed/pack.h"

#define LOOKUP_BITS 9
#define LOOKUP_SLOTS (1u << LOOKUP_BITS)
#define LOOKUP_NONE 255

/* What an event map may hold beside the keys of EVENT_*_KEYS. */
#define LOOKUP_TYPE KEY_COUNT
#define LOOKUP_TS (KEY_COUNT + 1)
_Static_assert(LOOKUP_TS < 64, "the keys seen are a 64-bit mask");

struct lookup_slot {
	uint64_t head, tail; /* the first and last eight bytes of the name, little-endian, zero-filled */
	uint8_t length, number;
	char middle[8]; /* of names longer than sixteen bytes: what follows the first eight */
};

struct lookup {
	uint64_t factor;
	struct lookup_slot slots[LOOKUP_SLOTS];
};

extern struct lookup lookup_keys, lookup_types;

/* `readable`: bytes from the start of the name that may be read, at least name.size. */
ALWAYS_INLINE uint64_t lookup_head(struct view name, size_t readable)
{
	uint64_t word = 0;
	if (readable < 8) {
		memcpy(&word, name.data, name.size);
		return word;
	}
	memcpy(&word, name.data, 8);
	return name.size >= 8 ? word : word & ((UINT64_C(1) << (8 * name.size)) - 1);
}

ALWAYS_INLINE uint64_t lookup_tail(struct view name, uint64_t head)
{
	if (name.size <= 8)
		return head;
	uint64_t word;
	memcpy(&word, name.data + name.size - 8, 8);
	return word;
}

ALWAYS_INLINE uint32_t lookup_hash(uint64_t head, uint64_t tail, size_t length, uint64_t factor)
{
	uint64_t mixed = (head ^ (tail << 23 | tail >> 41) ^ length) * factor;
	return (uint32_t)(mixed >> (64 - LOOKUP_BITS));
}

/* The number of a name, or LOOKUP_NONE. */
ALWAYS_INLINE int lookup_find(const struct lookup *lookup, struct view name, size_t readable)
{
	if (name.size == 0 || name.size > 24)
		return LOOKUP_NONE;
	uint64_t head = lookup_head(name, readable), tail = lookup_tail(name, head);
	const struct lookup_slot *slot = &lookup->slots[lookup_hash(head, tail, name.size, lookup->factor)];
	if (slot->head != head || slot->tail != tail || slot->length != name.size)
		return LOOKUP_NONE;
	if (name.size > 16 && memcmp(slot->middle, name.data + 8, 8) != 0)
		return LOOKUP_NONE;
	return slot->number;
}

#endif
