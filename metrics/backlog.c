/* The backlog: how many cases are open, and for how long. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

/* ---- cases by age ---- */

#define CHUNK_MOST 256

static bool before(const struct aged *a, int64_t since, uint32_t number)
{
	return a->since < since || (a->since == since && a->number < number);
}

/* The chunk it is in or belongs to: the last one that begins before or with it. */
static size_t chunk_of(const struct by_age *list, int64_t since, uint32_t number)
{
	size_t low = 0, high = list->chunk_count;
	while (high - low > 1) {
		const size_t middle = low + (high - low) / 2;
		const struct aged *first = list->chunks[middle].items;
		if (before(first, since, number) || (first->since == since && first->number == number))
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* How many of the chunk are before it. */
static size_t place_in(const struct age_chunk *chunk, int64_t since, uint32_t number)
{
	size_t low = 0, high = chunk->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (before(&chunk->items[middle], since, number))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* An empty one, for the caller to fill. */
static struct age_chunk *insert_chunk(struct by_age *list, size_t at)
{
	list->chunks = memory_grow(list->chunks, &list->chunk_room, list->chunk_count + 1, sizeof *list->chunks);
	memmove(&list->chunks[at + 1], &list->chunks[at], (list->chunk_count - at) * sizeof *list->chunks);
	list->chunks[at] = (struct age_chunk){.items = memory_new(CHUNK_MOST, sizeof(struct aged))};
	list->chunk_count++;
	return &list->chunks[at];
}

/* What comes behind all others begins a chunk of its own, so that cases in the order in which they are opened fill them. */
static void split(struct by_age *list, size_t at, bool at_end)
{
	struct age_chunk *next = insert_chunk(list, at + 1), *full = &list->chunks[at];
	const size_t keep = at_end ? full->count - 1 : full->count / 2;
	next->count = full->count - keep;
	memcpy(next->items, &full->items[keep], next->count * sizeof *next->items);
	full->count = keep;
}

static void add(struct by_age *list, int64_t since, uint32_t number)
{
	if (!list->chunk_count)
		insert_chunk(list, 0);
	size_t at = chunk_of(list, since, number);
	if (list->chunks[at].count == CHUNK_MOST) {
		split(list, at, at + 1 == list->chunk_count && place_in(&list->chunks[at], since, number) == CHUNK_MOST);
		at = chunk_of(list, since, number);
	}
	struct age_chunk *chunk = &list->chunks[at];
	const size_t place = place_in(chunk, since, number);
	memmove(&chunk->items[place + 1], &chunk->items[place], (chunk->count - place) * sizeof *chunk->items);
	chunk->items[place] = (struct aged){since, number};
	chunk->count++;
	list->count++;
}

/* It must be there. */
static void take(struct by_age *list, int64_t since, uint32_t number)
{
	const size_t at = chunk_of(list, since, number);
	struct age_chunk *chunk = &list->chunks[at];
	const size_t place = place_in(chunk, since, number);
	list->count--;
	chunk->count--;
	memmove(&chunk->items[place], &chunk->items[place + 1], (chunk->count - place) * sizeof *chunk->items);
	if (chunk->count)
		return;
	free(chunk->items);
	list->chunk_count--;
	memmove(chunk, chunk + 1, (list->chunk_count - at) * sizeof *chunk);
}

/* How many are from before or at the instant. */
static size_t until(const struct by_age *list, int64_t instant)
{
	if (!list->count)
		return 0;
	const size_t at = chunk_of(list, instant, UINT32_MAX);
	size_t count = place_in(&list->chunks[at], instant, UINT32_MAX);
	for (size_t i = 0; i < at; i++)
		count += list->chunks[i].count;
	return count;
}

static int64_t earliest(const struct by_age *list)
{
	return list->chunks[0].items[0].since;
}

static void finish(struct by_age *list)
{
	for (size_t i = 0; i < list->chunk_count; i++)
		free(list->chunks[i].items);
	free(list->chunks);
}

static bool asynchronous(uint16_t channel)
{
	return channel == CHANNEL_EMAIL || channel == CHANNEL_MESSENGER;
}

int64_t case_unanswered(const struct case_item *item)
{
	return asynchronous(item->channel) ? item->unanswered : 0;
}

void backlog_join(struct engine *engine, uint32_t case_item)
{
	const struct case_item *item = &engine->cases[case_item];
	struct slot *slot = &engine->slots[item->slot];
	if (!item->listed)
		return;
	add(&slot->backlog.opened, item->opened, case_item);
	if (item->unanswered && asynchronous(slot->channel))
		add(&slot->backlog.unanswered, item->unanswered, case_item);
}

void backlog_leave(struct engine *engine, uint32_t case_item)
{
	const struct case_item *item = &engine->cases[case_item];
	struct slot *slot = &engine->slots[item->slot];
	if (!item->listed)
		return;
	take(&slot->backlog.opened, item->opened, case_item);
	if (item->unanswered && asynchronous(slot->channel))
		take(&slot->backlog.unanswered, item->unanswered, case_item);
}

void backlog_finish(struct backlog *backlog)
{
	finish(&backlog->opened);
	finish(&backlog->unanswered);
}

/* ---- gauges ---- */

static const int64_t bands[AGE_BANDS] = {0, DAY_MS, 3 * DAY_MS, 7 * DAY_MS, 30 * DAY_MS};

int cases_band(int64_t age)
{
	int band = AGE_BANDS - 1;
	while (band > 0 && age < bands[band])
		band--;
	return band;
}

static int64_t age_of(int64_t since, int64_t at)
{
	return at > since ? at - since : 0;
}

static void raise_to(int64_t *most, int64_t value)
{
	*most = value > *most ? value : *most;
}

/* How many are at least so old. */
static size_t at_least(const struct by_age *list, int64_t at, int64_t age)
{
	return age > 0 ? until(list, at - age) : list->count;
}

/* Those of one bin stand together: from the oldest of each on to the last of it. */
static void add_bins(const struct age_chunk *chunk, int64_t at, int64_t *bins)
{
	for (size_t i = 0; i < chunk->count;) {
		const int bin = sketch_bin(age_of(chunk->items[i].since, at));
		size_t low = i, high = chunk->count;
		if (sketch_bin(age_of(chunk->items[high - 1].since, at)) == bin)
			low = high - 1;
		while (high - low > 1) {
			const size_t middle = low + (high - low) / 2;
			if (sketch_bin(age_of(chunk->items[middle].since, at)) == bin)
				low = middle;
			else
				high = middle;
		}
		bins[bin] += (int64_t)(low + 1 - i);
		i = low + 1;
	}
}

static void weigh_slot(const struct slot *slot, int64_t at, struct gauges *gauges, int64_t *bins)
{
	const struct by_age *opened = &slot->backlog.opened, *unanswered = &slot->backlog.unanswered;
	size_t older = 0;
	for (int i = AGE_BANDS; i-- > 0;) {
		const size_t count = at_least(opened, at, bands[i]);
		gauges->case_ages[i] += (int64_t)(count - older);
		older = count;
	}
	gauges->cases_open += (int64_t)opened->count;
	if (opened->count)
		raise_to(&gauges->case_oldest, age_of(earliest(opened), at));
	if (unanswered->count)
		raise_to(&gauges->longest_wait_async, at - earliest(unanswered));
	for (size_t i = 0; i < opened->chunk_count; i++)
		add_bins(&opened->chunks[i], at, bins);
}

static void weigh_case(const struct case_item *item, int64_t at, struct gauges *gauges, int64_t *bins)
{
	const int64_t age = age_of(item->opened, at);
	gauges->cases_open++;
	gauges->case_ages[cases_band(age)]++;
	raise_to(&gauges->case_oldest, age);
	bins[sketch_bin(age)]++;
	if (case_unanswered(item))
		raise_to(&gauges->longest_wait_async, at - item->unanswered);
}

static void weigh_clocks(const struct engine *engine, struct scope scope, struct gauges *gauges)
{
	if (!scope_of_people(scope)) {
		for (size_t i = slots_begin(engine, scope); i < engine->slot_count; i = slots_next(engine, scope, i)) {
			const struct slot *slot = &engine->slots[i];
			if (!slot_in_scope(engine, slot, scope))
				continue;
			gauges->sla_running += slot->sla_running;
			gauges->sla_paused += slot->sla_paused;
			gauges->sla_breached_open += slot->sla_breached_open;
			gauges->sla_due_soon += slot->sla_due_soon;
		}
		return;
	}
	for (size_t i = 0; i < engine->live_slas.count; i++) {
		const struct sla *sla = &engine->slas[engine->live_slas.items[i]];
		const struct case_item *item = &engine->cases[sla->case_item];
		if (!item_in_scope(engine, item->slot, item->agent, scope))
			continue;
		bool running = sla->state == SLA_STATE_RUNNING && !sla->paused;
		gauges->sla_running += running;
		gauges->sla_paused += sla->paused;
		gauges->sla_breached_open += sla->state == SLA_STATE_BREACHED;
		gauges->sla_due_soon += running && sla->soon;
	}
}

/* An agent's cases may be of any slot: these are looked at one by one. */
static void weigh_ages(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges, int64_t *bins)
{
	for (size_t i = slots_begin(engine, scope); !scope_of_people(scope) && i < engine->slot_count; i = slots_next(engine, scope, i))
		if (engine->slots[i].backlog.opened.count && slot_in_scope(engine, &engine->slots[i], scope))
			weigh_slot(&engine->slots[i], at, gauges, bins);
	for (size_t i = 0; scope_of_people(scope) && i < engine->open_cases.count; i++) {
		const struct case_item *item = &engine->cases[engine->open_cases.items[i]];
		if (item_in_scope(engine, item->slot, item->agent, scope))
			weigh_case(item, at, gauges, bins);
	}
}

void cases_ages(const struct engine *engine, struct scope scope, int64_t at, int64_t *bins)
{
	struct gauges unused = {0};
	weigh_ages(engine, scope, at, &unused, bins);
}

void cases_gauges(const struct engine *engine, struct scope scope, int64_t at, struct gauges *gauges)
{
	int64_t bins[SKETCH_BINS]; /* zeroed only where there is something to weigh */
	gauges->cases_open = gauges->case_oldest = 0;
	gauges->sla_running = gauges->sla_paused = gauges->sla_breached_open = gauges->sla_due_soon = 0;
	memset(gauges->case_ages, 0, sizeof gauges->case_ages);
	if (engine->open_cases.count)
		memset(bins, 0, sizeof bins);
	weigh_ages(engine, scope, at, gauges, bins);
	gauges->case_age_p50 = gauges->cases_open ? sketch_percentile(bins, 500) : -1;
	gauges->case_age_p90 = gauges->cases_open ? sketch_percentile(bins, 900) : -1;
	weigh_clocks(engine, scope, gauges);
}
