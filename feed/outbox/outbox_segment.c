#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"
#include "feed/outbox/outbox_set.h"
#include "feed/outbox/outbox_state.h"
#include "feed/pack_write.h"

#define NEW_NAME "outbox-new"
#define MARK_EVERY (64 * 1024) /* bytes that a reader skips at most to find a number */
#define PIECE (512 * 1024)     /* of what is remembered, in one frame */

void outbox_segment_name(char to[SEGMENT_NAME_ROOM], uint64_t number)
{
	snprintf(to, SEGMENT_NAME_ROOM, "outbox-%010llu", (unsigned long long)number);
}

bool outbox_segment_number(const char *name, uint64_t *number)
{
	char whole[SEGMENT_NAME_ROOM];
	if (strncmp(name, "outbox-", 7) != 0)
		return false;
	*number = strtoull(name + 7, NULL, 10);
	outbox_segment_name(whole, *number);
	return *number && strcmp(whole, name) == 0;
}

void outbox_segment_mark(struct outbox_segment *segment, uint64_t seq, uint64_t offset)
{
	if (segment->mark_count && offset - segment->marks[segment->mark_count - 1].offset < MARK_EVERY)
		return;
	segment->marks = memory_grow(segment->marks, &segment->mark_room, segment->mark_count + 1, sizeof *segment->marks);
	segment->marks[segment->mark_count++] = (struct outbox_mark){seq, offset};
}

void outbox_segment_finish(struct outbox_segment *segment)
{
	if (segment->file >= 0)
		close(segment->file);
	free(segment->marks);
}

bool outbox_write_all(int file, const void *bytes, size_t size, uint64_t offset)
{
	const char *from = bytes;
	while (size) {
		const ssize_t written = pwrite(file, from, size, (off_t)offset);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		from += written;
		offset += (uint64_t)written;
		size -= (size_t)written;
	}
	return true;
}

void outbox_write_out(const struct outbox *outbox, const struct outbox_segment *segment, uint64_t from)
{
	if (outbox->directory >= 0)
		sync_file_range(segment->file, (off64_t)from, (off64_t)(segment->size - from), SYNC_FILE_RANGE_WRITE);
}

/* ---- a new one ---- */

struct beginning {
	struct outbox *outbox;
	struct outbox_segment *segment;
	struct wire_buffer frame;
	bool good;
};

static void frame_begin(struct beginning *beginning)
{
	static const uint8_t head[FRAME_HEAD_SIZE];
	beginning->frame.size = 0;
	pack_put_bytes(&beginning->frame, head, sizeof head);
}

static void frame_end(struct beginning *beginning, enum frame_kind kind)
{
	struct outbox_segment *segment = beginning->segment;
	outbox_frame_seal(&beginning->frame, 0, kind, segment->first, segment->number, segment->size);
	if (beginning->good)
		beginning->good = outbox_write_all(segment->file, beginning->frame.data, beginning->frame.size, segment->size);
	segment->size += beginning->frame.size;
	outbox_write_out(beginning->outbox, segment, segment->size - beginning->frame.size);
	frame_begin(beginning);
}

static void end_piece(struct beginning *beginning)
{
	if (beginning->frame.size >= PIECE)
		frame_end(beginning, FRAME_MEMORY);
}

static void remember_keys(struct beginning *beginning)
{
	const struct outbox_memory *memory = &beginning->outbox->memory;
	size_t position = 0;
	const struct map_entry *entry;
	while ((entry = map_next(&memory->keys, &position))) {
		const struct outbox_value *value = &memory->values[entry->value];
		outbox_op_write(&beginning->frame, &(struct op){.kind = OP_PUT, .key = map_entry_key(entry), .value = {value->data, value->size}});
		end_piece(beginning);
	}
}

static void remember_set(struct beginning *beginning, unsigned number)
{
	const struct outbox_set *set = &beginning->outbox->memory.sets[number];
	for (size_t i = 0; i < set->count; i++) {
		outbox_op_write_note(&beginning->frame, number, outbox_set_at(set, i), UINT32_MAX);
		end_piece(beginning);
	}
}

static void write_opening(struct beginning *beginning)
{
	const struct outbox *outbox = beginning->outbox;
	outbox_frame_put_number(&beginning->frame, outbox->boot, 8);
	pack_put_bytes(&beginning->frame, outbox->secret, SECRET_SIZE);
	pack_put_bytes(&beginning->frame, outbox->src, strlen(outbox->src));
	frame_end(beginning, FRAME_OPENING);
}

