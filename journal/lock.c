#include "journal/lock.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static bool refuse(const struct disk *disk, int file, const char *path, struct error *err)
{
	char pid[24] = "";
	ssize_t got = disk_read_all(disk, file, pid, sizeof pid - 1, 0);
	pid[got > 0 ? strspn(pid, "0123456789") : 0] = 0;
	return fail(err, "%s: held by process %s, which writes this journal; stop it, or choose another directory", path,
		*pid ? pid : "(unknown)");
}

static bool take(const struct disk *disk, int file, const char *path, struct error *err)
{
	int result = disk->lock(disk->context, file);
	if (result == -EWOULDBLOCK)
		return refuse(disk, file, path, err);
	if (result < 0)
		return fail(err, "%s: cannot be locked: %s; a journal needs a file system with locks", path, strerror(-result));
	char pid[24];
	int size = snprintf(pid, sizeof pid, "%ld\n", (long)getpid());
	/* Only for the message: on a full disk the lock holds without it. */
	disk->truncate(disk->context, file, 0);
	disk_write_all(disk, file, pid, (size_t)size, 0);
	return true;
}

int lock_take(const struct disk *disk, const char *directory, struct error *err)
{
	int result = disk->make_directory(disk->context, directory);
	if (result < 0) {
		fail(err, "%s: cannot be created: %s; the directory above it must be there and writable", directory, strerror(-result));
		return -1;
	}
	char *path = disk_path(directory, "LOCK");
	int file = disk->open(disk->context, path, O_RDWR | O_CREAT);
	if (file < 0)
		fail(err, "%s: cannot be opened: %s", path, strerror(-file));
	else if (!take(disk, file, path, err)) {
		disk->close(disk->context, file);
		file = -1;
	}
	free(path);
	return file < 0 ? -1 : file;
}

bool lock_held(const struct disk *disk, const char *directory)
{
	char *path = disk_path(directory, "LOCK");
	const int file = disk->open(disk->context, path, O_RDONLY);
	free(path);
	if (file < 0)
		return false;
	const bool held = disk->lock(disk->context, file) == -EWOULDBLOCK;
	disk->close(disk->context, file);
	return held;
}
