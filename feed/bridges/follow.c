#include "feed/bridges/follow.h"

#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/bridges/follow_state.h"

#define LOOK_EVERY 1000 /* ms */
#define POSITION_VERSION 1

/* ---- the position ---- */

struct view follow_position(struct follow *follow)
{
	if (!follow->marked)
		return (struct view){0};
	if (follow->file)
		follow_sum_up(follow);
	const struct follow_mark *mark = &follow->mark;
	follow->place = (struct follow_place){POSITION_VERSION, mark->inode, mark->modified, mark->offset, mark->lines, mark->head, mark->tail,
		mark->skipping};
	return (struct view){(const char *)&follow->place, sizeof follow->place};
}

/* Its bytes, and those before it that are summed up, stand in the buffer until more is read. */
struct view follow_position_before(struct follow *follow, const struct follow_line *line)
{
	const struct follow_mark after = follow->mark;
	const size_t begin = follow->begin;
	follow->begin -= (size_t)(after.offset - line->offset);
	follow->mark.offset = line->offset;
	follow->mark.lines = line->number - 1;
	const struct view position = follow_position(follow);
	follow->mark = after;
	follow->begin = begin;
	return position;
}

static bool take_position(struct follow *follow, struct view text, struct error *err)
{
	struct follow_place place;
	if (text.size == 0)
		return true;
	if (text.size != sizeof place)
		return fail(err, "%s: the position kept of it is damaged (%zu bytes); remove it, or begin with an empty state folder", follow->path, text.size);
	memcpy(&place, text.data, sizeof place);
	if (place.version != POSITION_VERSION || place.offset < 0 || place.lines < 0)
		return fail(err, "%s: the position kept of it is another program version's; use that one, or begin with an empty state folder", follow->path);
	follow->mark = (struct follow_mark){place.inode, place.modified, place.offset, place.lines, place.head, place.tail,
		place.skipping != 0};
	follow->marked = true;
	return true;
}

/* ---- bytes ---- */

static void make_room(struct follow *follow)
{
	const size_t kept = follow_kept_before(follow, FOLLOW_TAIL), from = follow->begin - kept;
	memmove(follow->buffer, follow->buffer + from, follow->end - from);
	follow->begin -= from;
	follow->end -= from;
	follow->searched -= from;
}

/* Reads behind `end`. FOLLOW_LINE: there is more now. */
static enum follow_step fill(struct follow *follow)
{
	make_room(follow);
	const int64_t offset = follow->mark.offset + (int64_t)(follow->end - follow->begin);
	const int64_t got = follow_file_read(follow->file, offset, follow->buffer + follow->end, FOLLOW_CHUNK);
	if (got < 0) {
		follow_tell_once(follow, "%s cannot be read; it is tried again", follow->file->name);
		return follow_at_end(follow);
	}
	if (got == 0)
		return follow_reach_end(follow);
	if (!follow_is_unchanged(follow))
		return follow_truncated(follow);
	if (offset == 0 && follow->empty && follow_was_copied(follow))
		return FOLLOW_MORE;
	if (offset == 0 && !follow_is_begun_alike(follow, (size_t)got))
		return follow_truncated(follow);
	if (offset < FOLLOW_HEAD)
		memcpy(follow->head + offset, follow->buffer + follow->end, got < FOLLOW_HEAD - offset ? (size_t)got : (size_t)(FOLLOW_HEAD - offset));
	follow->end += (size_t)got;
	follow->settled = follow->over = false;
	return FOLLOW_LINE;
}

/* ---- lines ---- */

static void step_over(struct follow *follow, size_t size)
{
	follow->begin += size;
	follow->mark.offset += (int64_t)size;
	follow->searched = follow->begin;
}

static enum follow_step give(struct follow *follow, size_t size, size_t newline, struct follow_line *line)
{
	struct view text = {follow->buffer + follow->begin, size};
	const bool is_too_long = follow->mark.skipping || size > follow->options.line_most;
	*line = (struct follow_line){.name = follow->file->name, .number = ++follow->mark.lines, .offset = follow->mark.offset};
	if (follow->mark.offset == 0 && size >= 3 && memcmp(text.data, "\xEF\xBB\xBF", 3) == 0) {
		text.data += 3;
		text.size -= 3;
	}
	if (text.size && text.data[text.size - 1] == '\r')
		text.size--;
	follow->mark.skipping = false;
	step_over(follow, size + newline);
	if (is_too_long)
		return FOLLOW_TOO_LONG;
	line->text = text;
	return FOLLOW_LINE;
}