static bool write_beginning(struct outbox *outbox, struct outbox_segment *segment)
{
	struct beginning beginning = {.outbox = outbox, .segment = segment, .good = true};
	frame_begin(&beginning);
	write_opening(&beginning);
	remember_keys(&beginning);
	for (unsigned set = 0; set < OUTBOX_SETS; set++)
		remember_set(&beginning, set);
	if (beginning.frame.size > FRAME_HEAD_SIZE)
		frame_end(&beginning, FRAME_MEMORY);
	frame_end(&beginning, FRAME_READY);
	wire_buffer_finish(&beginning.frame);
	segment->begun = segment->size;
	return beginning.good;
}

static int create(const struct outbox *outbox)
{
	if (outbox->directory < 0)
		return memfd_create("outbox", MFD_CLOEXEC);
	return openat(outbox->directory, NEW_NAME, O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600);
}

static bool finish_old(struct outbox *outbox)
{
	if (outbox->segment_count == 0 || fdatasync(outbox_newest(outbox)->file) == 0)
		return true;
	pthread_mutex_lock(&outbox->lock);
	outbox_fail(outbox, "%s: the disk did not keep what was written: %s", outbox->directory_name, strerror(errno));
	pthread_mutex_unlock(&outbox->lock);
	return false;
}

/* Both this one and the one before are on the disk before it counts: of those that are not the newest none may be torn. */
static bool put_in_place(struct outbox *outbox, const struct outbox_segment *segment)
{
	char name[SEGMENT_NAME_ROOM];
	if (outbox->directory < 0)
		return true;
	if (!finish_old(outbox))
		return false;
	outbox_segment_name(name, segment->number);
	return fsync(segment->file) == 0 && renameat(outbox->directory, NEW_NAME, outbox->directory, name) == 0 &&
	       fsync(outbox->directory) == 0;
}

/* The one before goes on being the newest. */
static void take_back(const struct outbox *outbox, struct outbox_segment *segment)
{
	char name[SEGMENT_NAME_ROOM];
	outbox_segment_name(name, segment->number);
	if (outbox->directory >= 0) {
		unlinkat(outbox->directory, NEW_NAME, 0);
		unlinkat(outbox->directory, name, 0);
	}
	outbox_segment_finish(segment);
}

/* Those go that are not needed any more. Under `lock`. */
static void drop_old(struct outbox *outbox)
{
	uint64_t newer = 0;
	size_t from = outbox->segment_count;
	while (from > 0 && (newer < outbox->keep || from == outbox->segment_count))
		newer += outbox->segments[--from].event_bytes;
	for (size_t i = 0; i < from; i++) {
		char name[SEGMENT_NAME_ROOM];
		outbox_segment_name(name, outbox->segments[i].number);
		if (outbox->directory >= 0)
			unlinkat(outbox->directory, name, 0);
		outbox_segment_finish(&outbox->segments[i]);
	}
	outbox->segment_count -= from;
	memmove(outbox->segments, outbox->segments + from, outbox->segment_count * sizeof *outbox->segments);
	atomic_store(&outbox->oldest, outbox->segments[0].first);
}

static void append(struct outbox *outbox, const struct outbox_segment *segment)
{
	pthread_mutex_lock(&outbox->lock);
	outbox->segments = memory_grow(outbox->segments, &outbox->segment_room, outbox->segment_count + 1, sizeof *outbox->segments);
	outbox->segments[outbox->segment_count++] = *segment;
	drop_old(outbox);
	pthread_mutex_unlock(&outbox->lock);
}

bool outbox_segment_begin(struct outbox *outbox, struct error *err)
{
	struct outbox_segment segment = {.first = atomic_load(&outbox->next), .number = 1, .file = create(outbox)};
	if (outbox->segment_count)
		segment.number = outbox_newest(outbox)->number + 1;
	if (segment.file < 0 || !write_beginning(outbox, &segment) || !put_in_place(outbox, &segment)) {
		fail(err, "%s: a new file of the outbox cannot be written: %s", outbox->directory_name, strerror(errno));
		take_back(outbox, &segment);
		return false;
	}
	append(outbox, &segment);
	const uint64_t again = 2 * segment.begun; /* it is not worth while to write down again what is most of the file */
	outbox->roll_at = segment.begun + (again > outbox->segment_bytes ? again : outbox->segment_bytes);
	return true;
}
