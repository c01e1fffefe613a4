#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "store/redis_secret.h"

void redis_secret_erase(struct redis_secret *secret)
{
	explicit_bzero(secret, sizeof *secret);
}

/* systemd gives the service's user an ACL on its credentials, which shows as a group bit: reading by the group is no fault there. */
static bool safe_to_use(int file, const char *path, bool credential, struct error *err)
{
	struct stat about;
	if (fstat(file, &about) != 0)
		return fail(err, "password file %s: %s", path, strerror(errno));
	if (!S_ISREG(about.st_mode))
		return fail(err, "password file %s: it is no regular file; give a file with the password as its only line", path);
	if (about.st_uid != geteuid() && about.st_uid != 0)
		return fail(err, "password file %s: it belongs to user %u; it must be ours or root's: chown %u %s", path,
			(unsigned)about.st_uid, (unsigned)geteuid(), path);
	if (about.st_mode & (credential ? 0037 : 0077))
		return fail(err, "password file %s: others may read it (mode %04o); change it: chmod 600 %s", path,
			(unsigned)about.st_mode & 07777, path);
	return true;
}

static bool read_line(int file, const char *path, struct redis_secret *secret, struct error *err)
{
	ssize_t got;
	while ((got = read(file, secret->text + secret->size, sizeof secret->text - secret->size)) != 0) {
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			return fail(err, "password file %s: %s", path, strerror(errno));
		secret->size += (size_t)got;
		if (secret->size == sizeof secret->text)
			return fail(err, "password file %s: it is longer than %zu bytes; it holds the password as its only line", path,
				sizeof secret->text - 1);
	}
	while (secret->size && (secret->text[secret->size - 1] == '\n' || secret->text[secret->size - 1] == '\r'))
		secret->size--;
	secret->text[secret->size] = 0;
	if (!secret->size || memchr(secret->text, '\n', secret->size))
		return fail(err, "password file %s: it %s; it holds the password as its only line", path,
			secret->size ? "has several lines" : "is empty");
	return true;
}

/* What is no absolute path may be a password that somebody put into the URL: it is not repeated in the message. */
static bool find_path(const char *name, char *path, bool *credential, struct error *err)
{
	const char *folder = getenv("CREDENTIALS_DIRECTORY");
	*credential = name[0] != '/';
	if (!*credential && strlen(name) < PATH_MAX) {
		strcpy(path, name);
		return true;
	}
	if (!folder || strchr(name, '/') || name[0] == '.' || strlen(folder) + strlen(name) + 2 > PATH_MAX)
		return fail(err, "the password's place in the store's URL is neither an absolute path nor a credential of systemd; the password "
				 "itself is not taken there, for it would show in ps and logs: put it into a file of mode 0600 and give "
				 "redis://USER:/PATH/TO/FILE@HOST");
	stpcpy(stpcpy(stpcpy(path, folder), "/"), name);
	return true;
}

bool redis_secret_read(const char *name, struct redis_secret *secret, struct error *err)
{
	char path[PATH_MAX];
	bool credential;
	if (!find_path(name, path, &credential, err))
		return false;
	/* O_NONBLOCK: a FIFO in its place must not hold us up. */
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (file < 0 && credential) /* the name may be the password */
		return fail(err, "the credential named in the store's URL is not in %s: %s; set it with LoadCredential=",
			getenv("CREDENTIALS_DIRECTORY"), strerror(errno));
	if (file < 0)
		return fail(err, "password file %s: %s", path, strerror(errno));
	struct redis_secret read = {.size = 0};
	const bool good = safe_to_use(file, path, credential, err) && read_line(file, path, &read, err);
	close(file);
	if (good)
		*secret = read;
	redis_secret_erase(&read);
	return good;
}
