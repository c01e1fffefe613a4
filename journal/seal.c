#include "journal/seal.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/memory.h"
#include "journal/hints.h"

#define DRAFT ".new"

struct seal {
	struct sealing *sealing;
	const struct disk *disk;
	const struct segment *raw;
	struct segment sealed;
	int from, to; /* descriptors; -1: none */
	char *raw_path, *path, *draft;
	struct block_writer *writer;
	struct hints hints;
	struct segment_head head;
	int64_t offset; /* in the draft */
	uint64_t last;
	int64_t last_recv;
	uint8_t *bytes; /* a frame at a time */
	bool has_head, has_records;
	bool is_mending; /* the old file is sealed too */
	enum seal_result result; /* unless all goes well */
	struct error *err;
};

static bool stopped(const struct seal *seal)
{
	return seal->sealing->stop && atomic_load(seal->sealing->stop);
}

static bool leave(struct seal *seal, const char *why)
{
	seal->result = SEAL_LEFT;
	return fail(seal->err, "%s: is not sealed: %s", seal->raw_path, why);
}

static bool break_off(struct seal *seal, const char *path, const char *doing, int error)
{
	seal->result = SEAL_FAILED;
	return fail(seal->err, "%s: %s: %s", path, doing, strerror(-error));
}

/* ---- writing ---- */

static bool put_frame(struct seal *seal, const struct frame *frame)
{
	const size_t size = frame_size(frame->payload.size);
	frame_write(frame, seal->bytes);
	const int result = disk_write_all(seal->disk, seal->to, seal->bytes, size, seal->offset);
	if (result < 0)
		return break_off(seal, seal->draft, "cannot be written", result);
	seal->offset += (int64_t)size;
	return true;
}

static bool put_block(struct seal *seal)
{
	struct frame block;
	if (!block_writer_take(seal->writer, &block))
		return leave(seal, "a record is too large");
	hints_add(&seal->hints, 1, seal->offset, block.lsn, block.recv);
	return put_frame(seal, &block);
}

static bool put_head(struct seal *seal, const struct frame *frame)
{
	uint8_t payload[SEGMENT_PAYLOAD];
	if (!segment_head_read(frame, SEGMENT_JOURNAL, &seal->head))
		return leave(seal, "its head is not one this program knows");
	memcpy(payload, frame->payload.data, sizeof payload);
	segment_head_turn(payload, true);
	struct frame head = *frame;
	head.payload.data = (const char *)payload;
	seal->has_head = true;
	return put_frame(seal, &head);
}

static bool take_frame(struct seal *seal, const struct frame *frame, bool *has_block)
{
	if (frame->type == FRAME_SEGMENT)
		return put_head(seal, frame);
	if (frame->type == FRAME_INDEX || frame->type == FRAME_FOOT)
		return true; /* they are made anew */
	if (!frame_is_record(frame)) { /* the end of the records */
		const bool good = !*has_block || put_block(seal);
		*has_block = false;
		return good && put_frame(seal, frame);
	}
	if (!block_writer_add(seal->writer, frame)) {
		if (!put_block(seal))
			return false;
		block_writer_add(seal->writer, frame);
	}
	*has_block = seal->has_records = true;
	seal->last = frame->lsn;
	seal->last_recv = frame->recv;
	return true;
}

/* The index and the foot. */
static bool put_end(struct seal *seal)
{
	uint8_t foot_payload[HINTS_FOOT];
	seal->hints.covered = seal->offset;
	seal->hints.last = seal->last;
	const int64_t at = seal->offset;
	const struct frame index = hints_frame(&seal->hints, seal->head.id, seal->last, seal->last_recv);
	bool good = put_frame(seal, &index);
	free((void *)(uintptr_t)index.payload.data);
	const struct frame foot = hints_foot(at, seal->last, seal->last_recv, foot_payload);
	return good && put_frame(seal, &foot);
}

static bool pack(struct seal *seal, struct scan *scan)
{
	struct frame frame;
	struct damage damage;
	bool has_block = false;
	for (;;) {
		const enum scan_result result = stopped(seal) ? SCAN_FAILED : segment_scan_next(scan, &frame, &damage);
		if (stopped(seal))
			return leave(seal, "there is no time");
		if (result == SCAN_FAILED)
			return break_off(seal, seal->raw_path, "cannot be read", scan->error);
		if (result == SCAN_DAMAGE && seal->is_mending && damage.from > damage.to)
			continue;
		if (result == SCAN_DAMAGE)
			return leave(seal, "it is damaged");
		if (result == SCAN_END)
			break;
		if (!seal->has_head && frame.type != FRAME_SEGMENT)
			return leave(seal, "its head is damaged");
		if (!take_frame(seal, &frame, &has_block))
			return false;
	}
	const int64_t tail = seal->is_mending ? 0 : segment_scan_tail(scan);
	if (tail < 0)
		return break_off(seal, seal->raw_path, "cannot be read", (int)tail);
	if (tail > 0 || !seal->has_records)
		return leave(seal, tail > 0 ? "it is damaged at its end" : "it holds no records");
	return (!has_block || put_block(seal)) && put_end(seal);
}

