/* Which file is read: the one that was left, those that were written after it, the one that is written now. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>

#include <xxhash.h>

#include "feed/bridges/follow_state.h"

static void say(struct follow *follow, const char *text)
{
	if (follow->options.say)
		follow->options.say(follow->options.context, text);
}

__attribute__((format(printf, 2, 3))) static void tell(struct follow *follow, const char *format, ...)
{
	char text[sizeof((struct error *)0)->text];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	say(follow, text);
}

void follow_tell_once(struct follow *follow, const char *format, ...)
{
	char text[sizeof follow->said];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	if (strcmp(follow->said, text) == 0)
		return;
	memcpy(follow->said, text, sizeof text);
	say(follow, text);
}

/* ---- where one stands ---- */

size_t follow_kept_before(const struct follow *follow, size_t most)
{
	const int64_t offset = follow->mark.offset;
	return offset < (int64_t)most ? (size_t)offset : most;
}

void follow_sum_up(struct follow *follow)
{
	const size_t tail = follow_kept_before(follow, FOLLOW_TAIL);
	if (follow->mark.offset == 0) /* as it was turned to: whatever was written then is not read yet */
		return;
	follow->mark.head = XXH3_64bits(follow->head, follow_kept_before(follow, FOLLOW_HEAD));
	follow->mark.tail = XXH3_64bits(follow->buffer + follow->begin - tail, tail);
	follow->mark.modified = follow->file->modified;
	follow->mark.inode = follow->file->inode;
}

/* ---- turning to a file ---- */

static void begin_at(struct follow *follow, struct follow_file *file)
{
	follow->file = file;
	follow->begin = follow->end = follow->searched = follow_kept_before(follow, FOLLOW_TAIL);
	follow->settled = follow->over = follow->empty = false;
	follow->stirred = true;
	follow->marked = true;
	follow->said[0] = 0;
	if (follow->watcher >= 0 && !file->packed)
		follow->watched = inotify_add_watch(follow->watcher, file->name, IN_MODIFY);
}

/* What lies before the offset again, for the checksums. */
static void read_again(struct follow *follow, struct follow_file *file)
{
	const size_t head = follow_kept_before(follow, FOLLOW_HEAD), tail = follow_kept_before(follow, FOLLOW_TAIL);
	follow_file_read(file, 0, follow->head, head);
	for (size_t have = 0; have < tail;) {
		const int64_t got = follow_file_read(file, follow->mark.offset - (int64_t)(tail - have), follow->buffer + have, tail - have);
		if (got <= 0)
			break;
		have += (size_t)got;
	}
}

static void begin_new(struct follow *follow, struct follow_file *file)
{
	follow->mark = (struct follow_mark){.inode = file->inode, .modified = file->modified, .head = XXH3_64bits(file->head, file->head_size),
		.tail = file->head_size};
	begin_at(follow, file);
	follow->empty = !file->packed && file->head_size == 0;
}

static void go_on_in(struct follow *follow, struct follow_file *file)
{
	read_again(follow, file);
	begin_at(follow, file);
}

/* Behind the last newline that is there. */
static void pass_over(struct follow *follow, struct follow_file *file)
{
	char bytes[FOLLOW_CHUNK];
	int64_t end = file->packed ? 0 : file->size;
	while (end > 0) {
		const int64_t from = end < FOLLOW_CHUNK ? 0 : end - FOLLOW_CHUNK;
		const int64_t got = follow_file_read(file, from, bytes, (size_t)(end - from));
		const char *newline = got > 0 ? memrchr(bytes, '\n', (size_t)got) : NULL;
		end = newline ? from + (newline - bytes) + 1 : from;
		if (newline)
			break;
	}
	follow->mark = (struct follow_mark){.inode = file->inode, .modified = file->modified, .offset = end};
	go_on_in(follow, file);
}

static struct follow_file *open_live(struct follow *follow, bool *missing, struct error *err)
{
	struct follow_file *file = follow_file_open(follow->path, missing, err);
	if (!file && !follow->options.once)
		follow_tell_once(follow, "%s%s", err->text, *missing ? "; it is waited for" : "");
	return file;
}

/* The marked file is neither in its place nor beside it, or what is in its place now holds other bytes than those that were read. */
static void begin_after(struct follow *follow, struct follow_file *live)
{
	struct follow_file *next = follow_after(follow->path, &follow->mark, follow->copied ? FOLLOW_COPIED : FOLLOW_LOST);
	if (!follow->copied && follow->mark.offset)
		tell(follow, "%s is another file than the one read before, and none beside it is that one: %s is read from its beginning; what was"
			     " written in between may be missing", follow->path, next ? next->name : follow->path);
	else if (follow->copied)
		tell(follow, "%s was truncated: %s is read from its beginning", follow->path, next ? next->name : follow->path);
	follow->copied = false;
	if (next)
		follow_file_close(live);
	begin_new(follow, next ? next : live);
}

