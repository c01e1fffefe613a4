#include "journal/disk.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>

#include "base/memory.h"

static int checked(int result)
{
	return result < 0 ? -errno : result;
}

static int open_file(void *context, const char *path, int flags)
{
	(void)context;
	return checked(open(path, flags | O_CLOEXEC | O_NOFOLLOW, 0600));
}

static void close_file(void *context, int file)
{
	(void)context;
	close(file);
}

static ssize_t read_file(void *context, int file, void *to, size_t size, int64_t offset)
{
	(void)context;
	ssize_t got = pread(file, to, size, offset);
	return got < 0 ? -errno : got;
}

static ssize_t write_file(void *context, int file, const struct iovec *pieces, int count, int64_t offset)
{
	(void)context;
	ssize_t put = pwritev(file, pieces, count, offset);
	return put < 0 ? -errno : put;
}

static int sync_file(void *context, int file)
{
	(void)context;
	return checked(fdatasync(file));
}

static int sync_directory(void *context, const char *path)
{
	(void)context;
	int directory = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (directory < 0)
		return -errno;
	int result = checked(fsync(directory));
	close(directory);
	return result;
}

static int allocate(void *context, int file, int64_t offset, int64_t size)
{
	(void)context;
	return checked(fallocate(file, 0, offset, size));
}

static int truncate_file(void *context, int file, int64_t size)
{
	(void)context;
	return checked(ftruncate(file, size));
}

static int64_t size_of_file(void *context, int file)
{
	(void)context;
	struct stat status;
	if (fstat(file, &status) < 0)
		return -errno;
	return status.st_nlink ? status.st_size : -ENOENT;
}

static int rename_file(void *context, const char *from, const char *to)
{
	(void)context;
	return checked(rename(from, to));
}

static int remove_file(void *context, const char *path)
{
	(void)context;
	return checked(unlink(path));
}

static int make_directory(void *context, const char *path)
{
	(void)context;
	int result = checked(mkdir(path, 0700));
	return result == -EEXIST ? 0 : result;
}

static int list(void *context, const char *path, void (*each)(void *to, const char *name), void *to)
{
	(void)context;
	DIR *directory = opendir(path);
	if (!directory)
		return -errno;
	errno = 0;
	for (struct dirent *entry; (entry = readdir(directory));)
		each(to, entry->d_name);
	int result = -errno;
	closedir(directory);
	return result;
}

static int64_t free_space(void *context, const char *path)
{
	(void)context;
	struct statvfs status;
	if (statvfs(path, &status) < 0)
		return -errno;
	return (int64_t)(status.f_bavail * status.f_frsize);
}

static int lock_file(void *context, int file)
{
	(void)context;
	return checked(flock(file, LOCK_EX | LOCK_NB));
}

const struct disk disk_real = {
	.open = open_file, .close = close_file, .read = read_file, .write = write_file, .sync = sync_file,
	.sync_directory = sync_directory, .allocate = allocate, .truncate = truncate_file, .size = size_of_file,
	.rename = rename_file, .remove = remove_file, .make_directory = make_directory, .list = list,
	.free_space = free_space, .lock = lock_file,
};

ssize_t disk_read_all(const struct disk *disk, int file, void *to, size_t size, int64_t offset)
{
	size_t done = 0;
	while (done < size) {
		ssize_t got = disk->read(disk->context, file, (char *)to + done, size - done, offset + (int64_t)done);
		if (got == -EINTR)
			continue;
		if (got < 0)
			return got;
		if (got == 0)
			break;
		done += (size_t)got;
	}
	return (ssize_t)done;
}

int disk_write_all(const struct disk *disk, int file, const void *bytes, size_t size, int64_t offset)
{
	size_t done = 0;
	while (done < size) {
		struct iovec piece = {(char *)(uintptr_t)bytes + done, size - done};
		ssize_t put = disk->write(disk->context, file, &piece, 1, offset + (int64_t)done);
		if (put == -EINTR)
			continue;
		if (put <= 0)
			return put ? (int)put : -EIO; /* a disk that takes nothing and says nothing */
		done += (size_t)put;
	}
	return 0;
}

int disk_sync(const struct disk *disk, int file)
{
	int result;
	do
		result = disk->sync(disk->context, file);
	while (result == -EINTR);
	return result;
}

char *disk_path(const char *directory, const char *name)
{
	return memory_format("%s/%s", directory, name);
}
