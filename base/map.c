#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/map.h"
#include "base/memory.h"

void map_finish(struct map *map)
{
	for (size_t i = 0; i < map->capacity; i++)
		if (map->entries[i].value != MAP_NONE && map->entries[i].length > sizeof map->entries[i].key.inside)
			free(map->entries[i].key.outside);
	free(map->entries);
	*map = (struct map){0};
}

uint64_t map_hash(struct view key)
{
	return XXH3_64bits(key.data, key.size);
}

struct view map_entry_key(const struct map_entry *entry)
{
	const char *data = entry->length > sizeof entry->key.inside ? entry->key.outside : entry->key.inside;
	return (struct view){data, entry->length};
}

/* The entry that holds the key, or the free one where it would go. */
static struct map_entry *place(const struct map *map, struct view key, uint64_t hash)
{
	size_t mask = map->capacity - 1;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct map_entry *entry = &map->entries[i];
		if (entry->value == MAP_NONE)
			return entry;
		if (entry->hash == hash && view_equals(map_entry_key(entry), key))
			return entry;
	}
}

static void enlarge(struct map *map)
{
	struct map old = *map;
	map->capacity = old.capacity ? old.capacity * 2 : 16;
	map->entries = memory_new(map->capacity, sizeof *map->entries);
	for (size_t i = 0; i < map->capacity; i++)
		map->entries[i].value = MAP_NONE;
	for (size_t i = 0; i < old.capacity; i++) {
		if (old.entries[i].value == MAP_NONE)
			continue;
		size_t at = old.entries[i].hash & (map->capacity - 1);
		while (map->entries[at].value != MAP_NONE)
			at = (at + 1) & (map->capacity - 1);
		map->entries[at] = old.entries[i];
	}
	free(old.entries);
}

uint32_t map_find(const struct map *map, struct view key)
{
	return map->used ? place(map, key, map_hash(key))->value : MAP_NONE;
}

void map_expect(const struct map *map, struct view key)
{
	if (!map->used)
		return;
	const char *entry = (const char *)&map->entries[map_hash(key) & (map->capacity - 1)];
	__builtin_prefetch(entry);
	__builtin_prefetch(entry + sizeof(struct map_entry)); /* it may reach into the next line, or the key be the next entry */
}

void map_put(struct map *map, struct view key, uint32_t value)
{
	if (map->used * 4 >= map->capacity * 3)
		enlarge(map);
	uint64_t hash = map_hash(key);
	struct map_entry *entry = place(map, key, hash);
	if (entry->value == MAP_NONE) {
		map->used++;
		entry->hash = hash;
		entry->length = (uint32_t)key.size;
		char *room = entry->key.inside;
		if (key.size > sizeof entry->key.inside)
			room = entry->key.outside = memory_new(key.size, 1);
		if (key.size)
			memcpy(room, key.data, key.size);
	}
	entry->value = value;
}

bool map_remove(struct map *map, struct view key)
{
	if (!map->used)
		return false;
	struct map_entry *entry = place(map, key, map_hash(key));
	if (entry->value == MAP_NONE)
		return false;
	if (entry->length > sizeof entry->key.inside)
		free(entry->key.outside);
	map->used--;
	/* Close the hole, so that no tombstones are needed: whatever follows in the run moves up if it may. */
	size_t mask = map->capacity - 1, hole = (size_t)(entry - map->entries);
	for (size_t i = (hole + 1) & mask; map->entries[i].value != MAP_NONE; i = (i + 1) & mask) {
		size_t home = map->entries[i].hash & mask;
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		map->entries[hole] = map->entries[i];
		hole = i;
	}
	map->entries[hole].value = MAP_NONE;
	return true;
}

const struct map_entry *map_next(const struct map *map, size_t *position)
{
	while (*position < map->capacity) {
		const struct map_entry *entry = &map->entries[(*position)++];
		if (entry->value != MAP_NONE)
			return entry;
	}
	return NULL;
}
