/* Publishers and their numbers: what is missing, what came twice. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"
#include "metrics/witness_tell.h"

#define BOOT_REMEMBERED (24 * HOUR_MS)
#define SEQ_MOST (UINT64_MAX / 4) /* nobody counts so far; sums of numbers stay in range */

static struct source *source_at(struct engine *engine, uint32_t number)
{
	size_t known = engine->source_count;
	if (number >= known) {
		engine->sources = memory_grow(engine->sources, &engine->source_room, (size_t)number + 1, sizeof *engine->sources);
		engine->source_count = (size_t)number + 1;
		for (size_t i = known; i < engine->source_count; i++)
			engine->sources[i] = (struct source){.name = (uint16_t)i, .last_sent = INSTANT_NONE, .last_recv = INSTANT_NONE};
	}
	return &engine->sources[number];
}

/* ---- holes ---- */

static void count_missing(struct engine *engine, uint16_t number, int64_t n)
{
	struct source *source = &engine->sources[number];
	uint16_t feed = source->feed < 32 ? source->feed : 31;
	source->faults[FAULT_MISSING] += (uint64_t)n;
	engine->feeds[feed].faults[FAULT_MISSING] += (uint64_t)n;
	engine->faults[FAULT_MISSING] += (uint64_t)n;
	if (n > 0)
		source->snapshot_void = true;
	engine->dirty = true;
}

static void remove_span(struct boot *boot, size_t at)
{
	boot->holes--;
	memmove(boot->missing + at, boot->missing + at + 1, (boot->holes - at) * sizeof *boot->missing);
}

static void insert_span(struct boot *boot, size_t at, struct span span)
{
	boot->missing = memory_grow(boot->missing, &boot->room, boot->holes + 1, sizeof *boot->missing);
	memmove(boot->missing + at + 1, boot->missing + at, (boot->holes - at) * sizeof *boot->missing);
	boot->missing[at] = span;
	boot->holes++;
}

static void give_up(struct boot *boot, size_t at)
{
	boot->lost += boot->missing[at].to - boot->missing[at].from + 1;
	remove_span(boot, at);
}

/* A hole [from, to]: at the end of the known ones, or before the first number ever seen. */
static void add_hole(struct engine *engine, uint16_t number, struct boot *boot, uint64_t from, uint64_t to)
{
	if (from > to)
		return;
	const struct span span = {from, to, engine->now};
	count_missing(engine, number, (int64_t)(to - from + 1));
	/* One that goes on where the last one ends is the same one, and asked for at once. */
	if (boot->holes && boot->missing[boot->holes - 1].to + 1 == from) {
		boot->missing[boot->holes - 1].to = to;
		return;
	}
	insert_span(boot, boot->holes && boot->missing[0].from > to ? 0 : boot->holes, span);
	if (boot->holes > SPANS_MOST)
		give_up(boot, 0);
}

