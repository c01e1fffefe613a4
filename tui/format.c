#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/instant.h"
#include "base/words.h"
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
		snprintf(to, room, "%s%" PRIu64 "%s%s %02" PRIu64, sign, hours, gap, C_("unit", "h"), minutes % 60);
	else
		snprintf(to, room, "%s%" PRIu64 "%s%s %" PRIu64 "%s%s", sign, hours / 24, gap, C_("unit", "d"), hours % 24, gap, C_("unit", "h"));
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
	} units[] = {{DAY_MS, NC_("unit", "d")}, {HOUR_MS, NC_("unit", "h")}, {MINUTE_MS, NC_("unit", "min")}, {SECOND_MS, NC_("unit", "s")},
		{1, NC_("unit", "ms")}};
	if (ms <= 0) {
		snprintf(to, room, "0 %s", C_("unit", "s"));
		return;
	}
	size_t first = 0;
	while (ms < units[first].length)
		first++;
	const int64_t whole = ms / units[first].length, rest = ms % units[first].length;
	const size_t second = first + 1;
	/* ms after seconds would be noise: targets are whole seconds. */
	if (units[first].length > SECOND_MS && rest / units[second].length > 0)
		snprintf(to, room, "%" PRId64 " %s %" PRId64 " %s", whole, words_of("unit", units[first].name), rest / units[second].length,
			words_of("unit", units[second].name));
	else
		snprintf(to, room, "%" PRId64 " %s", whole, words_of("unit", units[first].name));
}

void format_count(int64_t value, char *to, size_t room)
{
	static const char *const letters[] = {NC_("thousands", "k"), NC_("thousands", "M"), NC_("thousands", "G"), NC_("thousands", "T"),
		NC_("thousands", "P"), NC_("thousands", "E")};
	const uint64_t absolute = value < 0 ? (uint64_t)0 - (uint64_t)value : (uint64_t)value;
	const char *sign = value < 0 ? TRUE_MINUS : "";
	if (absolute <= 99999) {
		if (absolute < 10000)
			snprintf(to, room, "%s%" PRIu64, sign, absolute);
		else
			snprintf(to, room, "%s%" PRIu64 "%s%03" PRIu64, sign, absolute / 1000, C_("between groups of digits", " "), absolute % 1000);
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
		snprintf(to, room, "%s%" PRIu64 " %s", sign, absolute / unit, words_of("thousands", letters[letter]));
	else
		snprintf(to, room, "%s%" PRIu64 "%s%" PRIu64 " %s", sign, absolute / unit, C_("decimal mark", "."), absolute % unit / (unit / 10),
			words_of("thousands", letters[letter]));
}

void format_decimal(double value, int digits, char *to, size_t room)
{
	snprintf(to, room, "%.*f", digits, value);
	char *point = strchr(to, '.');
	const char *mark = C_("decimal mark", ".");
	/* A mark of one byte, as those of all languages with figures like ours. */
	if (point && mark[0] && !mark[1])
		*point = mark[0];
}

void format_date(int year, int month, int day, char *to, size_t room)
{
	snprintf(to, room, C_("year, month, day", "%04d-%02d-%02d"), year, month, day);
}

void format_day(int month, int day, char *to, size_t room)
{
	snprintf(to, room, C_("month, day", "%02d-%02d"), month, day);
}