static bool write_draft(struct seal *seal)
{
	struct scan scan;
	seal->to = seal->disk->open(seal->disk->context, seal->draft, O_RDWR | O_CREAT | O_TRUNC);
	if (seal->to < 0)
		return break_off(seal, seal->draft, "cannot be created", seal->to);
	segment_scan_init(&scan, seal->disk, seal->from, seal->raw->first - 1);
	const bool good = pack(seal, &scan);
	segment_scan_finish(&scan);
	if (!good)
		return false;
	const int result = disk_sync(seal->disk, seal->to);
	return result >= 0 || break_off(seal, seal->draft, "cannot be made safe", result);
}

/* ---- reading back ---- */

/* The next record, or the end (false), over the frames that only one of the two forms has. */
static bool next_record(struct scan *scan, struct frame *frame, bool is_lenient, bool *is_whole)
{
	struct damage damage;
	for (;;) {
		const enum scan_result result = segment_scan_next(scan, frame, &damage);
		*is_whole = result == SCAN_FRAME || result == SCAN_END || (is_lenient && result == SCAN_DAMAGE && damage.from > damage.to);
		if (result == SCAN_DAMAGE && *is_whole)
			continue;
		if (result != SCAN_FRAME)
			return false;
		if (frame_is_record(frame))
			return true;
	}
}

/* The same bytes as they stood in the old file: the sum of a frame made anew is over all of it. */
static bool equal(struct seal *seal, const struct frame *was, const struct frame *is)
{
	return was->lsn == is->lsn && was->recv == is->recv && was->payload.size == is->payload.size
		&& memcmp(was->payload.data, is->payload.data, is->payload.size) == 0
		&& frame_write(is, seal->bytes) == (seal->is_mending ? frame_write(was, seal->bytes) : was->crc);
}

static bool compare(struct seal *seal, struct scan *old, struct scan *new)
{
	for (;;) {
		struct frame was, is;
		bool was_whole, is_whole;
		const bool more = next_record(old, &was, seal->is_mending, &was_whole), there = next_record(new, &is, false, &is_whole);
		if (!was_whole || !is_whole || more != there || (more && !equal(seal, &was, &is)))
			return leave(seal, "what was read back is not what was written; is the memory or the disk failing?");
		if (!more)
			break;
		if (stopped(seal))
			return leave(seal, "there is no time");
	}
	return new->offset == seal->offset || leave(seal, "the end was not read back as it was written");
}

static bool read_back(struct seal *seal)
{
	struct scan old, new;
	segment_scan_init(&old, seal->disk, seal->from, seal->raw->first - 1);
	segment_scan_init(&new, seal->disk, seal->to, seal->raw->first - 1);
	const bool good = compare(seal, &old, &new);
	segment_scan_finish(&old);
	segment_scan_finish(&new);
	return good;
}

/* ---- taking its place ---- */

static bool has_name(const struct seal *seal)
{
	const int file = seal->disk->open(seal->disk->context, seal->raw_path, O_RDONLY);
	if (file >= 0)
		seal->disk->close(seal->disk->context, file);
	return file >= 0;
}

/* The old file goes only when the new name is safe. That it stays does no harm: the sealed one counts. */
static bool exchange(struct seal *seal)
{
	const struct disk *disk = seal->disk;
	if (!has_name(seal))
		return leave(seal, "it was removed meanwhile");
	int result = disk->rename(disk->context, seal->draft, seal->path);
	if (result < 0)
		return break_off(seal, seal->draft, "cannot be renamed", result);
	result = disk->sync_directory(disk->context, seal->sealing->directory);
	if (seal->is_mending)
		return result >= 0 || break_off(seal, seal->path, "is written, but its name is not safe", result);
	if (result >= 0)
		result = disk->remove(disk->context, seal->raw_path);
	if (result < 0)
		return break_off(seal, seal->path, "is there, but the old one stays", result);
	hints_remove(disk, seal->sealing->directory, seal->raw);
	disk->sync_directory(disk->context, seal->sealing->directory); /* if not, the old one comes back, and goes again */
	return true;
}

static bool take_place(struct seal *seal)
{
	pthread_mutex_t *door = seal->sealing->door;
	if (door)
		pthread_mutex_lock(door);
	const bool good = exchange(seal);
	if (door)
		pthread_mutex_unlock(door);
	return good;
}

static void finish(struct seal *seal, bool is_good)
{
	const struct disk *disk = seal->disk;
	if (seal->from >= 0)
		disk->close(disk->context, seal->from);
	if (seal->to >= 0)
		disk->close(disk->context, seal->to);
	if (seal->to >= 0 && !is_good)
		disk->remove(disk->context, seal->draft);
	block_writer_destroy(seal->writer);
	hints_finish(&seal->hints);
	free(seal->bytes);
	free(seal->raw_path);
	free(seal->path);
	free(seal->draft);
}

