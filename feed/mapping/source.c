#include "feed/mapping/source_state.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/json_tree.h"
#include "feed/outbox/outbox_keeper.h"

#define TITLE_MOST 120 /* bytes of what a source calls a document */

const struct source_text *source_text_find(const char *name)
{
	for (const struct source_text *text = source_texts; text->name; text++)
		if (strcmp(text->name, name) == 0)
			return text;
	return NULL;
}

/* ---- opening ---- */

/* "/etc/tablo/desk.conf" -> "desk" */
static char *name_of(const char *path)
{
	const char *slash = strrchr(path, '/');
	char *name = memory_text(slash ? slash + 1 : path), *dot = strrchr(name, '.');
	if (dot && dot != name)
		*dot = 0;
	return name;
}

static bool no_such_source(const char *name, struct error *err)
{
	char list[400] = "";
	size_t size = 0;
	for (const struct source_text *text = source_texts; text->name && size < sizeof list; text++)
		size += (size_t)snprintf(list + size, sizeof list - size, "%s%s", size ? ", " : "", text->name);
	return fail(err, "no source is called '%s'; there are %s; a mapping of your own is given with --map FILE", name, list);
}

static struct mapping *load(const struct source_options *options, struct error *err)
{
	if (options->map)
		return mapping_load(options->map, err);
	const struct source_text *text = options->name ? source_text_find(options->name) : NULL;
	if (text)
		return mapping_parse(text->text, text->name, err);
	no_such_source(options->name ? options->name : "", err);
	return NULL;
}

static bool open_all(struct source *source, const struct source_options *options, struct mapping *mapping, struct error *err)
{
	source->mapping = mapping;
	if (!source->mapping || !mapping_bind_documents(source->mapping, err))
		return false;
	const char *zone = options->zone ? options->zone : source->mapping->zone ? source->mapping->zone : "UTC";
	source->zone = zone_open(zone, err);
	if (!source->zone)
		return false;
	if (source->outbox)
		mapping_keep(source->mapping, &source->keeper, source->name);
	source->mapper = mapper_create(source->mapping, source->zone, options->pseudonym);
	source->fields = memory_new((size_t)source->mapping->column_count + 1, sizeof *source->fields);
	source->row = json_row_create();
	source->reader = ndjson_reader_create();
	ndjson_reader_hide(source->reader);
	return true;
}

static struct source *open_mapping(const struct source_options *options, struct mapping *mapping, struct error *err)
{
	struct source *source = memory_new(1, sizeof *source);
	source->name = options->name ? memory_text(options->name) : name_of(options->map ? options->map : "");
	source->pseudonym = options->pseudonym;
	source->outbox = options->outbox;
	source->keeper = outbox_keeper(options->outbox, &source->hour);
	if (open_all(source, options, mapping, err))
		return source;
	source_close(source);
	return NULL;
}

struct source *source_open(const struct source_options *options, struct error *err)
{
	return open_mapping(options, load(options, err), err);
}

struct source *source_of_text(const char *name, const char *text, const struct pseudonym *pseudonym, struct error *err)
{
	const struct source_options options = {.name = name, .pseudonym = pseudonym};
	return open_mapping(&options, mapping_parse(text, name, err), err);
}

void source_close(struct source *source)
{
	if (!source)
		return;
	mapper_destroy(source->mapper);
	mapping_destroy(source->mapping);
	zone_close(source->zone);
	json_row_destroy(source->row);
	ndjson_reader_destroy(source->reader);
	wire_buffer_finish(&source->encoded);
	free(source->fields);
	free(source->name);
	free(source);
}

const char *source_name(const struct source *source)
{
	return source->name;
}

const struct mapping *source_mapping(const struct source *source)
{
	return source->mapping;
}

/* ---- reading ---- */

bool source_read(struct source *source, const struct json_request *request, struct error *err)
{
	source->received = request->received;
	source->hour = request->received / HOUR_MS;
	return json_row_read(source->row, request, err);
}

/* Those of elements, or all others. */
static void fetch(struct source *source, bool of_element)
{
	const struct mapping *mapping = source->mapping;
	for (int i = 0; i < mapping->column_count; i++) {
		const struct json_path *path = mapping->columns[i].path;
		if (json_path_of_element(path) == of_element)
			source->fields[i] = json_row_column(source->row, path);
		else if (!of_element)
			source->fields[i] = view_of("");
	}
}

struct view source_delivery(struct source *source)
{
	const struct mapping *mapping = source->mapping;
	if (mapping->delivery.count == 0 || json_row_documents(source->row) == 0)
		return view_of("");
	json_row_turn(source->row, 0);
	fetch(source, false);
	return mapper_text(source->mapper, &mapping->delivery, source->fields, (size_t)mapping->column_count);
}

/* ---- converting ---- */

static void tell(const struct source *source, enum bridge_count which, struct view name, const char *why)
{
	char shown[TITLE_MOST + 1];
	text_harmless(name, shown, sizeof shown);
	source->sink->document(source->sink->context, which, shown, why);
}

