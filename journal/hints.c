#include "journal/hints.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/memory.h"

/* The payload: "WBI1", u32 0, the journal's id, u64 bytes of the file that they cover, then u64 offset, u64 LSN, i64 recv of each. */
#define HEAD (8 + JOURNAL_ID_SIZE + 8)
#define EACH 24
#define MOST ((FRAME_PAYLOAD_MAX - HEAD) / EACH)
#define MAGIC "WBI1"
#define FOOT_SIZE (FRAME_HEAD + HINTS_FOOT)

void hints_finish(struct hints *hints)
{
	free(hints->hints);
	*hints = (struct hints){0};
}

void hints_add(struct hints *hints, int64_t least, int64_t offset, uint64_t lsn, int64_t recv)
{
	if (hints->count && offset < hints->hints[hints->count - 1].offset + least)
		return;
	hints->hints = memory_grow(hints->hints, &hints->room, hints->count + 1, sizeof *hints->hints);
	hints->hints[hints->count++] = (struct hint){offset, lsn, recv};
}

const struct hint *hints_find_lsn(const struct hints *hints, uint64_t lsn)
{
	size_t low = 0, high = hints->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (hints->hints[middle].lsn <= lsn)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &hints->hints[low - 1] : NULL;
}

const struct hint *hints_find_recv(const struct hints *hints, int64_t recv)
{
	size_t low = 0, high = hints->count;
	while (low < high) {
		const size_t middle = low + (high - low) / 2;
		if (hints->hints[middle].recv < recv)
			low = middle + 1;
		else
			high = middle;
	}
	return low ? &hints->hints[low - 1] : NULL;
}

static char *path_of(const char *directory, const struct segment *segment)
{
	struct segment raw = segment_raw(segment);
	raw.name[strlen(raw.name) - 1] = 'i';
	return disk_path(directory, raw.name);
}

/* ---- as bytes ---- */

struct frame hints_frame(const struct hints *hints, const uint8_t *id, uint64_t last, int64_t recv)
{
	const size_t stride = hints->count / MOST + 1, count = (hints->count + stride - 1) / stride;
	uint8_t *payload = memory_new(1, HEAD + count * EACH);
	memcpy(payload, MAGIC, 4);
	memcpy(payload + 8, id, JOURNAL_ID_SIZE);
	frame_put64(payload + 8 + JOURNAL_ID_SIZE, (uint64_t)hints->covered);
	for (size_t i = 0; i < count; i++) {
		const struct hint *hint = &hints->hints[i * stride];
		frame_put64(payload + HEAD + i * EACH, (uint64_t)hint->offset);
		frame_put64(payload + HEAD + i * EACH + 8, hint->lsn);
		frame_put64(payload + HEAD + i * EACH + 16, (uint64_t)hint->recv);
	}
	return (struct frame){.type = FRAME_INDEX, .lsn = last, .recv = recv, .durable = last,
		.payload = {(const char *)payload, HEAD + count * EACH}};
}

struct frame hints_foot(int64_t offset, uint64_t last, int64_t recv, uint8_t *payload)
{
	memcpy(payload, MAGIC, 4);
	frame_put32(payload + 4, 0);
	frame_put64(payload + 8, (uint64_t)offset);
	return (struct frame){.type = FRAME_FOOT, .lsn = last, .recv = recv, .durable = last, .payload = {(const char *)payload, HINTS_FOOT}};
}

static bool take_index(struct hints *hints, const struct frame *frame, const uint8_t *id)
{
	const uint8_t *payload = (const uint8_t *)frame->payload.data;
	if (frame->type != FRAME_INDEX || frame->payload.size < HEAD || (frame->payload.size - HEAD) % EACH != 0
		|| memcmp(payload, MAGIC, 4) != 0 || memcmp(payload + 8, id, JOURNAL_ID_SIZE) != 0)
		return false;
	hints->count = (frame->payload.size - HEAD) / EACH;
	hints->hints = memory_grow(hints->hints, &hints->room, hints->count + 1, sizeof *hints->hints);
	for (size_t i = 0; i < hints->count; i++) {
		const uint8_t *each = payload + HEAD + i * EACH;
		hints->hints[i] = (struct hint){(int64_t)frame_get64(each), frame_get64(each + 8), (int64_t)frame_get64(each + 16)};
	}
	hints->covered = (int64_t)frame_get64(payload + 8 + JOURNAL_ID_SIZE);
	hints->last = frame->lsn;
	return true;
}

/* ---- reading ---- */

