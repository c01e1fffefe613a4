#include "app/import_journal.h"

#include <stdlib.h>
#include <string.h>

#include "app/rules.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/ndjson.h"
#include "feed/pack_write.h"
#include "journal/journal.h"
#include "journal/record.h"
#include "replay/keeper.h"

#define MIB (1024 * 1024)
#define PATIENCE (60 * SECOND_MS) /* for a disk that does not keep up */
#define SRC "import"

struct import_journal {
	const struct settings *settings;
	char *directory;
	struct journal *journal;
	struct engine *engine;
	struct keeper keeper;
	struct rules rules; /* in force */
	struct wire_buffer events, one, payload, room;
	struct batch batch; /* as it is decoded again */
	uint32_t count;	    /* events that wait */
	int64_t latest, recv;
	uint64_t seq;	    /* of the first that waits */
	bool has_begun;
};

static void report_damage(void *context, const struct damage *damage)
{
	(void)context, (void)damage; /* a journal that holds anything is refused in any case */
}

static bool open_journal(struct import_journal *import, struct error *err)
{
	const struct settings *settings = import->settings;
	struct journal_options options = journal_options();
	options.segment_bytes = (uint64_t)settings->journal_segment * MIB;
	options.keep_time = 0; /* what is imported is old already */
	options.keep_bytes = (uint64_t)settings->journal_keep_size * MIB;
	options.keep_free = settings->journal_keep_free * MIB;
	options.report = report_damage;
	import->journal = journal_open(import->directory, &options, err);
	if (!import->journal)
		return false;
	return journal_state(import->journal).appended == 0
		|| fail(err, "%s: holds records already, and what is imported would come after them; choose an empty directory", import->directory);
}

struct import_journal *import_journal_open(const char *directory, const struct settings *settings, struct error *err)
{
	struct import_journal *import = memory_new(1, sizeof *import);
	import->settings = settings;
	import->directory = memory_text(directory);
	import->recv = import->latest = INSTANT_NONE;
	import->seq = 1;
	if (rules_open(&import->rules, settings, err) && open_journal(import, err) && (import->engine = engine_create(settings, err))) {
		engine_keep_long(import->engine);
		keeper_begin(&import->keeper, import->directory, journal_id(import->journal), settings);
		return import;
	}
	import_journal_close(import);
	return NULL;
}

void import_journal_close(struct import_journal *import)
{
	if (!import)
		return;
	journal_close(import->journal, NULL);
	keeper_finish(&import->keeper);
	engine_destroy(import->engine);
	rules_close(&import->rules);
	batch_finish(&import->batch);
	wire_buffer_finish(&import->events);
	wire_buffer_finish(&import->one);
	wire_buffer_finish(&import->payload);
	wire_buffer_finish(&import->room);
	free(import->directory);
	free(import);
}

/* The memory for what waits may be full for a moment: that is no failure of the disk. */
static bool append(struct import_journal *import, struct frame *frame, struct error *err)
{
	const int64_t until = clock_monotonic() + PATIENCE;
	for (;;) {
		journal_append(import->journal, frame);
		if (frame->lsn)
			return true;
		if (clock_monotonic() >= until)
			return fail(err, "%s: cannot be written: %s", import->directory, journal_state(import->journal).why);
		clock_sleep(5);
	}
}

static bool keep(struct import_journal *import, struct record record, struct view payload, struct error *err)
{
	struct frame frame = record_frame(&record, payload, &import->room);
	if (!append(import, &frame, err))
		return false;
	record.lsn = frame.lsn;
	engine_apply(import->engine, &record);
	return keeper_take(&import->keeper, import->engine, &frame, &record, err);
}

static bool tell_link(struct import_journal *import, enum link_state link, struct error *err)
{
	return keep(import, (struct record){.kind = RECORD_LINK, .recv = import->recv, .link = link, .silent_since = import->recv}, (struct view){0}, err);
}

/* The rules in force, and that the feed is there. */
static bool begin(struct import_journal *import, struct error *err)
{
	const struct view feed = view_of(SRC);
	struct record_config config = import->rules.config;
	config.feeds = &feed;
	config.feed_count = 1;
	import->has_begun = true;
	return keep(import, (struct record){.kind = RECORD_CONFIG, .recv = import->recv, .config = &config}, (struct view){0}, err)
		&& tell_link(import, LINK_LIVE, err);
}

static bool flush(struct import_journal *import, struct error *err)
{
	const struct wire_header header = {.src = view_of(SRC), .boot = 1, .seq = import->seq, .sent = INSTANT_NONE};
	if (import->count == 0)
		return true;
	import->recv = import->latest > import->recv ? import->latest : import->recv;
	wire_encode_batch(&import->payload, &header, import->count, import->events.data, import->events.size);
	import->seq += import->count;
	import->count = 0;
	import->events.size = 0;
	const struct view payload = {(const char *)import->payload.data, import->payload.size};
	if (wire_decode(payload.data, payload.size, &import->batch, err) != FAULT_NONE || (!import->has_begun && !begin(import, err)))
		return false;
	return keep(import, (struct record){.kind = RECORD_BATCH, .recv = import->recv, .batch = &import->batch}, payload, err);
}

/* Rounded down, before 1970 too. */
static int64_t second_of(int64_t ts)
{
	return ts / SECOND_MS - (ts % SECOND_MS < 0);
}

bool import_journal_add(struct import_journal *import, const struct event *event, struct error *err)
{
	import->one.size = 0;
	wire_encode_event(&import->one, event);
	if (import->one.size > NDJSON_BATCH_BYTES)
		return true; /* what no payload can hold was refused when it was read */
	const bool fits = import->count < NDJSON_BATCH_LINES && second_of(event->ts) == second_of(import->latest)
		&& import->events.size + import->one.size <= NDJSON_BATCH_BYTES;
	if (import->count && !fits && !flush(import, err))
		return false;
	if (import->count == 0 || event->ts > import->latest)
		import->latest = event->ts;
	import->count++;
	pack_put_bytes(&import->events, import->one.data, import->one.size);
	return true;
}

/* The last state: a start and a replay's end need not fold anything. */
static bool save_state(struct import_journal *import, struct error *err)
{
	size_t size;
	uint8_t *bytes = engine_pack(import->engine, INT64_MIN, &size);
	struct state_file state = {.lsn = engine_lsn(import->engine), .recv = engine_now(import->engine), .weight = import->keeper.weight, .share = import->keeper.share,
		.bytes = {(const char *)bytes, size}};
	memcpy(state.id, import->keeper.id, sizeof state.id);
	const bool good = state_file_save(NULL, import->directory, &state, err);
	free(bytes);
	return good;
}

bool import_journal_finish(struct import_journal *import, struct error *err)
{
	if (!flush(import, err))
		return false;
	if (import->has_begun && (!tell_link(import, LINK_ENDED, err) || !save_state(import, err)))
		return false;
	/* keeper and id live as long as the journal does */
	keeper_finish(&import->keeper);
	import->keeper = (struct keeper){.directory = import->directory};
	struct journal *journal = import->journal;
	import->journal = NULL;
	return journal_close(journal, err);
}
