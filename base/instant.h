/* Instants and durations, written and read. Everything inside is ms (int64). */
#ifndef BASE_INSTANT_H
#define BASE_INSTANT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/view.h"
#include "base/zone.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define QUARTER_MS (15 * MINUTE_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
#define INSTANT_NONE INT64_MIN

struct civil {
	int year, month, day, hour, minute, second, millisecond, weekday /* 0 = Sunday */;
};

struct civil instant_civil(int64_t at, const struct zone *zone);
/* Of a civil date and time in the zone. */
int64_t instant_of(const struct civil *civil, const struct zone *zone);

/* ISO 8601 with zone: "1999-08-01T11:00:00Z", "...+03:00", ".123" only when not whole seconds. room >= 32. */
void instant_format(int64_t at, const struct zone *zone, char *to, size_t room);
/* Reads "2026-11-20T14:05[:06[.789]][Z|+03:00]", with a space for the T too, a date alone, or "14:05[:06]" (the day of
 * `now` in the zone), or "-15m" (before now), "now", or epoch ms/seconds as "@933490667". Without a zone in the text it is
 * local to `zone`. */
bool instant_parse(struct view text, const struct zone *zone, int64_t now, int64_t *at, struct error *err);

/* "20s", "4h", "250ms", "7d", "1h30m", "90" (seconds). */
bool duration_parse(struct view text, int64_t *ms, struct error *err);

/* The last day boundary strictly before `at`: the day that starts at `day_start` ms after local midnight. */
int64_t instant_day_begin(int64_t at, const struct zone *zone, int64_t day_start);

/* Intervals of tables. Whole days go from day boundary to day boundary, so that where the clocks change one has 23 or 25 hours; shorter
 * ones are of one length, and begin where the clock of the zone reads a multiple of it. */
int64_t instant_interval_begin(int64_t at, int64_t length, const struct zone *zone, int64_t day_start); /* of that which `at` lies in */
int64_t instant_interval_end(int64_t begin, int64_t length, const struct zone *zone, int64_t day_start);

#endif
