#include "journal/recover.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "journal/aside.h"
#include "journal/scan.h"

struct visit {
	struct recovery *recovery;
	const struct disk *disk;
	const char *directory;
	enum segment_kind kind;
	/* A file is begun only when all before it is safe: its number outlives what becomes of it and of those before. */
	uint64_t floor;
	uint32_t floor_crc;
};

/* What one file holds. */
struct content {
	struct segment_head head;
	bool has_head, has_records;
	int unknown; /* the form of the file, where this program does not read it */
	uint64_t last, durable; /* LSNs: the last one; the last that is known to have been on the disk */
	uint32_t last_crc;
	int64_t last_recv;
	int64_t end;	    /* where the good part ends */
	struct damage *damages;
	size_t count, room;
};

static void tell(struct visit *visit, const struct damage *damage)
{
	visit->recovery->damaged++;
	if (visit->recovery->report)
		visit->recovery->report(visit->recovery->context, damage);
}

static void take_frame(struct content *content, const struct frame *frame, enum segment_kind kind)
{
	uint64_t durable = frame_is_record(frame) || frame->type == FRAME_SEGMENT ? frame->durable : frame->lsn;
	content->durable = durable > content->durable ? durable : content->durable;
	if (frame->type == FRAME_SEGMENT) {
		content->has_head = segment_head_read(frame, kind, &content->head);
		content->unknown = segment_head_unknown(frame, kind);
	}
	if (frame->type == FRAME_SEAL && !content->has_head && frame->payload.size >= JOURNAL_ID_SIZE) {
		memcpy(content->head.id, frame->payload.data, JOURNAL_ID_SIZE); /* the head is damaged: the end tells it too */
		content->has_head = true;
	}
	if (!frame_is_record(frame))
		return;
	content->has_records = true;
	content->last = frame->lsn;
	content->last_crc = frame->crc;
	content->last_recv = frame->recv;
}

/* Reads a file; stops at `until` (INT64_MAX: at its end). */
static bool read_content(struct visit *visit, struct scan *scan, const struct segment *segment, int64_t until,
	struct content *content, struct error *err)
{
	struct frame frame;
	struct damage damage;
	content->last = segment->first - 1;
	for (;;) {
		content->end = scan->offset;
		enum scan_result result = scan->offset >= until ? SCAN_END : segment_scan_next(scan, &frame, &damage);
		if (result == SCAN_END)
			return true;
		if (result == SCAN_FAILED)
			return fail(err, "%s/%s: cannot be read: %s", visit->directory, segment->name, strerror(-scan->error));
		if (result == SCAN_FRAME) {
			take_frame(content, &frame, visit->kind);
			if (content->unknown)
				return fail(err, "%s/%s: is of form %d, and this program reads form 1: update it", visit->directory,
					segment->name, content->unknown);
			continue;
		}
		memcpy(damage.name, segment->name, sizeof damage.name);
		content->damages = memory_grow(content->damages, &content->room, content->count + 1, sizeof damage);
		content->damages[content->count++] = damage;
	}
}

/* The first stretch that was never known to be on the disk: from there on it is what a power cut left. */
static const struct damage *find_cut(const struct content *content)
{
	for (size_t i = 0; i < content->count; i++)
		if (content->damages[i].from <= content->damages[i].to && content->damages[i].from > content->durable)
			return &content->damages[i];
	return NULL;
}

/* Reads the file, and again only up to where a power cut tore it. */
static bool read_segment(struct visit *visit, struct scan *scan, const struct segment *segment, struct content *content, struct error *err)
{
	if (!read_content(visit, scan, segment, INT64_MAX, content, err))
		return false;
	const struct damage *cut = find_cut(content);
	if (!cut || segment->is_sealed) /* whatever is sealed was safe before */
		return true;
	int64_t until = cut->offset;
	free(content->damages);
	*content = (struct content){0};
	scan->offset = 0;
	scan->last = segment->first - 1;
	return read_content(visit, scan, segment, until, content, err);
}

/* Keeps the tail aside; false where there is no room for it: then it stays where it is, and does no harm there. */
static bool keep_tail(struct visit *visit, const struct segment *segment, int file, int64_t offset, int64_t size)
{
	char *name = memory_format("%s@%lld", segment->name, (long long)offset);
	bool is_kept = aside_copy(visit->disk, visit->directory, name, file, offset, size) >= 0;
	free(name);
	return is_kept;
}

