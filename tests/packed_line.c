#include "tests/packed_line.h"

#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/instant.h"
#include "base/memory.h"
#include "feed/event.h"

static void stop(const char *what)
{
	fprintf(stderr, "a test tells nonsense: %s\n", what);
	abort();
}

static void pack_text(msgpack_packer *pack, const char *text)
{
	msgpack_pack_str(pack, strlen(text));
	msgpack_pack_str_body(pack, text, strlen(text));
}

static void pack_json(msgpack_packer *pack, const json_t *json)
{
	if (json_is_integer(json))
		msgpack_pack_int64(pack, json_integer_value(json));
	else if (json_is_string(json))
		pack_text(pack, json_string_value(json));
	else {
		msgpack_pack_array(pack, json_array_size(json));
		for (size_t i = 0; i < json_array_size(json); i++)
			pack_json(pack, json_array_get(json, i));
	}
}

/* Every third day from 2026-04-01 on. */
static void pack_holidays(msgpack_packer *pack, int count)
{
	char date[32];
	msgpack_pack_array(pack, (size_t)count);
	for (int i = 0; i < count; i++) {
		instant_format((INT64_C(20544) + i * 3) * DAY_MS, NULL, date, sizeof date);
		date[10] = 0;
		pack_text(pack, date);
	}
}

static void pack_letters(msgpack_packer *pack, int count)
{
	char *letters = memory_new((size_t)count + 1, 1);
	memset(letters, 'z', (size_t)count);
	pack_text(pack, letters);
	free(letters);
}

static void pack_special(msgpack_packer *pack, const char *value)
{
	int count;
	if (sscanf(value, "@letters:%d", &count) == 1)
		pack_letters(pack, count);
	else if (sscanf(value, "@holidays:%d", &count) == 1)
		pack_holidays(pack, count);
	else
		msgpack_pack_double(pack, strcmp(value, "@inf") == 0 ? INFINITY : NAN);
}

static void pack_value(msgpack_packer *pack, int key, const char *value)
{
	const bool number = key >= KEY_TEXT_COUNT || *value == '#';
	if (*value == '@') {
		pack_special(pack, value);
	} else if (*value == '[' || *value == '"') {
		json_t *json = json_loads(value, JSON_DECODE_ANY, NULL);
		if (!json)
			stop(value);
		pack_json(pack, json);
		json_decref(json);
	} else if (number && strpbrk(value, ".e")) {
		msgpack_pack_double(pack, strtod(value, NULL));
	} else if (number) {
		msgpack_pack_int64(pack, strtoll(value + (*value == '#'), NULL, 10));
	} else {
		pack_text(pack, value);
	}
}

/* "+3660" and "-60": days or, of ts, seconds from the line's own minute. */
static int64_t moment(int64_t at, const char *value, int64_t unit)
{
	return strcmp(value, "@zero") == 0 ? 0 : at + strtoll(value, NULL, 10) * unit;
}

static void pack_pair(msgpack_packer *pack, int64_t at, const char *name, const char *value)
{
	const int key = event_key_find(view_of(name));
	if (key < 0)
		stop(name);
	pack_text(pack, name);
	if (key == KEY_DUE && strcmp(value, "@inf") != 0)
		msgpack_pack_int64(pack, moment(at, value, DAY_MS));
	else
		pack_value(pack, key, value);
}

static void pack_event(msgpack_packer *pack, int64_t at, char *line)
{
	char *words[24], *rest = NULL;
	int count = 0;
	int64_t ts = at;
	for (char *word = strtok_r(line, " ", &rest); word; word = strtok_r(NULL, " ", &rest)) {
		if (count == 24)
			stop(word);
		words[count++] = word;
	}
	for (int i = 2; i < count; i++)
		if (strncmp(words[i], "ts=", 3) == 0)
			ts = moment(at, words[i] + 3, SECOND_MS);
	const bool other_time = ts != at;
	msgpack_pack_map(pack, (size_t)(count - other_time));
	pack_text(pack, "ts");
	msgpack_pack_int64(pack, ts);
	pack_text(pack, "type");
	pack_text(pack, words[1]);
	for (int i = 2; i < count; i++) {
		char *value = strchr(words[i], '=');
		if (!value)
			stop(words[i]);
		*value++ = 0;
		if (strcmp(words[i], "ts") != 0)
			pack_pair(pack, at, words[i], value);
	}
}

void packed_line(msgpack_sbuffer *to, uint64_t seq, int64_t at, const char *line)
{
	msgpack_packer packer, *pack = &packer;
	msgpack_packer_init(pack, to, msgpack_sbuffer_write);
	char *text = memory_text(line);
	msgpack_pack_map(pack, 5);
	pack_text(pack, "src");
	pack_text(pack, "desk");
	pack_text(pack, "boot");
	msgpack_pack_int(pack, 1);
	pack_text(pack, "seq");
	msgpack_pack_uint64(pack, seq);
	pack_text(pack, "sent");
	msgpack_pack_int64(pack, at);
	pack_text(pack, "events");
	msgpack_pack_array(pack, 1);
	pack_event(pack, at, text);
	free(text);
}
