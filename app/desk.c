#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "app/attached.h"
#include "app/desk.h"
#include "app/journal_feed.h"
#include "app/memory_watch.h"
#include "app/sites.h"
#include "app/stored.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/map.h"
#include "base/memory.h"
#include "feed/curve.h"
#include "feed/hold_back.h"
#include "feed/wire.h"
#include "feed/wire_slice.h"

#define MESSAGES_A_TURN 512
#define HOLES_A_TURN 16
#define HOLE_PATIENCE (30 * SECOND_MS)	      /* until a hole that nobody fills is given up */
#define HOLE_PATIENCE_ALONE (5 * SECOND_MS)   /* the same where the publisher offers no replay */
#define HOLES_WATCHED 64
#define FEEDS_MOST 32

struct desk_feed {
	struct feed *feed;
	uint64_t refused[FAULT_COUNT]; /* since the last record of it */
	uint64_t bytes;		       /* since the last look at the memory */
	bool ended;
};

/* When a hole was first seen, by the monotonic clock: the feed's own may go sixty times as fast as an answer. */
struct hole_watch {
	uint64_t key;
	int64_t since;
};

struct desk {
	struct desk_options options;
	struct hole_watch holes[HOLES_WATCHED];
	struct engine *engine;
	struct curve *curve;
	struct attached *attached; /* NULL: there are feeds, or only Redis */
	struct stored *stored;	   /* NULL: no Redis is read */
	struct sites *sites;	   /* NULL: one site */
	enum link_state stored_link; /* as it was last seen */
	struct desk_feed feeds[FEEDS_MOST];
	int feed_count;
	bool feed_clock, own_time;
	uint64_t lsn, events;
	struct view payload; /* of the record at hand, where it is a batch */
	struct wire_buffer part; /* made of a payload for one second */
	struct batch batch;
	struct hold_back *hold_back;
	struct batch held; /* scratch for what was held back */
	int instant; /* the next one to look at */
	bool changed, heard;
	int64_t first;
	int64_t memory_looked; /* monotonic */
};

static void apply(struct desk *desk, struct record record)
{
	const struct recorder *recorder = desk->options.recorder;
	uint64_t kept = recorder ? recorder->keep(recorder->context, &record, desk->payload) : desk->lsn + 1;
	if (kept)
		desk->lsn = kept;
	record.lsn = desk->lsn;
	engine_apply(desk->engine, &record);
	desk->changed = true;
}

/* Looks at every instant that time passes before it comes to `recv`. */
static void pass_instants(struct desk *desk, int64_t recv)
{
	while (desk->instant < desk->options.instant_count && desk->options.instants[desk->instant] < recv) {
		apply(desk, (struct record){.kind = RECORD_CLOCK, .recv = desk->options.instants[desk->instant++]});
		desk->options.look(desk->options.context, desk->engine);
	}
}

static void apply_at(struct desk *desk, struct record record)
{
	int64_t now = engine_now(desk->engine);
	if (record.recv < now)
		record.recv = now;
	if (desk->first == INSTANT_NONE && record.batch && record.batch->count)
		desk->first = record.recv;
	pass_instants(desk, record.recv);
	apply(desk, record);
}

static int64_t own_time(const struct desk *desk)
{
	int64_t latest = INSTANT_NONE;
	for (int i = 0; i < desk->feed_count; i++) {
		struct feed *feed = desk->feeds[i].feed;
		int64_t time = feed && feed->class->time ? feed->class->time(feed) : INSTANT_NONE;
		latest = time > latest ? time : latest;
	}
	return latest;
}

/* What time it is by the clock in force; INSTANT_NONE where nothing has told it yet. */
static int64_t present(const struct desk *desk)
{
	int64_t now = engine_now(desk->engine);
	if (desk->own_time) {
		int64_t time = own_time(desk);
		return time > now ? time : now;
	}
	return desk->feed_clock ? now : clock_wall();
}

static int64_t latest_ts(const struct batch *batch)
{
	int64_t latest = INSTANT_NONE;
	for (uint32_t i = 0; i < batch->count; i++)
		if (batch->events[i].ts > latest)
			latest = batch->events[i].ts;
	return latest;
}

