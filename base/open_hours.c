/* Two sums answer everything. The first is over clock readings: open time from the first day to a reading is so many whole weeks, a
 * part of a week and of a day, less what the holidays before it would have had. The second is over instants: the zone's table cut at
 * its changes, each stretch with what was open before it. A look-up is a bit count and two short searches in arrays that never change. */
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "base/open_hours.h"

#define FIRST_DAY 2     /* 1970-01-03: clear of the epoch by more than any zone's offset */
#define LAST_DAY 84006  /* 2200-01-01 */
#define FARTHEST (10 * 366 * DAY_MS)
#define WEEKDAYS 7
#define SPAN_SHIFT 6 /* a span is 64 days: as many as a word has bits */
#define SPAN_DAYS (1 << SPAN_SHIFT)
#define SPANS ((LAST_DAY >> SPAN_SHIFT) + 2)
#define STRETCH_SHIFT 33 /* 99 days */
#define STRETCH_HINTS ((int)(LAST_DAY * DAY_MS >> STRETCH_SHIFT) + 2)

/* A block of a weekday, in ms after midnight, with what was open before it that day. */
struct stretch_of_day {
	int64_t from, to, before;
};

/* From an instant on the clocks run so far ahead of UTC. */
struct zone_stretch {
	int64_t from, offset, before /* open time of all earlier stretches */, reading /* that of the first reading, by the first sum */;
};

struct holiday {
	int32_t day;
	int64_t lost; /* by all earlier ones */
};

struct open_hours {
	struct stretch_of_day *days[WEEKDAYS];
	size_t counts[WEEKDAYS];
	int64_t before[WEEKDAYS + 1]; /* open time of the week before each day; the last one: of the week */
	struct holiday *holidays; /* the last entry stands behind all days */
	size_t holiday_count;
	struct zone_stretch *stretches;
	size_t stretch_count;
	/* Of each span of days: which of them are holidays, a bit each; how many holidays are before it; the first sum where it begins. */
	uint64_t bits[SPANS + 1];
	uint32_t counted[SPANS + 1];
	int64_t begins[SPANS + 1];
	uint16_t stretch_hints[STRETCH_HINTS + 1]; /* the stretch in force when every so many ms begin */
};

/* ---- the first sum: over clock readings ---- */

/* 1970-01-01 was a Thursday. */
static int weekday_of(int64_t day)
{
	return (int)((day + 3) % WEEKDAYS);
}

/* How many holidays are before the day. */
static size_t holidays_before(const struct open_hours *hours, int64_t day)
{
	const int64_t span = day >> SPAN_SHIFT;
	const uint64_t earlier = hours->bits[span] & ((UINT64_C(1) << (day & (SPAN_DAYS - 1))) - 1);
	return hours->counted[span] + (earlier ? (size_t)__builtin_popcountll(earlier) : 0);
}

/* Open time of a weekday before the time of day. */
static int64_t of_day(const struct open_hours *hours, int weekday, int64_t time)
{
	const struct stretch_of_day *blocks = hours->days[weekday];
	size_t low = 0, high = hours->counts[weekday]; /* how many begin before it */
	while (high - low > 4) {
		const size_t middle = low + (high - low) / 2;
		if (blocks[middle].from < time)
			low = middle + 1;
		else
			high = middle;
	}
	while (low < high && blocks[low].from < time)
		low++;
	if (!low)
		return 0;
	const struct stretch_of_day *last = &blocks[low - 1];
	return last->before + (time < last->to ? time : last->to) - last->from;
}

/* Open time by the clock from Monday, 1969-12-29, to the beginning of the day. */
static int64_t until_day(const struct open_hours *hours, int64_t day)
{
	const int64_t lost = hours->holidays[holidays_before(hours, day)].lost;
	return (day + 3) / WEEKDAYS * hours->before[WEEKDAYS] + hours->before[weekday_of(day)] - lost;
}

/* The same to the reading. */
static int64_t until_reading(const struct open_hours *hours, int64_t reading)
{
	const int64_t day = reading / DAY_MS, week = (day + 3) / WEEKDAYS;
	const int weekday = weekday_of(day);
	const struct holiday *holiday = &hours->holidays[holidays_before(hours, day)];
	const int64_t sum = week * hours->before[WEEKDAYS] + hours->before[weekday] - holiday->lost;
	return holiday->day == day ? sum : sum + of_day(hours, weekday, reading % DAY_MS);
}

/* ---- the second sum: over instants ---- */

static size_t stretch_of(const struct open_hours *hours, int64_t at)
{
	size_t found = hours->stretch_hints[at >> STRETCH_SHIFT];
	while (found + 1 < hours->stretch_count && hours->stretches[found + 1].from <= at)
		found++;
	return found;
}

static int64_t in_range(int64_t at)
{
	const int64_t first = FIRST_DAY * DAY_MS, last = LAST_DAY * DAY_MS;
	return at < first ? first : at > last ? last : at;
}

