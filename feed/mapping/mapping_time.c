#include <ctype.h>

#include "base/calendar.h"
#include "feed/mapping/mapping.h"

static const char *const months = "janfebmaraprmayjunjulaugsepoctnovdec";

struct reading {
	int64_t year, month, day, hour, minute, second, millisecond, offset;
	bool afternoon, twelve, zoned;
};

/* Up to `width` digits. */
static bool digits(struct view *text, int width, int64_t *value)
{
	int64_t number = 0;
	int count = 0;
	while (count < width && text->size && isdigit((unsigned char)*text->data)) {
		number = number * 10 + (*text->data - '0');
		text->data++;
		text->size--;
		count++;
	}
	*value = number;
	return count > 0;
}

/* Of a fraction: as many digits as there are, the first three count. */
static bool fraction(struct view *text, int64_t *value)
{
	int count = 0;
	int64_t number = 0;
	for (; text->size && isdigit((unsigned char)*text->data); text->data++, text->size--, count++)
		if (count < 3)
			number = number * 10 + (*text->data - '0');
	for (int i = count; i < 3; i++)
		number *= 10;
	*value = number;
	return count > 0;
}

static bool month_name(struct view *text, int64_t *month)
{
	if (text->size < 3)
		return false;
	for (int i = 0; i < 12; i++) {
		const char *name = months + 3 * i;
		if (tolower((unsigned char)text->data[0]) != name[0] || tolower((unsigned char)text->data[1]) != name[1]
			|| tolower((unsigned char)text->data[2]) != name[2])
			continue;
		*month = i + 1;
		while (text->size && isalpha((unsigned char)*text->data)) {
			text->data++;
			text->size--;
		}
		return true;
	}
	return false;
}

static bool half_day(struct view *text, struct reading *reading)
{
	if (text->size < 2 || tolower((unsigned char)text->data[1]) != 'm')
		return false;
	int c = tolower((unsigned char)text->data[0]);
	if (c != 'a' && c != 'p')
		return false;
	reading->afternoon = c == 'p';
	reading->twelve = true;
	text->data += 2;
	text->size -= 2;
	return true;
}

/* Z, +03:00, +0300 */
static bool zone_offset_of(struct view *text, struct reading *reading)
{
	if (text->size == 0)
		return false;
	char sign = *text->data++;
	text->size--;
	reading->zoned = true;
	if (sign == 'Z' || sign == 'z')
		return true;
	int64_t hours, minutes;
	if ((sign != '+' && sign != '-') || !digits(text, 2, &hours))
		return false;
	if (text->size && *text->data == ':') {
		text->data++;
		text->size--;
	}
	if (!digits(text, 2, &minutes) || hours > 14 || minutes > 59)
		return false;
	reading->offset = (sign == '-' ? -1 : 1) * (hours * HOUR_MS + minutes * MINUTE_MS);
	return true;
}

static bool take(char what, struct view *text, struct reading *reading)
{
	switch (what) {
	case 'Y': return digits(text, 4, &reading->year);
	case 'y':
		if (!digits(text, 2, &reading->year))
			return false;
		reading->year += reading->year < 69 ? 2000 : 1900; /* POSIX's century */
		return true;
	case 'm': return digits(text, 2, &reading->month);
	case 'b': return month_name(text, &reading->month);
	case 'd': return digits(text, 2, &reading->day);
	case 'H': case 'I': return digits(text, 2, &reading->hour);
	case 'M': return digits(text, 2, &reading->minute);
	case 'S': return digits(text, 2, &reading->second);
	case 'f': return fraction(text, &reading->millisecond);
	case 'p': return half_day(text, reading);
	case 'z': return zone_offset_of(text, reading);
	default: return false;
	}
}

static void skip_spaces(struct view *text)
{
	while (text->size && isspace((unsigned char)*text->data)) {
		text->data++;
		text->size--;
	}
}

#define FORMAT_END '|'

static const char *next_format(const char *format)
{
	const char *end = strchr(format, FORMAT_END);
	return end ? end + 1 : NULL;
}

static bool match(const char *format, struct view text, struct reading *reading)
{
	skip_spaces(&text);
	for (; *format && *format != FORMAT_END; format++) {
		if (isspace((unsigned char)*format)) {
			skip_spaces(&text);
		} else if (*format == '%' && format[1] && format[1] != '%') {
			if (!take(*++format, &text, reading))
				return false;
		} else {
			format += *format == '%' && format[1] == '%';
			if (text.size == 0 || *text.data != *format)
				return false;
			text.data++;
			text.size--;
		}
	}
	skip_spaces(&text);
	return text.size == 0;
}