/* What is kept of a part of a batch is a payload of its own. */
static void cut_payload(struct desk *desk, struct wire_slicer *slicer, const struct batch *part)
{
	const struct wire_header header = {.src = part->src, .boot = part->boot, .seq = part->seq, .sent = part->sent};
	struct view events = {0};
	wire_slicer_take(slicer, part->count, &events);
	wire_encode_batch(&desk->part, &header, part->count, events.data, events.size);
	desk->payload = (struct view){(const char *)desk->part.data, desk->part.size};
}

/* By the feed's clock a batch that spans several seconds becomes one record a second, so that peaks and levels are the same as
 * when the same events come one by one. The events of `batch` are in ascending order here. */
static void apply_by_seconds(struct desk *desk, const struct batch *batch, struct record record)
{
	uint32_t from = 0;
	struct wire_slicer slicer = {0};
	if (desk->options.recorder)
		wire_slicer_begin(&slicer, desk->payload);
	do {
		uint32_t until = from + 1;
		while (until < batch->count && batch->events[until].ts / SECOND_MS == batch->events[from].ts / SECOND_MS)
			until++;
		struct batch part = *batch;
		part.events += from;
		part.count = until - from;
		part.repeated = from ? 0 : batch->repeated;
		if (batch->src.size)
			part.seq += from;
		record.batch = &part;
		record.recv = batch->events[until - 1].ts;
		if (part.count < batch->count && desk->options.recorder)
			cut_payload(desk, &slicer, &part);
		apply_at(desk, record);
		from = until;
	} while (from < batch->count);
}

static bool ascending(const struct batch *batch)
{
	for (uint32_t i = 1; i < batch->count; i++)
		if (batch->events[i].ts < batch->events[i - 1].ts)
			return false;
	return batch->count > 0;
}

static void take_by_feed_clock(struct desk *desk, struct record record)
{
	const struct batch *batch = record.batch;
	if (ascending(batch)) {
		apply_by_seconds(desk, batch, record);
		if (batch->sent > engine_now(desk->engine))
			apply_at(desk, (struct record){.kind = RECORD_CLOCK, .recv = batch->sent});
		return;
	}
	int64_t latest = latest_ts(batch);
	record.recv = batch->sent > latest ? batch->sent : latest;
	apply_at(desk, record);
}

static void refuse(void *context, struct feed *feed, enum feed_fault fault, const char *why)
{
	struct desk *desk = context;
	desk->feeds[feed->index].refused[fault]++;
	if (desk->feeds[feed->index].refused[fault] == 1)
		log_line(LOG_LEVEL_WARNING, "%s: %s", feed->endpoint, why);
}

static void count_batch(struct desk *desk, struct record record, struct view payload)
{
	desk->events += record.batch->count;
	desk->payload = payload;
	if (record.recv != INSTANT_NONE) {
		apply_at(desk, record);
	} else if (desk->feed_clock) {
		take_by_feed_clock(desk, record);
	} else {
		record.recv = clock_wall();
		apply_at(desk, record);
	}
}

static void take_batch(void *context, struct feed *feed, const void *payload, size_t size, int64_t at)
{
	struct desk *desk = context;
	struct error err;
	enum feed_fault fault = wire_decode(payload, size, &desk->batch, &err);
	desk->feeds[feed->index].bytes += size;
	if (fault != FAULT_NONE) {
		refuse(desk, feed, fault, err.text);
		return;
	}
	desk->heard = true;
	if (at != INSTANT_NONE || !hold_back_take(desk->hold_back, feed, &desk->batch, payload, size))
		count_batch(desk, (struct record){.kind = RECORD_BATCH, .feed = feed->index, .batch = &desk->batch, .recv = at}, (struct view){payload, size});
}

static void take_link(void *context, struct feed *feed, enum link_state state, int64_t silent)
{
	struct desk *desk = context;
	int64_t now = present(desk);
	if (state == LINK_ENDED)
		desk->feeds[feed->index].ended = true;
	apply_at(desk, (struct record){.kind = RECORD_LINK, .recv = now, .feed = feed->index, .link = state,
		.silent_since = now == INSTANT_NONE ? INSTANT_NONE : now - silent});
}

static void take_gap(void *context, struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	struct desk *desk = context;
	apply_at(desk, (struct record){.kind = RECORD_GAP, .recv = present(desk), .feed = feed->index, .src = src, .boot = boot,
		.from = from, .to = to});
}

