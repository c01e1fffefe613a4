#include "journal/scan.h"

#include <stdlib.h>

#include "base/memory.h"

#define WINDOW (256 * 1024)
/* Bytes that may be summed while looking for the next good frame: a file made to claim a frame at every step would cost the
 * square of its size. What is not found within it is reported as lost, not passed over. */
#define SEARCH_MOST (INT64_C(1) << 30)

void segment_scan_init(struct scan *scan, const struct disk *disk, int file, uint64_t before)
{
	*scan = (struct scan){.disk = disk, .file = file, .last = before};
	segment_scan_refresh(scan);
}

void segment_scan_finish(struct scan *scan)
{
	block_finish(&scan->block);
	free(scan->window);
	scan->window = NULL;
}

void segment_scan_refresh(struct scan *scan)
{
	int64_t size = scan->disk->size(scan->disk->context, scan->file);
	if (size >= 0)
		scan->size = size; /* a file that lost its name keeps the size it had */
	scan->window_size = 0;
}

/* The bytes at `offset`, `want` of them unless the file ends before; how many there are in *got. NULL: it cannot be read. */
static const uint8_t *look(struct scan *scan, int64_t offset, size_t want, size_t *got)
{
	int64_t left = scan->size > offset ? scan->size - offset : 0;
	if ((int64_t)want > left)
		want = (size_t)left;
	*got = want;
	if (offset >= scan->window_at && offset + (int64_t)want <= scan->window_at + (int64_t)scan->window_size && scan->window)
		return scan->window + (offset - scan->window_at);
	size_t size = want > WINDOW ? want : WINDOW;
	if ((int64_t)size > left)
		size = (size_t)left;
	scan->window = memory_grow(scan->window, &scan->window_room, size ? size : 1, 1);
	ssize_t read = disk_read_all(scan->disk, scan->file, scan->window, size, offset);
	scan->window_at = offset;
	scan->window_size = read < 0 ? 0 : (size_t)read;
	if (read < 0) {
		scan->error = (int)read;
		return NULL;
	}
	if (*got > scan->window_size)
		*got = scan->window_size;
	return scan->window;
}

/* A frame as it stands there; FRAME_SHORT: the file ends within it, or cannot be read (scan->error). */
static enum frame_look read_at(struct scan *scan, int64_t offset, struct frame *frame, size_t *summed)
{
	size_t got, need;
	const uint8_t *bytes = look(scan, offset, FRAME_HEAD, &got);
	enum frame_look result = bytes ? frame_read(bytes, got, frame, &need) : FRAME_SHORT;
	if (result != FRAME_SHORT || !bytes || got < FRAME_HEAD)
		return result;
	if ((int64_t)need > scan->size - offset)
		return FRAME_SHORT;
	*summed += need;
	bytes = look(scan, offset, need, &got);
	return bytes ? frame_read(bytes, got, frame, &need) : FRAME_SHORT;
}

/* Or are there only records before it? */
static bool begins_record(const struct frame *frame)
{
	return frame_is_record(frame) || frame->type == FRAME_BLOCK;
}

static bool follows(const struct scan *scan, const struct frame *frame, int64_t offset)
{
	if (frame->type == FRAME_SEGMENT)
		return offset == 0;
	return frame->lsn == (begins_record(frame) ? scan->last + 1 : scan->last);
}

/* Comes later than what was read: the numbers cannot have gone far. */
static bool comes_later(const struct scan *scan, const struct frame *frame)
{
	if (frame->type == FRAME_SEGMENT || frame->lsn < scan->last || frame->lsn - scan->last > UINT32_MAX)
		return false;
	return frame->lsn > scan->last || !begins_record(frame);
}

/* Over zeros eight bytes at a time: most of what follows the last record is preallocated. */
static int64_t pass_zeros(struct scan *scan, int64_t offset)
{
	for (;;) {
		size_t got;
		const uint8_t *bytes = look(scan, offset, WINDOW, &got);
		if (!bytes || got < 8)
			return offset;
		size_t at = 0;
		while (at + 8 <= got && frame_get64(bytes + at) == 0)
			at += 8;
		offset += (int64_t)at;
		if (at + 8 <= got)
			return offset;
	}
}

