#include "config/shifts.h"

#include <stdlib.h>
#include <string.h>

#include "base/input.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"

#define FIELDS 5
#define DAY_MINUTES 1440
#define STEP (5 * MINUTE_MS) /* shifts begin and end on such times */

struct shift {
	unsigned weekdays; /* bits (1 << weekday), 0 = Sunday; 0: one date */
	int year, month, day;
	int from, to; /* minutes after midnight; to > 1440: on the next day */
	char *queue;  /* "": all together */
	int agents;
};

struct shifts {
	struct shift *items;
	size_t count, room;
};

static const char *const weekday_names[] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};

void shifts_free(struct shifts *shifts)
{
	for (size_t i = 0; shifts && i < shifts->count; i++)
		free(shifts->items[i].queue);
	if (shifts)
		free(shifts->items);
	free(shifts);
}

/* ---- reading ---- */

static struct view trim(struct view view)
{
	while (view.size && (*view.data == ' ' || *view.data == '\t')) {
		view.data++;
		view.size--;
	}
	while (view.size && (view.data[view.size - 1] == ' ' || view.data[view.size - 1] == '\t'))
		view.size--;
	return view;
}

static int split(struct view line, struct view fields[FIELDS])
{
	int count = 0;
	for (;;) {
		const char *comma = memchr(line.data, ',', line.size);
		const size_t size = comma ? (size_t)(comma - line.data) : line.size;
		if (count == FIELDS)
			return FIELDS + 1;
		fields[count++] = trim((struct view){line.data, size});
		if (!comma)
			return count;
		line = (struct view){comma + 1, line.size - size - 1};
	}
}

/* Digits alone; -1: none, or too many. */
static int number_of(struct view text, int most)
{
	int number = 0;
	if (!text.size || text.size > 9)
		return -1;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9')
			return -1;
		number = number * 10 + (text.data[i] - '0');
	}
	return number <= most ? number : -1;
}

static int weekday_of(struct view text)
{
	for (int i = 0; i < 7; i++)
		if (view_equals(text, view_of(weekday_names[i])))
			return i;
	return -1;
}

static bool read_date(struct view text, struct shift *shift)
{
	if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-')
		return false;
	shift->year = number_of((struct view){text.data, 4}, 9999);
	shift->month = number_of((struct view){text.data + 5, 2}, 12);
	shift->day = number_of((struct view){text.data + 8, 2}, 31);
	return shift->year > 0 && shift->month > 0 && shift->day > 0;
}

static bool read_days(struct view text, struct shift *shift)
{
	const char *dash = memchr(text.data, '-', text.size);
	const size_t size = dash ? (size_t)(dash - text.data) : text.size;
	const int first = weekday_of((struct view){text.data, size});
	if (first < 0)
		return read_date(text, shift);
	const int last = dash ? weekday_of((struct view){dash + 1, text.size - size - 1}) : first;
	if (last < 0)
		return false;
	for (int day = first;; day = (day + 1) % 7) {
		shift->weekdays |= 1u << day;
		if (day == last)
			return true;
	}
}

/* "08:30"; -1: no time of day. */
static int read_time(struct view text)
{
	if (text.size != 5 || text.data[2] != ':')
		return -1;
	const int hour = number_of((struct view){text.data, 2}, 24), minute = number_of((struct view){text.data + 3, 2}, 59);
	return hour < 0 || minute < 0 || (hour == 24 && minute) || minute % 5 ? -1 : hour * 60 + minute;
}

static bool refuse(const struct input *input, const char *what, struct view text, struct error *err)
{
	char shown[80];
	text_harmless(text, shown, sizeof shown);
	return fail(err, "%s:%lld: '%s' is no %s; write mon-fri,08:00,16:30,Billing,12 or 2026-12-24,08:00,12:00,Billing,4", input_name(input),
		(long long)input_line(input), shown, what);
}