/* ---- what follows a hole ---- */

static uint64_t expected(void *context, struct view src, uint64_t boot)
{
	const struct desk *desk = context;
	return engine_expects(desk->engine, src, boot);
}

static bool lacking(void *context, struct view src, uint64_t boot, uint64_t least, uint64_t seq, struct span_of_numbers *span)
{
	const struct desk *desk = context;
	struct hole hole;
	if (!engine_lacks(desk->engine, src, boot, least, seq, &hole))
		return false;
	*span = (struct span_of_numbers){hole.from, hole.to};
	return true;
}

/* The same record as a heartbeat makes: what is missing shows at once, though what follows it waits. */
static void take_missing(void *context, struct feed *feed, struct view src, uint64_t boot, uint64_t seq)
{
	struct desk *desk = context;
	const struct batch batch = {.src = src, .boot = boot, .seq = seq, .sent = INSTANT_NONE};
	const struct wire_header header = {.src = src, .boot = boot, .seq = seq, .sent = INSTANT_NONE};
	wire_encode_batch(&desk->part, &header, 0, NULL, 0);
	desk->payload = (struct view){(const char *)desk->part.data, desk->part.size};
	apply_at(desk, (struct record){.kind = RECORD_BATCH, .feed = feed->index, .batch = &batch, .recv = present(desk)});
}

static void take_held(void *context, struct feed *feed, const void *payload, size_t size)
{
	struct desk *desk = context;
	if (wire_decode(payload, size, &desk->held, NULL) == FAULT_NONE)
		count_batch(desk, (struct record){.kind = RECORD_BATCH, .feed = feed->index, .batch = &desk->held, .recv = INSTANT_NONE},
			(struct view){payload, size});
}

static void open_hold_back(struct desk *desk)
{
	const struct hold_back_options options = {.one_clock = desk->feed_clock};
	const struct hold_back_sink sink = {.context = desk, .expects = expected, .lacks = lacking, .missing = take_missing, .pass = take_held};
	desk->hold_back = hold_back_create(&options, &sink);
}

static void tell_refusals(struct desk *desk)
{
	for (int i = 0; i < desk->feed_count; i++)
		for (int fault = 1; fault < FAULT_COUNT; fault++) {
			uint64_t *count = &desk->feeds[i].refused[fault];
			if (*count)
				apply_at(desk, (struct record){.kind = RECORD_LINK, .recv = present(desk), .feed = (uint16_t)i,
					.fault = (enum feed_fault)fault, .count = *count});
			*count = 0;
		}
}

/* How long a hole has been known; one that shrinks is new, for somebody is filling it. */
static int64_t hole_age(struct desk *desk, const struct hole *hole)
{
	uint64_t key = map_hash(hole->src) ^ (hole->boot * 31 + hole->from * 1000003 + hole->to) ^ hole->feed;
	struct hole_watch *watch = &desk->holes[key % HOLES_WATCHED];
	if (watch->key != key)
		*watch = (struct hole_watch){key, clock_monotonic()};
	return clock_monotonic() - watch->since;
}

/* Asks for what is missing, and gives up what nobody can send again. */
static void mind_holes(struct desk *desk)
{
	struct hole holes[HOLES_A_TURN];
	int count = 0;
	while (count < HOLES_A_TURN && engine_hole(desk->engine, count, &holes[count]))
		count++;
	for (int i = 0; i < count; i++) {
		struct hole *hole = &holes[i];
		struct feed *feed = hole->feed < desk->feed_count ? desk->feeds[hole->feed].feed : NULL;
		bool asked = feed && feed->class->catch_up && feed->class->catch_up(feed, hole->src, hole->boot, hole->from, hole->to);
		if (hole_age(desk, hole) < (asked ? HOLE_PATIENCE : HOLE_PATIENCE_ALONE))
			continue;
		/* The view belongs to the engine, which changes with the record. */
		char src[ID_MAX + 1];
		view_copy(hole->src, src, sizeof src);
		apply_at(desk, (struct record){.kind = RECORD_GAP, .recv = present(desk), .feed = hole->feed, .src = view_of(src),
			.boot = hole->boot, .from = hole->from, .to = hole->to});
	}
}

