#include "feed/imports/digests.h"

#include <stdlib.h>

#include "base/memory.h"

#define CAPACITY_LEAST 64
#define CACHE_LINE 64

void digests_finish(struct digests *digests)
{
	free(digests->entries);
	*digests = (struct digests){0};
}

void digests_clear(struct digests *digests)
{
	for (size_t i = 0; i < digests->capacity; i++)
		digests->entries[i].value = DIGESTS_NONE;
	digests->used = 0;
}

/* The entry of that digest, or the free one where it would go. */
static struct digests_entry *place(const struct digests *digests, struct digest digest)
{
	const size_t mask = digests->capacity - 1;
	for (size_t i = digest.low & mask;; i = (i + 1) & mask) {
		struct digests_entry *entry = &digests->entries[i];
		if (entry->value == DIGESTS_NONE || (entry->low == digest.low && entry->high == digest.high))
			return entry;
	}
}

static void enlarge(struct digests *digests)
{
	struct digests old = *digests;
	digests->capacity = old.capacity ? old.capacity * 2 : CAPACITY_LEAST;
	digests->entries = memory_aligned(digests->capacity, sizeof *digests->entries, CACHE_LINE);
	digests_clear(digests);
	for (size_t i = 0; i < old.capacity; i++)
		if (old.entries[i].value != DIGESTS_NONE)
			*place(digests, (struct digest){old.entries[i].low, old.entries[i].high}) = old.entries[i];
	digests->used = old.used;
	free(old.entries);
}

uint32_t digests_find(const struct digests *digests, struct digest digest)
{
	return digests->used ? place(digests, digest)->value : DIGESTS_NONE;
}

void digests_put(struct digests *digests, struct digest digest, uint32_t value)
{
	if (digests->used * 2 >= digests->capacity)
		enlarge(digests);
	struct digests_entry *entry = place(digests, digest);
	digests->used += entry->value == DIGESTS_NONE;
	*entry = (struct digests_entry){digest.low, digest.high, value};
}

void digests_remove(struct digests *digests, struct digest digest)
{
	struct digests_entry *entry = digests->used ? place(digests, digest) : NULL;
	if (!entry || entry->value == DIGESTS_NONE)
		return;
	digests->used--;
	/* Close the hole, so that no tombstones are needed: whatever follows in the run moves up if it may. */
	const size_t mask = digests->capacity - 1;
	size_t hole = (size_t)(entry - digests->entries);
	for (size_t i = (hole + 1) & mask; digests->entries[i].value != DIGESTS_NONE; i = (i + 1) & mask) {
		const size_t home = digests->entries[i].low & mask;
		if (((i - home) & mask) < ((i - hole) & mask))
			continue;
		digests->entries[hole] = digests->entries[i];
		hole = i;
	}
	digests->entries[hole].value = DIGESTS_NONE;
}
