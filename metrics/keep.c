/* The engine as bytes, and back: what comes in which order, and what is common to the parts. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/zone.h"
#include "config/meaning.h"
#include "metrics/keep.h"

#define STATE_FORMAT 5 /* raised whenever what is kept, or its order, changes */
#define STATE_MAGIC UINT64_C(0x7461626c6f31)

/* ---- common ---- */

static int compare(const void *left, const void *right)
{
	const struct keep_order *a = left, *b = right;
	if (a->at != b->at)
		return a->at < b->at ? -1 : 1;
	return a->serial < b->serial ? -1 : a->serial > b->serial;
}

void keep_order_sort(struct keep_order *order, size_t count)
{
	qsort(order, count, sizeof *order, compare);
}

void keep_free(struct archive *archive, struct engine *engine, size_t count, uint32_t *first, uint32_t *(*link)(struct engine *engine, uint32_t number))
{
	uint32_t number = *first, *place = first;
	for (;;) {
		KEEP_BELOW(archive, number, keep_limit(count));
		if (!number || !archive_good(archive))
			break;
		if (!archive->reading) {
			number = *link(engine, number);
			continue;
		}
		if (*link(engine, number) != KEEP_FREE) {
			archive_wrong(archive, "a free place that is taken, or twice");
			break;
		}
		*place = number;
		place = link(engine, number);
		*place = 0;
	}
	for (uint32_t i = 1; archive->reading && i < count; i++)
		if (*link(engine, i) == KEEP_FREE)
			archive_wrong(archive, "a free place that is not in the list");
}

static int compare_keys(const void *left, const void *right)
{
	struct view a = map_entry_key(*(const struct map_entry *const *)left), b = map_entry_key(*(const struct map_entry *const *)right);
	int order = memcmp(a.data, b.data, a.size < b.size ? a.size : b.size);
	return order ? order : a.size < b.size ? -1 : a.size > b.size;
}

const struct map_entry **keep_map_entries(const struct map *map)
{
	const struct map_entry **entries = memory_new(map->used + 1, sizeof *entries);
	size_t position = 0, count = 0;
	for (const struct map_entry *entry; (entry = map_next(map, &position));)
		entries[count++] = entry;
	qsort(entries, count, sizeof *entries, compare_keys);
	return entries;
}

void keep_scope(struct archive *archive, struct scope *scope)
{
	KEEP(archive, scope->queue);
	KEEP(archive, scope->channel);
	KEEP(archive, scope->market);
	KEEP(archive, scope->agent);
	KEEP(archive, scope->team);
}

size_t keep_array(struct archive *archive, void **items, size_t *count, size_t *room, size_t size)
{
	size_t n = archive_count(archive, *count);
	if (archive->reading) {
		free(*items);
		*items = memory_new(n + 1, size);
		*count = n;
		*room = n + 1;
	}
	return n;
}

void keep_shown_text(struct archive *archive, char *text, size_t room)
{
	archive_text(archive, text, room);
	if (!archive->reading)
		return;
	char *raw = memory_text(text);
	text_harmless(view_of(raw), text, room);
	free(raw);
}

/* Names get their numbers in the order in which they came; 0 and 1 are always there. */
void keep_names(struct archive *archive, struct names *names)
{
	struct view *keys = archive->reading ? NULL : names_keys(names);
	size_t count = archive_count(archive, names->count);
	for (size_t i = 2; i < count && archive_good(archive); i++) {
		struct view key = keys ? keys[i] : (struct view){0};
		archive_view(archive, &key);
		if (archive->reading && names_intern(names, key) != i)
			archive_wrong(archive, "a name twice, or more names than the caps of the settings allow");
	}
	free(keys);
	KEEP(archive, names->refused);
}

static void keep_all_names(struct archive *archive, struct engine *engine)
{
	struct names *const all[] = {&engine->queues, &engine->agents_names, &engine->teams, &engine->topics, &engine->markets,
		&engine->policies, &engine->kinds, &engine->people, &engine->sources_names, &engine->unknown_types, &engine->calendar_names};
	for (size_t i = 0; i < sizeof all / sizeof *all; i++)
		keep_names(archive, all[i]);
}

/* ---- pools ---- */

void keep_pools(struct archive *archive, struct engine *engine)
{
#define POOL(items, count, room) keep_array(archive, (void **)&engine->items, &engine->count, &engine->room, sizeof *engine->items)
	POOL(agents, agent_count, agent_room);
	POOL(contacts, contact_count, contact_room);
	POOL(wraps, wrap_count, wrap_room);
	POOL(cases, case_count, case_room);
	POOL(slas, sla_count, sla_room);
	POOL(conducts, conduct_count, conduct_room);
	POOL(followups, followup_count, followup_room);
	POOL(sources, source_count, source_room);
	POOL(held, held_count, held_room);
#undef POOL
	if (!archive->reading)
		return;
	for (size_t i = 0; i < engine->agent_count; i++)
		engine->agents[i].name = (uint16_t)i;
	if (engine->agent_count > engine->agents_names.count || !engine->case_count || !engine->sla_count || !engine->conduct_count ||
		!engine->followup_count)
		archive_wrong(archive, "how many there are of something");
}