static bool sensible(const struct reading *reading)
{
	return reading->year >= 1 && reading->month >= 1 && reading->month <= 12 && reading->day >= 1
		&& reading->day <= calendar_month_days(reading->year, (int)reading->month)
		&& reading->hour <= 24 && reading->minute <= 59 && reading->second <= 60
		&& (!reading->twelve || (reading->hour >= 1 && reading->hour <= 12));
}

/* The first of the formats that `format` begins with. */
static bool by_format(const char *format, struct view text, int64_t *local, int64_t *utc)
{
	struct reading reading = {.year = 1970, .month = 1, .day = 1};
	if (!match(format, text, &reading) || !sensible(&reading))
		return false;
	if (reading.twelve)
		reading.hour = reading.hour % 12 + (reading.afternoon ? 12 : 0);
	int64_t day = calendar_day((struct date){reading.year, (int)reading.month, (int)reading.day});
	*local = day * DAY_MS + reading.hour * HOUR_MS + reading.minute * MINUTE_MS + reading.second * SECOND_MS
		+ reading.millisecond;
	*utc = reading.zoned ? *local - reading.offset : INSTANT_NONE;
	return true;
}

static bool iso(struct view text, int64_t *local, int64_t *utc)
{
	static const char *const formats[] = {
		"%Y-%m-%dT%H:%M:%S%z", "%Y-%m-%dT%H:%M:%S.%f%z", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%dT%H:%M:%S.%f", "%Y-%m-%d %H:%M:%S %z",
		"%Y-%m-%d %H:%M:%S.%f %z", "%Y-%m-%d %H:%M:%S", "%Y-%m-%d %H:%M:%S.%f", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M",
		"%Y-%m-%dT%H:%M%z", "%Y-%m-%d %H:%M %z", "%Y-%m-%d", NULL,
	};
	for (int i = 0; formats[i]; i++)
		if (by_format(formats[i], text, local, utc))
			return true;
	return false;
}

static bool by_number(struct view text, int64_t unit, int64_t *local, int64_t *utc)
{
	if (!mapping_number(text, unit, utc))
		return false;
	*local = *utc; /* near enough to compare with another one of the same kind */
	return true;
}

static bool is_word(const char *format, const char *word)
{
	const size_t size = strlen(word);
	return strncmp(format, word, size) == 0 && (!format[size] || format[size] == FORMAT_END);
}

bool mapping_time(const char *format, struct view text, int64_t *local, int64_t *utc)
{
	for (; format; format = next_format(format)) {
		const bool found = is_word(format, "iso") ? iso(text, local, utc)
			: is_word(format, "epoch")	  ? by_number(text, SECOND_MS, local, utc)
			: is_word(format, "epoch_ms")	  ? by_number(text, 1, local, utc)
							  : by_format(format, text, local, utc);
		if (found)
			return true;
	}
	return false;
}

bool mapping_time_format(const char *format)
{
	for (; format; format = next_format(format)) {
		bool any = is_word(format, "iso") || is_word(format, "epoch") || is_word(format, "epoch_ms");
		for (const char *at = any ? "" : format; *at && *at != FORMAT_END; at++) {
			if (*at != '%')
				continue;
			if (!*++at || !strchr("YymbdHIMSfpz%", *at))
				return false;
			any = true;
		}
		if (!any)
			return false;
	}
	return true;
}

/* 1:02:03 or 2:03 */
static bool clock_time(struct view text, int64_t *value)
{
	int64_t sum = 0, part;
	for (int i = 0; i < 3; i++) {
		if (!digits(&text, 6, &part))
			return false;
		sum = sum * 60 + part;
		if (text.size == 0) {
			*value = sum * SECOND_MS;
			return i > 0;
		}
		if (*text.data != ':')
			return false;
		text.data++;
		text.size--;
	}
	return false;
}

bool mapping_number(struct view text, int64_t unit, int64_t *value)
{
	skip_spaces(&text);
	if (text.size && memchr(text.data, ':', text.size))
		return clock_time(text, value);
	bool negative = text.size && *text.data == '-';
	if (negative || (text.size && *text.data == '+')) {
		text.data++;
		text.size--;
	}
	int64_t whole;
	if (!digits(&text, 14, &whole) || whole > INT64_C(1000000000000000) / unit)
		return false;
	int64_t sum = whole * unit, scale = unit;
	if (text.size && (*text.data == '.' || *text.data == ',')) {
		text.data++;
		text.size--;
		int64_t rest = 0, most = 1;
		for (; text.size && isdigit((unsigned char)*text.data); text.data++, text.size--)
			if (most < 1000000) {
				rest = rest * 10 + (*text.data - '0');
				most *= 10;
			}
		sum += (rest * scale + most / 2) / most;
	}
	skip_spaces(&text);
	*value = negative ? -sum : sum;
	return text.size == 0;
}
