#include "feed/json_tree.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"

#define BLOCK_SIZE (64 * 1024)
#define KEYS_COMPARED 8 /* in an object with more of them, keys that come twice are found by sorting */

struct json_block {
	struct json_block *next;
	size_t used, room;
	_Alignas(16) char bytes[];
};

/* ---- where it stands ---- */

void json_store_finish(struct json_store *store)
{
	while (store->blocks) {
		struct json_block *next = store->blocks->next;
		free(store->blocks);
		store->blocks = next;
	}
	store->nodes = 0;
}

/* One block of the usual size stays. */
void json_store_clear(struct json_store *store)
{
	struct json_block *kept = NULL;
	while (store->blocks) {
		struct json_block *next = store->blocks->next;
		if (!kept && store->blocks->room == BLOCK_SIZE)
			kept = store->blocks;
		else
			free(store->blocks);
		store->blocks = next;
	}
	if (kept) {
		kept->next = NULL;
		kept->used = 0;
	}
	store->blocks = kept;
	store->nodes = 0;
}

char *json_store_room(struct json_store *store, size_t size)
{
	const size_t aligned = (size + 15) & ~(size_t)15;
	if (!store->blocks || aligned > store->blocks->room - store->blocks->used) {
		const size_t room = aligned > BLOCK_SIZE ? aligned : BLOCK_SIZE;
		struct json_block *block = memory_aligned(1, (sizeof *block + room + 15) & ~(size_t)15, 16);
		*block = (struct json_block){.next = store->blocks, .room = room};
		store->blocks = block;
	}
	char *to = store->blocks->bytes + store->blocks->used;
	store->blocks->used += aligned;
	return to;
}

struct json_node *json_node_new(struct json_store *store, enum json_kind kind)
{
	struct json_node *node = (struct json_node *)json_store_room(store, sizeof *node);
	*node = (struct json_node){.kind = kind};
	store->nodes++;
	return node;
}

/* ---- reading ---- */

struct reader {
	struct json_store *store;
	const char *begin, *at, *end;
	int depth;
	const char *why; /* of the first that is wrong */
};

static bool wrong(struct reader *reader, const char *why)
{
	if (!reader->why)
		reader->why = reader->at < reader->end ? why : "it ends too early";
	return false;
}

static void skip_space(struct reader *reader)
{
	while (reader->at < reader->end && (*reader->at == ' ' || *reader->at == '\n' || *reader->at == '\t' || *reader->at == '\r'))
		reader->at++;
}

static bool expect(struct reader *reader, char letter, const char *why)
{
	skip_space(reader);
	if (reader->at == reader->end || *reader->at != letter)
		return wrong(reader, why);
	reader->at++;
	return true;
}

/* ---- texts ---- */

static bool four_digits(struct reader *reader, uint32_t *unit)
{
	*unit = 0;
	for (int i = 0; i < 4; i++, reader->at++) {
		if (reader->at == reader->end || !isxdigit((unsigned char)*reader->at))
			return wrong(reader, "an escape \\u needs four digits");
		const char letter = *reader->at;
		*unit = *unit * 16 + (uint32_t)(isdigit((unsigned char)letter) ? letter - '0' : (letter | 0x20) - 'a' + 10);
	}
	return true;
}

static char *put_character(char *to, uint32_t character)
{
	if (character < 0x80) {
		*to++ = (char)character;
	} else if (character < 0x800) {
		*to++ = (char)(0xc0 | character >> 6);
		*to++ = (char)(0x80 | (character & 0x3f));
	} else if (character < 0x10000) {
		*to++ = (char)(0xe0 | character >> 12);
		*to++ = (char)(0x80 | (character >> 6 & 0x3f));
		*to++ = (char)(0x80 | (character & 0x3f));
	} else {
		*to++ = (char)(0xf0 | character >> 18);
		*to++ = (char)(0x80 | (character >> 12 & 0x3f));
		*to++ = (char)(0x80 | (character >> 6 & 0x3f));
		*to++ = (char)(0x80 | (character & 0x3f));
	}
	return to;
}

static bool unescape_unit(struct reader *reader, char **to)
{
	uint32_t unit, low = 0;
	if (!four_digits(reader, &unit))
		return false;
	const bool high = unit >= 0xd800 && unit < 0xdc00;
	if (high) {
		if (reader->end - reader->at < 2 || reader->at[0] != '\\' || reader->at[1] != 'u')
			return wrong(reader, "half a character in an escape \\u");
		reader->at += 2;
		if (!four_digits(reader, &low))
			return false;
	}
	if ((high && (low < 0xdc00 || low > 0xdfff)) || (unit >= 0xdc00 && unit < 0xe000))
		return wrong(reader, "half a character in an escape \\u");
	*to = put_character(*to, high ? 0x10000 + ((unit - 0xd800) << 10) + (low - 0xdc00) : unit);
	return true;
}

