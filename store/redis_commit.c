#include <assert.h>
#include <stdlib.h>

#include "base/map.h"
#include "base/memory.h"
#include "store/redis_bundle.h"
#include "store/redis_commit.h"

struct field {
	char *bytes; /* name, then value */
	size_t name_size, value_size;
	bool drop; /* HDEL */
	uint32_t next; /* of the same key, or MAP_NONE */
};

struct key {
	struct view name; /* ours to free */
	bool remove;
	uint32_t seconds; /* 0: as it is */
	char *value;	  /* SET; NULL: a hash, or nothing */
	size_t value_size;
	uint32_t first, last; /* fields, or MAP_NONE */
};

struct redis_commit {
	struct redis_commit_head head;
	struct map key_places;
	struct map field_places; /* fields by key place and name, once it is indexed */
	bool indexed;		 /* else a field told twice stands there twice, in order: only what absorbs others grows old enough to mind */
	uint32_t newest_place;	 /* of the key told last: fields of one key come together */
	struct key *keys;
	size_t key_count, key_room;
	struct field *fields;
	size_t field_count, field_room;
	uint32_t free; /* fields of removed keys, without bytes, by .next */
	size_t size;
	struct redis_commit_rest rest; /* .forget NULL: none */
	char *expected[3]; /* field, before, after; NULL: nothing is expected */
	uint32_t expected_place;
};

static char *copy(struct view bytes)
{
	char *made = memory_new(bytes.size + 1, 1);
	if (bytes.size)
		memcpy(made, bytes.data, bytes.size);
	return made;
}

struct redis_commit *redis_commit_create(const struct redis_commit_head *head)
{
	struct redis_commit *commit = memory_new(1, sizeof *commit);
	commit->head = *head;
	commit->free = MAP_NONE;
	return commit;
}

static void forget_rest(struct redis_commit *commit)
{
	const struct redis_commit_rest rest = commit->rest;
	commit->rest = (struct redis_commit_rest){.put = NULL};
	if (rest.forget)
		rest.forget(rest.context);
}

void redis_commit_defer(struct redis_commit *commit, const struct redis_commit_rest *rest)
{
	commit->rest = *rest;
}

void redis_commit_complete(struct redis_commit *commit)
{
	if (commit->rest.put)
		commit->rest.put(commit->rest.context, commit);
	forget_rest(commit);
}

void redis_commit_destroy(struct redis_commit *commit)
{
	if (!commit)
		return;
	forget_rest(commit);
	for (size_t i = 0; i < commit->field_count; i++)
		free(commit->fields[i].bytes);
	for (size_t i = 0; i < commit->key_count; i++) {
		free((char *)commit->keys[i].name.data);
		free(commit->keys[i].value);
	}
	for (size_t i = 0; i < 3; i++)
		free(commit->expected[i]);
	map_finish(&commit->key_places);
	map_finish(&commit->field_places);
	free(commit->keys);
	free(commit->fields);
	free(commit);
}

const struct redis_commit_head *redis_commit_head(const struct redis_commit *commit)
{
	return &commit->head;
}

size_t redis_commit_size(const struct redis_commit *commit)
{
	return commit->size;
}

static uint32_t place_of(struct redis_commit *commit, struct view name)
{
	uint32_t place = commit->newest_place;
	if (place < commit->key_count && view_equals(commit->keys[place].name, name))
		return place;
	place = commit->newest_place = map_find(&commit->key_places, name);
	if (place != MAP_NONE)
		return place;
	place = commit->newest_place = (uint32_t)commit->key_count;
	commit->keys = memory_grow(commit->keys, &commit->key_room, commit->key_count + 1, sizeof *commit->keys);
	commit->keys[commit->key_count++] = (struct key){.name = {copy(name), name.size}, .first = MAP_NONE, .last = MAP_NONE};
	map_put(&commit->key_places, name, place);
	commit->size += name.size + 16;
	return place;
}

/* ---- fields ---- */

struct place_name { /* a field's key in the map */
	uint32_t place;
	char name[REDIS_FIELD_MOST];
};

static struct view field_name(struct place_name *room, uint32_t place, struct view name)
{
	assert(name.size <= sizeof room->name);
	room->place = place;
	memcpy(room->name, name.data, name.size);
	return (struct view){(const char *)room, sizeof room->place + name.size};
}

/* A place that a removed key left, or a new one. */
static uint32_t free_field(struct redis_commit *commit)
{
	uint32_t number = commit->free;
	if (number != MAP_NONE) {
		commit->free = commit->fields[number].next;
	} else {
		number = (uint32_t)commit->field_count++;
		commit->fields = memory_grow(commit->fields, &commit->field_room, commit->field_count, sizeof *commit->fields);
	}
	commit->fields[number] = (struct field){.next = MAP_NONE};
	return number;
}

