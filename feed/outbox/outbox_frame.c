#include "feed/outbox/outbox_frame.h"

#include <string.h>

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "feed/pack_write.h"

#define OP_HEAD_SIZE 8 /* kind u8, set u8, size of the key u16, size of the value (or `most`) u32 */
#define SEALED 16      /* bytes of the head before the checksum */

static void write_number(uint8_t *to, uint64_t number, int bytes)
{
	for (int i = 0; i < bytes; i++)
		to[i] = (uint8_t)(number >> (8 * i));
}

void outbox_frame_put_number(struct wire_buffer *to, uint64_t number, int bytes)
{
	uint8_t out[8];
	write_number(out, number, bytes);
	pack_put_bytes(to, out, (size_t)bytes);
}

uint64_t outbox_frame_number(const void *from, int bytes)
{
	const uint8_t *at = from;
	uint64_t number = 0;
	for (int i = bytes; i-- > 0;)
		number = number << 8 | at[i];
	return number;
}

static uint64_t checksum(const uint8_t *head, struct view content, uint64_t segment, uint64_t offset)
{
	const uint64_t place = XXH3_64bits_withSeed(head, SEALED, segment << 40 ^ offset);
	return XXH3_64bits_withSeed(content.data, content.size, place);
}

void outbox_frame_seal(struct wire_buffer *to, size_t begin, enum frame_kind kind, uint64_t first, uint64_t segment, uint64_t offset)
{
	uint8_t *head = to->data + begin;
	const struct view content = {(const char *)head + FRAME_HEAD_SIZE, to->size - begin - FRAME_HEAD_SIZE};
	write_number(head, content.size, 4);
	write_number(head + 4, kind, 4);
	write_number(head + 8, first, 8);
	write_number(head + SEALED, checksum(head, content, segment, offset), 8);
}

size_t outbox_frame_size(struct view bytes)
{
	return bytes.size < FRAME_HEAD_SIZE ? 0 : FRAME_HEAD_SIZE + (size_t)outbox_frame_number(bytes.data, 4);
}

bool outbox_frame_read(struct view bytes, uint64_t segment, uint64_t offset, struct frame *frame)
{
	const size_t size = outbox_frame_size(bytes);
	if (!size || size > bytes.size || size - FRAME_HEAD_SIZE > FRAME_MOST)
		return false;
	const uint64_t kind = outbox_frame_number(bytes.data + 4, 4);
	if (kind < FRAME_OPENING || kind >= FRAME_KINDS)
		return false;
	frame->kind = (enum frame_kind)kind;
	frame->first = outbox_frame_number(bytes.data + 8, 8);
	frame->content = (struct view){bytes.data + FRAME_HEAD_SIZE, size - FRAME_HEAD_SIZE};
	return outbox_frame_number(bytes.data + SEALED, 8) == checksum((const uint8_t *)bytes.data, frame->content, segment, offset);
}

void outbox_op_write(struct wire_buffer *to, const struct op *op)
{
	outbox_frame_put_number(to, op->kind, 1);
	outbox_frame_put_number(to, op->set, 1);
	outbox_frame_put_number(to, op->key.size, 2);
	outbox_frame_put_number(to, op->kind == OP_NOTE ? op->most : op->value.size, 4);
	pack_put_bytes(to, op->key.data, op->key.size);
	if (op->kind != OP_NOTE)
		pack_put_bytes(to, op->value.data, op->value.size);
}

void outbox_op_write_note(struct wire_buffer *to, unsigned set, struct outbox_hash hash, uint32_t most)
{
	uint8_t bytes[sizeof hash];
	write_number(bytes, hash.low, 8);
	write_number(bytes + 8, hash.high, 8);
	outbox_op_write(to, &(struct op){.kind = OP_NOTE, .set = set, .most = most, .key = {(const char *)bytes, sizeof bytes}});
}

static bool sensible(const struct op *op)
{
	if (op->kind < OP_EVENT || op->kind >= OP_KINDS || op->set >= OUTBOX_SETS)
		return false;
	return op->kind != OP_NOTE || op->key.size == sizeof(struct outbox_hash);
}

bool outbox_op_next(struct view *content, struct op *op)
{
	if (content->size < OP_HEAD_SIZE)
		return false;
	const char *at = content->data;
	*op = (struct op){
		.kind = (enum op_kind)outbox_frame_number(at, 1),
		.set = (unsigned)outbox_frame_number(at + 1, 1),
		.most = (uint32_t)outbox_frame_number(at + 4, 4),
		.key = {at + OP_HEAD_SIZE, (size_t)outbox_frame_number(at + 2, 2)},
	};
	op->value = (struct view){op->key.data + op->key.size, op->kind == OP_NOTE ? 0 : op->most};
	if (!sensible(op) || op->key.size + op->value.size > content->size - OP_HEAD_SIZE)
		return false;
	const size_t taken = OP_HEAD_SIZE + op->key.size + op->value.size;
	*content = (struct view){at + taken, content->size - taken};
	return true;
}

static struct outbox_hash hash_of(const struct op *op)
{
	return (struct outbox_hash){outbox_frame_number(op->key.data, 8), outbox_frame_number(op->key.data + 8, 8)};
}

void outbox_op_apply(const struct op *op, struct outbox_memory *memory)
{
	switch (op->kind) {
	case OP_PUT:
		outbox_memory_put(memory, op->key, op->value);
		break;
	case OP_REMOVE:
		outbox_memory_remove(memory, op->key);
		break;
	case OP_NOTE:
		outbox_memory_note(memory, op->set, hash_of(op), op->most);
		break;
	case OP_EVENT:
	case OP_KINDS:
		break;
	}
}
