#include "journal/aside.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>

#include "base/memory.h"

#define COPY (256 * 1024)

static int copy_bytes(const struct disk *disk, int from, int to, int64_t offset, int64_t size)
{
	uint8_t *buffer = memory_new(1, COPY);
	int result = 0;
	for (int64_t done = 0; done < size && result >= 0;) {
		size_t piece = (size_t)(size - done < COPY ? size - done : COPY);
		ssize_t got = disk_read_all(disk, from, buffer, piece, offset + done);
		if (got <= 0)
			result = got ? (int)got : -EIO;
		else
			result = disk_write_all(disk, to, buffer, (size_t)got, done);
		done += got;
	}
	free(buffer);
	return result < 0 ? result : disk_sync(disk, to);
}

static int copy_as(const struct disk *disk, const char *path, int file, int64_t offset, int64_t size)
{
	int to = disk->open(disk->context, path, O_WRONLY | O_CREAT | O_TRUNC);
	if (to < 0)
		return to;
	int result = copy_bytes(disk, file, to, offset, size);
	disk->close(disk->context, to);
	return result;
}

int aside_copy(const struct disk *disk, const char *directory, const char *name, int file, int64_t offset, int64_t size)
{
	char *aside = disk_path(directory, ASIDE_DIRECTORY), *path = disk_path(aside, name);
	int result = disk->make_directory(disk->context, aside);
	if (result >= 0)
		result = copy_as(disk, path, file, offset, size);
	if (result >= 0)
		result = disk->sync_directory(disk->context, aside);
	if (result >= 0)
		result = disk->sync_directory(disk->context, directory);
	free(path);
	free(aside);
	return result < 0 ? result : 0;
}

int aside_move(const struct disk *disk, const char *directory, const char *name, const char *as)
{
	char *aside = disk_path(directory, ASIDE_DIRECTORY);
	char *from = disk_path(directory, name), *to = disk_path(aside, as);
	int result = disk->make_directory(disk->context, aside);
	if (result >= 0)
		result = disk->rename(disk->context, from, to);
	free(aside);
	free(from);
	free(to);
	return result < 0 ? result : 0;
}