/* After the backslash. */
static bool unescape(struct reader *reader, char **to)
{
	static const char from[] = "\"\\/bfnrt", into[] = "\"\\/\b\f\n\r\t";
	const char letter = reader->at < reader->end ? *reader->at : 0;
	const char *found = letter ? strchr(from, letter) : NULL;
	if (letter == 'u') {
		reader->at++;
		return unescape_unit(reader, to);
	}
	if (!found)
		return wrong(reader, "no such escape");
	reader->at++;
	*(*to)++ = into[found - from];
	return true;
}

static bool read_escaped(struct reader *reader, size_t plain, struct view *text)
{
	/* No escape takes less room than what it stands for. */
	const char *end = reader->at + plain;
	while (end < reader->end && *end != '"')
		end += *end == '\\' ? 2 : 1;
	if (end >= reader->end) {
		reader->at = reader->end;
		return wrong(reader, "");
	}
	char *room = json_store_room(reader->store, (size_t)(end - reader->at)), *to = room;
	while (reader->at < end) {
		const char *stop = memchr(reader->at, '\\', (size_t)(end - reader->at));
		const size_t size = (size_t)((stop ? stop : end) - reader->at);
		for (size_t i = 0; i < size; i++)
			if ((unsigned char)reader->at[i] < 0x20)
				return wrong(reader, "a control character in a text");
		memcpy(to, reader->at, size);
		to += size;
		reader->at += size + (stop != NULL);
		if (stop && !unescape(reader, &to))
			return false;
	}
	reader->at++;
	*text = (struct view){room, (size_t)(to - room)};
	return true;
}

/* After the quote. */
static bool read_text(struct reader *reader, struct view *text)
{
	const char *from = reader->at;
	unsigned char high = 0;
	size_t size = 0;
	const size_t left = (size_t)(reader->end - from);
	for (; size < left && from[size] != '"' && from[size] != '\\' && (unsigned char)from[size] >= 0x20; size++)
		high |= (unsigned char)from[size];
	if (size == left) {
		reader->at = reader->end;
		return wrong(reader, "");
	}
	const bool plain = from[size] == '"';
	if (plain) {
		*text = (struct view){from, size};
		reader->at += size + 1;
	} else if (from[size] != '\\') {
		reader->at += size;
		return wrong(reader, "a control character in a text");
	} else if (!read_escaped(reader, size, text)) {
		return false;
	}
	if ((plain && high < 0x80) || text_valid(*text))
		return true;
	reader->why = reader->why ? reader->why : "the text is not UTF-8";
	return false;
}

/* ---- numbers and words ---- */

static const char *skip_digits(const char *at, const char *end)
{
	while (at < end && isdigit((unsigned char)*at))
		at++;
	return at;
}

static bool read_number(struct reader *reader, struct json_node *node)
{
	const char *at = reader->at, *end = reader->end;
	at += *at == '-';
	const char *digits = at;
	at = skip_digits(at, end);
	if (at == digits || (*digits == '0' && at > digits + 1))
		return wrong(reader, "this is no value");
	if (at < end && *at == '.') {
		const char *fraction = ++at;
		at = skip_digits(at, end);
		if (at == fraction)
			return wrong(reader, "a number without digits after its point");
	}
	if (at < end && (*at == 'e' || *at == 'E')) {
		at++;
		at += at < end && (*at == '+' || *at == '-');
		const char *power = at;
		at = skip_digits(at, end);
		if (at == power)
			return wrong(reader, "a number without digits after its e");
	}
	node->kind = JSON_NODE_NUMBER;
	node->text = (struct view){reader->at, (size_t)(at - reader->at)};
	reader->at = at;
	return true;
}

static bool read_word(struct reader *reader, struct json_node *node)
{
	static const struct {
		const char *word;
		enum json_kind kind;
	} words[] = {{"null", JSON_NODE_NULL}, {"false", JSON_NODE_FALSE}, {"true", JSON_NODE_TRUE}};
	for (size_t i = 0; i < sizeof words / sizeof words[0]; i++) {
		const size_t size = strlen(words[i].word);
		if ((size_t)(reader->end - reader->at) < size || memcmp(reader->at, words[i].word, size) != 0)
			continue;
		reader->at += size;
		node->kind = words[i].kind;
		return true;
	}
	return wrong(reader, "this is no value");
}

/* ---- lists and objects ---- */

static bool read_value(struct reader *reader, struct json_node *node);

static int by_key(const void *a, const void *b)
{
	const struct view left = *(const struct view *)a, right = *(const struct view *)b;
	if (left.size != right.size)
		return left.size < right.size ? -1 : 1;
	return left.size ? memcmp(left.data, right.data, left.size) : 0;
}

