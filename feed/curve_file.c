#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "feed/curve_file.h"

#define CREDENTIAL "credential:"
#define PATH_ROOM 4096

/* Where "credential:NAME" lies; other names are as they are. */
static bool resolve(const char *path, char *to, bool *credential, struct error *err)
{
	size_t prefix = strlen(CREDENTIAL);
	*credential = strncmp(path, CREDENTIAL, prefix) == 0;
	int length;
	if (*credential) {
		const char *folder = getenv("CREDENTIALS_DIRECTORY"), *name = path + prefix;
		if (!folder || !*folder)
			return fail(err, "%.200s: no credentials here; write LoadCredential=%.100s:PATH into the unit, or by hand set "
					 "CREDENTIALS_DIRECTORY to their folder",
				path, name);
		if (!*name || strchr(name, '/'))
			return fail(err, "%.200s: the name of a credential has no '/'", path);
		length = snprintf(to, PATH_ROOM, "%s/%s", folder, name);
	} else {
		length = snprintf(to, PATH_ROOM, "%s", path);
	}
	return (length > 0 && length < PATH_ROOM) || fail(err, "%.200s...: the name of the file is too long", path);
}

/* systemd lends a credential to a dynamic user through an access list, which shows as the group's right to read. */
static mode_t forbidden(enum curve_file_kind kind, bool credential)
{
	if (kind == CURVE_FILE_PUBLIC)
		return S_IWGRP | S_IWOTH;
	return credential ? S_IWGRP | S_IRWXO : S_IRWXG | S_IRWXO;
}

static bool check(const char *path, const struct stat *about, enum curve_file_kind kind, bool credential, struct error *err)
{
	if (!S_ISREG(about->st_mode))
		return fail(err, "%.300s: it is no regular file", path);
	if (about->st_uid != geteuid() && about->st_uid != 0)
		return fail(err, "%.300s: it belongs to user %u, neither to you (%u) nor to root: chown it", path,
			(unsigned)about->st_uid, (unsigned)geteuid());
	if (about->st_mode & forbidden(kind, credential)) {
		if (kind == CURVE_FILE_SECRET)
			return fail(err, "%.300s: its mode %04o lets others at the secret key: chmod 600 it, and make a new key if they may have read it",
				path, (unsigned)about->st_mode & 07777u);
		return fail(err, "%.300s: its mode %04o lets others write it: chmod 644 it", path, (unsigned)about->st_mode & 07777u);
	}
	if (about->st_size > CURVE_FILE_MAX)
		return fail(err, "%.300s: %lld bytes are too many for a file of keys", path, (long long)about->st_size);
	return true;
}

/* At most `room` bytes; -1 with errno. */
static ssize_t read_all(int file, char *to, size_t room)
{
	size_t size = 0;
	while (size < room) {
		ssize_t got = read(file, to + size, room - size);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return -1;
		if (got == 0)
			break;
		size += (size_t)got;
	}
	return (ssize_t)size;
}

char *curve_file_read(const char *path, enum curve_file_kind kind, size_t *size, struct error *err)
{
	char resolved[PATH_ROOM];
	bool credential;
	struct stat about;
	if (!resolve(path, resolved, &credential, err))
		return NULL;
	int file = open(resolved, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK | O_NOCTTY);
	if (file < 0 || fstat(file, &about) != 0) {
		fail(err, "%.300s: cannot be read: %s", path,
			errno == ELOOP ? "it is a symbolic link; give the file itself" : strerror(errno));
		if (file >= 0)
			close(file);
		return NULL;
	}
	char *text = NULL;
	if (check(path, &about, kind, credential, err)) {
		/* What was measured is what is read: a file that grows meanwhile is cut. */
		size_t room = (size_t)about.st_size;
		text = memory_new(room + 1, 1);
		ssize_t got = read_all(file, text, room);
		if (got < 0) {
			fail(err, "%.300s: cannot be read: %s", path, strerror(errno));
			curve_file_forget(text, room);
			text = NULL;
		}
		*size = got < 0 ? 0 : (size_t)got;
	}
	close(file);
	return text;
}

void curve_file_forget(char *text, size_t size)
{
	if (text)
		explicit_bzero(text, size);
	free(text);
}

static bool write_all(int file, const char *text, size_t size)
{
	while (size) {
		ssize_t written = write(file, text, size);
		if (written < 0 && errno == EINTR)
			continue;
		if (written <= 0)
			return false;
		text += written;
		size -= (size_t)written;
	}
	return fsync(file) == 0;
}

bool curve_file_write(const char *path, unsigned int mode, const char *text, size_t size, struct error *err)
{
	int file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW | O_NOCTTY, 0600);
	if (file < 0)
		return fail(err, "%.300s: cannot be written: %s", path,
			errno == EEXIST ? "there is one already, and a key is never overwritten; move it away first" : strerror(errno));
	bool good = fchmod(file, (mode_t)mode) == 0 && write_all(file, text, size);
	int reason = errno;
	close(file);
	if (good)
		return true;
	unlink(path);
	return fail(err, "%.300s: cannot be written: %s", path, strerror(reason));
}
