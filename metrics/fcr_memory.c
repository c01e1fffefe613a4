#include "metrics/fcr_memory.h"

#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"

#define CHUNK ((size_t)1 << FCR_CHUNK_BITS)
#define FIRST_CAPACITY 64
#define INSTANT_BOUND (INT64_C(1) << 47)

void fcr_memory_init(struct fcr_memory *memory)
{
	*memory = (struct fcr_memory){.used = 1, .link_count = 1};
}

void fcr_memory_finish(struct fcr_memory *memory)
{
	for (size_t i = 0; i < memory->chunk_count; i++)
		free(memory->chunks[i]);
	free(memory->chunks);
	free(memory->numbers);
	free(memory->tags);
	free(memory->links);
	free(memory->buckets);
}

size_t fcr_memory_bytes(const struct fcr_memory *memory)
{
	return memory->chunk_count * CHUNK * sizeof(struct fcr_entry) + memory->chunk_room * sizeof *memory->chunks +
		memory->capacity * (sizeof *memory->numbers + sizeof *memory->tags) + memory->link_room * sizeof *memory->links +
		(memory->buckets ? (size_t)memory->minutes * sizeof *memory->buckets : 0);
}

/* ---- the index ---- */

static uint64_t hash_of(uint64_t customer)
{
	return map_hash((struct view){(const char *)&customer, sizeof customer});
}

static uint8_t tag_of(uint64_t hash)
{
	return (uint8_t)((hash >> 57) + 1);
}

/* The customer's place, or the free one where it belongs. There is always a free one. */
static size_t find(const struct fcr_memory *memory, uint64_t customer, uint64_t hash)
{
	const size_t mask = memory->capacity - 1;
	const uint8_t tag = tag_of(hash);
	size_t at = hash & mask;
	while (memory->tags[at] && (memory->tags[at] != tag || fcr_at(memory, memory->numbers[at])->customer != customer))
		at = (at + 1) & mask;
	return at;
}

static uint32_t newest_of(const struct fcr_memory *memory, uint64_t customer)
{
	return memory->capacity ? memory->numbers[find(memory, customer, hash_of(customer))] : 0;
}

uint32_t fcr_memory_find(const struct fcr_memory *memory, uint64_t customer, int64_t queued, bool rude)
{
	uint32_t number = customer ? newest_of(memory, customer) : 0;
	while (number && (fcr_queued_at(fcr_at(memory, number)) > queued ||
			  (fcr_queued_at(fcr_at(memory, number)) == queued && fcr_has(fcr_at(memory, number), FCR_RUDE) != rude)))
		number = fcr_at(memory, number)->older;
	return number && fcr_queued_at(fcr_at(memory, number)) == queued ? number : 0;
}

static void resize(struct fcr_memory *memory, size_t capacity)
{
	struct fcr_memory old = *memory;
	memory->capacity = capacity;
	memory->numbers = memory_new(capacity, sizeof *memory->numbers);
	memory->tags = memory_new(capacity, sizeof *memory->tags);
	for (size_t i = 0; i < old.capacity; i++) {
		if (!old.tags[i])
			continue;
		const uint64_t hash = hash_of(fcr_at(memory, old.numbers[i])->customer);
		size_t at = hash & (capacity - 1);
		while (memory->tags[at])
			at = (at + 1) & (capacity - 1);
		memory->tags[at] = tag_of(hash);
		memory->numbers[at] = old.numbers[i];
	}
	free(old.numbers);
	free(old.tags);
}

/* At most three quarters full. */
void fcr_memory_expect_customers(struct fcr_memory *memory, size_t customers)
{
	size_t capacity = memory->capacity ? memory->capacity : FIRST_CAPACITY;
	while (customers > capacity / 4 * 3)
		capacity *= 2;
	if (capacity > memory->capacity)
		resize(memory, capacity);
}

static void put_newest(struct fcr_memory *memory, uint32_t number)
{
	const uint64_t customer = fcr_at(memory, number)->customer, hash = hash_of(customer);
	fcr_memory_expect_customers(memory, memory->customers + 1);
	size_t at = find(memory, customer, hash);
	memory->customers += !memory->tags[at];
	memory->tags[at] = tag_of(hash);
	memory->numbers[at] = number;
}

/* Those behind that could stand nearer to where they belong move up, so that no place need be marked as once used. */
static void remove_customer(struct fcr_memory *memory, uint64_t customer)
{
	const size_t mask = memory->capacity - 1;
	size_t hole = find(memory, customer, hash_of(customer));
	for (size_t i = (hole + 1) & mask; memory->tags[i]; i = (i + 1) & mask) {
		const size_t home = hash_of(fcr_at(memory, memory->numbers[i])->customer) & mask;
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		memory->tags[hole] = memory->tags[i];
		memory->numbers[hole] = memory->numbers[i];
		hole = i;
	}
	memory->tags[hole] = 0;
	memory->numbers[hole] = 0;
	memory->customers--;
}

