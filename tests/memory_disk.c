#include "tests/memory_disk.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define PIECE 512

uint64_t memory_disk_random(struct memory_disk *disk, uint64_t below)
{
	disk->random ^= disk->random << 13;
	disk->random ^= disk->random >> 7;
	disk->random ^= disk->random << 17;
	return disk->random % below;
}

/* Counts a call that may fail; the error it fails with, or 0. */
static int strike(struct memory_disk *disk, bool *is_short)
{
	int64_t call = disk->calls++;
	if (disk->power_at >= 0 && call >= disk->power_at)
		return -EIO;
	if (disk->fail_at < 0 || call < disk->fail_at || call >= disk->fail_at + disk->fail_count)
		return 0;
	if (disk->fail_odds > 1 && memory_disk_random(disk, disk->fail_odds))
		return 0;
	disk->fail_hits++;
	switch (disk->cruelty == CRUELTY_ANY ? CRUELTY_EIO + memory_disk_random(disk, 4) : disk->cruelty) {
	case CRUELTY_EIO:
		return -EIO;
	case CRUELTY_ENOSPC:
		return -ENOSPC;
	case CRUELTY_EINTR:
		return -EINTR;
	case CRUELTY_SHORT:
		*is_short = true;
		return 0;
	default:
		return 0;
	}
}

static struct memory_name *find_name(struct memory_disk *disk, const char *path)
{
	for (int i = 0; i < disk->name_count; i++)
		if (strcmp(disk->names[i].path, path) == 0 && disk->names[i].file >= 0)
			return &disk->names[i];
	return NULL;
}

struct memory_file *memory_disk_find(struct memory_disk *disk, const char *path)
{
	struct memory_name *name = find_name(disk, path);
	return name ? &disk->files[name->file] : NULL;
}

static void set_name(struct memory_disk *disk, const char *path, int file)
{
	for (int i = 0; i < disk->name_count; i++)
		if (strcmp(disk->names[i].path, path) == 0) {
			disk->names[i].file = file;
			return;
		}
	struct memory_name *name = &disk->names[disk->name_count++];
	snprintf(name->path, sizeof name->path, "%s", path);
	name->file = file;
}

/* A slot without a name, before or after a power cut, and without a descriptor. */
static int new_file(struct memory_disk *disk)
{
	for (int i = 0; i < disk->file_count; i++) {
		bool is_used = false;
		for (int j = 0; j < disk->name_count; j++)
			is_used |= disk->names[j].file == i;
		for (int j = 0; j < disk->safe_name_count; j++)
			is_used |= disk->safe_names[j].file == i;
		for (int j = 0; j < 64; j++)
			is_used |= disk->descriptors[j] == i + 1;
		if (is_used)
			continue;
		struct memory_file *file = &disk->files[i];
		free(file->bytes);
		free(file->safe);
		free(file->pieces);
		*file = (struct memory_file){0};
		return i;
	}
	if (disk->file_count == 512)
		abort();
	return disk->file_count++;
}

static void make_room(struct memory_file *file, int64_t size)
{
	size_t wanted = ((size_t)size + PIECE - 1) / PIECE * PIECE;
	if (wanted <= file->room)
		return;
	size_t room = file->room ? file->room : 4096;
	while (room < wanted)
		room *= 2;
	file->bytes = memory_resize(file->bytes, room, 1);
	file->safe = memory_resize(file->safe, room, 1);
	file->pieces = memory_resize(file->pieces, room / PIECE, 1);
	memset(file->bytes + file->room, 0, room - file->room);
	memset(file->safe + file->room, 0, room - file->room);
	memset(file->pieces + file->room / PIECE, 0, (room - file->room) / PIECE);
	file->room = room;
}

static int64_t used(const struct memory_disk *disk)
{
	int64_t sum = 0;
	for (int i = 0; i < disk->name_count; i++)
		sum += disk->names[i].file >= 0 ? disk->files[disk->names[i].file].size : 0;
	return sum;
}

static struct memory_file *held(struct memory_disk *disk, int descriptor)
{
	return &disk->files[disk->descriptors[descriptor] - 1];
}

static int open_locked(struct memory_disk *disk, const char *path, int flags)
{
	bool is_short = false;
	int result = strike(disk, &is_short);
	if (result)
		return result;
	struct memory_name *name = find_name(disk, path);
	if (!name && !(flags & O_CREAT))
		return -ENOENT;
	if (name && flags & O_EXCL)
		return -EEXIST;
	int file = name ? name->file : new_file(disk);
	if (!name)
		set_name(disk, path, file);
	else if (flags & O_TRUNC)
		disk->files[file].size = 0;
	for (int i = 0; i < 64; i++)
		if (disk->descriptors[i] == 0) {
			disk->descriptors[i] = file + 1;
			return i;
		}
	return -EMFILE;
}

