#include <stdlib.h>

#include "base/memory.h"
#include "metrics/sla_heaps.h"
#include "metrics/state.h"

/* ---- the two orders ---- */

static struct timer timer_of(const struct engine *engine, uint32_t number)
{
	const struct sla *sla = &engine->slas[number];
	return (struct timer){.due = sla->timer_due, .kind = sla->timer_kind, .item = number, .serial = sla->serial};
}

enum sla_rank sla_rank(const struct sla *sla, int64_t *key)
{
	if (sla->paused) {
		*key = sla->target - sla->elapsed;
		return SLA_RANK_PAUSED;
	}
	*key = sla->state == SLA_STATE_BREACHED ? sla->breached_at : sla->due;
	return *key ? SLA_RANK_DUE : SLA_RANK_NEVER;
}

static bool is_next(const struct engine *engine, uint32_t left, uint32_t right)
{
	int64_t of_left, of_right;
	const enum sla_rank a = sla_rank(&engine->slas[left], &of_left), b = sla_rank(&engine->slas[right], &of_right);
	if (a != b)
		return a < b;
	return of_left != of_right ? of_left < of_right : engine->slas[left].serial < engine->slas[right].serial;
}

static bool before(const struct engine *engine, enum sla_heap which, uint32_t left, uint32_t right)
{
	if (which == SLA_HEAP_ORDER)
		return is_next(engine, left, right);
	const struct timer a = timer_of(engine, left), b = timer_of(engine, right);
	return timer_before(&a, &b);
}

/* ---- a heap in which each clock knows its place ---- */

static void put(struct engine *engine, enum sla_heap which, size_t place, uint32_t number)
{
	engine->sla_heaps[which].items[place] = number;
	engine->slas[number].heap_place[which] = (uint32_t)place + 1;
}

static void rise(struct engine *engine, enum sla_heap which, size_t place, uint32_t number)
{
	const uint32_t *heap = engine->sla_heaps[which].items;
	for (; place > 0 && before(engine, which, number, heap[(place - 1) / 2]); place = (place - 1) / 2)
		put(engine, which, place, heap[(place - 1) / 2]);
	put(engine, which, place, number);
}

static void sink(struct engine *engine, enum sla_heap which, size_t place, uint32_t number)
{
	const uint32_t *heap = engine->sla_heaps[which].items;
	const size_t count = engine->sla_heaps[which].count;
	for (size_t child = 2 * place + 1; child < count; child = 2 * place + 1) {
		if (child + 1 < count && before(engine, which, heap[child + 1], heap[child]))
			child++;
		if (!before(engine, which, heap[child], number))
			break;
		put(engine, which, place, heap[child]);
		place = child;
	}
	rise(engine, which, place, number);
}

/* In its place for what the clock says now. */
static void settle(struct engine *engine, enum sla_heap which, uint32_t number)
{
	struct index_list *heap = &engine->sla_heaps[which];
	const uint32_t place = engine->slas[number].heap_place[which];
	if (place) {
		sink(engine, which, place - 1, number);
		return;
	}
	heap->items = memory_grow(heap->items, &heap->room, heap->count + 1, sizeof *heap->items);
	heap->count++;
	rise(engine, which, heap->count - 1, number);
}

static void take_out(struct engine *engine, enum sla_heap which, uint32_t number)
{
	struct index_list *heap = &engine->sla_heaps[which];
	const uint32_t place = engine->slas[number].heap_place[which];
	if (!place)
		return;
	engine->slas[number].heap_place[which] = 0;
	const uint32_t last = heap->items[--heap->count];
	if (place - 1 < heap->count)
		sink(engine, which, place - 1, last);
}

/* ---- timers ---- */

void sla_timers_set(struct engine *engine, uint32_t number, uint8_t kind, int64_t due)
{
	engine->slas[number].timer_due = due;
	engine->slas[number].timer_kind = kind;
	settle(engine, SLA_HEAP_TIMER, number);
}

void sla_timers_clear(struct engine *engine, uint32_t number)
{
	take_out(engine, SLA_HEAP_TIMER, number);
}

bool sla_timers_first(const struct engine *engine, struct timer *timer)
{
	const struct index_list *heap = &engine->sla_heaps[SLA_HEAP_TIMER];
	if (heap->count)
		*timer = timer_of(engine, heap->items[0]);
	return heap->count;
}

/* ---- the list of the next due ---- */

void sla_order_set(struct engine *engine, uint32_t number)
{
	settle(engine, SLA_HEAP_ORDER, number);
}

void sla_order_clear(struct engine *engine, uint32_t number)
{
	take_out(engine, SLA_HEAP_ORDER, number);
}

static bool walk_before(const struct sla_walk *walk, uint32_t left, uint32_t right)
{
	const uint32_t *heap = walk->engine->sla_heaps[SLA_HEAP_ORDER].items;
	return is_next(walk->engine, heap[left], heap[right]);
}

static void walk_add(struct sla_walk *walk, size_t place)
{
	if (place >= walk->engine->sla_heaps[SLA_HEAP_ORDER].count)
		return;
	walk->places = memory_grow(walk->places, &walk->room, walk->count + 1, sizeof *walk->places);
	size_t at = walk->count++;
	for (; at > 0 && walk_before(walk, (uint32_t)place, walk->places[(at - 1) / 2]); at = (at - 1) / 2)
		walk->places[at] = walk->places[(at - 1) / 2];
	walk->places[at] = (uint32_t)place;
}

void sla_walk_begin(struct sla_walk *walk, const struct engine *engine)
{
	*walk = (struct sla_walk){.engine = engine};
	walk_add(walk, 0);
}

uint32_t sla_walk_next(struct sla_walk *walk)
{
	if (!walk->count)
		return 0;
	const uint32_t first = walk->places[0], last = walk->places[--walk->count];
	size_t at = 0;
	for (size_t child = 1; child < walk->count; child = 2 * at + 1) {
		if (child + 1 < walk->count && walk_before(walk, walk->places[child + 1], walk->places[child]))
			child++;
		if (!walk_before(walk, walk->places[child], last))
			break;
		walk->places[at] = walk->places[child];
		at = child;
	}
	if (walk->count)
		walk->places[at] = last;
	walk_add(walk, 2 * (size_t)first + 1);
	walk_add(walk, 2 * (size_t)first + 2);
	return walk->engine->sla_heaps[SLA_HEAP_ORDER].items[first];
}

void sla_walk_end(struct sla_walk *walk)
{
	free(walk->places);
}
