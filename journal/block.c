#include "journal/block.h"

#include <stdlib.h>

#include <zstd.h>

#include "base/memory.h"

#define VARINT_MOST 10
#define RAW_MOST ((size_t)2 * FRAME_MAX)

/* The parts of a head, each in a column of its own: alike parts stand together. */
enum column { COLUMN_LENGTH, COLUMN_HEAD, COLUMN_RECV, COLUMN_DURABLE, COLUMN_COUNT };

struct bytes {
	uint8_t *data;
	size_t size, room;
};

struct block_writer {
	ZSTD_CCtx *zstd;
	int level;
	size_t most; /* bytes of frames */
	struct bytes columns[COLUMN_COUNT], payloads, whole, packed;
	size_t raw; /* bytes of the frames that are in */
	struct block_span span;
	uint32_t last_crc;
};

struct block_writer *block_writer_create(int level, size_t bytes)
{
	struct block_writer *writer = memory_new(1, sizeof *writer);
	writer->level = level;
	writer->most = bytes;
	writer->zstd = ZSTD_createCCtx();
	if (!writer->zstd)
		abort(); /* out of memory */
	return writer;
}

void block_writer_destroy(struct block_writer *writer)
{
	if (!writer)
		return;
	ZSTD_freeCCtx(writer->zstd);
	for (int i = 0; i < COLUMN_COUNT; i++)
		free(writer->columns[i].data);
	free(writer->payloads.data);
	free(writer->whole.data);
	free(writer->packed.data);
	free(writer);
}

static void put_bytes(struct bytes *to, const void *bytes, size_t size)
{
	to->data = memory_grow(to->data, &to->room, to->size + size, 1);
	memcpy(to->data + to->size, bytes, size);
	to->size += size;
}

static void put_varint(struct bytes *to, uint64_t number)
{
	uint8_t bytes[VARINT_MOST];
	size_t size = 0;
	for (; number >= 0x80; number >>= 7)
		bytes[size++] = (uint8_t)(number | 0x80);
	bytes[size++] = (uint8_t)number;
	put_bytes(to, bytes, size);
}

/* Small numbers of either sign are small. */
static uint64_t fold_sign(uint64_t difference)
{
	return difference << 1 ^ (difference >> 63 ? UINT64_MAX : 0);
}

static uint64_t unfold_sign(uint64_t number)
{
	return number >> 1 ^ (number & 1 ? UINT64_MAX : 0);
}

bool block_writer_add(struct block_writer *writer, const struct frame *frame)
{
	struct block_span *span = &writer->span;
	if (span->count && (frame->lsn != span->last + 1 || writer->raw + frame_size(frame->payload.size) > writer->most))
		return false;
	if (!span->count) {
		*span = (struct block_span){.first = frame->lsn, .recv = frame->recv, .last_recv = frame->recv};
		writer->raw = 0;
	}
	const uint64_t head = (uint64_t)frame->type | (uint64_t)frame->feed << 8;
	put_varint(&writer->columns[COLUMN_LENGTH], frame->payload.size);
	put_varint(&writer->columns[COLUMN_HEAD], head);
	put_varint(&writer->columns[COLUMN_RECV], fold_sign((uint64_t)frame->recv - (uint64_t)span->last_recv));
	put_varint(&writer->columns[COLUMN_DURABLE], fold_sign(frame->lsn - frame->durable));
	put_bytes(&writer->payloads, frame->payload.data, frame->payload.size);
	span->count++;
	span->last = frame->lsn;
	span->last_recv = frame->recv;
	writer->raw += frame_size(frame->payload.size);
	writer->last_crc = frame->crc;
	return true;
}

/* The sizes of the columns, the columns, the payloads. */
static void gather(struct block_writer *writer)
{
	writer->whole.size = 0;
	for (int i = 0; i < COLUMN_COUNT; i++)
		put_varint(&writer->whole, writer->columns[i].size);
	for (int i = 0; i < COLUMN_COUNT; i++) {
		put_bytes(&writer->whole, writer->columns[i].data, writer->columns[i].size);
		writer->columns[i].size = 0;
	}
	put_bytes(&writer->whole, writer->payloads.data, writer->payloads.size);
	writer->payloads.size = 0;
}

