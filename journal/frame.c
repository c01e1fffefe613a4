#include "journal/frame.h"

#include <endian.h>

#include "journal/crc32c.h"

uint16_t frame_get16(const uint8_t *at)
{
	uint16_t number;
	memcpy(&number, at, sizeof number);
	return le16toh(number);
}

uint32_t frame_get32(const uint8_t *at)
{
	uint32_t number;
	memcpy(&number, at, sizeof number);
	return le32toh(number);
}

uint64_t frame_get64(const uint8_t *at)
{
	uint64_t number;
	memcpy(&number, at, sizeof number);
	return le64toh(number);
}

void frame_put16(uint8_t *at, uint16_t number)
{
	number = htole16(number);
	memcpy(at, &number, sizeof number);
}

void frame_put32(uint8_t *at, uint32_t number)
{
	number = htole32(number);
	memcpy(at, &number, sizeof number);
}

void frame_put64(uint8_t *at, uint64_t number)
{
	number = htole64(number);
	memcpy(at, &number, sizeof number);
}

/* Of a whole frame of `size` bytes with its padding. */
static uint32_t sum(const uint8_t *bytes, size_t size)
{
	return crc32c_mask(crc32c(crc32c(0, bytes + 8, size - 8), bytes, 4));
}

uint32_t frame_write(const struct frame *frame, uint8_t *to)
{
	size_t size = frame_size(frame->payload.size);
	frame_put64(to + size - 8, 0); /* the padding; what else it covers is written now */
	frame_put32(to, (uint32_t)(FRAME_HEAD + frame->payload.size));
	to[8] = (uint8_t)frame->type;
	to[9] = 0;
	frame_put16(to + 10, frame->feed);
	frame_put32(to + 12, 0);
	frame_put64(to + 16, frame->lsn);
	frame_put64(to + 24, (uint64_t)frame->recv);
	frame_put64(to + 32, frame->durable);
	memcpy(to + FRAME_HEAD, frame->payload.data, frame->payload.size);
	uint32_t crc = sum(to, size);
	frame_put32(to + 4, crc);
	return crc;
}

static bool known(uint8_t type)
{
	return (type >= FRAME_BATCH && type <= FRAME_HISTORY) || type == FRAME_BUCKET || (type >= FRAME_SEGMENT && type <= FRAME_FOOT);
}

enum frame_look frame_read(const uint8_t *bytes, size_t size, struct frame *frame, size_t *need)
{
	*need = FRAME_HEAD;
	if (size < 4)
		return FRAME_SHORT;
	uint32_t length = frame_get32(bytes);
	if (length == 0)
		return FRAME_ZERO;
	if (length <= FRAME_HEAD || length > FRAME_HEAD + FRAME_PAYLOAD_MAX)
		return FRAME_BAD;
	if (size < FRAME_HEAD)
		return FRAME_SHORT;
	if (!known(bytes[8]) || bytes[9] != 0 || frame_get32(bytes + 12) != 0)
		return FRAME_BAD;
	*need = frame_size(length - FRAME_HEAD);
	if (size < *need)
		return FRAME_SHORT;
	uint32_t crc = frame_get32(bytes + 4);
	if (sum(bytes, *need) != crc)
		return FRAME_BAD;
	*frame = (struct frame){.type = (enum frame_type)bytes[8], .feed = frame_get16(bytes + 10), .lsn = frame_get64(bytes + 16),
		.recv = (int64_t)frame_get64(bytes + 24), .durable = frame_get64(bytes + 32),
		.payload = {(const char *)bytes + FRAME_HEAD, length - FRAME_HEAD}, .crc = crc, .size = *need};
	return FRAME_GOOD;
}
