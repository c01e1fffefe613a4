#include "app/demo_folder.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#define PREFIX "tablo-demo-"
#define ROOM_MOST 40 /* bytes: the address of a socket in it must not be longer than the kernel's 107 */
#define ROOMS 3

static const char *const variables[ROOMS] = {"XDG_RUNTIME_DIR", "TMPDIR", NULL};

/* NULL: there is none. */
static const char *room(int number)
{
	const char *path = variables[number] ? getenv(variables[number]) : "/tmp";
	return path && *path == '/' && strlen(path) < ROOM_MOST && access(path, W_OK | X_OK) == 0 ? path : NULL;
}

bool demo_folder_make(struct demo_folder *folder, struct error *err)
{
	const char *place = NULL;
	for (int i = 0; i < ROOMS && !place; i++)
		place = room(i);
	snprintf(folder->path, sizeof folder->path, "%s/" PREFIX "%ld-XXXXXX", place ? place : "/tmp", (long)getpid());
	if (!mkdtemp(folder->path)) {
		fail(err, "%s: cannot make a folder for the demo: %s; TMPDIR names another place", folder->path, strerror(errno));
		*folder->path = 0;
		return false;
	}
	folder->lock = open(folder->path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (folder->lock >= 0 && flock(folder->lock, LOCK_EX | LOCK_NB) == 0)
		return true;
	fail(err, "%s: cannot be locked: %s; TMPDIR names another place", folder->path, strerror(errno));
	demo_folder_remove(folder);
	return false;
}

static int remove_one(const char *path, const struct stat *stat, int type, struct FTW *place)
{
	(void)stat;
	(void)type;
	(void)place;
	return remove(path);
}

static void remove_all(const char *path)
{
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

void demo_folder_remove(struct demo_folder *folder)
{
	if (!*folder->path)
		return;
	remove_all(folder->path);
	if (folder->lock >= 0)
		close(folder->lock);
	*folder->path = 0;
}

/* A demo that has only just made its folder has no lock yet, but lives; one that lives in another container has a number that says nothing
 * here, but its lock. */
static bool lives(const char *name)
{
	char *end;
	const long pid = strtol(name + strlen(PREFIX), &end, 10);
	return pid <= 0 || pid > INT32_MAX || *end != '-' || kill((pid_t)pid, 0) == 0 || errno != ESRCH;
}

static void sweep_one(int where, const char *place, const char *name)
{
	char path[ROOM_MOST + 256 + 2];
	struct stat stat;
	const int folder = openat(where, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (folder < 0)
		return;
	const bool is_own = fstat(folder, &stat) == 0 && stat.st_uid == geteuid() && (stat.st_mode & 0777) == 0700;
	snprintf(path, sizeof path, "%s/%s", place, name);
	if (is_own && flock(folder, LOCK_EX | LOCK_NB) == 0)
		remove_all(path);
	close(folder);
}

static void sweep_room(const char *place)
{
	DIR *list = opendir(place);
	const struct dirent *entry;
	while (list && (entry = readdir(list)) != NULL)
		if (strncmp(entry->d_name, PREFIX, strlen(PREFIX)) == 0 && !lives(entry->d_name))
			sweep_one(dirfd(list), place, entry->d_name);
	if (list)
		closedir(list);
}

void demo_folder_sweep(void)
{
	for (int i = 0; i < ROOMS; i++)
		if (room(i))
			sweep_room(room(i));
}
