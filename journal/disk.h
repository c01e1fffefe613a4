/* What the journal asks of a file system, as a table, so that tests can fail any call or lose power at it. Every function returns
 * 0 or more, or -errno. Paths are whole paths. */
#ifndef JOURNAL_DISK_H
#define JOURNAL_DISK_H

#include <stddef.h>
#include <stdint.h>

#include <sys/types.h>
#include <sys/uio.h>

struct disk {
	void *context;
	/* flags as of open(2); mode 0600, not inherited, no symbolic link followed. */
	int (*open)(void *context, const char *path, int flags);
	void (*close)(void *context, int file);
	ssize_t (*read)(void *context, int file, void *to, size_t size, int64_t offset);
	ssize_t (*write)(void *context, int file, const struct iovec *pieces, int count, int64_t offset);
	int (*sync)(void *context, int file); /* the bytes and what is needed to find them */
	int (*sync_directory)(void *context, const char *path);
	int (*allocate)(void *context, int file, int64_t offset, int64_t size); /* zeros, and the file as large */
	int (*truncate)(void *context, int file, int64_t size);
	int64_t (*size)(void *context, int file); /* -ENOENT: it has no name any more */
	int (*rename)(void *context, const char *from, const char *to);
	int (*remove)(void *context, const char *path);
	int (*make_directory)(void *context, const char *path); /* 0700; that it is there already is no failure */
	int (*list)(void *context, const char *path, void (*each)(void *to, const char *name), void *to);
	int64_t (*free_space)(void *context, const char *path); /* bytes that may still be written */
	int (*lock)(void *context, int file); /* alone or -EWOULDBLOCK; until it is closed */
};

extern const struct disk disk_real;

/* As often as it takes, over interruptions and short answers. Reading returns the bytes there were up to the end of the file. */
ssize_t disk_read_all(const struct disk *disk, int file, void *to, size_t size, int64_t offset);
int disk_write_all(const struct disk *disk, int file, const void *bytes, size_t size, int64_t offset);
/* Again while a signal interrupts it. */
int disk_sync(const struct disk *disk, int file);
/* Allocated: directory/name. */
char *disk_path(const char *directory, const char *name);

#endif
