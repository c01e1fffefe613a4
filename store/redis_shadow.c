#include "store/redis_shadow.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

struct shade {
	uint64_t value; /* hash of it */
	char *name;	/* the field's; NULL: a free place */
	uint32_t round, key;
	uint32_t next; /* the place told after this one in the last round, most likely in this one too; or MAP_NONE */
	uint32_t name_size;
};

struct shaded_key {
	char *name;
	uint32_t round;
	uint32_t expires;
};

struct redis_shadow {
	struct map places, key_places;
	struct shade *shades;
	size_t count, room;
	uint32_t *free;
	size_t free_count, free_room, used;
	struct shaded_key *keys;
	size_t key_count, key_room;
	uint32_t round;
	/* of the round */
	struct redis_commit *commit;
	const char *site;
	bool expire;
	uint32_t last; /* the key told last: fields of one key come together */
	uint32_t told; /* the place told last; 0: none, for place 0 is nobody's */
};

struct redis_shadow *redis_shadow_create(void)
{
	struct redis_shadow *shadow = memory_new(1, sizeof *shadow);
	shadow->last = MAP_NONE;
	return shadow;
}

void redis_shadow_forget(struct redis_shadow *shadow)
{
	map_finish(&shadow->places);
	map_finish(&shadow->key_places);
	for (size_t i = 0; i < shadow->key_count; i++)
		free(shadow->keys[i].name);
	for (size_t i = 0; i < shadow->count; i++)
		free(shadow->shades[i].name);
	free(shadow->shades);
	free(shadow->free);
	free(shadow->keys);
	*shadow = (struct redis_shadow){.last = MAP_NONE};
}

void redis_shadow_destroy(struct redis_shadow *shadow)
{
	if (!shadow)
		return;
	redis_shadow_forget(shadow);
	free(shadow);
}

void redis_shadow_begin(struct redis_shadow *shadow, struct redis_commit *commit, const char *site, bool expire)
{
	shadow->commit = commit;
	shadow->site = site;
	shadow->expire = expire;
	shadow->round++;
	shadow->last = MAP_NONE;
	shadow->told = 0;
}

static uint32_t new_key(struct redis_shadow *shadow, const char *name)
{
	const uint32_t number = (uint32_t)shadow->key_count++;
	struct view rest;
	const int entry = redis_schema_find(shadow->site, view_of(name), &rest);
	shadow->keys = memory_grow(shadow->keys, &shadow->key_room, shadow->key_count, sizeof *shadow->keys);
	shadow->keys[number] = (struct shaded_key){.name = memory_text(name), .expires = entry < 0 ? 86400 : (uint32_t)redis_schema[entry].expires};
	map_put(&shadow->key_places, view_of(name), number);
	redis_commit_remove(shadow->commit, view_of(name));
	redis_commit_expire(shadow->commit, view_of(name), shadow->keys[number].expires);
	return number;
}

static uint32_t key_of(struct redis_shadow *shadow, const char *name)
{
	if (shadow->last != MAP_NONE && strcmp(shadow->keys[shadow->last].name, name) == 0)
		return shadow->last;
	uint32_t number = map_find(&shadow->key_places, view_of(name));
	if (number == MAP_NONE)
		number = new_key(shadow, name);
	struct shaded_key *key = &shadow->keys[number];
	/* One whose fields had all gone was removed by Redis, and its expiry with it. */
	if (key->round + 1 != shadow->round && key->round != shadow->round)
		redis_commit_expire(shadow->commit, view_of(name), key->expires);
	key->round = shadow->round;
	shadow->last = number;
	return number;
}

static uint32_t new_place(struct redis_shadow *shadow)
{
	shadow->used++;
	if (shadow->free_count)
		return shadow->free[--shadow->free_count];
	shadow->shades = memory_grow(shadow->shades, &shadow->room, shadow->count + 2, sizeof *shadow->shades);
	if (!shadow->count) /* its .next is the first one told */
		shadow->shades[shadow->count++] = (struct shade){.next = MAP_NONE};
	return (uint32_t)shadow->count++;
}

#define NAME_ROOM (8 + REDIS_FIELD_MOST)

/* The number of the key and the field's name: what a field is found by. */
static struct view name_of(char room[NAME_ROOM], uint32_t key, struct view field)
{
	memcpy(room, &key, sizeof key);
	memcpy(room + sizeof key, field.data, field.size);
	return (struct view){room, sizeof key + field.size};
}

