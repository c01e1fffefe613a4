#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/tally.h"

/* Buckets at the end of a series that stay open: outcomes come some minutes after arrivals. Older ones are packed. */
#define MINUTES_OPEN 5
#define QUARTERS_OPEN 2
#define VARINT_MOST 10
#define FIRST_ROOM 8

static int64_t *values_of(const struct bucket *bucket)
{
	return bucket->data;
}

static uint16_t *keys_of(const struct bucket *bucket)
{
	return bucket->data ? (uint16_t *)(values_of(bucket) + bucket->room) : NULL;
}

static bool is_maximum(uint16_t key)
{
	return key >= COUNT_FIRST_MAXIMUM && key < COUNTER_COUNT;
}

/* ---- packing: per entry the step from the key before, then the value in zigzag, both 7 bits a byte ---- */

static uint8_t *put_varint(uint8_t *to, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*to++ = (uint8_t)(value | 0x80);
	*to++ = (uint8_t)value;
	return to;
}

static const uint8_t *get_varint(const uint8_t *from, uint64_t *value)
{
	*value = 0;
	for (int shift = 0;; shift += 7) {
		uint8_t byte = *from++;
		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return from;
	}
}

static uint64_t zigzag(int64_t value)
{
	return ((uint64_t)value << 1) ^ (uint64_t)(value >> 63);
}

