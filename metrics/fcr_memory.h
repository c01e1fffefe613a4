/* The memory of first contact resolution: an entry for each contact that a known customer queued, as small as it can be, for there may be
 * eight million of them: for the files of metrics/ only. fcr_memory.c. */
#ifndef METRICS_FCR_MEMORY_H
#define METRICS_FCR_MEMORY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Of an entry. The first two are a bit for each enum fcr_window, from there on. */
enum fcr_flag {
	FCR_REPEATED = 1 << 0,
	FCR_SETTLED = 1 << 3,
	FCR_RELEASED = 1 << 6, /* answered and released other than by transfer; `from` holds */
	FCR_RESOLVED = 1 << 7, /* released, and its case, where it has one, is solved */
	FCR_AGES = 1 << 8,     /* in a bucket: it will be settled and forgotten; one whose contact still runs is not */
	FCR_ASIDE = 1 << 9,    /* in another bucket than its `from` belongs to: timers of its own settle it */
	FCR_HAS_CASE = 1 << 10,
	FCR_EXCLUDED = 1 << 11,
	FCR_RUDE = 1 << 15, /* its contact is flagged: it counts among those that can be set aside too; 12 to 14 are a state's own */
	FCR_FLAGS = ((1 << 12) - 1) | FCR_RUDE
};

struct fcr_entry {
	uint64_t customer;     /* hash of the pseudonym; 0: a free place */
	uint64_t queued_flags; /* when it was queued, ms, above 16 bits of flags: fcr_queued_at(), fcr_has() */
	uint32_t from;	       /* ms after `queued` where R begins; 0 unless fcr_from is "released" */
	uint32_t resolved;     /* seconds after the second of `queued`; 0: before its first window was over */
	uint32_t older, newer; /* the customer's next ones, by `queued` */
	uint32_t next;	       /* in its bucket; of the free places */
	uint32_t contact;      /* with FCR_HAS_CASE: its place among the links */
	uint16_t topic, queue, slot, agent;
};
_Static_assert(sizeof(struct fcr_entry) == 48, "eight million of them and their index fit in 512 MiB");

/* What only entries with a case have. */
struct fcr_link {
	uint32_t entry, contact, case_item; /* entry 0: free */
	uint32_t next, previous;	    /* of the case's; next: of the free places */
};

#define FCR_CHUNK_BITS 14

struct fcr_memory {
	/* Chunks, for an array that doubles would need three times its size while it does. Place 0 is unused. */
	struct fcr_entry **chunks;
	size_t chunk_count, chunk_room;
	uint32_t used, free, count; /* places ever used, the first free one, entries there are */
	/* The newest entry of each customer: open addressing. A tag is some bits of the hash, so that the entry is looked at only where it is
	 * most likely the right one; 0: nothing there. */
	uint32_t *numbers;
	uint8_t *tags;
	size_t capacity, customers;
	struct fcr_link *links;
	size_t link_count, link_room;
	uint32_t link_free;
	/* fcr_due.c: the first entry of each minute, in a wheel; the next minute that each stage has to look at, and for when that is armed */
	uint32_t *buckets;
	int64_t minutes, lead[4], next[4], armed;
};

static inline struct fcr_entry *fcr_at(const struct fcr_memory *memory, uint32_t number)
{
	return &memory->chunks[number >> FCR_CHUNK_BITS][number & ((1 << FCR_CHUNK_BITS) - 1)];
}

static inline int64_t fcr_queued_at(const struct fcr_entry *entry)
{
	return (int64_t)entry->queued_flags >> 16;
}

static inline bool fcr_has(const struct fcr_entry *entry, int flag)
{
	return (entry->queued_flags & (unsigned)flag) != 0;
}

static inline void fcr_set(struct fcr_entry *entry, int flag)
{
	entry->queued_flags |= (unsigned)flag;
}

static inline void fcr_clear(struct fcr_entry *entry, int flag)
{
	entry->queued_flags &= ~(uint64_t)(unsigned)flag;
}

void fcr_memory_init(struct fcr_memory *memory);
void fcr_memory_finish(struct fcr_memory *memory);
/* A place for an entry of this customer, in no chain yet. Times are bounded to what 48 bits hold: nine thousand years. */
uint32_t fcr_memory_take(struct fcr_memory *memory, uint64_t customer, int64_t queued);
/* Out of the customer's chain, its link freed; whoever calls took it out of its case's and its bucket. */
void fcr_memory_free(struct fcr_memory *memory, uint32_t number);
/* Into the customer's chain, the newest first; how many steps that took. */
size_t fcr_memory_chain(struct fcr_memory *memory, uint32_t number);
/* The entry of this customer that was queued at this instant, flagged as rude or not; 0: there is none. */
uint32_t fcr_memory_find(const struct fcr_memory *memory, uint64_t customer, int64_t queued, bool rude);
/* Room in the index for so many customers: before many are read. */
void fcr_memory_expect_customers(struct fcr_memory *memory, size_t customers);
/* A customer will be looked for soon; then his entry. */
void fcr_memory_expect(const struct fcr_memory *memory, uint64_t customer);
void fcr_memory_expect_entry(const struct fcr_memory *memory, uint64_t customer);
/* The contact of an entry, whatever place that is by now; where it is kept; and what it has if it has a case, or NULL. */
uint32_t *fcr_contact_of(const struct fcr_memory *memory, uint32_t number);
struct fcr_link *fcr_link_of(const struct fcr_memory *memory, uint32_t number);
/* The entry gets a link to a case: its place. It is in no list of the case's yet. */
uint32_t fcr_link_take(struct fcr_memory *memory, uint32_t number);
void fcr_link_free(struct fcr_memory *memory, uint32_t number);
/* What all of it takes, in bytes. */
size_t fcr_memory_bytes(const struct fcr_memory *memory);

#endif
