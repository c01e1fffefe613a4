/* Events for those who publish, read back from where they were written. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/memory.h"
#include "feed/outbox/outbox_state.h"

#define PIECE (256 * 1024) /* bytes read at once */

struct outbox_reader { /* of one thread */
	struct outbox_reader *after;
	char *bytes;
	size_t room;
	uint64_t segment, offset, seq; /* where it stopped: the frame there begins with `seq` */
};

static struct outbox_reader *own_reader(struct outbox *outbox)
{
	struct outbox_reader *reader = pthread_getspecific(outbox->reader);
	if (reader)
		return reader;
	reader = memory_new(1, sizeof *reader);
	reader->after = outbox->readers;
	outbox->readers = reader;
	pthread_setspecific(outbox->reader, reader);
	return reader;
}

static const struct outbox_segment *segment_of(const struct outbox *outbox, uint64_t seq)
{
	size_t place = outbox->segment_count;
	while (place > 1 && outbox->segments[place - 1].first > seq)
		place--;
	return &outbox->segments[place - 1];
}

/* The last mark that is not behind the number; where the thread stopped, if that is nearer. */
static struct outbox_mark beginning_for(const struct outbox_segment *segment, const struct outbox_reader *reader, uint64_t seq)
{
	struct outbox_mark mark = {segment->first, segment->begun};
	size_t low = 0, high = segment->mark_count;
	while (low < high) {
		const size_t middle = (low + high) / 2;
		if (segment->marks[middle].seq <= seq)
			low = middle + 1;
		else
			high = middle;
	}
	if (low)
		mark = segment->marks[low - 1];
	if (reader->segment == segment->number && reader->seq <= seq && reader->seq >= mark.seq && reader->offset >= mark.offset)
		mark = (struct outbox_mark){reader->seq, reader->offset};
	return mark;
}

/* Up to `wanted` bytes from there on; at most what is committed. */
static struct view load(struct outbox_reader *reader, const struct outbox_segment *segment, uint64_t offset, size_t wanted)
{
	size_t got = 0;
	if (wanted > segment->size - offset)
		wanted = (size_t)(segment->size - offset);
	reader->bytes = memory_grow(reader->bytes, &reader->room, wanted, 1);
	while (got < wanted) {
		const ssize_t now = pread(segment->file, reader->bytes + got, wanted - got, (off_t)(offset + got));
		if (now < 0 && errno == EINTR)
			continue;
		if (now <= 0)
			break;
		got += (size_t)now;
	}
	return (struct view){reader->bytes, got};
}

/* The events of one frame from `seq` on; *after: the number after them. False: there is no more room. */
static bool take_events(const struct frame *frame, uint64_t seq, struct outbox_item *items, size_t most, size_t *count, uint64_t *after)
{
	struct view content = frame->content;
	uint64_t number = frame->first;
	struct op op;
	while (outbox_op_next(&content, &op)) {
		if (op.kind != OP_EVENT)
			continue;
		if (number >= seq) {
			if (*count == most)
				return false;
			items[(*count)++] = (struct outbox_item){number, op.value, op.key};
		}
		number++;
	}
	*after = number;
	return true;
}

/* Reads frames that are in one piece. False: the file does not hold what was written. */
static bool read_piece(const struct outbox *outbox, struct outbox_reader *reader, const struct outbox_segment *segment, uint64_t seq,
	struct outbox_item *items, size_t most, size_t *count)
{
	struct view bytes = load(reader, segment, reader->offset, PIECE);
	struct frame frame;
	const size_t whole = outbox_frame_size(bytes);
	if (whole > bytes.size)
		bytes = load(reader, segment, reader->offset, whole);
	for (bool first = true; bytes.size; first = false) {
		if (!outbox_frame_read(bytes, segment->number, reader->offset, &frame))
			return !first;
		reader->seq = frame.first;
		if (frame.first >= outbox->limit || !take_events(&frame, seq, items, most, count, &reader->seq))
			return true;
		const size_t size = FRAME_HEAD_SIZE + frame.content.size;
		reader->offset += size;
		bytes = (struct view){bytes.data + size, bytes.size - size};
	}
	return true;
}

static size_t read_events(struct outbox *outbox, uint64_t seq, struct outbox_item *items, size_t most)
{
	struct outbox_reader *reader = own_reader(outbox);
	size_t count = 0;
	const struct outbox_segment *segment = segment_of(outbox, seq);
	const struct outbox_mark mark = beginning_for(segment, reader, seq);
	*reader = (struct outbox_reader){reader->after, reader->bytes, reader->room, segment->number, mark.offset, mark.seq};
	while (count == 0 && reader->offset < segment->size) {
		if (read_piece(outbox, reader, segment, seq, items, most, &count))
			continue;
		outbox_fail(outbox, "%s: file %llu is damaged at byte %llu: events cannot be read back", outbox->directory_name,
			(unsigned long long)segment->number, (unsigned long long)reader->offset);
		break;
	}
	return count;
}

static void note_given(struct outbox *outbox, uint64_t given)
{
	if (given > outbox->given)
		outbox->given = given;
	uint64_t ignored;
	if (outbox->given >= outbox->limit && read(outbox->event, &ignored, sizeof ignored) < 0)
		return; /* it was not set */
}

size_t outbox_read(struct outbox *outbox, uint64_t seq, struct outbox_item *items, size_t most)
{
	size_t count = 0;
	pthread_mutex_lock(&outbox->lock);
	if (seq < outbox->segments[0].first)
		seq = outbox->segments[0].first;
	if (seq < outbox->limit && most && !*outbox->failure.text)
		count = read_events(outbox, seq, items, most);
	if (count)
		note_given(outbox, items[count - 1].seq + 1);
	pthread_mutex_unlock(&outbox->lock);
	return count;
}

void outbox_readers_wake(struct outbox *outbox)
{
	const uint64_t one = 1;
	if (outbox->limit > outbox->given && write(outbox->event, &one, sizeof one) < 0)
		return; /* it is set already */
}

int outbox_descriptor(const struct outbox *outbox)
{
	return outbox->event;
}

uint64_t outbox_oldest(const struct outbox *outbox)
{
	return atomic_load(&outbox->oldest);
}

bool outbox_readers_begin(struct outbox *outbox, struct error *err)
{
	outbox->limit = outbox->given = atomic_load(&outbox->next);
	outbox->event = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
	outbox->has_reader_key = pthread_key_create(&outbox->reader, NULL) == 0;
	return (outbox->event >= 0 && outbox->has_reader_key) || fail(err, "no descriptor for the outbox: %s", strerror(errno));
}

void outbox_readers_end(struct outbox *outbox)
{
	for (struct outbox_reader *reader = outbox->readers, *after; reader; reader = after) {
		after = reader->after;
		free(reader->bytes);
		free(reader);
	}
	if (outbox->has_reader_key)
		pthread_key_delete(outbox->reader);
	if (outbox->event >= 0)
		close(outbox->event);
}
