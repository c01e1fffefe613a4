#include "base/memory.h"
#include "metrics/sla_heaps.h"
#include "metrics/state.h"
#include "metrics/timers.h"

bool timer_before(const struct timer *a, const struct timer *b)
{
	if (a->due != b->due)
		return a->due < b->due;
	if (a->kind != b->kind)
		return a->kind < b->kind;
	return a->serial != b->serial ? a->serial < b->serial : a->item < b->item;
}

void timers_add(struct engine *engine, struct timer timer)
{
	engine->timers = memory_grow(engine->timers, &engine->timer_room, engine->timer_count + 1, sizeof timer);
	struct timer *heap = engine->timers;
	size_t at = engine->timer_count++;
	while (at > 0 && timer_before(&timer, &heap[(at - 1) / 2])) {
		heap[at] = heap[(at - 1) / 2];
		at = (at - 1) / 2;
	}
	heap[at] = timer;
}

int64_t timers_due(const struct engine *engine)
{
	const int64_t due = engine->timer_count ? engine->timers[0].due : INT64_MAX;
	struct timer sla;
	return sla_timers_first(engine, &sla) && sla.due < due ? sla.due : due;
}

struct timer timers_take(struct engine *engine)
{
	struct timer sla;
	if (sla_timers_first(engine, &sla) && (!engine->timer_count || timer_before(&sla, &engine->timers[0]))) {
		sla_timers_clear(engine, sla.item);
		return sla;
	}
	struct timer *heap = engine->timers, taken = heap[0], last = heap[--engine->timer_count];
	size_t at = 0, count = engine->timer_count;
	for (size_t child = 1; child < count; child = 2 * at + 1) {
		if (child + 1 < count && timer_before(&heap[child + 1], &heap[child]))
			child++;
		if (!timer_before(&heap[child], &last))
			break;
		heap[at] = heap[child];
		at = child;
	}
	heap[at] = last;
	return taken;
}
