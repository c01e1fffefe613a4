#include "feed/bridges/follow_files.h"

#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <xxhash.h>
#include <zlib.h>

#include "base/memory.h"

#define SIBLINGS_MOST 4096 /* rotated files looked at; more are none that a rotation leaves */
#define ROUNDS_MOST 20	   /* of looking into a folder in which files are being renamed */

/* ---- one file ---- */

static bool is_gzip(int descriptor)
{
	unsigned char magic[2];
	return pread(descriptor, magic, 2, 0) == 2 && magic[0] == 0x1F && magic[1] == 0x8B;
}

static bool check_kind(const char *path, mode_t mode, struct error *err)
{
	if (S_ISREG(mode))
		return true;
	if (S_ISDIR(mode))
		return fail(err, "%s is a directory; name the file in it that is written", path);
	if (S_ISFIFO(mode))
		return fail(err, "%s is a FIFO, in which nothing can be found again after a restart; let its writer write a file, and name that", path);
	return fail(err, "%s is no regular file, so nothing can be found again in it; name the file that is written", path);
}

struct follow_file *follow_file_open(const char *path, bool *missing, struct error *err)
{
	struct stat about;
	/* A FIFO without a writer must not be waited for. */
	const int descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	*missing = descriptor < 0 && (errno == ENOENT || errno == ENOTDIR);
	if (descriptor < 0 || fstat(descriptor, &about) < 0) {
		fail(err, "%s cannot be read: %s%s", path, strerror(errno),
			errno == EACCES ? "; let this program's user read it (group or ACL)" : "");
		if (descriptor >= 0)
			close(descriptor);
		return NULL;
	}
	if (!check_kind(path, about.st_mode, err)) {
		close(descriptor);
		return NULL;
	}
	struct follow_file *file = memory_new(1, sizeof *file);
	file->name = memory_text(path);
	file->descriptor = descriptor;
	if (is_gzip(descriptor))
		file->packed = gzdopen(descriptor, "rb");
	follow_file_look(file);
	const int64_t got = follow_file_read(file, 0, file->head, FOLLOW_HEAD);
	file->head_size = got > 0 ? (size_t)got : 0;
	return file;
}

void follow_file_close(struct follow_file *file)
{
	if (!file)
		return;
	if (file->packed)
		gzclose(file->packed);
	else
		close(file->descriptor);
	free(file->name);
	free(file);
}

static int64_t modified_of(const struct stat *about)
{
	return (int64_t)about->st_mtim.tv_sec * 1000000000 + about->st_mtim.tv_nsec;
}

void follow_file_look(struct follow_file *file)
{
	struct stat about;
	if (fstat(file->descriptor, &about) < 0)
		return;
	file->inode = about.st_ino;
	file->modified = modified_of(&about);
	file->size = about.st_size;
}

static int64_t read_packed(struct follow_file *file, int64_t offset, char *to, size_t room)
{
	if (gztell(file->packed) != offset && gzseek(file->packed, offset, SEEK_SET) != offset)
		return 0; /* it ends before */
	const int got = gzread(file->packed, to, (unsigned)room);
	return got;
}

int64_t follow_file_read(struct follow_file *file, int64_t offset, char *to, size_t room)
{
	if (file->packed)
		return read_packed(file, offset, to, room);
	ssize_t got;
	do
		got = pread(file->descriptor, to, room, offset);
	while (got < 0 && errno == EINTR);
	return got;
}

/* Exactly `size` bytes? */
static bool read_whole(struct follow_file *file, int64_t offset, char *to, size_t size)
{
	size_t have = 0;
	while (have < size) {
		const int64_t got = follow_file_read(file, offset + (int64_t)have, to + have, size - have);
		if (got <= 0)
			return false;
		have += (size_t)got;
	}
	return true;
}

static size_t part_of(int64_t offset, size_t most)
{
	return offset < (int64_t)most ? (size_t)offset : most;
}

enum follow_match follow_file_match(struct follow_file *file, const struct follow_mark *mark)
{
	char bytes[FOLLOW_TAIL];
	const size_t head = mark->offset ? part_of(mark->offset, FOLLOW_HEAD) : (size_t)mark->tail, tail = part_of(mark->offset, FOLLOW_TAIL);
	if (head == 0 || head > FOLLOW_HEAD) /* nothing to know it by: its inode may hold other bytes by now */
		return FOLLOW_OTHER;
	if (!read_whole(file, 0, bytes, head) || XXH3_64bits(bytes, head) != mark->head)
		return FOLLOW_OTHER;
	if (!read_whole(file, mark->offset - (int64_t)tail, bytes, tail))
		return FOLLOW_SHORTER;
	return mark->offset == 0 || XXH3_64bits(bytes, tail) == mark->tail ? FOLLOW_SAME : FOLLOW_OTHER;
}