bool block_writer_take(struct block_writer *writer, struct frame *block)
{
	const struct block_span span = writer->span;
	struct bytes *packed = &writer->packed;
	if (!span.count)
		return false;
	gather(writer);
	writer->span.count = 0;
	packed->data = memory_grow(packed->data, &packed->room, BLOCK_HEAD + ZSTD_compressBound(writer->whole.size), 1);
	const size_t size = ZSTD_compressCCtx(writer->zstd, packed->data + BLOCK_HEAD, packed->room - BLOCK_HEAD, writer->whole.data,
		writer->whole.size, writer->level);
	if (ZSTD_isError(size) || BLOCK_HEAD + size > FRAME_PAYLOAD_MAX || writer->whole.size > RAW_MOST)
		return false;
	frame_put32(packed->data, span.count);
	frame_put32(packed->data + 4, (uint32_t)writer->whole.size);
	frame_put64(packed->data + 8, span.last);
	frame_put64(packed->data + 16, (uint64_t)span.last_recv);
	frame_put32(packed->data + 24, writer->last_crc);
	frame_put32(packed->data + 28, 0);
	*block = (struct frame){.type = FRAME_BLOCK, .lsn = span.first, .recv = span.recv, .durable = span.last,
		.payload = {(const char *)packed->data, BLOCK_HEAD + size}};
	return true;
}

/* ---- reading ---- */

bool block_span(const struct frame *block, struct block_span *span)
{
	const uint8_t *payload = (const uint8_t *)block->payload.data;
	if (block->type != FRAME_BLOCK || block->payload.size <= BLOCK_HEAD)
		return false;
	const uint32_t count = frame_get32(payload);
	const uint64_t last = frame_get64(payload + 8);
	if (count == 0 || last < block->lsn || last - block->lsn != count - 1)
		return false;
	*span = (struct block_span){.count = count, .first = block->lsn, .last = last, .recv = block->recv,
		.last_recv = (int64_t)frame_get64(payload + 16)};
	return true;
}

static bool get_varint(const uint8_t **at, const uint8_t *end, uint64_t *number)
{
	*number = 0;
	for (int shift = 0; shift < 64 && *at < end; shift += 7) {
		const uint8_t byte = *(*at)++;
		*number |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

static bool find_columns(struct block_reader *reader)
{
	const uint8_t *at = reader->bytes, *end = reader->bytes + reader->size;
	uint64_t sizes[COLUMN_COUNT];
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (!get_varint(&at, end, &sizes[i]))
			return false;
	for (int i = 0; i < COLUMN_COUNT; i++) {
		if (sizes[i] > (size_t)(end - at))
			return false;
		reader->columns[i] = at;
		at += sizes[i];
	}
	reader->payloads = at;
	reader->end = end;
	return true;
}

bool block_open(struct block_reader *reader, const struct frame *block)
{
	const uint8_t *payload = (const uint8_t *)block->payload.data;
	struct block_span span;
	reader->left = 0;
	if (!block_span(block, &span))
		return false;
	const size_t size = frame_get32(payload + 4);
	/* Each record takes four bytes of columns and one of payload at least. */
	if (size > RAW_MOST || span.count > size / (COLUMN_COUNT + 1))
		return false;
	if (!reader->zstd)
		reader->zstd = ZSTD_createDCtx();
	reader->bytes = memory_grow(reader->bytes, &reader->room, size, 1);
	reader->size = ZSTD_decompressDCtx(reader->zstd, reader->bytes, size, payload + BLOCK_HEAD, block->payload.size - BLOCK_HEAD);
	if (ZSTD_isError(reader->size) || reader->size != size || !find_columns(reader))
		return false;
	reader->left = span.count;
	reader->lsn = span.first;
	reader->recv = span.recv;
	reader->last_crc = frame_get32(payload + 24);
	return true;
}

bool block_next(struct block_reader *reader, struct frame *frame)
{
	uint64_t values[COLUMN_COUNT];
	if (reader->left == 0)
		return false;
	for (int i = 0; i < COLUMN_COUNT; i++)
		if (!get_varint(&reader->columns[i], reader->end, &values[i]))
			return false;
	const size_t size = values[COLUMN_LENGTH];
	const uint64_t head = values[COLUMN_HEAD];
	if (size == 0 || size > (size_t)(reader->end - reader->payloads) || (head & 0xff) == 0 || (head & 0xff) >= FRAME_SEGMENT)
		return false;
	reader->recv = (int64_t)((uint64_t)reader->recv + unfold_sign(values[COLUMN_RECV]));
	reader->left--;
	*frame = (struct frame){.type = (enum frame_type)(head & 0xff), .feed = (uint16_t)(head >> 8), .lsn = reader->lsn,
		.durable = reader->lsn - unfold_sign(values[COLUMN_DURABLE]),
		.recv = reader->recv, .payload = {(const char *)reader->payloads, size}, .crc = reader->left ? 0 : reader->last_crc,
		.size = frame_size(size)};
	reader->lsn++;
	reader->payloads += size;
	return true;
}

void block_finish(struct block_reader *reader)
{
	ZSTD_freeDCtx(reader->zstd);
	free(reader->bytes);
	*reader = (struct block_reader){0};
}
