#include "base/memory.h"
#include "feed/simulator_state.h"

/* ---- chance: PCG32, so that every machine draws the same ---- */

static uint32_t draw(struct chance *chance)
{
	uint64_t old = chance->state;
	chance->state = old * UINT64_C(6364136223846793005) + chance->stream;
	uint32_t shifted = (uint32_t)(((old >> 18) ^ old) >> 27);
	uint32_t turn = (uint32_t)(old >> 59);
	return (shifted >> turn) | (shifted << ((32 - turn) & 31));
}

void chance_start(struct chance *chance, uint64_t seed)
{
	*chance = (struct chance){.stream = (seed << 1) | 1};
	draw(chance);
	chance->state += seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	draw(chance);
}

uint32_t chance_below(struct simulator *simulator, uint32_t limit)
{
	return (uint32_t)(((uint64_t)draw(&simulator->chance) * limit) >> 32);
}

bool chance_percent(struct simulator *simulator, uint32_t percent)
{
	return chance_below(simulator, 100) < percent;
}

int64_t chance_between(struct simulator *simulator, int64_t low, int64_t high)
{
	return low + (int64_t)chance_below(simulator, (uint32_t)(high - low + 1));
}

int64_t chance_wait(struct simulator *simulator, int64_t mean)
{
	/* -ln((i + 0.5) / 64) * 1024: whole numbers, because libm's logarithm is not the same everywhere. */
	static const uint16_t table[64] = {4968, 3844, 3320, 2976, 2719, 2513, 2342, 2195, 2067, 1953, 1851, 1758, 1672, 1594,
		1520, 1452, 1388, 1328, 1271, 1217, 1166, 1117, 1070, 1026, 983, 942, 903, 865, 828, 793, 759, 726, 694, 663, 633,
		603, 575, 547, 520, 494, 469, 444, 419, 395, 372, 349, 327, 305, 284, 263, 243, 223, 203, 184, 165, 146, 128, 110, 92,
		75, 58, 41, 24, 8};
	uint32_t drawn = draw(&simulator->chance);
	uint32_t place = drawn >> 26, part = (drawn >> 16) & 1023;
	uint32_t low = table[place], high = place ? table[place - 1] : 5600;
	return mean * (int64_t)(low + (high - low) * part / 1024) / 1044 + 1; /* the table's mean with the interpolation */
}

/* ---- the agenda: a binary heap by (ts, serial) ---- */

static bool before(const struct activity *left, const struct activity *right)
{
	return left->ts != right->ts ? left->ts < right->ts : left->serial < right->serial;
}

static void swap(struct activity *left, struct activity *right)
{
	struct activity kept = *left;
	*left = *right;
	*right = kept;
}

void agenda_put(struct simulator *simulator, int64_t ts, enum act act, const struct subject *subject)
{
	simulator->agenda = memory_grow(simulator->agenda, &simulator->agenda_room, simulator->agenda_count + 1,
		sizeof *simulator->agenda);
	struct activity *heap = simulator->agenda;
	size_t place = simulator->agenda_count++;
	heap[place] = (struct activity){.ts = ts < simulator->now ? simulator->now : ts, .serial = ++simulator->activities,
		.act = act, .subject = *subject};
	for (; place && before(&heap[place], &heap[(place - 1) / 2]); place = (place - 1) / 2)
		swap(&heap[place], &heap[(place - 1) / 2]);
}

bool agenda_take(struct simulator *simulator, struct activity *activity)
{
	struct activity *heap = simulator->agenda;
	if (!simulator->agenda_count)
		return false;
	*activity = heap[0];
	size_t count = --simulator->agenda_count;
	heap[0] = heap[count];
	for (size_t place = 0, child = 1; child < count; place = child, child = 2 * place + 1) {
		if (child + 1 < count && before(&heap[child + 1], &heap[child]))
			child++;
		if (!before(&heap[child], &heap[place]))
			break;
		swap(&heap[child], &heap[place]);
	}
	return true;
}