/* Where the next good frame begins; -1: nowhere. */
static int64_t find_next(struct scan *scan, struct frame *frame)
{
	size_t summed = 0;
	for (int64_t at = scan->offset; at + FRAME_HEAD < scan->size && summed < SEARCH_MOST; at += 8) {
		at = pass_zeros(scan, at);
		enum frame_look result = read_at(scan, at, frame, &summed);
		if (result == FRAME_GOOD && comes_later(scan, frame))
			return at;
		if (scan->error)
			return -1;
	}
	return -1;
}

/* A block whose sum is right and whose content is not: nothing of it is believed but its span. */
static enum scan_result lose_block(struct scan *scan, uint64_t last, struct damage *damage)
{
	*damage = (struct damage){.kind = DAMAGE_BAD, .offset = scan->block_at, .bytes = scan->block_size, .from = scan->last + 1, .to = last};
	scan->block.left = 0;
	scan->last = last > scan->last ? last : scan->last;
	return SCAN_DAMAGE;
}

static enum scan_result next_of_block(struct scan *scan, struct frame *frame, struct damage *damage)
{
	const uint64_t last = scan->block.lsn + scan->block.left - 1;
	if (!block_next(&scan->block, frame))
		return lose_block(scan, last, damage);
	scan->last = frame->lsn;
	return SCAN_FRAME;
}

static enum scan_result enter_block(struct scan *scan, struct frame *frame, struct damage *damage)
{
	struct block_span span = {.last = frame->lsn};
	scan->block_at = scan->offset;
	scan->block_size = frame->size;
	scan->offset += (int64_t)frame->size;
	if (!block_span(frame, &span) || (!scan->keeps_blocks && !block_open(&scan->block, frame)))
		return lose_block(scan, span.last, damage);
	if (!scan->keeps_blocks)
		return next_of_block(scan, frame, damage);
	scan->last = span.last;
	return SCAN_FRAME;
}

bool segment_scan_jump(struct scan *scan, int64_t offset, uint64_t lsn, int64_t recv)
{
	size_t summed = 0;
	struct frame frame;
	if (offset < 0 || offset >= scan->size || read_at(scan, offset, &frame, &summed) != FRAME_GOOD || !begins_record(&frame)
		|| frame.lsn != lsn || frame.recv != recv)
		return false;
	scan->offset = offset;
	scan->last = lsn - 1;
	scan->block.left = 0;
	return true;
}

enum scan_result segment_scan_next(struct scan *scan, struct frame *frame, struct damage *damage)
{
	size_t summed = 0;
	scan->error = 0;
	if (scan->block.left)
		return next_of_block(scan, frame, damage);
	enum frame_look result = read_at(scan, scan->offset, frame, &summed);
	if (result == FRAME_GOOD && follows(scan, frame, scan->offset)) {
		if (frame->type == FRAME_BLOCK)
			return enter_block(scan, frame, damage);
		scan->offset += (int64_t)frame->size;
		if (frame_is_record(frame))
			scan->last = frame->lsn;
		return SCAN_FRAME;
	}
	int64_t next = scan->error ? -1 : find_next(scan, frame);
	if (scan->error)
		return SCAN_FAILED;
	if (next < 0)
		return SCAN_END;
	*damage = (struct damage){.kind = DAMAGE_BAD, .offset = scan->offset, .bytes = (uint64_t)(next - scan->offset),
		.from = scan->last + 1, .to = begins_record(frame) ? frame->lsn - 1 : frame->lsn};
	scan->offset = next;
	scan->last = damage->to;
	return SCAN_DAMAGE;
}

int64_t segment_scan_tail(struct scan *scan)
{
	int64_t end = scan->offset;
	for (int64_t at = scan->offset; at < scan->size;) {
		size_t got;
		const uint8_t *bytes = look(scan, at, WINDOW, &got);
		if (!bytes)
			return scan->error;
		if (got == 0)
			break;
		for (size_t i = got; i > 0; i--)
			if (bytes[i - 1]) {
				end = at + (int64_t)i;
				break;
			}
		at += (int64_t)got;
	}
	return end - scan->offset;
}