void fcr_memory_expect(const struct fcr_memory *memory, uint64_t customer)
{
	if (!memory->capacity)
		return;
	const size_t at = hash_of(customer) & (memory->capacity - 1);
	__builtin_prefetch(&memory->tags[at]);
	__builtin_prefetch(&memory->numbers[at]);
}

void fcr_memory_expect_entry(const struct fcr_memory *memory, uint64_t customer)
{
	if (!memory->capacity)
		return;
	const uint64_t hash = hash_of(customer);
	const size_t at = hash & (memory->capacity - 1);
	if (memory->tags[at] == tag_of(hash)) /* else he is elsewhere, or unknown */
		memory_expect(fcr_at(memory, memory->numbers[at]), sizeof(struct fcr_entry));
}

/* ---- places ---- */

static uint32_t take_place(struct fcr_memory *memory)
{
	uint32_t number = memory->free;
	if (number) {
		memory->free = fcr_at(memory, number)->next;
		return number;
	}
	number = memory->used++;
	if (number >> FCR_CHUNK_BITS >= memory->chunk_count) {
		memory->chunks = memory_grow(memory->chunks, &memory->chunk_room, memory->chunk_count + 1, sizeof *memory->chunks);
		memory->chunks[memory->chunk_count++] = memory_new(CHUNK, sizeof(struct fcr_entry));
	}
	return number;
}

uint32_t fcr_memory_take(struct fcr_memory *memory, uint64_t customer, int64_t queued)
{
	uint32_t number = take_place(memory);
	int64_t bounded = queued < -INSTANT_BOUND ? -INSTANT_BOUND : queued >= INSTANT_BOUND ? INSTANT_BOUND - 1 : queued;
	*fcr_at(memory, number) = (struct fcr_entry){.customer = customer, .queued_flags = (uint64_t)bounded << 16};
	memory->count++;
	return number;
}

void fcr_memory_free(struct fcr_memory *memory, uint32_t number)
{
	struct fcr_entry *entry = fcr_at(memory, number);
	fcr_link_free(memory, number);
	if (entry->older)
		fcr_at(memory, entry->older)->newer = entry->newer;
	if (entry->newer)
		fcr_at(memory, entry->newer)->older = entry->older;
	else if (entry->older)
		put_newest(memory, entry->older);
	else
		remove_customer(memory, entry->customer);
	*entry = (struct fcr_entry){.next = memory->free};
	memory->free = number;
	memory->count--;
}

size_t fcr_memory_chain(struct fcr_memory *memory, uint32_t number)
{
	struct fcr_entry *entry = fcr_at(memory, number);
	uint32_t older = newest_of(memory, entry->customer), newer = 0;
	size_t steps = 0;
	while (older && fcr_queued_at(fcr_at(memory, older)) > fcr_queued_at(entry)) {
		newer = older;
		older = fcr_at(memory, older)->older;
		steps++;
	}
	entry->older = older;
	entry->newer = newer;
	if (older)
		fcr_at(memory, older)->newer = number;
	if (newer)
		fcr_at(memory, newer)->older = number;
	else
		put_newest(memory, number);
	return steps;
}

/* ---- links to cases ---- */

struct fcr_link *fcr_link_of(const struct fcr_memory *memory, uint32_t number)
{
	const struct fcr_entry *entry = fcr_at(memory, number);
	return fcr_has(entry, FCR_HAS_CASE) ? &memory->links[entry->contact] : NULL;
}

uint32_t *fcr_contact_of(const struct fcr_memory *memory, uint32_t number)
{
	struct fcr_link *link = fcr_link_of(memory, number);
	return link ? &link->contact : &fcr_at(memory, number)->contact;
}

uint32_t fcr_link_take(struct fcr_memory *memory, uint32_t number)
{
	struct fcr_entry *entry = fcr_at(memory, number);
	uint32_t place = memory->link_free;
	if (place) {
		memory->link_free = memory->links[place].next;
	} else {
		memory->links = memory_grow(memory->links, &memory->link_room, memory->link_count + 1, sizeof *memory->links);
		place = (uint32_t)memory->link_count++;
	}
	memory->links[place] = (struct fcr_link){.entry = number, .contact = entry->contact};
	entry->contact = place;
	fcr_set(entry, FCR_HAS_CASE);
	return place;
}

void fcr_link_free(struct fcr_memory *memory, uint32_t number)
{
	struct fcr_entry *entry = fcr_at(memory, number);
	if (!fcr_has(entry, FCR_HAS_CASE))
		return;
	const uint32_t place = entry->contact;
	entry->contact = memory->links[place].contact;
	fcr_clear(entry, FCR_HAS_CASE);
	memory->links[place] = (struct fcr_link){.next = memory->link_free};
	memory->link_free = place;
}
