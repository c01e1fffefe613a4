#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "app/collector.h"
#include "app/rules.h"
#include "app/saver.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/map.h"
#include "base/memory.h"
#include "journal/reader.h"
#include "journal/record.h"

#define STATE_EVENTS 100000 /* after so many events a state is saved, */
#define STATE_TIME (5 * MINUTE_MS) /* or after so long, whichever is first */
#define MIB (1024 * 1024)

struct collector {
	const struct settings *settings;
	struct journal *journal;
	struct saver *saver;
	struct historian *historian;
	struct outlet *outlet; /* NULL: nobody can attach */
	struct redis_store *store; /* NULL: nothing is kept in Redis */
	const char *store_url;
	struct desk *desk;
	int64_t behind_since; /* monotonic: since when the engine is ahead of the disk; 0: it is not */
	enum redis_trouble told_trouble;
	enum redis_store_state told_store;
	uint64_t told_warning; /* hash of what is doubtful in the set-up of Redis */
	uint64_t told_unkept;  /* to those attached */
	int64_t told_at;
	struct engine *engine; /* recovered, until the desk takes it */
	struct recorder recorder;
	struct desk_company company;
	struct wire_buffer room;
	char id[2 * JOURNAL_ID_SIZE + 1];
	struct collector_health health;
	uint64_t state_lsn; /* of the state that was packed last */
	uint64_t weight;    /* of the journal's records so far (struct state_file) */
	uint64_t events;    /* since that state */
	int64_t state_at;   /* monotonic */
	/* Packed, and not yet on the disk: it waits until the records it stands for are durable. */
	uint8_t *packed;
	size_t packed_size;
	uint64_t packed_lsn, packed_weight;
	int64_t packed_recv;
	bool rebase; /* records were not kept: only a new state tells what the engine is */
	enum journal_health told;
	struct rules rules; /* in force */
};

/* ---- keeping ---- */

static uint64_t keep(void *context, const struct record *record, struct view payload)
{
	struct collector *collector = context;
	struct frame frame = record_frame(record, payload, &collector->room);
	journal_append(collector->journal, &frame);
	collector->events += record->batch ? record->batch->count : 0;
	if (!frame.lsn) {
		collector->health.unkept++;
		collector->rebase = true;
		return 0;
	}
	collector->weight += frame_size(frame.payload.size);
	if (collector->outlet)
		outlet_add(collector->outlet, &frame);
	return frame.lsn;
}

/* ---- recovery ---- */

static void report_damage(void *context, const struct damage *damage)
{
	char text[400];
	(void)context;
	damage_describe(damage, text, sizeof text);
	log_line(LOG_LEVEL_ERROR, "journal: %s", text);
}

/* The newest state that can be read, or an empty engine. */
static struct engine *begin_engine(struct collector *collector, struct error *err)
{
	const char *directory = collector->settings->journal;
	struct state_file file = {0};
	int skipped = 0;
	bool differs = false;
	struct error why = {0};
	uint64_t last = journal_state(collector->journal).appended;
	if (!state_file_load(NULL, directory, journal_id(collector->journal), last, INT64_MAX, &file, &skipped, &why)) {
		if (why.text[0])
			log_line(LOG_LEVEL_WARNING, "%s: no state can be read, everything is folded: %s", directory, why.text);
		return historian_recall(directory, collector->settings, last, &collector->health.recalled, err);
	}
	struct engine *engine = engine_unpack(collector->settings, file.bytes.data, file.bytes.size, &differs, &why);
	free((char *)(uintptr_t)file.bytes.data);
	if (!engine) {
		log_line(LOG_LEVEL_WARNING, "%s: state %llu is passed over, everything is folded: %s", directory, (unsigned long long)file.lsn, why.text);
		return historian_recall(directory, collector->settings, last, &collector->health.recalled, err);
	}
	if (engine_zone_differs(engine))
		log_line(LOG_LEVEL_WARNING, "zone data of %s differ from those of state %llu: what was counted before stays as it was counted",
			collector->settings->zone, (unsigned long long)file.lsn);
	else if (differs)
		log_line(LOG_LEVEL_WARNING, "the rules in the configuration changed: what was counted before stays as it was counted");
	collector->health.recovered_from = file.lsn;
	collector->weight = file.weight;
	return engine;
}

