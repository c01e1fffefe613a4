#include "journal/fork.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "journal/aside.h"
#include "journal/lock.h"
#include "journal/scan.h"
#include "journal/seal.h"
#include "journal/state_file.h"

struct cut {
	const struct disk *disk;
	const char *directory;
	uint64_t from;
	int64_t now; /* in the names of what is set aside: the same records may be forked twice */
	struct fork *fork;
};

/* What one file has of it. */
struct stretch {
	int64_t offset; /* of the first record that goes */
	uint64_t last;	/* the last record; 0: none goes */
	bool is_retry;	/* the file before may have the same records */
};

static bool measure(struct cut *cut, struct scan *scan, struct stretch *stretch)
{
	struct frame frame;
	struct damage damage;
	for (;;) {
		int64_t offset = scan->offset;
		enum scan_result result = segment_scan_next(scan, &frame, &damage);
		struct segment_head head;
		if (result == SCAN_END || result == SCAN_FAILED)
			return result == SCAN_END;
		if (result == SCAN_DAMAGE)
			continue;
		if (frame.type == FRAME_SEGMENT && segment_head_read(&frame, SEGMENT_JOURNAL, &head))
			stretch->is_retry = head.is_retry;
		if (!frame_is_record(&frame) || frame.lsn < cut->from)
			continue;
		if (!stretch->last)
			stretch->offset = offset;
		stretch->last = frame.lsn;
	}
}

static int cut_off(struct cut *cut, const struct segment *segment, struct scan *scan, const struct stretch *stretch)
{
	const struct disk *disk = cut->disk;
	scan->offset = stretch->offset;
	segment_scan_refresh(scan);
	int64_t tail = segment_scan_tail(scan);
	char *name = memory_format("%s@%" PRId64 ".%" PRId64, segment->name, stretch->offset, cut->now);
	int result = tail < 0 ? (int)tail : aside_copy(disk, cut->directory, name, scan->file, stretch->offset, tail);
	free(name);
	if (result >= 0)
		result = disk->truncate(disk->context, scan->file, stretch->offset);
	return result < 0 ? result : disk_sync(disk, scan->file);
}

static int move(struct cut *cut, const struct segment *segment)
{
	char *name = memory_format("%s.%" PRId64, segment->name, cut->now);
	int result = aside_move(cut->disk, cut->directory, segment->name, name);
	free(name);
	return result < 0 ? result : cut->disk->sync_directory(cut->disk->context, cut->directory);
}

static void note(struct cut *cut, const struct stretch *stretch)
{
	struct fork *fork = cut->fork;
	fork->pieces++;
	if (stretch->last > fork->last)
		fork->last = stretch->last;
	if (fork->last)
		fork->records = fork->last - cut->from + 1;
}

/* *is_last: no file before it can have any of the records. */
static bool take_file(struct cut *cut, const struct segment *segment, int file, bool *is_last, struct error *err)
{
	struct scan scan;
	struct stretch stretch = {0};
	segment_scan_init(&scan, cut->disk, file, segment->first - 1);
	bool is_whole = segment->first >= cut->from, is_read = measure(cut, &scan, &stretch);
	int result = !is_read	? scan.error
		: is_whole	? move(cut, segment)
		: stretch.last	? cut_off(cut, segment, &scan, &stretch)
				: 0;
	segment_scan_finish(&scan);
	*is_last = segment->first <= cut->from && !stretch.is_retry;
	if (result < 0)
		return fail(err, "%s/%s: record %" PRIu64 " and those after it cannot be set aside: %s", cut->directory, segment->name,
			cut->from, strerror(-result));
	if (is_whole || stretch.last)
		note(cut, &stretch);
	return true;
}

/* A sealed file that has records on both sides is unpacked first: records are cut one by one. */
static bool unseal(struct cut *cut, struct segment_list *list, struct error *err)
{
	for (size_t i = 0; i < list->count; i++) {
		struct segment *segment = &list->segments[i];
		const bool reaches_in = segment->first < cut->from && (i + 1 == list->count || list->segments[i + 1].first >= cut->from);
		if (!segment->is_sealed || !reaches_in)
			continue;
		if (!seal_undo(cut->disk, cut->directory, segment, err))
			return false;
		*segment = segment_raw(segment);
	}
	return true;
}

static bool take_files(struct cut *cut, const struct segment_list *list, struct error *err)
{
	bool is_last = false;
	for (size_t i = list->count; i-- > 0 && !is_last;) {
		char *path = disk_path(cut->directory, list->segments[i].name);
		int file = cut->disk->open(cut->disk->context, path, O_RDWR);
		bool is_good = file >= 0 ? take_file(cut, &list->segments[i], file, &is_last, err)
					 : fail(err, "%s: cannot be opened: %s", path, strerror(-file));
		if (file >= 0)
			cut->disk->close(cut->disk->context, file);
		free(path);
		if (!is_good)
			return false;
	}
	return true;
}

bool fork_set_aside(const struct disk *disk, const char *directory, uint64_t from, struct fork *fork, struct error *err)
{
	disk = disk ? disk : &disk_real;
	*fork = (struct fork){0};
	int lock = lock_take(disk, directory, err);
	if (lock < 0)
		return false;
	struct cut cut = {disk, directory, from, clock_wall(), fork};
	struct segment_list list = {0};
	bool is_good = state_files_remove(disk, directory, from, err) &&
		segments_list(&list, disk, directory, SEGMENT_JOURNAL, err) && unseal(&cut, &list, err) && take_files(&cut, &list, err);
	segments_finish(&list);
	disk->close(disk->context, lock);
	return is_good;
}
