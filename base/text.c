#include <string.h>

#include <utf8proc.h>

#include "base/text.h"

#define WHOLE_DIGITS 19 /* that always fit into 64 bits */

#define REPLACEMENT 0xFFFD
#define DROPPED (-1)
#define SPACE ' '
#define MARKS_MOST 2 /* combining marks on one cell */

struct range {
	int32_t from, to;
};

/* Wide characters whose two cells every terminal agrees on: CJK, kana, hangul and their full-width forms. */
static const struct range wide_scripts[] = {
	{0x1100, 0x115E},
	{0x2E80, 0x303E},
	{0x3041, 0x33FF},
	{0x3400, 0x4DBF},
	{0x4E00, 0x9FFF},
	{0xA960, 0xA97F},
	{0xAC00, 0xD7A3},
	{0xF900, 0xFAFF},
	{0xFE30, 0xFE6F},
	{0xFF01, 0xFF60},
	{0xFFE0, 0xFFE6},
	{0x1B000, 0x1B16F},
	{0x20000, 0x3FFFD},
};

/* One cell or two, as one asks utf8proc, wcwidth(3) or the terminal: tone marks, circled numbers on black,
 * hexagrams, Vietnamese reading marks; and emoji, flags and tiles. */
static const struct range contested[] = {
	{0x302E, 0x302F},
	{0x3248, 0x324F},
	{0x4DC0, 0x4DFF},
	{0x16FF0, 0x16FF1},
	{0x1F000, 0x1FFFF},
};

static bool is_in(const struct range *ranges, size_t count, int32_t code)
{
	for (size_t i = 0; i < count; i++)
		if (code >= ranges[i].from && code <= ranges[i].to)
			return true;
	return false;
}

/* Vowels and finals of decomposed hangul join the syllable before them and take no cell. */
static bool is_joining_jamo(int32_t code)
{
	return (code >= 0x1160 && code <= 0x11FF) || (code >= 0xD7B0 && code <= 0xD7FF);
}

/* As terminals and wcwidth(3) count; utf8proc gives spacing marks (Devanagari vowels ...) no cell of their
 * own. */
static int cells_of(int32_t code)
{
	if (is_joining_jamo(code))
		return 0;
	return utf8proc_category(code) == UTF8PROC_CATEGORY_MC ? 1 : utf8proc_charwidth(code);
}

static bool is_space(int32_t code)
{
	if (code == SPACE || (code >= 0x09 && code <= 0x0D) || code == 0x85)
		return true;
	const utf8proc_category_t category = utf8proc_category(code);
	return category == UTF8PROC_CATEGORY_ZS || category == UTF8PROC_CATEGORY_ZL ||
	       category == UTF8PROC_CATEGORY_ZP;
}

/* The character that may be shown in its place: itself, SPACE, REPLACEMENT or DROPPED. */
static int32_t tame(int32_t code)
{
	if (is_space(code))
		return SPACE;
	if (code >= 0xE0000 && code <= 0xE0FFF) /* tags and what is reserved beside them */
		return DROPPED;
	const utf8proc_property_t *property = utf8proc_get_property(code);
	if (property->ignorable)
		return DROPPED;
	switch (property->category) {
	case UTF8PROC_CATEGORY_CF:
		return DROPPED;
	case UTF8PROC_CATEGORY_CC:
	case UTF8PROC_CATEGORY_CN:
	case UTF8PROC_CATEGORY_CO:
	case UTF8PROC_CATEGORY_CS:
		return REPLACEMENT;
	default:
		break;
	}
	if (is_in(contested, sizeof contested / sizeof *contested, code))
		return REPLACEMENT;
	return cells_of(code) > 1 && !is_in(wide_scripts, sizeof wide_scripts / sizeof *wide_scripts, code)
		       ? REPLACEMENT
		       : code;
}

