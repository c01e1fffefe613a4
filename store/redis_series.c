#include "store/redis_series.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/map.h"
#include "base/memory.h"

#define SERIES_FORMAT 1
#define VARINT_MOST 10

static const char *const ways[LEDGER_WAYS] = {"/outcome", "/arrival"};
#define GAUGES "/gauges"

enum redis_key redis_series_key(enum grain grain)
{
	return grain == GRAIN_MINUTES ? STORED_MINUTES : grain == GRAIN_QUARTERS ? STORED_QUARTERS : STORED_DAYS;
}

uint32_t redis_series_expiry(const struct engine *engine, const struct stretch_of_time *stretch)
{
	const int64_t left = (stretch->to - engine_now(engine)) / SECOND_MS + redis_schema[redis_series_key(stretch->grain)].expires;
	return left < 3600 ? 3600 : left > INT32_MAX ? INT32_MAX : (uint32_t)left;
}

/* ---- writing ---- */

struct packer {
	uint8_t *bytes;
	size_t size, room;
};

static void put_varint(struct packer *packer, uint64_t value)
{
	packer->bytes = memory_grow(packer->bytes, &packer->room, packer->size + VARINT_MOST, 1);
	for (; value >= 0x80; value >>= 7)
		packer->bytes[packer->size++] = (uint8_t)(value | 0x80);
	packer->bytes[packer->size++] = (uint8_t)value;
}

static void put_bytes(struct packer *packer, const void *bytes, size_t size)
{
	packer->bytes = memory_grow(packer->bytes, &packer->room, packer->size + size + 1, 1);
	if (size)
		memcpy(packer->bytes + packer->size, bytes, size);
	packer->size += size;
}

struct writing {
	const struct engine *engine;
	const struct redis_sink *sink;
	struct redis_since since;
	int64_t settled;
	struct packer packer;
	char owner[SERIES_NAME_ROOM + 10];
};

static bool is_settled(const struct writing *writing, enum grain grain, const struct bucket *bucket)
{
	return !bucket->open && series_end(writing->engine, grain, bucket->start) <= writing->settled;
}

static void put_field(const struct writing *writing, const struct stretch_of_time *stretch, const char *suffix, const void *bytes, size_t size)
{
	char key[REDIS_KEY_ROOM], field[SERIES_NAME_ROOM + 20];
	redis_schema_key(key, writing->sink->site, redis_series_key(stretch->grain), stretch->name);
	snprintf(field, sizeof field, "%s%s", writing->owner, suffix);
	redis_sink_put(writing->sink, key, view_of(field), (struct view){bytes, size});
}

static void write_stretch(struct writing *writing, const struct series *series, const struct stretch_of_time *stretch, int way)
{
	struct packer *packer = &writing->packer;
	packer->size = 0;
	put_varint(packer, SERIES_FORMAT);
	unsigned before = 0;
	uint8_t room[BUCKET_BYTES_MOST];
	for (size_t i = series_find(series, stretch->from); i < series->count && series->buckets[i].start < stretch->to; i++) {
		const struct bucket *bucket = &series->buckets[i];
		if (!is_settled(writing, stretch->grain, bucket))
			continue;
		const unsigned index = series_index(writing->engine, stretch, bucket->start);
		put_varint(packer, index - before);
		const struct view bytes = bucket_bytes(bucket, room);
		put_varint(packer, bytes.size);
		put_bytes(packer, bytes.data, bytes.size);
		before = index;
	}
	put_field(writing, stretch, ways[way], packer->bytes, packer->size);
}

/* From the newest bucket back; a stretch is written once. `quiet`: nothing closed changed, so that only what became settled counts. */
static void write_series(struct writing *writing, const struct series *series, int way, enum grain grain, bool quiet)
{
	const int64_t kept = series_kept(writing->engine, grain);
	for (size_t i = series->count; i > series->first; i--) {
		const struct bucket *bucket = &series->buckets[i - 1];
		const int64_t end = series_end(writing->engine, grain, bucket->start);
		const bool became_settled = end > writing->since.settled;
		if (!became_settled && quiet)
			return;
		if (!is_settled(writing, grain, bucket) || (!became_settled && bucket->stamp <= writing->since.lsn))
			continue;
		const struct stretch_of_time stretch = series_stretch(writing->engine, grain, bucket->start);
		if (stretch.from < kept)
			return;
		write_stretch(writing, series, &stretch, way);
		while (i > series->first && series->buckets[i - 1].start >= stretch.from)
			i--;
		i++; /* the loop takes one off */
	}
}

static void write_ledger(struct writing *writing, const struct ledger *ledger)
{
	const bool quiet = ledger->closed <= writing->since.lsn;
	for (int way = 0; way < LEDGER_WAYS; way++)
		for (int grain = 0; grain < GRAIN_COUNT; grain++)
			write_series(writing, series_of(ledger, way, (enum grain)grain), way, (enum grain)grain, quiet);
}

static void write_gauges(struct writing *writing, size_t watch)
{
	int64_t start = INT64_MAX;
	const int64_t kept = series_kept(writing->engine, GRAIN_QUARTERS);
	while (series_gauges_newer(writing->engine, watch, writing->since.settled, writing->settled, &start)) {
		const struct stretch_of_time stretch = series_stretch(writing->engine, GRAIN_QUARTERS, start);
		if (stretch.from < kept)
			return;
		uint8_t *bytes;
		const size_t size = series_pack_gauges(writing->engine, watch, &stretch, writing->settled, &bytes);
		put_field(writing, &stretch, GAUGES, bytes, size);
		free(bytes);
		start = stretch.from;
	}
}

