/* Time zones by IANA name, read from the system's zoneinfo (TZif, its POSIX footer for the years beyond). No global state. */
#ifndef BASE_ZONE_H
#define BASE_ZONE_H

#include <stdint.h>

#include "base/error.h"

struct zone;

/* "UTC", "Europe/Moscow", or "local" (/etc/localtime, $TZ). NULL and a message if there is no such zone.
 * Names with "..", a leading "/" are refused. */
struct zone *zone_open(const char *name, struct error *err);
void zone_close(struct zone *zone);
const char *zone_name(const struct zone *zone);
/* Of its rules, not its name: the same where every instant has the same offset by the same table and rule. */
uint64_t zone_hash(const struct zone *zone);
/* That of other data with the same meaning: "UTC" without a file, and as the zone database has it. zone_hash() where there are none. */
uint64_t zone_hash_alike(const struct zone *zone);
/* Seconds east of UTC at the instant (ms since the epoch). */
int32_t zone_offset(const struct zone *zone, int64_t at);
/* The instant (ms) of a local clock reading given as ms since the epoch *as if UTC*: where the clock jumped forward,
 * the instant after the jump; where it went back, the first of the two. */
int64_t zone_instant(const struct zone *zone, int64_t local);

#endif