/* The frame at `offset`, at most `most` bytes. False: there is none. */
static bool take_frame(struct hints *hints, const struct disk *disk, int file, int64_t offset, int64_t most, const uint8_t *id)
{
	struct frame frame;
	size_t need;
	if (most <= FRAME_HEAD || most > FRAME_MAX)
		return false;
	uint8_t *bytes = memory_new(1, (size_t)most);
	const ssize_t got = disk_read_all(disk, file, bytes, (size_t)most, offset);
	const bool good = got > 0 && frame_read(bytes, (size_t)got, &frame, &need) == FRAME_GOOD && take_index(hints, &frame, id);
	free(bytes);
	return good;
}

static bool load_sealed(struct hints *hints, const struct disk *disk, int file, const uint8_t *id)
{
	uint8_t bytes[FOOT_SIZE];
	struct frame frame;
	size_t need;
	const int64_t size = disk->size(disk->context, file), foot = size - FOOT_SIZE;
	if (foot <= 0 || disk_read_all(disk, file, bytes, FOOT_SIZE, foot) != FOOT_SIZE
		|| frame_read(bytes, FOOT_SIZE, &frame, &need) != FRAME_GOOD || frame.type != FRAME_FOOT || frame.payload.size != HINTS_FOOT)
		return false;
	const int64_t offset = (int64_t)frame_get64((const uint8_t *)frame.payload.data + 8);
	return offset > 0 && offset < foot && take_frame(hints, disk, file, offset, foot - offset, id);
}

static bool load_beside(struct hints *hints, const struct disk *disk, const char *directory, const struct segment *segment, const uint8_t *id)
{
	char *path = path_of(directory, segment);
	const int file = disk->open(disk->context, path, O_RDONLY);
	free(path);
	if (file < 0)
		return false;
	const bool good = take_frame(hints, disk, file, 0, disk->size(disk->context, file), id);
	disk->close(disk->context, file);
	return good;
}

/* Ascending, and within the file: what is not is as good as none. */
static bool makes_sense(const struct hints *hints, int64_t size)
{
	if (hints->covered < 0 || hints->covered > size)
		return false;
	for (size_t i = 0; i < hints->count; i++) {
		const struct hint *hint = &hints->hints[i], *before = i ? hint - 1 : NULL;
		if (hint->offset < 0 || hint->offset >= hints->covered || hint->lsn > hints->last)
			return false;
		if (before && (hint->offset <= before->offset || hint->lsn <= before->lsn || hint->recv < before->recv))
			return false;
	}
	return true;
}

void hints_load(struct hints *hints, const struct disk *disk, const char *directory, const struct segment *segment, int file, const uint8_t *id)
{
	hints_finish(hints);
	const bool good = segment->is_sealed ? load_sealed(hints, disk, file, id) : load_beside(hints, disk, directory, segment, id);
	if (!good || !makes_sense(hints, disk->size(disk->context, file)))
		hints_finish(hints);
}

void hints_extend(struct hints *hints, const struct disk *disk, int file, uint64_t first)
{
	struct scan scan;
	struct frame frame;
	struct damage damage;
	struct block_span span;
	segment_scan_init(&scan, disk, file, first - 1);
	scan.keeps_blocks = true;
	if (hints->covered > 0) {
		scan.offset = hints->covered;
		scan.last = hints->last;
	}
	for (;;) {
		const int64_t offset = scan.offset;
		const enum scan_result result = segment_scan_next(&scan, &frame, &damage);
		if (result == SCAN_END || result == SCAN_FAILED)
			break;
		if (result == SCAN_FRAME && (frame_is_record(&frame) || block_span(&frame, &span)))
			hints_add(hints, frame.type == FRAME_BLOCK ? 1 : HINT_BYTES, offset, frame.lsn, frame.recv);
		hints->covered = scan.offset;
		hints->last = scan.last;
	}
	segment_scan_finish(&scan);
}

/* ---- writing ---- */

int hints_save(const struct hints *hints, const struct disk *disk, const char *directory, const struct segment *segment, const uint8_t *id)
{
	const struct frame frame = hints_frame(hints, id, hints->last, 0);
	const size_t size = frame_size(frame.payload.size);
	uint8_t *bytes = memory_new(1, size);
	char *path = path_of(directory, segment);
	frame_write(&frame, bytes);
	int result = disk->open(disk->context, path, O_WRONLY | O_CREAT | O_TRUNC);
	if (result >= 0) {
		const int file = result;
		result = disk_write_all(disk, file, bytes, size, 0);
		disk->close(disk->context, file);
		if (result < 0)
			disk->remove(disk->context, path);
	}
	free((void *)(uintptr_t)frame.payload.data);
	free(bytes);
	free(path);
	return result < 0 ? result : 0;
}

void hints_remove(const struct disk *disk, const char *directory, const struct segment *segment)
{
	char *path = path_of(directory, segment);
	disk->remove(disk->context, path); /* that there is none is the usual case */
	free(path);
}
