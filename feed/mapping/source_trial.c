/* What captured documents become: `tablo bridge test`. What a file may hold: source.h. Objects of named documents are how products'
 * descriptions of their interfaces print examples. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "feed/bridges/made.h"
#include "feed/json_flat.h"
#include "feed/json_tree.h"
#include "feed/mapping/json_path.h"
#include "feed/mapping/source_state.h"
#include "feed/mapping/source_uses.h"

#define PLACE_ROOM 200

struct trial_run {
	struct source *source;
	char place[PLACE_ROOM]; /* the names that lead to the document, in an object of named ones; else empty */
	const struct bridge_trial *trial;
	struct source_uses uses;
	const json_t *headers;	 /* of the request that is looked at; NULL: none */
	const struct json_node *listed; /* the document whose fields were shown last */
	struct made made; /* of the document: who shows them wants its name first */
};

/* ---- the file ---- */

static char *read_whole(const char *path, size_t *size, struct error *err)
{
	FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "re");
	if (!file) {
		fail(err, "%s: cannot be opened: %s", path, strerror(errno));
		return NULL;
	}
	char *text = memory_new(1, JSON_ROW_SIZE_MAX + 1);
	*size = fread(text, 1, JSON_ROW_SIZE_MAX, file);
	const bool whole = !ferror(file) && fgetc(file) == EOF;
	if (file != stdin)
		fclose(file);
	if (whole)
		return text;
	fail(err, "%s: cannot be read, or is over %d MiB", path, JSON_ROW_SIZE_MAX / 1024 / 1024);
	free(text);
	return NULL;
}

/* ---- telling ---- */

static void keep_event(void *context, const struct event *event, struct view queue)
{
	struct trial_run *run = context;
	made_keep(&run->made, event, queue);
}

static void show_field(void *context, const char *field)
{
	struct trial_run *run = context;
	char use[USES_SIZE];
	const char *found = source_use(&run->uses, field, use);
	if (run->source->mapping->own_events)
		found = event_key_find(view_of(field)) >= 0 || strcmp(field, "type") == 0 || strcmp(field, "ts") == 0 ? field : NULL;
	run->trial->field(run->trial->context, field, found);
}

static void show_fields(struct trial_run *run)
{
	char name[USES_SIZE];
	const char *key;
	json_t *value;
	const struct json_node *document = json_row_document(run->source->row);
	if (!run->trial->field || run->listed == document)
		return;
	run->listed = document;
	if (run->headers) {
		json_object_foreach((json_t *)run->headers, key, value) {
			snprintf(name, sizeof name, "header:%.100s", key);
			show_field(run, name);
		}
	}
	json_row_fields(run->source->row, show_field, run);
}

static void show_source(const struct trial_run *run, const char *name, enum trial_outcome outcome, const char *why)
{
	char *whole = memory_format("%s%s%s", run->place, *run->place && *name ? ": " : "", name);
	run->trial->source(run->trial->context, whole, outcome, why);
	free(whole);
}

static void show_document(void *context, enum bridge_count which, const char *name, const char *why)
{
	struct trial_run *run = context;
	show_source(run, name, bridge_outcome_of(which), why);
	if (which != BRIDGE_DAMAGED)
		made_tell(&run->made, run->trial);
	show_fields(run);
}

/* ---- requests ---- */

static const char *header_of(const void *context, const char *name)
{
	const char *key;
	json_t *value;
	json_object_foreach((json_t *)context, key, value)
		if (strcasecmp(key, name) == 0)
			return json_string_value(value);
	return NULL;
}

static void take_body(struct trial_run *run, const struct json_request *request)
{
	const struct source_sink sink = {.context = run, .event = keep_event, .document = show_document};
	struct error err;
	run->listed = NULL;
	if (!source_read(run->source, request, &err)) {
		show_source(run, "", TRIAL_DAMAGED, err.text);
		return;
	}
	source_convert(run->source, &sink);
	made_tell(&run->made, run->trial);
}

/* {"headers": {...}, "query": "...", "received": ms, "body": ...}: at least a body and one of the others, and nothing else. */
static bool is_request(const json_t *value)
{
	static const char *const keys[] = {"headers", "query", "received", NULL};
	const json_t *headers = json_object_get(value, "headers"), *query = json_object_get(value, "query"), *received = json_object_get(value, "received");
	size_t count = 0;
	for (int i = 0; keys[i]; i++)
		count += json_object_get(value, keys[i]) != NULL;
	return json_object_get(value, "body") && count > 0 && json_object_size(value) == count + 1 && (!headers || json_is_object(headers))
		&& (!query || json_is_string(query)) && (!received || json_is_integer(received));
}

static void take_request(struct trial_run *run, const json_t *value)
{
	const json_t *body = json_object_get(value, "body"), *received = json_object_get(value, "received");
	char *dumped = json_is_string(body) ? NULL : json_dumps(body, JSON_COMPACT);
	run->headers = json_object_get(value, "headers");
	const struct json_request request = {
		.body = dumped ? view_of(dumped) : (struct view){json_string_value(body), json_string_length(body)},
		.type = run->headers ? header_of(run->headers, "Content-Type") : NULL,
		.query = json_string_value(json_object_get(value, "query")),
		.header = run->headers ? header_of : NULL,
		.context = run->headers,
		.received = received ? json_integer_value(received) : clock_wall(),
	};
	take_body(run, &request);
	run->headers = NULL;
	free(dumped);
}

