#include <stddef.h>

#include "base/calendar.h"
#include "base/zone_rule.h"

#define DAY_SECONDS INT64_C(86400)

/* What is left of the text; data moves on as it is read. */
static char peek(const struct view *text)
{
	return text->size ? *text->data : 0;
}

static void step(struct view *text)
{
	text->data++;
	text->size--;
}

static bool take(struct view *text, char letter)
{
	if (peek(text) != letter || letter == 0)
		return false;
	step(text);
	return true;
}

static bool take_number(struct view *text, int least, int most, int *number)
{
	int value = 0, digits = 0;
	for (; peek(text) >= '0' && peek(text) <= '9' && digits < 4; digits++, step(text))
		value = value * 10 + (peek(text) - '0');
	*number = value;
	return digits > 0 && value >= least && value <= most;
}

static bool is_letter(char letter)
{
	return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

/* "CET" or "<+03>"; what it is called does not matter here. */
static bool skip_name(struct view *text)
{
	int length = 0;
	if (take(text, '<')) {
		for (; peek(text) && peek(text) != '>'; step(text))
			length++;
		return take(text, '>') && length > 0;
	}
	for (; is_letter(peek(text)); step(text))
		length++;
	return length >= 3;
}

/* "[+-]hh[:mm[:ss]]" in seconds. */
static bool take_time(struct view *text, int hours_most, int32_t *seconds)
{
	const bool negative = take(text, '-');
	if (!negative)
		take(text, '+');
	int hour, minute = 0, second = 0;
	if (!take_number(text, 0, hours_most, &hour))
		return false;
	if (take(text, ':') && !take_number(text, 0, 59, &minute))
		return false;
	if (minute >= 0 && take(text, ':') && !take_number(text, 0, 59, &second))
		return false;
	const int32_t sum = hour * 3600 + minute * 60 + second;
	*seconds = negative ? -sum : sum;
	return true;
}

static bool take_date(struct view *text, struct zone_date *date)
{
	bool good;
	*date = (struct zone_date){.time = 2 * 3600};
	if (take(text, 'M')) {
		date->kind = ZONE_DATE_WEEKDAY;
		good = take_number(text, 1, 12, &date->month) && take(text, '.') &&
		       take_number(text, 1, 5, &date->week) && take(text, '.') &&
		       take_number(text, 0, 6, &date->day);
	} else if (take(text, 'J')) {
		date->kind = ZONE_DATE_JULIAN;
		good = take_number(text, 1, 365, &date->day);
	} else {
		date->kind = ZONE_DATE_DAY;
		good = take_number(text, 0, 365, &date->day);
	}
	return good && (!take(text, '/') || take_time(text, 167, &date->time));
}

static bool take_rule(struct view *text, struct zone_rule *rule)
{
	int32_t west;
	if (!skip_name(text) || !take_time(text, 24, &west))
		return false;
	rule->standard = -west;
	if (text->size == 0)
		return true;
	rule->has_summer = true;
	rule->summer = rule->standard + 3600;
	if (!skip_name(text))
		return false;
	if (text->size && peek(text) != ',') {
		if (!take_time(text, 24, &west))
			return false;
		rule->summer = -west;
	}
	/* A summer time without dates: POSIX leaves them open, the zone database always gives them. */
	return take(text, ',') && take_date(text, &rule->begin) && take(text, ',') &&
	       take_date(text, &rule->end) && text->size == 0;
}

bool zone_rule_parse(struct zone_rule *rule, struct view text)
{
	struct zone_rule read = {0};
	if (text.size == 0 || !take_rule(&text, &read))
		return false;
	*rule = read;
	rule->is_set = true;
	return true;
}

/* Local seconds since the epoch of the change in a year. */
static int64_t change_in(const struct zone_date *date, int64_t year)
{
	const int64_t new_year = calendar_day((struct date){year, 1, 1});
	int64_t day;
	if (date->kind == ZONE_DATE_WEEKDAY) {
		const int64_t first = calendar_day((struct date){year, date->month, 1});
		const int length = calendar_month_days(year, date->month);
		int shift = (date->day - calendar_weekday(first) + 7) % 7 + (date->week - 1) * 7;
		if (shift >= length)
			shift -= 7;
		day = first + shift;
	} else if (date->kind == ZONE_DATE_JULIAN) {
		day = new_year + date->day - 1 + (date->day >= 60 && calendar_is_leap(year));
	} else {
		day = new_year + date->day;
	}
	return day * DAY_SECONDS + date->time;
}

static int64_t year_of(const struct zone_rule *rule, int64_t second)
{
	const int64_t local = second + rule->standard;
	return calendar_date(local / DAY_SECONDS - (local % DAY_SECONDS < 0)).year;
}

int64_t zone_rule_change_after(const struct zone_rule *rule, int64_t second)
{
	if (!rule->has_summer)
		return INT64_MAX;
	const int64_t year = year_of(rule, second);
	int64_t first = INT64_MAX;
	for (int64_t each = year - 1; each <= year + 2; each++) {
		const int64_t changes[] = {change_in(&rule->begin, each) - rule->standard, change_in(&rule->end, each) - rule->summer};
		for (int i = 0; i < 2; i++)
			if (changes[i] > second && changes[i] < first)
				first = changes[i];
	}
	return first;
}

int32_t zone_rule_offset(const struct zone_rule *rule, int64_t second)
{
	if (!rule->has_summer)
		return rule->standard;
	const int64_t year = year_of(rule, second);
	/* The latest change at or before the instant decides. A change may fall into the neighbouring year (a
	 * time of up to a week), and where summer lasts all year its end coincides with the next beginning,
	 * which then counts. */
	int64_t latest = INT64_MIN;
	int32_t offset = rule->standard;
	for (int64_t each = year - 1; each <= year + 1; each++) {
		const int64_t begin = change_in(&rule->begin, each) - rule->standard;
		const int64_t end = change_in(&rule->end, each) - rule->summer;
		if (begin <= second && begin >= latest) {
			latest = begin;
			offset = rule->summer;
		}
		if (end <= second && end > latest) {
			latest = end;
			offset = rule->standard;
		}
	}
	return offset;
}
