/* Of each id the keeper has a value: the hour when it was heard of last, as four bytes, the lowest first, and the text. */
#include "feed/mapping/recall_kept.h"

#include <stdlib.h>

#include "base/memory.h"

#define STAMP_SIZE 4
#define FRESH_HOURS 24 /* a text that stays is written again after so many */
#define OUT_OF 8       /* where there is no room, one of so many ids goes */

struct place {
	char bytes[RECALL_TEXT_MOST];
	size_t size;
};

static struct view key_of(const struct recall *recall, struct view id, struct place *place)
{
	const size_t size = strlen(recall->prefix);
	memcpy(place->bytes, recall->prefix, size);
	if (id.size)
		memcpy(place->bytes + size, id.data, id.size);
	return (struct view){place->bytes, size + id.size};
}

static uint32_t stamp_of(struct view value)
{
	uint32_t stamp = 0;
	for (size_t i = 0; i < STAMP_SIZE && value.size >= STAMP_SIZE; i++)
		stamp |= (uint32_t)(unsigned char)value.data[i] << (8 * i);
	return stamp;
}

static size_t most_of(const struct recall *recall)
{
	return recall->keeper->most ? recall->keeper->most : RECALL_KEPT_MOST;
}

bool kept_fits(const struct recall *recall, struct view id, struct view text)
{
	return id.size + strlen(recall->prefix) <= RECALL_TEXT_MOST && text.size <= RECALL_TEXT_MOST;
}

bool kept_find(const struct recall *recall, struct view id, struct view *text)
{
	struct place place;
	struct view value;
	if (!kept_fits(recall, id, view_of("")) || !recall->keeper->find(recall->keeper->context, key_of(recall, id, &place), &value)
		|| value.size < STAMP_SIZE)
		return false;
	*text = (struct view){value.data + STAMP_SIZE, value.size - STAMP_SIZE};
	return true;
}

/* ---- making room ---- */

struct census {
	uint32_t *stamps;
	size_t count, room;
	uint32_t oldest; /* ids heard of until then go */
	size_t most;
	char **keys;
	size_t *sizes;
	size_t key_count;
};

static void take_stamp(void *taker, struct view key, struct view value)
{
	(void)key;
	struct census *census = taker;
	if (census->count == census->room)
		census->stamps = memory_grow(census->stamps, &census->room, census->count + 1, sizeof *census->stamps);
	census->stamps[census->count++] = stamp_of(value);
}

static void take_old(void *taker, struct view key, struct view value)
{
	struct census *census = taker;
	if (census->key_count == census->most || stamp_of(value) > census->oldest)
		return;
	char *copy = memory_new(1, key.size + 1);
	memcpy(copy, key.data, key.size);
	census->keys[census->key_count] = copy;
	census->sizes[census->key_count++] = key.size;
}

static int by_stamp(const void *a, const void *b)
{
	const uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;
	return left < right ? -1 : left > right;
}

static void make_room(struct recall *recall)
{
	const struct recall_keeper *keeper = recall->keeper;
	struct census census = {0};
	keeper->each(keeper->context, view_of(recall->prefix), take_stamp, &census);
	recall->count = census.count;
	if (census.count >= most_of(recall)) {
		qsort(census.stamps, census.count, sizeof *census.stamps, by_stamp);
		census.most = census.count - most_of(recall) + most_of(recall) / OUT_OF + 1;
		census.most = census.most < census.count ? census.most : census.count;
		census.oldest = census.stamps[census.most - 1];
		census.keys = memory_new(census.most, sizeof *census.keys);
		census.sizes = memory_new(census.most, sizeof *census.sizes);
		keeper->each(keeper->context, view_of(recall->prefix), take_old, &census);
	}
	for (size_t i = 0; i < census.key_count; i++) {
		keeper->remove(keeper->context, (struct view){census.keys[i], census.sizes[i]});
		free(census.keys[i]);
	}
	recall->count -= census.key_count;
	free(census.keys);
	free(census.sizes);
	free(census.stamps);
}

static void count_one(void *taker, struct view key, struct view value)
{
	(void)key, (void)value;
	++*(size_t *)taker;
}

void recall_keep(struct recall *recall, const struct recall_keeper *keeper, struct view prefix)
{
	recall_finish(recall);
	recall->keeper = keeper;
	recall->prefix = memory_new(1, prefix.size + 1);
	memcpy(recall->prefix, prefix.data, prefix.size);
	keeper->each(keeper->context, prefix, count_one, &recall->count);
}

void kept_put(struct recall *recall, struct view id, struct view text)
{
	const struct recall_keeper *keeper = recall->keeper;
	const uint32_t now = (uint32_t)*keeper->hour;
	struct place place;
	struct view known, key = key_of(recall, id, &place);
	const bool there = keeper->find(keeper->context, key, &known) && known.size >= STAMP_SIZE;
	if (there && view_equals((struct view){known.data + STAMP_SIZE, known.size - STAMP_SIZE}, text) && now - stamp_of(known) < FRESH_HOURS)
		return;
	if (!there && recall->count >= most_of(recall))
		make_room(recall);
	char value[STAMP_SIZE + RECALL_TEXT_MOST];
	for (size_t i = 0; i < STAMP_SIZE; i++)
		value[i] = (char)(now >> (8 * i));
	if (text.size)
		memcpy(value + STAMP_SIZE, text.data, text.size);
	keeper->put(keeper->context, key, (struct view){value, STAMP_SIZE + text.size});
	recall->count += !there;
}
