/* One line of a queue_log: its fields, its second and its verb. */
#include <endian.h>

#include "feed/imports/queue_log.h"

#define SECOND_LAST INT64_C(32503680000) /* the year 3000 */
#define EVERY_BYTE UINT64_C(0x0101010101010101)
#define LOW_BITS (EVERY_BYTE * 0x7f)

/* The top bit of each byte that is zero, of eight at once. */
static uint64_t zero_bytes(uint64_t word)
{
	return ~(((word & LOW_BITS) + LOW_BITS) | word | LOW_BITS);
}

/* Finds the separators among eight bytes; the top bits of those that are NUL. */
static uint64_t split_word(uint64_t word, size_t at, struct queue_log_line *line)
{
	for (uint64_t bars = zero_bytes(word ^ EVERY_BYTE * '|'); bars && line->count <= QUEUE_LOG_FIELDS; bars &= bars - 1)
		line->starts[line->count++] = (uint16_t)(at + (size_t)__builtin_ctzll(bars) / 8 + 1);
	return zero_bytes(word);
}

/* Finds the separators; true if there is a NUL byte. */
static bool split(struct view text, struct queue_log_line *line)
{
	uint64_t word, nuls = 0;
	size_t at = 0;
	line->starts[0] = 0;
	line->count = 1;
	for (; at + sizeof word <= text.size; at += sizeof word) {
		memcpy(&word, text.data + at, sizeof word);
		nuls |= split_word(le64toh(word), at, line);
	}
	word = EVERY_BYTE * ' ';
	memcpy(&word, text.data + at, text.size - at);
	nuls |= split_word(le64toh(word), at, line);
	if (line->count <= QUEUE_LOG_FIELDS)
		line->starts[line->count] = (uint16_t)(text.size + 1);
	else
		line->count = QUEUE_LOG_FIELDS;
	return nuls;
}

static bool is_digit(char byte)
{
	return byte >= '0' && byte <= '9';
}

/* Whole seconds since the epoch; a fraction, as some patched versions write it, is dropped. */
static bool read_second(struct view text, int64_t *ts)
{
	int64_t second = 0;
	size_t i = 0;
	for (; i < text.size && i < 12 && is_digit(text.data[i]); i++)
		second = second * 10 + (text.data[i] - '0');
	if (i == 0 || (i < text.size && text.data[i] != '.'))
		return false;
	for (size_t k = i + 1; k < text.size; k++)
		if (!is_digit(text.data[k]))
			return false;
	*ts = second * SECOND_MS;
	return second > 0 && second <= SECOND_LAST;
}

static bool is_verb(const struct queue_log_line *line, const char *text, int field)
{
	return verb_find(queue_log_fields(line, text, field, field)) != NULL;
}

/* Of a line whose fifth field is no verb that is known. NULL: the fields stand where they should. */
static const char *shifted(const struct queue_log_line *line, const char *text)
{
	if (is_verb(line, text, 3))
		return "the fields are shifted: the verb stands in field 4 in place of 5";
	if (line->count > 5 && is_verb(line, text, 5))
		return "the fields are shifted: the verb stands in field 6 in place of 5";
	return queue_log_fields(line, text, 4, 4).size ? NULL : "no verb";
}

const char *queue_log_line_read(struct view text, struct queue_log_line *line)
{
	if (split(text, line))
		return "a NUL byte in the line";
	if (!read_second(queue_log_fields(line, text.data, 0, 0), &line->ts))
		return "the first field is no time (seconds since 1970)";
	if (line->count < 5)
		return "fewer than five fields: cut off?";
	line->verb = verb_find(queue_log_fields(line, text.data, 4, 4));
	return line->verb ? NULL : shifted(line, text.data);
}
