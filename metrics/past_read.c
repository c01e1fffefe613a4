/* The past, read back into a new engine. What is read is checked through and through: it was on a disk for years. */
#include "metrics/past.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "metrics/past_names.h"

#define KEY_NONE UINT16_MAX

struct past_reading {
	struct engine *engine;
	bool others;		  /* the writer counted under other numbers: */
	uint16_t keys[TALLY_KEYS]; /* ours by his */
	struct tally sums;	  /* scratch, zero between two pieces */
};

struct past_reading *past_read_begin(struct engine *engine, uint64_t lsn)
{
	struct past_reading *reading = memory_new(1, sizeof *reading);
	reading->engine = engine;
	engine->keeping.held = lsn + 1;
	engine->stamped = lsn;
	return reading;
}

void past_read_end(struct past_reading *reading)
{
	free(reading);
}

bool past_is_first(enum past_kind kind)
{
	return kind == PAST_NAMES || kind == PAST_COUNTERS;
}

/* ---- what the numbers mean ---- */

static uint16_t find_counter(const char *word, size_t size)
{
	static const char *const names[COUNTER_COUNT] = {
#define NAME(counter) #counter,
		COUNTERS(NAME)
#undef NAME
	};
	for (uint16_t i = 0; i < COUNTER_COUNT; i++)
		if (strlen(names[i]) == size && memcmp(names[i], word, size) == 0)
			return i;
	return KEY_NONE;
}

/* Counters by their names; of bins we need that they are ours, for a sketch of other bins cannot be made ours. */
static bool read_counters(struct past_reading *reading, struct view bytes)
{
	char *ours = past_counters(), *text = memory_new(bytes.size + 1, 1), *word = text;
	memcpy(text, bytes.data, bytes.size);
	reading->others = strcmp(ours, text) != 0;
	free(ours);
	for (uint16_t key = 0; key < TALLY_KEYS; key++)
		reading->keys[key] = key < KEY_WAIT_BINS ? KEY_NONE : key;
	for (uint16_t key = 0; key < KEY_WAIT_BINS; key++) {
		const size_t size = strcspn(word, " ");
		if (!size || (*word >= '0' && *word <= '9'))
			break;
		reading->keys[key] = find_counter(word, size);
		word += size + (word[size] == ' ');
	}
	unsigned wait = 0, handle = 0, end = 0;
	const bool same = sscanf(word, "%u %u %u", &wait, &handle, &end) == 3 && wait == KEY_WAIT_BINS && handle == KEY_HANDLE_BINS && end == TALLY_KEYS;
	for (uint16_t key = KEY_WAIT_BINS; !same && key < TALLY_KEYS; key++)
		reading->keys[key] = KEY_NONE;
	free(text);
	return same;
}

static bool read_names(struct past_reading *reading, const struct past_piece *piece)
{
	struct archive archive = {.reading = true, .from = (const uint8_t *)piece->bytes.data,
		.end = (const uint8_t *)piece->bytes.data + piece->bytes.size};
	for (int i = 0; i < PAST_NAME_LISTS; i++) {
		if (!view_is(piece->name, past_names_title(i)))
			continue;
		struct names *list = past_names_list(reading->engine, i);
		keep_names(&archive, list);
		if (list != &reading->engine->agents_names)
			return archive_good(&archive);
		struct view *keys = names_keys(list);
		for (uint32_t number = NAME_OTHER + 1; number < list->count; number++)
			agent_of(reading->engine, keys[number]);
		free(keys);
		return archive_good(&archive);
	}
	return false;
}

/* ---- owners by their names ---- */

static int digit(char sign)
{
	return sign >= '0' && sign <= '9' ? sign - '0' : sign >= 'A' && sign <= 'F' ? sign - 'A' + 10 : -1;
}

