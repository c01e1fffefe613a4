/* MessagePack read value by value straight from the bytes: every length is checked against what is there before it is
 * believed, nothing is allocated, nothing recurses. For feed/ and journal/. */
#ifndef FEED_PACK_H
#define FEED_PACK_H

#include <stdint.h>

#include "feed/event.h"

#define PACK_DEPTH_MAX 8
#define PACK_ITEMS_MAX 262144 /* keys and values of a whole batch */
#define PACK_ELEMENTS_MAX 4096
#define PACK_HOLIDAYS_MAX 16384
#define PACK_TEXT_MAX (16 * 1024)
#define PACK_INTEGER_MAX (INT64_C(1) << 53) /* from here on a double no longer holds every integer */

#define ALWAYS_INLINE static inline __attribute__((always_inline))

enum pack_kind {
	PACK_NIL, PACK_UNDEFINED /* fixext1 type 0, as msgpackr writes it */, PACK_FLAG, PACK_INTEGER, PACK_REAL, PACK_TEXT,
	PACK_ARRAY, PACK_MAP, PACK_OTHER /* bytes, extensions, integers over INT64_MAX */
};

struct pack {
	const uint8_t *at, *end;
	const uint8_t *begin; /* for messages */
	uint32_t items;	      /* that may still come */
	enum feed_fault fault;
	const char *why;
};

struct pack_value {
	enum pack_kind kind;
	uint32_t count; /* elements of an array, pairs of a map; they follow */
	int64_t number; /* of integers and flags; integral floats are integers */
	double real;
	struct view text;
};

ALWAYS_INLINE struct pack pack_of(const void *data, size_t size)
{
	const uint8_t *bytes = data;
	return (struct pack){.at = bytes, .begin = bytes, .end = size ? bytes + size : bytes, .items = PACK_ITEMS_MAX};
}

/* Leaves the reason; returns false, and lets the compiler see that it does. */
void pack_note(struct pack *pack, enum feed_fault fault, const char *why) __attribute__((cold));
ALWAYS_INLINE bool pack_fail(struct pack *pack, enum feed_fault fault, const char *why)
{
	pack_note(pack, fault, why);
	return false;
}

/* Passes over one value and all that is in it. `depth`: of the container it stands in; `most`: elements it may have itself
 * (those below: PACK_ELEMENTS_MAX). */
bool pack_skip(struct pack *pack, int depth, uint32_t most);

ALWAYS_INLINE size_t pack_left(const struct pack *pack)
{
	return (size_t)(pack->end - pack->at);
}

ALWAYS_INLINE uint64_t pack_big_endian(const uint8_t *at, int bytes)
{
	uint16_t two;
	uint32_t four;
	uint64_t eight;
	switch (bytes) {
	case 1:
		return *at;
	case 2:
		memcpy(&two, at, 2);
		return __builtin_bswap16(two);
	case 4:
		memcpy(&four, at, 4);
		return __builtin_bswap32(four);
	default:
		memcpy(&eight, at, 8);
		return __builtin_bswap64(eight);
	}
}

/* The big-endian number after the tag; passes over both. */
ALWAYS_INLINE bool pack_number(struct pack *pack, int bytes, uint64_t *number)
{
	if (pack_left(pack) < (size_t)bytes + 1)
		return pack_fail(pack, FAULT_MALFORMED, "it ends within a value");
	*number = pack_big_endian(pack->at + 1, bytes);
	pack->at += bytes + 1;
	return true;
}

ALWAYS_INLINE bool pack_bytes(struct pack *pack, uint64_t size, struct view *bytes)
{
	if (size > PACK_TEXT_MAX)
		return pack_fail(pack, FAULT_TOO_LARGE, "a text of more than 16 KiB");
	if (size > pack_left(pack))
		return pack_fail(pack, FAULT_MALFORMED, "it ends within a text");
	*bytes = (struct view){(const char *)pack->at, (size_t)size};
	pack->at += size;
	return true;
}

/* A container's head: the count is believed only if its elements can be there, each at least a byte long. */
ALWAYS_INLINE bool pack_count(struct pack *pack, uint64_t count, uint32_t each, uint32_t most, uint32_t *to)
{
	if (count > most)
		return pack_fail(pack, FAULT_TOO_LARGE, "a container with too many elements");
	uint32_t items = (uint32_t)count * each;
	if (items > pack_left(pack))
		return pack_fail(pack, FAULT_MALFORMED, "it ends within a container");
	if (items > pack->items)
		return pack_fail(pack, FAULT_TOO_LARGE, "more than 262144 items");
	pack->items -= items;
	*to = (uint32_t)count;
	return true;
}

/* Integral floats are integers, as far as their kind of float holds every integer. */
ALWAYS_INLINE void pack_real(double real, double exact, struct pack_value *value)
{
	value->kind = PACK_REAL;
	value->real = real;
	if (!(real > -exact && real < exact))
		return;
	value->number = (int64_t)real;
	if ((double)value->number == real)
		value->kind = PACK_INTEGER;
}

ALWAYS_INLINE void pack_float32(uint64_t bits, struct pack_value *value)
{
	uint32_t word = (uint32_t)bits;
	float real;
	memcpy(&real, &word, sizeof real);
	pack_real((double)real, 16777216.0, value);
}