/* Open time from the first instant to this one. */
static int64_t until_instant(const struct open_hours *hours, int64_t at)
{
	at = in_range(at);
	const struct zone_stretch *stretch = &hours->stretches[stretch_of(hours, at)];
	return stretch->before + until_reading(hours, at + stretch->offset) - stretch->reading;
}

int64_t open_between(const struct open_hours *hours, int64_t from, int64_t to)
{
	if (to <= from)
		return 0;
	return hours ? until_instant(hours, to) - until_instant(hours, from) : to - from;
}

/* The span in which the first sum reaches `sum`, of those from `low` to `high`; high + 1: none of them. */
static int64_t span_of_sum(const struct open_hours *hours, int64_t sum, int64_t low, int64_t high)
{
	if (hours->begins[high + 1] < sum)
		return high + 1;
	int64_t stride = 1;
	while (low + stride <= high && hours->begins[low + stride] < sum) {
		low += stride;
		stride *= 2;
	}
	high = low + stride <= high ? low + stride : high + 1;
	while (high - low > 1) {
		const int64_t middle = low + (high - low) / 2;
		if (hours->begins[middle] < sum)
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* The first day at or after `day` by whose end the first sum is at least `sum`; LAST_DAY + 1: there is none within FARTHEST. It is near
 * as a rule, so both searches go in strides: that of the span, then that of its day. */
static int64_t day_of_sum(const struct open_hours *hours, int64_t sum, int64_t day)
{
	const int64_t farthest = day + FARTHEST / DAY_MS + 2, last = farthest < LAST_DAY ? farthest : LAST_DAY;
	const int64_t span = span_of_sum(hours, sum, day >> SPAN_SHIFT, last >> SPAN_SHIFT), first = span << SPAN_SHIFT;
	if (first > last)
		return LAST_DAY + 1;
	int64_t low = (first > day ? first : day) - 1, stride = 1; /* by the end of `low` it is not */
	while (low + stride < first + SPAN_DAYS && until_day(hours, low + stride + 1) < sum) {
		low += stride;
		stride *= 2;
	}
	int64_t high = low + stride < first + SPAN_DAYS ? low + stride : first + SPAN_DAYS - 1; /* by its end it is */
	while (high - low > 1) {
		const int64_t middle = low + (high - low) / 2;
		if (until_day(hours, middle + 1) < sum)
			low = middle;
		else
			high = middle;
	}
	return high <= LAST_DAY ? high : LAST_DAY + 1;
}

/* The time of day by which so much of the weekday was open; it has that much. */
static int64_t time_of_sum(const struct open_hours *hours, int weekday, int64_t sum)
{
	const struct stretch_of_day *block = hours->days[weekday];
	while (block->before + block->to - block->from < sum)
		block++;
	return block->from + sum - block->before;
}

/* The last stretch from `at` on before which the second sum is less than `sum`: this one or the next as a rule. */
static const struct zone_stretch *stretch_of_sum(const struct open_hours *hours, int64_t sum, int64_t at)
{
	size_t found = stretch_of(hours, at), stride = 1;
	for (; found + stride < hours->stretch_count && hours->stretches[found + stride].before < sum; stride *= 2)
		found += stride;
	for (; stride; stride /= 2)
		if (found + stride < hours->stretch_count && hours->stretches[found + stride].before < sum)
			found += stride;
	return &hours->stretches[found];
}

int64_t open_until(const struct open_hours *hours, int64_t from, int64_t amount)
{
	if (amount <= 0)
		return from;
	if (amount > FARTHEST)
		return OPEN_NEVER;
	if (!hours)
		return from + amount;
	const int64_t sum = until_instant(hours, from) + amount;
	const struct zone_stretch *stretch = stretch_of_sum(hours, sum, in_range(from));
	if (stretch->from - from > FARTHEST)
		return OPEN_NEVER;
	const int64_t begin = in_range(from) > stretch->from ? in_range(from) : stretch->from;
	const int64_t reading = sum - stretch->before + stretch->reading, day = day_of_sum(hours, reading, (begin + stretch->offset) / DAY_MS);
	if (day > LAST_DAY)
		return OPEN_NEVER;
	const int64_t time = time_of_sum(hours, weekday_of(day), reading - until_day(hours, day));
	const int64_t at = day * DAY_MS + time - stretch->offset;
	return at - from > FARTHEST || at > LAST_DAY * DAY_MS ? OPEN_NEVER : at;
}

bool open_at(const struct open_hours *hours, int64_t at)
{
	return open_between(hours, at, at + 1) > 0;
}

/* Is it open (or closed) all the time from `at` to `to`? */
static bool stays(const struct open_hours *hours, bool open, int64_t at, int64_t to)
{
	return open_between(hours, at, to) == (open ? to - at : 0);
}

int64_t open_next_change(const struct open_hours *hours, int64_t at)
{
	if (!hours)
		return OPEN_NEVER;
	const bool open = open_at(hours, at);
	int64_t stride = MINUTE_MS;
	while (stays(hours, open, at, at + stride)) {
		stride *= 2;
		if (stride > FARTHEST)
			return OPEN_NEVER;
	}
	int64_t low = at, high = at + stride; /* the change lies before `high`, and at or after `low` */
	while (high - low > 1) {
		const int64_t middle = low + (high - low) / 2;
		if (stays(hours, open, at, middle))
			low = middle;
		else
			high = middle;
	}
	return low;
}

/* ---- making it ---- */

static int compare_blocks(const void *left, const void *right)
{
	const struct open_block *a = left, *b = right;
	if (a->weekday != b->weekday)
		return a->weekday < b->weekday ? -1 : 1;
	return (a->from > b->from) - (a->from < b->from);
}

static void take_block(struct open_hours *hours, const struct open_block *block)
{
	const int64_t from = block->from * MINUTE_MS, to = block->to * MINUTE_MS;
	struct stretch_of_day *day = hours->days[block->weekday];
	size_t *count = &hours->counts[block->weekday];
	struct stretch_of_day *last = *count ? &day[*count - 1] : NULL;
	if (last && from <= last->to) {
		last->to = to > last->to ? to : last->to;
		return;
	}
	day[(*count)++] = (struct stretch_of_day){from, to, last ? last->before + last->to - last->from : 0};
}

static void make_week(struct open_hours *hours, const struct open_block *blocks, size_t count)
{
	struct open_block *sorted = memory_new(count + 1, sizeof *sorted);
	size_t each[WEEKDAYS] = {0};
	if (count)
		memcpy(sorted, blocks, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, compare_blocks);
	for (size_t i = 0; i < count; i++)
		each[sorted[i].weekday]++;
	for (int day = 0; day < WEEKDAYS; day++)
		hours->days[day] = memory_new(each[day] + 1, sizeof **hours->days);
	for (size_t i = 0; i < count; i++)
		take_block(hours, &sorted[i]);
	for (int day = 0; day < WEEKDAYS; day++)
		hours->before[day + 1] = hours->before[day] + of_day(hours, day, DAY_MS);
	free(sorted);
}

static int compare_days(const void *left, const void *right)
{
	const int32_t a = *(const int32_t *)left, b = *(const int32_t *)right;
	return (a > b) - (a < b);
}

static void make_spans(struct open_hours *hours)
{
	size_t next = 0;
	for (int64_t span = 0; span <= SPANS; span++) {
		hours->counted[span] = (uint32_t)next;
		for (; next < hours->holiday_count && hours->holidays[next].day >> SPAN_SHIFT == span; next++)
			hours->bits[span] |= UINT64_C(1) << (hours->holidays[next].day & (SPAN_DAYS - 1));
		hours->begins[span] = until_day(hours, span << SPAN_SHIFT);
	}
}

static void make_holidays(struct open_hours *hours, const int32_t *days, size_t count)
{
	int32_t *sorted = memory_new(count + 1, sizeof *sorted);
	if (count)
		memcpy(sorted, days, count * sizeof *sorted);
	qsort(sorted, count, sizeof *sorted, compare_days);
	hours->holidays = memory_new(count + 1, sizeof *hours->holidays);
	int64_t lost = 0;
	for (size_t i = 0; i < count; i++) {
		const int32_t day = sorted[i];
		if (day < FIRST_DAY - 2 || day > LAST_DAY || (i && day == sorted[i - 1]))
			continue;
		hours->holidays[hours->holiday_count++] = (struct holiday){day, lost};
		lost += of_day(hours, weekday_of(day), DAY_MS);
	}
	hours->holidays[hours->holiday_count] = (struct holiday){INT32_MAX, lost};
	free(sorted);
	make_spans(hours);
}

static void make_stretches(struct open_hours *hours, const struct zone *zone)
{
	size_t room = 0;
	int64_t at = FIRST_DAY * DAY_MS, sum = 0;
	while (at < LAST_DAY * DAY_MS) {
		const int64_t offset = zone_offset(zone, at) * SECOND_MS, reading = until_reading(hours, at + offset);
		hours->stretches = memory_grow(hours->stretches, &room, hours->stretch_count + 1, sizeof *hours->stretches);
		hours->stretches[hours->stretch_count++] = (struct zone_stretch){at, offset, sum, reading};
		at = in_range(zone_change_after(zone, at));
		sum += until_reading(hours, at + offset) - reading;
	}
	size_t last = 0;
	for (int i = 0; i <= STRETCH_HINTS; i++) {
		while (last + 1 < hours->stretch_count && hours->stretches[last + 1].from <= (int64_t)i << STRETCH_SHIFT)
			last++;
		hours->stretch_hints[i] = (uint16_t)last;
	}
}

struct open_hours *open_hours_create(const struct zone *zone, const struct open_block *blocks, size_t block_count, const int32_t *holidays,
	size_t holiday_count)
{
	struct open_hours *hours = memory_new(1, sizeof *hours);
	make_week(hours, blocks, block_count);
	make_holidays(hours, holidays, holiday_count);
	make_stretches(hours, zone);
	return hours;
}

void open_hours_destroy(struct open_hours *hours)
{
	if (!hours)
		return;
	for (int day = 0; day < WEEKDAYS; day++)
		free(hours->days[day]);
	free(hours->holidays);
	free(hours->stretches);
	free(hours);
}
