#include "base/calendar.h"

/* The usual way: years begin in March, so that the leap day is their last, and repeat every 400. */
#define ERA_DAYS 146097
#define EPOCH_SHIFT 719468 /* days from 0000-03-01 to 1970-01-01 */

bool calendar_is_leap(int64_t year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

int calendar_month_days(int64_t year, int month)
{
	static const int days[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
	return month == 2 && calendar_is_leap(year) ? 29 : days[month - 1];
}

int64_t calendar_day(struct date date)
{
	const int64_t year = date.month <= 2 ? date.year - 1 : date.year;
	const int64_t era = (year >= 0 ? year : year - 399) / 400;
	const int64_t year_of_era = year - era * 400;
	const int64_t day_of_year =
		(153 * (date.month > 2 ? date.month - 3 : date.month + 9) + 2) / 5 + date.day - 1;
	return era * ERA_DAYS + year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year -
	       EPOCH_SHIFT;
}

struct date calendar_date(int64_t day)
{
	const int64_t shifted = day + EPOCH_SHIFT;
	const int64_t era = (shifted >= 0 ? shifted : shifted - (ERA_DAYS - 1)) / ERA_DAYS;
	const int64_t day_of_era = shifted - era * ERA_DAYS;
	const int64_t year_of_era =
		(day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
	const int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
	const int month = (int)((5 * day_of_year + 2) / 153);
	return (struct date){
		.year = year_of_era + era * 400 + (month >= 10),
		.month = month < 10 ? month + 3 : month - 9,
		.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
	};
}

int calendar_weekday(int64_t day)
{
	const int weekday = (int)((day + 4) % 7); /* 1970-01-01 was a Thursday */
	return weekday < 0 ? weekday + 7 : weekday;
}

/* The number in so many characters, or -1. */
static int digits(const char *at, int count)
{
	int number = 0;
	for (; count; count--, at++) {
		if (*at < '0' || *at > '9')
			return -1;
		number = number * 10 + *at - '0';
	}
	return number;
}

bool calendar_read(struct view text, int64_t *day)
{
	if (text.size != 10 || text.data[4] != '-' || text.data[7] != '-')
		return false;
	const struct date date = {digits(text.data, 4), digits(text.data + 5, 2), digits(text.data + 8, 2)};
	if (date.year < 0 || date.month < 1 || date.month > 12 || date.day < 1 || date.day > calendar_month_days(date.year, date.month))
		return false;
	*day = calendar_day(date);
	return true;
}