bool follow_turn(struct follow *follow, struct error *err)
{
	bool missing;
	struct follow_file *live = open_live(follow, &missing, err);
	if (live && !follow->marked) {
		if (follow->options.from_end)
			pass_over(follow, live);
		else
			begin_new(follow, live);
		return true;
	}
	if (live && follow->mark.offset && follow_file_match(live, &follow->mark) == FOLLOW_SAME) {
		go_on_in(follow, live);
		return true;
	}
	struct follow_file *found = follow->mark.offset ? follow_find(follow->path, &follow->mark) : NULL;
	if (found) {
		follow_file_close(live);
		tell(follow, "%s: goes on in %s, where it was read up to", follow->path, found->name);
		follow->copied = false;
		go_on_in(follow, found);
	} else if (live) {
		begin_after(follow, live);
	}
	return follow->file != NULL;
}

static void leave_file(struct follow *follow)
{
	if (follow->watched >= 0)
		inotify_rm_watch(follow->watcher, follow->watched);
	follow->watched = -1;
	follow_file_close(follow->file);
	follow->file = NULL;
}

/* ---- the end of what a file holds ---- */

enum follow_step follow_at_end(struct follow *follow)
{
	return follow->options.once ? FOLLOW_END : FOLLOW_WAIT;
}

enum follow_step follow_truncated(struct follow *follow)
{
	const int64_t modified = follow->mark.modified; /* the file's time is that of its truncation */
	follow_sum_up(follow);
	follow->mark.modified = modified;
	follow->end = follow->searched = follow->begin;
	follow->copied = true;
	leave_file(follow);
	return FOLLOW_MORE;
}

bool follow_is_unchanged(struct follow *follow)
{
	char bytes[FOLLOW_TAIL];
	const int64_t end = follow->mark.offset + (int64_t)(follow->end - follow->begin);
	const size_t tail = end < FOLLOW_TAIL ? (size_t)end : FOLLOW_TAIL;
	if (follow->file->packed || tail == 0)
		return true;
	return follow_file_read(follow->file, end - (int64_t)tail, bytes, tail) == (int64_t)tail
		&& memcmp(bytes, follow->buffer + follow->end - tail, tail) == 0;
}

/* Where the one read was a copy, and the file is not truncated yet, the file goes on where the copy ends. */
static void turn_to_next(struct follow *follow, struct follow_file *next)
{
	const bool is_copied = follow_file_match(next, &follow->mark) == FOLLOW_SAME;
	if (!is_copied)
		tell(follow, "%s was rotated: %s is read on", follow->path, next->name);
	leave_file(follow);
	if (is_copied)
		go_on_in(follow, next);
	else
		begin_new(follow, next);
}

/* Turns to the file that was written after this one, when it is sure that nobody writes into this one any more. */
static enum follow_step leave_behind(struct follow *follow, int64_t live_size)
{
	follow_file_look(follow->file);
	follow_sum_up(follow);
	struct error err;
	bool missing;
	/* Opened before the folder is looked at: if it is rotated meanwhile, it is found there. */
	struct follow_file *live = live_size > 0 ? open_live(follow, &missing, &err) : NULL;
	struct follow_file *next = follow_after(follow->path, &follow->mark, FOLLOW_READ);
	if (next) {
		follow_file_close(live);
	} else if (live) {
		next = live;
	} else {
		if (follow->watcher >= 0) /* for its first line, if it is there */
			inotify_add_watch(follow->watcher, follow->path, IN_MODIFY);
		return follow_at_end(follow);
	}
	if (!follow->settled || (follow->end > follow->begin && !follow->over)) {
		follow->over = follow->settled; /* its last line has no newline */
		follow->settled = true;
		follow_file_close(next);
		return FOLLOW_MORE;
	}
	turn_to_next(follow, next);
	return FOLLOW_MORE;
}

enum follow_step follow_reach_end(struct follow *follow)
{
	struct stat live;
	const bool is_there = stat(follow->path, &live) == 0;
	follow_file_look(follow->file);
	if (!follow_is_unchanged(follow))
		return follow_truncated(follow);
	if (is_there && live.st_ino == follow->file->inode)
		return follow->file->packed ? FOLLOW_END : follow_at_end(follow);
	if (is_there && !S_ISREG(live.st_mode))
		follow_tell_once(follow, "%s is no regular file any more; one is waited for", follow->path);
	return leave_behind(follow, is_there && S_ISREG(live.st_mode) ? live.st_size : 0);
}

bool follow_was_copied(struct follow *follow)
{
	struct follow_file *next = follow_after(follow->path, &follow->mark, FOLLOW_LOST);
	if (!next || next->inode == follow->file->inode) {
		follow_file_close(next);
		return false;
	}
	tell(follow, "%s was truncated: %s is read first", follow->path, next->name);
	leave_file(follow);
	begin_new(follow, next);
	return true;
}

bool follow_is_begun_alike(const struct follow *follow, size_t size)
{
	const struct follow_file *file = follow->file;
	return size >= file->head_size && memcmp(follow->buffer + follow->end, file->head, file->head_size) == 0;
}
