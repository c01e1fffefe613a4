#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "metrics/bucket.h"

#define VARINT_MOST 10
_Static_assert(TALLY_KEYS < (1 << 14) && BUCKET_BYTES_MOST >= TALLY_KEYS * (2 + VARINT_MOST), "a step and a value fit");
_Static_assert(BUCKET_BYTES_MOST <= UINT16_MAX, "a bucket's size has 16 bits");
#define LOG_FIRST 4
#define LOG_MOST 512
#define LOG_SHORT 32

#define LANE 8 /* counters that follow one another; those of one matter do */
#define LANES ((COUNTER_COUNT + LANE - 1) / LANE)
#define LANES_FIRST 3
#define LANES_MORE 2

/* A bucket laid out: counters in their places, in lanes, of which there are those that were ever counted in; bins, of which few are ever
 * used, as a log that is summed up now and then. */
struct page {
	struct count *log;
	size_t used, room;
	uint8_t lane_count, lane_room;
	uint8_t lane_at[LANES]; /* 0: there is none; else its place among lanes + 1 */
	int64_t lanes[][LANE];
};

void bucket_finish(struct bucket *bucket)
{
	if (bucket->laid_out)
		free(((struct page *)bucket->data)->log);
	if (!bucket->shared || bucket->owner)
		free(bucket->data);
	*bucket = (struct bucket){.start = bucket->start, .stamp = bucket->stamp};
}

/* ---- laid out ---- */

static size_t page_size(size_t lanes)
{
	return sizeof(struct page) + lanes * sizeof ((struct page *)NULL)->lanes[0];
}

static struct page *new_page(void)
{
	struct page *page = memory_new(1, page_size(LANES_FIRST));
	page->lane_room = LANES_FIRST;
	return page;
}

void bucket_open(struct bucket *bucket)
{
	bucket->open = bucket->laid_out = true;
	bucket->data = new_page();
}

/* Another lane; the page may move. */
static struct page *add_lane(struct page *page, size_t lane)
{
	if (page->lane_count == page->lane_room) {
		page->lane_room = (uint8_t)(page->lane_room + LANES_MORE);
		page = memory_resize(page, page_size(page->lane_room), 1);
	}
	memset(page->lanes[page->lane_count], 0, sizeof page->lanes[0]);
	page->lane_at[lane] = ++page->lane_count;
	return page;
}

static inline int64_t *counter_of(struct page **page, uint16_t key)
{
	const size_t lane = key / LANE;
	if (!(*page)->lane_at[lane])
		*page = add_lane(*page, lane);
	return &(*page)->lanes[(*page)->lane_at[lane] - 1][key % LANE];
}

/* The same for many: each bin in its place. */
static size_t sum_long_log(const struct page *page, struct count *counts)
{
	int64_t bins[TALLY_KEYS - KEY_WAIT_BINS] = {0};
	for (size_t i = 0; i < page->used; i++)
		bins[page->log[i].key - KEY_WAIT_BINS] += page->log[i].delta;
	size_t n = 0;
	for (uint16_t key = KEY_WAIT_BINS; key < TALLY_KEYS; key++)
		if (bins[key - KEY_WAIT_BINS])
			counts[n++] = (struct count){key, bins[key - KEY_WAIT_BINS]};
	return n;
}

/* The bins of the log, one entry each, ascending: into `counts`, which may be the log itself. A minute of a queue or an agent has a few. */
static size_t sum_log(const struct page *page, struct count *counts)
{
	struct count sorted[LOG_SHORT];
	size_t n = 0, kept = 0;
	if (page->used > LOG_SHORT)
		return sum_long_log(page, counts);
	for (size_t i = 0; i < page->used; i++) {
		const struct count count = page->log[i];
		size_t place = n;
		while (place > 0 && sorted[place - 1].key > count.key)
			place--;
		if (place > 0 && sorted[place - 1].key == count.key) {
			sorted[place - 1].delta += count.delta;
			continue;
		}
		memmove(sorted + place + 1, sorted + place, (n++ - place) * sizeof *sorted);
		sorted[place] = count;
	}
	for (size_t i = 0; i < n; i++)
		if (sorted[i].delta)
			counts[kept++] = sorted[i];
	return kept;
}

static void log_bin(struct page *page, struct count count)
{
	if (page->used == page->room && page->room >= LOG_MOST)
		page->used = sum_log(page, page->log);
	if (page->used > page->room / 2 && (page->used == page->room || page->room >= LOG_MOST))
		page->log = memory_grow(page->log, &page->room, page->room + 1, sizeof *page->log);
	else if (!page->room)
		page->log = memory_grow(page->log, &page->room, LOG_FIRST, sizeof *page->log);
	page->log[page->used++] = count;
}

void bucket_count(struct bucket *bucket, const struct count *counts, size_t n)
{
	struct page *page = bucket->data;
	for (size_t i = 0; i < n; i++) {
		if (counts[i].key < COUNTER_COUNT)
			count_into(counter_of(&page, counts[i].key), counts[i].key, counts[i].delta);
		else
			log_bin(page, counts[i]);
	}
	bucket->data = page;
}

