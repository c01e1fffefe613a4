#include "feed/lookup.h"

#include <assert.h>

struct lookup lookup_keys, lookup_types;

static struct lookup_slot make_slot(struct view name, int number)
{
	uint64_t head = lookup_head(name, name.size);
	struct lookup_slot slot = {.head = head, .tail = lookup_tail(name, head), .length = (uint8_t)name.size,
		.number = (uint8_t)number};
	assert(name.size > 0 && name.size <= 24);
	if (name.size > 16)
		memcpy(slot.middle, name.data + 8, sizeof slot.middle);
	return slot;
}

/* False where two names would share a slot. */
static bool fill(struct lookup *lookup, const struct lookup_slot *names, int count)
{
	memset(lookup->slots, 0, sizeof lookup->slots);
	for (int i = 0; i < count; i++) {
		const struct lookup_slot *name = &names[i];
		uint32_t place = lookup_hash(name->head, name->tail, name->length, lookup->factor);
		if (lookup->slots[place].length)
			return false;
		lookup->slots[place] = *name;
	}
	return true;
}

/* Tries factors until no two names collide; with 60 names in 512 slots about one in thirty does. */
static void build(struct lookup *lookup, const struct lookup_slot *names, int count)
{
	uint64_t seed = UINT64_C(0x9e3779b97f4a7c15);
	int tries = 0;
	do {
		seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		lookup->factor = seed | 1;
		tries++;
		assert(tries < 1000000);
	} while (!fill(lookup, names, count));
}

/* Before main, so before there is a second thread. */
__attribute__((constructor)) static void build_tables(void)
{
	struct lookup_slot names[KEY_COUNT + 2];
	_Static_assert(EVENT_TYPE_COUNT <= KEY_COUNT + 2, "one array serves both");
	for (int key = 0; key < KEY_COUNT; key++)
		names[key] = make_slot(view_of(event_key_names[key]), key);
	names[LOOKUP_TYPE] = make_slot(view_of("type"), LOOKUP_TYPE);
	names[LOOKUP_TS] = make_slot(view_of("ts"), LOOKUP_TS);
	build(&lookup_keys, names, KEY_COUNT + 2);
	for (int type = 0; type < EVENT_TYPE_COUNT; type++)
		names[type] = make_slot(view_of(event_types[type].name), type);
	build(&lookup_types, names, EVENT_TYPE_COUNT);
}

enum event_type event_type_find(struct view name)
{
	int number = lookup_find(&lookup_types, name, name.size);
	return number == LOOKUP_NONE ? EVENT_UNKNOWN : (enum event_type)number;
}

int event_key_find(struct view name)
{
	int number = lookup_find(&lookup_keys, name, name.size);
	return number < KEY_COUNT ? number : -1;
}