/* libzmq cannot bound a message of many frames: over the limit the feed that sent most is dropped, and named. */
static void mind_memory(struct desk *desk)
{
	int64_t now = clock_monotonic();
	if (now - desk->memory_looked < SECOND_MS)
		return;
	desk->memory_looked = now;
	int worst = -1;
	bool over = memory_watch_resident() > desk->options.settings->memory_limit * 1024 * 1024;
	for (int i = 0; i < desk->feed_count; i++) {
		if (desk->feeds[i].feed && (worst < 0 || desk->feeds[i].bytes > desk->feeds[worst].bytes))
			worst = i;
	}
	if (over && worst >= 0) {
		log_line(LOG_LEVEL_ERROR, "%s: dropped, for memory is over memory_limit", desk->feeds[worst].feed->endpoint);
		hold_back_release(desk->hold_back, desk->feeds[worst].feed);
		feed_close(desk->feeds[worst].feed);
		desk->feeds[worst].feed = NULL;
		apply_at(desk, (struct record){.kind = RECORD_LINK, .recv = present(desk), .feed = (uint16_t)worst, .link = LINK_REFUSED});
	}
	for (int i = 0; i < desk->feed_count; i++)
		desk->feeds[i].bytes = 0;
}

static bool open_feeds(struct desk *desk, struct error *err)
{
	const struct settings *settings = desk->options.settings;
	struct feed_options options = {.site = settings->site, .silence = settings->silence, .stale = settings->stale,
		.reconnect = settings->reconnect, .speed = desk->options.speed, .start = desk->options.start,
		.stop = desk->options.stop, .zmq = desk->options.zmq, .curve = desk->curve,
		.more = journal_feeds};
	struct feed_sink sink = {.context = desk, .batch = take_batch, .link = take_link, .refused = refuse, .gap = take_gap};
	for (int i = 0; i < desk->options.feed_count; i++) {
		struct feed *feed = feed_open(desk->options.feeds[i], &options, &sink, err);
		if (!feed)
			return false;
		feed->index = (uint16_t)i;
		desk->feeds[i].feed = feed;
		desk->feed_count = i + 1;
		desk->own_time = desk->own_time || feed->class->time;
	}
	return true;
}

/* ---- attached ---- */

static void take_engine(void *context, struct engine *engine)
{
	struct desk *desk = context;
	engine_destroy(desk->engine);
	desk->engine = engine;
	desk->heard = desk->changed = true;
}

static void follow(void *context, const struct record *record)
{
	struct desk *desk = context;
	engine_apply(desk->engine, record);
	desk->events += record->batch ? record->batch->count : 0;
	desk->changed = true;
}

static void link_changed(void *context)
{
	struct desk *desk = context;
	desk->changed = true;
}

/* The collector's stream is better than what it wrote a second ago; without it Redis has to do. */
static bool reads_store(const struct desk *desk)
{
	return desk->stored && (!desk->attached || attached_link(desk->attached).state != LINK_LIVE);
}

static void read_store(struct desk *desk)
{
	if (!reads_store(desk))
		return;
	struct engine *engine = stored_take(desk->stored);
	if (engine)
		take_engine(desk, engine);
	int64_t silent;
	const char *why;
	enum link_state link = stored_link(desk->stored, &silent, &why);
	desk->changed = desk->changed || link != desk->stored_link;
	desk->stored_link = link;
}

static bool open_store(struct desk *desk, struct error *err)
{
	if (!desk->options.store)
		return true;
	desk->stored = stored_open(desk->options.store, desk->options.settings, err);
	if (desk->stored)
		read_store(desk);
	return desk->stored != NULL;
}

static bool open_sources(struct desk *desk, struct error *err)
{
	const struct desk_options *options = &desk->options;
	if (options->several) {
		desk->sites = sites_open(options->attach, options->store, options->settings, desk->engine, options->zmq, desk->curve, err);
		return desk->sites != NULL;
	}
	if (!open_store(desk, err))
		return false;
	if (!desk->options.attach)
		return desk->stored || open_feeds(desk, err);
	const struct attached_sink sink = {.context = desk, .engine = take_engine, .record = follow, .link = link_changed};
	desk->attached = attached_open(desk->options.attach, desk->options.settings, desk->options.zmq, desk->curve, &sink, err);
	return desk->attached != NULL;
}