static bool repeats_among_many(struct json_store *store, const struct json_node *object)
{
	struct view *keys = (struct view *)json_store_room(store, object->count * sizeof *keys);
	size_t count = 0;
	for (const struct json_node *child = object->first; child; child = child->next)
		keys[count++] = child->key;
	qsort(keys, count, sizeof *keys, by_key);
	for (size_t i = 1; i < count; i++)
		if (view_equals(keys[i - 1], keys[i]))
			return true;
	return false;
}

/* Does a key come twice? Most objects have few keys, or keys that differ in a small hash. */
static bool repeats(struct json_store *store, const struct json_node *object)
{
	uint64_t seen[8] = {0};
	bool again = false;
	for (const struct json_node *child = object->first; child && !again; child = child->next) {
		const struct view key = child->key;
		uint32_t hash = (uint32_t)key.size * 0x9e3779b1u;
		for (size_t i = 0; i < key.size; i++)
			hash = (hash ^ (unsigned char)key.data[i]) * 0x01000193u;
		hash = (hash ^ hash >> 15) & 511;
		again = seen[hash / 64] >> (hash % 64) & 1;
		seen[hash / 64] |= UINT64_C(1) << (hash % 64);
	}
	if (!again)
		return false;
	if (object->count > KEYS_COMPARED)
		return repeats_among_many(store, object);
	for (const struct json_node *child = object->first; child; child = child->next)
		for (const struct json_node *other = child->next; other; other = other->next)
			if (view_equals(child->key, other->key))
				return true;
	return false;
}

static bool read_children(struct reader *reader, struct json_node *node, char close)
{
	const struct json_node **next = &node->first;
	const bool object = close == '}';
	skip_space(reader);
	if (reader->at < reader->end && *reader->at == close) {
		reader->at++;
		return true;
	}
	for (;;) {
		if (reader->store->nodes >= JSON_TREE_NODES_MAX)
			return wrong(reader, "too many values");
		struct json_node *child = json_node_new(reader->store, JSON_NODE_NULL);
		*next = child;
		next = &child->next;
		node->count++;
		if (object && (!expect(reader, '"', "a key is expected here") || !read_text(reader, &child->key)))
			return false;
		if (object && !expect(reader, ':', "a colon is expected here"))
			return false;
		if (!read_value(reader, child))
			return false;
		skip_space(reader);
		if (reader->at == reader->end || (*reader->at != ',' && *reader->at != close))
			return wrong(reader, "a comma is expected here, or the end of the list or object");
		if (*reader->at++ == close)
			return true;
	}
}

static bool read_value(struct reader *reader, struct json_node *node)
{
	skip_space(reader);
	const char *begin = reader->at, letter = begin < reader->end ? *begin : 0;
	if (letter == '"') {
		reader->at++;
		node->kind = JSON_NODE_TEXT;
		return read_text(reader, &node->text);
	}
	if (letter == '-' || isdigit((unsigned char)letter))
		return read_number(reader, node);
	if (letter != '{' && letter != '[')
		return read_word(reader, node);
	if (++reader->depth > JSON_TREE_DEPTH_MAX)
		return wrong(reader, "nested too deep");
	reader->at++;
	node->kind = letter == '{' ? JSON_NODE_OBJECT : JSON_NODE_LIST;
	if (!read_children(reader, node, letter == '{' ? '}' : ']'))
		return false;
	reader->depth--;
	node->text = (struct view){begin, (size_t)(reader->at - begin)};
	if (letter == '{' && repeats(reader->store, node)) {
		reader->why = "a key comes twice in one object"; /* even where it ends here */
		return false;
	}
	return true;
}

static bool tell(const struct reader *reader, struct error *err)
{
	int line = 1, column = 1;
	for (const char *at = reader->begin; at < reader->at; at++) {
		column = *at == '\n' ? 1 : column + 1;
		line += *at == '\n';
	}
	return fail(err, "line %d, column %d: %s", line, column, reader->why);
}

const struct json_node *json_tree_read(struct json_store *store, struct view source, struct error *err)
{
	struct reader reader = {.store = store, .begin = source.data, .at = source.data, .end = source.data + source.size};
	struct json_node *root = json_node_new(store, JSON_NODE_NULL);
	bool good = read_value(&reader, root);
	skip_space(&reader);
	if (good && reader.at < reader.end)
		good = wrong(&reader, "something follows after its end");
	if (good)
		return root;
	tell(&reader, err);
	return NULL;
}

const struct json_node *json_node_get(const struct json_node *object, struct view key)
{
	if (!object || object->kind != JSON_NODE_OBJECT)
		return NULL;
	for (const struct json_node *child = object->first; child; child = child->next)
		if (view_equals(child->key, key))
			return child;
	return NULL;
}

const struct json_node *json_node_at(const struct json_node *list, size_t number)
{
	if (!list || list->kind != JSON_NODE_LIST || number >= list->count)
		return NULL;
	const struct json_node *child = list->first;
	for (; child && number; number--)
		child = child->next;
	return child;
}
