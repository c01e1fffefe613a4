#include "replay/spool_place.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "journal/lock.h"

#define PREFIX "tablo-spool-"
#define BEGUN ".tablo-spool-" /* until its lock is held */
#define PATTERN "XXXXXX"
#define BEGUN_MOST HOUR_MS /* nobody takes so long to lock one */

/* Allocated; false: neither is there. */
static bool find_base(char **base, struct error *err)
{
	const char *cache = getenv("XDG_CACHE_HOME"), *temporary = getenv("TMPDIR");
	if (cache && *cache == '/') {
		*base = memory_format("%s/tablo", cache);
		mkdir(cache, 0700);
		if (mkdir(*base, 0700) == 0 || errno == EEXIST)
			return true;
		free(*base);
	}
	*base = memory_text(temporary && *temporary == '/' ? temporary : "/tmp");
	if (access(*base, W_OK | X_OK) == 0)
		return true;
	fail(err, "%s: no place for the collector's records: %s; set XDG_CACHE_HOME or TMPDIR to a directory that can be written to", *base,
		strerror(errno));
	free(*base);
	return false;
}

/* All that is in it, which are files, and the directory itself. */
static void remove_all(const char *directory)
{
	const int file = open(directory, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	DIR *listing = file < 0 ? NULL : fdopendir(file);
	if (!listing) {
		if (file >= 0)
			close(file);
		return;
	}
	const struct dirent *entry;
	while ((entry = readdir(listing)))
		if (strcmp(entry->d_name, ".") != 0 && strcmp(entry->d_name, "..") != 0)
			unlinkat(dirfd(listing), entry->d_name, 0);
	closedir(listing);
	rmdir(directory);
}

static bool has_shape(const char *name, const char *prefix)
{
	return strncmp(name, prefix, strlen(prefix)) == 0 && strlen(name) == strlen(prefix) + strlen(PATTERN);
}

/* Ours alone, and nobody's any more. */
static bool is_left_over(const char *path, const char *name)
{
	struct stat found;
	const bool is_begun = has_shape(name, BEGUN);
	if (!is_begun && !has_shape(name, PREFIX))
		return false;
	if (lstat(path, &found) != 0 || !S_ISDIR(found.st_mode) || found.st_uid != geteuid() || (found.st_mode & 077))
		return false;
	return is_begun ? clock_wall() - (int64_t)found.st_mtim.tv_sec * SECOND_MS > BEGUN_MOST : !lock_held(&disk_real, path);
}

static void clean(const char *base)
{
	DIR *listing = opendir(base);
	const struct dirent *entry;
	while (listing && (entry = readdir(listing))) {
		char *path = disk_path(base, entry->d_name);
		if (is_left_over(path, entry->d_name))
			remove_all(path);
		free(path);
	}
	if (listing)
		closedir(listing);
}

/* Under its own name only once it is locked: nobody takes it for a left-over in between. */
static bool make(struct spool_place *place, const char *base, struct error *err)
{
	char *begun = memory_format("%s/" BEGUN PATTERN, base);
	if (!mkdtemp(begun)) {
		fail(err, "%s: no directory can be made for the collector's records: %s", base, strerror(errno));
		free(begun);
		return false;
	}
	place->directory = memory_format("%s/" PREFIX "%s", base, begun + strlen(begun) - strlen(PATTERN));
	place->lock = lock_take(&disk_real, begun, err);
	const bool good = place->lock >= 0 &&
		(rename(begun, place->directory) == 0 || fail(err, "%s: cannot be made: %s", place->directory, strerror(errno)));
	if (!good)
		remove_all(begun);
	free(begun);
	return good;
}

bool spool_place_open(struct spool_place *place, struct error *err)
{
	char *base;
	*place = (struct spool_place){.lock = -1};
	if (!find_base(&base, err))
		return false;
	clean(base);
	const bool good = make(place, base, err);
	free(base);
	if (!good)
		spool_place_close(place);
	return good;
}

void spool_place_close(struct spool_place *place)
{
	if (place->directory && place->lock >= 0)
		remove_all(place->directory);
	if (place->lock >= 0)
		close(place->lock);
	free(place->directory);
	*place = (struct spool_place){.lock = -1};
}