static void hand_on(const struct source *source, const struct mapping_result *result)
{
	for (int i = 0; i < result->count; i++)
		source->sink->event(source->sink->context, &result->events[i], result->queues[i]);
}

/* Lists of elements. A damaged element costs itself alone. True: something of them is known to the mapping. */
static bool convert_elements(struct source *source, struct view title)
{
	const struct mapping *mapping = source->mapping;
	bool known = false;
	for (int each = 0; each < mapping->each_count; each++) {
		const struct json_path *path = mapping->each_paths[each];
		const size_t count = json_row_elements(source->row, path);
		for (size_t i = 0; i < count; i++) {
			struct mapping_result result;
			struct error err;
			json_row_element(source->row, path, i);
			fetch(source, true);
			if (mapper_apply_element(source->mapper, source->fields, (size_t)mapping->column_count, each, &result, &err))
				hand_on(source, &result);
			else
				tell(source, BRIDGE_DAMAGED, title, err.text);
			known = known || result.known;
		}
	}
	return known;
}

static void convert_mapped(struct source *source)
{
	const struct mapping *mapping = source->mapping;
	const size_t count = (size_t)mapping->column_count;
	struct mapping_result result;
	struct error err;
	char title[TITLE_MOST + 1];
	fetch(source, false);
	const bool good = mapper_apply(source->mapper, source->fields, count, &result, &err);
	text_harmless(mapper_text(source->mapper, &mapping->title, source->fields, count), title, sizeof title);
	const struct view name = view_of(title);
	if (!good) {
		tell(source, BRIDGE_DAMAGED, name, err.text);
		return;
	}
	if (result.dropped) {
		tell(source, BRIDGE_IGNORED, result.ignored ? view_of(result.ignored) : name, NULL);
		return;
	}
	hand_on(source, &result);
	const bool known = convert_elements(source, name) || result.known;
	tell(source, known ? BRIDGE_MAPPED : BRIDGE_UNKNOWN, name, known ? NULL : "no event of the mapping is for it, and no 'ignore'");
}

/* The document as one line. Without a time of its own it happened when it came. */
static char *own_line(const struct source *source)
{
	const struct json_node *document = json_row_document(source->row);
	const struct view text = json_row_text(source->row);
	if (text.size == 0 || json_node_get(document, view_of("ts")))
		return memory_format("%.*s", (int)text.size, text.data ? text.data : "");
	return memory_format("{\"ts\": %lld%s%.*s", (long long)source->received, document->count ? ", " : "", (int)text.size - 1, text.data + 1);
}

/* The protocol's own event, its customer made a pseudonym. */
static void convert_own(struct source *source)
{
	struct event event;
	struct error err;
	char customer[PSEUDONYM_SIZE];
	char *line = own_line(source);
	source->encoded.size = 0;
	const bool good = ndjson_read(source->reader, view_of(line), &source->encoded, &event, &err);
	free(line);
	if (!good) {
		tell(source, BRIDGE_DAMAGED, view_of(""), err.text);
		return;
	}
	if (event.type == EVENT_UNKNOWN) {
		tell(source, BRIDGE_UNKNOWN, event.type_name, "the protocol has no such type");
		return;
	}
	if (event_has(&event, KEY_CUSTOMER) && source->mapping->pseudonyms) {
		event.text[KEY_CUSTOMER] = pseudonym_of(source->pseudonym, event.text[KEY_CUSTOMER], customer);
		if (event.text[KEY_CUSTOMER].size == 0)
			event.present &= ~KEY_BIT(KEY_CUSTOMER);
	}
	source->sink->event(source->sink->context, &event, event_text(&event, KEY_QUEUE));
	tell(source, BRIDGE_MAPPED, event.type_name, NULL);
}

void source_convert(struct source *source, const struct source_sink *sink)
{
	const size_t count = json_row_documents(source->row);
	source->sink = sink;
	for (size_t i = 0; i < count; i++) {
		json_row_turn(source->row, i);
		if (source->mapping->own_events)
			convert_own(source);
		else
			convert_mapped(source);
	}
	source->sink = NULL;
}

/* ---- into the outbox ---- */

struct commit {
	struct source *source;
	const struct bridge_host *host;
};

static void commit_event(void *context, const struct event *event, struct view queue)
{
	const struct commit *commit = context;
	outbox_event(commit->source->outbox, event, queue);
}

static void commit_document(void *context, enum bridge_count which, const char *name, const char *why)
{
	const struct commit *commit = context;
	char text[800];
	snprintf(text, sizeof text, "%s%s%s%s%s", commit->source->name, *name ? " " : "", name, why ? ": " : "", why ? why : "");
	const bool odd = which == BRIDGE_UNKNOWN || which == BRIDGE_DAMAGED;
	commit->host->count(commit->host->context, which, odd ? text : NULL);
}

void source_commit(struct source *source, const struct bridge_host *host)
{
	struct commit commit = {source, host};
	const struct source_sink sink = {.context = &commit, .event = commit_event, .document = commit_document};
	source_convert(source, &sink);
}