static ssize_t write_locked(struct memory_disk *disk, int descriptor, const struct iovec *pieces, int count, int64_t offset)
{
	bool is_short = false;
	int result = strike(disk, &is_short);
	if (result)
		return result;
	struct memory_file *file = held(disk, descriptor);
	int64_t size = 0, most = INT64_MAX;
	for (int i = 0; i < count; i++)
		size += (int64_t)pieces[i].iov_len;
	if (is_short)
		most = (int64_t)memory_disk_random(disk, (uint64_t)size) + 1;
	if (disk->space >= 0 && offset + size > file->size) {
		int64_t space = disk->space - used(disk), inside = file->size > offset ? file->size - offset : 0;
		most = space + inside < most ? space + inside : most;
		if (most <= 0)
			return -ENOSPC;
	}
	size = size < most ? size : most;
	make_room(file, offset + size);
	int64_t done = 0;
	for (int i = 0; i < count && done < size; i++) {
		int64_t piece = (int64_t)pieces[i].iov_len < size - done ? (int64_t)pieces[i].iov_len : size - done;
		memcpy(file->bytes + offset + done, pieces[i].iov_base, (size_t)piece);
		done += piece;
	}
	for (int64_t at = offset / PIECE; at <= (offset + size - 1) / PIECE; at++)
		file->pieces[at] = 1;
	if (offset + size > file->size)
		file->size = offset + size;
	return size;
}

static int sync_locked(struct memory_disk *disk, int descriptor)
{
	bool is_short = false;
	int result = strike(disk, &is_short);
	struct memory_file *file = held(disk, descriptor);
	if (result == -EINTR)
		return result;
	for (size_t i = 0; i < file->room / PIECE; i++) {
		if (result && file->pieces[i] == 1)
			file->pieces[i] = memory_disk_random(disk, 2) ? 2 : 1; /* some are dropped and called clean from now on */
		if (!result && file->pieces[i] == 1) {
			memcpy(file->safe + i * PIECE, file->bytes + i * PIECE, PIECE);
			file->pieces[i] = 0;
		}
	}
	if (!result)
		file->safe_size = file->size;
	return result;
}

static int truncate_locked(struct memory_disk *disk, int descriptor, int64_t size)
{
	bool is_short = false;
	int result = strike(disk, &is_short);
	if (result)
		return result;
	struct memory_file *file = held(disk, descriptor);
	make_room(file, size);
	if (size < file->size) {
		memset(file->bytes + size, 0, (size_t)(file->size - size));
		for (int64_t at = size / PIECE; at <= (file->size - 1) / PIECE; at++)
			file->pieces[at] = 1;
	}
	file->size = size;
	return 0;
}

static bool is_in(const char *path, const char *directory)
{
	size_t length = strlen(directory);
	return strncmp(path, directory, length) == 0 && path[length] == '/' && !strchr(path + length + 1, '/');
}

/* ---- the table: each call under the mutex ---- */

#define LOCKED(type, call)                                                                                              \
	struct memory_disk *disk = context;                                                                             \
	pthread_mutex_lock(&disk->mutex);                                                                               \
	type answer = call;                                                                                             \
	pthread_mutex_unlock(&disk->mutex);                                                                             \
	return answer

static int disk_open(void *context, const char *path, int flags)
{
	LOCKED(int, open_locked(disk, path, flags));
}

static void disk_close(void *context, int file)
{
	struct memory_disk *disk = context;
	pthread_mutex_lock(&disk->mutex);
	disk->descriptors[file] = 0;
	pthread_mutex_unlock(&disk->mutex);
}

static ssize_t disk_read(void *context, int descriptor, void *to, size_t size, int64_t offset)
{
	struct memory_disk *disk = context;
	pthread_mutex_lock(&disk->mutex);
	struct memory_file *file = held(disk, descriptor);
	int64_t left = file->size > offset ? file->size - offset : 0;
	size_t got = (int64_t)size < left ? size : (size_t)left;
	if (got)
		memcpy(to, file->bytes + offset, got);
	pthread_mutex_unlock(&disk->mutex);
	return (ssize_t)got;
}

static ssize_t disk_write(void *context, int file, const struct iovec *pieces, int count, int64_t offset)
{
	LOCKED(ssize_t, write_locked(disk, file, pieces, count, offset));
}

static int sync_disk(void *context, int file)
{
	LOCKED(int, sync_locked(disk, file));
}

static int sync_names(struct memory_disk *disk, const char *path)
{
	bool is_short = false;
	int result = strike(disk, &is_short);
	if (result)
		return result;
	(void)path;
	memcpy(disk->safe_names, disk->names, sizeof disk->names);
	disk->safe_name_count = disk->name_count;
	return 0;
}

static int disk_sync_directory(void *context, const char *path)
{
	LOCKED(int, sync_names(disk, path));
}

static int allocate_locked(struct memory_disk *disk, int descriptor, int64_t end)
{
	bool is_short = false;
	int result = strike(disk, &is_short);
	struct memory_file *file = held(disk, descriptor);
	if (result)
		return result;
	if (disk->space >= 0 && end - file->size > disk->space - used(disk))
		return -ENOSPC;
	make_room(file, end);
	file->size = end > file->size ? end : file->size;
	return 0;
}

