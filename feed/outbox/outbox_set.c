#include "feed/outbox/outbox_set.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define ROOM_LEAST 64

void outbox_set_finish(struct outbox_set *set)
{
	free(set->ring);
	free(set->table);
	*set = (struct outbox_set){0};
}

static size_t table_mask(const struct outbox_set *set)
{
	return set->room * 2 - 1;
}

/* Where the hash stands in the table, or the free place where it would. */
static size_t find(const struct outbox_set *set, struct outbox_hash hash)
{
	size_t place = hash.low & table_mask(set);
	for (;; place = (place + 1) & table_mask(set)) {
		if (!set->table[place])
			return place;
		const struct outbox_hash *there = &set->ring[set->table[place] - 1];
		if (there->low == hash.low && there->high == hash.high)
			return place;
	}
}

bool outbox_set_has(const struct outbox_set *set, struct outbox_hash hash)
{
	return set->room && set->table[find(set, hash)];
}

struct outbox_hash outbox_set_at(const struct outbox_set *set, size_t place)
{
	return set->ring[(set->begin + place) & (set->room - 1)];
}

static void grow(struct outbox_set *set)
{
	if (set->count < set->room)
		return;
	const size_t room = set->room ? set->room * 2 : ROOM_LEAST;
	struct outbox_set larger = {.room = room, .count = set->count};
	larger.ring = memory_new(room, sizeof *larger.ring);
	larger.table = memory_new(room * 2, sizeof *larger.table);
	for (size_t i = 0; i < set->count; i++) {
		larger.ring[i] = outbox_set_at(set, i);
		larger.table[find(&larger, larger.ring[i])] = (uint32_t)i + 1;
	}
	outbox_set_finish(set);
	*set = larger;
}

static void enter(struct outbox_set *set, size_t place, struct outbox_hash hash)
{
	set->table[find(set, hash)] = (uint32_t)place + 1;
	set->ring[place] = hash;
	set->count++;
}

void outbox_set_push(struct outbox_set *set, struct outbox_hash hash)
{
	grow(set);
	enter(set, (set->begin + set->count) & (set->room - 1), hash);
}

void outbox_set_push_old(struct outbox_set *set, struct outbox_hash hash)
{
	grow(set);
	set->begin = (set->begin - 1) & (set->room - 1);
	enter(set, set->begin, hash);
}

/* What stands after a freed place moves up, or it would not be found any more. */
static void leave(struct outbox_set *set, struct outbox_hash hash)
{
	const size_t mask = table_mask(set);
	size_t hole = find(set, hash);
	for (size_t next = (hole + 1) & mask; set->table[next]; next = (next + 1) & mask) {
		const size_t home = set->ring[set->table[next] - 1].low & mask;
		if (((next - home) & mask) < ((next - hole) & mask))
			continue;
		set->table[hole] = set->table[next];
		hole = next;
	}
	set->table[hole] = 0;
	set->count--;
}

struct outbox_hash outbox_set_drop_oldest(struct outbox_set *set)
{
	const struct outbox_hash hash = outbox_set_at(set, 0);
	leave(set, hash);
	set->begin = (set->begin + 1) & (set->room - 1);
	return hash;
}

void outbox_set_drop_newest(struct outbox_set *set)
{
	leave(set, outbox_set_at(set, set->count - 1));
}