/* The name as it came, out of %XX. */
static bool unescape(struct view text, char *to, size_t room, struct view *name)
{
	size_t size = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (size + 1 >= room)
			return false;
		char sign = text.data[i];
		if (sign == '%') {
			const int high = i + 2 < text.size ? digit(text.data[i + 1]) : -1, low = high < 0 ? -1 : digit(text.data[i + 2]);
			if (low < 0)
				return false;
			sign = (char)(high * 16 + low);
			i += 2;
		}
		to[size++] = sign;
	}
	*name = (struct view){to, size};
	return true;
}

static bool read_part(struct engine *engine, struct view key, struct view value, struct scope *scope)
{
	char room[SERIES_NAME_ROOM];
	struct view name;
	if (!unescape(value, room, sizeof room, &name))
		return false;
	if (view_is(key, "queue"))
		scope->queue = (uint16_t)names_intern(&engine->queues, name);
	else if (view_is(key, "market"))
		scope->market = (uint16_t)names_intern(&engine->markets, name);
	else if (view_is(key, "channel"))
		for (uint16_t i = 0; i < CHANNEL_COUNT; i++)
			scope->channel = view_is(name, word_text(WORDS_CHANNEL, i)) ? i : scope->channel;
	else
		return false;
	return true;
}

/* "queue=Billing,channel=phone,market=eu" */
static bool read_scope(struct engine *engine, struct view text, struct scope *scope)
{
	*scope = SCOPE_ALL;
	if (view_is(text, "everything"))
		return true;
	while (text.size) {
		const char *comma = memchr(text.data, ',', text.size), *equals = memchr(text.data, '=', text.size);
		const size_t part = comma ? (size_t)(comma - text.data) : text.size;
		if (!equals || (size_t)(equals - text.data) >= part)
			return false;
		const size_t key = (size_t)(equals - text.data);
		if (!read_part(engine, (struct view){text.data, key}, (struct view){equals + 1, part - key - 1}, scope))
			return false;
		const size_t next = part + (comma != NULL);
		text = (struct view){text.data + next, text.size - next};
	}
	return true;
}

static bool read_number(struct view text, size_t below, size_t *number)
{
	*number = 0;
	for (size_t i = 0; i < text.size; i++) {
		if (text.data[i] < '0' || text.data[i] > '9' || *number > below)
			return false;
		*number = *number * 10 + (size_t)(text.data[i] - '0');
	}
	return text.size && *number < below;
}

/* "agent=17": whether it begins so; false in *good: there is none of this number. */
static bool is_numbered(struct view owner, const char *word, size_t below, size_t *number, bool *good)
{
	const size_t size = strlen(word);
	if (owner.size <= size || memcmp(owner.data, word, size) != 0)
		return false;
	*good = read_number((struct view){owner.data + size, owner.size - size}, below, number);
	return true;
}

static struct ledger *find_ledger(struct engine *engine, struct view owner)
{
	struct scope scope;
	size_t number;
	bool good;
	if (view_is(owner, "nowhere"))
		return &engine->slots[0].ledger;
	if (is_numbered(owner, "agent=", engine->agent_count, &number, &good))
		return good ? &engine->agents[number].ledger : NULL;
	if (is_numbered(owner, "topic=", engine->topics.count, &number, &good))
		return good ? topic_ledger(engine, number) : NULL;
	if (!read_scope(engine, owner, &scope) || scope.channel == SCOPE_ANY || scope.queue == SCOPE_ANY)
		return NULL;
	const uint16_t market = scope.market == SCOPE_ANY ? NAME_NONE : scope.market;
	const uint16_t slot = slot_of(engine, scope.queue, (uint8_t)scope.channel, market); /* may move them all */
	return &engine->slots[slot].ledger;
}

/* ---- buckets ---- */

