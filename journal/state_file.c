#include "journal/state_file.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include <zstd.h>

#include "base/memory.h"
#include "journal/crc32c.h"

/* "WBS2", u32 masked crc of all after it, id, u64 lsn, i64 recv, u64 size of what follows the head, u64 weight, u64 size of it unpacked,
 * then zstd. The first form, "WBS1", ends its head before the weight, and its bytes are not compressed. */
#define HEAD_FIRST 48
#define HEAD 64
#define MAGIC "WBS2"
#define MAGIC_FIRST "WBS1"
#define MAGIC_SIZE 4
#define BYTES_MOST (INT64_C(1) << 32)
#define UNPACKED_MOST (UINT64_C(1) << 31)
#define LEVEL 6 /* of zstd: a fifth smaller than the first */

void state_file_name(uint64_t lsn, char name[STATE_NAME_SIZE])
{
	snprintf(name, STATE_NAME_SIZE, "S-%020" PRIu64 ".wbs", lsn);
}

/* ---- what there is ---- */

static void take_name(void *to, const char *name)
{
	struct state_list *list = to;
	struct state_entry entry = {.is_damaged = true};
	if (strncmp(name, "S-", 2) != 0)
		return;
	entry.lsn = strtoull(name + 2, NULL, 10);
	state_file_name(entry.lsn, entry.name);
	if (strcmp(name, entry.name) != 0)
		return;
	list->entries = memory_grow(list->entries, &list->room, list->count + 1, sizeof entry);
	list->entries[list->count++] = entry;
}

static int oldest_first(const void *left, const void *right)
{
	const struct state_entry *a = left, *b = right;
	return (a->lsn > b->lsn) - (a->lsn < b->lsn);
}

/* Names only. */
static bool list_names(struct state_list *list, const struct disk *disk, const char *directory, struct error *err)
{
	list->count = 0;
	const int result = disk->list(disk->context, directory, take_name, list);
	if (result < 0)
		return fail(err, "%s: cannot be listed: %s", directory, strerror(-result));
	if (list->count)
		qsort(list->entries, list->count, sizeof *list->entries, oldest_first);
	return true;
}

static int open_state(const struct disk *disk, const char *directory, const char *name)
{
	char *path = disk_path(directory, name);
	const int file = disk->open(disk->context, path, O_RDONLY);
	free(path);
	return file;
}

static void look_at(struct state_entry *entry, const struct disk *disk, const char *directory)
{
	uint8_t head[HEAD];
	const int file = open_state(disk, directory, entry->name);
	if (file < 0)
		return;
	const int64_t size = disk->size(disk->context, file);
	const bool is_read = disk_read_all(disk, file, head, HEAD, 0) >= HEAD_FIRST && size > HEAD_FIRST;
	disk->close(disk->context, file);
	entry->bytes = size > 0 ? (uint64_t)size : 0;
	const bool is_first = is_read && memcmp(head, MAGIC_FIRST, MAGIC_SIZE) == 0;
	const bool is_ours = is_read && memcmp(head, MAGIC, MAGIC_SIZE) == 0 && size > HEAD;
	if ((!is_first && !is_ours) || frame_get64(head + 24) != entry->lsn
		|| frame_get64(head + 40) != entry->bytes - (is_first ? HEAD_FIRST : HEAD))
		return;
	entry->is_damaged = false;
	memcpy(entry->id, head + 8, sizeof entry->id);
	entry->recv = (int64_t)frame_get64(head + 32);
	entry->weight = is_first ? 0 : frame_get64(head + 48);
}

bool state_files_list(struct state_list *list, const struct disk *disk, const char *directory, struct error *err)
{
	disk = disk ? disk : &disk_real;
	if (!list_names(list, disk, directory, err))
		return false;
	for (size_t i = 0; i < list->count; i++)
		look_at(&list->entries[i], disk, directory);
	return true;
}

void state_files_finish(struct state_list *list)
{
	free(list->entries);
	*list = (struct state_list){0};
}

/* ---- removing ---- */

static void remove_state(const struct disk *disk, const char *directory, const char *name)
{
	char *path = disk_path(directory, name);
	disk->remove(disk->context, path); /* one too many does no harm */
	free(path);
}

uint64_t state_worth(uint64_t bytes, int share)
{
	return bytes * 100 / (uint64_t)(share > 0 ? share : STATE_SHARE);
}

