#include "journal/writer.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/memory.h"

#define PIECES 64 /* chunks in one call */
#define ATTEMPTS 1000

void writer_init(struct writer *writer, const struct disk *disk, const char *directory, const struct writer_options *options,
	uint64_t last, uint32_t crc, uint64_t bytes)
{
	*writer = (struct writer){.disk = disk, .directory = memory_text(directory), .options = *options, .file = -1,
		.written = last, .durable = last, .durable_crc = crc, .closed_bytes = bytes};
}

static void close_file(struct writer *writer)
{
	if (writer->file < 0)
		return;
	writer->disk->close(writer->disk->context, writer->file);
	writer->file = -1;
	writer->is_dirty = writer->is_syncing = false;
	writer->closed_bytes += (uint64_t)writer->offset;
}

void writer_finish(struct writer *writer)
{
	close_file(writer);
	hints_finish(&writer->hints);
	chunks_finish(&writer->kept);
	free(writer->directory);
}

/* Notes what failed; returns the error. */
static int failed(struct writer *writer, int error, const char *doing)
{
	snprintf(writer->failure, sizeof writer->failure, "%.60s: %s: %s", writer->segment.name, doing, strerror(-error));
	return error;
}

static void remove_file(const struct writer *writer, const struct segment *segment)
{
	char *path = disk_path(writer->directory, segment->name);
	writer->disk->remove(writer->disk->context, path);
	free(path);
}

/* The file is closed for ever: after a failed sync the system may hold its pages for clean, and say next time that all is well.
 * What is not known to be safe is written again from memory. The file itself stays, for it may outlive this process; of the tries
 * after it only the one that holds most does, or a failing disk would be filled with them. */
static void give_up(struct writer *writer)
{
	if (writer->file < 0)
		return;
	if (writer->is_retry) {
		writer->offset = 0;
		if (writer->in_file < writer->written)
			remove_file(writer, &writer->segment);
		else
			writer->doomed = writer->segment;
	}
	close_file(writer);
	writer->is_retry = true;
	writer->next = writer->kept.head;
	writer->next_done = 0;
}

void writer_add(struct writer *writer, struct chunks *chunks)
{
	if (!writer->next) {
		writer->next = chunks->head;
		writer->next_done = 0;
	}
	chunks_move(&writer->kept, chunks);
}

bool writer_has_work(const struct writer *writer)
{
	return writer->next != NULL;
}

bool writer_is_full(const struct writer *writer)
{
	if (writer->file < 0 || !writer->next || writer->next_done || writer->in_file < writer->segment.first)
		return false; /* never within a record, and never without any */
	return (uint64_t)writer->offset + writer->next->size > writer->options.segment_bytes
		|| clock_monotonic() - writer->begun >= writer->options.segment_time;
}

static int write_head(struct writer *writer)
{
	uint8_t payload[SEGMENT_PAYLOAD], bytes[FRAME_HEAD + SEGMENT_PAYLOAD];
	struct segment_head head = {.first = writer->segment.first, .recv = writer->next->first_recv, .created = clock_wall(),
		.before = writer->durable_crc, .is_retry = writer->is_retry};
	memcpy(head.id, writer->options.id, JOURNAL_ID_SIZE);
	struct frame frame = segment_head_frame(&head, writer->options.kind, payload);
	frame_write(&frame, bytes);
	int result = disk_write_all(writer->disk, writer->file, bytes, sizeof bytes, 0);
	if (result >= 0)
		result = disk_sync(writer->disk, writer->file);
	if (result >= 0)
		result = writer->disk->sync_directory(writer->disk->context, writer->directory);
	writer->offset = sizeof bytes;
	return result;
}

/* Only a hint: where there is no such thing, or no room, writing will tell. */
static void allocate_ahead(struct writer *writer, int64_t until)
{
	if (!writer->options.allocate || until <= writer->allocated)
		return;
	int64_t size = writer->options.allocate;
	while (writer->allocated + size < until)
		size += writer->options.allocate;
	int64_t most = (int64_t)writer->options.segment_bytes;
	if (writer->allocated + size > most && most >= until)
		size = most - writer->allocated;
	writer->disk->allocate(writer->disk->context, writer->file, writer->allocated, size);
	writer->allocated += size; /* whether or not: not to be asked for again */
}

static int open_new(struct writer *writer)
{
	/* Ever higher, also where a lower one was removed meanwhile: of two that begin alike the higher one counts. */
	uint64_t first = writer->durable + 1;
	uint32_t begin = writer->segment.first == first ? writer->segment.attempt + 1 : 0;
	for (uint32_t attempt = begin; attempt < begin + ATTEMPTS; attempt++) {
		writer->segment = (struct segment){.first = first, .attempt = attempt};
		segment_set_name(&writer->segment, writer->options.kind);
		char *path = disk_path(writer->directory, writer->segment.name);
		int file = writer->disk->open(writer->disk->context, path, O_RDWR | O_CREAT | O_EXCL);
		free(path);
		if (file != -EEXIST)
			return file;
	}
	return -EEXIST;
}

static int begin_file(struct writer *writer)
{
	int file = open_new(writer);
	if (file < 0)
		return failed(writer, file, "cannot be created");
	writer->file = file;
	writer->offset = writer->allocated = 0;
	allocate_ahead(writer, FRAME_HEAD + SEGMENT_PAYLOAD);
	int result = write_head(writer);
	if (result < 0) {
		failed(writer, result, "cannot be begun");
		writer->offset = 0;
		close_file(writer);
		remove_file(writer, &writer->segment);
		return result;
	}
	writer->begun = clock_monotonic();
	writer->in_file = writer->durable;
	writer->in_file_crc = writer->durable_crc;
	hints_finish(&writer->hints);
	writer->next = writer->kept.head;
	writer->next_done = 0;
	return 0;
}