static bool read_line(struct shifts *shifts, const struct input *input, struct view line, struct error *err)
{
	struct view fields[FIELDS];
	struct shift shift = {0};
	line = trim(line);
	if (!line.size || *line.data == '#')
		return true;
	if (split(line, fields) != FIELDS)
		return refuse(input, "line of DAYS,FROM,TO,QUEUE,AGENTS", line, err);
	if (!read_days(fields[0], &shift))
		return refuse(input, "day", fields[0], err);
	shift.from = read_time(fields[1]);
	shift.to = read_time(fields[2]);
	shift.agents = number_of(fields[4], SHIFT_AGENTS_MOST);
	if (shift.from < 0 || shift.to < 0)
		return refuse(input, "time of day in whole five minutes", shift.from < 0 ? fields[1] : fields[2], err);
	if (shift.agents < 0)
		return refuse(input, "number of agents", fields[4], err);
	if (shift.to <= shift.from)
		shift.to += DAY_MINUTES;
	if (shifts->count == SHIFTS_MOST)
		return fail(err, "%s:%lld: more than %d shifts; name weekdays instead of dates", input_name(input), (long long)input_line(input), SHIFTS_MOST);
	shift.queue = memory_format("%.*s", (int)fields[3].size, fields[3].data);
	shifts->items = memory_grow(shifts->items, &shifts->room, shifts->count + 1, sizeof *shifts->items);
	shifts->items[shifts->count++] = shift;
	return true;
}

static int by_queue(const void *left, const void *right)
{
	return strcmp(((const struct shift *)left)->queue, ((const struct shift *)right)->queue);
}

struct shifts *shifts_read(const char *path, struct error *err)
{
	struct input *input = input_open(path, err);
	if (!input)
		return NULL;
	struct shifts *shifts = memory_new(1, sizeof *shifts);
	struct view line;
	enum input_state state;
	bool good = true;
	while (good && (state = input_next(input, &line, err)) != INPUT_END) {
		if (state == INPUT_LINE)
			good = read_line(shifts, input, line, err);
		else if (state == INPUT_TOO_LONG)
			good = fail(err, "%s:%lld: the line is too long", input_name(input), (long long)input_line(input));
		else
			good = false;
	}
	input_close(input);
	if (shifts->count)
		qsort(shifts->items, shifts->count, sizeof *shifts->items, by_queue);
	if (good)
		return shifts;
	shifts_free(shifts);
	return NULL;
}

/* ---- asking ---- */

/* The days on which a shift at work at an instant may have begun: today, or yesterday past midnight. */
struct moment {
	int minute;
	struct civil today, yesterday;
};

static struct moment moment_of(int64_t at, const struct zone *zone)
{
	const struct civil now = instant_civil(at, zone);
	/* Noon of the day before is there whatever the clock did. */
	const struct civil noon = {.year = now.year, .month = now.month, .day = now.day, .hour = 12};
	return (struct moment){now.hour * 60 + now.minute, now, instant_civil(instant_of(&noon, zone) - DAY_MS, zone)};
}

static bool names_date(const struct shift *shift, const struct civil *day)
{
	return !shift->weekdays && shift->year == day->year && shift->month == day->month && shift->day == day->day;
}

/* A date's own lines stand in place of its weekday's. */
static bool begins_on(const struct shift *shift, const struct civil *day, bool is_dated)
{
	return is_dated ? names_date(shift, day) : (shift->weekdays & 1u << day->weekday) != 0;
}

/* The lines of one queue. */
static int64_t planned_in(const struct shift *items, size_t count, const struct moment *moment)
{
	bool today = false, yesterday = false;
	int64_t agents = 0;
	for (size_t i = 0; i < count; i++) {
		today = today || names_date(&items[i], &moment->today);
		yesterday = yesterday || names_date(&items[i], &moment->yesterday);
	}
	for (size_t i = 0; i < count; i++) {
		const bool now = moment->minute >= items[i].from && moment->minute < items[i].to && begins_on(&items[i], &moment->today, today);
		const bool still = moment->minute + DAY_MINUTES < items[i].to && begins_on(&items[i], &moment->yesterday, yesterday);
		agents += now || still ? items[i].agents : 0;
	}
	return agents;
}

static int planned_at(const struct shifts *shifts, const char *queue, int64_t at, const struct zone *zone)
{
	const struct moment moment = moment_of(at, zone);
	int64_t agents = -1;
	for (size_t begin = 0, end; begin < shifts->count; begin = end) {
		const char *name = shifts->items[begin].queue;
		for (end = begin + 1; end < shifts->count && strcmp(shifts->items[end].queue, name) == 0; end++)
			;
		if (!queue || strcmp(queue, name) == 0)
			agents = (agents < 0 ? 0 : agents) + planned_in(&shifts->items[begin], end - begin, &moment);
	}
	return agents < SHIFT_AGENTS_MOST ? (int)agents : SHIFT_AGENTS_MOST;
}

int shifts_planned(const struct shifts *shifts, const char *queue, int64_t from, int64_t to, const struct zone *zone)
{
	int least = -1;
	for (int64_t at = from; at < to; at += STEP) {
		const int agents = planned_at(shifts, queue, at, zone);
		least = least < 0 || agents < least ? agents : least;
	}
	return least;
}
