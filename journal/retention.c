#include "journal/writer.h"

#include <fcntl.h>
#include <stdlib.h>

#include "base/clock.h"
#include "journal/hints.h"
#include "journal/state_file.h"

/* When a file was begun, which is when the one before it ended; INT64_MAX: it cannot be told. */
static int64_t begun_at(const struct writer *writer, const struct segment *segment)
{
	struct segment_head head;
	if (!segment_head_load(writer->disk, writer->directory, segment, writer->options.kind, &head))
		return INT64_MAX;
	return head.created;
}

static uint64_t size_of(const struct writer *writer, const struct segment *segment)
{
	const struct disk *disk = writer->disk;
	char *path = disk_path(writer->directory, segment->name);
	int file = disk->open(disk->context, path, O_RDONLY);
	free(path);
	int64_t size = file < 0 ? 0 : disk->size(disk->context, file);
	if (file >= 0)
		disk->close(disk->context, file);
	return size > 0 ? (uint64_t)size : 0;
}

/* `next`: the file after it, which is not removed with it. */
static bool has_to_go(const struct writer *writer, const struct segment *next)
{
	const struct writer_options *options = &writer->options;
	if (options->keep_from && next->first > options->keep_from)
		return false;
	if (options->keep_bytes && writer_bytes(writer) > options->keep_bytes)
		return true;
	int64_t space = options->keep_free ? writer->disk->free_space(writer->disk->context, writer->directory) : 0;
	if (options->keep_free && space >= 0 && space < options->keep_free)
		return true;
	int64_t ended = options->keep_time ? begun_at(writer, next) : INT64_MAX;
	return ended != INT64_MAX && clock_wall() - ended > options->keep_time;
}

/* What a sealing that was cut off left: without the sealed one it would count again. */
static void remove_twin(const struct writer *writer, const struct segment *segment)
{
	const struct segment raw = segment_raw(segment);
	char *path = disk_path(writer->directory, raw.name);
	writer->disk->remove(writer->disk->context, path); /* that there is none is the usual case */
	free(path);
}

static void remove_oldest(struct writer *writer)
{
	struct segment_list list = {0};
	if (!segments_list(&list, writer->disk, writer->directory, writer->options.kind, NULL))
		return;
	size_t removed = 0;
	/* The last file stays, whatever it is: where the numbers go on is known from it. */
	for (size_t i = 0; i + 1 < list.count && has_to_go(writer, &list.segments[i + 1]); i++) {
		uint64_t size = size_of(writer, &list.segments[i]);
		if (list.segments[i].is_sealed)
			remove_twin(writer, &list.segments[i]);
		char *path = disk_path(writer->directory, list.segments[i].name);
		int result = writer->disk->remove(writer->disk->context, path);
		free(path);
		if (result < 0)
			break;
		writer->closed_bytes -= size < writer->closed_bytes ? size : writer->closed_bytes;
		writer->removed_files++;
		hints_remove(writer->disk, writer->directory, &list.segments[i]);
		removed = i + 1;
	}
	if (removed)
		state_files_retire(writer->disk, writer->directory, list.segments[removed].first);
	segments_finish(&list);
}

void writer_retain(struct writer *writer)
{
	if (writer->options.kind != SEGMENT_JOURNAL)
		return; /* the history stays */
	/* Who seals has it only for moments: it is done another time then. */
	if (writer->door && pthread_mutex_trylock(writer->door) != 0)
		return;
	remove_oldest(writer);
	if (writer->door)
		pthread_mutex_unlock(writer->door);
}
