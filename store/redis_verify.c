#include "store/redis_verify.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/redis_series.h"

#define SHOWN 150
#define KEYS_A_TURN 8

/* A field that should be there. */
struct wanted {
	uint64_t hash;
	size_t size;
	char *shown; /* of short ones the value itself, else NULL */
	char *name;  /* key, newline, field */
	bool seen;
};

struct search {
	const struct redis_verify *verify;
	const char *site;
	struct redis_link *link;
	struct map places;
	struct wanted *wanted;
	size_t count, room;
	char **keys; /* found by SCAN, ascending */
	size_t key_count, key_room;
	struct redis_difference *differences;
	int difference_room, difference_count;
	uint64_t compared;
};

static char *join(struct view key, struct view field, size_t *size)
{
	char *name = memory_new(key.size + field.size + 2, 1);
	memcpy(name, key.data, key.size);
	name[key.size] = '\n';
	if (field.size)
		memcpy(name + key.size + 1, field.data, field.size);
	*size = key.size + 1 + field.size;
	return name;
}

static void want(void *context, const char *key, struct view field, struct view value)
{
	struct search *search = context;
	size_t size;
	char *name = join(view_of(key), field, &size);
	search->wanted = memory_grow(search->wanted, &search->room, search->count + 1, sizeof *search->wanted);
	struct wanted *wanted = &search->wanted[search->count];
	*wanted = (struct wanted){.hash = map_hash(value), .size = value.size, .name = name};
	if (value.size < SHOWN) {
		wanted->shown = memory_new(value.size + 1, 1);
		memcpy(wanted->shown, value.data, value.size);
	}
	map_put(&search->places, (struct view){name, size}, (uint32_t)search->count++);
}

/* ---- differences ---- */

static void show(struct view value, char *to, size_t room)
{
	if (value.size < SHOWN && text_valid(value))
		text_harmless(value, to, room);
	else
		snprintf(to, room, "%zu bytes", value.size);
}

static void differ(struct search *search, struct view key, struct view field, const char *wanted, const char *found)
{
	if (search->difference_count++ >= search->difference_room)
		return;
	struct redis_difference *difference = &search->differences[search->difference_count - 1];
	*difference = (struct redis_difference){.key = ""};
	text_harmless(key, difference->key, sizeof difference->key);
	text_harmless(field, difference->field, sizeof difference->field);
	view_copy(view_of(wanted), difference->wanted, sizeof difference->wanted);
	view_copy(view_of(found), difference->found, sizeof difference->found);
}

void redis_difference_describe(const struct redis_difference *difference, char *to, size_t room)
{
	snprintf(to, room, "%s%s%s: wanted %s, found %s", difference->key, *difference->field ? ", field " : "", difference->field,
		*difference->wanted ? difference->wanted : "nothing", *difference->found ? difference->found : "nothing");
}

static void wanted_text(const struct wanted *wanted, const char *found, char *to, size_t room)
{
	char size[40];
	snprintf(size, sizeof size, "%zu bytes", wanted->size);
	if (wanted->shown)
		show((struct view){wanted->shown, wanted->size}, to, room);
	else
		snprintf(to, room, "%s%s", size, strcmp(size, found) == 0 ? " (others)" : "");
}

/* ---- what is there ---- */

static bool ask(struct search *search, struct redis_commands *commands, struct redis_replies *replies, struct error *err)
{
	struct redis_fault fault;
	const bool good = redis_link_run(search->link, commands, replies, &fault);
	redis_commands_clear(commands);
	return good || fail(err, "%.590s", fault.error.text);
}

static bool add_keys(struct search *search, const struct redis_reply *reply, struct error *err)
{
	const struct redis_reply *keys = redis_reply_at(reply, 1);
	if (!keys || keys->kind != REPLY_ARRAY)
		return fail(err, "Redis does not let us list the keys of the site: %.300s (the user needs +scan)", reply->data ? reply->data : "");
	for (size_t i = 0; i < keys->count; i++) {
		const struct view name = redis_reply_text(keys->elements[i]);
		char *copy = memory_new(name.size + 1, 1);
		memcpy(copy, name.data, name.size);
		search->keys = memory_grow(search->keys, &search->key_room, search->key_count + 1, sizeof *search->keys);
		search->keys[search->key_count++] = copy;
	}
	return true;
}

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* A key may come twice. */
static void sort_keys(struct search *search)
{
	size_t count = 0;
	if (search->key_count)
		qsort(search->keys, search->key_count, sizeof *search->keys, compare);
	for (size_t i = 0; i < search->key_count; i++)
		if (count && strcmp(search->keys[count - 1], search->keys[i]) == 0)
			free(search->keys[i]);
		else
			search->keys[count++] = search->keys[i];
	search->key_count = count;
}