static uint32_t add_field(struct redis_commit *commit, uint32_t place)
{
	struct key *key = &commit->keys[place];
	const uint32_t number = free_field(commit);
	if (key->first == MAP_NONE)
		key->first = number;
	else
		commit->fields[key->last].next = number;
	key->last = number;
	return number;
}

static uint32_t field_of(struct redis_commit *commit, uint32_t place, struct view name)
{
	struct place_name room;
	const struct view known = field_name(&room, place, name);
	uint32_t number = map_find(&commit->field_places, known);
	if (number == MAP_NONE) {
		number = add_field(commit, place);
		map_put(&commit->field_places, known, number);
	}
	return number;
}

static void put_field(struct redis_commit *commit, uint32_t place, struct view name, struct view value, bool drop)
{
	const uint32_t number = commit->indexed ? field_of(commit, place, name) : add_field(commit, place);
	struct field *field = &commit->fields[number];
	char *bytes = memory_new(name.size + value.size + 1, 1);
	memcpy(bytes, name.data, name.size);
	if (value.size)
		memcpy(bytes + name.size, value.data, value.size);
	commit->size += name.size + value.size + 16;
	if (field->bytes)
		commit->size -= field->name_size + field->value_size + 16;
	free(field->bytes);
	field->bytes = bytes;
	field->name_size = name.size;
	field->value_size = value.size;
	field->drop = drop;
}

static struct view name_of(const struct field *field)
{
	return (struct view){field->bytes, field->name_size};
}

static struct view value_of(const struct field *field)
{
	return (struct view){field->bytes + field->name_size, field->value_size};
}

static void forget_fields(struct redis_commit *commit, uint32_t place)
{
	struct key *key = &commit->keys[place];
	for (uint32_t number = key->first; number != MAP_NONE; number = commit->fields[number].next) {
		struct field *field = &commit->fields[number];
		struct place_name room;
		if (commit->indexed)
			map_remove(&commit->field_places, field_name(&room, place, name_of(field)));
		commit->size -= field->name_size + field->value_size + 16;
		free(field->bytes);
		field->bytes = NULL;
	}
	if (key->last != MAP_NONE) {
		commit->fields[key->last].next = commit->free;
		commit->free = key->first;
	}
	key->first = key->last = MAP_NONE;
}

/* `number` stands for what `older` stood for, and is free then. */
static void replace_field(struct redis_commit *commit, uint32_t older, uint32_t number)
{
	struct field *to = &commit->fields[older], *from = &commit->fields[number];
	const uint32_t next = to->next;
	commit->size -= to->name_size + to->value_size + 16;
	free(to->bytes);
	*to = *from;
	to->next = next;
	*from = (struct field){.next = commit->free};
	commit->free = number;
}

static void index_key(struct redis_commit *commit, uint32_t place)
{
	struct key *key = &commit->keys[place];
	uint32_t before = MAP_NONE, next;
	for (uint32_t number = key->first; number != MAP_NONE; number = next) {
		struct place_name room;
		const struct view known = field_name(&room, place, name_of(&commit->fields[number]));
		const uint32_t older = map_find(&commit->field_places, known);
		next = commit->fields[number].next;
		if (older == MAP_NONE) {
			map_put(&commit->field_places, known, number);
			before = number;
			continue;
		}
		if (older == before) /* its .next is about to be taken over */
			commit->fields[older].next = next;
		else
			commit->fields[before].next = next;
		replace_field(commit, older, number);
	}
	key->last = before;
}

static void index_fields(struct redis_commit *commit)
{
	for (size_t i = 0; !commit->indexed && i < commit->key_count; i++)
		index_key(commit, (uint32_t)i);
	commit->indexed = true;
}

/* ---- what is put ---- */

void redis_commit_field(struct redis_commit *commit, struct view key, struct view field, struct view value)
{
	put_field(commit, place_of(commit, key), field, value, false);
}

void redis_commit_drop_field(struct redis_commit *commit, struct view key, struct view field)
{
	put_field(commit, place_of(commit, key), field, (struct view){"", 0}, true);
}

void redis_commit_value(struct redis_commit *commit, struct view key, struct view value)
{
	const uint32_t place = place_of(commit, key); /* may move the keys */
	struct key *at = &commit->keys[place];
	commit->size += value.size;
	commit->size -= at->value ? at->value_size : 0;
	free(at->value);
	at->value = copy(value);
	at->value_size = value.size;
}

void redis_commit_expire(struct redis_commit *commit, struct view key, uint32_t seconds)
{
	const uint32_t place = place_of(commit, key); /* may move the keys */
	commit->keys[place].seconds = seconds;
}

void redis_commit_remove(struct redis_commit *commit, struct view key)
{
	const uint32_t place = place_of(commit, key);
	forget_fields(commit, place);
	struct key *at = &commit->keys[place];
	commit->size -= at->value ? at->value_size : 0;
	free(at->value);
	at->value = NULL;
	at->value_size = 0;
	at->seconds = 0;
	at->remove = true;
}

