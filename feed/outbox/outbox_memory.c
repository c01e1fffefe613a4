#include "feed/outbox/outbox_memory.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "feed/outbox/outbox_set.h"
#include "feed/pack_write.h"


enum change_kind { CHANGE_ADDED, CHANGE_REPLACED /* or removed */, CHANGE_NOTED, CHANGE_FORGOTTEN };
struct outbox_change {
	enum change_kind kind;
	unsigned set;
	size_t key, key_size;	 /* in change_keys */
	struct outbox_value old; /* owned */
	struct outbox_hash hash;
};

static struct outbox_change *add_change(struct outbox_memory *memory, enum change_kind kind)
{
	memory->changes = memory_grow(memory->changes, &memory->change_room, memory->change_count + 1, sizeof *memory->changes);
	struct outbox_change *change = &memory->changes[memory->change_count++];
	*change = (struct outbox_change){.kind = kind};
	return change;
}

static struct outbox_change *change_key(struct outbox_memory *memory, enum change_kind kind, struct view key)
{
	struct outbox_change *change = add_change(memory, kind);
	change->key = memory->change_keys.size;
	change->key_size = key.size;
	pack_put_bytes(&memory->change_keys, key.data, key.size);
	return change;
}

static struct view key_of(const struct outbox_memory *memory, const struct outbox_change *change)
{
	if (change->key_size == 0)
		return (struct view){0};
	return (struct view){(const char *)memory->change_keys.data + change->key, change->key_size};
}

bool outbox_memory_find(const struct outbox_memory *memory, struct view key, struct view *value)
{
	const uint32_t place = map_find(&memory->keys, key);
	if (place == MAP_NONE)
		return false;
	*value = (struct view){memory->values[place].data, memory->values[place].size};
	return true;
}

static uint32_t free_place(struct outbox_memory *memory)
{
	if (memory->spare_count)
		return memory->spare[--memory->spare_count];
	memory->values = memory_grow(memory->values, &memory->value_room, memory->value_count + 1, sizeof *memory->values);
	return (uint32_t)memory->value_count++;
}

static void set_value(struct outbox_memory *memory, struct view key, struct outbox_value value)
{
	uint32_t place = map_find(&memory->keys, key);
	if (place == MAP_NONE) {
		place = free_place(memory);
		map_put(&memory->keys, key, place);
	}
	memory->values[place] = value;
}

/* The value is the caller's then. */
static struct outbox_value take_value(struct outbox_memory *memory, struct view key)
{
	const uint32_t place = map_find(&memory->keys, key);
	const struct outbox_value value = memory->values[place];
	memory->values[place] = (struct outbox_value){0};
	memory->spare = memory_grow(memory->spare, &memory->spare_room, memory->spare_count + 1, sizeof *memory->spare);
	memory->spare[memory->spare_count++] = place;
	map_remove(&memory->keys, key);
	return value;
}

static struct outbox_value copy_of(struct view value)
{
	char *data = memory_resize(NULL, value.size + 1, 1);
	if (value.size)
		memcpy(data, value.data, value.size);
	return (struct outbox_value){data, value.size};
}

void outbox_memory_put(struct outbox_memory *memory, struct view key, struct view value)
{
	const struct outbox_value copy = copy_of(value); /* first: it may be a view of what it replaces */
	const uint32_t place = map_find(&memory->keys, key);
	if (place == MAP_NONE)
		change_key(memory, CHANGE_ADDED, key);
	else
		change_key(memory, CHANGE_REPLACED, key)->old = memory->values[place];
	set_value(memory, key, copy);
}

bool outbox_memory_remove(struct outbox_memory *memory, struct view key)
{
	if (map_find(&memory->keys, key) == MAP_NONE)
		return false;
	change_key(memory, CHANGE_REPLACED, key)->old = take_value(memory, key);
	return true;
}

bool outbox_memory_note(struct outbox_memory *memory, unsigned number, struct outbox_hash hash, size_t most)
{
	struct outbox_set *set = &memory->sets[number];
	if (outbox_set_has(set, hash))
		return false;
	while (set->count && set->count >= most) {
		struct outbox_change *change = add_change(memory, CHANGE_FORGOTTEN);
		change->set = number;
		change->hash = outbox_set_drop_oldest(set);
	}
	add_change(memory, CHANGE_NOTED)->set = number;
	outbox_set_push(set, hash);
	return true;
}

static void undo(struct outbox_memory *memory, struct outbox_change *change)
{
	const struct view key = key_of(memory, change);
	switch (change->kind) {
	case CHANGE_ADDED:
		free(take_value(memory, key).data);
		break;
	case CHANGE_REPLACED: {
		const uint32_t place = map_find(&memory->keys, key);
		char *present = place == MAP_NONE ? NULL : memory->values[place].data;
		set_value(memory, key, change->old);
		free(present);
		break;
	}
	case CHANGE_NOTED:
		outbox_set_drop_newest(&memory->sets[change->set]);
		break;
	case CHANGE_FORGOTTEN:
		outbox_set_push_old(&memory->sets[change->set], change->hash);
		break;
	}
}

static void forget_changes(struct outbox_memory *memory)
{
	memory->change_count = 0;
	memory->change_keys.size = 0;
}

void outbox_memory_undo(struct outbox_memory *memory)
{
	while (memory->change_count)
		undo(memory, &memory->changes[--memory->change_count]);
	forget_changes(memory);
}

void outbox_memory_settle(struct outbox_memory *memory)
{
	for (size_t i = 0; i < memory->change_count; i++)
		free(memory->changes[i].old.data);
	forget_changes(memory);
}

void outbox_memory_finish(struct outbox_memory *memory)
{
	outbox_memory_settle(memory);
	for (size_t i = 0; i < memory->value_count; i++)
		free(memory->values[i].data);
	for (int i = 0; i < OUTBOX_SETS; i++)
		outbox_set_finish(&memory->sets[i]);
	map_finish(&memory->keys);
	wire_buffer_finish(&memory->change_keys);
	free(memory->values);
	free(memory->spare);
	free(memory->changes);
	*memory = (struct outbox_memory){0};
}
