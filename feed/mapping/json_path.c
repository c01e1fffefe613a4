#include "feed/mapping/json_path.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "feed/mapping/json_row.h"

static const struct {
	const char *prefix;
	enum json_origin origin;
} origins[] = {{"header:", JSON_HEADER}, {"query:", JSON_QUERY}, {"bridge:", JSON_RECEIVED}};

static long index_of(const char *key)
{
	const size_t size = strlen(key);
	if (size == 0 || size > 6)
		return -1;
	for (size_t i = 0; i < size; i++)
		if (!isdigit((unsigned char)key[i]))
			return -1;
	return strtol(key, NULL, 10);
}

static bool cut(struct json_path *path, char *text, const char *whole, struct error *err)
{
	for (char *key = text; key;) {
		char *dot = strchr(key, '.');
		if (dot)
			*dot = 0;
		if (!*key)
			return fail(err, "'%s' is no path: between two dots, and at its end, stands a key", whole);
		if (path->count == JSON_ROW_STEPS_MAX)
			return fail(err, "'%s' is no path: it has more than %d steps", whole, JSON_ROW_STEPS_MAX);
		path->steps = memory_resize(path->steps, path->count + 1, sizeof *path->steps);
		path->steps[path->count++] = (struct json_step){.key = view_of(key), .index = index_of(key), .any = strcmp(key, "*") == 0};
		key = dot ? dot + 1 : NULL;
	}
	return true;
}

static bool compile(struct json_path *path, const char *whole, struct error *err)
{
	char *text = path->text;
	for (size_t i = 0; i < sizeof origins / sizeof origins[0]; i++) {
		const size_t size = strlen(origins[i].prefix);
		if (strncmp(text, origins[i].prefix, size) != 0)
			continue;
		path->origin = origins[i].origin;
		path->name = text + size;
		if (path->origin == JSON_RECEIVED && strcmp(path->name, "received") != 0)
			return fail(err, "'%s': of the bridge there is only 'bridge:received', when the document came", whole);
		return *path->name || fail(err, "'%s': its name is missing after the colon", whole);
	}
	if (*text == '.') {
		path->origin = JSON_ELEMENT;
		text++;
		if (!*text)
			return true; /* the element itself */
	}
	return cut(path, text, whole, err);
}

struct json_path *json_path_create(const char *text, struct error *err)
{
	struct json_path *path = memory_new(1, sizeof *path);
	path->text = memory_text(text);
	if (compile(path, text, err))
		return path;
	json_path_destroy(path);
	return NULL;
}

void json_path_destroy(struct json_path *path)
{
	if (!path)
		return;
	free(path->steps);
	free(path->text);
	free(path);
}

bool json_path_of_element(const struct json_path *path)
{
	return path->origin == JSON_ELEMENT;
}
