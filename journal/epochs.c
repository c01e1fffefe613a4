#include "journal/epochs.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define NAME "EPOCHS"
#define DIGITS_MOST 19 /* below 2^63 */

void epochs_begin(struct epochs *epochs, uint64_t number, uint64_t first)
{
	while (epochs->count && epochs->list[epochs->count - 1].first >= first)
		epochs->count--;
	if (epochs->count == EPOCHS_MOST) {
		epochs->count--;
		memmove(epochs->list, epochs->list + 1, (size_t)epochs->count * sizeof *epochs->list);
	}
	epochs->list[epochs->count++] = (struct epoch){number, first};
}

uint64_t epochs_newest(const struct epochs *epochs)
{
	return epochs->count ? epochs->list[epochs->count - 1].number : 0;
}

/* The place of an epoch, or -1. */
static int find(const struct epochs *epochs, const struct epoch *epoch)
{
	for (int i = 0; i < epochs->count; i++)
		if (epochs->list[i].number == epoch->number && epochs->list[i].first == epoch->first)
			return i;
	return -1;
}

static uint64_t end_of(const struct epochs *epochs, int at, uint64_t last)
{
	return at + 1 < epochs->count ? epochs->list[at + 1].first - 1 : last;
}

/* Lists that were cut short begin with different epochs: the newest one that both know is what counts. */
uint64_t epochs_common(const struct epochs *ours, uint64_t last, const struct epochs *theirs)
{
	for (int i = ours->count - 1; i >= 0; i--) {
		int there = find(theirs, &ours->list[i]);
		if (there < 0)
			continue;
		uint64_t a = end_of(ours, i, last), b = end_of(theirs, there, UINT64_MAX);
		a = a < last ? a : last;
		return a < b ? a : b;
	}
	uint64_t a = ours->count ? ours->list[0].first - 1 : last, b = theirs->count ? theirs->list[0].first - 1 : last;
	bool is_cut = ours->count == EPOCHS_MOST || theirs->count == EPOCHS_MOST;
	a = a < b ? a : b;
	return is_cut ? 0 : a < last ? a : last;
}

void epochs_write(const struct epochs *epochs, char to[EPOCHS_TEXT_ROOM])
{
	size_t size = 0;
	to[0] = 0;
	for (int i = 0; i < epochs->count; i++)
		size += (size_t)snprintf(to + size, EPOCHS_TEXT_ROOM - size, "%s%" PRIu64 ":%" PRIu64, i ? " " : "", epochs->list[i].number,
			epochs->list[i].first);
}

static bool read_number(struct view *text, char end, uint64_t *number)
{
	size_t digits = 0;
	*number = 0;
	for (; digits < text->size && text->data[digits] >= '0' && text->data[digits] <= '9' && digits < DIGITS_MOST; digits++)
		*number = *number * 10 + (uint64_t)(text->data[digits] - '0');
	bool is_last = digits == text->size;
	if (digits == 0 || (is_last ? end == ':' : text->data[digits] != end))
		return false;
	digits += !is_last;
	*text = (struct view){text->data + digits, text->size - digits};
	return *number > 0;
}

bool epochs_read(struct view text, struct epochs *epochs)
{
	struct epochs draft = *epochs;
	draft.count = 0;
	while (text.size) {
		struct epoch epoch;
		if (draft.count == EPOCHS_MOST || !read_number(&text, ':', &epoch.number) || !read_number(&text, ' ', &epoch.first))
			return false;
		const struct epoch *before = draft.count ? &draft.list[draft.count - 1] : NULL;
		if (before && (before->number >= epoch.number || before->first >= epoch.first))
			return false;
		draft.list[draft.count++] = epoch;
	}
	*epochs = draft;
	return true;
}

/* ---- the file: a line with the journal's id, a line with the list ---- */

#define FILE_ROOM (2 * JOURNAL_ID_SIZE + 2 + EPOCHS_TEXT_ROOM)

static size_t write_text(const struct epochs *epochs, char to[FILE_ROOM])
{
	char list[EPOCHS_TEXT_ROOM];
	epochs_write(epochs, list);
	for (int i = 0; i < JOURNAL_ID_SIZE; i++)
		snprintf(to + 2 * i, 3, "%02x", epochs->id[i]);
	return 2 * JOURNAL_ID_SIZE + (size_t)snprintf(to + 2 * JOURNAL_ID_SIZE, FILE_ROOM - 2 * JOURNAL_ID_SIZE, "\n%s\n", list);
}

static bool read_text(struct view text, struct epochs *epochs)
{
	const size_t id = 2 * JOURNAL_ID_SIZE;
	if (text.size < id + 2 || text.data[id] != '\n' || text.data[text.size - 1] != '\n')
		return false;
	for (int i = 0; i < JOURNAL_ID_SIZE; i++) {
		char pair[3] = {text.data[2 * i], text.data[2 * i + 1], 0}, *end;
		epochs->id[i] = (uint8_t)strtoul(pair, &end, 16);
		if (end != pair + 2)
			return false;
	}
	return epochs_read((struct view){text.data + id + 1, text.size - id - 2}, epochs);
}

static int replace(const struct disk *disk, const char *directory, const char *draft, const char *path, const char *text, size_t size)
{
	int file = disk->open(disk->context, draft, O_WRONLY | O_CREAT | O_TRUNC);
	if (file < 0)
		return file;
	int result = disk_write_all(disk, file, text, size, 0);
	if (result >= 0)
		result = disk_sync(disk, file);
	disk->close(disk->context, file);
	if (result >= 0)
		result = disk->rename(disk->context, draft, path);
	return result < 0 ? result : disk->sync_directory(disk->context, directory);
}

bool epochs_save(const struct disk *disk, const char *directory, const struct epochs *epochs, struct error *err)
{
	char text[FILE_ROOM];
	size_t size = write_text(epochs, text);
	char *path = disk_path(directory, NAME), *draft = memory_format("%s.new", path);
	int result = replace(disk ? disk : &disk_real, directory, draft, path, text, size);
	if (result < 0)
		fail(err, "%s: cannot be written: %s", path, strerror(-result));
	free(draft);
	free(path);
	return result >= 0;
}

bool epochs_load(const struct disk *disk, const char *directory, struct epochs *epochs, struct error *err)
{
	disk = disk ? disk : &disk_real;
	char text[FILE_ROOM];
	struct epochs draft = {0};
	char *path = disk_path(directory, NAME);
	int file = disk->open(disk->context, path, O_RDONLY);
	ssize_t size = file < 0 ? file : disk_read_all(disk, file, text, sizeof text, 0);
	if (file >= 0)
		disk->close(disk->context, file);
	err->text[0] = 0;
	bool is_good = size >= 0 && read_text((struct view){text, (size_t)size}, &draft);
	if (is_good)
		*epochs = draft;
	else if (size >= 0)
		fail(err, "%s: is damaged; remove it: this collector then begins anew with the state of its peer", path);
	else if (size != -ENOENT)
		fail(err, "%s: cannot be read: %s", path, strerror((int)-size));
	free(path);
	return is_good;
}

bool epochs_remove(const struct disk *disk, const char *directory, struct error *err)
{
	disk = disk ? disk : &disk_real;
	char *path = disk_path(directory, NAME);
	int result = disk->remove(disk->context, path);
	if (result < 0 && result != -ENOENT)
		fail(err, "%s: cannot be removed: %s", path, strerror(-result));
	free(path);
	return result >= 0 || result == -ENOENT;
}
