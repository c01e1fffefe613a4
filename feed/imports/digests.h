/* Things known by a keyed hash of what names them, each with a number: 96 bits of the hash are enough to tell them apart, and nobody who
 * does not have the key can make two alike. */
#ifndef FEED_IMPORTS_DIGESTS_H
#define FEED_IMPORTS_DIGESTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

#define DIGESTS_NONE UINT32_MAX

struct digest {
	uint64_t low;
	uint32_t high;
};

struct digests_entry {
	uint64_t low;
	uint32_t high, value; /* value DIGESTS_NONE: free */
};

/* Zeroed: empty. */
struct digests {
	struct digests_entry *entries; /* a power of two of them, or NULL */
	size_t capacity, used;
};

void digests_finish(struct digests *digests);
/* Forgets all, but not the room for them. */
void digests_clear(struct digests *digests);
/* The number, or DIGESTS_NONE. */
uint32_t digests_find(const struct digests *digests, struct digest digest);
/* Sets, replacing; not DIGESTS_NONE. */
void digests_put(struct digests *digests, struct digest digest, uint32_t value);
void digests_remove(struct digests *digests, struct digest digest);

/* Tells the processor that it will be looked for soon. */
static inline void digests_expect(const struct digests *digests, struct digest digest)
{
	if (digests->entries)
		__builtin_prefetch(&digests->entries[digest.low & (digests->capacity - 1)], 1);
}

#endif
