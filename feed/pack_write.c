#include "feed/pack_write.h"

#include "base/memory.h"

void pack_put_bytes(struct wire_buffer *to, const void *bytes, size_t size)
{
	if (size == 0)
		return;
	if (size > to->room - to->size)
		to->data = memory_grow(to->data, &to->room, to->size + size, 1);
	memcpy(to->data + to->size, bytes, size);
	to->size += size;
}

/* A tag and its number, big-endian. */
static void put_tagged(struct wire_buffer *to, uint8_t tag, uint64_t number, int bytes)
{
	uint8_t out[9] = {tag};
	for (int i = 0; i < bytes; i++)
		out[1 + i] = (uint8_t)(number >> (8 * (bytes - 1 - i)));
	pack_put_bytes(to, out, 1 + (size_t)bytes);
}

void pack_put_unsigned(struct wire_buffer *to, uint64_t number)
{
	if (number < 0x80)
		put_tagged(to, (uint8_t)number, 0, 0);
	else if (number <= UINT8_MAX)
		put_tagged(to, 0xcc, number, 1);
	else if (number <= UINT16_MAX)
		put_tagged(to, 0xcd, number, 2);
	else if (number <= UINT32_MAX)
		put_tagged(to, 0xce, number, 4);
	else
		put_tagged(to, 0xcf, number, 8);
}

void pack_put_integer(struct wire_buffer *to, int64_t number)
{
	uint64_t bits = (uint64_t)number;
	if (number >= 0)
		pack_put_unsigned(to, bits);
	else if (number >= -32)
		put_tagged(to, (uint8_t)bits, 0, 0);
	else if (number >= INT8_MIN)
		put_tagged(to, 0xd0, bits, 1);
	else if (number >= INT16_MIN)
		put_tagged(to, 0xd1, bits, 2);
	else if (number >= INT32_MIN)
		put_tagged(to, 0xd2, bits, 4);
	else
		put_tagged(to, 0xd3, bits, 8);
}

void pack_put_thousandths(struct wire_buffer *to, int64_t number)
{
	if (number % 1000 == 0) {
		pack_put_integer(to, number / 1000);
		return;
	}
	double real = (double)number / 1000;
	uint64_t bits;
	memcpy(&bits, &real, sizeof bits);
	put_tagged(to, 0xcb, bits, 8);
}

void pack_put_text(struct wire_buffer *to, struct view text)
{
	if (text.size < 32)
		put_tagged(to, (uint8_t)(0xa0 | text.size), 0, 0);
	else if (text.size <= UINT8_MAX)
		put_tagged(to, 0xd9, text.size, 1);
	else if (text.size <= UINT16_MAX)
		put_tagged(to, 0xda, text.size, 2);
	else
		put_tagged(to, 0xdb, text.size, 4);
	pack_put_bytes(to, text.data, text.size);
}

/* The head of a container: one byte up to 15 elements, else a tag with 16 bits, the next tag with 32. */
static void put_head(struct wire_buffer *to, uint32_t count, uint8_t small, uint8_t tag)
{
	if (count < 16)
		put_tagged(to, (uint8_t)(small | count), 0, 0);
	else if (count <= UINT16_MAX)
		put_tagged(to, tag, count, 2);
	else
		put_tagged(to, (uint8_t)(tag + 1), count, 4);
}

void pack_put_array(struct wire_buffer *to, uint32_t count)
{
	put_head(to, count, 0x90, 0xdc);
}

void pack_put_map(struct wire_buffer *to, uint32_t count)
{
	put_head(to, count, 0x80, 0xde);
}

void pack_put_nil(struct wire_buffer *to)
{
	put_tagged(to, 0xc0, 0, 0);
}

void pack_put_flag(struct wire_buffer *to, bool is_set)
{
	put_tagged(to, is_set ? 0xc3 : 0xc2, 0, 0);
}
