/* Any bytes as JSON: our strict reader against a parser of somebody else's. Both take it or neither, and both find the same in it. */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "feed/json_tree.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void compare(const struct json_node *ours, json_t *theirs);

static void compare_object(const struct json_node *ours, json_t *theirs)
{
	if (json_object_size(theirs) != ours->count)
		abort();
	for (const struct json_node *child = ours->first; child; child = child->next) {
		json_t *value = json_object_getn(theirs, child->key.data ? child->key.data : "", child->key.size);
		if (!value || json_node_get(ours, child->key) != child)
			abort();
		compare(child, value);
	}
}

static void compare_list(const struct json_node *ours, json_t *theirs)
{
	size_t count = 0;
	for (const struct json_node *child = ours->first; child; child = child->next, count++)
		compare(child, json_array_get(theirs, count));
	if (count != ours->count || count != json_array_size(theirs))
		abort();
}

static void compare_number(const struct json_node *ours, const json_t *theirs)
{
	char text[400];
	if (ours->text.size == 0 || !json_is_number(theirs))
		abort();
	if (ours->text.size >= sizeof text)
		return;
	view_copy(ours->text, text, sizeof text);
	if (json_is_integer(theirs) ? strtoll(text, NULL, 10) != json_integer_value(theirs) : strtod(text, NULL) - json_real_value(theirs) > 0)
		abort();
}

static void compare(const struct json_node *ours, json_t *theirs)
{
	switch (ours->kind) {
	case JSON_NODE_NULL: if (!json_is_null(theirs)) abort(); break;
	case JSON_NODE_FALSE: if (!json_is_false(theirs)) abort(); break;
	case JSON_NODE_TRUE: if (!json_is_true(theirs)) abort(); break;
	case JSON_NODE_NUMBER: compare_number(ours, theirs); break;
	case JSON_NODE_TEXT:
		if (!json_is_string(theirs) || !view_equals(ours->text, (struct view){json_string_value(theirs), json_string_length(theirs)}))
			abort();
		break;
	case JSON_NODE_LIST: compare_list(ours, theirs); break;
	case JSON_NODE_OBJECT: compare_object(ours, theirs); break;
	}
}

/* What theirs refuses and ours takes: numbers too large for a machine, and a zero byte in a key. */
static bool may_differ(const json_error_t *why)
{
	return json_error_code(why) == json_error_numeric_overflow || json_error_code(why) == json_error_null_byte_in_key
		|| json_error_code(why) == json_error_null_character;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct json_store store = {0};
	struct error err = {0};
	json_error_t why;
	if (size && memchr(data, 0, size))
		return 0; /* for theirs a text may end there */
	const struct json_node *ours = json_tree_read(&store, (struct view){(const char *)data, size}, &err);
	json_t *theirs = json_loadb((const char *)data, size, JSON_REJECT_DUPLICATES | JSON_ALLOW_NUL | JSON_DECODE_ANY, &why);
	if (ours && theirs)
		compare(ours, theirs);
	else if (ours ? !may_differ(&why) : theirs && !strstr(err.text, "too deep") && !strstr(err.text, "too many"))
		abort();
	json_decref(theirs);
	json_store_clear(&store);
	json_store_finish(&store);
	return 0;
}
