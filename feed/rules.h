/* What the values of an event may be, for everything that takes one in: the wire and NDJSON. Private to feed/. */
#ifndef FEED_RULES_H
#define FEED_RULES_H

#include "base/error.h"
#include "feed/pack.h"

#define RULES_INSTANT_MAX (INT64_C(1) << 53)	       /* ms; not reached */
#define RULES_DURATION_MAX (INT64_C(366) * 86400 * 1000) /* ms: sums of half a billion of them still fit */
#define RULES_SCORE_MAX INT64_C(1000000000)	       /* before it is taken times thousand */
#define RULES_NOTE_CHARACTERS 200

struct number_rule {
	int64_t low, high;
};
extern const struct number_rule number_rules[KEY_NUMBER_COUNT];
extern const uint16_t text_limits[KEY_TEXT_COUNT]; /* bytes */

static inline bool rules_is_flag(int key)
{
	return key >= KEY_RESUMED && key <= KEY_SNAPSHOT;
}

static inline bool rules_in_thousandths(int key)
{
	return key >= KEY_SCORE && key <= KEY_MAX;
}

static inline bool rules_is_calendar(int key)
{
	return key == KEY_WEEK || key == KEY_HOLIDAYS;
}

/* An event's number from what is on the wire; false where the key cannot hold such a value. */
ALWAYS_INLINE bool rules_convert(const struct pack_value *value, int key, int64_t *number)
{
	bool is_score = rules_in_thousandths(key);
	if (value->kind == PACK_REAL) {
		if (!is_score || !(value->real >= (double)-RULES_SCORE_MAX && value->real <= (double)RULES_SCORE_MAX))
			return false;
		*number = (int64_t)(value->real * 1000 + (value->real < 0 ? -0.5 : 0.5));
		return true;
	}
	if (value->kind != PACK_INTEGER && !(value->kind == PACK_FLAG && rules_is_flag(key)))
		return false;
	if (is_score && (value->number < -RULES_SCORE_MAX || value->number > RULES_SCORE_MAX))
		return false;
	*number = is_score ? value->number * 1000 : value->number;
	const struct number_rule *rule = &number_rules[key - KEY_TEXT_COUNT];
	return *number >= rule->low && *number <= rule->high;
}

/* The raw values of calendar.defined, already known to be whole MessagePack values. week: 7 lists (Monday first) of
 * [start, end] in minutes of the day, 0 <= start < end <= 1440; holidays: a list of "YYYY-MM-DD". */
bool rules_calendar(int key, struct view raw);

/* The last look at an event whose type, ts and keys were read. `wrong`: keys whose value was of a wrong kind or out of
 * bounds; `nils`: keys that held an explicit nil. Drops the keys its type does not have, numbers the words and sets the
 * fault; for FAULT_BAD_EVENT err says why, and where `hides` no value that it has. */
void rules_settle(struct event *event, uint64_t wrong, uint64_t nils, bool hides, struct error *err);

/* The keys of an event that are written: those present that its type has, an explicit nil only where it means something. */
uint64_t rules_written(const struct event *event);
struct view rules_type_name(const struct event *event);

#endif