/* Fields come in the same order round after round: a look at the next one is much cheaper than one at a large map. */
static bool is_next(const struct redis_shadow *shadow, uint32_t place, uint32_t key, struct view field)
{
	if (place >= shadow->count)
		return false;
	const struct shade *shade = &shadow->shades[place];
	return shade->name && shade->key == key && shade->name_size == field.size && memcmp(shade->name, field.data, field.size) == 0;
}

static uint32_t find_place(const struct redis_shadow *shadow, uint32_t key, struct view field)
{
	char room[NAME_ROOM];
	const uint32_t expected = shadow->count ? shadow->shades[shadow->told].next : MAP_NONE;
	return is_next(shadow, expected, key, field) ? expected : map_find(&shadow->places, name_of(room, key, field));
}

static uint32_t take_place(struct redis_shadow *shadow, uint32_t key, struct view field)
{
	char room[NAME_ROOM];
	const uint32_t place = new_place(shadow);
	char *name = memory_new(field.size + 1, 1);
	memcpy(name, field.data, field.size);
	shadow->shades[place] = (struct shade){.name = name, .name_size = (uint32_t)field.size, .key = key, .next = MAP_NONE};
	map_put(&shadow->places, name_of(room, key, field), place);
	return place;
}

void redis_shadow_field(void *context, const char *key, struct view field, struct view value)
{
	struct redis_shadow *shadow = context;
	if (!field.size || field.size > REDIS_FIELD_MOST)
		return;
	const uint32_t number = key_of(shadow, key);
	const uint64_t hash = map_hash(value);
	uint32_t place = find_place(shadow, number, field);
	const bool is_new = place == MAP_NONE;
	if (is_new)
		place = take_place(shadow, number, field);
	struct shade *shade = &shadow->shades[place];
	shadow->shades[shadow->told].next = place;
	shadow->told = place;
	shade->round = shadow->round;
	if (!is_new && shade->value == hash)
		return;
	shade->value = hash;
	redis_commit_field(shadow->commit, view_of(key), field, value);
}

/* What was not told in this round; collected first, for a map must not change while it is walked. */
static void drop_untold(struct redis_shadow *shadow)
{
	size_t position = 0, gone = 0, room = 0;
	struct view *names = NULL;
	for (const struct map_entry *entry; (entry = map_next(&shadow->places, &position));)
		if (shadow->shades[entry->value].round != shadow->round) {
			const struct view name = map_entry_key(entry);
			names = memory_grow(names, &room, gone + 1, sizeof *names);
			char *copy = memory_new(name.size + 1, 1);
			memcpy(copy, name.data, name.size);
			names[gone++] = (struct view){copy, name.size};
		}
	for (size_t i = 0; i < gone; i++) {
		const uint32_t place = map_find(&shadow->places, names[i]);
		const struct shaded_key *key = &shadow->keys[shadow->shades[place].key];
		redis_commit_drop_field(shadow->commit, view_of(key->name),
			(struct view){names[i].data + sizeof(uint32_t), names[i].size - sizeof(uint32_t)});
		map_remove(&shadow->places, names[i]);
		shadow->free = memory_grow(shadow->free, &shadow->free_room, shadow->free_count + 1, sizeof *shadow->free);
		shadow->free[shadow->free_count++] = place;
		free(shadow->shades[place].name);
		shadow->shades[place] = (struct shade){.next = MAP_NONE};
		shadow->used--;
		free((char *)names[i].data);
	}
	free(names);
}

void redis_shadow_end(struct redis_shadow *shadow)
{
	size_t told = 0;
	for (size_t i = 0; i < shadow->count; i++)
		told += shadow->shades[i].round == shadow->round;
	if (told != shadow->used)
		drop_untold(shadow);
	for (size_t i = 0; shadow->expire && i < shadow->key_count; i++)
		redis_commit_expire(shadow->commit, view_of(shadow->keys[i].name), shadow->keys[i].expires);
	shadow->commit = NULL;
}

bool redis_shadow_has(const struct redis_shadow *shadow, const char *key)
{
	return map_find(&shadow->key_places, view_of(key)) != MAP_NONE;
}

size_t redis_shadow_fields(const struct redis_shadow *shadow)
{
	return shadow->used;
}