/* Sums up under our keys, ascending; 0 with *good false: damaged. */
static size_t read_counts(struct past_reading *reading, struct archive *archive, struct count *counts, bool *good)
{
	uint32_t key = 0;
	size_t n = 0;
	for (bool first = true; archive_good(archive) && archive->from < archive->end; first = false) {
		uint16_t step = 0;
		struct count count = {0};
		KEEP(archive, step);
		KEEP(archive, count.delta);
		key += step;
		if ((!first && !step) || key >= TALLY_KEYS || !archive_good(archive)) {
			archive_wrong(archive, "a key");
			break;
		}
		count.key = reading->others ? reading->keys[key] : (uint16_t)key;
		if (count.key != KEY_NONE && !bucket_takes(count))
			archive_wrong(archive, "a count");
		else if (count.key != KEY_NONE)
			reading->sums.value[count.key] = count.delta;
	}
	*good = archive_good(archive);
	for (uint16_t i = 0; i < TALLY_KEYS; i++) {
		if (reading->sums.value[i] && *good)
			counts[n++] = (struct count){i, reading->sums.value[i]};
		reading->sums.value[i] = 0;
	}
	return n;
}

static bool read_bucket(struct past_reading *reading, const struct past_piece *piece, struct archive *archive)
{
	const char *slash = piece->name.size ? memrchr(piece->name.data, '/', piece->name.size) : NULL;
	const size_t owner = slash ? (size_t)(slash - piece->name.data) : 0;
	const struct view suffix = {piece->name.data + owner, piece->name.size - owner};
	const int way = view_is(suffix, "/outcome") ? 0 : view_is(suffix, "/arrival") ? 1 : -1;
	struct ledger *ledger = way < 0 ? NULL : find_ledger(reading->engine, (struct view){piece->name.data, owner});
	struct count counts[TALLY_KEYS];
	bool open = false, good;
	KEEP(archive, open);
	const size_t n = read_counts(reading, archive, counts, &good);
	if (!ledger || !good || (open && piece->kind != PAST_MINUTES))
		return false;
	series_put_back((struct series *)(uintptr_t)series_of(ledger, way, (enum grain)piece->kind), piece->start, open, counts, n);
	if (ledger->closed < reading->engine->stamped)
		ledger->counted = ledger->closed = reading->engine->stamped;
	return true;
}

/* ---- gauges, and what was said ---- */

static bool read_gauges(struct past_reading *reading, const struct past_piece *piece, struct archive *archive)
{
	struct engine *engine = reading->engine;
	struct scope scope;
	struct sample sample = {.start = piece->start};
	int64_t known = 0;
	past_walk_gauges(archive, &sample, &known);
	if (!archive_good(archive) || !read_scope(engine, piece->name, &scope))
		return false;
	struct watch *watch = (struct watch *)(uintptr_t)watch_find(engine, scope); /* ours */
	if (!watch)
		return true; /* there are too many, or its queue has no buckets any more */
	samples_put_back(&watch->quarters, &sample);
	watch->since = known;
	return true;
}

static bool read_said(struct past_reading *reading, const struct past_piece *piece, struct archive *archive)
{
	for (int i = 0; i < PAST_SAID_LISTS; i++) {
		if (!view_is(piece->name, past_said_title(i)))
			continue;
		while (archive_good(archive) && archive->from < archive->end) {
			struct named_count one = {.at = piece->start};
			past_walk_said(archive, &one, piece->start);
			if (archive_good(archive))
				occurrence_put_back(past_said_list(reading->engine, i), one, reading->engine->stamped);
		}
		return archive_good(archive);
	}
	return false;
}

bool past_read(struct past_reading *reading, const struct past_piece *piece)
{
	struct archive archive = {.reading = true, .from = (const uint8_t *)piece->bytes.data,
		.end = (const uint8_t *)piece->bytes.data + piece->bytes.size};
	if (piece->start < INT64_MIN / 4 || piece->start > INT64_MAX / 4)
		return false;
	switch (piece->kind) {
	case PAST_MINUTES:
	case PAST_QUARTERS:
	case PAST_DAYS:
		return read_bucket(reading, piece, &archive);
	case PAST_GAUGES:
		return read_gauges(reading, piece, &archive);
	case PAST_SAID:
		return read_said(reading, piece, &archive);
	case PAST_NAMES:
		return read_names(reading, piece);
	case PAST_COUNTERS:
		return read_counters(reading, piece->bytes);
	case PAST_KINDS:
		break;
	}
	return false;
}
