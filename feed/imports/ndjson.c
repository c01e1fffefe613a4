/* Events as lines of JSON, as `import` and `journal export` print them: in the order of the file. With a mapping, another system's documents,
 * one a line: in the order of time. */
#include <stdlib.h>

#include "base/memory.h"
#include "feed/imports/import.h"
#include "feed/mapping/source.h"
#include "feed/ndjson.h"

struct lines {
	struct importer *importer;
	struct ndjson_reader *reader;
	struct wire_buffer encoded; /* scratch */
	struct source *source; /* of documents; NULL: the lines are events */
	struct pseudonym pseudonym;
	struct error *err; /* while a line is converted */
	bool good;
};

static void close_lines(void *state)
{
	struct lines *lines = state;
	ndjson_reader_destroy(lines->reader);
	source_close(lines->source);
	wire_buffer_finish(&lines->encoded);
	free(lines);
}

static void *open_lines(struct importer *importer, const struct import_options *options, struct error *err)
{
	struct lines *lines = memory_new(1, sizeof *lines);
	lines->importer = importer;
	lines->reader = ndjson_reader_create();
	pseudonym_init(&lines->pseudonym, options->salt);
	const struct source_options source = {.map = options->map, .zone = options->zone, .pseudonym = &lines->pseudonym};
	if (!options->map)
		return lines;
	lines->source = source_open(&source, err);
	importer_set_window(importer, 0);
	if (lines->source)
		return lines;
	close_lines(lines);
	return NULL;
}

static void begin_lines(void *state)
{
	(void)state;
}

static void take_event(void *context, const struct event *event, struct view queue)
{
	struct lines *lines = context;
	lines->good = lines->good && importer_emit(lines->importer, event, queue, lines->err);
}

static void take_document(void *context, enum bridge_count which, const char *name, const char *why)
{
	struct lines *lines = context;
	if (which == BRIDGE_DAMAGED)
		importer_report(lines->importer, IMPORT_DAMAGED, "damaged: %s", why);
	else if (which == BRIDGE_UNKNOWN)
		importer_report(lines->importer, IMPORT_UNKNOWN, "%s%s%s", name, *name ? ": " : "", why);
	else if (which == BRIDGE_IGNORED)
		importer_add(lines->importer, IMPORT_DROPPED, 1);
}

static bool take_documents(struct lines *lines, struct view line, struct error *err)
{
	const struct source_sink sink = {.context = lines, .event = take_event, .document = take_document};
	const struct json_request request = {.body = line};
	struct error why;
	lines->err = err;
	lines->good = true;
	if (!source_read(lines->source, &request, &why))
		importer_report(lines->importer, IMPORT_DAMAGED, "damaged: %s", why.text);
	else
		source_convert(lines->source, &sink);
	return lines->good;
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
	if (lines->source)
		return take_documents(lines, line, err);
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
	.help = "events as lines of JSON; with --map documents of any system, one a line",
	.mapping = IMPORT_MAPPING_TAKEN,
	.open = open_lines,
	.close = close_lines,
	.begin = begin_lines,
	.line = take_line,
	.end = end_lines,
	.finish = end_lines,
};