/* ---- named examples ---- */

static void take_text(struct trial_run *run, struct view text);

/* Does a path of the mapping begin with it? */
static bool is_known(const struct mapping *mapping, struct view key)
{
	for (int i = 0; i < mapping->column_count; i++) {
		const struct json_path *path = mapping->columns[i].path;
		if (path->origin == JSON_DOCUMENT && path->count && (path->steps[0].any || view_equals(path->steps[0].key, key)))
			return true;
	}
	return false;
}

static bool is_list_of_objects(const struct json_node *value)
{
	for (const struct json_node *element = value->first; element; element = element->next)
		if (element->kind != JSON_NODE_OBJECT)
			return false;
	return value->kind == JSON_NODE_LIST && value->first;
}

/* No document itself: nothing but objects and lists of them, under names that mean nothing to the mapping. */
static bool is_of_examples(const struct mapping *mapping, const struct json_node *value)
{
	for (const struct json_node *child = value->first; child; child = child->next)
		if ((child->kind != JSON_NODE_OBJECT && !is_list_of_objects(child)) || is_known(mapping, child->key))
			return false;
	return value->kind == JSON_NODE_OBJECT && value->first;
}

/* Goes on at that name; how long the place was before. */
static size_t descend(struct trial_run *run, const char *name)
{
	const size_t size = strlen(run->place);
	snprintf(run->place + size, sizeof run->place - size, "%s%s", size ? " " : "", name);
	return size;
}

static void take_named(struct trial_run *run, const struct json_node *child)
{
	char name[PLACE_ROOM];
	text_harmless(child->key, name, sizeof name);
	const size_t place = descend(run, name);
	if (child->kind == JSON_NODE_OBJECT)
		take_text(run, child->text);
	unsigned index = 0;
	for (const struct json_node *element = child->kind == JSON_NODE_LIST ? child->first : NULL; element; element = element->next) {
		snprintf(name, sizeof name, "%u", index++);
		const size_t list = descend(run, name);
		take_text(run, element->text);
		run->place[list] = 0;
	}
	run->place[place] = 0;
}

/* False: it is one document, or a list of them. */
static bool take_examples(struct trial_run *run, struct view text)
{
	struct json_store store = {0};
	struct error err;
	const struct json_node *whole = json_tree_read(&store, text, &err);
	const bool are_examples = whole && is_of_examples(run->source->mapping, whole);
	for (const struct json_node *child = are_examples ? whole->first : NULL; child; child = child->next)
		take_named(run, child);
	json_store_finish(&store);
	return are_examples;
}

static void take_text(struct trial_run *run, struct view text)
{
	json_error_t why;
	json_t *value = json_flat(text, JSON_TREE_DEPTH_MAX) ? json_loadb(text.data, text.size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL, &why) : NULL;
	if (is_request(value)) {
		take_request(run, value);
	} else if (json_array_size(value) > 0 && is_request(json_array_get(value, 0))) {
		for (size_t i = 0; i < json_array_size(value); i++)
			take_request(run, json_array_get(value, i));
	} else if (!take_examples(run, text)) {
		take_body(run, &(struct json_request){.body = text, .received = clock_wall()});
	}
	json_decref(value);
}

/* Is it one JSON text? Else each line is one. */
static bool is_whole(struct view text)
{
	json_error_t why;
	if (!json_flat(text, JSON_TREE_DEPTH_MAX))
		return true; /* refused as such */
	json_t *value = json_loadb(text.data, text.size, JSON_ALLOW_NUL, &why);
	json_decref(value);
	const char *end = memchr(text.data, '\n', text.size);
	if (value || !end)
		return true;
	value = json_loadb(text.data, (size_t)(end - text.data), JSON_ALLOW_NUL, &why);
	json_decref(value);
	return !value;
}

static void take_lines(struct trial_run *run, struct view text)
{
	while (text.size) {
		const char *end = memchr(text.data, '\n', text.size);
		const struct view line = {text.data, end ? (size_t)(end - text.data) : text.size};
		const size_t used = line.size + (end != NULL);
		if (!import_blank(line))
			take_text(run, line);
		text = (struct view){text.data + used, text.size - used};
	}
}

bool source_test(const struct source_options *options, const char *path, const struct bridge_trial *trial, struct error *err)
{
	size_t size;
	char *text = read_whole(path, &size, err);
	if (!text)
		return false;
	struct source_options alone = *options;
	alone.outbox = NULL; /* nothing is kept of a trial */
	struct trial_run run = {.trial = trial, .source = source_open(&alone, err)};
	const bool good = run.source != NULL;
	if (good) {
		const struct view whole = {text, size};
		source_uses_find(&run.uses, run.source->mapping);
		if (is_whole(whole))
			take_text(&run, whole);
		else
			take_lines(&run, whole);
		source_uses_finish(&run.uses);
	}
	source_close(run.source);
	made_finish(&run.made);
	free(text);
	return good;
}
