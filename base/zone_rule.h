/* The rule at the end of a TZif file, for the years beyond its table: "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX,
 * RFC 8536 3.3). */
#ifndef BASE_ZONE_RULE_H
#define BASE_ZONE_RULE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

/* A day of every year and the local time of the change, seconds after its midnight (-167 h to 167 h). */
struct zone_date {
	enum {
		ZONE_DATE_WEEKDAY /* Mm.w.d */,
		ZONE_DATE_JULIAN /* Jn: 29 February is not counted */,
		ZONE_DATE_DAY /* n, from 0 */
	} kind;
	int month, week, day;
	int32_t time;
};

struct zone_rule {
	bool is_set, has_summer;
	int32_t standard, summer;    /* seconds east of UTC */
	struct zone_date begin, end; /* of summer time */
};

/* False, and the rule not set, where the text is none. */
bool zone_rule_parse(struct zone_rule *rule, struct view text);
/* Seconds east of UTC at a second since the epoch. */
int32_t zone_rule_offset(const struct zone_rule *rule, int64_t second);
/* The first second after this one at which the rule changes to or from summer time; INT64_MAX: never. The offset may stay the same. */
int64_t zone_rule_change_after(const struct zone_rule *rule, int64_t second);

#endif
