/* How many agents are planned: a file with a line for each shift, "DAYS,FROM,TO,QUEUE,AGENTS":
 *   mon-fri,08:00,16:30,Billing,12     every such weekday; to 24:00, or past midnight where TO is before FROM
 *   2026-12-24,08:00,12:00,Billing,4   that day alone: of this queue nothing else then begins on it
 *   mon-sun,00:00,24:00,,20            of no queue: of all together
 * Empty lines and what begins with # are passed over. Times are those of the board's zone, in whole
 * five minutes. */
#ifndef CONFIG_SHIFTS_H
#define CONFIG_SHIFTS_H

#include <stdint.h>

#include "base/error.h"
#include "base/zone.h"

#define SHIFTS_MOST 10000
#define SHIFT_AGENTS_MOST 100000

struct shifts;

/* NULL: the message names file, line and what would be right. */
struct shifts *shifts_read(const char *path, struct error *err);
void shifts_free(struct shifts *shifts);
/* The least number planned at any time in [from, to) for a queue, or with queue NULL for all: the sum of everything that is planned.
 * -1: the file says nothing of it at all. */
int shifts_planned(const struct shifts *shifts, const char *queue, int64_t from, int64_t to, const struct zone *zone);

#endif