/* Cuts what is no record off, and makes the rest safe. */
static bool cut_tail(struct visit *visit, struct scan *scan, const struct segment *segment, const struct content *content, struct error *err)
{
	const struct disk *disk = visit->disk;
	scan->offset = content->end;
	segment_scan_refresh(scan);
	int64_t tail = segment_scan_tail(scan);
	if (tail < 0)
		return fail(err, "%s/%s: cannot be read: %s", visit->directory, segment->name, strerror((int)-tail));
	if (segment->is_sealed) {
		struct damage damage = {.kind = DAMAGE_BAD, .offset = content->end, .bytes = (uint64_t)tail, .from = content->last + 1, .to = content->last};
		memcpy(damage.name, segment->name, sizeof damage.name);
		if (tail > 0)
			tell(visit, &damage);
		return true;
	}
	bool is_cut = tail == 0 || keep_tail(visit, segment, scan->file, content->end, tail);
	if (is_cut && scan->size > content->end)
		is_cut = disk->truncate(disk->context, scan->file, content->end) >= 0;
	if (tail > 0) {
		struct damage damage = {.kind = DAMAGE_TAIL, .offset = content->end, .bytes = (uint64_t)tail, .from = content->last + 1,
			.to = content->last};
		memcpy(damage.name, segment->name, sizeof damage.name);
		tell(visit, &damage);
	}
	int result = disk_sync(disk, scan->file);
	return result >= 0 || fail(err, "%s/%s: cannot be made safe: %s; is the disk failing?", visit->directory, segment->name, strerror(-result));
}

/* A file without a single record: one that was just begun. */
static bool remove_empty(struct visit *visit, const struct segment *segment, struct error *err)
{
	char *path = disk_path(visit->directory, segment->name);
	int result = visit->disk->remove(visit->disk->context, path);
	if (result < 0)
		fail(err, "%s: cannot be removed: %s", path, strerror(-result));
	free(path);
	return result >= 0;
}

static void accept(struct visit *visit, const struct content *content)
{
	struct recovery *recovery = visit->recovery;
	for (size_t i = 0; i < content->count; i++)
		tell(visit, &content->damages[i]);
	if (content->has_head) {
		memcpy(recovery->id, content->head.id, JOURNAL_ID_SIZE);
		recovery->has_id = true;
	}
	if (content->has_records) {
		recovery->last = content->last;
		recovery->last_crc = content->last_crc;
		recovery->last_recv = content->last_recv;
	}
}

static void mind_floor(struct visit *visit)
{
	struct recovery *recovery = visit->recovery;
	if (visit->floor <= recovery->last)
		return;
	if (recovery->last > 0) {
		struct damage damage = {.kind = DAMAGE_MISSING, .from = recovery->last + 1, .to = visit->floor};
		struct segment after = {.first = visit->floor + 1};
		segment_set_name(&after, visit->kind);
		memcpy(damage.name, after.name, sizeof damage.name);
		tell(visit, &damage);
	}
	recovery->last = visit->floor;
	recovery->last_crc = visit->floor_crc;
}

static void raise_floor(struct visit *visit, const struct segment *segment, const struct content *content)
{
	if (segment->first - 1 <= visit->floor)
		return;
	visit->floor = segment->first - 1;
	visit->floor_crc = content->has_head ? content->head.before : 0;
}

/* Without a head that says otherwise the file before may have been given up. */
static bool follows_retry(const struct content *content)
{
	return !content->has_head || content->head.is_retry;
}

/* The LSN a file reaches to, and whether the one before it was given up. */
static uint64_t reach(struct visit *visit, const struct segment *segment, bool *is_retry)
{
	*is_retry = true;
	char *path = disk_path(visit->directory, segment->name);
	int file = visit->disk->open(visit->disk->context, path, O_RDONLY);
	free(path);
	if (file < 0)
		return 0;
	struct scan scan;
	struct content content = {0};
	segment_scan_init(&scan, visit->disk, file, segment->first - 1);
	bool is_good = read_segment(visit, &scan, segment, &content, NULL);
	segment_scan_finish(&scan);
	free(content.damages);
	visit->disk->close(visit->disk->context, file);
	*is_retry = follows_retry(&content);
	return is_good ? content.last : 0;
}

