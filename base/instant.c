#include <stdio.h>
#include <stdlib.h>

#include "base/calendar.h"
#include "base/instant.h"
#include "base/text.h"

/* Years 0000 to 9999: what ISO 8601 writes with four digits. */
#define WRITABLE_LEAST INT64_C(-62167219200000)
#define WRITABLE_MOST INT64_C(253402300799999)
/* "@" numbers from here on are milliseconds: as seconds this is the year 5138, as milliseconds 1973. */
#define SECONDS_MOST INT64_C(100000000000)
#define DURATION_MOST (INT64_C(36500) * DAY_MS)

static int64_t local_of(int64_t at, const struct zone *zone)
{
	if (at > INT64_MAX - 2 * DAY_MS || at < INT64_MIN + 2 * DAY_MS) /* INSTANT_NONE and hostile stamps */
		return at;
	return at + (zone ? zone_offset(zone, at) * SECOND_MS : 0);
}

static int64_t day_of(int64_t local)
{
	return local / DAY_MS - (local % DAY_MS < 0);
}

static struct civil civil_of(int64_t local)
{
	const int64_t day = day_of(local);
	const int64_t rest = local % DAY_MS < 0 ? local % DAY_MS + DAY_MS : local % DAY_MS;
	const struct date date = calendar_date(day);
	return (struct civil){
		.year = (int)date.year,
		.month = date.month,
		.day = date.day,
		.hour = (int)(rest / HOUR_MS),
		.minute = (int)(rest % HOUR_MS / MINUTE_MS),
		.second = (int)(rest % MINUTE_MS / SECOND_MS),
		.millisecond = (int)(rest % SECOND_MS),
		.weekday = calendar_weekday(day),
	};
}

struct civil instant_civil(int64_t at, const struct zone *zone)
{
	return civil_of(local_of(at, zone));
}

/* As if its clock stood at UTC. */
static int64_t local_ms(const struct civil *civil)
{
	return calendar_day((struct date){civil->year, civil->month, civil->day}) * DAY_MS +
	       civil->hour * HOUR_MS + civil->minute * MINUTE_MS + civil->second * SECOND_MS +
	       civil->millisecond;
}

int64_t instant_of(const struct civil *civil, const struct zone *zone)
{
	return zone ? zone_instant(zone, local_ms(civil)) : local_ms(civil);
}

void instant_format(int64_t at, const struct zone *zone, char *to, size_t room)
{
	at = at < WRITABLE_LEAST ? WRITABLE_LEAST : at > WRITABLE_MOST ? WRITABLE_MOST : at;
	/* ISO 8601 has no seconds in an offset; whole minutes beside a reading to match keep the instant
	 * exact. */
	int minutes = zone ? (int)(zone_offset(zone, at) / 60) : 0;
	if (at + minutes * MINUTE_MS < WRITABLE_LEAST || at + minutes * MINUTE_MS > WRITABLE_MOST)
		minutes = 0;
	const struct civil civil = civil_of(at + minutes * MINUTE_MS);
	int length = snprintf(to, room, "%04d-%02d-%02dT%02d:%02d:%02d", civil.year, civil.month, civil.day,
		civil.hour, civil.minute, civil.second);
	if (civil.millisecond && (size_t)length < room)
		length += snprintf(to + length, room - (size_t)length, ".%03d", civil.millisecond);
	if ((size_t)length >= room)
		return;
	if (minutes == 0)
		snprintf(to + length, room - (size_t)length, "Z");
	else
		snprintf(to + length, room - (size_t)length, "%c%02d:%02d", minutes < 0 ? '-' : '+',
			abs(minutes) / 60, abs(minutes) % 60);
}

/* ---- reading: a view that shrinks from the front ---- */

static char peek(const struct view *text)
{
	return text->size ? *text->data : 0;
}

static bool is_digit(char letter)
{
	return letter >= '0' && letter <= '9';
}

static bool take(struct view *text, char letter)
{
	if (text->size == 0 || *text->data != letter)
		return false;
	text->data++;
	text->size--;
	return true;
}

static bool take_digits(struct view *text, int digits, int *number)
{
	*number = 0;
	for (int i = 0; i < digits; i++) {
		const char letter = peek(text);
		if (!is_digit(letter))
			return false;
		*number = *number * 10 + (letter - '0');
		take(text, letter);
	}
	return true;
}

/* At most 18 digits, so that nothing overflows. */
static bool take_number(struct view *text, int64_t *number)
{
	int digits = 0;
	for (*number = 0; is_digit(peek(text)); digits++) {
		if (digits == 18)
			return false;
		*number = *number * 10 + (peek(text) - '0');
		take(text, peek(text));
	}
	return digits > 0;
}

static struct view trimmed(struct view text)
{
	while (take(&text, ' '))
		;
	while (text.size && text.data[text.size - 1] == ' ')
		text.size--;
	return text;
}

/* "14:05[:06[.789]]" */
static bool take_clock(struct view *text, struct civil *civil)
{
	if (!take_digits(text, 2, &civil->hour) || !take(text, ':') || !take_digits(text, 2, &civil->minute))
		return false;
	if (take(text, ':') && !take_digits(text, 2, &civil->second))
		return false;
	if (take(text, '.') || take(text, ',')) {
		int digits = 0;
		for (int scale = 100; is_digit(peek(text)); digits++, scale /= 10) {
			civil->millisecond += (peek(text) - '0') * scale;
			take(text, peek(text));
		}
		if (digits == 0)
			return false;
	}
	return civil->hour < 24 && civil->minute < 60 && civil->second < 60;
}