static bool list_keys(struct search *search, struct error *err)
{
	char pattern[300], cursor[24] = "0";
	struct redis_commands commands = {.bytes = NULL};
	bool good = true;
	snprintf(pattern, sizeof pattern, "{%s}:*", search->site); /* a site's name holds no signs of patterns */
	do {
		struct redis_replies replies = {.list = NULL};
		redis_commands_add(&commands, "SCAN", cursor, "MATCH", pattern, "COUNT", "1000", NULL);
		good = ask(search, &commands, &replies, err) && add_keys(search, replies.list[0], err);
		if (good)
			view_copy(redis_reply_text(redis_reply_at(replies.list[0], 0)), cursor, sizeof cursor);
		redis_replies_finish(&replies);
	} while (good && strcmp(cursor, "0") != 0);
	redis_commands_finish(&commands);
	sort_keys(search);
	return good;
}

/* ---- comparing ---- */

/* A stretch that is no longer kept as a whole may be there until it vanishes. */
static bool is_passing(const struct search *search, int entry, struct view rest)
{
	const struct engine *engine = search->verify->engine;
	struct stretch_of_time stretch;
	for (int grain = 0; grain < GRAIN_COUNT; grain++)
		if (entry == (int)redis_series_key((enum grain)grain))
			return redis_series_stretch(engine, (enum grain)grain, rest, &stretch) && stretch.from < series_kept(engine, (enum grain)grain);
	return false;
}

static bool is_scripts(int entry, struct view field)
{
	static const char *const names[] = {"epoch", "writer", "watermark", "written", "schema", "journal", "rewriting"};
	for (size_t i = 0; entry == STORED_META && i < sizeof names / sizeof *names; i++)
		if (view_is(field, names[i]))
			return true;
	return false;
}

static void compare_field(struct search *search, const char *key, struct view field, struct view value)
{
	size_t size;
	char *name = join(view_of(key), field, &size), found[160], text[160];
	const uint32_t place = map_find(&search->places, (struct view){name, size});
	free(name);
	show(value, found, sizeof found);
	search->compared++;
	if (place == MAP_NONE) {
		differ(search, view_of(key), field, "", *found ? found : "an empty text");
		return;
	}
	struct wanted *wanted = &search->wanted[place];
	wanted->seen = true;
	if (wanted->size == value.size && wanted->hash == map_hash(value))
		return;
	wanted_text(wanted, found, text, sizeof text);
	differ(search, view_of(key), field, text, found);
}

static void compare_hash(struct search *search, const char *key, int entry, const struct redis_reply *reply)
{
	if (reply->kind != REPLY_ARRAY) {
		differ(search, view_of(key), view_of(""), "a hash", reply->data ? reply->data : "something else");
		return;
	}
	for (size_t i = 0; i + 1 < reply->count; i += 2) {
		const struct view field = redis_reply_text(reply->elements[i]);
		if (!is_scripts(entry, field) && (entry != STORED_STATE || search->verify->state.data))
			compare_field(search, key, field, redis_reply_text(reply->elements[i + 1]));
	}
}

static void compare_expiry(struct search *search, const char *key, int entry, const struct redis_reply *reply)
{
	if (entry >= 0 && reply->kind == REPLY_INTEGER && reply->integer == -1)
		differ(search, view_of(key), view_of(""), "a time when it vanishes", "none");
}

static bool compare_keys(struct search *search, size_t first, size_t count, struct error *err)
{
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	int entries[KEYS_A_TURN];
	struct view rest;
	for (size_t i = 0; i < count; i++) {
		const char *key = search->keys[first + i];
		entries[i] = redis_schema_find(search->site, view_of(key), &rest);
		redis_commands_add(&commands, "PTTL", key, NULL);
		redis_commands_add(&commands, "TYPE", key, NULL);
		if (entries[i] >= 0 && strcmp(redis_schema[entries[i]].type, "hash") == 0 && !is_passing(search, entries[i], rest))
			redis_commands_add(&commands, "HGETALL", key, NULL);
		else
			redis_commands_add(&commands, "PING", NULL);
	}
	const bool good = ask(search, &commands, &replies, err);
	for (size_t i = 0; good && i < count; i++) {
		const char *key = search->keys[first + i];
		const struct redis_reply *type = replies.list[3 * i + 1], *hash = replies.list[3 * i + 2];
		compare_expiry(search, key, entries[i], replies.list[3 * i]);
		if (entries[i] < 0)
			differ(search, view_of(key), view_of(""), "", type->data ? type->data : "a key");
		else if (strcmp(type->data ? type->data : "", redis_schema[entries[i]].type) != 0 && strcmp(type->data, "none") != 0)
			differ(search, view_of(key), view_of(""), redis_schema[entries[i]].type, type->data);
		else if (hash->kind != REPLY_STATUS)
			compare_hash(search, key, entries[i], hash);
	}
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return good;
}