struct desk *desk_open(const struct desk_options *options, struct error *err)
{
	if (options->feed_count > FEEDS_MOST) {
		engine_destroy(options->engine);
		fail(err, "%d feeds are more than the %d a board can take: put a collector between", options->feed_count, FEEDS_MOST);
		return NULL;
	}
	struct desk *desk = memory_new(1, sizeof *desk);
	desk->options = *options;
	desk->first = INSTANT_NONE;
	desk->feed_clock = strcmp(options->settings->clock, "feed") == 0;
	desk->engine = options->engine ? options->engine : engine_create(options->settings, err);
	desk->lsn = desk->engine ? engine_lsn(desk->engine) : 0;
	desk->curve = curve_open(options->settings, err);
	open_hold_back(desk);
	if (!desk->engine || !desk->curve || !open_sources(desk, err)) {
		desk_close(desk);
		return NULL;
	}
	return desk;
}

void desk_close(struct desk *desk)
{
	if (!desk)
		return;
	hold_back_destroy(desk->hold_back);
	for (int i = 0; i < desk->feed_count; i++)
		feed_close(desk->feeds[i].feed);
	sites_close(desk->sites);
	attached_close(desk->attached);
	stored_close(desk->stored);
	curve_close(desk->curve);
	engine_destroy(desk->engine);
	batch_finish(&desk->batch);
	batch_finish(&desk->held);
	wire_buffer_finish(&desk->part);
	free(desk);
}

bool desk_reload_keys(struct desk *desk, struct error *err)
{
	return curve_reload(desk->curve, err);
}

/* How long the poll may last, in ms; engine time is turned into real time by the speed it goes at. */
static long wait_for(const struct desk *desk, int64_t until)
{
	int64_t now = clock_monotonic(), due = until;
	for (int i = 0; i < desk->feed_count; i++) {
		struct feed *feed = desk->feeds[i].feed;
		int64_t feed_due = feed ? feed->class->due(feed) : INT64_MAX;
		due = feed_due < due ? feed_due : due;
	}
	const struct desk_company *company = desk->options.company;
	int64_t company_due = company ? company->due(company->context) : INT64_MAX;
	due = company_due < due ? company_due : due;
	if (desk->sites) {
		int64_t sites = sites_due(desk->sites);
		due = sites < due ? sites : due;
		return due <= now ? 0 : (long)(due - now < SECOND_MS ? due - now : SECOND_MS);
	}
	if (desk->attached || desk->stored) { /* time is what the collector says */
		int64_t attached = desk->attached ? attached_due(desk->attached) : INT64_MAX;
		int64_t stored = reads_store(desk) ? stored_due(desk->stored) : INT64_MAX;
		due = attached < due ? attached : due;
		due = stored < due ? stored : due;
		return due <= now ? 0 : (long)(due - now < SECOND_MS ? due - now : SECOND_MS);
	}
	int64_t engine = engine_due(desk->engine), time = present(desk);
	bool goes = desk->own_time || !desk->feed_clock;
	if (goes && engine != INT64_MAX && time != INSTANT_NONE) {
		double speed = desk->own_time && desk->options.speed > 0 ? desk->options.speed : 1;
		int64_t in = engine > time ? (int64_t)((double)(engine - time) / speed) + 1 : 0;
		due = now + in < due ? now + in : due;
	}
	return due <= now ? 0 : (long)(due - now < SECOND_MS ? due - now : SECOND_MS);
}

static void wait_and_take(struct desk *desk, int wake, int64_t until)
{
	zmq_pollitem_t items[FEEDS_MOST * FEED_POLL_MAX + ATTACHED_POLL_MAX + SITES_POLL_MAX + DESK_COMPANY_MAX + 1];
	int count = 0;
	for (int i = 0; i < desk->feed_count; i++)
		if (desk->feeds[i].feed)
			count += desk->feeds[i].feed->class->items(desk->feeds[i].feed, items + count);
	if (desk->attached)
		count += attached_items(desk->attached, items + count);
	if (desk->sites)
		count += sites_items(desk->sites, items + count);
	if (desk->options.company)
		count += desk->options.company->items(desk->options.company->context, items + count);
	if (wake >= 0)
		items[count++] = (zmq_pollitem_t){.fd = wake, .events = ZMQ_POLLIN};
	zmq_poll(items, count, wait_for(desk, until));
	for (int i = 0; i < desk->feed_count; i++)
		if (desk->feeds[i].feed)
			desk->feeds[i].feed->class->next(desk->feeds[i].feed, MESSAGES_A_TURN);
	if (desk->attached)
		attached_next(desk->attached, MESSAGES_A_TURN);
	if (desk->sites) {
		desk->changed = sites_next(desk->sites, MESSAGES_A_TURN) || desk->changed;
		desk->events = sites_events(desk->sites);
		return;
	}
	read_store(desk);
	if (desk->attached || desk->stored)
		return;
	tell_refusals(desk);
	mind_holes(desk);
	hold_back_turn(desk->hold_back);
	mind_memory(desk);
	int64_t now = present(desk);
	if (now != INSTANT_NONE && engine_due(desk->engine) <= now)
		apply_at(desk, (struct record){.kind = RECORD_CLOCK, .recv = now});
	if (desk->instant < desk->options.instant_count && desk_ended(desk))
		pass_instants(desk, INT64_MAX);
}