void state_files_thin(const struct disk *disk, const char *directory, int share)
{
	struct state_list list = {0};
	uint64_t before = 0; /* weight of the one kept last */
	disk = disk ? disk : &disk_real;
	if (!state_files_list(&list, disk, directory, NULL))
		return;
	for (size_t i = 0; i < list.count; i++) {
		const struct state_entry *entry = &list.entries[i];
		const uint64_t since = entry->weight > before ? entry->weight - before : 0;
		if (i + STATE_FILES_KEPT >= list.count)
			break;
		if (entry->is_damaged || since < state_worth(entry->bytes, share))
			remove_state(disk, directory, entry->name);
		else
			before = entry->weight;
	}
	state_files_finish(&list);
}

void state_files_retire(const struct disk *disk, const char *directory, uint64_t first)
{
	struct state_list list = {0};
	if (list_names(&list, disk, directory, NULL))
		for (size_t i = 0; i + STATE_FILES_KEPT < list.count && list.entries[i].lsn + 1 < first; i++)
			remove_state(disk, directory, list.entries[i].name);
	state_files_finish(&list);
}

static void remove_beyond(const struct disk *disk, const char *directory, uint64_t lsn)
{
	struct state_list list = {0};
	if (list_names(&list, disk, directory, NULL))
		for (size_t i = list.count; i > 0 && list.entries[i - 1].lsn > lsn; i--)
			remove_state(disk, directory, list.entries[i - 1].name);
	state_files_finish(&list);
}

bool state_files_remove(const struct disk *disk, const char *directory, uint64_t from, struct error *err)
{
	disk = disk ? disk : &disk_real;
	struct state_list list = {0};
	int result = 0;
	const bool is_listed = list_names(&list, disk, directory, err);
	for (size_t i = list.count; is_listed && result >= 0 && i > 0 && list.entries[i - 1].lsn >= from; i--) {
		char *path = disk_path(directory, list.entries[i - 1].name);
		result = disk->remove(disk->context, path);
		free(path);
	}
	state_files_finish(&list);
	if (is_listed && result >= 0)
		result = disk->sync_directory(disk->context, directory);
	return is_listed && (result >= 0 || fail(err, "%s: states that do not count any more cannot be removed: %s", directory, strerror(-result)));
}

/* ---- writing ---- */

static int write_state(const struct disk *disk, int file, const struct state_file *state)
{
	const size_t room = ZSTD_compressBound(state->bytes.size);
	uint8_t *bytes = memory_new(1, HEAD + room);
	const size_t size = ZSTD_compress(bytes + HEAD, room, state->bytes.data, state->bytes.size, LEVEL);
	if (ZSTD_isError(size))
		abort(); /* the room is enough: only memory can be lacking */
	memcpy(bytes, MAGIC, MAGIC_SIZE);
	memcpy(bytes + 8, state->id, JOURNAL_ID_SIZE);
	frame_put64(bytes + 24, state->lsn);
	frame_put64(bytes + 32, (uint64_t)state->recv);
	frame_put64(bytes + 40, size);
	frame_put64(bytes + 48, state->weight);
	frame_put64(bytes + 56, state->bytes.size);
	frame_put32(bytes + 4, crc32c_mask(crc32c(0, bytes + 8, HEAD - 8 + size)));
	const int result = disk_write_all(disk, file, bytes, HEAD + size, 0);
	free(bytes);
	return result < 0 ? result : disk_sync(disk, file);
}

bool state_file_add(const struct disk *disk, const char *directory, const struct state_file *state, struct error *err)
{
	disk = disk ? disk : &disk_real;
	char name[STATE_NAME_SIZE];
	state_file_name(state->lsn, name);
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
	free(draft);
	free(path);
	return result >= 0;
}

bool state_file_save(const struct disk *disk, const char *directory, const struct state_file *state, struct error *err)
{
	disk = disk ? disk : &disk_real;
	if (!state_file_add(disk, directory, state, err))
		return false;
	remove_beyond(disk, directory, state->lsn);
	state_files_thin(disk, directory, state->share);
	return true;
}

/* ---- reading ---- */

enum state_look { STATE_GOOD, STATE_DAMAGED, STATE_LATER, STATE_UNKNOWN /* a form of a newer program */ };

/* The bytes as they were packed, or NULL. `packed` is freed or given back. */
static uint8_t *unpack(uint8_t *packed, size_t size, uint64_t unpacked)
{
	const unsigned long long told = ZSTD_getFrameContentSize(packed, size);
	uint8_t *bytes = NULL;
	if (told == unpacked && unpacked > 0 && unpacked <= UNPACKED_MOST) {
		bytes = memory_resize(NULL, unpacked, 1);
		const size_t got = ZSTD_decompress(bytes, unpacked, packed, size);
		if (ZSTD_isError(got) || got != unpacked) {
			free(bytes);
			bytes = NULL;
		}
	}
	free(packed);
	return bytes;
}

