#include "journal/state_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "journal/crc32c.h"

/* "WBS1", u32 masked crc of all after it, id, u64 lsn, i64 recv, u64 size, then the bytes. */
#define HEAD 48
#define MAGIC "WBS1"
#define NAME_SIZE 40
#define BYTES_MOST (INT64_C(1) << 32)

struct lsns {
	uint64_t *lsns;
	size_t count, room;
};

static void make_name(uint64_t lsn, char *name)
{
	snprintf(name, NAME_SIZE, "S-%020" PRIu64 ".wbs", lsn);
}

static void take_name(void *to, const char *name)
{
	struct lsns *list = to;
	char again[NAME_SIZE];
	if (strncmp(name, "S-", 2) != 0)
		return;
	uint64_t lsn = strtoull(name + 2, NULL, 10);
	make_name(lsn, again);
	if (strcmp(name, again) != 0)
		return;
	list->lsns = memory_grow(list->lsns, &list->room, list->count + 1, sizeof *list->lsns);
	list->lsns[list->count++] = lsn;
}

static int newest_first(const void *left, const void *right)
{
	uint64_t a = *(const uint64_t *)left, b = *(const uint64_t *)right;
	return (a < b) - (a > b);
}

static bool list_states(const struct disk *disk, const char *directory, struct lsns *list, struct error *err)
{
	int result = disk->list(disk->context, directory, take_name, list);
	if (result < 0)
		return fail(err, "%s: cannot be listed: %s", directory, strerror(-result));
	if (list->count)
		qsort(list->lsns, list->count, sizeof *list->lsns, newest_first);
	return true;
}

static int write_state(const struct disk *disk, int file, const struct state_file *state)
{
	uint8_t head[HEAD];
	memcpy(head, MAGIC, 4);
	memcpy(head + 8, state->id, JOURNAL_ID_SIZE);
	frame_put64(head + 24, state->lsn);
	frame_put64(head + 32, (uint64_t)state->recv);
	frame_put64(head + 40, state->bytes.size);
	frame_put32(head + 4, crc32c_mask(crc32c(crc32c(0, head + 8, HEAD - 8), state->bytes.data, state->bytes.size)));
	int result = disk_write_all(disk, file, head, HEAD, 0);
	if (result >= 0)
		result = disk_write_all(disk, file, state->bytes.data, state->bytes.size, HEAD);
	return result < 0 ? result : disk_sync(disk, file);
}

static int remove_state(const struct disk *disk, const char *directory, uint64_t lsn)
{
	char name[NAME_SIZE];
	make_name(lsn, name);
	char *path = disk_path(directory, name);
	int result = disk->remove(disk->context, path);
	free(path);
	return result;
}

static void remove_others(const struct disk *disk, const char *directory, uint64_t lsn)
{
	struct lsns list = {0};
	int kept = 0;
	bool is_listed = list_states(disk, directory, &list, NULL);
	for (size_t i = 0; is_listed && i < list.count; i++)
		if (list.lsns[i] > lsn || ++kept > STATE_FILES_KEPT)
			remove_state(disk, directory, list.lsns[i]); /* one too many does no harm */
	free(list.lsns);
}

bool state_files_remove(const struct disk *disk, const char *directory, uint64_t from, struct error *err)
{
	disk = disk ? disk : &disk_real;
	struct lsns list = {0};
	int result = 0;
	bool is_listed = list_states(disk, directory, &list, err);
	for (size_t i = 0; is_listed && i < list.count && result >= 0; i++)
		if (list.lsns[i] >= from)
			result = remove_state(disk, directory, list.lsns[i]);
	free(list.lsns);
	if (is_listed && result >= 0)
		result = disk->sync_directory(disk->context, directory);
	return is_listed && (result >= 0 || fail(err, "%s: states that do not count any more cannot be removed: %s", directory, strerror(-result)));
}

