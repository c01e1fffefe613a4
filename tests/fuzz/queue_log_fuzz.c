/* Any bytes as an Asterisk queue_log: nothing may crash, and what comes out must be events of the protocol, in order. */
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/text.h"
#include "feed/imports/import.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

struct seen {
	int64_t last;
};

static void check_event(const struct event *event)
{
	const struct event_type_info *type = &event_types[event->type];
	if ((event->present & type->required) != type->required || (event->present & ~type->allowed))
		abort();
	for (int key = 0; key < KEY_TEXT_COUNT; key++)
		if (event_has(event, (enum event_key)key) && (event->text[key].size > ID_MAX || !text_valid(event->text[key])))
			abort();
}

static bool take_event(void *context, const struct event *event, struct view queue, struct error *err)
{
	(void)err;
	struct seen *seen = context;
	check_event(event);
	if (queue.size > ID_MAX || event->ts < seen->last)
		abort();
	seen->last = event->ts;
	return true;
}

static void take_report(void *context, enum import_count kind, const char *file, int64_t line, const char *reason)
{
	(void)context;
	(void)kind;
	if (!file || line < 1 || !reason)
		abort();
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static int memory = -1;
	struct seen seen = {INSTANT_NONE};
	struct import_sink sink = {&seen, take_event, take_report};
	struct import_options options = {.salt = view_of("a salt that is long enough")};
	char path[64];
	struct error err;
	if (memory < 0)
		memory = memfd_create("queue_log", MFD_CLOEXEC);
	if (ftruncate(memory, 0) || pwrite(memory, data, size, 0) != (ssize_t)size)
		return 0;
	snprintf(path, sizeof path, "/proc/self/fd/%d", memory);
	struct importer *importer = importer_open(&import_queue_log, &options, &sink, &err);
	if (!importer)
		abort();
	if (importer_file(importer, path, &err)) {
		while (importer_step(importer, 100, &err) == IMPORT_MORE)
			continue;
		importer_finish(importer, &err);
	}
	importer_close(importer);
	return 0;
}