void redis_series_write(const struct engine *engine, struct redis_since since, enum series_kind kind, size_t first, size_t count,
	const struct series_names *names, const struct redis_sink *sink)
{
	struct writing writing = {.engine = engine, .sink = sink, .since = since, .settled = series_settled(engine)};
	const size_t owners = series_count(engine, kind);
	const bool moved = writing.settled > since.settled;
	for (size_t i = first; i < owners && i - first < count; i++) {
		const struct ledger *ledger = kind == SERIES_WATCH ? NULL : series_ledger(engine, kind, i);
		if (!moved && (!ledger || ledger->closed <= since.lsn))
			continue;
		series_name(engine, names, kind, i, writing.owner);
		if (ledger)
			write_ledger(&writing, ledger);
		else
			write_gauges(&writing, i);
	}
	free(writing.packer.bytes);
}

/* ---- stretches ---- */

bool redis_series_next(const struct engine *engine, enum grain grain, size_t *at, struct stretch_of_time *stretch)
{
	static const int64_t lengths[GRAIN_COUNT] = {HOUR_MS, DAY_MS, 31 * DAY_MS};
	const int64_t kept = series_kept(engine, grain), now = engine_now(engine);
	if (now == INT64_MIN)
		return false;
	*stretch = series_stretch(engine, grain, kept);
	for (size_t i = 0; i < *at; i++) /* months have no fixed length: the next one begins where this one ends */
		*stretch = grain == GRAIN_DAYS ? series_stretch(engine, grain, stretch->to)
					       : series_stretch(engine, grain, stretch->from + lengths[grain]);
	++*at;
	return stretch->from <= now;
}

bool redis_series_stretch(const struct engine *engine, enum grain grain, struct view name, struct stretch_of_time *stretch)
{
	static const char *const rest[GRAIN_COUNT] = {":00Z", "T00:00Z", "-15T12:00Z"};
	char text[40];
	struct error err;
	int64_t at;
	if (name.size > 13)
		return false;
	snprintf(text, sizeof text, "%.*s%s", (int)name.size, name.data, rest[grain]);
	if (!instant_parse(view_of(text), NULL, 0, &at, &err))
		return false;
	*stretch = series_stretch(engine, grain, at);
	return view_is(name, stretch->name);
}

/* ---- reading ---- */

struct redis_owners {
	struct map numbers; /* name -> kind * OWNERS_MOST + number; watches under "NAME/gauges" */
};
#define OWNERS_MOST (1u << 28)

struct redis_owners *redis_owners_create(const struct engine *engine)
{
	struct redis_owners *owners = memory_new(1, sizeof *owners);
	struct series_names names;
	series_names(engine, &names);
	for (int kind = 0; kind < SERIES_KINDS; kind++)
		for (size_t i = 0; i < series_count(engine, (enum series_kind)kind); i++) {
			char name[SERIES_NAME_ROOM + 10];
			series_name(engine, &names, (enum series_kind)kind, i, name);
			if (kind == SERIES_WATCH)
				strcat(name, GAUGES);
			map_put(&owners->numbers, view_of(name), (uint32_t)kind * OWNERS_MOST + (uint32_t)i);
		}
	series_names_finish(&names);
	return owners;
}

void redis_owners_destroy(struct redis_owners *owners)
{
	if (owners)
		map_finish(&owners->numbers);
	free(owners);
}

static bool take_varint(struct view *from, uint64_t *value)
{
	*value = 0;
	for (int shift = 0; shift < 63 && from->size; shift += 7) {
		const uint8_t byte = (uint8_t)*from->data++;
		from->size--;
		*value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return true;
	}
	return false;
}

static bool read_buckets(struct engine *engine, const struct stretch_of_time *stretch, int64_t before, uint32_t owner, int way, struct view value)
{
	uint64_t format, step, size, index = 0;
	if (!take_varint(&value, &format) || format != SERIES_FORMAT)
		return false;
	while (value.size) {
		int64_t start;
		if (!take_varint(&value, &step) || !take_varint(&value, &size) || size > value.size || step > 100)
			return false;
		if (!series_start(engine, stretch, index += step, &start))
			return false;
		if (start < before && !series_restore_bucket(engine, (enum series_kind)(owner / OWNERS_MOST), owner % OWNERS_MOST, way, stretch->grain,
					       start, (struct view){value.data, size}))
			return false;
		value.data += size;
		value.size -= size;
	}
	return true;
}

static bool ends_with(struct view text, const char *end, struct view *rest)
{
	const size_t size = strlen(end);
	if (text.size < size || memcmp(text.data + text.size - size, end, size) != 0)
		return false;
	*rest = (struct view){text.data, text.size - size};
	return true;
}

bool redis_series_read(struct engine *engine, const struct redis_owners *owners, const struct stretch_of_time *stretch, int64_t before,
	struct view field, struct view value, struct error *err)
{
	struct view name;
	bool good = true;
	if (ends_with(field, GAUGES, &name)) {
		const uint32_t owner = map_find(&owners->numbers, field);
		good = owner == MAP_NONE || owner / OWNERS_MOST != SERIES_WATCH ||
		       series_restore_gauges(engine, owner % OWNERS_MOST, stretch, value);
	}
	for (int way = 0; way < LEDGER_WAYS; way++) {
		if (!ends_with(field, ways[way], &name))
			continue;
		const uint32_t owner = map_find(&owners->numbers, name);
		good = owner == MAP_NONE || owner / OWNERS_MOST == SERIES_WATCH ||
		       read_buckets(engine, stretch, before, owner, way, value);
	}
	return good || fail(err, "field %.*s of the stretch %s is damaged: tablo journal verify --store names what differs; the collector's next "
				 "rewrite mends it", (int)(field.size < 200 ? field.size : 200), field.data, stretch->name);
}
