/* Events as lines of JSON, as `import` and `journal export` print them: in the order of the file. */
#include <stdlib.h>

#include "base/memory.h"
#include "feed/bridges/import.h"
#include "feed/ndjson.h"

struct lines {
	struct importer *importer;
	struct ndjson_reader *reader;
	struct wire_buffer encoded; /* scratch */
};

static void *open_lines(struct importer *importer, const struct import_options *options, struct error *err)
{
	(void)options, (void)err;
	struct lines *lines = memory_new(1, sizeof *lines);
	lines->importer = importer;
	lines->reader = ndjson_reader_create();
	return lines;
}

static void close_lines(void *state)
{
	struct lines *lines = state;
	ndjson_reader_destroy(lines->reader);
	wire_buffer_finish(&lines->encoded);
	free(lines);
}

static void begin_lines(void *state)
{
	(void)state;
}

static bool take_line(void *state, struct view line, struct error *err)
{
	struct lines *lines = state;
	struct event event;
	struct error why;
	lines->encoded.size = 0;
	if (import_blank(line)) {
		importer_add(lines->importer, IMPORT_BLANK, 1);
		return true;
	}
	if (!ndjson_read(lines->reader, line, &lines->encoded, &event, &why)) {
		importer_report(lines->importer, IMPORT_DAMAGED, "%s", why.text);
		return true;
	}
	if (event.type == EVENT_UNKNOWN) {
		importer_report(lines->importer, IMPORT_UNKNOWN, "an event of a type that this program does not know");
		return true;
	}
	return importer_pass(lines->importer, &event, event_text(&event, KEY_QUEUE), err);
}

static bool end_lines(void *state, struct error *err)
{
	(void)state, (void)err;
	return true;
}

const struct import_format import_ndjson = {
	.name = "ndjson",
	.help = "events as lines of JSON",
	.open = open_lines,
	.close = close_lines,
	.begin = begin_lines,
	.line = take_line,
	.end = end_lines,
	.finish = end_lines,
};
