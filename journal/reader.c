#include "journal/reader.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "journal/places.h"

struct reader {
	const struct disk *disk;
	char *directory;
	enum segment_kind kind;
	struct segment_list list;
	size_t current;
	int file;	  /* of the current one; -1: not opened yet */
	struct scan scan;
	bool is_final;	  /* a later file exists, and this one was looked at once more since */
	bool is_at_end;	  /* READER_END was said: the file may have grown since */
	bool is_retried;  /* damage was looked at twice */
	uint64_t last;	  /* LSN of the last record that was seen, given or passed over, or known to be lost */
	uint64_t wanted;  /* LSN: those before are passed over */
	int64_t wanted_recv;
	uint8_t id[JOURNAL_ID_SIZE];
	bool has_id;
	bool is_single;	  /* only one file of the directory is read */
	struct segment single;
	bool is_seeking;  /* the head of the file was not read since: then the walk goes to where `wanted` may be */
	bool to_last;	  /* ... as near to its end as can be */
	struct places places;
};

static void leave_file(struct reader *reader)
{
	if (reader->file < 0)
		return;
	segment_scan_finish(&reader->scan);
	reader->disk->close(reader->disk->context, reader->file);
	reader->file = -1;
}

/* A directory, or one file in it. */
static void take_path(struct reader *reader, const char *path)
{
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	reader->is_single = segment_read_name(name, reader->kind, &reader->single);
	if (!reader->is_single)
		reader->directory = memory_text(path);
	else
		reader->directory = slash == path ? memory_text("/") : slash ? memory_format("%.*s", (int)(slash - path), path) : memory_text(".");
}

struct reader *reader_open(const struct disk *disk, const char *path, enum segment_kind kind, struct error *err)
{
	struct reader *reader = memory_new(1, sizeof *reader);
	reader->disk = disk ? disk : &disk_real;
	reader->kind = kind;
	reader->file = -1;
	take_path(reader, path);
	if (reader_seek(reader, 0, err))
		return reader;
	reader_close(reader);
	return NULL;
}

void reader_close(struct reader *reader)
{
	if (!reader)
		return;
	leave_file(reader);
	segments_finish(&reader->list);
	places_finish(&reader->places);
	free(reader->directory);
	free(reader);
}

/* The files there are; of a single one that, in whichever form it is now. */
static bool list_files(struct reader *reader, struct error *err)
{
	struct segment_list *list = &reader->list;
	if (!segments_list(list, reader->disk, reader->directory, reader->kind, err))
		return false;
	size_t kept = 0;
	for (size_t i = 0; reader->is_single && i < list->count; i++)
		if (segment_same(&list->segments[i], &reader->single))
			list->segments[kept++] = list->segments[i];
	if (reader->is_single)
		list->count = kept;
	return true;
}

/* Asks anew which files there are; stays with the one it is in. */
static bool list_again(struct reader *reader, struct error *err)
{
	struct segment current = {0};
	if (reader->current < reader->list.count)
		current = reader->list.segments[reader->current];
	if (!list_files(reader, err))
		return false;
	size_t at = 0;
	while (at < reader->list.count && (reader->list.segments[at].first < current.first
		|| (reader->list.segments[at].first == current.first && reader->list.segments[at].attempt < current.attempt)))
		at++;
	const bool is_there = at < reader->list.count && segment_same(&reader->list.segments[at], &current);
	if (reader->file >= 0 && is_there) {
		reader->list.segments[at] = current; /* sealed meanwhile: the open one is the same */
	} else if (reader->file >= 0) {
		/* Removed under our hands: we hold it open still. */
		reader->list.segments = memory_grow(reader->list.segments, &reader->list.room, reader->list.count + 1, sizeof current);
		memmove(reader->list.segments + at + 1, reader->list.segments + at, (reader->list.count - at) * sizeof current);
		reader->list.segments[at] = current;
		reader->list.count++;
	}
	reader->current = at;
	return true;
}

/* The last file that begins at or before `lsn`. */
static size_t find_segment(const struct segment_list *list, uint64_t lsn)
{
	size_t low = 0, high = list->count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (list->segments[middle].first <= lsn)
			low = middle;
		else
			high = middle;
	}
	return low;
}

bool reader_seek(struct reader *reader, uint64_t lsn, struct error *err)
{
	leave_file(reader);
	reader->current = 0;
	reader->list.count = 0;
	if (!list_again(reader, err))
		return false;
	reader->current = find_segment(&reader->list, lsn);
	reader->wanted = lsn;
	reader->wanted_recv = INSTANT_NONE;
	reader->is_seeking = lsn > 0;
	reader->to_last = false;
	reader->last = lsn > 0 ? lsn - 1 : 0;
	if (reader->list.count && (lsn == 0 || (reader->is_single && reader->last < reader->single.first)))
		reader->last = reader->list.segments[0].first - 1;
	return true;
}

/* When the first record of a file was received; INSTANT_NONE where its head cannot be read: then the search begins earlier. */
static int64_t first_recv(const struct reader *reader, const struct segment *segment)
{
	struct segment_head head;
	if (!segment_head_load(reader->disk, reader->directory, segment, reader->kind, &head))
		return INSTANT_NONE;
	return head.recv;
}