/* "2026-11-20" */
static bool take_date(struct view *text, struct civil *civil)
{
	if (!take_digits(text, 4, &civil->year) || !take(text, '-') || !take_digits(text, 2, &civil->month) ||
		!take(text, '-') || !take_digits(text, 2, &civil->day))
		return false;
	return civil->month >= 1 && civil->month <= 12 && civil->day >= 1 &&
	       civil->day <= calendar_month_days(civil->year, civil->month);
}

/* "Z", "+03:00", "+0300", "+03": minutes east of UTC. */
static bool take_offset(struct view *text, int *minutes)
{
	if (take(text, 'Z') || take(text, 'z')) {
		*minutes = 0;
		return true;
	}
	const bool west = take(text, '-');
	int hour, minute = 0;
	if (!west && !take(text, '+'))
		return false;
	if (!take_digits(text, 2, &hour) || hour > 26)
		return false;
	const bool has_colon = take(text, ':');
	if ((has_colon || text->size) && (!take_digits(text, 2, &minute) || minute > 59))
		return false;
	*minutes = west ? -(hour * 60 + minute) : hour * 60 + minute;
	return true;
}

static bool parse_epoch(struct view text, int64_t *at)
{
	const bool negative = take(&text, '-');
	int64_t number;
	if (!take_number(&text, &number) || text.size)
		return false;
	if (number < SECONDS_MOST)
		number *= 1000;
	*at = negative ? -number : number;
	return true;
}

static bool parse_calendar(struct view text, const struct zone *zone, int64_t now, int64_t *at)
{
	struct civil civil = {0};
	const bool has_date = text.size > 4 && text.data[4] == '-';
	if (has_date) {
		if (!take_date(&text, &civil))
			return false;
		if (text.size == 0) {
			*at = instant_of(&civil, zone);
			return true;
		}
		if (!take(&text, 'T') && !take(&text, 't') && !take(&text, ' '))
			return false;
	} else {
		const struct civil today = instant_civil(now, zone);
		civil = (struct civil){.year = today.year, .month = today.month, .day = today.day};
	}
	if (!take_clock(&text, &civil))
		return false;
	if (text.size == 0) {
		*at = instant_of(&civil, zone);
		return true;
	}
	int minutes;
	if (!take_offset(&text, &minutes) || text.size)
		return false;
	*at = local_ms(&civil) - minutes * MINUTE_MS;
	return true;
}

static bool parse_instant(struct view text, const struct zone *zone, int64_t now, int64_t *at)
{
	if (view_is(text, "now")) {
		*at = now;
		return true;
	}
	if (take(&text, '@'))
		return parse_epoch(text, at);
	if (!take(&text, '-'))
		return parse_calendar(text, zone, now, at);
	int64_t before;
	if (!duration_parse(text, &before, NULL) || now < INT64_MIN + before)
		return false;
	*at = now - before;
	return true;
}

bool instant_parse(struct view text, const struct zone *zone, int64_t now, int64_t *at, struct error *err)
{
	int64_t read;
	if (parse_instant(trimmed(text), zone, now, &read)) {
		*at = read;
		return true;
	}
	char shown[80];
	text_harmless(text, shown, sizeof shown);
	return fail(err,
		"'%s' is not a time such as \"2026-11-20T14:05\", \"14:05\", \"-15m\", \"now\" or "
		"\"@933490667\"",
		shown);
}

/* Its length in ms, 0 for no unit. Each is smaller than the one before: "1h30m", never "30m1h". */
static int64_t take_unit(struct view *text)
{
	if (take(text, 'd'))
		return DAY_MS;
	if (take(text, 'h'))
		return HOUR_MS;
	if (take(text, 's'))
		return SECOND_MS;
	if (!take(text, 'm'))
		return 0;
	return take(text, 's') ? 1 : MINUTE_MS;
}

static bool parse_duration(struct view text, int64_t *ms)
{
	int64_t total = 0, number;
	for (int64_t before = INT64_MAX; text.size;) {
		if (!take_number(&text, &number))
			return false;
		int64_t unit = take_unit(&text);
		if (unit == 0 && text.size == 0 && before == INT64_MAX) /* "90": seconds */
			unit = SECOND_MS;
		if (unit == 0 || unit >= before || number > DURATION_MOST / unit)
			return false;
		total += number * unit;
		before = unit;
	}
	*ms = total;
	return total <= DURATION_MOST;
}

bool duration_parse(struct view text, int64_t *ms, struct error *err)
{
	const struct view inner = trimmed(text);
	int64_t read;
	if (inner.size && parse_duration(inner, &read)) {
		*ms = read;
		return true;
	}
	char shown[80];
	text_harmless(text, shown, sizeof shown);
	return fail(err, "'%s' is not a duration such as \"20s\", \"4h\" or \"1h30m\"", shown);
}

int64_t instant_day_begin(int64_t at, const struct zone *zone, int64_t day_start)
{
	if (at > INT64_MAX / 2 || at < INT64_MIN / 2) /* no calendar reaches there */
		return at;
	int64_t day = day_of(local_of(at, zone)) + 1, begin;
	do {
		const int64_t local = day-- * DAY_MS + day_start;
		begin = zone ? zone_instant(zone, local) : local;
	} while (begin >= at);
	return begin;
}

int64_t instant_interval_begin(int64_t at, int64_t length, const struct zone *zone, int64_t day_start)
{
	if (length % DAY_MS == 0)
		return instant_day_begin(at + 1, zone, day_start);
	const int64_t local = local_of(at, zone);
	return at - ((local % length) + length) % length;
}

int64_t instant_interval_end(int64_t begin, int64_t length, const struct zone *zone, int64_t day_start)
{
	if (length % DAY_MS)
		return begin + length;
	return instant_day_begin(begin + length + 6 * HOUR_MS, zone, day_start); /* no clock is put forward or back by as much */
}
