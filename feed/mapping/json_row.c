#include "feed/mapping/json_row.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "feed/json_tree.h"
#include "feed/mapping/form.h"
#include "feed/mapping/json_path.h"

#define NESTED_MAX 256	   /* texts of a document that are looked into as JSON */
#define NAME_MAX_BYTES 300 /* of a field's path, where fields are listed */
#define NAMES_MAX 5000
#define FIELDS_MAX 1000	   /* of a form */
#define FORM "application/x-www-form-urlencoded"

struct nested {
	const struct json_node *text, *inside; /* NULL: it is no JSON */
};

struct json_row {
	struct json_request request;
	struct json_store trees;
	struct json_store texts; /* of the document: what was encoded in the address, and when it came */
	const struct json_node *root;
	const struct json_node *document, *element, *list; /* the list that the element is of */
	size_t number, element_number;
	struct nested nested[NESTED_MAX];
	size_t nested_count;
};

struct json_row *json_row_create(void)
{
	return memory_new(1, sizeof(struct json_row));
}

static void forget(struct json_row *row)
{
	json_store_clear(&row->trees);
	json_store_clear(&row->texts);
	row->nested_count = 0;
	row->root = row->document = row->element = row->list = NULL;
}

void json_row_destroy(struct json_row *row)
{
	if (!row)
		return;
	json_store_finish(&row->trees);
	json_store_finish(&row->texts);
	free(row);
}

/* ---- reading ---- */

static bool read_json(struct json_row *row, struct view body, struct error *err)
{
	row->root = json_tree_read(&row->trees, body, err);
	if (row->root && row->root->kind != JSON_NODE_OBJECT && row->root->kind != JSON_NODE_LIST)
		return fail(err, "this is JSON, but neither an object nor a list of objects");
	return row->root;
}

static bool read_form(struct json_row *row, struct view body, struct error *err)
{
	struct json_node *root = json_node_new(&row->trees, JSON_NODE_OBJECT);
	const struct json_node **next = &root->first;
	struct view name, value;
	char *room = json_store_room(&row->trees, body.size + 1);
	row->root = root;
	for (int number = 1; form_next(&body, &name, &value); number++) {
		const size_t name_size = form_decode(name, room), value_size = form_decode(value, room + name_size);
		struct json_node *field = json_node_new(&row->trees, JSON_NODE_TEXT);
		field->key = (struct view){room, name_size};
		field->text = (struct view){room + name_size, value_size};
		if (!text_valid(field->key) || !text_valid(field->text))
			return fail(err, "field %d is not UTF-8", number);
		if (number > FIELDS_MAX || json_node_get(root, field->key))
			return fail(err, number > FIELDS_MAX ? "more than %d fields" : "field %d comes twice", number > FIELDS_MAX ? FIELDS_MAX : number);
		*next = field;
		next = &field->next;
		root->count++;
		room += name_size + value_size;
	}
	return true;
}

static bool check_documents(const struct json_row *row, struct error *err)
{
	if (row->root->kind != JSON_NODE_LIST)
		return true;
	if (row->root->count > JSON_ROW_DOCUMENTS_MAX)
		return fail(err, "%u documents in one body; at most %d are taken", row->root->count, JSON_ROW_DOCUMENTS_MAX);
	int number = 1;
	for (const struct json_node *document = row->root->first; document; document = document->next, number++)
		if (document->kind != JSON_NODE_OBJECT)
			return fail(err, "element %d of the list is no object", number);
	return true;
}

bool json_row_read(struct json_row *row, const struct json_request *request, struct error *err)
{
	forget(row);
	row->request = *request;
	if (request->body.size > JSON_ROW_SIZE_MAX)
		return fail(err, "over %d MiB", JSON_ROW_SIZE_MAX / 1024 / 1024);
	const bool form = request->type && strncasecmp(request->type, FORM, sizeof FORM - 1) == 0;
	if ((form ? read_form(row, request->body, err) : read_json(row, request->body, err)) && check_documents(row, err)) {
		json_row_turn(row, 0);
		return true;
	}
	forget(row);
	return false;
}

