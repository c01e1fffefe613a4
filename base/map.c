#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "base/map.h"
#include "base/memory.h"

#define CACHE_LINE 64

static struct view bounded(struct view key)
{
	return (struct view){key.data, key.size < UINT16_MAX ? key.size : UINT16_MAX};
}

uint64_t map_hash(struct view key)
{
	return XXH3_64bits(key.data, key.size);
}

static uint32_t hash_of(struct view key)
{
	return (uint32_t)XXH3_64bits(key.data, key.size);
}

static char *outside(const struct map_entry *entry)
{
	char *key;
	memcpy(&key, entry->key, sizeof key);
	return key;
}

static void free_key(const struct map_entry *entry)
{
	if (entry->value != MAP_NONE && entry->length > MAP_KEY_INSIDE)
		free(outside(entry));
}

void map_finish(struct map *map)
{
	for (size_t i = 0; i < map->capacity; i++)
		free_key(&map->entries[i]);
	free(map->entries);
	*map = (struct map){0};
}

struct view map_entry_key(const struct map_entry *entry)
{
	return (struct view){entry->length > MAP_KEY_INSIDE ? outside(entry) : entry->key, entry->length};
}

/* The entry that holds the key, or the free one where it would go. */
static struct map_entry *place(const struct map *map, struct view key, uint32_t hash)
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
	map->entries = memory_aligned(map->capacity, sizeof *map->entries, CACHE_LINE);
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
	key = bounded(key);
	return map->used ? place(map, key, hash_of(key))->value : MAP_NONE;
}

void map_expect(const struct map *map, struct view key)
{
	if (map->used)
		__builtin_prefetch(&map->entries[hash_of(bounded(key)) & (map->capacity - 1)], 1);
}

void map_put(struct map *map, struct view key, uint32_t value)
{
	if (map->used * 4 >= map->capacity * 3)
		enlarge(map);
	key = bounded(key);
	uint32_t hash = hash_of(key);
	struct map_entry *entry = place(map, key, hash);
	if (entry->value == MAP_NONE) {
		map->used++;
		entry->hash = hash;
		entry->length = (uint16_t)key.size;
		char *room = entry->key;
		if (key.size > MAP_KEY_INSIDE) {
			room = memory_new(key.size, 1);
			memcpy(entry->key, &room, sizeof room);
		}
		if (key.size)
			memcpy(room, key.data, key.size);
	}
	entry->value = value;
}

bool map_remove(struct map *map, struct view key)
{
	if (!map->used)
		return false;
	key = bounded(key);
	struct map_entry *entry = place(map, key, hash_of(key));
	if (entry->value == MAP_NONE)
		return false;
	free_key(entry);
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
