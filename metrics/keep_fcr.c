/* The memory of first contact resolution: the largest part of most states, and so the one where every byte of an entry counts. Entries are
 * written bucket by bucket, each time as the difference to the one before; a customer who is there already is told by where. Chains, the index,
 * timers, what is open, and which entry is whose contact's are made again. */
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/keep.h"

/* Beside the flags of an entry. */
enum {
	KEPT_QUEUE = 1 << 12,	/* it is not its slot's */
	KEPT_CONTACT = 1 << 13, /* that still refers to it */
	KEPT_TIMES = 1 << 14,	/* `from` or `resolved` is not 0 */
};

/* A state may not make us walk chains without end: what a customer's contacts may be out of order, for each, on the average. */
#define DISORDER_MOST 4096

struct walk {
	struct archive *archive;
	struct engine *engine;
	uint32_t *places; /* writing: the places of the entries in the state; 0: not written yet */
	uint32_t place;	  /* of the entry at hand */
	int64_t queued;	  /* of the one before */
	size_t steps;
};

static bool is_contacts(const struct engine *engine, uint32_t number)
{
	const uint32_t contact = *fcr_contact_of(&engine->fcr, number);
	return contact && contact < engine->contact_count && engine->contacts[contact].fcr == number;
}

/* A released one is nearly always resolved: then it takes a byte less. */
static uint16_t mixed(uint16_t word)
{
	return word & FCR_RELEASED ? word ^ FCR_RESOLVED : word;
}

static uint16_t keep_word(struct walk *walk, uint32_t number)
{
	uint16_t word = 0;
	if (!walk->archive->reading) {
		const struct fcr_entry *entry = fcr_at(&walk->engine->fcr, number);
		word = mixed((uint16_t)(entry->queued_flags & FCR_FLAGS & ~(unsigned)FCR_AGES));
		word |= entry->queue != walk->engine->slots[entry->slot].queue ? KEPT_QUEUE : 0;
		word |= is_contacts(walk->engine, number) ? KEPT_CONTACT : 0;
		word |= entry->from || entry->resolved ? KEPT_TIMES : 0;
	}
	KEEP(walk->archive, word);
	return word;
}

/* Who it is: eight bytes, or how many entries ago he stood last. */
static uint64_t keep_customer(struct walk *walk, uint32_t number)
{
	const struct fcr_memory *memory = &walk->engine->fcr;
	uint32_t back = 0;
	if (!walk->archive->reading && fcr_at(memory, number)->older && walk->places[fcr_at(memory, number)->older])
		back = walk->place - walk->places[fcr_at(memory, number)->older];
	KEEP_BELOW(walk->archive, back, walk->place);
	uint64_t customer = walk->archive->reading ? 0 : fcr_at(memory, number)->customer;
	if (walk->archive->reading && back)
		return fcr_at(memory, walk->place - back)->customer;
	if (!back)
		archive_word(walk->archive, &customer);
	return customer;
}

static void keep_names_of(struct walk *walk, struct fcr_entry *entry, uint16_t word)
{
	struct archive *archive = walk->archive;
	struct engine *engine = walk->engine;
	KEEP_BELOW(archive, entry->slot, engine->slot_count);
	KEEP_BELOW(archive, entry->agent, keep_limit(engine->agent_count));
	KEEP_BELOW(archive, entry->topic, engine->topics.count);
	entry->queue = archive->reading ? engine->slots[entry->slot].queue : entry->queue;
	if (word & KEPT_QUEUE)
		KEEP_BELOW(archive, entry->queue, engine->queues.count);
	if (word & KEPT_TIMES) {
		KEEP(archive, entry->from);
		KEEP(archive, entry->resolved);
	}
}

static void give_to_contact(struct walk *walk, uint32_t number, uint32_t contact)
{
	struct contact *of = &walk->engine->contacts[contact];
	if (!contact || of->fcr)
		archive_wrong(walk->archive, "a contact with two entries of first contact resolution, or none with one");
	else
		of->fcr = number;
	fcr_at(&walk->engine->fcr, number)->contact = contact;
}