static enum seal_result seal_any(struct sealing *sealing, const struct segment *segment, bool is_mending, struct error *err)
{
	struct seal seal = {.is_mending = is_mending, .sealing = sealing, .disk = sealing->disk, .raw = segment,
		.sealed = segment_sealed(segment), .to = -1, .err = err};
	seal.raw_path = disk_path(sealing->directory, segment->name);
	seal.path = disk_path(sealing->directory, seal.sealed.name);
	seal.draft = memory_format("%s" DRAFT, seal.path);
	seal.writer = block_writer_create(sealing->level, sealing->block_bytes ? sealing->block_bytes : BLOCK_BYTES);
	seal.bytes = memory_new(1, FRAME_MAX);
	seal.from = seal.disk->open(seal.disk->context, seal.raw_path, O_RDONLY);
	bool good = seal.from >= 0 || break_off(&seal, seal.raw_path, "cannot be opened", seal.from);
	if (good) {
		const int64_t size = seal.disk->size(seal.disk->context, seal.from);
		sealing->before = size > 0 ? (uint64_t)size : 0;
	}
	good = good && write_draft(&seal) && read_back(&seal) && take_place(&seal);
	sealing->after = (uint64_t)seal.offset;
	finish(&seal, good);
	return good ? SEAL_DONE : seal.result;
}

enum seal_result seal_file(struct sealing *sealing, const struct segment *segment, struct error *err)
{
	return seal_any(sealing, segment, false, err);
}

enum seal_result seal_mend(struct sealing *sealing, const struct segment *segment, struct error *err)
{
	return seal_any(sealing, segment, true, err);
}

/* Frames are made again as they were; the index goes. 0 or -errno. */
static int unpack(const struct disk *disk, struct scan *scan, int to)
{
	uint8_t *bytes = memory_new(1, FRAME_MAX), head[SEGMENT_PAYLOAD];
	struct frame frame;
	struct damage damage;
	int64_t offset = 0;
	int result = 0;
	for (enum scan_result look; result >= 0 && (look = segment_scan_next(scan, &frame, &damage)) != SCAN_END;) {
		if (look == SCAN_FAILED)
			result = scan->error;
		if (look != SCAN_FRAME || frame.type == FRAME_INDEX || frame.type == FRAME_FOOT)
			continue;
		if (frame.type == FRAME_SEGMENT && frame.payload.size == sizeof head) {
			memcpy(head, frame.payload.data, sizeof head);
			segment_head_turn(head, false);
			frame.payload.data = (const char *)head;
		}
		frame_write(&frame, bytes);
		result = disk_write_all(disk, to, bytes, frame_size(frame.payload.size), offset);
		offset += (int64_t)frame_size(frame.payload.size);
	}
	free(bytes);
	return result < 0 ? result : disk_sync(disk, to);
}

bool seal_undo(const struct disk *disk, const char *directory, const struct segment *segment, struct error *err)
{
	const struct segment raw = segment_raw(segment);
	char *path = disk_path(directory, segment->name), *raw_path = disk_path(directory, raw.name), *draft = memory_format("%s" DRAFT, raw_path);
	const int from = disk->open(disk->context, path, O_RDONLY);
	const int to = from < 0 ? from : disk->open(disk->context, draft, O_RDWR | O_CREAT | O_TRUNC);
	struct scan scan;
	int result = to;
	if (to >= 0) {
		segment_scan_init(&scan, disk, from, segment->first - 1);
		result = unpack(disk, &scan, to);
		segment_scan_finish(&scan);
		disk->close(disk->context, to);
	}
	if (from >= 0)
		disk->close(disk->context, from);
	if (result >= 0)
		result = disk->rename(disk->context, draft, raw_path);
	if (result >= 0)
		result = disk->sync_directory(disk->context, directory);
	if (result >= 0)
		result = disk->remove(disk->context, path);
	if (result >= 0)
		result = disk->sync_directory(disk->context, directory);
	if (result < 0)
		fail(err, "%s: cannot be unpacked: %s", path, strerror(-result));
	free(path);
	free(raw_path);
	free(draft);
	return result >= 0;
}

static void note_draft(void *to, const char *name)
{
	char **found = to;
	const size_t length = strlen(name), suffix = strlen(DRAFT);
	struct segment segment;
	char whole[SEGMENT_NAME_SIZE];
	if (*found || length >= sizeof whole || length <= suffix || strcmp(name + length - suffix, DRAFT) != 0)
		return;
	view_copy((struct view){name, length - suffix}, whole, sizeof whole);
	if (segment_read_name(whole, SEGMENT_JOURNAL, &segment))
		*found = memory_text(name);
}

void seal_tidy(const struct disk *disk, const char *directory)
{
	for (;;) {
		char *name = NULL;
		disk->list(disk->context, directory, note_draft, &name);
		if (!name)
			return;
		char *path = disk_path(directory, name);
		const int result = disk->remove(disk->context, path);
		free(path);
		free(name);
		if (result < 0)
			return;
	}
}