static void find_missing(struct search *search)
{
	for (size_t i = 0; i < search->count; i++) {
		const struct wanted *wanted = &search->wanted[i];
		const char *end = strchr(wanted->name, '\n');
		char text[160];
		if (wanted->seen)
			continue;
		wanted_text(wanted, "", text, sizeof text);
		differ(search, (struct view){wanted->name, (size_t)(end - wanted->name)}, view_of(end + 1), *text ? text : "an empty text", "");
	}
}

static void build(struct search *search)
{
	const struct redis_verify *verify = search->verify;
	const struct redis_sink sink = {want, search, search->site, verify->veil};
	const struct redis_since everything = {0, INT64_MIN};
	struct redis_figures *figures = redis_figures_create();
	struct series_names names;
	struct redis_picture *picture = redis_figures_take(figures, verify->engine, verify->settings);
	redis_picture_write(picture, &sink);
	redis_picture_destroy(picture);
	redis_figures_destroy(figures);
	redis_present_write(verify->engine, verify->settings, &sink);
	redis_meta_write(verify->engine, verify->settings, &sink);
	series_names(verify->engine, &names);
	for (int kind = 0; kind < SERIES_KINDS; kind++)
		redis_series_write(verify->engine, everything, (enum series_kind)kind, 0, SIZE_MAX, &names, &sink);
	series_names_finish(&names);
	if (verify->state.data)
		redis_state_write(verify->state.data, verify->state.size, verify->state_lsn, &sink);
}

static void finish(struct search *search)
{
	for (size_t i = 0; i < search->count; i++) {
		free(search->wanted[i].name);
		free(search->wanted[i].shown);
	}
	for (size_t i = 0; i < search->key_count; i++)
		free(search->keys[i]);
	free(search->wanted);
	free(search->keys);
	map_finish(&search->places);
}

/* ---- the whole ---- */

struct redis_link *redis_verify_link(const char *url, struct error *err)
{
	struct redis_link_options options = {.name = "tablo-verify", .stop = -1,
		.limits = {.command_ms = 30000, .reply_most = 512u << 20, .exchange_most = (size_t)1 << 30, .elements_most = 16u << 20}};
	struct redis_fault fault;
	if (!redis_url_parse(url, &options.url, err))
		return NULL;
	struct redis_link *link = redis_link_create(&options);
	if (redis_link_connect(link, &fault))
		return link;
	fail(err, "%.590s", fault.error.text);
	redis_link_destroy(link);
	return NULL;
}

bool redis_verify_look(struct redis_link *link, const struct settings *settings, struct redis_meta *meta, uint64_t *state_lsn, struct error *err)
{
	char key[REDIS_KEY_ROOM];
	struct search search = {.link = link, .site = redis_site(settings)};
	struct redis_commands commands = {.bytes = NULL};
	struct redis_replies replies = {.list = NULL};
	struct redis_fault fault;
	redis_meta_ask(search.site, &commands);
	redis_schema_key(key, search.site, STORED_STATE, NULL);
	redis_commands_add(&commands, "HGET", key, "lsn", NULL);
	bool good = ask(&search, &commands, &replies, err);
	if (good && !redis_meta_read(replies.list[0], meta, &fault))
		good = fail(err, "%.590s", fault.error.text);
	*state_lsn = 0;
	if (good && replies.list[1]->kind == REPLY_TEXT)
		redis_decimal_read(redis_reply_text(replies.list[1]), state_lsn);
	redis_commands_finish(&commands);
	redis_replies_finish(&replies);
	return good;
}

int redis_store_verify(struct redis_link *link, const struct redis_verify *verify, struct redis_difference *differences, int room,
	uint64_t *compared, struct error *err)
{
	struct search search = {.verify = verify, .site = redis_site(verify->settings), .link = link, .differences = differences,
		.difference_room = room};
	struct redis_meta meta;
	uint64_t state_lsn;
	char wanted[40], found[40], key[REDIS_KEY_ROOM];
	if (!redis_verify_look(link, verify->settings, &meta, &state_lsn, err) || !list_keys(&search, err)) {
		finish(&search);
		return -1;
	}
	redis_schema_key(key, search.site, STORED_META, NULL);
	snprintf(wanted, sizeof wanted, "%" PRIu64, engine_lsn(verify->engine));
	snprintf(found, sizeof found, "%" PRIu64, meta.watermark);
	if (strcmp(wanted, found) != 0)
		differ(&search, view_of(key), view_of("watermark"), wanted, found);
	if (verify->journal && strcmp(verify->journal, meta.journal) != 0)
		differ(&search, view_of(key), view_of("journal"), verify->journal, meta.journal);
	build(&search);
	bool good = true;
	for (size_t i = 0; good && i < search.key_count; i += KEYS_A_TURN)
		good = compare_keys(&search, i, search.key_count - i < KEYS_A_TURN ? search.key_count - i : KEYS_A_TURN, err);
	find_missing(&search);
	*compared = search.compared;
	finish(&search);
	return good ? search.difference_count : -1;
}
