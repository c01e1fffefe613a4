#include "app/report_file.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "journal/marks.h"

const struct report_format *report_file_format(const char *name, struct error *err)
{
	for (const struct report_format *format = report_formats; format->name; format++)
		if (strcmp(format->name, name) == 0)
			return format;
	fail(err, "no form of a report is called '%s': there are md, html, csv and json", name);
	return NULL;
}

/* The texts belong to the list. */
static struct report_mark *marks_between(const struct mark_list *list, int64_t from, int64_t to, int *count)
{
	struct report_mark *marks = memory_new(list->count + 1, sizeof *marks);
	*count = 0;
	for (size_t i = 0; i < list->count; i++)
		if (list->marks[i].at >= from && list->marks[i].at < to)
			marks[(*count)++] = (struct report_mark){.at = list->marks[i].at, .text = list->marks[i].text};
	return marks;
}

static bool write_to(FILE *to, const struct report_file *file, const struct report_options *options, const struct chronicle_look *look)
{
	struct mark_list list;
	struct report_options whole = *options;
	marks_list_shown(file->journal, options->settings, &list, NULL);
	struct report_mark *marks = marks_between(&list, options->from, options->to, &whole.mark_count);
	whole.marks = marks;
	struct report *report = report_create(&whole, look);
	file->format->write(report, to);
	report_destroy(report);
	free(marks);
	marks_finish(&list);
	return fflush(to) == 0 && !ferror(to);
}

bool report_file_write(const struct report_file *file, const struct report_options *options, const struct chronicle_look *look, struct error *err)
{
	FILE *to = file->path ? fopen(file->path, file->only_new ? "wxe" : "we") : stdout;
	if (!to && errno == EEXIST)
		return fail(err, "%s is there already: give another name", file->path);
	if (!to)
		return fail(err, "%s: cannot be written: %s", file->path, strerror(errno));
	const bool good = write_to(to, file, options, look);
	const int why = errno;
	if (file->path)
		fclose(to);
	return good || fail(err, "%s: cannot be written: %s", file->path ? file->path : "standard output", strerror(why));
}
