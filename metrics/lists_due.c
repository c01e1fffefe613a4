/* The list of the SLA clocks that are due next. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "metrics/lists.h"
#include "metrics/sla_heaps.h"
#include "metrics/state.h"

static enum level due_level(const struct sla *sla)
{
	if (sla->state == SLA_STATE_BREACHED)
		return LEVEL_CRIT;
	return sla->soon && !sla->paused ? LEVEL_WARN : LEVEL_OK;
}

int list_due_order(const void *left, const void *right)
{
	const struct list_due *a = left, *b = right;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->next != b->next)
		return a->next < b->next ? -1 : 1;
	int order = strcmp(a->case_id, b->case_id);
	return order ? order : strcmp(a->clock, b->clock);
}

static void tell_due(const struct engine *engine, const struct sla *sla, int64_t at, struct list_due *item)
{
	const struct case_item *of = &engine->cases[sla->case_item];
	*item = (struct list_due){.clock = word_text(WORDS_SLA_CLOCK, sla->clock), .left = sla_left(engine, sla, at), .target = sla->target,
		.due = sla->paused ? 0 : sla->due, .breached = sla->state == SLA_STATE_BREACHED, .paused = sla->paused,
		.by_state = sla->by_state, .disagreed = sla->disagreed, .calendar_unknown = sla->wanted, .priority = of->priority,
		.level = due_level(sla)};
	item->rank = (int)sla_rank(sla, &item->next);
	item->is_open = open_at(calendar_hours(engine, sla->calendar), at);
	text_harmless(view_of(calendar_name(engine, sla->wanted ? sla->wanted : sla->calendar)), item->calendar, sizeof item->calendar);
	lists_show(engine, DISPLAY_CASE, of->id, item->case_id, sizeof item->case_id);
	lists_where(engine, of->queue, CHANNEL_COUNT, item->queue, sizeof item->queue);
	text_harmless(view_of(of->channel < CHANNEL_COUNT ? word_text(WORDS_CHANNEL, of->channel) : ""), item->channel, sizeof item->channel);
}

struct ranked {
	enum sla_rank rank;
	int64_t key;
	uint64_t serial;
	uint32_t number;
};

static int compare_ranked(const void *left, const void *right)
{
	const struct ranked *a = left, *b = right;
	if (a->rank != b->rank)
		return a->rank < b->rank ? -1 : 1;
	if (a->key != b->key)
		return a->key < b->key ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

static bool in_scope(const struct engine *engine, const struct sla *sla, struct scope scope)
{
	const struct case_item *of = &engine->cases[sla->case_item];
	return item_in_scope(engine, of->slot, of->agent, scope);
}

/* What a filter leaves may lie anywhere: looking at each once is cheaper than walking them all in their order. */
static int list_filtered(const struct engine *engine, struct scope scope, int64_t at, struct list_due *items, int room)
{
	struct ranked *ranked = memory_new(engine->live_slas.count + 1, sizeof *ranked);
	size_t count = 0;
	for (size_t i = 0; i < engine->live_slas.count; i++) {
		const uint32_t number = engine->live_slas.items[i];
		const struct sla *sla = &engine->slas[number];
		if (!in_scope(engine, sla, scope))
			continue;
		ranked[count] = (struct ranked){.serial = sla->serial, .number = number};
		ranked[count].rank = sla_rank(sla, &ranked[count].key);
		count++;
	}
	qsort(ranked, count, sizeof *ranked, compare_ranked);
	int filled = 0;
	for (; filled < room && (size_t)filled < count; filled++)
		tell_due(engine, &engine->slas[ranked[filled].number], at, &items[filled]);
	free(ranked);
	return filled;
}

static int list_first(const struct engine *engine, int64_t at, struct list_due *items, int room)
{
	struct sla_walk walk;
	int count = 0;
	sla_walk_begin(&walk, engine);
	for (uint32_t number; count < room && (number = sla_walk_next(&walk));)
		tell_due(engine, &engine->slas[number], at, &items[count++]);
	sla_walk_end(&walk);
	return count;
}

int list_due(const struct engine *engine, struct scope scope, int64_t at, struct list_due *items, int room)
{
	const bool all = scope.queue == SCOPE_ANY && scope.channel == SCOPE_ANY && scope.market == SCOPE_ANY && !scope_of_people(scope);
	const int count = all ? list_first(engine, at, items, room) : list_filtered(engine, scope, at, items, room);
	if (count)
		qsort(items, (size_t)count, sizeof *items, list_due_order);
	return count;
}

int64_t list_due_within(const struct engine *engine, struct scope scope, int64_t at, int64_t within)
{
	struct sla_walk walk;
	int64_t count = 0, due = 0;
	sla_walk_begin(&walk, engine);
	for (uint32_t number; (number = sla_walk_next(&walk));) {
		const struct sla *sla = &engine->slas[number];
		if (sla_rank(sla, &due) != SLA_RANK_DUE || due > at + within)
			break;
		count += sla->state == SLA_STATE_RUNNING && in_scope(engine, sla, scope);
	}
	sla_walk_end(&walk);
	return count;
}