void desk_turn(struct desk *desk, int wake, int64_t until)
{
	wait_and_take(desk, wake, until);
	if (desk->options.company)
		desk->options.company->turn(desk->options.company->context, desk);
}

bool desk_changed(struct desk *desk)
{
	bool changed = desk->changed;
	desk->changed = false;
	return changed;
}

bool desk_ended(const struct desk *desk)
{
	for (int i = 0; i < desk->feed_count; i++)
		if (!desk->feeds[i].ended)
			return false;
	return !desk->attached && !desk->stored;
}

bool desk_heard(const struct desk *desk)
{
	return desk->heard;
}

const struct engine *desk_engine(const struct desk *desk)
{
	return desk->engine;
}

int desk_progress(const struct desk *desk)
{
	int least = -1;
	for (int i = 0; i < desk->feed_count; i++) {
		struct feed *feed = desk->feeds[i].feed;
		int progress = feed && feed->class->progress ? feed->class->progress(feed) : -1;
		if (progress >= 0 && (least < 0 || progress < least))
			least = progress;
	}
	return least;
}

bool desk_link(const struct desk *desk, struct desk_link *link)
{
	if (!desk->attached && !desk->stored)
		return false;
	*link = (struct desk_link){.from_store = reads_store(desk)};
	if (link->from_store) {
		link->state = stored_link(desk->stored, &link->silent, &link->why);
		return true;
	}
	const struct attached_link attached = attached_link(desk->attached);
	link->state = attached.state;
	link->silent = clock_monotonic() - attached.silent_since;
	link->why = attached.why;
	return true;
}

struct sites *desk_sites(const struct desk *desk)
{
	return desk->sites;
}

struct snapshot *desk_snapshot(const struct desk *desk, const struct zone *zone, const struct snapshot_request *request)
{
	if (desk->sites)
		return snapshot_merge(sites_merge(desk->sites), desk->options.settings, zone, request);
	struct snapshot *snapshot = snapshot_create(desk->engine, desk->options.settings, zone, request);
	struct desk_link link;
	if (desk_link(desk, &link))
		snapshot_attached(snapshot, link.state, link.silent, link.from_store);
	return snapshot;
}

uint64_t desk_take(struct desk *desk, struct view payload, struct error *err)
{
	struct batch batch = {0};
	uint64_t before = desk->lsn;
	if (wire_decode(payload.data, payload.size, &batch, err) == FAULT_NONE) {
		desk->payload = payload;
		desk->events += batch.count;
		apply_at(desk, (struct record){.kind = RECORD_BATCH, .feed = FEED_NONE, .batch = &batch, .recv = present(desk)});
	}
	batch_finish(&batch);
	return desk->lsn > before ? desk->lsn : 0;
}

void desk_tell(struct desk *desk, struct record record)
{
	if (record.recv == INSTANT_NONE)
		record.recv = present(desk);
	apply_at(desk, record);
}

void desk_advance(struct desk *desk, int64_t at)
{
	apply_at(desk, (struct record){.kind = RECORD_CLOCK, .recv = at});
}

int64_t desk_first(const struct desk *desk)
{
	return desk->first;
}

uint64_t desk_events(const struct desk *desk)
{
	return desk->events;
}

bool desk_scope(struct desk *desk, const char *text, struct scope *scope, struct error *err)
{
	return engine_scope(desk->engine, text, scope, err);
}
