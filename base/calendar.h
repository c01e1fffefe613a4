/* Arithmetic of the Gregorian calendar, reckoned backwards too; no zones, no clocks. */
#ifndef BASE_CALENDAR_H
#define BASE_CALENDAR_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

struct date {
	int64_t year;
	int month, day; /* from 1 */
};

bool calendar_is_leap(int64_t year);
/* Days of a month, 1 to 12. */
int calendar_month_days(int64_t year, int month);
/* Days since 1970-01-01. */
int64_t calendar_day(struct date date);
struct date calendar_date(int64_t day);
/* "2026-12-25", as days since 1970-01-01; false: no date. */
bool calendar_read(struct view text, int64_t *day);
/* 0 = Sunday. */
int calendar_weekday(int64_t day);

#endif