bool reader_seek_time(struct reader *reader, int64_t recv, struct error *err)
{
	if (!reader_seek(reader, 0, err))
		return false;
	size_t low = 0, high = reader->list.count;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (first_recv(reader, &reader->list.segments[middle]) < recv)
			low = middle;
		else
			high = middle;
	}
	reader->wanted_recv = recv;
	reader->is_seeking = true;
	reader->current = low;
	if (low < reader->list.count)
		reader->last = reader->list.segments[low].first - 1;
	return true;
}

bool reader_seek_last(struct reader *reader, size_t number, struct error *err)
{
	if (!reader_seek(reader, 0, err) || number >= reader->list.count)
		return number < reader->list.count || fail(err, "%s: holds no such file", reader->directory);
	reader->current = number;
	reader->last = reader->list.segments[number].first - 1;
	reader->wanted_recv = INSTANT_NONE;
	reader->is_seeking = reader->to_last = true;
	return true;
}

/* The file that was listed is not there any more: sealed meanwhile, or retention was faster. */
static bool pass_removed(struct reader *reader, struct error *err)
{
	const struct segment gone = reader->list.segments[reader->current];
	if (!list_again(reader, err))
		return false;
	const bool is_there = reader->current < reader->list.count && segment_same(&reader->list.segments[reader->current], &gone);
	reader->current += is_there && reader->list.segments[reader->current].is_sealed == gone.is_sealed;
	return true;
}

static bool enter_file(struct reader *reader, struct error *err)
{
	const struct segment *segment = &reader->list.segments[reader->current];
	char *path = disk_path(reader->directory, segment->name);
	int file = reader->disk->open(reader->disk->context, path, O_RDONLY);
	if (file < 0 && file != -ENOENT)
		fail(err, "%s: cannot be opened: %s", path, strerror(-file));
	free(path);
	if (file == -ENOENT)
		return pass_removed(reader, err);
	if (file < 0)
		return false;
	reader->file = file;
	reader->is_final = reader->is_retried = false;
	segment_scan_init(&reader->scan, reader->disk, file, segment->first - 1);
	return true;
}

/* The LSN with which the next file takes over; UINT64_MAX: there is none. */
static uint64_t bound(const struct reader *reader)
{
	return reader->current + 1 < reader->list.count ? reader->list.segments[reader->current + 1].first : UINT64_MAX;
}

static void next_file(struct reader *reader)
{
	leave_file(reader);
	reader->current++;
}

/* Records up to `to` are not there. False: nobody asked for them. */
static bool miss(struct reader *reader, uint64_t to, struct damage *damage)
{
	damage->from = reader->last + 1;
	damage->to = to;
	memcpy(damage->name, reader->list.segments[reader->current].name, sizeof damage->name);
	if (to > reader->last)
		reader->last = to;
	return damage->to >= reader->wanted;
}

static void approach(struct reader *reader)
{
	if (!reader->is_seeking || !reader->has_id || reader->kind != SEGMENT_JOURNAL)
		return;
	const bool by_time = reader->wanted_recv != INSTANT_NONE;
	places_approach(&reader->places, &reader->scan, reader->directory, &reader->list.segments[reader->current], reader->id,
		reader->to_last ? UINT64_MAX : by_time ? 0 : reader->wanted, reader->wanted_recv);
	if ((by_time || reader->to_last) && reader->scan.last > reader->last)
		reader->last = reader->scan.last;
}

static bool take_head(struct reader *reader, const struct frame *frame, struct damage *damage)
{
	struct segment_head head;
	if (!segment_head_read(frame, reader->kind, &head))
		return true;
	if (reader->has_id && memcmp(reader->id, head.id, JOURNAL_ID_SIZE) != 0) {
		*damage = (struct damage){.kind = DAMAGE_FOREIGN, .bytes = (uint64_t)reader->scan.size};
		uint64_t end = bound(reader);
		miss(reader, end == UINT64_MAX ? reader->last : end - 1, damage);
		next_file(reader);
		return false;
	}
	memcpy(reader->id, head.id, JOURNAL_ID_SIZE);
	reader->has_id = true;
	return true;
}

enum step { STEP_ON, STEP_RECORD, STEP_DAMAGE, STEP_END, STEP_FAILED };

static enum step take_frame(struct reader *reader, const struct frame *frame, struct damage *damage, struct error *err)
{
	if (frame->type == FRAME_SEGMENT) {
		const int version = segment_head_unknown(frame, reader->kind);
		if (version) {
			fail(err, "%s/%s: is of form %d, and this program reads form 1: update it", reader->directory,
				reader->list.segments[reader->current].name, version);
			return STEP_FAILED;
		}
		if (!take_head(reader, frame, damage))
			return STEP_DAMAGE;
		approach(reader);
		reader->is_seeking = false;
		return STEP_ON;
	}
	reader->is_seeking = false;
	if (!frame_is_record(frame))
		return STEP_ON;
	if (frame->lsn >= bound(reader)) {
		next_file(reader);
		return STEP_ON;
	}
	if (frame->lsn > reader->last)
		reader->last = frame->lsn;
	return frame->lsn >= reader->wanted && frame->recv >= reader->wanted_recv ? STEP_RECORD : STEP_ON;
}

