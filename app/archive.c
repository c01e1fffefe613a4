#include "app/archive.h"

#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "journal/state_pieces.h"

#define IDLE_MOST (10 * SECOND_MS)

static bool stand_before(struct archive *archive, uint64_t from, struct error *err)
{
	if (archive->reader && archive->next == from)
		return true;
	if (!archive->reader)
		archive->reader = reader_open(NULL, archive->directory, SEGMENT_JOURNAL, err);
	return archive->reader && reader_seek(archive->reader, from, err);
}

void archive_range(struct archive *archive, uint64_t from, uint64_t to, stream_emit *emit, void *emit_to)
{
	struct error err;
	struct frame frame;
	struct damage damage;
	archive->used = clock_monotonic();
	if (!stand_before(archive, from, &err)) {
		log_line(LOG_LEVEL_WARNING, "records %llu to %llu cannot be read for somebody attached: %s", (unsigned long long)from,
			(unsigned long long)to, err.text);
		archive_close(archive);
		return;
	}
	archive->next = from;
	for (;;) {
		const enum reader_result result = reader_next(archive->reader, &frame, &damage, &err);
		if (result == READER_DAMAGE)
			continue;
		if (result != READER_RECORD) {
			archive_close(archive); /* what comes is read by a new one: this one's end may have been in the midst of a write */
			return;
		}
		archive->next = frame.lsn + 1;
		if (frame.lsn > to || !emit(emit_to, &frame) || frame.lsn == to)
			return;
	}
}

bool archive_past(const struct archive *archive, int64_t recv, uint64_t from, struct stream_past *found)
{
	struct state_entry entry;
	struct error err;
	if (!state_pieces_find(NULL, archive->directory, archive->states, recv, from, &entry, &err)) {
		if (err.text[0])
			log_line(LOG_LEVEL_WARNING, "no state of the past for somebody attached: %s", err.text);
		return false;
	}
	*found = (struct stream_past){.lsn = entry.lsn, .recv = entry.recv, .size = entry.bytes};
	return true;
}

bool archive_piece(const struct archive *archive, uint64_t lsn, uint64_t at, size_t most, struct wire_buffer *to, struct stream_past *found)
{
	to->data = memory_grow(to->data, &to->room, to->size + most, 1);
	const ssize_t got = state_piece_read(NULL, archive->states, lsn, at, to->data + to->size, most, &found->size);
	to->size += got > 0 ? (size_t)got : 0;
	return got > 0;
}

void archive_tidy(struct archive *archive)
{
	if (archive->reader && clock_monotonic() - archive->used > IDLE_MOST)
		archive_close(archive);
}

void archive_close(struct archive *archive)
{
	reader_close(archive->reader);
	archive->reader = NULL;
}