/* A process that died while it wrote once more what a file given up already had: that file is the journal. */
static bool is_behind(struct visit *visit, const struct segment *segment, size_t number, const struct content *content)
{
	bool is_retry = follows_retry(content);
	for (; is_retry && number > 0; number--)
		if (reach(visit, --segment, &is_retry) > content->last)
			return true;
	return false;
}

static bool set_aside(struct visit *visit, const struct segment *segment, struct error *err)
{
	int result = aside_move(visit->disk, visit->directory, segment->name, segment->name);
	return result >= 0 || fail(err, "%s/%s: cannot be moved to " ASIDE_DIRECTORY ": %s", visit->directory, segment->name, strerror(-result));
}

enum verdict { VERDICT_FAILED, VERDICT_LAST, VERDICT_GONE /* look at the one before */ };

static enum verdict judge(struct visit *visit, const struct segment_list *list, size_t number, struct scan *scan, struct error *err)
{
	const struct segment *segment = &list->segments[number];
	struct content content = {0};
	enum verdict verdict = VERDICT_FAILED;
	if (!read_segment(visit, scan, segment, &content, err))
		goto done;
	if (content.has_head && !visit->recovery->has_id) {
		memcpy(visit->recovery->id, content.head.id, JOURNAL_ID_SIZE);
		visit->recovery->has_id = true;
	}
	bool is_empty = !content.has_records && content.count == 0, is_blank = is_empty && segment_scan_tail(scan) == 0;
	if (is_blank)
		verdict = remove_empty(visit, segment, err) ? VERDICT_GONE : VERDICT_FAILED;
	else if (is_empty || is_behind(visit, segment, number, &content))
		verdict = set_aside(visit, segment, err) ? VERDICT_GONE : VERDICT_FAILED;
	else if (cut_tail(visit, scan, segment, &content, err)) {
		accept(visit, &content);
		verdict = VERDICT_LAST;
	}
	if (verdict == VERDICT_GONE)
		raise_floor(visit, segment, &content);
	if (verdict == VERDICT_GONE && is_empty && !is_blank) {
		struct damage damage = {.kind = DAMAGE_TAIL, .bytes = (uint64_t)scan->size, .from = segment->first, .to = segment->first - 1};
		memcpy(damage.name, segment->name, sizeof damage.name);
		tell(visit, &damage);
	}
done:
	free(content.damages);
	return verdict;
}

static enum verdict visit_segment(struct visit *visit, const struct segment_list *list, size_t number, struct error *err)
{
	const struct disk *disk = visit->disk;
	const struct segment *segment = &list->segments[number];
	char *path = disk_path(visit->directory, segment->name);
	int file = disk->open(disk->context, path, O_RDWR);
	if (file < 0)
		fail(err, "%s: cannot be opened: %s", path, strerror(-file));
	free(path);
	if (file < 0)
		return VERDICT_FAILED;
	struct scan scan;
	segment_scan_init(&scan, disk, file, segment->first - 1);
	enum verdict verdict = judge(visit, list, number, &scan, err);
	segment_scan_finish(&scan);
	disk->close(disk->context, file);
	return verdict;
}

static void add_sizes(struct visit *visit, const struct segment_list *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		char *path = disk_path(visit->directory, list->segments[i].name);
		int file = visit->disk->open(visit->disk->context, path, O_RDONLY);
		int64_t size = file < 0 ? 0 : visit->disk->size(visit->disk->context, file);
		if (file >= 0)
			visit->disk->close(visit->disk->context, file);
		visit->recovery->bytes += size > 0 ? (uint64_t)size : 0;
		free(path);
	}
}

bool recover(struct recovery *recovery, const struct disk *disk, const char *directory, enum segment_kind kind, struct error *err)
{
	struct visit visit = {recovery, disk, directory, kind};
	struct segment_list list = {0};
	recovery->last_recv = INSTANT_NONE;
	enum verdict verdict = segments_list(&list, disk, directory, kind, err) ? VERDICT_GONE : VERDICT_FAILED;
	size_t left = list.count;
	while (verdict == VERDICT_GONE && left > 0) {
		verdict = visit_segment(&visit, &list, left - 1, err);
		left -= verdict == VERDICT_GONE;
	}
	if (verdict != VERDICT_FAILED)
		mind_floor(&visit);
	add_sizes(&visit, &list, left);
	segments_finish(&list);
	return verdict != VERDICT_FAILED;
}
