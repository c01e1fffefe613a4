/* The backlog: how many cases are open, and for how long. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

/* ---- cases by age ---- */

/* How many are before this one. */
static size_t place_of(const struct by_age *list, int64_t since, uint32_t number)
{
	size_t low = 0, high = list->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		const struct aged *other = &list->items[middle];
		if (other->since < since || (other->since == since && other->number < number))
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

/* At the end as a rule: cases come in the order in which they are opened. */
static void add(struct by_age *list, int64_t since, uint32_t number)
{
	const size_t place = place_of(list, since, number);
	list->items = memory_grow(list->items, &list->room, list->count + 1, sizeof *list->items);
	memmove(&list->items[place + 1], &list->items[place], (list->count - place) * sizeof *list->items);
	list->items[place] = (struct aged){since, number};
	list->count++;
}

static void take(struct by_age *list, int64_t since, uint32_t number)
{
	const size_t place = place_of(list, since, number);
	list->count--;
	memmove(&list->items[place], &list->items[place + 1], (list->count - place) * sizeof *list->items);
}

static bool asynchronous(uint16_t channel)
{
	return channel == CHANNEL_EMAIL || channel == CHANNEL_MESSENGER;
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
	free(backlog->opened.items);
	free(backlog->unanswered.items);
}

/* ---- gauges ---- */

static const int64_t bands[AGE_BANDS] = {0, DAY_MS, 3 * DAY_MS, 7 * DAY_MS, 30 * DAY_MS};

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
	return age > 0 ? place_of(list, at - age, UINT32_MAX) : list->count;
}

/* Those of one bin stand together: from the oldest of each on to the first of the next one. */
static void add_bins(const struct by_age *list, int64_t at, int64_t *bins)
{
	for (size_t i = 0; i < list->count;) {
		const int bin = sketch_bin(age_of(list->items[i].since, at));
		size_t low = i, high = list->count, stride = 1;
		while (low + stride < list->count && sketch_bin(age_of(list->items[low + stride].since, at)) == bin) {
			low += stride;
			stride *= 2;
		}
		high = low + stride < high ? low + stride : high;
		while (high - low > 1) {
			const size_t middle = low + (high - low) / 2;
			if (sketch_bin(age_of(list->items[middle].since, at)) == bin)
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
		raise_to(&gauges->case_oldest, age_of(opened->items[0].since, at));
	if (unanswered->count)
		raise_to(&gauges->longest_wait_async, at - unanswered->items[0].since);
	add_bins(opened, at, bins);
}

static void weigh_case(const struct engine *engine, const struct case_item *item, int64_t at, struct gauges *gauges, int64_t *bins)
{
	const int64_t age = age_of(item->opened, at);
	int band = AGE_BANDS - 1;
	while (band > 0 && age < bands[band])
		band--;
	gauges->cases_open++;
	gauges->case_ages[band]++;
	raise_to(&gauges->case_oldest, age);
	bins[sketch_bin(age)]++;
	if (item->unanswered && asynchronous(engine->slots[item->slot].channel))
		raise_to(&gauges->longest_wait_async, at - item->unanswered);
}

static void weigh_clocks(const struct engine *engine, struct scope scope, struct gauges *gauges)
{
	if (!scope_of_people(scope)) {
		for (size_t i = 0; i < engine->slot_count; i++) {
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
	for (size_t i = 0; !scope_of_people(scope) && i < engine->slot_count; i++)
		if (engine->slots[i].backlog.opened.count && slot_in_scope(engine, &engine->slots[i], scope))
			weigh_slot(&engine->slots[i], at, gauges, bins);
	for (size_t i = 0; scope_of_people(scope) && i < engine->open_cases.count; i++) {
		const struct case_item *item = &engine->cases[engine->open_cases.items[i]];
		if (item_in_scope(engine, item->slot, item->agent, scope))
			weigh_case(engine, item, at, gauges, bins);
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
