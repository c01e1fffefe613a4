/* Arrivals by quarter hours that are older than what is kept of everything else: forecasts want four weeks of them, and of nothing else. 200 bytes a
 * day of a queue. */
#ifndef METRICS_OLD_ARRIVALS_H
#define METRICS_OLD_ARRIVALS_H

#include <stddef.h>
#include <stdint.h>

#define OLD_ARRIVALS_QUARTERS 96
#define OLD_ARRIVALS_MOST 31 /* days: four weeks, the running day, and what zones shift */

struct old_arrivals_day {
	int32_t day; /* since 1970-01-01, UTC */
	uint16_t offered[OLD_ARRIVALS_QUARTERS]; /* at most 65,535 */
};

struct old_arrivals {
	struct old_arrivals_day *days; /* ascending */
	size_t count, room;
};

void old_arrivals_finish(struct old_arrivals *old);
/* `offered` more came in the quarter hour that begins at `start`; days too long before `now` are dropped. */
void old_arrivals_add(struct old_arrivals *old, int64_t start, int64_t offered, int64_t now);

#endif
