/* Opening hours: blocks of a week by the clocks of a zone, but for holidays; how much of a span is open, and when so much will have
 * been. An instant is open where the local clock reads a time in a block [from, to) of its weekday and its date is no holiday: so in
 * the hour that comes twice a block counts in both passes, and in the hour that is skipped nothing is open. Never changes once made. */
#ifndef BASE_OPEN_HOURS_H
#define BASE_OPEN_HOURS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/zone.h"

struct open_hours;

/* A stretch of a weekday, in minutes after midnight: 0 <= from < to <= 1440. Blocks may overlap and come in any order. */
struct open_block {
	uint8_t weekday; /* 0 = Monday */
	uint16_t from, to;
};

#define OPEN_NEVER INT64_MAX

/* Holidays are days since 1970-01-01, in any order. Nothing of the arguments is kept. Before 1970 and from 2200 on nothing is open. */
struct open_hours *open_hours_create(const struct zone *zone, const struct open_block *blocks, size_t block_count, const int32_t *holidays,
	size_t holiday_count);
void open_hours_destroy(struct open_hours *hours);

/* In all of these NULL is the calendar that is always open. */
/* ms of open time in [from, to); 0 where to <= from. */
int64_t open_between(const struct open_hours *hours, int64_t from, int64_t to);
/* The earliest instant at which `amount` ms of open time have passed since `from`: at closing time, not at the next opening. `from`
 * itself for 0 or less; OPEN_NEVER where that is more than ten years away. */
int64_t open_until(const struct open_hours *hours, int64_t from, int64_t amount);
bool open_at(const struct open_hours *hours, int64_t at);
/* When it opens or closes next, after `at`; OPEN_NEVER: not within ten years. */
int64_t open_next_change(const struct open_hours *hours, int64_t at);

#endif
