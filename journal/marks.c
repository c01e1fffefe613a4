#include "journal/marks.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "journal/crc32c.h"

#define FILE_NAME "marks"
#define SUM 9 /* characters, with the space */
#define LINE_MOST (SUM + 24 + MARK_TEXT)
#define FILE_MOST ((int64_t)MARKS_MOST * LINE_MOST)

/* What follows the sum; the sum is written before it. */
static size_t write_line(const struct mark *mark, char *line, size_t room)
{
	char rest[LINE_MOST];
	const int size = snprintf(rest, sizeof rest, "%" PRId64 " %s", mark->at, mark->text);
	return (size_t)snprintf(line, room, "%08" PRIx32 " %s\n", crc32c(0, rest, (size_t)size), rest);
}

/* A line that a power cut tore stays alone: what is added begins a new one. */
static int append(const struct disk *disk, int file, const struct mark *mark)
{
	char line[1 + LINE_MOST], last = '\n';
	const int64_t size = disk->size(disk->context, file);
	if (size < 0)
		return (int)size;
	if (size > FILE_MOST)
		return -EFBIG;
	if (size > 0 && disk_read_all(disk, file, &last, 1, size - 1) != 1)
		return -EIO;
	const size_t begin = last != '\n';
	line[0] = '\n';
	const size_t length = begin + write_line(mark, line + begin, sizeof line - begin);
	const int result = disk_write_all(disk, file, line, length, size);
	return result < 0 ? result : disk_sync(disk, file);
}

bool marks_add(const struct disk *disk, const char *directory, int64_t at, const char *text, struct error *err)
{
	disk = disk ? disk : &disk_real;
	struct mark mark = {.at = at};
	text_harmless(view_of(text), mark.text, sizeof mark.text);
	if (!mark.text[strspn(mark.text, " ")])
		return fail(err, "a mark needs a text that can be shown");
	char *path = disk_path(directory, FILE_NAME);
	/* Appending holds between processes too, whatever each takes for the end. */
	const int file = disk->open(disk->context, path, O_RDWR | O_CREAT | O_APPEND);
	int result = file < 0 ? file : append(disk, file, &mark);
	if (file >= 0)
		disk->close(disk->context, file);
	if (result >= 0)
		result = disk->sync_directory(disk->context, directory);
	if (result < 0)
		fail(err, "%s: the mark cannot be kept: %s", path, strerror(-result));
	free(path);
	return result >= 0;
}

static bool read_line(struct view line, struct mark *mark)
{
	char text[LINE_MOST], *end;
	if (line.size <= SUM || line.size >= sizeof text)
		return false;
	view_copy(line, text, sizeof text);
	const unsigned long sum = strtoul(text, &end, 16);
	if (end != text + SUM - 1 || *end != ' ' || crc32c(0, line.data + SUM, line.size - SUM) != sum)
		return false;
	mark->at = strtoll(text + SUM, &end, 10);
	if (*end != ' ')
		return false;
	text_harmless(view_of(end + 1), mark->text, sizeof mark->text);
	return true;
}

static void take_lines(struct marks *marks, const char *bytes, size_t size)
{
	for (size_t at = 0; at < size;) {
		const char *end = memchr(bytes + at, '\n', size - at);
		const size_t length = end ? (size_t)(end - bytes) - at : size - at;
		struct mark mark;
		if (marks->count < MARKS_MOST && read_line((struct view){bytes + at, length}, &mark)) {
			marks->marks = memory_grow(marks->marks, &marks->room, marks->count + 1, sizeof mark);
			marks->marks[marks->count++] = mark;
		} else if (length) {
			marks->damaged++;
		}
		at += length + 1;
	}
}

static int by_instant(const void *left, const void *right)
{
	const struct mark *a = left, *b = right;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return strcmp(a->text, b->text);
}

static bool read_marks(struct marks *marks, const struct disk *disk, int file, const char *path, struct error *err)
{
	const int64_t size = disk->size(disk->context, file);
	if (size < 0 || size > FILE_MOST + LINE_MOST)
		return fail(err, "%s: is too large for marks; move it away", path);
	char *bytes = memory_new(1, (size_t)size + 1);
	const ssize_t got = disk_read_all(disk, file, bytes, (size_t)size, 0);
	if (got > 0)
		take_lines(marks, bytes, (size_t)got);
	free(bytes);
	if (marks->count)
		qsort(marks->marks, marks->count, sizeof *marks->marks, by_instant);
	return got >= 0 || fail(err, "%s: cannot be read: %s", path, strerror((int)-got));
}

bool marks_list(struct marks *marks, const struct disk *disk, const char *directory, struct error *err)
{
	disk = disk ? disk : &disk_real;
	*marks = (struct marks){0};
	char *path = disk_path(directory, FILE_NAME);
	const int file = disk->open(disk->context, path, O_RDONLY);
	bool good = file == -ENOENT || file >= 0 || fail(err, "%s: cannot be opened: %s", path, strerror(-file));
	if (file >= 0) {
		good = read_marks(marks, disk, file, path, err);
		disk->close(disk->context, file);
	}
	free(path);
	return good;
}

void marks_finish(struct marks *marks)
{
	free(marks->marks);
	*marks = (struct marks){0};
}
