#include "journal/marks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "journal/crc32c.h"
#include "journal/disk.h"

#define LINE_MOST (MARK_TEXT + USER_ROOM + 40)
#define MARKS_MOST 100000 /* of a file that grew without end, the first ones */

static bool write_line(int file, const char *line, size_t size, bool waits, const char *path, struct error *err)
{
	/* One write with O_APPEND: lines of several writers do not mix. */
	const ssize_t written = write(file, line, size);
	if (written == (ssize_t)size && (!waits || fsync(file) == 0))
		return true;
	return fail(err, "%s: the mark cannot be written: %s", path, written < 0 || written == (ssize_t)size ? strerror(errno) : "the disk is full");
}

static bool add(const char *directory, const struct mark *mark, bool waits, struct error *err)
{
	char body[LINE_MOST], line[LINE_MOST + 16];
	/* Behind a tab, which no harmless text has: a program that knows of no authors reads on as before. */
	snprintf(body, sizeof body, "%" PRId64 " %s%s%s", mark->at, mark->text, *mark->by ? "\t" : "", mark->by);
	/* A line that was torn stands alone: every mark brings the end of the one before. */
	const int size = snprintf(line, sizeof line, "\n%08" PRIx32 " %s\n", crc32c(0, body, strlen(body)), body);
	char *path = disk_path(directory, "marks");
	const int file = open(path, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
	bool good = file >= 0 || fail(err, "%s: no mark can be set: %s", path, strerror(errno));
	good = good && write_line(file, line, (size_t)size, waits, path, err);
	if (file >= 0)
		close(file);
	free(path);
	return good;
}

static struct mark make(int64_t at, const char *text, const char *by)
{
	struct mark mark = {.at = at};
	text_harmless(view_of(text), mark.text, sizeof mark.text);
	text_harmless(view_of(by), mark.by, sizeof mark.by);
	return mark;
}

bool mark_add(const char *directory, int64_t at, const char *text, const char *by, struct error *err)
{
	const struct mark mark = make(at, text, by);
	return add(directory, &mark, true, err);
}

bool mark_repeat(const char *directory, int64_t at, const char *text, const char *by, struct error *err)
{
	const struct mark mark = make(at, text, by);
	return add(directory, &mark, false, err);
}

void mark_line(const struct mark *mark, char line[MARK_LINE])
{
	snprintf(line, MARK_LINE, *mark->by ? "%s (%s)" : "%s", mark->text, mark->by);
}

static bool read_line(const char *line, struct mark *mark)
{
	char *end;
	errno = 0;
	const unsigned long sum = strtoul(line, &end, 16);
	if (end != line + 8 || *end != ' ' || crc32c(0, end + 1, strlen(end + 1)) != sum)
		return false;
	const long long at = strtoll(end + 1, &end, 10);
	if (errno || *end != ' ')
		return false;
	const char *text = end + 1, *tab = strchr(text, '\t');
	*mark = (struct mark){.at = at};
	text_harmless((struct view){text, tab ? (size_t)(tab - text) : strlen(text)}, mark->text, sizeof mark->text);
	text_harmless(view_of(tab ? tab + 1 : ""), mark->by, sizeof mark->by);
	return true;
}

static int by_time(const void *left, const void *right)
{
	const struct mark *a = left, *b = right;
	return a->at < b->at ? -1 : a->at > b->at ? 1 : strcmp(a->text, b->text);
}

bool marks_list(const char *directory, struct mark_list *list, struct error *err)
{
	char line[LINE_MOST + 16];
	char *path = disk_path(directory, "marks");
	*list = (struct mark_list){.count = 0};
	FILE *file = fopen(path, "re");
	const bool good = file || errno == ENOENT || fail(err, "%s: cannot be read: %s", path, strerror(errno));
	free(path);
	while (file && list->count < MARKS_MOST && fgets(line, sizeof line, file)) {
		struct mark mark;
		line[strcspn(line, "\n")] = 0;
		if (!*line)
			continue;
		if (!read_line(line, &mark)) {
			list->damaged++;
			continue;
		}
		list->marks = memory_grow(list->marks, &list->room, list->count + 1, sizeof *list->marks);
		list->marks[list->count++] = mark;
	}
	if (file)
		fclose(file);
	if (list->count)
		qsort(list->marks, list->count, sizeof *list->marks, by_time);
	return good;
}

bool marks_list_shown(const char *directory, const struct settings *settings, struct mark_list *list, struct error *err)
{
	const bool good = marks_list(directory, list, err);
	for (size_t i = 0; i < list->count; i++) {
		char shown[MARK_TEXT], by[USER_ROOM];
		display_show(settings, DISPLAY_NOTE, list->marks[i].text, shown, sizeof shown);
		memcpy(list->marks[i].text, shown, sizeof shown);
		if (*list->marks[i].by)
			display_show(settings, DISPLAY_AGENT, list->marks[i].by, by, sizeof by);
		else
			*by = 0;
		memcpy(list->marks[i].by, by, sizeof by);
	}
	return good;
}

void marks_finish(struct mark_list *list)
{
	free(list->marks);
	*list = (struct mark_list){.count = 0};
}
