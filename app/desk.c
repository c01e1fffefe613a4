#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "app/desk_state.h"
#include "app/journal_feed.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/curve.h"
#include "store/answer_memory.h"

#define MESSAGES_A_TURN 512

static bool open_feeds(struct desk *desk, struct error *err)
{
	const struct settings *settings = desk->options.settings;
	struct feed_options options = {.site = settings->site, .silence = settings->silence, .stale = settings->stale,
		.reconnect = settings->reconnect, .speed = desk->options.speed, .start = desk->options.start,
		.stop = desk->options.stop, .zmq = desk->options.zmq, .curve = desk->curve,
		.more = journal_feeds};
	const struct feed_sink sink = desk_sink(desk);
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
	desk_replace(context, engine);
}

static void follow(void *context, const struct record *record)
{
	desk_follow(context, record);
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

static void show_stored(struct desk *desk, struct engine *engine)
{
	engine_destroy(desk->stored_engine);
	desk->stored_engine = engine;
}

static const struct engine *shown_engine(const struct desk *desk)
{
	return desk->stored_engine ? desk->stored_engine : desk->engine;
}

static void read_store(struct desk *desk)
{
	if (!reads_store(desk)) {
		show_stored(desk, NULL);
		return;
	}
	struct engine *engine = stored_take(desk->stored);
	if (engine) {
		show_stored(desk, engine);
		desk->heard = desk->changed = true;
	}
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
	if (options->feed_count > DESK_FEEDS_MOST) {
		engine_destroy(options->engine);
		fail(err, "%d feeds are more than the %d a board can take: put a collector between", options->feed_count, DESK_FEEDS_MOST);
		return NULL;
	}
	struct desk *desk = memory_new(1, sizeof *desk);
	desk->answers = answer_memory_create();
	desk->options = *options;
	desk->first = INSTANT_NONE;
	desk->recent = options->standby ? recent_create(RECENT_TIME, RECENT_BYTES) : NULL;
	desk->feed_clock = strcmp(options->settings->clock, "feed") == 0;
	desk->engine = options->engine ? options->engine : engine_create(options->settings, err);
	desk->lsn = desk->engine ? engine_lsn(desk->engine) : 0;
	desk->curve = curve_open(options->settings, err);
	desk_open_hold_back(desk);
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
	recent_destroy(desk->recent);
	curve_close(desk->curve);
	answer_memory_destroy(desk->answers);
	engine_destroy(desk->engine);
	engine_destroy(desk->stored_engine);
	settings_destroy(desk->renewed);
	batch_finish(&desk->batch);
	batch_finish(&desk->held);
	wire_buffer_finish(&desk->part);
	free(desk);
}

/* Engines come and go: a new one has the settings of the start. */
static void renew_engines(struct desk *desk)
{
	if (!desk->renewed)
		return;
	engine_renew(desk->engine, desk->renewed);
	if (desk->stored_engine)
		engine_renew(desk->stored_engine, desk->renewed);
}

void desk_renew(struct desk *desk, struct settings *settings)
{
	struct settings *before = desk->renewed;
	desk->renewed = settings;
	renew_engines(desk);
	settings_destroy(before);
	desk->changed = true;
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
	if (desk->recent) /* it is what the primary says */
		return due <= now ? 0 : (long)(due - now < SECOND_MS ? due - now : SECOND_MS);
	int64_t engine = engine_due(desk->engine), time = desk_present(desk);
	bool goes = desk->own_time || !desk->feed_clock;
	if (goes && engine != INT64_MAX && time != INSTANT_NONE) {
		double speed = desk->own_time && desk->options.speed > 0 ? desk->options.speed : 1;
		int64_t in = engine > time ? (int64_t)((double)(engine - time) / speed) + 1 : 0;
		due = now + in < due ? now + in : due;
	}
	return due <= now ? 0 : (long)(due - now < SECOND_MS ? due - now : SECOND_MS);
}

/* On a board where nothing comes and nothing is due the time goes on all the same: somebody looks at the clock, and at how old figures are.
 * What is recorded has no need of it. */
static bool clock_lags(const struct desk *desk, int64_t now)
{
	const bool goes = !desk->own_time && !desk->feed_clock && !desk->options.recorder;
	return goes && engine_now(desk->engine) != INSTANT_NONE && now >= engine_now(desk->engine) + SECOND_MS;
}

static void wait_and_take(struct desk *desk, int wake, int64_t until)
{
	zmq_pollitem_t items[DESK_FEEDS_MOST * FEED_POLL_MAX + ATTACHED_POLL_MAX + SITES_POLL_MAX + DESK_COMPANY_MAX + 1];
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
	if (!desk_is_ready(desk))
		return;
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
	if (desk->attached || desk->stored || desk->recent)
		return;
	desk_upkeep(desk);
	int64_t now = desk_present(desk);
	if (now != INSTANT_NONE && (engine_due(desk->engine) <= now || clock_lags(desk, now)))
		desk_apply_at(desk, (struct record){.kind = RECORD_CLOCK, .recv = now});
	if (desk->instant < desk->options.instant_count && desk_ended(desk))
		desk_pass_instants(desk, INT64_MAX);
}

void desk_turn(struct desk *desk, int wake, int64_t until)
{
	wait_and_take(desk, wake, until);
	renew_engines(desk);
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
	return shown_engine(desk);
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
		link->mistaken = stored_is_mistaken(desk->stored);
		return true;
	}
	const struct attached_link attached = attached_link(desk->attached);
	link->state = attached.state;
	link->silent = clock_monotonic() - attached.silent_since;
	link->why = attached.why;
	return true;
}

bool desk_has_feeds(const struct desk *desk)
{
	return desk->feed_count > 0;
}

struct sites *desk_sites(const struct desk *desk)
{
	return desk->sites;
}

struct snapshot *desk_snapshot(const struct desk *desk, const struct zone *zone, const struct snapshot_request *request)
{
	const struct settings *settings = desk->renewed ? desk->renewed : desk->options.settings;
	struct snapshot_request own = *request;
	own.memory = desk->answers;
	struct snapshot *snapshot = desk->sites ? snapshot_merge(sites_merge(desk->sites), settings, zone, &own)
						: snapshot_create(shown_engine(desk), settings, zone, &own);
	snapshot->held = desk->renewed ? settings_hold(desk->renewed) : NULL;
	struct desk_link link;
	snapshot->denied = RIGHTS_ALL & ~desk_may(desk);
	if (!desk->sites && desk_link(desk, &link))
		snapshot_attached(snapshot, link.state, link.silent, link.from_store, link.why);
	return snapshot;
}

uint64_t desk_take(struct desk *desk, struct view payload, struct error *err)
{
	struct batch batch = {0};
	uint64_t before = desk->lsn;
	if (wire_decode(payload.data, payload.size, &batch, err) == FAULT_NONE) {
		desk->payload = payload;
		desk->events += batch.count;
		desk_apply_at(desk, (struct record){.kind = RECORD_BATCH, .feed = FEED_NONE, .batch = &batch, .recv = desk_present(desk)});
	}
	batch_finish(&batch);
	return desk->lsn > before ? desk->lsn : 0;
}

void desk_tell(struct desk *desk, struct record record)
{
	if (record.recv == INSTANT_NONE)
		record.recv = desk_present(desk);
	desk_apply_at(desk, record);
}

void desk_advance(struct desk *desk, int64_t at)
{
	desk_apply_at(desk, (struct record){.kind = RECORD_CLOCK, .recv = at});
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
	return engine_scope(desk->stored_engine ? desk->stored_engine : desk->engine, text, scope, err);
}