size_t bucket_counts(const struct bucket *bucket, struct count *counts)
{
	const struct page *page = bucket->data;
	size_t n = 0;
	for (size_t lane = 0; lane < LANES; lane++) {
		const int64_t *values = page->lane_at[lane] ? page->lanes[page->lane_at[lane] - 1] : NULL;
		for (size_t i = 0; values && i < LANE; i++)
			if (values[i])
				counts[n++] = (struct count){(uint16_t)(lane * LANE + i), values[i]};
	}
	return n + sum_log(page, counts + n);
}

/* ---- packed ---- */

static uint8_t *put_varint(uint8_t *to, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		*to++ = (uint8_t)(value | 0x80);
	*to++ = (uint8_t)value;
	return to;
}

static inline const uint8_t *get_varint(const uint8_t *from, uint64_t *value)
{
	*value = *from;
	if (!(*from & 0x80)) /* most are */
		return from + 1;
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

/* Stands at an entry, or at the end. */
struct reader {
	const uint8_t *entry, *value, *next, *end;
	uint16_t key;
};

static void next_entry(struct reader *reader)
{
	uint64_t step;
	reader->entry = reader->next;
	if (reader->entry == reader->end)
		return;
	reader->value = get_varint(reader->entry, &step);
	reader->key = (uint16_t)(reader->key + step);
	reader->next = reader->value;
	while (*reader->next++ & 0x80)
		continue;
}

static int64_t entry_value(const struct reader *reader)
{
	uint64_t value;
	get_varint(reader->value, &value);
	return unzigzag(value);
}

static struct reader reader_of(const struct bucket *bucket)
{
	const uint8_t *bytes = bucket->data;
	struct reader reader = {.next = bytes, .end = bytes ? bytes + bucket->size : NULL};
	next_entry(&reader);
	return reader;
}

struct writer {
	uint8_t bytes[BUCKET_BYTES_MOST];
	uint8_t *end;
	uint16_t before;
};

static void write_entry(struct writer *writer, struct count count)
{
	if (!count.delta)
		return;
	writer->end = put_varint(writer->end, (uint64_t)(count.key - writer->before));
	writer->end = put_varint(writer->end, zigzag(count.delta));
	writer->before = count.key;
}

/* The entries with keys below `below` as they stand: only the step to the first one depends on what comes before it. */
static void copy_entries(struct writer *writer, struct reader *reader, uint32_t below)
{
	if (reader->entry == reader->end || reader->key >= below)
		return;
	writer->end = put_varint(writer->end, (uint64_t)(reader->key - writer->before));
	const uint8_t *from = reader->value;
	do {
		writer->before = reader->key;
		next_entry(reader);
	} while (reader->entry != reader->end && reader->key < below);
	const size_t size = (size_t)(reader->entry - from);
	memcpy(writer->end, from, size);
	writer->end += size;
}

/* What is left, without a look at it. */
static void copy_rest(struct writer *writer, const struct reader *reader)
{
	if (reader->entry == reader->end)
		return;
	const size_t size = (size_t)(reader->end - reader->value);
	writer->end = put_varint(writer->end, (uint64_t)(reader->key - writer->before));
	memcpy(writer->end, reader->value, size);
	writer->end += size;
}

static void keep(struct bucket *bucket, const struct writer *writer)
{
	bucket->size = (uint16_t)(writer->end - writer->bytes);
	bucket->data = memory_resize(bucket->data, bucket->size, 1);
	memcpy(bucket->data, writer->bytes, bucket->size);
}

void bucket_close(struct bucket *bucket, const struct count *counts, size_t n)
{
	bucket_finish(bucket);
	bucket_merge(bucket, counts, n);
}

void bucket_merge(struct bucket *bucket, const struct count *counts, size_t n)
{
	if (bucket->laid_out) {
		bucket_count(bucket, counts, n);
		return;
	}
	struct reader reader = reader_of(bucket);
	struct writer writer;
	writer.end = writer.bytes;
	writer.before = 0;
	for (size_t i = 0; i < n; i++) {
		struct count count = counts[i];
		copy_entries(&writer, &reader, count.key);
		if (reader.entry != reader.end && reader.key == count.key) {
			int64_t sum = entry_value(&reader);
			count_into(&sum, count.key, count.delta);
			count.delta = sum;
			next_entry(&reader);
		}
		write_entry(&writer, count);
	}
	copy_rest(&writer, &reader);
	keep(bucket, &writer);
}

void bucket_lay_out(struct bucket *bucket)
{
	if (bucket->laid_out)
		return;
	struct page *page = new_page();
	for (struct reader reader = reader_of(bucket); reader.entry != reader.end; next_entry(&reader)) {
		const struct count count = {reader.key, entry_value(&reader)};
		if (count.key < COUNTER_COUNT)
			*counter_of(&page, count.key) = count.delta;
		else
			log_bin(page, count);
	}
	free(bucket->data);
	bucket->data = page;
	bucket->size = 0;
	bucket->laid_out = true;
}

void bucket_pack(struct bucket *bucket)
{
	struct count counts[TALLY_KEYS];
	if (bucket->laid_out)
		bucket_close(bucket, counts, bucket_counts(bucket, counts));
}

struct view bucket_bytes(const struct bucket *bucket, uint8_t room[BUCKET_BYTES_MOST])
{
	struct count counts[TALLY_KEYS];
	struct writer writer;
	if (!bucket->laid_out)
		return (struct view){bucket->data, bucket->size};
	writer.end = writer.bytes;
	writer.before = 0;
	const size_t n = bucket_counts(bucket, counts);
	for (size_t i = 0; i < n; i++)
		write_entry(&writer, counts[i]);
	const size_t size = (size_t)(writer.end - writer.bytes);
	memcpy(room, writer.bytes, size);
	return (struct view){(const char *)room, size};
}

/* ---- together ---- */

/* The last one, which frees the piece, has its beginning. */
void buckets_share(struct bucket *buckets)
{
	size_t size = 0;
	for (int i = 0; i < BUCKETS_SHARED; i++)
		size += buckets[i].size;
	uint8_t *to = memory_resize(NULL, size, 1);
	for (int i = BUCKETS_SHARED - 1; i >= 0; i--) {
		if (buckets[i].size)
			memcpy(to, buckets[i].data, buckets[i].size);
		free(buckets[i].data);
		buckets[i].data = to;
		buckets[i].shared = true;
		buckets[i].owner = i == BUCKETS_SHARED - 1;
		to += buckets[i].size;
	}
}

void buckets_part(struct bucket *any, const struct bucket *first)
{
	struct bucket *owner = any;
	while (!owner->owner)
		owner++;
	void *piece = owner->data;
	for (struct bucket *bucket = owner; bucket >= first && bucket->shared && (bucket == owner || !bucket->owner); bucket--) {
		void *own = memory_resize(NULL, bucket->size, 1);
		if (bucket->size)
			memcpy(own, bucket->data, bucket->size);
		bucket->data = own;
		bucket->shared = bucket->owner = false;
	}
	free(piece);
}

/* ---- from elsewhere ---- */

#define VALUE_MOST (INT64_C(1) << 46) /* no sum of a quarter hour comes near it, and no sum of sums overflows */

bool bucket_takes(struct count count)
{
	bool key = count.key < COUNTER_COUNT || (count.key >= KEY_WAIT_BINS && count.key < TALLY_KEYS);
	return key && count.delta >= -VALUE_MOST && count.delta <= VALUE_MOST;
}

/* get_varint() trusts its bytes; this does not. NULL: it does not end. */
static inline const uint8_t *check_varint(const uint8_t *from, const uint8_t *end, uint64_t *value)
{
	if (from < end && !(*from & 0x80)) {
		*value = *from;
		return from + 1;
	}
	for (int length = 1; length < VARINT_MOST && from + length <= end; length++)
		if (!(from[length - 1] & 0x80))
			return get_varint(from, value);
	return NULL;
}

static bool is_sound(const uint8_t *from, const uint8_t *end)
{
	uint64_t step, value, key = 0;
	for (bool first = true; from < end; first = false) {
		if (!(from = check_varint(from, end, &step)) || !(from = check_varint(from, end, &value)))
			return false;
		if ((!first && !step) || step > TALLY_KEYS || (key += step) >= TALLY_KEYS)
			return false;
		if (!bucket_takes((struct count){(uint16_t)key, unzigzag(value)}))
			return false;
	}
	return true;
}

bool bucket_restore(struct bucket *bucket, const void *bytes, size_t size)
{
	if (size > BUCKET_BYTES_MOST || (size && !is_sound(bytes, (const uint8_t *)bytes + size)))
		return false;
	bucket->open = bucket->laid_out = false;
	bucket->size = (uint16_t)size;
	bucket->data = memory_resize(bucket->data, size, 1);
	if (size)
		memcpy(bucket->data, bytes, size);
	return true;
}

/* ---- both ---- */

static void sum_page(const struct page *page, uint16_t below, struct tally *tally)
{
	const uint16_t counters = below < COUNTER_COUNT ? below : COUNTER_COUNT;
	for (uint16_t lane = 0; lane * LANE < counters; lane++) {
		const int64_t *values = page->lane_at[lane] ? page->lanes[page->lane_at[lane] - 1] : NULL;
		const uint16_t first = (uint16_t)(lane * LANE), end = first + LANE < counters ? (uint16_t)(first + LANE) : counters;
		for (uint16_t key = first; values && key < end; key++)
			count_into(&tally->value[key], key, values[key - first]);
	}
	for (size_t i = 0; below > KEY_WAIT_BINS && i < page->used; i++)
		tally->value[page->log[i].key] += page->log[i].delta;
}

void bucket_sum(const struct bucket *bucket, uint16_t below, struct tally *tally)
{
	if (bucket->laid_out) {
		sum_page(bucket->data, below, tally);
		return;
	}
	for (struct reader reader = reader_of(bucket); reader.entry != reader.end && reader.key < below; next_entry(&reader))
		count_into(&tally->value[reader.key], reader.key, entry_value(&reader));
}
