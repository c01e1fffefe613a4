#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "feed/outbox/outbox_state.h"

#define GUARD_NAME "lock"

static bool make_folder(const char *path, struct error *err)
{
	char *below = memory_text(path);
	for (char *slash = strchr(below + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = 0;
		mkdir(below, 0700); /* what is wrong with it shows in the end */
		*slash = '/';
	}
	free(below);
	return mkdir(path, 0700) == 0 || errno == EEXIST || fail(err, "%s: the folder cannot be made: %s", path, strerror(errno));
}

static bool fail_taken(const char *name, struct error *err)
{
	return fail(err, "%s: another bridge has it; each needs a folder of its own (--state DIR)", name);
}

/* The folder itself too, where the file system can: whoever removes the guard does not open it to two. */
static bool lock_directory(struct outbox *outbox, struct error *err)
{
	const char *name = outbox->directory_name;
	outbox->directory = open(name, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (outbox->directory < 0)
		return fail(err, "%s: the folder cannot be opened: %s", name, strerror(errno));
	return flock(outbox->directory, LOCK_EX | LOCK_NB) == 0 || errno != EWOULDBLOCK || fail_taken(name, err);
}

static bool lock_guard(struct outbox *outbox, struct error *err)
{
	const char *name = outbox->directory_name;
	outbox->guard = openat(outbox->directory, GUARD_NAME, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	if (outbox->guard < 0)
		return fail(err, "%s/%s: cannot be opened: %s", name, GUARD_NAME, strerror(errno));
	return flock(outbox->guard, LOCK_EX | LOCK_NB) == 0 || fail_taken(name, err);
}

bool outbox_folder_take(struct outbox *outbox, struct error *err)
{
	return make_folder(outbox->directory_name, err) && lock_directory(outbox, err) && lock_guard(outbox, err);
}

/* ---- while it is in use ---- */

static bool is_linked(int file)
{
	struct stat about;
	return fstat(file, &about) == 0 && about.st_nlink > 0;
}

static bool is_same(const struct stat *a, const struct stat *b)
{
	return a->st_ino == b->st_ino && a->st_dev == b->st_dev;
}

/* Whether the next start will look into the folder that is open. */
static bool leads_here(const struct outbox *outbox)
{
	struct stat own, there;
	return stat(outbox->directory_name, &there) == 0 && fstat(outbox->directory, &own) == 0 && is_same(&own, &there);
}

static bool is_another(const struct outbox *outbox)
{
	struct stat there;
	return stat(outbox->directory_name, &there) == 0 && S_ISDIR(there.st_mode) && !leads_here(outbox);
}

bool outbox_folder_stands(const struct outbox *outbox)
{
	return outbox->directory < 0 || (is_linked(outbox_newest(outbox)->file) && leads_here(outbox));
}

static bool take_again(struct outbox *outbox, struct error *err)
{
	struct outbox again = {.directory_name = outbox->directory_name, .directory = -1, .guard = -1};
	if (leads_here(outbox) && is_linked(outbox->guard))
		return true;
	if (leads_here(outbox))
		again.directory = fcntl(outbox->directory, F_DUPFD_CLOEXEC, 0); /* its lock is ours already */
	const bool has_directory = again.directory >= 0 || (make_folder(again.directory_name, err) && lock_directory(&again, err));
	const bool good = has_directory && lock_guard(&again, err);
	const int directory = good ? outbox->directory : again.directory, guard = good ? outbox->guard : again.guard;
	if (directory >= 0)
		close(directory);
	if (guard >= 0)
		close(guard);
	if (good) {
		outbox->directory = again.directory;
		outbox->guard = again.guard;
	}
	return good;
}

bool outbox_folder_hold(struct outbox *outbox, struct error *err)
{
	if (outbox_folder_stands(outbox))
		return true;
	if (is_another(outbox)) { /* what is in it was not read, and is not to be mixed with what is known here */
		pthread_mutex_lock(&outbox->lock);
		outbox_fail(outbox, "%s: another folder stands in its place; put back the one that was there, or start again to go on with this one",
			outbox->directory_name);
		pthread_mutex_unlock(&outbox->lock);
		return !outbox_failed(outbox, err);
	}
	if (!take_again(outbox, err) || !outbox_segment_begin(outbox, err))
		return false;
	outbox_report(outbox, "%s: was removed or moved; it was made again, with what the bridge knows", outbox->directory_name);
	return true;
}