/* FOLLOW_WAIT: no whole line is here. */
static enum follow_step take_line(struct follow *follow, struct follow_line *line)
{
	const char *from = follow->buffer + follow->searched;
	const size_t left = follow->end - follow->searched;
	const char *newline = left ? memchr(from, '\n', left) : NULL;
	if (newline)
		return give(follow, (size_t)(newline - (follow->buffer + follow->begin)), 1, line);
	follow->searched = follow->end;
	if (follow->over && follow->end > follow->begin)
		return give(follow, follow->end - follow->begin, 0, line);
	if (follow->end - follow->begin > follow->options.line_most) {
		follow->mark.skipping = true;
		step_over(follow, follow->end - follow->begin);
	}
	return FOLLOW_WAIT;
}

static void drain_watcher(struct follow *follow)
{
	char events[4096];
	while (follow->watcher >= 0 && read(follow->watcher, events, sizeof events) > 0)
		follow->stirred = true;
}

static bool is_time(struct follow *follow)
{
	drain_watcher(follow);
	if (!follow->stirred && follow->watcher >= 0 && clock_monotonic() - follow->looked < LOOK_EVERY)
		return false;
	follow->stirred = false;
	follow->looked = clock_monotonic();
	return true;
}

/* `end`: of all there is now. A last line without its newline is given, for nothing comes after it. */
static enum follow_step finish(struct follow *follow)
{
	if (follow->end == follow->begin || follow->over)
		return FOLLOW_END;
	follow->over = true;
	return FOLLOW_MORE;
}

static enum follow_step rest(struct follow *follow, enum follow_step step)
{
	if (step == FOLLOW_MORE || step == FOLLOW_LINE)
		follow->stirred = true;
	return step == FOLLOW_LINE ? FOLLOW_MORE : step;
}

enum follow_step follow_next(struct follow *follow, struct follow_line *line, struct error *err)
{
	struct error why;
	if (follow->file) {
		const enum follow_step step = take_line(follow, line);
		if (step != FOLLOW_WAIT)
			return step;
	}
	if (!follow->options.once && !is_time(follow))
		return FOLLOW_WAIT;
	if (!follow->file && !follow_turn(follow, &why)) {
		if (!follow->options.once)
			return FOLLOW_WAIT;
		fail(err, "%s", why.text);
		return FOLLOW_FAILED;
	}
	enum follow_step step = fill(follow);
	if (step == FOLLOW_END)
		step = finish(follow);
	if (step == FOLLOW_LINE) {
		follow->stirred = true;
		const enum follow_step taken = take_line(follow, line);
		return taken == FOLLOW_WAIT ? FOLLOW_MORE : taken;
	}
	return rest(follow, step);
}

/* ---- open and close ---- */

static void watch_folder(struct follow *follow)
{
	follow->watcher = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	const char *slash = strrchr(follow->path, '/');
	char *folder = slash ? memory_format("%.*s", slash == follow->path ? 1 : (int)(slash - follow->path), follow->path) : memory_text(".");
	if (follow->watcher >= 0
		&& inotify_add_watch(follow->watcher, folder, IN_CREATE | IN_MOVED_FROM | IN_MOVED_TO | IN_DELETE | IN_ONLYDIR) < 0) {
		close(follow->watcher);
		follow->watcher = -1;
	}
	free(folder);
}

/* What can never be followed is refused at once; what is not there yet, or may not be read yet, is waited for. */
static bool check_path(const char *path, struct error *err)
{
	struct stat about;
	if (stat(path, &about) < 0 || S_ISREG(about.st_mode))
		return true;
	bool missing;
	struct follow_file *file = follow_file_open(path, &missing, err);
	follow_file_close(file);
	return file != NULL;
}

struct follow *follow_open(const struct follow_options *options, struct view position, struct error *err)
{
	if (!check_path(options->path, err))
		return NULL;
	struct follow *follow = memory_new(1, sizeof *follow);
	follow->options = *options;
	if (!options->line_most)
		follow->options.line_most = FOLLOW_LINE_MAX;
	follow->path = memory_text(options->path);
	follow->room = FOLLOW_TAIL + follow->options.line_most + 2 * FOLLOW_CHUNK;
	follow->buffer = memory_new(1, follow->room);
	follow->watcher = follow->watched = -1;
	follow->stirred = true;
	if (!take_position(follow, position, err)) {
		follow_close(follow);
		return NULL;
	}
	if (!options->once)
		watch_folder(follow);
	return follow;
}

void follow_close(struct follow *follow)
{
	if (!follow)
		return;
	if (follow->watcher >= 0)
		close(follow->watcher);
	follow_file_close(follow->file);
	free(follow->buffer);
	free(follow->path);
	free(follow);
}

int follow_descriptor(const struct follow *follow)
{
	return follow->watcher;
}

int64_t follow_due(const struct follow *follow)
{
	return follow->stirred ? follow->looked : follow->looked + LOOK_EVERY;
}