/* As many chunks as go into one call and into the file; their bytes in *size. */
static int gather(const struct writer *writer, struct iovec *pieces, size_t *size)
{
	int count = 0;
	size_t done = writer->next_done;
	*size = 0;
	for (struct chunk *chunk = writer->next; chunk && count < PIECES; chunk = chunk->next) {
		uint64_t end = (uint64_t)writer->offset + *size + chunk->size - done;
		if (count > 0 && end > writer->options.segment_bytes)
			break;
		pieces[count++] = (struct iovec){chunk->bytes + done, chunk->size - done};
		*size += chunk->size - done;
		done = 0;
	}
	return count;
}

/* So many more bytes are there. */
static void pass(struct writer *writer, size_t size)
{
	int64_t begin = writer->offset - (int64_t)writer->next_done; /* where the chunk does */
	writer->offset += (int64_t)size;
	writer->is_dirty = true;
	size += writer->next_done;
	while (writer->next && size >= writer->next->size) {
		hints_add(&writer->hints, HINT_BYTES, begin, writer->next->first, writer->next->first_recv);
		begin += (int64_t)writer->next->size;
		size -= writer->next->size;
		writer->in_file = writer->next->last;
		writer->in_file_crc = writer->next->last_crc;
		writer->next = writer->next->next;
	}
	writer->next_done = size;
	if (writer->in_file > writer->written)
		writer->written = writer->in_file;
	if (writer->doomed.first && writer->in_file == writer->written) {
		remove_file(writer, &writer->doomed);
		writer->doomed.first = 0;
	}
}

static bool is_full_disk(int error)
{
	return error == -ENOSPC || error == -EDQUOT;
}

int writer_write(struct writer *writer)
{
	while (writer->next && !writer_is_full(writer)) {
		if (writer->file < 0) {
			int result = begin_file(writer);
			if (result < 0)
				return result;
		}
		struct iovec pieces[PIECES];
		size_t size;
		int count = gather(writer, pieces, &size);
		allocate_ahead(writer, writer->offset + (int64_t)size);
		ssize_t put = writer->disk->write(writer->disk->context, writer->file, pieces, count, writer->offset);
		if (put == -EINTR)
			continue;
		if (put <= 0) {
			failed(writer, put ? (int)put : -EIO, "cannot be written");
			if (!is_full_disk((int)put) && !writer->is_syncing)
				give_up(writer);
			return put ? (int)put : -EIO;
		}
		pass(writer, (size_t)put);
	}
	return 0;
}

int writer_sync_begin(struct writer *writer)
{
	if (writer->file < 0 || !writer->is_dirty)
		return -1;
	writer->is_dirty = false;
	writer->is_syncing = true;
	writer->syncing = writer->in_file;
	writer->syncing_crc = writer->in_file_crc;
	return writer->file;
}

int writer_sync_end(struct writer *writer, int result)
{
	writer->is_syncing = false;
	int64_t size = result < 0 ? result : writer->disk->size(writer->disk->context, writer->file);
	if (size < 0) { /* a file without a name is as good as none */
		failed(writer, (int)size, result < 0 ? "cannot be made safe" : "was removed");
		give_up(writer);
		return (int)size;
	}
	writer->durable = writer->syncing;
	writer->durable_crc = writer->syncing_crc;
	writer->is_retry = false;
	chunks_drop(&writer->kept, writer->durable);
	return 0;
}

int writer_sync(struct writer *writer)
{
	int file = writer_sync_begin(writer);
	return file < 0 ? 0 : writer_sync_end(writer, disk_sync(writer->disk, file));
}

/* Tells a reader that everything before it was safe. Where it cannot be written nothing is lost but that. */
static void seal(struct writer *writer)
{
	uint8_t payload[JOURNAL_ID_SIZE + 16], bytes[FRAME_HEAD + sizeof payload];
	memcpy(payload, writer->options.id, JOURNAL_ID_SIZE);
	frame_put64(payload + JOURNAL_ID_SIZE, writer->in_file - writer->segment.first + 1);
	frame_put64(payload + JOURNAL_ID_SIZE + 8, (uint64_t)clock_wall());
	struct frame frame = {.type = FRAME_SEAL, .lsn = writer->in_file, .durable = writer->durable,
		.payload = {(const char *)payload, sizeof payload}};
	frame_write(&frame, bytes);
	if (disk_write_all(writer->disk, writer->file, bytes, sizeof bytes, writer->offset) == 0)
		writer->offset += (int64_t)sizeof bytes;
	writer->disk->truncate(writer->disk->context, writer->file, writer->offset);
	disk_sync(writer->disk, writer->file);
}

/* A small file is read as fast without; where they cannot be written somebody makes them again. */
static void save_hints(struct writer *writer)
{
	writer->hints.covered = writer->offset;
	writer->hints.last = writer->in_file;
	if (writer->hints.count > 1 && writer->options.kind == SEGMENT_JOURNAL)
		hints_save(&writer->hints, writer->disk, writer->directory, &writer->segment, writer->options.id);
}

int writer_rotate(struct writer *writer)
{
	if (writer->file < 0)
		return 0;
	int result = writer_sync(writer);
	if (result < 0)
		return result;
	if (writer->next_done == 0 && writer->durable == writer->in_file)
		seal(writer);
	save_hints(writer);
	close_file(writer);
	writer_retain(writer);
	return 0;
}

void writer_won(struct writer *writer, uint64_t bytes)
{
	writer->closed_bytes -= bytes < writer->closed_bytes ? bytes : writer->closed_bytes;
}

uint64_t writer_bytes(const struct writer *writer)
{
	return writer->closed_bytes + (writer->file < 0 ? 0 : (uint64_t)writer->offset);
}