static int64_t unzigzag(uint64_t value)
{
	return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

struct reader {
	const uint8_t *from;
	uint16_t left;
	uint16_t key;
	int64_t value;
};

static struct reader reader_of(const struct bucket *bucket)
{
	return (struct reader){.from = bucket->data, .left = bucket->used};
}

static bool read_entry(struct reader *reader)
{
	if (!reader->left)
		return false;
	uint64_t step, value;
	reader->from = get_varint(reader->from, &step);
	reader->from = get_varint(reader->from, &value);
	reader->key = (uint16_t)(reader->key + step);
	reader->value = unzigzag(value);
	reader->left--;
	return true;
}

static void pack_bucket(struct bucket *bucket)
{
	if (bucket->packed || !bucket->used)
		return;
	uint8_t *bytes = memory_new(bucket->used, 2 * VARINT_MOST), *end = bytes;
	const uint16_t *keys = keys_of(bucket);
	uint16_t before = 0;
	for (uint16_t i = 0; i < bucket->used; i++) {
		end = put_varint(end, (uint64_t)(keys[i] - before));
		end = put_varint(end, zigzag(values_of(bucket)[i]));
		before = keys[i];
	}
	free(bucket->data);
	bucket->packed = (uint32_t)(end - bytes);
	bucket->data = memory_resize(bytes, bucket->packed, 1);
	bucket->room = 0;
}

static void make_room(struct bucket *bucket, uint16_t room)
{
	int64_t *values = memory_new(room, sizeof(int64_t) + sizeof(uint16_t));
	if (bucket->used) {
		memcpy(values, values_of(bucket), bucket->used * sizeof *values);
		memcpy(values + room, keys_of(bucket), bucket->used * sizeof(uint16_t));
	}
	free(bucket->data);
	bucket->data = values;
	bucket->room = room;
}

static void unpack_bucket(struct bucket *bucket)
{
	struct reader reader = reader_of(bucket);
	struct bucket open = {.start = bucket->start};
	make_room(&open, (uint16_t)(bucket->used + FIRST_ROOM));
	while (read_entry(&reader)) {
		keys_of(&open)[open.used] = reader.key;
		values_of(&open)[open.used++] = reader.value;
	}
	free(bucket->data);
	*bucket = open;
}

/* ---- one bucket ---- */

static uint16_t find_key(const struct bucket *bucket, uint16_t from, uint16_t key)
{
	const uint16_t *keys = keys_of(bucket);
	/* Keys are distinct and ascend: none stands further back than its own number. */
	uint16_t low = from, high = bucket->used <= key ? bucket->used : (uint16_t)(key + 1);
	while (low < high) {
		uint16_t middle = (uint16_t)((low + high) / 2);
		if (keys[middle] < key)
			low = (uint16_t)(middle + 1);
		else
			high = middle;
	}
	return low;
}

static void insert_key(struct bucket *bucket, uint16_t place, uint16_t key)
{
	if (bucket->used == bucket->room)
		make_room(bucket, (uint16_t)(bucket->room ? bucket->room * 2 : FIRST_ROOM));
	size_t after = (size_t)(bucket->used - place);
	memmove(keys_of(bucket) + place + 1, keys_of(bucket) + place, after * sizeof(uint16_t));
	memmove(values_of(bucket) + place + 1, values_of(bucket) + place, after * sizeof(int64_t));
	keys_of(bucket)[place] = key;
	values_of(bucket)[place] = 0;
	bucket->used++;
}

static void add_counts(struct bucket *bucket, const struct count *counts, size_t n)
{
	uint16_t place = 0;
	for (size_t i = 0; i < n; i++) {
		uint16_t key = counts[i].key;
		place = find_key(bucket, place, key);
		if (place == bucket->used || keys_of(bucket)[place] != key)
			insert_key(bucket, place, key);
		int64_t *value = &values_of(bucket)[place];
		if (!is_maximum(key))
			*value += counts[i].delta;
		else if (counts[i].delta > *value)
			*value = counts[i].delta;
	}
}

/* ---- a series ---- */

void series_init(struct series *series, int64_t length, int64_t keep)
{
	*series = (struct series){.length = length, .keep = keep};
}

void series_finish(struct series *series)
{
	for (size_t i = series->first; i < series->count; i++)
		free(series->buckets[i].data);
	free(series->buckets);
	*series = (struct series){0};
}

static int64_t start_of(const struct series *series, int64_t at)
{
	int64_t past = at % series->length;
	return at - past - (past < 0 ? series->length : 0);
}

/* The first bucket that begins at `start` or later; most questions are about the end. */
static size_t find_bucket(const struct series *series, int64_t start)
{
	size_t low = series->first, high = series->count;
	if (low < high && series->buckets[high - 1].start < start)
		return high;
	for (int steps = 0; steps < 4 && low < high; steps++, high--)
		if (series->buckets[high - 1].start == start)
			return high - 1;
	high = series->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		if (series->buckets[middle].start < start)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static void drop_old(struct series *series, int64_t now)
{
	while (series->first < series->count && series->buckets[series->first].start <= now - series->keep - series->length)
		free(series->buckets[series->first++].data);
	if (series->first < 16 || series->first < series->count / 2)
		return;
	series->count -= series->first;
	memmove(series->buckets, series->buckets + series->first, series->count * sizeof *series->buckets);
	series->first = 0;
}

static size_t open_most(const struct series *series)
{
	return series->length == MINUTE_MS ? MINUTES_OPEN : QUARTERS_OPEN;
}

static void insert_bucket(struct series *series, size_t place, int64_t start)
{
	if (series->count == series->room) {
		/* Grown gently: there are many series, most of them short. */
		series->room = series->room ? series->room + series->room / 2 : 4;
		series->buckets = memory_resize(series->buckets, series->room, sizeof *series->buckets);
	}
	memmove(series->buckets + place + 1, series->buckets + place, (series->count - place) * sizeof *series->buckets);
	series->buckets[place] = (struct bucket){.start = start};
	series->count++;
	if (series->count - series->first > open_most(series))
		pack_bucket(&series->buckets[series->count - 1 - open_most(series)]);
}

void series_add_all(struct series *series, int64_t at, int64_t now, const struct count *counts, size_t n)
{
	int64_t start = start_of(series, at);
	if (start <= now - series->keep - series->length)
		return;
	size_t place = find_bucket(series, start);
	if (place == series->count) {
		drop_old(series, now);
		place = series->count;
	}
	if (place == series->count || series->buckets[place].start != start)
		insert_bucket(series, place, start);
	struct bucket *bucket = &series->buckets[place];
	if (bucket->packed)
		unpack_bucket(bucket);
	add_counts(bucket, counts, n);
	if (place + open_most(series) < series->count)
		pack_bucket(bucket);
}

void series_add(struct series *series, int64_t at, int64_t now, uint16_t key, int64_t delta)
{
	struct count count = {key, delta};
	series_add_all(series, at, now, &count, 1);
}

static void sum_entry(struct tally *tally, uint16_t key, int64_t value)
{
	int64_t *sum = &tally->value[key];
	if (!is_maximum(key))
		*sum += value;
	else if (value > *sum)
		*sum = value;
}

static void sum_bucket(const struct bucket *bucket, uint16_t below, struct tally *tally)
{
	if (bucket->packed) {
		struct reader reader = reader_of(bucket);
		while (read_entry(&reader) && reader.key < below)
			sum_entry(tally, reader.key, reader.value);
		return;
	}
	if (!bucket->used)
		return;
	const uint16_t *keys = keys_of(bucket);
	for (uint16_t i = 0; i < bucket->used && keys[i] < below; i++)
		sum_entry(tally, keys[i], values_of(bucket)[i]);
}

void series_sum(const struct series *series, int64_t after, int64_t until, bool with_bins, struct tally *tally)
{
	uint16_t below = with_bins ? TALLY_KEYS : KEY_WAIT_BINS;
	for (size_t i = find_bucket(series, after + 1); i < series->count && series->buckets[i].start <= until; i++)
		sum_bucket(&series->buckets[i], below, tally);
}

int64_t series_value(const struct series *series, int64_t at, uint16_t key)
{
	int64_t start = start_of(series, at);
	size_t place = find_bucket(series, start);
	if (place == series->count || series->buckets[place].start != start)
		return 0;
	const struct bucket *bucket = &series->buckets[place];
	if (!bucket->packed) {
		uint16_t found = bucket->used ? find_key(bucket, 0, key) : 0;
		return found < bucket->used && keys_of(bucket)[found] == key ? values_of(bucket)[found] : 0;
	}
	struct reader reader = reader_of(bucket);
	while (read_entry(&reader))
		if (reader.key >= key)
			return reader.key == key ? reader.value : 0;
	return 0;
}
