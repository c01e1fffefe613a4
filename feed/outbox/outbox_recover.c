#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "feed/outbox/outbox_state.h"

#define OPENING_LEAST (8 + SECRET_SIZE)

/* ---- the folder ---- */

static int by_number(const void *a, const void *b)
{
	const uint64_t left = ((const struct outbox_segment *)a)->number, right = ((const struct outbox_segment *)b)->number;
	return (left > right) - (left < right);
}

static bool list_segments(struct outbox *outbox, struct error *err)
{
	const int copy = openat(outbox->directory, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	DIR *folder = copy < 0 ? NULL : fdopendir(copy);
	if (!folder)
		return fail(err, "%s: the folder cannot be read: %s", outbox->directory_name, strerror(errno));
	for (const struct dirent *entry; (entry = readdir(folder));) {
		uint64_t number;
		if (!outbox_segment_number(entry->d_name, &number))
			continue;
		outbox->segments = memory_grow(outbox->segments, &outbox->segment_room, outbox->segment_count + 1, sizeof *outbox->segments);
		outbox->segments[outbox->segment_count++] = (struct outbox_segment){.number = number, .file = -1};
	}
	closedir(folder);
	if (outbox->segment_count)
		qsort(outbox->segments, outbox->segment_count, sizeof *outbox->segments, by_number);
	return true;
}

/* ---- one segment ---- */

struct scan {
	struct outbox *outbox;
	struct outbox_segment *segment;
	struct view bytes; /* the whole file */
	bool is_newest, is_ready;
	uint64_t next; /* the number after the last event so far */
	char name[SEGMENT_NAME_ROOM];
};

static struct view rest_of(const struct scan *scan, uint64_t offset)
{
	return (struct view){scan->bytes.data + offset, scan->bytes.size - offset};
}

/* A frame behind what is none: then it is no end that was torn off. */
static bool is_followed(const struct scan *scan, uint64_t offset)
{
	struct frame frame;
	for (uint64_t at = offset + 1; at + FRAME_HEAD_SIZE <= scan->bytes.size; at++)
		if (outbox_frame_read(rest_of(scan, at), scan->segment->number, at, &frame))
			return true;
	return false;
}

static bool fail_damaged(const struct scan *scan, uint64_t offset, struct error *err)
{
	const char *folder = scan->outbox->directory_name;
	if (!scan->is_newest)
		return fail(err, "%s/%s: damaged at byte %llu; nothing but events that readers may ask for again is in it: "
			"move it elsewhere and start again", folder, scan->name, (unsigned long long)offset);
	return fail(err, "%s/%s: damaged at byte %llu, with more behind it: what the bridge knew cannot be told. "
		"Look at the disk; bring the folder back from a copy, or move it elsewhere: then the bridge begins anew", folder, scan->name, (unsigned long long)offset);
}

static bool take_opening(struct scan *scan, struct view content, struct error *err)
{
	struct outbox *outbox = scan->outbox;
	if (content.size < OPENING_LEAST)
		return fail_damaged(scan, 0, err);
	const struct view src = {content.data + OPENING_LEAST, content.size - OPENING_LEAST};
	if (!view_is(src, outbox->src))
		return fail(err, "%s: belongs to the publisher '%.*s', not to '%s': give that name (--src), or another folder (--state)", outbox->directory_name,
			(int)(src.size < ID_MAX ? src.size : ID_MAX), src.data, outbox->src);
	outbox->boot = outbox_frame_number(content.data, 8);
	memcpy(outbox->secret, content.data + 8, SECRET_SIZE);
	return true;
}

/* False: it is sealed and yet makes no sense. */
static bool take_commit(struct scan *scan, const struct frame *frame, uint64_t offset)
{
	struct view content = frame->content;
	struct op op;
	if (frame->kind == FRAME_COMMIT && (!scan->is_ready || frame->first != scan->next))
		return false;
	if (frame->kind == FRAME_COMMIT)
		outbox_segment_mark(scan->segment, frame->first, offset);
	while (outbox_op_next(&content, &op)) {
		if (op.kind == OP_EVENT) {
			if (frame->kind != FRAME_COMMIT)
				return false;
			scan->next++;
			scan->segment->event_bytes += op.value.size;
		}
		if (scan->is_newest)
			outbox_op_apply(&op, &scan->outbox->memory);
	}
	outbox_memory_settle(&scan->outbox->memory);
	return content.size == 0;
}

static bool take_frame(struct scan *scan, const struct frame *frame, uint64_t offset, struct error *err)
{
	if ((offset == 0) != (frame->kind == FRAME_OPENING))
		return fail_damaged(scan, offset, err);
	if (frame->kind == FRAME_OPENING) {
		scan->segment->first = scan->next = frame->first;
		return take_opening(scan, frame->content, err);
	}
	/* What stands before the commits is written at once, and once. */
	if (frame->kind != FRAME_COMMIT && (scan->is_ready || frame->first != scan->segment->first))
		return fail_damaged(scan, offset, err);
	if (frame->kind == FRAME_READY) {
		scan->is_ready = true;
		scan->segment->begun = offset + FRAME_HEAD_SIZE;
		return true;
	}
	return take_commit(scan, frame, offset) || fail_damaged(scan, offset, err);
}

/* What a killed process or a machine without power left half written. */
static bool cut(struct scan *scan, uint64_t offset, struct error *err)
{
	struct outbox *outbox = scan->outbox;
	if (!scan->is_newest || !scan->is_ready || is_followed(scan, offset))
		return fail_damaged(scan, offset, err);
	if (ftruncate(scan->segment->file, (off_t)offset) != 0)
		return fail(err, "%s/%s: a torn end cannot be cut off: %s", outbox->directory_name, scan->name, strerror(errno));
	outbox_report(outbox, "%s/%s: a torn end of %llu bytes was cut off: a commit that was not finished", outbox->directory_name, scan->name,
		(unsigned long long)(scan->bytes.size - offset));
	return true;
}

static bool scan_bytes(struct scan *scan, struct error *err)
{
	uint64_t offset = 0;
	struct frame frame;
	while (offset < scan->bytes.size && outbox_frame_read(rest_of(scan, offset), scan->segment->number, offset, &frame)) {
		if (!take_frame(scan, &frame, offset, err))
			return false;
		offset += FRAME_HEAD_SIZE + frame.content.size;
	}
	scan->segment->size = offset;
	if (offset < scan->bytes.size)
		return cut(scan, offset, err);
	return scan->is_ready || fail_damaged(scan, offset, err);
}

static bool scan_segment(struct scan *scan, struct error *err)
{
	const struct outbox *outbox = scan->outbox;
	struct stat about;
	outbox_segment_name(scan->name, scan->segment->number);
	scan->segment->file = openat(outbox->directory, scan->name, O_RDWR | O_CLOEXEC | O_NOFOLLOW);
	if (scan->segment->file < 0 || fstat(scan->segment->file, &about) != 0)
		return fail(err, "%s/%s: cannot be opened: %s", outbox->directory_name, scan->name, strerror(errno));
	if (about.st_size == 0)
		return fail_damaged(scan, 0, err);
	scan->bytes.size = (size_t)about.st_size;
	scan->bytes.data = mmap(NULL, scan->bytes.size, PROT_READ, MAP_SHARED, scan->segment->file, 0);
	if (scan->bytes.data == MAP_FAILED)
		return fail(err, "%s/%s: cannot be read: %s", outbox->directory_name, scan->name, strerror(errno));
	const bool good = scan_bytes(scan, err);
	munmap((void *)scan->bytes.data, scan->bytes.size);
	return good;
}

/* ---- all of them ---- */

/* Where one is missing, those before it are of no use: readers are given events in one run. */
static void drop_before_hole(struct outbox *outbox, size_t place, uint64_t end)
{
	if (end == outbox->segments[place].first)
		return;
	outbox_report(outbox, "%s: a file of events is missing; the %zu before it are not used and may be removed", outbox->directory_name, place);
	for (size_t i = 0; i < place; i++)
		outbox_segment_finish(&outbox->segments[i]);
	outbox->segment_count -= place;
	memmove(outbox->segments, outbox->segments + place, outbox->segment_count * sizeof *outbox->segments);
}

static bool scan_all(struct outbox *outbox, struct error *err)
{
	uint64_t end = 0;
	for (size_t i = 0; i < outbox->segment_count; i++) {
		struct scan scan = {.outbox = outbox, .segment = &outbox->segments[i], .is_newest = i + 1 == outbox->segment_count};
		if (!scan_segment(&scan, err))
			return false;
		if (i && end != scan.segment->first) {
			drop_before_hole(outbox, i, end);
			i = 0;
		}
		end = scan.next;
	}
	atomic_store(&outbox->next, end);
	atomic_store(&outbox->oldest, outbox->segments[0].first);
	const struct outbox_segment *newest = outbox_newest(outbox);
	const uint64_t again = 2 * newest->begun;
	outbox->roll_at = newest->begun + (again > outbox->segment_bytes ? again : outbox->segment_bytes);
	return true;
}

static bool begin_new(struct outbox *outbox, struct error *err)
{
	outbox->boot = (uint64_t)clock_wall();
	random_bytes(outbox->secret, sizeof outbox->secret);
	atomic_store(&outbox->next, 1);
	return outbox_segment_begin(outbox, err);
}

bool outbox_recover(struct outbox *outbox, struct error *err)
{
	if (!outbox->options.directory)
		return begin_new(outbox, err);
	if (!outbox_folder_take(outbox, err) || !list_segments(outbox, err))
		return false;
	return outbox->segment_count ? scan_all(outbox, err) : begin_new(outbox, err);
}
