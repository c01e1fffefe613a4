/* calendar.defined for tests: weeks and holidays as they are on the wire. */
#ifndef TESTS_CALENDAR_EVENTS_H
#define TESTS_CALENDAR_EVENTS_H

#include "base/open_hours.h"
#include "teller.h"

/* Tells the engine of a calendar; holidays are days since 1970-01-01. */
void tell_calendar(struct teller *teller, int64_t at, const char *name, const char *zone, const struct open_block *blocks, size_t block_count,
	const int32_t *holidays, size_t holiday_count);

#endif