static int disk_allocate(void *context, int file, int64_t offset, int64_t size)
{
	LOCKED(int, allocate_locked(disk, file, offset + size));
}

static int disk_truncate(void *context, int file, int64_t size)
{
	LOCKED(int, truncate_locked(disk, file, size));
}

static int64_t disk_size(void *context, int file)
{
	LOCKED(int64_t, held(disk, file)->size);
}

static int rename_locked(struct memory_disk *disk, const char *from, const char *to)
{
	bool is_short = false;
	int result = strike(disk, &is_short);
	struct memory_name *name = find_name(disk, from);
	if (result || !name)
		return result ? result : -ENOENT;
	int file = name->file;
	name->file = -1;
	set_name(disk, to, file);
	return 0;
}

static int disk_rename(void *context, const char *from, const char *to)
{
	LOCKED(int, rename_locked(disk, from, to));
}

static int remove_locked(struct memory_disk *disk, const char *path)
{
	bool is_short = false;
	int result = strike(disk, &is_short);
	struct memory_name *name = find_name(disk, path);
	if (result || !name)
		return result ? result : -ENOENT;
	name->file = -1;
	return 0;
}

static int disk_remove(void *context, const char *path)
{
	LOCKED(int, remove_locked(disk, path));
}

static int disk_make_directory(void *context, const char *path)
{
	(void)context;
	(void)path;
	return 0;
}

static int disk_list(void *context, const char *path, void (*each)(void *to, const char *name), void *to)
{
	struct memory_disk *disk = context;
	pthread_mutex_lock(&disk->mutex);
	for (int i = 0; i < disk->name_count; i++)
		if (disk->names[i].file >= 0 && is_in(disk->names[i].path, path))
			each(to, disk->names[i].path + strlen(path) + 1);
	pthread_mutex_unlock(&disk->mutex);
	return 0;
}

static int64_t disk_free_space(void *context, const char *path)
{
	(void)path;
	struct memory_disk *disk = context;
	pthread_mutex_lock(&disk->mutex);
	int64_t space = disk->space < 0 ? INT64_MAX : disk->space - used(disk);
	pthread_mutex_unlock(&disk->mutex);
	return space;
}

static int disk_lock(void *context, int file)
{
	(void)context;
	(void)file;
	return 0;
}

struct memory_disk *memory_disk_create(uint64_t seed)
{
	struct memory_disk *disk = memory_new(1, sizeof *disk);
	disk->disk = (struct disk){.context = disk, .open = disk_open, .close = disk_close, .read = disk_read, .write = disk_write,
		.sync = sync_disk, .sync_directory = disk_sync_directory, .allocate = disk_allocate, .truncate = disk_truncate,
		.size = disk_size, .rename = disk_rename, .remove = disk_remove, .make_directory = disk_make_directory,
		.list = disk_list, .free_space = disk_free_space, .lock = disk_lock};
	pthread_mutex_init(&disk->mutex, NULL);
	disk->random = seed * 0x9e3779b97f4a7c15u + 1;
	disk->fail_at = disk->power_at = disk->space = -1;
	disk->fail_count = 1;
	return disk;
}

void memory_disk_destroy(struct memory_disk *disk)
{
	for (int i = 0; i < disk->file_count; i++) {
		free(disk->files[i].bytes);
		free(disk->files[i].safe);
		free(disk->files[i].pieces);
	}
	pthread_mutex_destroy(&disk->mutex);
	free(disk);
}

void memory_disk_close_all(struct memory_disk *disk)
{
	memset(disk->descriptors, 0, sizeof disk->descriptors);
	disk->fail_at = disk->power_at = -1;
}

/* Each piece that was on its way is there or not; the length is the old one, the new one, or between. */
static void tear(struct memory_disk *disk, struct memory_file *file)
{
	for (size_t i = 0; i < file->room / PIECE; i++)
		if (file->pieces[i] == 1 && memory_disk_random(disk, 2))
			memcpy(file->safe + i * PIECE, file->bytes + i * PIECE, PIECE);
	int64_t size = file->safe_size;
	uint64_t way = memory_disk_random(disk, 3);
	if (way == 1)
		size = file->size;
	if (way == 2 && file->size > file->safe_size)
		size += (int64_t)memory_disk_random(disk, (uint64_t)(file->size - file->safe_size));
	if (file->room) {
		memset(file->safe + size, 0, file->room - (size_t)size);
		memcpy(file->bytes, file->safe, file->room);
		memset(file->pieces, 0, file->room / PIECE);
	}
	file->size = file->safe_size = size;
}

void memory_disk_lose_power(struct memory_disk *disk)
{
	memory_disk_close_all(disk);
	for (int i = 0; i < disk->file_count; i++)
		tear(disk, &disk->files[i]);
	/* Names that were not safe: all of the changes, or none. */
	if (memory_disk_random(disk, 2) == 0) {
		memcpy(disk->names, disk->safe_names, sizeof disk->names);
		disk->name_count = disk->safe_name_count;
	}
	memcpy(disk->safe_names, disk->names, sizeof disk->names);
	disk->safe_name_count = disk->name_count;
}
