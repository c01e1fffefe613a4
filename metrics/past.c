/* The past, written: what changed since it was written last. */
#include "metrics/past.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/past_names.h"

#define LATE (25 * HOUR_MS) /* an event is at most a day late: what was said may have been said so long before the last writing */

struct writing {
	const struct engine *engine;
	struct past_since since;
	void (*put)(void *context, const struct past_piece *piece);
	void *context;
	char name[SERIES_NAME_ROOM + 16];
	struct archive archive; /* room for one piece */
};

static void put(struct writing *writing, enum past_kind kind, int64_t start)
{
	const struct past_piece piece = {view_of(writing->name), kind, start, {(const char *)writing->archive.bytes, writing->archive.size}};
	writing->put(writing->context, &piece);
}

/* ---- buckets ---- */

static void write_bucket(struct archive *archive, struct bucket *bucket)
{
	struct count counts[TALLY_KEYS];
	uint8_t room[BUCKET_BYTES_MOST];
	bool open = bucket->open;
	archive->size = 0;
	KEEP(archive, open);
	if (!open) {
		const struct view bytes = bucket_bytes(bucket, room);
		archive_raw(archive, bytes.data, bytes.size);
		return;
	}
	uint16_t before = 0;
	const size_t n = bucket_counts(bucket, counts);
	for (size_t i = 0; i < n; i++) { /* as a closed one has it */
		uint16_t step = (uint16_t)(counts[i].key - before);
		KEEP(archive, step);
		KEEP(archive, counts[i].delta);
		before = counts[i].key;
	}
}

/* Open ones change all the time. */
static void write_series(struct writing *writing, const struct series *series, enum past_kind kind)
{
	for (size_t i = series->first; i < series->count; i++) {
		struct bucket *bucket = &series->buckets[i];
		if (!bucket->open && writing->since.lsn && bucket->stamp <= writing->since.lsn)
			continue;
		write_bucket(&writing->archive, bucket);
		put(writing, kind, bucket->start);
	}
}

static void write_ledger(struct writing *writing, const struct ledger *ledger, const char *owner)
{
	static const char *const ways[LEDGER_WAYS] = {"outcome", "arrival"};
	if (writing->since.lsn && ledger->counted <= writing->since.lsn && ledger->closed <= writing->since.lsn)
		return;
	for (int way = 0; way < LEDGER_WAYS; way++) {
		snprintf(writing->name, sizeof writing->name, "%s/%s", owner, ways[way]);
		for (int grain = 0; grain < GRAIN_COUNT; grain++)
			write_series(writing, series_of(ledger, way, (enum grain)grain), (enum past_kind)grain);
	}
}

/* ---- gauges ---- */

static void write_gauges(struct writing *writing, const struct watch *watch, const char *owner)
{
	const struct samples *samples = &watch->quarters;
	snprintf(writing->name, sizeof writing->name, "%s", owner);
	for (size_t i = samples->count; i > samples->first; i--) {
		struct sample sample = samples_get(samples, i - 1);
		if (writing->since.lsn && sample.start + samples->length <= writing->since.now)
			return;
		int64_t known = watch->since;
		writing->archive.size = 0;
		past_walk_gauges(&writing->archive, &sample, &known);
		put(writing, PAST_GAUGES, sample.start);
	}
}

static void write_owners(struct writing *writing, enum series_kind kind)
{
	char owner[SERIES_NAME_ROOM];
	struct series_names names;
	series_names(writing->engine, &names);
	for (size_t i = 0; i < series_count(writing->engine, kind); i++) {
		series_name(writing->engine, &names, kind, i, owner);
		if (kind == SERIES_WATCH && watch_is_brief(&writing->engine->watches[i]))
			continue;
		if (kind == SERIES_WATCH)
			write_gauges(writing, &writing->engine->watches[i], owner);
		else
			write_ledger(writing, series_ledger(writing->engine, kind, i), owner);
	}
	series_names_finish(&names);
}

/* ---- what was said ---- */

static void write_said(struct writing *writing, const struct occurrences *list, const char *name)
{
	const int64_t oldest = writing->since.lsn ? writing->since.now - LATE : INT64_MIN;
	if (writing->since.lsn && list->changed <= writing->since.lsn)
		return;
	snprintf(writing->name, sizeof writing->name, "%s", name);
	for (size_t i = 0, end; i < list->count; i = end) {
		const int64_t quarter = past_quarter(list->items[i].at);
		for (end = i; end < list->count && past_quarter(list->items[end].at) == quarter; end++)
			continue;
		if (quarter + QUARTER_MS <= oldest)
			continue;
		writing->archive.size = 0;
		for (size_t j = i; j < end; j++) {
			struct named_count one = list->items[j];
			past_walk_said(&writing->archive, &one, quarter);
		}
		put(writing, PAST_SAID, quarter);
	}
}

/* ---- the whole ---- */

static void write_names(struct writing *writing)
{
	char *counters = past_counters();
	struct past_since *since = &writing->since;
	for (int i = 0; i < PAST_NAME_LISTS; i++) {
		/* Writing changes nothing. */
		struct names *list = past_names_list((struct engine *)(uintptr_t)writing->engine, i);
		const bool is_empty = list->count <= NAME_OTHER + 1;
		if (is_empty || (since->lsn && since->names[i] == list->count))
			continue;
		snprintf(writing->name, sizeof writing->name, "%s", past_names_title(i));
		writing->archive.size = 0;
		keep_names(&writing->archive, list, archive_view);
		put(writing, PAST_NAMES, 0);
		since->names[i] = list->count;
	}
	if (!since->lsn)
		writing->put(writing->context, &(struct past_piece){view_of("counters"), PAST_COUNTERS, 0, view_of(counters)});
	free(counters);
}

void past_write(const struct engine *engine, struct past_since *since, void (*put_piece)(void *context, const struct past_piece *piece), void *context)
{
	struct writing writing = {.engine = engine, .since = *since, .put = put_piece, .context = context};
	write_names(&writing);
	for (int kind = 0; kind < SERIES_KINDS; kind++)
		write_owners(&writing, (enum series_kind)kind);
	for (int i = 0; i < PAST_SAID_LISTS; i++)
		write_said(&writing, past_said_list((struct engine *)(uintptr_t)engine, i), past_said_title(i));
	free(writing.archive.bytes);
	*since = writing.since;
	since->lsn = engine->lsn;
	since->now = engine->now;
}

bool past_is_kept(enum past_kind kind, int64_t start, int64_t now)
{
	static const int64_t days[PAST_KINDS] = {[PAST_MINUTES] = 3, [PAST_QUARTERS] = 36, [PAST_DAYS] = 762, [PAST_GAUGES] = 36, [PAST_SAID] = 72};
	return !days[kind] || start > now - days[kind] * DAY_MS;
}
