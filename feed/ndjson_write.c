#include "feed/ndjson.h"

#include <inttypes.h>
#include <stdio.h>
#include <utf8proc.h>

#include "base/text.h"
#include "feed/pack.h"
#include "feed/pack_write.h"
#include "feed/rules.h"

ALWAYS_INLINE void put(struct wire_buffer *to, const char *text)
{
	pack_put_bytes(to, text, strlen(text));
}

static void put_integer(struct wire_buffer *to, int64_t number)
{
	char text[TEXT_INTEGER_SIZE];
	pack_put_bytes(to, text, text_integer(number, text));
}

static void put_thousandths(struct wire_buffer *to, int64_t number)
{
	char text[32];
	int64_t size = number < 0 ? -number : number;
	int length = snprintf(text, sizeof text, "%s%" PRId64 ".%03d", number < 0 ? "-" : "", size / 1000, (int)(size % 1000));
	while (text[length - 1] == '0')
		length--;
	if (text[length - 1] == '.')
		length--;
	pack_put_bytes(to, text, (size_t)length);
}

/* Valid JSON would need it only below U+0020 and for two marks; the rest is what a terminal or an editor obeys. */
static bool is_escaped(utf8proc_int32_t character)
{
	return character < 0x20 || character == '"' || character == '\\' || (character >= 0x7f && character < 0xa0)
		|| character == 0x200e || character == 0x200f || (character >= 0x2028 && character <= 0x202e)
		|| (character >= 0x2066 && character <= 0x2069) || character == 0xfeff;
}

static void put_escape(struct wire_buffer *to, utf8proc_int32_t character)
{
	char text[8] = {'\\', (char)character, 0};
	if (character == '\n')
		text[1] = 'n';
	else if (character == '\t')
		text[1] = 't';
	else if (character != '"' && character != '\\')
		snprintf(text, sizeof text, "\\u%04x", (unsigned)character & 0xffff);
	put(to, text);
}

/* Most of what is written: it stands for itself. */
static size_t plain_bytes(struct view text, size_t at)
{
	const size_t from = at;
	while (at < text.size && text.data[at] >= ' ' && text.data[at] < 0x7f && text.data[at] != '"' && text.data[at] != '\\')
		at++;
	return at - from;
}

/* Bytes that are no UTF-8 become U+FFFD. */
static void put_text(struct wire_buffer *to, struct view text)
{
	put(to, "\"");
	for (size_t at = 0; at < text.size;) {
		const size_t plain = plain_bytes(text, at);
		pack_put_bytes(to, text.data + at, plain);
		at += plain;
		if (at == text.size)
			break;
		utf8proc_int32_t character;
		const utf8proc_uint8_t *bytes = (const utf8proc_uint8_t *)text.data + at;
		utf8proc_ssize_t taken = utf8proc_iterate(bytes, (utf8proc_ssize_t)(text.size - at), &character);
		if (taken <= 0)
			put(to, "\xef\xbf\xbd");
		else if (is_escaped(character))
			put_escape(to, character);
		else
			pack_put_bytes(to, bytes, (size_t)taken);
		at += taken > 0 ? (size_t)taken : 1;
	}
	put(to, "\"");
}

/* The raw value of week or holidays, checked before: arrays of arrays, integers and texts. */
static bool put_raw(struct wire_buffer *to, struct pack *pack)
{
	struct pack_value value;
	if (!pack_read(pack, PACK_HOLIDAYS_MAX, &value))
		return false;
	if (value.kind == PACK_INTEGER)
		put_integer(to, value.number);
	if (value.kind == PACK_TEXT)
		put_text(to, value.text);
	if (value.kind != PACK_ARRAY)
		return true;
	put(to, "[");
	for (uint32_t i = 0; i < value.count; i++) {
		put(to, i ? ", " : "");
		if (!put_raw(to, pack))
			return false;
	}
	put(to, "]");
	return true;
}

static void put_value(struct wire_buffer *to, const struct event *event, int key)
{
	int64_t number = key >= KEY_TEXT_COUNT ? event->number[key - KEY_TEXT_COUNT] : 0;
	if (rules_is_calendar(key)) {
		struct pack pack = pack_of(event->text[key].data, event->text[key].size);
		put_raw(to, &pack);
	} else if (key < KEY_TEXT_COUNT && !event->text[key].data) {
		put(to, "null");
	} else if (key < KEY_TEXT_COUNT) {
		put_text(to, event->text[key]);
	} else if (rules_is_flag(key)) {
		put(to, number ? "true" : "false");
	} else if (rules_in_thousandths(key)) {
		put_thousandths(to, number);
	} else {
		put_integer(to, number);
	}
}

void ndjson_write(struct wire_buffer *to, const struct event *event)
{
	put(to, "{\"ts\": ");
	put_integer(to, event->ts);
	put(to, ", \"type\": ");
	put_text(to, rules_type_name(event));
	for (uint64_t keys = rules_written(event); keys; keys &= keys - 1) {
		int key = __builtin_ctzll(keys);
		if (rules_is_calendar(key) && !rules_calendar(key, event->text[key]))
			continue;
		put(to, ", \"");
		put(to, event_key_names[key]);
		put(to, "\": ");
		put_value(to, event, key);
	}
	put(to, "}\n");
}
