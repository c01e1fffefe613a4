#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "app/collector_state.h"
#include "app/standby.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/map.h"
#include "base/memory.h"
#include "journal/record.h"
#include "journal/state_file.h"

#define STATE_EVENTS 100000 /* after so many events a state is saved, */
#define STATE_TIME (5 * MINUTE_MS) /* or after so long, whichever is first */
#define MIB (1024 * 1024)
#define FROZEN 1500 /* ms between two turns after which the lease may be over */

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
	outlets_add(&collector->outlets, &frame);
	return frame.lsn;
}

/* ---- a pair ---- */

/* The lease is another one's. */
static void step_down(struct collector *collector)
{
	if (!collector->peer || collector->standby || collector->turnover.what != TURNOVER_NONE)
		return;
	struct redis_store_status status = redis_store_status(collector->store);
	bool lost = status.fault.trouble == TROUBLE_FENCED || status.fault.trouble == TROUBLE_HELD;
	if (status.state != STORE_STOPPED || !lost)
		return;
	log_line(LOG_LEVEL_ERROR, "another collector has taken over, after record %llu or before it: this one stops writing and becomes its standby",
		(unsigned long long)journal_state(collector->journal).appended);
	collector->turnover.what = TURNOVER_AGAIN;
}

static void take_ack(void *context, uint64_t lsn)
{
	struct collector *collector = context;
	bool was_attached = collector->partner.attached;
	partner_ack(&collector->partner, lsn, journal_state(collector->journal).written, clock_monotonic(), clock_wall());
	if (collector->partner.attached && !was_attached)
		log_line(LOG_LEVEL_INFO, "a standby follows: Redis gets what it has written too");
}

static void mind_partner(struct collector *collector)
{
	if (collector->peer && !collector->standby && partner_lost(&collector->partner, clock_monotonic(), clock_wall()))
		log_line(LOG_LEVEL_WARNING, "the standby does not answer or is behind: goes on alone");
}

/* ---- the poll ---- */

static int items(void *context, struct zmq_pollitem_t *items)
{
	const struct collector *collector = context;
	items[0] = (zmq_pollitem_t){.fd = journal_descriptor(collector->journal), .events = ZMQ_POLLIN};
	int count = 1;
	if (collector->store)
		items[count++] = (zmq_pollitem_t){.fd = redis_store_descriptor(collector->store), .events = ZMQ_POLLIN};
	if (collector->standby)
		count += standby_items(collector->standby, items + count);
	return count + outlets_items(&collector->outlets, items + count);
}

static int64_t due(void *context)
{
	const struct collector *collector = context;
	int64_t state = collector->state_at + STATE_TIME, outlet = outlets_due(&collector->outlets);
	int64_t standby = collector->standby ? standby_due(collector->standby) : INT64_MAX;
	int64_t sooner = state < outlet ? state : outlet;
	return standby < sooner ? standby : sooner;
}

/* A primary that was frozen must not write before it knows that nobody took its place. */
static bool ready(void *context)
{
	struct collector *collector = context;
	int64_t now = clock_monotonic();
	bool was_frozen = now - collector->ready_at > FROZEN;
	collector->ready_at = now;
	if (collector->peer && !collector->standby && was_frozen) {
		redis_store_confirm(collector->store, now + 2 * SECOND_MS);
		collector->ready_at = clock_monotonic();
		step_down(collector);
	}
	return collector->turnover.what == TURNOVER_NONE;
}

static void turn(void *context, struct desk *desk);

/* ---- opening and closing ---- */

static struct journal *open_at(struct collector *collector, const uint8_t *id, uint64_t first, struct error *err)
{
	const struct settings *settings = collector->settings;
	struct journal_options options = journal_options();
	options.sync = settings->journal_sync;
	options.segment_bytes = (uint64_t)settings->journal_segment * MIB;
	options.seal = settings->journal_seal;
	options.keep_time = settings->journal_keep;
	options.keep_bytes = (uint64_t)settings->journal_keep_size * MIB;
	options.keep_free = settings->journal_keep_free * MIB;
	options.report = collector_report_damage;
	options.id = id;
	options.first = first;
	return journal_open(settings->journal, &options, err);
}

/* Of a journal that began after another one's state, and has no record yet. */
static uint64_t state_without_records(struct collector *collector)
{
	struct state_file file;
	struct error err;
	int skipped;
	if (journal_state(collector->journal).appended ||
		!state_file_load(NULL, collector->settings->journal, collector->epochs.id, UINT64_MAX, INT64_MAX, &file, &skipped, &err))
		return 0;
	free((char *)(uintptr_t)file.bytes.data);
	return file.lsn;
}

static bool open_journal(struct collector *collector, const uint8_t *id, struct error *err)
{
	const char *directory = collector->settings->journal;
	if (!directory[0])
		return fail(err, "a collector needs a journal: give --journal DIRECTORY, or journal = \"...\" in the configuration");
	struct error why;
	bool has_epochs = epochs_load(NULL, directory, &collector->epochs, &why);
	if (!has_epochs && why.text[0])
		return fail(err, "%.600s", why.text);
	/* What is written now is in no epoch: whoever follows later must not take it for the pair's. */
	if (has_epochs && !collector->peer && !epochs_remove(NULL, directory, err))
		return false;
	collector->journal = open_at(collector, has_epochs ? collector->epochs.id : id, 0, err);
	uint64_t lsn = collector->journal && has_epochs ? state_without_records(collector) : 0;
	if (!lsn)
		return collector->journal != NULL;
	bool closed = journal_close(collector->journal, err);
	collector->journal = closed ? open_at(collector, collector->epochs.id, lsn + 1, err) : NULL;
	return collector->journal != NULL;
}

