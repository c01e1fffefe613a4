#include "feed/replay_wire.h"

#define ENTRIES_MAX 16

struct cursor {
	const uint8_t *at, *end;
};

enum value_kind { VALUE_OTHER, VALUE_NUMBER, VALUE_TEXT, VALUE_TRUE };

struct value {
	enum value_kind kind;
	uint64_t number;
	struct view text;
};

static bool take(struct cursor *cursor, size_t size, const uint8_t **bytes)
{
	if ((size_t)(cursor->end - cursor->at) < size)
		return false;
	*bytes = cursor->at;
	cursor->at += size;
	return true;
}

static bool take_number(struct cursor *cursor, size_t size, uint64_t *number)
{
	const uint8_t *bytes;
	if (!take(cursor, size, &bytes))
		return false;
	uint64_t sum = 0;
	for (size_t i = 0; i < size; i++)
		sum = sum << 8 | bytes[i];
	*number = sum;
	return true;
}

static bool take_text(struct cursor *cursor, size_t size, struct value *value)
{
	const uint8_t *bytes;
	if (!take(cursor, size, &bytes))
		return false;
	value->kind = VALUE_TEXT;
	value->text = (struct view){(const char *)bytes, size};
	return true;
}

static bool take_unsigned(struct cursor *cursor, size_t size, struct value *value)
{
	value->kind = VALUE_NUMBER;
	return take_number(cursor, size, &value->number);
}

/* A signed number below zero is nothing that these maps may hold. */
static bool take_signed(struct cursor *cursor, size_t size, struct value *value)
{
	return take_unsigned(cursor, size, value) && value->number >> (size * 8 - 1) == 0;
}

/* JavaScript packers write times as float64: whole ones below 2^53 are taken. */
static bool take_double(struct cursor *cursor, struct value *value)
{
	union {
		uint64_t bits;
		double number;
	} both;
	if (!take_number(cursor, 8, &both.bits))
		return false;
	if (!(both.number >= 0 && both.number < 9007199254740992.0))
		return false;
	value->kind = VALUE_NUMBER;
	value->number = (uint64_t)both.number;
	return (double)value->number == both.number;
}

static bool take_value(struct cursor *cursor, struct value *value)
{
	*value = (struct value){.kind = VALUE_OTHER};
	const uint8_t *head;
	if (!take(cursor, 1, &head))
		return false;
	if (*head < 0x80) {
		value->kind = VALUE_NUMBER;
		value->number = *head;
		return true;
	}
	if ((*head & 0xe0) == 0xa0)
		return take_text(cursor, *head & 0x1f, value);
	uint64_t size;
	switch (*head) {
	case 0xc0:
	case 0xc2:
		return true;
	case 0xc3:
		value->kind = VALUE_TRUE;
		return true;
	case 0xcb:
		return take_double(cursor, value);
	case 0xcc:
	case 0xcd:
	case 0xce:
	case 0xcf:
		return take_unsigned(cursor, (size_t)1 << (*head - 0xcc), value);
	case 0xd0:
	case 0xd1:
	case 0xd2:
	case 0xd3:
		return take_signed(cursor, (size_t)1 << (*head - 0xd0), value);
	case 0xd9:
		return take_number(cursor, 1, &size) && take_text(cursor, size, value);
	case 0xda:
		return take_number(cursor, 2, &size) && take_text(cursor, size, value);
	default:
		return false;
	}
}

static bool take_head(struct cursor *cursor, uint64_t *entries)
{
	const uint8_t *head;
	if (!take(cursor, 1, &head))
		return false;
	*entries = *head & 0x0f;
	if ((*head & 0xf0) == 0x80)
		return true;
	return *head == 0xde && take_number(cursor, 2, entries);
}

static void keep_number(const struct value *value, uint64_t *number, bool *present)
{
	if (value->kind != VALUE_NUMBER)
		return;
	*number = value->number;
	*present = true;
}

static void keep(struct replay_map *map, struct view key, const struct value *value)
{
	if (view_is(key, "src") && value->kind == VALUE_TEXT)
		map->src = value->text;
	else if (view_is(key, "boot"))
		keep_number(value, &map->boot, &map->has_boot);
	else if (view_is(key, "from"))
		keep_number(value, &map->from, &map->has_from);
	else if (view_is(key, "to"))
		keep_number(value, &map->to, &map->has_to);
	else if (view_is(key, "have_from"))
		keep_number(value, &map->have_from, &map->has_have_from);
	else if (view_is(key, "end"))
		map->end = value->kind == VALUE_TRUE;
}

bool replay_map_read(const void *data, size_t size, struct replay_map *map)
{
	*map = (struct replay_map){0};
	struct cursor cursor = {data, (const uint8_t *)data + size};
	uint64_t entries;
	if (size > REPLAY_MAP_MAX || !take_head(&cursor, &entries) || entries > ENTRIES_MAX)
		return false;
	for (uint64_t i = 0; i < entries; i++) {
		struct value key, value;
		if (!take_value(&cursor, &key) || key.kind != VALUE_TEXT || !take_value(&cursor, &value))
			return false;
		keep(map, key.text, &value);
	}
	return cursor.at == cursor.end;
}

static uint8_t *put_text(uint8_t *to, struct view text)
{
	*to++ = 0xd9;
	*to++ = (uint8_t)text.size;
	memcpy(to, text.data, text.size);
	return to + text.size;
}

static uint8_t *put_number(uint8_t *to, uint64_t number)
{
	*to++ = 0xcf;
	for (int shift = 56; shift >= 0; shift -= 8)
		*to++ = (uint8_t)(number >> shift);
	return to;
}

size_t replay_request_write(uint8_t *to, struct view src, uint64_t boot, uint64_t from, uint64_t last)
{
	if (src.size > 255)
		return 0;
	uint8_t *at = to;
	*at++ = 0x84;
	at = put_text(put_text(at, view_of("src")), src);
	at = put_number(put_text(at, view_of("boot")), boot);
	at = put_number(put_text(at, view_of("from")), from);
	at = put_number(put_text(at, view_of("to")), last);
	return (size_t)(at - to);
}

size_t replay_end_write(uint8_t *to, uint64_t have_from)
{
	uint8_t *at = to;
	*at++ = 0x82;
	at = put_text(at, view_of("end"));
	*at++ = 0xc3;
	at = put_number(put_text(at, view_of("have_from")), have_from);
	return (size_t)(at - to);
}