/* ---- the rotated files beside it ---- */

struct sibling {
	char *path;
	uint64_t inode;
	int64_t modified;
	int64_t number; /* of FILE.3; 0: another kind of name */
	bool packed;	/* by its name */
};

struct siblings {
	struct sibling *list;
	size_t count, room;
};

/* What a rotation adds: .1, .1.gz, -20261122, .2026-11-22T03:00, -1763769600. Not .bak, .swp or ~. */
static bool is_rotated(const char *rest, struct sibling *sibling)
{
	size_t size = strlen(rest);
	sibling->packed = size > 3 && strcmp(rest + size - 3, ".gz") == 0;
	if (sibling->packed)
		size -= 3;
	if (size < 2 || !strchr(".-_", rest[0]) || !isdigit((unsigned char)rest[1]) || strspn(rest + 1, "0123456789-_.:TZ") < size - 1)
		return false;
	if (rest[0] == '.' && size < 8 && strspn(rest + 1, "0123456789") == size - 1)
		sibling->number = strtoll(rest + 1, NULL, 10);
	return true;
}

static void add_sibling(struct siblings *siblings, int folder, const char *path, const char *name, struct sibling sibling)
{
	struct stat about;
	if (fstatat(folder, name, &about, 0) < 0 || !S_ISREG(about.st_mode) || about.st_size == 0)
		return;
	const char *slash = strrchr(path, '/');
	sibling.path = slash ? memory_format("%.*s/%s", (int)(slash - path), path, name) : memory_text(name);
	sibling.inode = about.st_ino;
	sibling.modified = modified_of(&about);
	if (siblings->count == siblings->room)
		siblings->list = memory_grow(siblings->list, &siblings->room, siblings->count + 1, sizeof *siblings->list);
	siblings->list[siblings->count++] = sibling;
}

static DIR *open_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *folder = slash ? memory_format("%.*s", slash == path ? 1 : (int)(slash - path), path) : memory_text(".");
	DIR *stream = opendir(folder);
	free(folder);
	return stream;
}

static struct siblings list_siblings(const char *path)
{
	struct siblings siblings = {0};
	const char *slash = strrchr(path, '/'), *base = slash ? slash + 1 : path;
	const size_t size = strlen(base);
	DIR *stream = open_folder(path);
	if (!stream)
		return siblings;
	for (const struct dirent *entry; siblings.count < SIBLINGS_MOST && (entry = readdir(stream));) {
		struct sibling sibling = {0};
		if (strncmp(entry->d_name, base, size) == 0 && is_rotated(entry->d_name + size, &sibling))
			add_sibling(&siblings, dirfd(stream), path, entry->d_name, sibling);
	}
	closedir(stream);
	return siblings;
}

static void siblings_finish(struct siblings *siblings)
{
	for (size_t i = 0; i < siblings->count; i++)
		free(siblings->list[i].path);
	free(siblings->list);
}

/* Older first. Rotated files keep the time of their last line, packed or not; of the same time the one with the larger number is older. */
static int compare(const void *left, const void *right)
{
	const struct sibling *a = left, *b = right;
	if (a->modified != b->modified)
		return a->modified < b->modified ? -1 : 1;
	return (a->number < b->number) - (a->number > b->number);
}

static bool is_same(const struct siblings *left, const struct siblings *right)
{
	for (size_t i = 0; i < left->count && i < right->count; i++)
		if (left->list[i].inode != right->list[i].inode || strcmp(left->list[i].path, right->list[i].path) != 0)
			return false;
	return left->count == right->count;
}

/* Oldest first. While files are renamed a folder may show one of them twice, or not at all: it is read until it stands still. */
static struct siblings find_siblings(const char *path)
{
	struct siblings before = {0};
	for (int round = 0;; round++) {
		struct siblings now = list_siblings(path);
		if (now.count)
			qsort(now.list, now.count, sizeof *now.list, compare);
		const bool good = round > 0 && is_same(&before, &now);
		siblings_finish(&before);
		if (good || round == ROUNDS_MOST)
			return now;
		before = now;
	}
}