static bool fold(struct collector *collector, struct reader *reader, struct engine *engine, struct error *err)
{
	struct record_room room = {0};
	struct frame frame;
	struct damage damage;
	struct record record;
	bool good = true;
	char told[RULES_ROOM] = "";
	for (;;) {
		enum reader_result result = reader_next(reader, &frame, &damage, err);
		if (result == READER_DAMAGE) {
			report_damage(NULL, &damage);
			continue;
		}
		good = result != READER_FAILED;
		if (result != READER_RECORD)
			break;
		struct error why;
		collector->weight += frame_size(frame.payload.size);
		if (record_read(&frame, &record, &room, &why)) {
			rules_note(&collector->rules, &record, told);
			record.lsn = frame.lsn;
			engine_apply(engine, &record);
			collector->events += record.batch ? record.batch->count : 0;
			collector->health.recovered++;
		} else {
			log_line(LOG_LEVEL_ERROR, "journal: record %llu cannot be read and is passed over: %s", (unsigned long long)frame.lsn, why.text);
		}
	}
	record_room_finish(&room);
	return good;
}

static bool recover(struct collector *collector, struct error *err)
{
	struct engine *engine = begin_engine(collector, err);
	if (engine)
		engine_keep_long(engine);
	struct reader *reader = engine ? reader_open(NULL, collector->settings->journal, SEGMENT_JOURNAL, err) : NULL;
	uint64_t from = collector->health.recovered_from;
	bool good = reader && reader_seek(reader, from ? from + 1 : 0, err) && fold(collector, reader, engine, err);
	reader_close(reader);
	if (!good) {
		engine_destroy(engine);
		return false;
	}
	collector->engine = engine;
	collector->state_lsn = from;
	collector->rebase = collector->health.recalled > 0; /* no state says yet what the engine is, and Redis has it otherwise */
	if (collector->rebase)
		log_line(LOG_LEVEL_WARNING, "%s: without a state and the first records; what was counted up to record %llu comes from the history",
			collector->settings->journal, (unsigned long long)collector->health.recalled);
	if (from || collector->health.recovered)
		log_line(LOG_LEVEL_INFO, "%s: the state of record %llu and %llu records after it", collector->settings->journal,
			(unsigned long long)from, (unsigned long long)collector->health.recovered);
	return true;
}

/* ---- the poll ---- */

static int items(void *context, struct zmq_pollitem_t *items)
{
	const struct collector *collector = context;
	items[0] = (zmq_pollitem_t){.fd = journal_descriptor(collector->journal), .events = ZMQ_POLLIN};
	int count = 1;
	if (collector->store)
		items[count++] = (zmq_pollitem_t){.fd = redis_store_descriptor(collector->store), .events = ZMQ_POLLIN};
	return count + (collector->outlet ? outlet_items(collector->outlet, items + count) : 0);
}

static int64_t due(void *context)
{
	const struct collector *collector = context;
	int64_t state = collector->state_at + STATE_TIME, outlet = collector->outlet ? outlet_due(collector->outlet) : INT64_MAX;
	return state < outlet ? state : outlet;
}

static void turn(void *context, struct desk *desk);

/* ---- opening and closing ---- */

static struct journal *open_journal(struct collector *collector, const uint8_t *id, struct error *err)
{
	const struct settings *settings = collector->settings;
	if (!settings->journal[0]) {
		fail(err, "a collector needs a journal: give --journal DIRECTORY, or journal = \"...\" in the configuration");
		return NULL;
	}
	struct journal_options options = journal_options();
	options.sync = settings->journal_sync;
	options.segment_bytes = (uint64_t)settings->journal_segment * MIB;
	options.seal = settings->journal_seal;
	options.keep_time = settings->journal_keep;
	options.keep_bytes = (uint64_t)settings->journal_keep_size * MIB;
	options.keep_free = settings->journal_keep_free * MIB;
	options.report = report_damage;
	options.id = id;
	return journal_open(settings->journal, &options, err);
}

