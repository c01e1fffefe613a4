#include "journal/state_pieces.h"

#include <fcntl.h>
#include <stdlib.h>

#include "journal/segment.h"

/* The head of the first file; false: there is none, or it cannot be read. */
static bool load_first(const struct disk *disk, const char *directory, struct segment_head *first, struct error *err)
{
	struct segment_list segments = {.segments = NULL};
	const bool good = segments_list(&segments, disk, directory, SEGMENT_JOURNAL, err) && segments.count &&
		segment_head_load(disk, directory, &segments.segments[0], SEGMENT_JOURNAL, first);
	segments_finish(&segments);
	return good;
}

static const struct state_entry *choose(const struct state_list *list, int64_t recv, uint64_t from, const struct segment_head *first)
{
	const struct state_entry *later = NULL;
	for (size_t i = list->count; i > 0; i--) {
		const struct state_entry *entry = &list->entries[i - 1];
		if (entry->is_damaged || entry->lsn == 0 || entry->lsn < from || entry->lsn + 1 < first->first)
			continue;
		if (memcmp(entry->id, first->id, sizeof entry->id) != 0)
			continue; /* it was moved here from another one */
		if (entry->recv <= recv)
			return entry;
		later = entry;
	}
	return from == 0 && first->first == 1 ? NULL : later;
}

bool state_pieces_find(const struct disk *disk, const char *directory, const char *states, int64_t recv, uint64_t from, struct state_entry *found, struct error *err)
{
	struct state_list list = {.entries = NULL};
	struct segment_head first = {.first = 0};
	disk = disk ? disk : &disk_real;
	err->text[0] = 0;
	const bool good = load_first(disk, directory, &first, err) && state_files_list(&list, disk, states, err);
	const struct state_entry *entry = good ? choose(&list, recv, from, &first) : NULL;
	*found = entry ? *entry : (struct state_entry){.lsn = 0};
	state_files_finish(&list);
	return entry || (good && from == 0 && first.first == 1);
}

static int open_file(const struct disk *disk, const char *directory, uint64_t lsn, int flags)
{
	char name[STATE_NAME_SIZE];
	state_file_name(lsn, name);
	char *path = disk_path(directory, name);
	const int file = disk->open(disk->context, path, flags);
	free(path);
	return file;
}

ssize_t state_piece_read(const struct disk *disk, const char *directory, uint64_t lsn, uint64_t at, void *to, size_t most, uint64_t *size)
{
	disk = disk ? disk : &disk_real;
	const int file = open_file(disk, directory, lsn, O_RDONLY);
	if (file < 0)
		return -1;
	const int64_t whole = disk->size(disk->context, file);
	ssize_t got = -1;
	if (whole > 0 && at < (uint64_t)whole)
		got = disk_read_all(disk, file, to, most, (int64_t)at);
	disk->close(disk->context, file);
	*size = whole > 0 ? (uint64_t)whole : 0;
	return got > 0 ? got : -1;
}

bool state_pieces_write(const struct disk *disk, const char *directory, uint64_t lsn, struct view bytes, struct error *err)
{
	disk = disk ? disk : &disk_real;
	const int file = open_file(disk, directory, lsn, O_WRONLY | O_CREAT | O_TRUNC);
	const int result = file < 0 ? file : disk_write_all(disk, file, bytes.data, bytes.size, 0);
	if (file >= 0)
		disk->close(disk->context, file);
	return result >= 0 || fail(err, "%s: a state cannot be written: %s", directory, strerror(-result));
}