/* What a file lacks between two of its records. */
static enum step take_damage(struct reader *reader, struct damage *damage)
{
	uint64_t end = bound(reader);
	if (end == UINT64_MAX && !reader->is_retried) {
		/* A writer may be at it: pages are read one after the other while they come. */
		reader->is_retried = true;
		reader->scan.offset = damage->offset;
		reader->scan.last = damage->from - 1;
		segment_scan_refresh(&reader->scan);
		return STEP_ON;
	}
	reader->is_retried = false;
	const bool is_index = reader->list.segments[reader->current].is_sealed && damage->from > damage->to;
	if (damage->from >= end && !is_index)
		return STEP_ON;
	uint64_t to = damage->to < end ? damage->to : end - 1;
	uint64_t from = damage->from;
	if (to > reader->last)
		reader->last = to;
	memcpy(damage->name, reader->list.segments[reader->current].name, sizeof damage->name);
	damage->to = to;
	return from > to || to >= reader->wanted ? STEP_DAMAGE : STEP_ON;
}

/* No more in this file: a later one may have been begun meanwhile, and this one been written to before that. */
static enum step end_file(struct reader *reader, struct damage *damage, struct error *err)
{
	if (!list_again(reader, err))
		return STEP_FAILED;
	uint64_t end = bound(reader);
	if (end == UINT64_MAX)
		return STEP_END;
	if (!reader->is_final) {
		reader->is_final = true;
		segment_scan_refresh(&reader->scan);
		return STEP_ON;
	}
	bool is_short = reader->last + 1 < end, is_sealed = reader->list.segments[reader->current].is_sealed;
	*damage = (struct damage){.kind = DAMAGE_BAD, .offset = reader->scan.offset};
	/* Behind the records of a file that was given up may stand what is in the next one too; a sealed one ends as it was written. */
	int64_t tail = is_short || is_sealed ? segment_scan_tail(&reader->scan) : 0;
	damage->bytes = tail > 0 ? (uint64_t)tail : 0;
	if (damage->bytes == 0)
		damage->kind = DAMAGE_MISSING;
	bool is_asked = (is_short || damage->bytes) && miss(reader, is_short ? end - 1 : reader->last, damage);
	next_file(reader);
	return is_asked ? STEP_DAMAGE : STEP_ON;
}

static enum step take_step(struct reader *reader, struct frame *frame, struct damage *damage, struct error *err)
{
	if (reader->current >= reader->list.count) {
		size_t before = reader->list.count;
		reader->current = reader->list.count;
		if (!list_files(reader, err))
			return STEP_FAILED;
		reader->current = find_segment(&reader->list, reader->last + 1);
		return reader->list.count > 0 && before != reader->list.count ? STEP_ON : STEP_END;
	}
	if (reader->file < 0) {
		uint64_t first = reader->list.segments[reader->current].first;
		if (reader->last + 1 < first) {
			*damage = (struct damage){.kind = DAMAGE_MISSING};
			return miss(reader, first - 1, damage) ? STEP_DAMAGE : STEP_ON;
		}
		return enter_file(reader, err) ? STEP_ON : STEP_FAILED;
	}
	switch (segment_scan_next(&reader->scan, frame, damage)) {
	case SCAN_FRAME:
		return take_frame(reader, frame, damage, err);
	case SCAN_DAMAGE:
		return take_damage(reader, damage);
	case SCAN_END:
		return end_file(reader, damage, err);
	default:
		fail(err, "%s/%s: cannot be read at %lld: %s", reader->directory, reader->list.segments[reader->current].name,
			(long long)reader->scan.offset, strerror(-reader->scan.error));
		return STEP_FAILED;
	}
}

enum reader_result reader_next(struct reader *reader, struct frame *frame, struct damage *damage, struct error *err)
{
	if (reader->file >= 0 && reader->is_at_end)
		segment_scan_refresh(&reader->scan);
	reader->is_at_end = false;
	for (;;) {
		switch (take_step(reader, frame, damage, err)) {
		case STEP_ON:
			break;
		case STEP_RECORD:
			return READER_RECORD;
		case STEP_DAMAGE:
			return READER_DAMAGE;
		case STEP_END:
			reader->is_at_end = true;
			return READER_END;
		default:
			return READER_FAILED;
		}
	}
}

int64_t reader_tail(struct reader *reader)
{
	return reader->file < 0 ? 0 : segment_scan_tail(&reader->scan);
}

const char *reader_directory(const struct reader *reader)
{
	return reader->directory;
}

struct segment_list reader_files(const struct reader *reader)
{
	return reader->list;
}

void reader_expect(struct reader *reader, const uint8_t *id)
{
	memcpy(reader->id, id, sizeof reader->id);
	reader->has_id = true;
}

const uint8_t *reader_id(const struct reader *reader)
{
	return reader->has_id ? reader->id : NULL;
}