/* What a person did at a board that has only Redis. */
static bool take_inbox(void *context, struct view payload)
{
	struct collector *collector = context;
	struct error err;
	return collector->desk && outlet_refusal(payload) == NULL && desk_take(collector->desk, payload, &err) != 0;
}

static bool open_store(struct collector *collector, bool rewrite, struct error *err)
{
	const struct redis_store_options options = {.url = collector->store_url, .settings = collector->settings, .journal = collector->id,
		.journal_end = journal_state(collector->journal).appended, .rewrite = rewrite, .inbox = take_inbox, .context = collector};
	collector->store = redis_store_open(&options, err);
	return collector->store != NULL;
}

static bool open_outlet(struct collector *collector, const struct collector_options *options, struct error *err)
{
	const struct outlet_options outlet = {.settings = options->settings, .publish = options->publish,
		.journal_id = journal_id(collector->journal), .zmq = options->zmq, .gate = options->gate};
	collector->outlet = outlet_open(&outlet, err);
	return collector->outlet != NULL;
}

/* Without it all goes on, but what the journal's retention removes is gone. */
static void open_historian(struct collector *collector)
{
	struct error err = {0};
	collector->historian = historian_create(collector->settings->journal, journal_id(collector->journal), journal_state(collector->journal).appended, &err);
	if (!collector->historian)
		log_line(LOG_LEVEL_ERROR, "no history is kept: %s", err.text);
}

struct collector *collector_open(const struct collector_options *options, struct error *err)
{
	const struct settings *settings = options->settings;
	struct collector *collector = memory_new(1, sizeof *collector);
	collector->settings = settings;
	collector->recorder = (struct recorder){.context = collector, .keep = keep};
	collector->company = (struct desk_company){.context = collector, .items = items, .due = due, .turn = turn};
	collector->told_warning = map_hash(view_of(""));
	collector->state_at = clock_monotonic();
	collector->journal = rules_open(&collector->rules, settings, err) ? open_journal(collector, options->id, err) : NULL;
	if (collector->journal && recover(collector, err))
		collector->saver = saver_create(settings->journal, journal_id(collector->journal), (int)settings->journal_states, err);
	if (collector->saver)
		open_historian(collector);
	for (int i = 0; collector->saver && i < JOURNAL_ID_SIZE; i++)
		snprintf(collector->id + 2 * i, 3, "%02x", journal_id(collector->journal)[i]);
	collector->store_url = options->store;
	if (collector->saver && (!options->publish || open_outlet(collector, options, err)) && (!options->store || open_store(collector, collector->rebase, err)))
		return collector;
	collector_close(collector, NULL, NULL);
	return NULL;
}

static void pack(struct collector *collector, const struct engine *engine)
{
	free(collector->packed);
	collector->packed = engine_pack(engine, INT64_MIN, &collector->packed_size);
	collector->packed_lsn = collector->state_lsn = engine_lsn(engine);
	collector->packed_recv = engine_now(engine);
	collector->packed_weight = collector->weight;
	collector->events = 0;
	collector->state_at = clock_monotonic();
	if (collector->historian && !historian_busy(collector->historian))
		historian_take(collector->historian, engine);
}

static void hand_over(struct collector *collector)
{
	saver_save(collector->saver, collector->packed, collector->packed_size, collector->packed_lsn, collector->packed_recv,
		collector->packed_weight);
	collector->packed = NULL;
	if (collector->historian)
		historian_write(collector->historian);
}

/* While the journal's lock is ours. */
static void close_historian(struct collector *collector, const struct engine *engine)
{
	const struct journal_state state = journal_state(collector->journal);
	if (state.durable >= state.appended)
		historian_finish(collector->historian, engine);
	historian_destroy(collector->historian);
	collector->historian = NULL;
}

bool collector_close(struct collector *collector, const struct engine *engine, struct error *err)
{
	if (!collector)
		return true;
	if (collector->historian)
		close_historian(collector, engine);
	if (engine && collector->saver)
		pack(collector, engine);
	bool good = !collector->journal || journal_close(collector->journal, err);
	if (good && collector->packed && collector->saver)
		hand_over(collector);
	saver_destroy(collector->saver);
	outlet_close(collector->outlet);
	if (collector->store)
		redis_store_close(collector->store);
	engine_destroy(collector->engine);
	wire_buffer_finish(&collector->room);
	rules_close(&collector->rules);
	free(collector->packed);
	free(collector);
	return good;
}