/* What follows the head, if its sum is right; to be freed. */
static uint8_t *read_content(const struct disk *disk, int file, const uint8_t *head, size_t head_size, size_t size)
{
	uint8_t *content = memory_resize(NULL, size, 1);
	if (disk_read_all(disk, file, content, size, (int64_t)head_size) == (ssize_t)size
		&& crc32c_mask(crc32c(crc32c(0, head + 8, head_size - 8), content, size)) == frame_get32(head + 4))
		return content;
	free(content);
	return NULL;
}

/* The lengths are believed only as far as the file goes. */
static enum state_look read_state(const struct disk *disk, int file, const uint8_t *id, int64_t at, struct state_file *state)
{
	uint8_t head[HEAD];
	const int64_t file_size = disk->size(disk->context, file);
	if (file_size <= HEAD_FIRST || file_size > BYTES_MOST || disk_read_all(disk, file, head, HEAD, 0) < HEAD_FIRST)
		return STATE_DAMAGED;
	const bool is_first = memcmp(head, MAGIC_FIRST, MAGIC_SIZE) == 0;
	if (!is_first && file_size <= HEAD)
		return STATE_DAMAGED;
	if (!is_first && memcmp(head, MAGIC, MAGIC_SIZE) != 0) {
		const bool is_newer = memcmp(head, MAGIC, MAGIC_SIZE - 1) == 0 && head[MAGIC_SIZE - 1] > '2' && head[MAGIC_SIZE - 1] <= '9';
		return is_newer ? STATE_UNKNOWN : STATE_DAMAGED;
	}
	const size_t head_size = is_first ? HEAD_FIRST : HEAD, size = (size_t)file_size - head_size;
	if (memcmp(head + 8, id, JOURNAL_ID_SIZE) != 0 || frame_get64(head + 40) != size)
		return STATE_DAMAGED;
	if ((int64_t)frame_get64(head + 32) > at)
		return STATE_LATER;
	uint8_t *bytes = read_content(disk, file, head, head_size, size);
	const uint64_t unpacked = is_first ? size : frame_get64(head + 56);
	if (bytes && !is_first)
		bytes = unpack(bytes, size, unpacked);
	if (!bytes)
		return STATE_DAMAGED;
	*state = (struct state_file){.lsn = frame_get64(head + 24), .recv = (int64_t)frame_get64(head + 32),
		.weight = is_first ? 0 : frame_get64(head + 48), .bytes = {(const char *)bytes, (size_t)unpacked}};
	memcpy(state->id, id, JOURNAL_ID_SIZE);
	return STATE_GOOD;
}

static enum state_look load_one(const struct disk *disk, const char *directory, const struct state_entry *entry, const uint8_t *id, int64_t at,
	struct state_file *state)
{
	const int file = open_state(disk, directory, entry->name);
	if (file < 0)
		return STATE_DAMAGED;
	enum state_look look = read_state(disk, file, id, at, state);
	disk->close(disk->context, file);
	if (look == STATE_GOOD && state->lsn != entry->lsn) { /* renamed by somebody */
		free((char *)(uintptr_t)state->bytes.data);
		look = STATE_DAMAGED;
	}
	return look;
}

bool state_file_load(const struct disk *disk, const char *directory, const uint8_t *id, uint64_t most, int64_t at, struct state_file *state,
	int *skipped, struct error *err)
{
	disk = disk ? disk : &disk_real;
	struct state_list list = {0};
	struct state_file found;
	bool is_found = false;
	*skipped = 0;
	if (err)
		err->text[0] = 0;
	const bool is_listed = list_names(&list, disk, directory, err);
	for (size_t i = list.count; is_listed && !is_found && i > 0; i--) {
		const struct state_entry *entry = &list.entries[i - 1];
		if (entry->lsn > most)
			continue;
		const enum state_look look = load_one(disk, directory, entry, id, at, &found);
		is_found = look == STATE_GOOD;
		*skipped += look == STATE_DAMAGED || look == STATE_UNKNOWN;
		if (look == STATE_UNKNOWN)
			fail(err, "%s/%s: is of a newer form than this program reads (1 and 2): update it", directory, entry->name);
	}
	state_files_finish(&list);
	if (is_found)
		*state = found;
	return is_found;
}