size_t json_row_documents(const struct json_row *row)
{
	return !row->root ? 0 : row->root->kind == JSON_NODE_LIST ? row->root->count : 1;
}

void json_row_turn(struct json_row *row, size_t document)
{
	const bool next = row->document && row->root->kind == JSON_NODE_LIST && document == row->number + 1;
	json_store_clear(&row->texts);
	row->nested_count = 0;
	row->document = !row->root || row->root->kind != JSON_NODE_LIST ? row->root : next ? row->document->next : json_node_at(row->root, document);
	row->number = document;
	row->element = row->list = NULL;
}

const struct json_node *json_row_document(const struct json_row *row)
{
	return row->document;
}

struct view json_row_text(const struct json_row *row)
{
	return row->document ? row->document->text : view_of("");
}

/* ---- walking ---- */

static const struct json_node *parse_inside(struct json_store *store, struct view text)
{
	struct error err;
	size_t start = 0;
	while (start < text.size && (text.data[start] == ' ' || text.data[start] == '\n'))
		start++;
	return start < text.size && (text.data[start] == '{' || text.data[start] == '[') ? json_tree_read(store, text, &err) : NULL;
}

/* What a text holds that is JSON itself; NULL: it is none. */
static const struct json_node *inside(struct json_row *row, const struct json_node *text)
{
	for (size_t i = 0; i < row->nested_count; i++)
		if (row->nested[i].text == text)
			return row->nested[i].inside;
	if (row->nested_count == NESTED_MAX)
		return NULL;
	row->nested[row->nested_count] = (struct nested){text, parse_inside(&row->trees, text->text)};
	return row->nested[row->nested_count++].inside;
}

static bool is_something(const struct json_node *value)
{
	if (!value || value->kind == JSON_NODE_NULL)
		return false;
	if (value->kind == JSON_NODE_TEXT)
		return value->text.size > 0;
	return (value->kind != JSON_NODE_OBJECT && value->kind != JSON_NODE_LIST) || value->count > 0;
}

static bool has_kind(const struct json_node *value, enum json_kind kind)
{
	return value && value->kind == kind;
}

static const struct json_node *walk(struct json_row *row, const struct json_node *from, const struct json_step *steps, size_t count);

static const struct json_node *walk_any(struct json_row *row, const struct json_node *from, const struct json_step *steps, size_t count)
{
	for (const struct json_node *child = from ? from->first : NULL; child; child = child->next) {
		const struct json_node *found = walk(row, child, steps, count);
		if (is_something(found))
			return found;
	}
	return NULL;
}

static const struct json_node *walk(struct json_row *row, const struct json_node *from, const struct json_step *steps, size_t count)
{
	for (; count && from; steps++, count--) {
		if (has_kind(from, JSON_NODE_TEXT))
			from = inside(row, from);
		if (steps->any)
			return walk_any(row, from, steps + 1, count - 1);
		if (has_kind(from, JSON_NODE_LIST))
			from = steps->index >= 0 ? json_node_at(from, (size_t)steps->index) : NULL;
		else
			from = json_node_get(from, steps->key);
	}
	return from;
}

static const struct json_node *follow(struct json_row *row, const struct json_path *path)
{
	if (path->origin == JSON_DOCUMENT)
		return walk(row, row->document, path->steps, path->count);
	return path->origin == JSON_ELEMENT ? walk(row, row->element, path->steps, path->count) : NULL;
}

static const struct json_node *list_of(struct json_row *row, const struct json_path *path)
{
	const struct json_node *list = follow(row, path), *held = has_kind(list, JSON_NODE_TEXT) ? inside(row, list) : NULL;
	return held ? held : list;
}