/* ---- the whole ---- */

static void keep_head(struct archive *archive, struct engine *engine)
{
	KEEP(archive, engine->lsn);
	engine->keeping.stamp = engine->lsn;
	engine->stamped = archive->reading ? engine->lsn : engine->stamped;
	KEEP(archive, engine->serial);
	KEEP(archive, engine->now);
	KEEP(archive, engine->second);
	KEEP(archive, engine->clock_record);
	if (archive->reading && engine->second > engine->now)
		archive_wrong(archive, "the time");
}

static void keep_engine(struct archive *archive, struct engine *engine, int64_t since)
{
	keep_head(archive, engine);
	keep_all_names(archive, engine);
	keep_pools(archive, engine);
	keep_slots(archive, engine, since);
	keep_agents(archive, engine, since);
	keep_topics(archive, engine, since);
	keep_sources(archive, engine);
	keep_cases(archive, engine);
	keep_contacts(archive, engine);
	keep_held(archive, engine);
	keep_fcr(archive, engine, since == INT64_MIN);
	keep_quality(archive, engine);
	keep_alerts(archive, engine);
	keep_timers(archive, engine);
	bool dirty = engine->dirty; /* last: making things again touches it */
	KEEP(archive, dirty);
	engine->dirty = archive->reading ? dirty : engine->dirty;
}

/* What both sides must agree about before anything else can be read. */
struct shape {
	uint64_t magic, format, counters, keys, events, faults, gauges, fingerprint, zone;
};

static struct shape shape_of(const struct engine *engine)
{
	return (struct shape){STATE_MAGIC, STATE_FORMAT, COUNTER_COUNT, TALLY_KEYS, EVENT_TYPE_COUNT, FAULT_COUNT, GAUGE_COUNT,
		meaning_hash(engine->settings), zone_hash(engine->zone)};
}

static void keep_shape(struct archive *archive, struct shape *shape)
{
	KEEP(archive, shape->magic);
	KEEP(archive, shape->format);
	KEEP(archive, shape->counters);
	KEEP(archive, shape->keys);
	KEEP(archive, shape->events);
	KEEP(archive, shape->faults);
	KEEP(archive, shape->gauges);
	KEEP(archive, shape->fingerprint);
	KEEP(archive, shape->zone);
}

uint8_t *engine_pack(const struct engine *engine, int64_t since, size_t *size)
{
	struct archive archive = {0};
	struct shape shape = shape_of(engine);
	keep_shape(&archive, &shape);
	/* Writing changes nothing; the walk is the same for both ways. */
	keep_engine(&archive, (struct engine *)(uintptr_t)engine, since);
	*size = archive.size;
	return archive.bytes;
}

static bool same_shape(struct archive *archive, struct engine *engine, bool *differs, struct error *err)
{
	struct shape ours = shape_of(engine), theirs = {0};
	keep_shape(archive, &theirs);
	if (archive->wrong || theirs.magic != ours.magic)
		return fail(err, "this is no state of a tablo engine");
	engine->zone_differs = theirs.zone != ours.zone && theirs.zone != zone_hash_alike(engine->zone);
	/* Where whole texts are compared, equal ones mean the same. */
	const bool same_rules = theirs.fingerprint == ours.fingerprint || theirs.fingerprint == settings_fingerprint(engine->settings);
	*differs = !same_rules || engine->zone_differs;
	theirs.fingerprint = ours.fingerprint;
	theirs.zone = ours.zone;
	if (theirs.format > ours.format)
		return fail(err, "the state was written by a newer tablo (format %llu, this one knows %llu): update this one",
			(unsigned long long)theirs.format, (unsigned long long)ours.format);
	if (memcmp(&theirs, &ours, sizeof ours) != 0)
		return fail(err, "the state was written by another version of tablo: it must be made again from the journal");
	return true;
}

bool engine_zone_differs(const struct engine *engine)
{
	return engine->zone_differs;
}

struct engine *engine_unpack(const struct settings *settings, const void *bytes, size_t size, bool *differs, struct error *err)
{
	struct archive archive = {.reading = true, .from = bytes, .end = (const uint8_t *)bytes + size};
	struct engine *engine = engine_create(settings, err);
	if (!engine)
		return NULL;
	if (!same_shape(&archive, engine, differs, err)) {
		engine_destroy(engine);
		return NULL;
	}
	keep_engine(&archive, engine, INT64_MIN);
	*differs = *differs || engine->zone_differs; /* of a calendar's zone too */
	if (!archive.wrong && archive.from != archive.end)
		archive_wrong(&archive, "bytes follow it");
	if (!archive.wrong)
		return engine;
	fail(err, "the state is damaged: %s", archive.wrong);
	engine_destroy(engine);
	return NULL;
}