/* The first span that ends at `seq` or later. */
static size_t find_span(const struct boot *boot, uint64_t seq)
{
	size_t low = 0, high = boot->holes;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (boot->missing[middle].to < seq)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool fill(struct boot *boot, uint64_t seq)
{
	size_t at = find_span(boot, seq);
	if (at == boot->holes || boot->missing[at].from > seq)
		return false;
	struct span *span = &boot->missing[at];
	if (span->from == span->to) {
		remove_span(boot, at);
	} else if (span->from == seq) {
		span->from++;
	} else if (span->to == seq) {
		span->to--;
	} else {
		const struct span rest = {seq + 1, span->to, span->since};
		span->to = seq - 1;
		insert_span(boot, at + 1, rest);
	}
	return true;
}

/* ---- boots ---- */

/* -1: it is not known. */
static int boot_place(const struct source *source, uint64_t boot)
{
	for (int i = 0; i < source->boot_count; i++)
		if (source->boots[i].boot == boot)
			return i;
	return -1;
}

static struct boot *find_boot(struct source *source, uint64_t boot)
{
	const int at = boot_place(source, boot);
	return at < 0 ? NULL : &source->boots[at];
}

static void forget_boot(struct source *source, int at)
{
	free(source->boots[at].missing);
	source->boot_count--;
	memmove(source->boots + at, source->boots + at + 1, (size_t)(source->boot_count - at) * sizeof *source->boots);
	source->boots[source->boot_count] = (struct boot){0};
	if (source->current >= at && source->current > 0)
		source->current--;
}

static void forget_old_boots(struct source *source, int64_t now)
{
	for (int i = source->boot_count - 1; i >= 0; i--)
		if (i != source->current && source->boots[i].heard <= now - BOOT_REMEMBERED)
			forget_boot(source, i);
	while (source->boot_count >= BOOTS_KEPT) {
		int oldest = source->current == 0 ? 1 : 0;
		for (int i = 0; i < source->boot_count; i++)
			if (i != source->current && source->boots[i].heard < source->boots[oldest].heard)
				oldest = i;
		forget_boot(source, oldest);
	}
}

/* For the first boot met, numbers count from the first one seen; every later boot started at 1. */
static struct boot *add_boot(struct engine *engine, struct source *source, uint64_t number, uint64_t seq)
{
	forget_old_boots(source, engine->now);
	uint64_t first = source->known ? 1 : seq;
	source->known = true;
	source->current = source->boot_count;
	source->snapshot_running = false;
	struct boot *boot = &source->boots[source->boot_count++];
	*boot = (struct boot){.boot = number, .first = first, .next = first, .heard = engine->now, .since = engine->now};
	return boot;
}

/* An older boot that goes on counting while a newer one runs: two programs publish under one name. A repeat of what the
 * older one sent before is only a hole being filled. */
static void notice_switch(struct engine *engine, uint16_t number, const struct boot *boot, uint64_t end)
{
	struct source *source = &engine->sources[number];
	int at = (int)(boot - source->boots);
	if (at == source->current || end <= boot->next)
		return;
	source->current = at;
	source->switches++;
	fault_count(engine, number, source->feed, FAULT_SECOND_PUBLISHER, 1);
}

uint16_t source_batch(struct engine *engine, const struct record *record)
{
	const struct batch *batch = record->batch;
	uint32_t number = batch->src.size ? names_intern(&engine->sources_names, batch->src) : NAME_NONE;
	if (number == NAME_OTHER || batch->seq > SEQ_MOST) /* too many names to follow each one's numbers; or no number at all */
		number = NAME_NONE;
	struct source *source = source_at(engine, number);
	source->feed = record->feed;
	source->last_sent = batch->sent;
	source->last_recv = engine->now;
	if (number == NAME_NONE) {
		fault_count(engine, 0, record->feed, FAULT_UNSEQUENCED, batch->count);
		return 0;
	}
	struct boot *boot = find_boot(source, batch->boot);
	if (!boot)
		boot = add_boot(engine, source, batch->boot, batch->seq);
	notice_switch(engine, (uint16_t)number, boot, batch->seq + batch->count);
	boot->heard = engine->now;
	if (!batch->count && batch->seq > boot->next) { /* a heartbeat: seq is the next one to come */
		add_hole(engine, (uint16_t)number, boot, boot->next, batch->seq - 1);
		boot->next = batch->seq;
	}
	return (uint16_t)number;
}

bool source_take(struct engine *engine, uint16_t number, uint64_t boot_number, uint64_t seq)
{
	struct source *source = &engine->sources[number];
	if (!number) {
		source->received++;
		return true;
	}
	struct boot *boot = &source->boots[source->current];
	if (boot->boot != boot_number)
		boot = find_boot(source, boot_number);
	if (!boot)
		return true;
	if (seq >= boot->next) {
		add_hole(engine, number, boot, boot->next, seq - 1);
		boot->next = seq + 1;
	} else if (seq < boot->first) { /* from before we met it */
		add_hole(engine, number, boot, seq + 1, boot->first - 1);
		boot->first = seq;
	} else if (fill(boot, seq)) {
		count_missing(engine, number, -1);
	} else {
		return false;
	}
	boot->received++;
	source->received++;
	return true;
}

/* What lies in [from, to] will not come any more: it stays counted as missing, and nobody asks for it again. */
void source_gap(struct engine *engine, const struct record *record)
{
	uint32_t number = names_find(&engine->sources_names, record->src);
	if (number == NAME_NONE || number >= engine->source_count)
		return;
	struct boot *boot = find_boot(&engine->sources[number], record->boot);
	if (!boot)
		return;
	const uint64_t lost = boot->lost;
	for (size_t at = find_span(boot, record->from); at < boot->holes && boot->missing[at].from <= record->to;) {
		struct span span = boot->missing[at], before = span, after = span;
		before.to = record->from - 1;
		after.from = record->to + 1;
		remove_span(boot, at);
		uint64_t kept = 0;
		if (span.from < record->from) {
			insert_span(boot, at++, before);
			kept += before.to - before.from + 1;
		}
		if (span.to > record->to) {
			insert_span(boot, at++, after);
			kept += after.to - after.from + 1;
		}
		boot->lost += span.to - span.from + 1 - kept;
	}
	witness_gap(engine, record->src, boot->lost - lost);
	engine->dirty = true;
}

/* By publisher, by boot, then by number: within one boot the oldest first. */
bool engine_hole(const struct engine *engine, int index, struct hole *hole)
{
	size_t left = index < 0 ? 0 : (size_t)index;
	for (size_t s = 1; s < engine->source_count; s++) {
		const struct source *source = &engine->sources[s];
		for (int b = 0; b < source->boot_count; b++) {
			const struct boot *boot = &source->boots[b];
			if (left >= boot->holes) {
				left -= boot->holes;
				continue;
			}
			const struct span *span = &boot->missing[left];
			*hole = (struct hole){.src = view_of(names_text(&engine->sources_names, source->name)), .boot = boot->boot,
				.from = span->from, .to = span->to, .feed = source->feed, .since = span->since};
			return true;
		}
	}
	return false;
}

static const struct source *known_source(const struct engine *engine, struct view src)
{
	const uint32_t number = names_find(&engine->sources_names, src);
	return number != NAME_NONE && number != NAME_OTHER && number < engine->source_count && engine->sources[number].known ? &engine->sources[number] : NULL;
}

static const struct boot *known_boot(const struct source *source, uint64_t number)
{
	const int at = source ? boot_place(source, number) : -1;
	return at < 0 ? NULL : &source->boots[at];
}

uint64_t engine_expects(const struct engine *engine, struct view src, uint64_t boot)
{
	const struct source *source = known_source(engine, src);
	const struct boot *known = known_boot(source, boot);
	return known ? known->next : source ? 1 : 0;
}

bool engine_lacks(const struct engine *engine, struct view src, uint64_t boot, uint64_t least, uint64_t seq, struct hole *hole)
{
	const struct source *source = known_source(engine, src);
	const struct boot *known = known_boot(source, boot);
	size_t at = known ? find_span(known, least) : 0;
	if (known && at < known->holes && known->missing[at].from < least)
		at++;
	if (!known || at >= known->holes || known->missing[at].from >= seq)
		return false;
	const struct span *span = &known->missing[at];
	*hole = (struct hole){.src = src, .boot = boot, .from = span->from, .to = span->to, .feed = source->feed, .since = span->since};
	return true;
}

bool engine_has(const struct engine *engine, const struct batch *batch)
{
	uint32_t number = batch->src.size ? names_find(&engine->sources_names, batch->src) : NAME_NONE;
	if (number == NAME_NONE || number == NAME_OTHER || number >= engine->source_count || batch->seq > SEQ_MOST)
		return false;
	const struct source *source = &engine->sources[number];
	int known = boot_place(source, batch->boot);
	const struct boot *boot = &source->boots[known < 0 ? 0 : known];
	if (known < 0 || batch->seq < boot->first || batch->seq + batch->count > boot->next)
		return false;
	size_t at = find_span(boot, batch->seq);
	return !batch->count || at == boot->holes || boot->missing[at].from >= batch->seq + batch->count;
}

void sources_finish(struct engine *engine)
{
	for (size_t s = 0; s < engine->source_count; s++)
		for (int b = 0; b < engine->sources[s].boot_count; b++)
			free(engine->sources[s].boots[b].missing);
	free(engine->sources);
}