/* The next code point of whatever bytes these are, or DROPPED - 1 for a byte that belongs to none. */
static int32_t decode(const char *bytes, size_t size, size_t *taken)
{
	utf8proc_int32_t code;
	const utf8proc_ssize_t length =
		utf8proc_iterate((const utf8proc_uint8_t *)bytes, (utf8proc_ssize_t)size, &code);
	*taken = length > 0 ? (size_t)length : 1;
	return length > 0 ? code : DROPPED - 1;
}

/* Most of what comes: nothing has to be looked up for it. */
static bool is_plain(char byte)
{
	return byte > SPACE && byte < 0x7f;
}

size_t text_harmless(struct view from, char *to, size_t room)
{
	if (room == 0)
		return 0;
	size_t written = 0;
	int marks = MARKS_MOST; /* none may come before the first cell */
	bool after_space = false;
	for (size_t at = 0, taken; at < from.size; at += taken) {
		if (is_plain(from.data[at]) && written + 1 < room) {
			to[written++] = from.data[at];
			marks = 0;
			after_space = false;
			taken = 1;
			continue;
		}
		int32_t code = decode(from.data + at, from.size - at, &taken);
		code = code < 0 ? REPLACEMENT : tame(code);
		if (code == DROPPED || (code == SPACE && after_space))
			continue;
		const bool is_mark = cells_of(code) == 0;
		if (is_mark && marks >= MARKS_MOST)
			continue;
		utf8proc_uint8_t bytes[4];
		const size_t length = (size_t)utf8proc_encode_char(code, bytes);
		if (written + length >= room)
			break;
		memcpy(to + written, bytes, length);
		written += length;
		marks = is_mark ? marks + 1 : 0;
		after_space = code == SPACE;
	}
	to[written] = 0;
	return written;
}

int32_t text_next(const char *text, int *width, int *bytes)
{
	const size_t size = strnlen(text, 4);
	if (size == 0) {
		*width = *bytes = 0;
		return 0;
	}
	size_t taken;
	int32_t code = decode(text, size, &taken);
	if (code < 0)
		code = REPLACEMENT;
	*bytes = (int)taken;
	*width = cells_of(code);
	return code;
}

int text_width(const char *text)
{
	int total = 0;
	for (int width, bytes; text_next(text, &width, &bytes); text += bytes)
		total += width;
	return total;
}

bool text_valid(struct view text)
{
	for (size_t at = 0, taken; at < text.size; at += taken)
		if (decode(text.data + at, text.size - at, &taken) < 0)
			return false;
	return true;
}

void text_lower_first(char *text)
{
	int width, first, second;
	const int32_t capital = text_next(text, &width, &first), next = capital ? text_next(text + first, &width, &second) : 0;
	const int32_t small = capital ? utf8proc_tolower(capital) : 0;
	utf8proc_uint8_t bytes[4];
	/* In place: only where the small letter takes as many bytes. */
	if (small != capital && next && (next == SPACE || utf8proc_category(next) == UTF8PROC_CATEGORY_LL) && utf8proc_encode_char(small, bytes) == first)
		memcpy(text, bytes, (size_t)first);
}

int64_t text_whole(struct view text, int64_t most)
{
	uint64_t number = 0;
	if (text.size == 0 || text.size > WHOLE_DIGITS)
		return -1;
	for (size_t i = 0; i < text.size; i++) {
		const unsigned digit = (unsigned)text.data[i] - '0';
		if (digit > 9)
			return -1;
		number = number * 10 + digit;
	}
	return number <= (uint64_t)most ? (int64_t)number : -1;
}

size_t text_integer(int64_t number, char to[TEXT_INTEGER_SIZE])
{
	char digits[TEXT_INTEGER_SIZE];
	uint64_t left = number < 0 ? -(uint64_t)number : (uint64_t)number;
	size_t at = sizeof digits;
	do
		digits[--at] = (char)('0' + left % 10);
	while (left /= 10);
	if (number < 0)
		digits[--at] = '-';
	memcpy(to, digits + at, sizeof digits - at);
	return sizeof digits - at;
}
