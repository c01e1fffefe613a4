#include "metrics/old_arrivals.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"

void old_arrivals_finish(struct old_arrivals *old)
{
	free(old->days);
	*old = (struct old_arrivals){0};
}

static void drop_days(struct old_arrivals *old, int64_t before)
{
	size_t first = 0;
	while (first < old->count && old->days[first].day < before)
		first++;
	old->count -= first;
	if (first)
		memmove(old->days, old->days + first, old->count * sizeof *old->days);
}

static struct old_arrivals_day *day_of(struct old_arrivals *old, int32_t day)
{
	size_t place = old->count;
	while (place > 0 && old->days[place - 1].day > day)
		place--;
	if (place > 0 && old->days[place - 1].day == day)
		return &old->days[place - 1];
	old->days = memory_grow(old->days, &old->room, old->count + 1, sizeof *old->days);
	memmove(old->days + place + 1, old->days + place, (old->count++ - place) * sizeof *old->days);
	old->days[place] = (struct old_arrivals_day){.day = day};
	return &old->days[place];
}

void old_arrivals_add(struct old_arrivals *old, int64_t start, int64_t offered, int64_t now)
{
	const int64_t day = start / DAY_MS, before = now / DAY_MS - OLD_ARRIVALS_MOST + 1;
	drop_days(old, before);
	if (offered <= 0 || start < 0 || day < before || day > now / DAY_MS)
		return;
	uint16_t *count = &day_of(old, (int32_t)day)->offered[start % DAY_MS / QUARTER_MS];
	*count = (uint16_t)(*count + offered < UINT16_MAX ? *count + offered : UINT16_MAX);
}