/* FILE.1.gz while FILE.1 is still there: not whole yet. */
static bool is_half_packed(const struct siblings *siblings, const struct sibling *sibling)
{
	for (size_t i = 0; sibling->packed && i < siblings->count; i++) {
		const struct sibling *other = &siblings->list[i];
		const size_t size = strlen(other->path);
		if (!other->packed && strncmp(other->path, sibling->path, size) == 0 && strcmp(sibling->path + size, ".gz") == 0)
			return true;
	}
	return false;
}

/* *moved: it has another name by now. */
static struct follow_file *open_sibling(const struct siblings *siblings, const struct sibling *sibling, bool *moved)
{
	struct error ignored;
	bool missing = false;
	if (is_half_packed(siblings, sibling))
		return NULL;
	struct follow_file *file = follow_file_open(sibling->path, &missing, &ignored);
	*moved = *moved || missing || (file && file->inode != sibling->inode);
	return file;
}

static struct follow_file *find_once(const char *path, const struct follow_mark *mark, bool *moved)
{
	struct siblings siblings = find_siblings(path);
	struct follow_file *found = NULL;
	for (size_t i = siblings.count; i-- > 0 && !found;) {
		struct follow_file *file = open_sibling(&siblings, &siblings.list[i], moved);
		if (file && follow_file_match(file, mark) == FOLLOW_SAME)
			found = file;
		else
			follow_file_close(file);
	}
	siblings_finish(&siblings);
	return found;
}

struct follow_file *follow_find(const char *path, const struct follow_mark *mark)
{
	struct follow_file *found = NULL;
	bool moved = true;
	for (int round = 0; !found && moved && round < ROUNDS_MOST; round++) {
		moved = false;
		found = find_once(path, mark, &moved);
	}
	return found;
}

/* The one marked, as it stands among the others, where it is not the newest of its time: truncated in its place, or gone. */
static struct sibling place_of(const struct siblings *siblings, const struct follow_mark *mark)
{
	struct sibling place = {.inode = mark->inode, .modified = mark->modified, .number = -1};
	for (size_t i = 0; i < siblings->count; i++)
		if (siblings->list[i].inode == mark->inode && siblings->list[i].modified == mark->modified)
			place.number = siblings->list[i].number;
	return place;
}

static bool was_read(struct follow_file *file, const struct follow_mark *mark, enum follow_reason reason)
{
	const enum follow_match match = follow_file_match(file, mark);
	return match == FOLLOW_SAME || (reason == FOLLOW_COPIED && match == FOLLOW_SHORTER);
}

#define TELLING 32 /* bytes that tell one log from another */

/* After a mark with nothing read: whatever is younger, and of the same time the one marked itself, or a copy of it. */
static bool is_next(struct follow_file *file, const struct follow_mark *mark)
{
	if (file->modified > mark->modified)
		return true;
	return file->packed || mark->tail >= TELLING ? follow_file_match(file, mark) == FOLLOW_SAME : file->inode == mark->inode;
}

static bool is_live(const char *path, const struct sibling *sibling)
{
	struct stat about;
	return stat(path, &about) == 0 && about.st_ino == sibling->inode;
}

static struct follow_file *after_once(const char *path, const struct follow_mark *mark, enum follow_reason reason, bool *moved)
{
	struct siblings siblings = find_siblings(path);
	const struct sibling place = place_of(&siblings, mark);
	struct follow_file *found = NULL;
	for (size_t i = 0; i < siblings.count && !found && !*moved; i++) {
		const struct sibling *sibling = &siblings.list[i];
		const bool is_unread = reason != FOLLOW_READ && mark->offset == 0;
		if (is_live(path, sibling) || (is_unread ? sibling->modified < mark->modified : compare(sibling, &place) <= 0))
			continue;
		struct follow_file *file = open_sibling(&siblings, sibling, moved);
		if (file && !*moved && (is_unread ? is_next(file, mark) : !was_read(file, mark, reason)))
			found = file;
		else
			follow_file_close(file);
	}
	siblings_finish(&siblings);
	return found;
}

struct follow_file *follow_after(const char *path, const struct follow_mark *mark, enum follow_reason reason)
{
	struct follow_file *found = NULL;
	bool moved = true;
	for (int round = 0; !found && moved && round < ROUNDS_MOST; round++) {
		moved = false;
		found = after_once(path, mark, reason, &moved);
	}
	return found;
}
