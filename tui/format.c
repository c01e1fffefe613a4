#include <inttypes.h>
#include <stdio.h>

#include "base/instant.h"
#include "tui/format.h"

#define TRUE_MINUS "\u2212"

/* Whole seconds without overflow at the ends of int64. */
static uint64_t seconds_of(int64_t ms)
{
	const uint64_t absolute = ms < 0 ? (uint64_t)0 - (uint64_t)ms : (uint64_t)ms;
	return absolute / 1000;
}

/* `gap` stands between a number and its unit. */
static void write_duration(int64_t ms, const char *gap, char *to, size_t room)
{
	const uint64_t seconds = seconds_of(ms), minutes = seconds / 60, hours = minutes / 60;
	const char *sign = ms < 0 && seconds > 0 ? TRUE_MINUS : "";
	if (hours == 0)
		snprintf(to, room, "%s%02" PRIu64 ":%02" PRIu64, sign, minutes, seconds % 60);
	else if (hours < 24)
		snprintf(to, room, "%s%" PRIu64 "%sh %02" PRIu64, sign, hours, gap, minutes % 60);
	else
		snprintf(to, room, "%s%" PRIu64 "%sd %" PRIu64 "%sh", sign, hours / 24, gap, hours % 24, gap);
}

void format_duration(int64_t ms, char *to, size_t room)
{
	write_duration(ms, " ", to, room);
}

void format_duration_narrow(int64_t ms, char *to, size_t room)
{
	write_duration(ms, "", to, room);
}

void format_span(int64_t ms, char *to, size_t room)
{
	static const struct {
		int64_t length;
		const char *name;
	} units[] = {{DAY_MS, "d"}, {HOUR_MS, "h"}, {MINUTE_MS, "min"}, {SECOND_MS, "s"}, {1, "ms"}};
	if (ms <= 0) {
		snprintf(to, room, "%s", "0 s");
		return;
	}
	size_t first = 0;
	while (ms < units[first].length)
		first++;
	const int64_t whole = ms / units[first].length, rest = ms % units[first].length;
	const size_t second = first + 1;
	/* ms after seconds would be noise: targets are whole seconds. */
	if (units[first].length > SECOND_MS && rest / units[second].length > 0)
		snprintf(to, room, "%" PRId64 " %s %" PRId64 " %s", whole, units[first].name, rest / units[second].length, units[second].name);
	else
		snprintf(to, room, "%" PRId64 " %s", whole, units[first].name);
}

void format_count(int64_t value, char *to, size_t room)
{
	static const char *const letters[] = {"k", "M", "G", "T", "P", "E"};
	const uint64_t absolute = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
	const char *sign = value < 0 ? TRUE_MINUS : "";
	if (absolute <= 99999) {
		if (absolute < 10000)
			snprintf(to, room, "%s%" PRIu64, sign, absolute);
		else
			snprintf(to, room, "%s%" PRIu64 " %03" PRIu64, sign, absolute / 1000, absolute % 1000);
		return;
	}
	uint64_t unit = 1000;
	size_t letter = 0;
	while (absolute / unit >= 1000 && letter + 1 < sizeof letters / sizeof *letters) {
		unit *= 1000;
		letter++;
	}
	/* Cut, not rounded: 999 999 is not yet a million. */
	if (absolute / unit >= 100)
		snprintf(to, room, "%s%" PRIu64 " %s", sign, absolute / unit, letters[letter]);
	else
		snprintf(to, room, "%s%" PRIu64 ".%" PRIu64 " %s", sign, absolute / unit, absolute % unit / (unit / 10), letters[letter]);
}