ALWAYS_INLINE void pack_float64(uint64_t bits, struct pack_value *value)
{
	double real;
	memcpy(&real, &bits, sizeof real);
	pack_real(real, (double)PACK_INTEGER_MAX, value);
}

/* One value; of a container its head only. `most`: elements a container may have. A switch over all tags of the format:
 * cutting it up would only hide the table that it is. */
ALWAYS_INLINE bool pack_read(struct pack *pack, uint32_t most, struct pack_value *value)
{
	if (pack->at == pack->end)
		return pack_fail(pack, FAULT_MALFORMED, "it ends where a value is due");
	uint8_t tag = *pack->at;
	uint64_t number = 0;
	struct view bytes;
	value->kind = PACK_OTHER;
	if (tag >= 0xa0 && tag <= 0xbf) {
		pack->at++;
		value->kind = PACK_TEXT;
		return pack_bytes(pack, tag & 0x1f, &value->text);
	}
	if (tag <= 0x7f || tag >= 0xe0) {
		pack->at++;
		value->kind = PACK_INTEGER;
		value->number = (int8_t)tag;
		return true;
	}
	if (tag <= 0x9f) {
		pack->at++;
		value->kind = tag <= 0x8f ? PACK_MAP : PACK_ARRAY;
		return pack_count(pack, tag & 0x0f, tag <= 0x8f ? 2 : 1, most, &value->count);
	}
	switch (tag) {
	case 0xc0:
		pack->at++;
		value->kind = PACK_NIL;
		return true;
	case 0xc2:
	case 0xc3:
		pack->at++;
		value->kind = PACK_FLAG;
		value->number = tag & 1;
		return true;
	case 0xc4:
		return pack_number(pack, 1, &number) && pack_bytes(pack, number, &bytes);
	case 0xc5:
		return pack_number(pack, 2, &number) && pack_bytes(pack, number, &bytes);
	case 0xc6:
		return pack_number(pack, 4, &number) && pack_bytes(pack, number, &bytes);
	case 0xc7: /* extensions: the type is one more byte before the data */
		return pack_number(pack, 1, &number) && pack_bytes(pack, number + 1, &bytes);
	case 0xc8:
		return pack_number(pack, 2, &number) && pack_bytes(pack, number + 1, &bytes);
	case 0xc9:
		return pack_number(pack, 4, &number) && pack_bytes(pack, number + 1, &bytes);
	case 0xca:
		if (!pack_number(pack, 4, &number))
			return false;
		pack_float32(number, value);
		return true;
	case 0xcb:
		if (!pack_number(pack, 8, &number))
			return false;
		pack_float64(number, value);
		return true;
	case 0xcc:
	case 0xcd:
	case 0xce:
	case 0xcf:
		if (!pack_number(pack, 1 << (tag & 3), &number))
			return false;
		value->kind = number > INT64_MAX ? PACK_OTHER : PACK_INTEGER;
		value->number = (int64_t)number;
		return true;
	case 0xd0:
		value->kind = PACK_INTEGER;
		if (!pack_number(pack, 1, &number))
			return false;
		value->number = (int8_t)number;
		return true;
	case 0xd1:
		value->kind = PACK_INTEGER;
		if (!pack_number(pack, 2, &number))
			return false;
		value->number = (int16_t)number;
		return true;
	case 0xd2:
		value->kind = PACK_INTEGER;
		if (!pack_number(pack, 4, &number))
			return false;
		value->number = (int32_t)number;
		return true;
	case 0xd3:
		value->kind = PACK_INTEGER;
		if (!pack_number(pack, 8, &number))
			return false;
		value->number = (int64_t)number;
		return true;
	case 0xd4:
	case 0xd5:
	case 0xd6:
	case 0xd7:
	case 0xd8:
		pack->at++;
		if (!pack_bytes(pack, (UINT64_C(1) << (tag - 0xd4)) + 1, &bytes))
			return false;
		if (tag == 0xd4 && bytes.data[0] == 0)
			value->kind = PACK_UNDEFINED;
		return true;
	case 0xd9:
		value->kind = PACK_TEXT;
		return pack_number(pack, 1, &number) && pack_bytes(pack, number, &value->text);
	case 0xda:
		value->kind = PACK_TEXT;
		return pack_number(pack, 2, &number) && pack_bytes(pack, number, &value->text);
	case 0xdb:
		value->kind = PACK_TEXT;
		return pack_number(pack, 4, &number) && pack_bytes(pack, number, &value->text);
	case 0xdc:
		value->kind = PACK_ARRAY;
		return pack_number(pack, 2, &number) && pack_count(pack, number, 1, most, &value->count);
	case 0xdd:
		value->kind = PACK_ARRAY;
		return pack_number(pack, 4, &number) && pack_count(pack, number, 1, most, &value->count);
	case 0xde:
		value->kind = PACK_MAP;
		return pack_number(pack, 2, &number) && pack_count(pack, number, 2, most, &value->count);
	case 0xdf:
		value->kind = PACK_MAP;
		return pack_number(pack, 4, &number) && pack_count(pack, number, 2, most, &value->count);
	default:
		return pack_fail(pack, FAULT_MALFORMED, "the byte 0xc1, which MessagePack never uses");
	}
}

#endif
