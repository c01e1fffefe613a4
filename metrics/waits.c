#include "metrics/waits.h"

#include "metrics/lists.h"
#include "metrics/state.h"

static void put(const struct waits *waits, int64_t wait, int64_t contacts)
{
	int band = 0;
	while (band < waits->count - 1 && wait > waits->up_to[band])
		band++;
	waits->contacts[band] += contacts;
}

void waits_answered(const struct tally *tally, const struct waits *waits)
{
	for (int bin = 0; bin < SKETCH_BINS; bin++)
		if (tally->value[KEY_WAIT_BINS + bin])
			put(waits, sketch_value(bin), tally->value[KEY_WAIT_BINS + bin]);
}

bool waits_present(const struct engine *engine, struct scope scope, const struct waits *waits)
{
	if (scope_of_people(scope))
		return false;
	for (size_t i = slots_begin(engine, scope); i < engine->slot_count; i = slots_next(engine, scope, i)) {
		const struct slot *slot = &engine->slots[i];
		if (!slot->waiting || !slot_in_scope(engine, slot, scope))
			continue;
		for (uint32_t contact = slot->waiting_first; contact; contact = engine->contacts[contact].wait_next) {
			const int64_t queued = engine->contacts[contact].queued;
			put(waits, engine->now > queued ? engine->now - queued : 0, 1);
		}
	}
	return true;
}

int64_t waits_target(const struct engine *engine, struct scope scope)
{
	int64_t target = 0;
	if (scope_of_people(scope))
		return 0;
	for (size_t i = slots_begin(engine, scope); i < engine->slot_count; i = slots_next(engine, scope, i)) {
		if (!engine->slots[i].queue || !slot_in_scope(engine, &engine->slots[i], scope))
			continue;
		const int64_t own = slot_target(engine, (uint16_t)i);
		if (target && own != target)
			return 0;
		target = own;
	}
	return target;
}
