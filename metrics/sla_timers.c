#include "base/memory.h"
#include "metrics/sla_timers.h"
#include "metrics/state.h"

static struct timer timer_of(const struct engine *engine, uint32_t number)
{
	const struct sla *sla = &engine->slas[number];
	return (struct timer){.due = sla->timer_due, .kind = sla->timer_kind, .item = number, .serial = sla->serial};
}

static bool before(const struct engine *engine, uint32_t left, uint32_t right)
{
	const struct timer a = timer_of(engine, left), b = timer_of(engine, right);
	return timer_before(&a, &b);
}

static void put(struct engine *engine, size_t place, uint32_t number)
{
	engine->sla_timers.items[place] = number;
	engine->slas[number].timer_place = (uint32_t)place + 1;
}

static void rise(struct engine *engine, size_t place, uint32_t number)
{
	const uint32_t *heap = engine->sla_timers.items;
	for (; place > 0 && before(engine, number, heap[(place - 1) / 2]); place = (place - 1) / 2)
		put(engine, place, heap[(place - 1) / 2]);
	put(engine, place, number);
}

static void sink(struct engine *engine, size_t place, uint32_t number)
{
	const uint32_t *heap = engine->sla_timers.items;
	const size_t count = engine->sla_timers.count;
	for (size_t child = 2 * place + 1; child < count; child = 2 * place + 1) {
		if (child + 1 < count && before(engine, heap[child + 1], heap[child]))
			child++;
		if (!before(engine, heap[child], number))
			break;
		put(engine, place, heap[child]);
		place = child;
	}
	rise(engine, place, number);
}

void sla_timers_set(struct engine *engine, uint32_t number, uint8_t kind, int64_t due)
{
	struct index_list *heap = &engine->sla_timers;
	struct sla *sla = &engine->slas[number];
	sla->timer_due = due;
	sla->timer_kind = kind;
	if (!sla->timer_place) {
		heap->items = memory_grow(heap->items, &heap->room, heap->count + 1, sizeof *heap->items);
		heap->count++;
		rise(engine, heap->count - 1, number);
		return;
	}
	sink(engine, sla->timer_place - 1, number);
}

void sla_timers_clear(struct engine *engine, uint32_t number)
{
	struct index_list *heap = &engine->sla_timers;
	const uint32_t place = engine->slas[number].timer_place;
	if (!place)
		return;
	engine->slas[number].timer_place = 0;
	const uint32_t last = heap->items[--heap->count];
	if (place - 1 < heap->count)
		sink(engine, place - 1, last);
}

bool sla_timers_first(const struct engine *engine, struct timer *timer)
{
	if (!engine->sla_timers.count)
		return false;
	*timer = timer_of(engine, engine->sla_timers.items[0]);
	return true;
}
