#include "app/desk_state.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "feed/wire_slice.h"

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

void desk_pass_instants(struct desk *desk, int64_t recv)
{
	while (desk->instant < desk->options.instant_count && desk->options.instants[desk->instant] < recv) {
		apply(desk, (struct record){.kind = RECORD_CLOCK, .recv = desk->options.instants[desk->instant++]});
		desk->options.look(desk->options.context, desk->engine);
	}
}

void desk_apply_at(struct desk *desk, struct record record)
{
	int64_t now = engine_now(desk->engine);
	if (record.recv < now)
		record.recv = now;
	if (desk->first == INSTANT_NONE && record.batch && record.batch->count)
		desk->first = record.recv;
	desk_pass_instants(desk, record.recv);
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

int64_t desk_present(const struct desk *desk)
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
		desk_apply_at(desk, record);
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
			desk_apply_at(desk, (struct record){.kind = RECORD_CLOCK, .recv = batch->sent});
		return;
	}
	int64_t latest = latest_ts(batch);
	record.recv = batch->sent > latest ? batch->sent : latest;
	desk_apply_at(desk, record);
}

static void refuse(void *context, struct feed *feed, enum feed_fault fault, const char *why)
{
	struct desk *desk = context;
	if (desk->recent) /* it is the primary's to tell */
		return;
	desk->feeds[feed->index].refused[fault]++;
	if (desk->feeds[feed->index].refused[fault] == 1)
		log_line(LOG_LEVEL_WARNING, "%s: %s", feed->endpoint, why);
}

bool desk_is_ready(const struct desk *desk)
{
	const struct desk_company *company = desk->options.company;
	return !company || !company->ready || company->ready(company->context);
}

static void count_batch(struct desk *desk, struct record record, struct view payload)
{
	desk->events += record.batch->count;
	desk->payload = payload;
	if (record.recv != INSTANT_NONE) {
		desk_apply_at(desk, record);
	} else if (desk->feed_clock) {
		take_by_feed_clock(desk, record);
	} else {
		record.recv = clock_wall();
		desk_apply_at(desk, record);
	}
}

static void take_batch(void *context, struct feed *feed, const void *payload, size_t size, int64_t at)
{
	struct desk *desk = context;
	struct error err;
	if (desk->recent) {
		recent_add(desk->recent, feed->index, (struct view){payload, size}, clock_monotonic());
		return;
	}
	if (!desk_is_ready(desk)) /* whoever writes now has it too */
		return;
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
	desk->feeds[feed->index].link = state;
	desk->feeds[feed->index].heard = clock_monotonic() - silent;
	if (desk->recent)
		return;
	int64_t now = desk_present(desk);
	if (state == LINK_ENDED)
		desk->feeds[feed->index].ended = true;
	desk_apply_at(desk, (struct record){.kind = RECORD_LINK, .recv = now, .feed = feed->index, .link = state,
		.silent_since = now == INSTANT_NONE ? INSTANT_NONE : now - silent});
}

static void take_gap(void *context, struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	struct desk *desk = context;
	if (desk->recent)
		return;
	desk_apply_at(desk, (struct record){.kind = RECORD_GAP, .recv = desk_present(desk), .feed = feed->index, .src = src, .boot = boot,
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
	desk_apply_at(desk, (struct record){.kind = RECORD_BATCH, .feed = feed->index, .batch = &batch, .recv = desk_present(desk)});
}

static void take_held(void *context, struct feed *feed, const void *payload, size_t size)
{
	struct desk *desk = context;
	if (wire_decode(payload, size, &desk->held, NULL) == FAULT_NONE)
		count_batch(desk, (struct record){.kind = RECORD_BATCH, .feed = feed->index, .batch = &desk->held, .recv = INSTANT_NONE},
			(struct view){payload, size});
}

void desk_open_hold_back(struct desk *desk)
{
	const struct hold_back_options options = {.one_clock = desk->feed_clock};
	const struct hold_back_sink sink = {.context = desk, .expects = expected, .lacks = lacking, .missing = take_missing, .pass = take_held};
	desk->hold_back = hold_back_create(&options, &sink);
}

struct feed_sink desk_sink(struct desk *desk)
{
	return (struct feed_sink){.context = desk, .batch = take_batch, .link = take_link, .refused = refuse, .gap = take_gap};
}

/* ---- a standby's ---- */

/* Is it in the engine already? What bears no numbers may be too, if it came while the primary was still heard. */
static bool is_known(const struct desk *desk, const struct recent_payload *payload, int64_t heard, struct batch *batch)
{
	bool numbered = wire_decode(payload->bytes.data, payload->bytes.size, batch, NULL) == FAULT_NONE && batch->src.size;
	return numbered ? engine_has(desk->engine, batch) : payload->came <= heard;
}

uint64_t desk_lead(struct desk *desk, int64_t heard)
{
	struct recent *recent = desk->recent;
	struct recent_payload payload;
	struct batch batch = {0};
	uint64_t taken = 0;
	desk->recent = NULL;
	desk->lsn = engine_lsn(desk->engine);
	for (int i = 0; i < desk->feed_count; i++)
		take_link(desk, desk->feeds[i].feed, desk->feeds[i].link, clock_monotonic() - desk->feeds[i].heard);
	for (; recent && recent_first(recent, &payload); recent_drop(recent)) {
		if (is_known(desk, &payload, heard, &batch))
			continue;
		take_batch(desk, desk->feeds[payload.feed].feed, payload.bytes.data, payload.bytes.size, INSTANT_NONE);
		taken++;
	}
	batch_finish(&batch);
	recent_destroy(recent);
	return taken;
}

void desk_replace(struct desk *desk, struct engine *engine)
{
	engine_destroy(desk->engine);
	desk->engine = engine;
	desk->heard = desk->changed = true;
}

void desk_follow(struct desk *desk, const struct record *record)
{
	engine_apply(desk->engine, record);
	desk->events += record->batch ? record->batch->count : 0;
	desk->changed = true;
}