static void keep_contact(struct walk *walk, uint32_t number, uint16_t word)
{
	uint32_t contact = 0;
	if (!(word & KEPT_CONTACT))
		return;
	if (!walk->archive->reading)
		contact = *fcr_contact_of(&walk->engine->fcr, number);
	KEEP_BELOW(walk->archive, contact, keep_limit(walk->engine->contact_count));
	if (walk->archive->reading)
		give_to_contact(walk, number, contact);
}

static void keep_case(struct walk *walk, uint32_t number, uint16_t word)
{
	uint32_t case_item = 0;
	if (!(word & FCR_HAS_CASE))
		return;
	if (!walk->archive->reading)
		case_item = fcr_link_of(&walk->engine->fcr, number)->case_item;
	KEEP_BELOW(walk->archive, case_item, walk->engine->case_count);
	if (walk->archive->reading && case_item)
		fcr_link_case(walk->engine, number, case_item);
}

/* Returns its number: reading, a new one. */
static uint32_t keep_entry(struct walk *walk, uint32_t number)
{
	struct archive *archive = walk->archive;
	struct fcr_memory *memory = &walk->engine->fcr;
	walk->place++;
	const uint16_t word = keep_word(walk, number);
	int64_t since = archive->reading ? 0 : fcr_queued_at(fcr_at(memory, number)) - walk->queued;
	const uint64_t customer = keep_customer(walk, number);
	KEEP(archive, since);
	if (archive->reading && (!customer || since > INT64_MAX / 4 || since < INT64_MIN / 4))
		archive_wrong(archive, "an entry of first contact resolution without its customer or time");
	if (!archive_good(archive))
		return 0;
	if (archive->reading)
		number = fcr_memory_take(memory, customer, walk->queued + since);
	else
		walk->places[number] = walk->place;
	struct fcr_entry *entry = fcr_at(memory, number);
	walk->queued = fcr_queued_at(entry);
	keep_names_of(walk, entry, word);
	keep_contact(walk, number, word);
	if (archive->reading) {
		fcr_set(entry, mixed(word) & FCR_FLAGS & ~FCR_HAS_CASE & ~FCR_AGES);
		walk->steps += fcr_memory_chain(memory, number);
	}
	keep_case(walk, number, word);
	if (walk->steps > (size_t)walk->place * DISORDER_MOST)
		archive_wrong(archive, "contacts of a customer in disorder");
	return number;
}

/* ---- those in buckets ---- */

static void restore(struct walk *walk, uint32_t number, int64_t minute)
{
	fcr_age(walk->engine, number, minute * MINUTE_MS);
	fcr_weigh(walk->engine, fcr_at(&walk->engine->fcr, number), 1);
	fcr_await(walk->engine, number);
}

/* Newest first, as they stand in their chain; put back the other way round. Reading, the places are one after the other. */
static void keep_bucket(struct walk *walk, int64_t minute, uint32_t count)
{
	const uint32_t first = walk->place + 1;
	uint32_t number = walk->archive->reading ? 0 : *fcr_bucket(walk->engine, minute);
	walk->queued = minute * MINUTE_MS;
	for (uint32_t i = 0; i < count && archive_good(walk->archive); i++) {
		keep_entry(walk, number);
		number = walk->archive->reading ? 0 : fcr_at(&walk->engine->fcr, number)->next;
	}
	for (uint32_t i = count; walk->archive->reading && archive_good(walk->archive) && i > 0; i--)
		restore(walk, first + i - 1, minute);
}

static uint32_t length_of(struct engine *engine, int64_t minute)
{
	uint32_t count = 0;
	for (uint32_t i = *fcr_bucket(engine, minute); i; i = fcr_at(&engine->fcr, i)->next)
		count++;
	return count;
}

/* The minutes that hold something, each as so many after the one before; 0 ends them. */
static void write_buckets(struct walk *walk)
{
	int64_t after, until;
	fcr_minutes(walk->engine, &after, &until);
	uint32_t step = 0;
	int64_t last = after;
	KEEP(walk->archive, after);
	for (int64_t minute = after + 1; minute <= until; minute++) {
		uint32_t count = length_of(walk->engine, minute);
		if (!count)
			continue;
		step = (uint32_t)(minute - last);
		last = minute;
		KEEP(walk->archive, step);
		KEEP(walk->archive, count);
		keep_bucket(walk, minute, count);
	}
	step = 0;
	KEEP(walk->archive, step);
}

