#include "config/opening.h"

#include <string.h>

#include "base/calendar.h"
#include "base/memory.h"

/* Minutes after midnight of "hh:mm", or -1. */
static int read_time(const char *text)
{
	if (strspn(text, "0123456789") != 2 || text[2] != ':' || strspn(text + 3, "0123456789") != 2)
		return -1;
	const int hour = (text[0] - '0') * 10 + text[1] - '0', minute = (text[3] - '0') * 10 + text[4] - '0';
	return hour > 24 || minute > 59 || (hour == 24 && minute) ? -1 : hour * 60 + minute;
}

bool opening_block(const char *text, struct open_block *block, struct error *err)
{
	const bool shaped = strlen(text) == strlen("09:00-12:30") && text[5] == '-';
	const int from = shaped ? read_time(text) : -1, to = shaped ? read_time(text + 6) : -1;
	if (from < 0 || to <= from)
		return fail(err, "hours of a day such as \"09:00-12:30\" or \"18:00-24:00\"");
	block->from = (uint16_t)from;
	block->to = (uint16_t)to;
	return true;
}

bool opening_holiday(const char *text, int32_t *day, struct error *err)
{
	int64_t found;
	if (!calendar_read(view_of(text), &found))
		return fail(err, "a date such as \"2026-12-25\"");
	*day = (int32_t)found;
	return true;
}

size_t calendar_settings_blocks(const struct calendar_settings *calendar, struct open_block **blocks)
{
	size_t count = 0, room = 0;
	for (uint8_t day = 0; day < 7; day++)
		room += (size_t)calendar->day_counts[day];
	*blocks = memory_new(room + 1, sizeof **blocks);
	for (uint8_t day = 0; day < 7; day++)
		for (int i = 0; i < calendar->day_counts[day]; i++) {
			struct open_block block = {.weekday = day};
			if (opening_block(calendar->days[day][i], &block, NULL))
				(*blocks)[count++] = block;
		}
	return count;
}

size_t calendar_settings_holidays(const struct calendar_settings *calendar, int32_t **days)
{
	size_t count = 0;
	*days = memory_new((size_t)calendar->holiday_count + 1, sizeof **days);
	for (int i = 0; i < calendar->holiday_count; i++)
		if (opening_holiday(calendar->holidays[i], &(*days)[count], NULL))
			count++;
	return count;
}