size_t json_row_elements(struct json_row *row, const struct json_path *path)
{
	const struct json_node *list = list_of(row, path);
	return has_kind(list, JSON_NODE_LIST) ? list->count : is_something(list);
}

void json_row_element(struct json_row *row, const struct json_path *path, size_t number)
{
	const struct json_node *list = list_of(row, path);
	const bool next = list && row->list == list && row->element && number == row->element_number + 1;
	row->element = !has_kind(list, JSON_NODE_LIST) ? list : next ? row->element->next : json_node_at(list, number);
	row->list = list;
	row->element_number = number;
}

/* ---- texts ---- */

static struct view text_of(const struct json_node *value)
{
	if (!is_something(value))
		return view_of("");
	switch (value->kind) {
	case JSON_NODE_TEXT: case JSON_NODE_NUMBER: return value->text;
	case JSON_NODE_TRUE: return view_of("true");
	case JSON_NODE_FALSE: return view_of("false");
	case JSON_NODE_OBJECT: return view_of("{...}");
	case JSON_NODE_LIST: return view_of("[...]");
	default: return view_of("");
	}
}

static struct view query_text(struct json_row *row, const char *wanted)
{
	struct view rest = view_of(row->request.query), name, value;
	while (form_next(&rest, &name, &value)) {
		char *to = json_store_room(&row->texts, name.size + value.size + 1);
		if (!view_is((struct view){to, form_decode(name, to)}, wanted))
			continue;
		return (struct view){to, form_decode(value, to)};
	}
	return view_of("");
}

static struct view received_text(struct json_row *row)
{
	char *to = json_store_room(&row->texts, 24);
	return (struct view){to, (size_t)snprintf(to, 24, "%lld", (long long)row->request.received)};
}

struct view json_row_column(struct json_row *row, const struct json_path *path)
{
	const char *held = NULL;
	switch (path->origin) {
	case JSON_HEADER:
		held = row->request.header ? row->request.header(row->request.context, path->name) : NULL;
		return view_of(held ? held : "");
	case JSON_QUERY: return query_text(row, path->name);
	case JSON_RECEIVED: return received_text(row);
	default: return text_of(follow(row, path));
	}
}

/* ---- listing ---- */

struct listing {
	void (*take)(void *context, const char *name);
	void *context;
	struct json_store store; /* of texts that are JSON */
	char name[NAME_MAX_BYTES];
	size_t count;
};

static void list_value(struct listing *listing, size_t size, const struct json_node *value);

static void list_key(struct listing *listing, size_t size, struct view key, const struct json_node *value)
{
	char harmless[100];
	text_harmless(key, harmless, sizeof harmless);
	const size_t left = sizeof listing->name - size;
	const int more = snprintf(listing->name + size, left, "%s%s", size ? "." : "", harmless);
	if ((size_t)more < left)
		list_value(listing, size + (size_t)more, value);
	listing->name[size] = 0;
}

static void list_value(struct listing *listing, size_t size, const struct json_node *value)
{
	if (listing->count >= NAMES_MAX || !is_something(value))
		return;
	const struct json_node *held = value->kind == JSON_NODE_TEXT ? parse_inside(&listing->store, value->text) : NULL;
	const struct json_node *from = held ? held : value;
	size_t number = 0;
	if (from->kind != JSON_NODE_OBJECT && from->kind != JSON_NODE_LIST) {
		listing->count++;
		listing->take(listing->context, listing->name);
		return;
	}
	for (const struct json_node *child = from->first; child; child = child->next, number++) {
		char place[24];
		snprintf(place, sizeof place, "%zu", number);
		list_key(listing, size, from->kind == JSON_NODE_LIST ? view_of(place) : child->key, child);
	}
}

void json_row_fields(const struct json_row *row, void (*take)(void *context, const char *name), void *context)
{
	struct listing listing = {.take = take, .context = context};
	if (row->document)
		list_value(&listing, 0, row->document);
	json_store_finish(&listing.store);
}
