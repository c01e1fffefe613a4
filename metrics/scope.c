#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "metrics/lists.h"
#include "metrics/state.h"

/* One entry a key of a scope: where its number stands in struct scope, and which names it numbers. */
static const struct {
	const char *key;
	size_t number, names; /* offsets; names 0: the channels */
	enum display_field field; /* DISPLAY_FIELD_COUNT: anybody may see it */
} keys[] = {
	{"queue", offsetof(struct scope, queue), offsetof(struct engine, queues), DISPLAY_FIELD_COUNT},
	{"channel", offsetof(struct scope, channel), 0, DISPLAY_FIELD_COUNT},
	{"market", offsetof(struct scope, market), offsetof(struct engine, markets), DISPLAY_FIELD_COUNT},
	{"agent", offsetof(struct scope, agent), offsetof(struct engine, agents_names), DISPLAY_AGENT},
	{"team", offsetof(struct scope, team), offsetof(struct engine, teams), DISPLAY_TEAM},
};
#define KEYS (sizeof keys / sizeof *keys)

static const struct names *names_of(const struct engine *engine, size_t key)
{
	return (const struct names *)(const void *)((const char *)engine + keys[key].names);
}

static uint16_t *number_of(struct scope *scope, size_t key)
{
	return (uint16_t *)(void *)((char *)scope + keys[key].number);
}

const char *list_scope_name(const struct engine *engine, struct scope scope, const char *key)
{
	for (size_t i = 0; i < KEYS; i++) {
		uint16_t number = *number_of(&scope, i);
		if (strcmp(keys[i].key, key) != 0)
			continue;
		if (number == SCOPE_ANY)
			return NULL;
		return keys[i].names ? names_text(names_of(engine, i), number) : word_text(WORDS_CHANNEL, number);
	}
	return NULL;
}

bool list_scope_shown(const struct engine *engine, struct scope scope, const char *key, char *to, size_t room)
{
	const char *name = list_scope_name(engine, scope, key);
	enum display_field field = DISPLAY_FIELD_COUNT;
	for (size_t i = 0; i < KEYS; i++)
		field = strcmp(keys[i].key, key) == 0 ? keys[i].field : field;
	if (name && field < DISPLAY_FIELD_COUNT)
		lists_show(engine, field, name, to, room);
	else if (name)
		text_harmless(view_of(name), to, room);
	return name != NULL;
}

/* By what is shown of it: a name is known by the text it came as, which may hold what was made harmless. */
static uint32_t find_text(const struct names *names, const char *text)
{
	uint32_t found = names_find(names, view_of(text));
	for (uint32_t i = NAME_OTHER + 1; found == NAME_NONE && i < names->count; i++)
		if (strcmp(names_text(names, i), text) == 0)
			found = i;
	return found;
}

bool scope_carry(const struct engine *from, struct scope scope, const struct engine *to, struct engine *intern, struct scope *carried)
{
	struct scope result = scope;
	for (size_t i = 0; i < KEYS; i++) {
		uint16_t *number = number_of(&result, i);
		if (!keys[i].names || *number == SCOPE_ANY || *number <= NAME_OTHER)
			continue;
		const char *text = names_text(names_of(from, i), *number);
		uint32_t found = find_text(names_of(to, i), text);
		if (found == NAME_NONE && intern)
			found = names_intern((struct names *)(void *)((char *)intern + keys[i].names), view_of(text));
		if (found == NAME_NONE)
			return false;
		*number = (uint16_t)found;
	}
	*carried = result;
	return true;
}

static int find_key(struct view word)
{
	for (size_t i = 0; i < KEYS; i++)
		if (view_is(word, keys[i].key))
			return (int)i;
	return -1;
}

static bool unknown_name(const struct engine *engine, size_t key, struct view name, struct error *err)
{
	char known[300] = "";
	const struct names *names = names_of(engine, key);
	const enum display_field field = keys[key].field;
	/* Whoever may not see them may not learn them from a slip of the pen, nor see what somebody else asked for. */
	if (field < DISPLAY_FIELD_COUNT && display_action(engine->settings, field) != DISPLAY_SHOW)
		return fail(err, "--scope: no %s is called so in what came", keys[key].key);
	for (uint32_t i = NAME_OTHER + 1; i < names->count && strlen(known) < 200; i++) {
		strncat(known, *known ? ", " : "", sizeof known - strlen(known) - 1);
		strncat(known, names_text(names, i), sizeof known - strlen(known) - 1);
	}
	return fail(err, "--scope: no %s is called '%.*s' in what came; there %s: %s", keys[key].key, (int)name.size, name.data,
		*known ? "are" : "are none yet", known);
}

/* `intern`: the engine that may learn the name; NULL: it must be known. Without any engine every name will do. */
static bool read_pair(const struct engine *engine, struct engine *intern, struct view pair, struct scope *scope, struct error *err)
{
	const char *equals = memchr(pair.data, '=', pair.size);
	if (!equals)
		return fail(err, "--scope wants KEY=NAME, such as queue=Billing, not \"%.*s\"", (int)pair.size, pair.data);
	struct view word = {pair.data, (size_t)(equals - pair.data)};
	struct view name = {equals + 1, pair.size - word.size - 1};
	int key = find_key(word);
	if (key < 0)
		return fail(err, "--scope: there is no '%.*s'; there are queue, channel, market, agent, team", (int)word.size, word.data);
	int64_t number;
	if (!keys[key].names) {
		number = word_number(WORDS_CHANNEL, name);
		if (number < 0)
			return fail(err, "--scope: there is no channel '%.*s'", (int)name.size, name.data);
	} else if (intern) {
		number = names_intern((struct names *)(void *)((char *)intern + keys[key].names), name);
	} else if (!engine) {
		number = NAME_OTHER;
	} else {
		number = names_find(names_of(engine, (size_t)key), name);
		if (number == NAME_NONE)
			return unknown_name(engine, (size_t)key, name, err);
	}
	*number_of(scope, (size_t)key) = (uint16_t)number;
	return true;
}

static bool read_scope(const struct engine *engine, struct engine *intern, const char *text, struct scope *scope, struct error *err)
{
	struct scope read = SCOPE_ALL;
	while (*text) {
		size_t length = strcspn(text, ",");
		if (!read_pair(engine, intern, (struct view){text, length}, &read, err))
			return false;
		text += length + (text[length] == ',');
	}
	bool of_contacts = read.queue != SCOPE_ANY || read.channel != SCOPE_ANY || read.market != SCOPE_ANY;
	if (of_contacts && scope_of_people(read))
		return fail(err, "--scope: agent and team cannot be combined with queue, channel and market");
	*scope = read;
	return true;
}

bool list_scope_parse(const struct engine *engine, const char *text, struct scope *scope, struct error *err)
{
	return read_scope(engine, NULL, text, scope, err);
}

bool list_scope_check(const char *text, struct error *err)
{
	struct scope scope;
	return read_scope(NULL, NULL, text, &scope, err);
}

bool engine_scope(struct engine *engine, const char *text, struct scope *scope, struct error *err)
{
	return read_scope(engine, engine, text, scope, err);
}