bool state_file_save(const struct disk *disk, const char *directory, const struct state_file *state, struct error *err)
{
	disk = disk ? disk : &disk_real;
	char name[NAME_SIZE];
	make_name(state->lsn, name);
	char *path = disk_path(directory, name), *draft = memory_format("%s.new", path);
	int file = disk->open(disk->context, draft, O_WRONLY | O_CREAT | O_TRUNC);
	int result = file < 0 ? file : write_state(disk, file, state);
	if (file >= 0)
		disk->close(disk->context, file);
	if (result >= 0)
		result = disk->rename(disk->context, draft, path);
	if (result >= 0)
		result = disk->sync_directory(disk->context, directory);
	if (result < 0 && file >= 0)
		disk->remove(disk->context, draft);
	if (result < 0)
		fail(err, "%s: cannot be written: %s", path, strerror(-result));
	else
		remove_others(disk, directory, state->lsn);
	free(draft);
	free(path);
	return result >= 0;
}

enum state_look { STATE_GOOD, STATE_DAMAGED, STATE_LATER };

/* The length is believed only as far as the file goes. */
static enum state_look read_state(const struct disk *disk, int file, const uint8_t *id, int64_t at, struct state_file *state)
{
	uint8_t head[HEAD];
	int64_t size = disk->size(disk->context, file);
	if (size < HEAD || size - HEAD > BYTES_MOST || disk_read_all(disk, file, head, HEAD, 0) != HEAD)
		return STATE_DAMAGED;
	size_t bytes = (size_t)size - HEAD;
	if (memcmp(head, MAGIC, 4) != 0 || memcmp(head + 8, id, JOURNAL_ID_SIZE) != 0 || frame_get64(head + 40) != bytes)
		return STATE_DAMAGED;
	if ((int64_t)frame_get64(head + 32) > at)
		return STATE_LATER;
	uint8_t *content = memory_resize(NULL, bytes, 1);
	if (disk_read_all(disk, file, content, bytes, HEAD) != (ssize_t)bytes
		|| crc32c_mask(crc32c(crc32c(0, head + 8, HEAD - 8), content, bytes)) != frame_get32(head + 4)) {
		free(content);
		return STATE_DAMAGED;
	}
	*state = (struct state_file){.lsn = frame_get64(head + 24), .recv = (int64_t)frame_get64(head + 32),
		.bytes = {(const char *)content, bytes}};
	memcpy(state->id, id, JOURNAL_ID_SIZE);
	return STATE_GOOD;
}

static enum state_look load_one(const struct disk *disk, const char *directory, uint64_t lsn, const uint8_t *id, int64_t at, struct state_file *state)
{
	char name[NAME_SIZE];
	make_name(lsn, name);
	char *path = disk_path(directory, name);
	int file = disk->open(disk->context, path, O_RDONLY);
	free(path);
	if (file < 0)
		return STATE_DAMAGED;
	enum state_look look = read_state(disk, file, id, at, state);
	disk->close(disk->context, file);
	if (look == STATE_GOOD && state->lsn != lsn) { /* renamed by somebody */
		free((char *)(uintptr_t)state->bytes.data);
		look = STATE_DAMAGED;
	}
	return look;
}

bool state_file_load(const struct disk *disk, const char *directory, const uint8_t *id, uint64_t most, int64_t at, struct state_file *state,
	int *skipped, struct error *err)
{
	disk = disk ? disk : &disk_real;
	struct lsns list = {0};
	struct state_file found;
	bool is_found = false;
	*skipped = 0;
	if (err)
		err->text[0] = 0;
	bool is_listed = list_states(disk, directory, &list, err);
	for (size_t i = 0; is_listed && !is_found && i < list.count; i++) {
		if (list.lsns[i] > most)
			continue;
		const enum state_look look = load_one(disk, directory, list.lsns[i], id, at, &found);
		is_found = look == STATE_GOOD;
		*skipped += look == STATE_DAMAGED;
	}
	free(list.lsns);
	if (is_found)
		*state = found;
	return is_found;
}