/* Minutes that rules of now have forgotten are taken for the first that they have not. */
static void read_buckets(struct walk *walk)
{
	int64_t after, until, minute = 0;
	fcr_minutes(walk->engine, &after, &until);
	KEEP(walk->archive, minute);
	if (minute < -(INT64_C(1) << 40) || minute > until)
		archive_wrong(walk->archive, "a minute that is to come");
	while (archive_good(walk->archive)) {
		uint32_t step = 0, count = 0;
		KEEP(walk->archive, step);
		if (!step)
			return;
		minute += step;
		KEEP(walk->archive, count);
		if (minute > until)
			archive_wrong(walk->archive, "a minute that is to come");
		keep_bucket(walk, minute, count);
	}
}

/* ---- those whose contact still runs ---- */

static bool runs(const struct engine *engine, uint32_t contact)
{
	const uint32_t number = engine->contacts[contact].fcr;
	return number && !fcr_has(fcr_at(&engine->fcr, number), FCR_AGES);
}

static void keep_running(struct walk *walk)
{
	struct engine *engine = walk->engine;
	uint32_t count = 0;
	for (uint32_t i = 1; !walk->archive->reading && i < engine->contact_count; i++)
		count += runs(engine, i);
	count = (uint32_t)archive_count(walk->archive, count);
	for (uint32_t i = 0, contact = 0; i < count && archive_good(walk->archive); i++) {
		while (!walk->archive->reading && !runs(engine, ++contact))
			;
		const uint32_t number = keep_entry(walk, walk->archive->reading ? 0 : engine->contacts[contact].fcr);
		if (!walk->archive->reading || !archive_good(walk->archive))
			continue;
		const struct fcr_entry *entry = fcr_at(&engine->fcr, number);
		if (!is_contacts(engine, number) || fcr_has(entry, FCR_RELEASED | FCR_RESOLVED) ||
			engine->contacts[*fcr_contact_of(&engine->fcr, number)].phase == PHASE_ENDED)
			archive_wrong(walk->archive, "an entry of first contact resolution that nothing ends");
	}
}

/* ---- the whole ---- */

static void keep_balance(struct archive *archive, struct fcr_balance *balance)
{
	bool some = false;
	for (int window = 0; window < FCR_WINDOWS; window++)
		some |= balance[window].open || balance[window].kept || balance[window].rude_open || balance[window].rude_kept;
	KEEP(archive, some);
	for (int window = 0; some && window < FCR_WINDOWS; window++) {
		KEEP(archive, balance[window].open);
		KEEP(archive, balance[window].kept);
		KEEP(archive, balance[window].rude_open);
		KEEP(archive, balance[window].rude_kept);
	}
}

static void keep_balances(struct archive *archive, struct engine *engine)
{
	for (size_t i = 0; i < engine->slot_count && archive_good(archive); i++)
		keep_balance(archive, engine->slots[i].fcr);
	for (size_t i = 1; i < engine->agent_count && archive_good(archive); i++)
		keep_balance(archive, engine->agents[i].fcr);
}

static void keep_entries(struct archive *archive, struct engine *engine)
{
	struct walk walk = {.archive = archive, .engine = engine};
	size_t customers = archive_count(archive, engine->fcr.customers);
	if (archive->reading) {
		fcr_memory_expect_customers(&engine->fcr, customers);
		read_buckets(&walk);
	} else {
		walk.places = memory_new(engine->fcr.used, sizeof *walk.places);
		write_buckets(&walk);
	}
	keep_running(&walk);
	free(walk.places);
}

void keep_fcr(struct archive *archive, struct engine *engine, bool whole)
{
	KEEP(archive, whole);
	if (whole)
		keep_entries(archive, engine);
	else
		keep_balances(archive, engine);
}