void redis_commit_expect(struct redis_commit *commit, struct view key, struct view field, struct view before, struct view after)
{
	const struct view texts[3] = {field, before, after};
	commit->expected_place = place_of(commit, key);
	for (size_t i = 0; i < 3; i++) {
		free(commit->expected[i]);
		commit->expected[i] = copy(texts[i]);
	}
}

static void absorb_key(struct redis_commit *older, const struct redis_commit *newer, const struct key *key)
{
	if (key->remove)
		redis_commit_remove(older, key->name);
	if (key->value)
		redis_commit_value(older, key->name, (struct view){key->value, key->value_size});
	for (uint32_t number = key->first; number != MAP_NONE; number = newer->fields[number].next) {
		const struct field *field = &newer->fields[number];
		put_field(older, place_of(older, key->name), name_of(field), value_of(field), field->drop);
	}
	if (key->seconds)
		redis_commit_expire(older, key->name, key->seconds);
}

bool redis_commit_absorb(struct redis_commit *older, const struct redis_commit *newer)
{
	const struct redis_commit_head *a = &older->head, *b = &newer->head;
	if (strcmp(a->meta, b->meta) != 0 || strcmp(a->journal, b->journal) != 0 || strcmp(a->writer, b->writer) != 0 ||
		a->epoch != b->epoch || older->rest.put || newer->rest.put || older->expected[0] || newer->expected[0] ||
		a->schema != b->schema || b->previous > a->watermark || b->watermark < a->watermark)
		return false;
	index_fields(older);
	for (size_t i = 0; i < newer->key_count; i++)
		absorb_key(older, newer, &newer->keys[i]);
	if (!b->previous) /* a rewrite: whatever stands below does not matter */
		older->head.previous = 0;
	older->head.watermark = b->watermark;
	return true;
}

/* ---- the call ---- */

static size_t position_of(size_t place)
{
	return place + 2; /* from 1, and the meta key stands first */
}

/* How many fields from here on make one operation: of one kind, and as many as the script takes at once. */
static size_t count_run(const struct redis_commit *commit, uint32_t number)
{
	const bool drop = commit->fields[number].drop;
	const size_t most = drop ? REDIS_FIELDS_MOST : REDIS_FIELDS_MOST / 2;
	size_t count = 0;
	for (; number != MAP_NONE && commit->fields[number].drop == drop && count < most; number = commit->fields[number].next)
		count++;
	return count;
}

static void encode_fields(struct redis_bundle *bundle, const struct redis_commit *commit, size_t place)
{
	for (uint32_t number = commit->keys[place].first; number != MAP_NONE;) {
		const bool drop = commit->fields[number].drop;
		const size_t count = count_run(commit, number);
		redis_bundle_operation(bundle, drop ? 'F' : 'H', position_of(place));
		redis_bundle_number(bundle, (uint32_t)(drop ? count : count * 2));
		for (size_t i = 0; i < count; i++) {
			redis_bundle_text(bundle, name_of(&commit->fields[number]));
			if (!drop)
				redis_bundle_text(bundle, value_of(&commit->fields[number]));
			number = commit->fields[number].next;
		}
	}
}

static void encode_key(struct redis_bundle *bundle, const struct redis_commit *commit, size_t place)
{
	const struct key *key = &commit->keys[place];
	if (key->remove)
		redis_bundle_operation(bundle, 'D', position_of(place));
	if (key->value) {
		redis_bundle_operation(bundle, 'S', position_of(place));
		redis_bundle_text(bundle, (struct view){key->value, key->value_size});
	}
	encode_fields(bundle, commit, place);
	if (key->seconds) {
		redis_bundle_operation(bundle, 'E', position_of(place));
		redis_bundle_number(bundle, key->seconds);
	}
}

static void encode_expected(struct redis_bundle *bundle, const struct redis_commit *commit)
{
	if (!commit->expected[0])
		return;
	redis_bundle_operation(bundle, 'C', position_of(commit->expected_place));
	for (size_t i = 0; i < 3; i++)
		redis_bundle_text(bundle, view_of(commit->expected[i]));
}

void redis_commit_encode(const struct redis_commit *commit, struct redis_call *call)
{
	const struct redis_commit_head *head = &commit->head;
	struct redis_bundle bundle = {.call = call};
	call->script = &redis_script_commit;
	redis_call_key(call, view_of(head->meta));
	for (size_t i = 0; i < commit->key_count; i++)
		redis_call_key(call, commit->keys[i].name);
	redis_call_decimal(call, head->epoch);
	redis_call_decimal(call, head->watermark);
	redis_call_decimal(call, head->previous);
	redis_call_decimal(call, head->schema);
	redis_call_word(call, view_of(head->journal));
	redis_call_word(call, view_of(head->writer));
	encode_expected(&bundle, commit);
	for (size_t i = 0; i < commit->key_count; i++)
		encode_key(&bundle, commit, i);
	redis_bundle_finish(&bundle);
}