static bool open_outlets(struct collector *collector, const struct collector_options *options, struct error *err)
{
	const struct outlet_options outlet = {.settings = options->settings, .publish = options->publish,
		.journal_id = journal_id(collector->journal), .mute = collector->peer != NULL, .ack = take_ack, .context = collector,
		.zmq = options->zmq, .gate = options->gate};
	struct outlets *outlets = &collector->outlets;
	if (!outlets_allowed(options->settings, options->publish, options->store, err) || !outlets_open(outlets, &outlet, err))
		return false;
	if (outlets->outside)
		saver_veil(collector->saver, outlets->states, options->settings, &outlets->veil);
	return true;
}

static bool open_standby(struct collector *collector, const struct collector_options *options, struct error *err)
{
	collector->standby = standby_open(collector, options->zmq, err);
	return collector->standby != NULL;
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
	collector->company = (struct desk_company){.context = collector, .items = items, .due = due, .ready = ready, .turn = turn};
	collector->told_warning = map_hash(view_of(""));
	collector->peer = options->peer;
	collector->state_at = collector->ready_at = clock_monotonic();
	if (rules_open(&collector->rules, settings, err) && open_journal(collector, options->id, err) && collector_recover(collector, err))
		collector->saver = saver_create(settings->journal, journal_id(collector->journal), (int)settings->journal_states, err);
	if (collector->saver)
		open_historian(collector);
	for (int i = 0; collector->saver && i < JOURNAL_ID_SIZE; i++)
		snprintf(collector->id + 2 * i, 3, "%02x", journal_id(collector->journal)[i]);
	collector->store_url = options->store;
	if (collector->saver && open_outlets(collector, options, err) &&
		(!options->store || collector_open_store(collector, options->peer != NULL || collector->rebase, err)) &&
		(!options->peer || open_standby(collector, options, err)))
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
	standby_close(collector->standby);
	outlets_close(&collector->outlets);
	if (collector->store)
		redis_store_close(collector->store);
	engine_destroy(collector->engine);
	wire_buffer_finish(&collector->room);
	rules_close(&collector->rules);
	free(collector->packed);
	turnover_finish(&collector->turnover);
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

void collector_tell_rules(struct collector *collector)
{
	const struct settings *settings = collector->settings;
	struct view feeds[RECORD_FEEDS_MAX];
	struct record_config config = collector->rules.config;
	config.feeds = feeds;
	for (; config.feed_count < (uint32_t)settings->feed_count && config.feed_count < RECORD_FEEDS_MAX; config.feed_count++)
		feeds[config.feed_count] = view_of(settings->feeds[config.feed_count]);
	desk_tell(collector->desk, (struct record){.kind = RECORD_CONFIG, .recv = INSTANT_NONE, .config = &config});
}

void collector_begin(struct collector *collector, struct desk *desk)
{
	const struct settings *settings = collector->settings;
	collector->desk = desk;
	if (collector->standby) /* what the journal gets is the primary's */
		return;
	outlets_attach(&collector->outlets, desk, engine_lsn(desk_engine(desk)));
	collector_tell_rules(collector);
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
		outlets_restart(&collector->outlets);
	}
	outlets_turn(&collector->outlets, collector->health.journal.written);
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
	if (collector->standby)
		standby_turn(collector->standby, desk);
	step_down(collector);
	if (collector->turnover.what != TURNOVER_NONE)
		return;
	serve_attached(collector);
	mind_partner(collector);
	if (collector->store && !collector->standby)
		collector_commit(collector, desk_engine(desk));
	if (collector->peer && collector->rebase && collector->health.journal.health == JOURNAL_OK) {
		log_line(LOG_LEVEL_WARNING, "the journal keeps records again: begins anew from it, and asks the publishers for what it did not keep");
		collector->turnover.what = TURNOVER_AGAIN;
		return;
	}
	if (wants_state(collector, desk_engine(desk))) {
		pack(collector, desk_engine(desk));
		if (collector->rebase && collector->store) { /* what Redis has says nothing of the records that were not kept */
			struct error err;
			redis_store_close(collector->store);
			if (!collector_open_store(collector, true, &err))
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
	return collector->outlets.inside;
}

bool collector_reload_keys(struct collector *collector, struct error *err)
{
	return outlets_reload_keys(&collector->outlets, err) &&
	       (!collector->standby || standby_reload_keys(collector->standby, err));
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
	if (collector->store && !collector->standby)
		collector_settle_store(collector, engine, until);
}

bool collector_is_over(const struct collector *collector)
{
	return collector->turnover.what != TURNOVER_NONE;
}

struct turnover collector_turnover(struct collector *collector)
{
	struct turnover turnover = collector->turnover;
	collector->turnover = (struct turnover){.what = TURNOVER_AGAIN};
	return turnover;
}

struct collector_health collector_health(struct collector *collector)
{
	struct error err = {0};
	collector->health.journal = journal_state(collector->journal);
	collector->health.saved = saver_saved(collector->saver, &err);
	collector->health.outside = collector->outlets.outside;
	collector->health.has_store = collector->store != NULL;
	collector->health.peer = collector->peer;
	collector->health.stands_by = collector->standby != NULL;
	collector->health.partner = collector->partner;
	if (collector->standby)
		collector->health.standby = standby_status(collector->standby);
	if (collector->store)
		collector->health.store = redis_store_status(collector->store);
	snprintf(collector->health.state_trouble, sizeof collector->health.state_trouble, "%.199s", err.text);
	return collector->health;
}