struct engine *collector_engine(struct collector *collector)
{
	struct engine *engine = collector->engine;
	collector->engine = NULL;
	return engine;
}

const struct recorder *collector_recorder(struct collector *collector)
{
	return &collector->recorder;
}

const struct desk_company *collector_company(struct collector *collector)
{
	return &collector->company;
}

const char *collector_id(const struct collector *collector)
{
	return collector->id;
}

/* ---- at work ---- */

void collector_begin(struct collector *collector, struct desk *desk)
{
	const struct settings *settings = collector->settings;
	struct view feeds[RECORD_FEEDS_MAX];
	collector->desk = desk;
	if (collector->outlet)
		outlet_attach(collector->outlet, desk, engine_lsn(desk_engine(desk)));
	struct record_config config = collector->rules.config;
	config.feeds = feeds;
	for (; config.feed_count < (uint32_t)settings->feed_count && config.feed_count < RECORD_FEEDS_MAX; config.feed_count++)
		feeds[config.feed_count] = view_of(settings->feeds[config.feed_count]);
	desk_tell(desk, (struct record){.kind = RECORD_CONFIG, .recv = INSTANT_NONE, .config = &config});
	for (int i = 0; i < settings->feed_count; i++)
		desk_tell(desk, (struct record){.kind = RECORD_LINK, .recv = INSTANT_NONE, .feed = (uint16_t)i, .link = LINK_CONNECTING,
			.silent_since = INSTANT_NONE});
}

static void tell_health(struct collector *collector)
{
	const struct journal_state *journal = &collector->health.journal;
	if (journal->health == collector->told)
		return;
	collector->told = journal->health;
	if (journal->health == JOURNAL_OK)
		log_line(LOG_LEVEL_INFO, "journal: all is well again");
	else
		log_line(LOG_LEVEL_ERROR, "journal: %s: %s", journal->health == JOURNAL_FULL ? "not journalled" : "not durable", journal->why);
}

/* After records that were not kept the engine is no longer what the journal tells: a state has to say so as soon as it can. */
static bool wants_state(const struct collector *collector, const struct engine *engine)
{
	if (collector->packed || collector->health.journal.health == JOURNAL_FULL)
		return false;
	uint64_t lsn = engine_lsn(engine);
	return collector->rebase || collector->events >= STATE_EVENTS ||
		(lsn > collector->state_lsn && clock_monotonic() >= collector->state_at + STATE_TIME);
}

/* While records count that are in no journal, only a state tells those attached how things are. */
static void serve_attached(struct collector *collector)
{
	int64_t now = clock_monotonic();
	if (collector->health.unkept != collector->told_unkept && now >= collector->told_at + SECOND_MS) {
		collector->told_unkept = collector->health.unkept;
		collector->told_at = now;
		outlet_restart(collector->outlet);
	}
	outlet_turn(collector->outlet, collector->health.journal.written);
}

static void tell_store(struct collector *collector)
{
	struct redis_store_status status = redis_store_status(collector->store);
	const char *warning = status.link.about.warning;
	if (map_hash(view_of(warning)) != collector->told_warning) {
		collector->told_warning = map_hash(view_of(warning));
		log_line(LOG_LEVEL_WARNING, "%s", *warning ? warning : "Redis: its set-up is in order again");
	}
	if (status.state == collector->told_store && status.fault.trouble == collector->told_trouble)
		return;
	collector->told_store = status.state;
	collector->told_trouble = status.fault.trouble;
	if (status.fault.trouble != TROUBLE_NONE)
		log_line(status.state == STORE_STOPPED ? LOG_LEVEL_ERROR : LOG_LEVEL_WARNING, "Redis: %s", status.fault.error.text); /* with its remedy */
	else
		log_line(LOG_LEVEL_INFO, "Redis: %s at watermark %llu, epoch %llu", redis_store_states[status.state],
			(unsigned long long)status.watermark, (unsigned long long)status.epoch);
}

