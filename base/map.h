/* A hash map from bytes (fewer than 64 KiB count) to a number. Open addressing; keys are copied. */
#ifndef BASE_MAP_H
#define BASE_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

#define MAP_NONE UINT32_MAX

#define MAP_KEY_INSIDE 22

/* Half a cache line, so that a look-up in a large map waits for memory once. */
struct map_entry {
	uint32_t hash, value;	  /* value MAP_NONE: free */
	char key[MAP_KEY_INSIDE]; /* a key this short stands here, else a pointer to it */
	uint16_t length;
};
_Static_assert(sizeof(struct map_entry) == 32, "two to a cache line");

struct map {
	struct map_entry *entries; /* a power of two of them, or NULL */
	size_t capacity, used;
};

/* A zeroed struct map is an empty map. */
void map_finish(struct map *map);
uint64_t map_hash(struct view key); /* xxh3 */
/* The value, or MAP_NONE. */
uint32_t map_find(const struct map *map, struct view key);
/* Tells the processor that this key will be looked for soon: in a large map most of a look-up is waiting for memory. */
void map_expect(const struct map *map, struct view key);
/* Sets, replacing. value must not be MAP_NONE. */
void map_put(struct map *map, struct view key, uint32_t value);
/* True if it was there. */
bool map_remove(struct map *map, struct view key);
/* Walks: start with *position = 0; NULL at the end. Order is that of the table: not for anything that is shown. */
const struct map_entry *map_next(const struct map *map, size_t *position);
struct view map_entry_key(const struct map_entry *entry);

#endif