/* Redis gets what the disk has. Under a steady stream the disk is always a moment behind: then a second of waiting is enough, and
 * a start after a kill finds Redis ahead and says so by writing it anew. */
static void commit(struct collector *collector, const struct engine *engine)
{
	int64_t now = clock_monotonic();
	bool behind = collector->health.journal.written < engine_lsn(engine);
	collector->behind_since = !behind ? 0 : collector->behind_since ? collector->behind_since : now;
	bool patience = behind && now < collector->behind_since + SECOND_MS;
	if (!patience && collector->health.journal.health != JOURNAL_FULL) {
		redis_store_commit(collector->store, engine, engine_lsn(engine), now);
		collector->behind_since = behind ? now : 0;
	}
	tell_store(collector);
}

/* What the history does not tell yet is not to be removed; but a history that cannot be written must not fill the disk. */
static void keep_for_history(struct collector *collector)
{
	if (!collector->historian)
		return;
	collector->health.history = historian_state(collector->historian);
	journal_keep_from(collector->journal, collector->health.history.trouble[0] ? 0 : collector->health.history.written + 1);
}

static void turn(void *context, struct desk *desk)
{
	struct collector *collector = context;
	collector->health.journal = journal_state(collector->journal);
	tell_health(collector);
	keep_for_history(collector);
	if (collector->outlet)
		serve_attached(collector);
	if (collector->store)
		commit(collector, desk_engine(desk));
	if (wants_state(collector, desk_engine(desk))) {
		pack(collector, desk_engine(desk));
		if (collector->rebase && collector->store) { /* what Redis has says nothing of the records that were not kept */
			struct error err;
			redis_store_close(collector->store);
			if (!open_store(collector, true, &err))
				log_line(LOG_LEVEL_ERROR, "Redis: %s", err.text);
		}
		collector->rebase = false;
	} else if (clock_monotonic() >= collector->state_at + STATE_TIME) {
		collector->state_at = clock_monotonic();
	}
	if (collector->packed && collector->health.journal.durable >= collector->packed_lsn && !saver_busy(collector->saver))
		hand_over(collector);
}

const struct outlet *collector_outlet(const struct collector *collector)
{
	return collector->outlet;
}

bool collector_reload_keys(struct collector *collector, struct error *err)
{
	return !collector->outlet || outlet_reload_keys(collector->outlet, err);
}

static void settle_store(struct collector *collector, const struct engine *engine, int64_t until)
{
	redis_store_hurry(collector->store);
	for (;;) {
		redis_store_commit(collector->store, engine, engine_lsn(engine), clock_monotonic());
		int64_t left = until - clock_monotonic();
		bool answers = redis_store_status(collector->store).link.state == REDIS_READY;
		if (left <= 0 || !answers || redis_store_settled(collector->store, engine_lsn(engine)))
			return;
		zmq_pollitem_t item = {.fd = redis_store_descriptor(collector->store), .events = ZMQ_POLLIN};
		zmq_poll(&item, 1, left < 50 ? (long)left : 50);
	}
}

void collector_settle(struct collector *collector, const struct engine *engine)
{
	int64_t until = clock_monotonic() + 2 * SECOND_MS;
	for (;;) {
		struct journal_state state = journal_state(collector->journal);
		int64_t left = until - clock_monotonic();
		if (state.durable >= state.appended || state.health != JOURNAL_OK || left <= 0)
			break;
		zmq_pollitem_t item = {.fd = journal_descriptor(collector->journal), .events = ZMQ_POLLIN};
		zmq_poll(&item, 1, (long)left);
	}
	if (collector->store)
		settle_store(collector, engine, until);
}

struct collector_health collector_health(struct collector *collector)
{
	struct error err = {0};
	collector->health.journal = journal_state(collector->journal);
	collector->health.saved = saver_saved(collector->saver, &err);
	collector->health.has_store = collector->store != NULL;
	if (collector->store)
		collector->health.store = redis_store_status(collector->store);
	snprintf(collector->health.state_trouble, sizeof collector->health.state_trouble, "%.199s", err.text);
	return collector->health;
}
