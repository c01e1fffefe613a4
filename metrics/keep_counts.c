/* What was counted: ledgers and samples, the slots, agents and topics they belong to. */
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/keep.h"

#define BOARD_MINUTES (63 * MINUTE_MS) /* 61 are shown; the rest is for a board whose clock is a little behind */

/* ---- ledgers ---- */

static void keep_open(struct archive *archive, struct bucket *bucket)
{
	struct count counts[TALLY_KEYS];
	size_t n = archive_count(archive, archive->reading ? 0 : bucket_counts(bucket, counts));
	if (n > TALLY_KEYS) {
		archive_wrong(archive, "a minute with more counters than there are");
		return;
	}
	uint16_t before = 0;
	for (size_t i = 0; i < n; i++) {
		KEEP(archive, counts[i].key);
		KEEP(archive, counts[i].delta);
		if ((i && counts[i].key <= before) || !bucket_takes(counts[i]))
			archive_wrong(archive, "a counter that is none, or out of order");
		before = counts[i].key;
	}
	if (!archive->reading || !archive_good(archive))
		return;
	bucket_open(bucket);
	bucket_count(bucket, counts, n);
}

static void keep_closed(struct archive *archive, struct bucket *bucket)
{
	uint8_t room[BUCKET_BYTES_MOST];
	struct view bytes = {NULL, 0};
	if (!archive->reading)
		bytes = bucket_bytes(bucket, room);
	archive_view(archive, &bytes);
	if (archive->reading && archive_good(archive) && !bucket_restore(bucket, bytes.data, bytes.size))
		archive_wrong(archive, "a bucket that is damaged");
}

static void keep_bucket(struct archive *archive, struct bucket *bucket, int64_t length, uint64_t stamp)
{
	KEEP(archive, bucket->start);
	bool open = bucket->open;
	KEEP(archive, open);
	if (archive->reading && (bucket->start % length || bucket->start < INT64_MIN / 4 || bucket->start > INT64_MAX / 4))
		archive_wrong(archive, "the start of a bucket");
	(open ? keep_open : keep_closed)(archive, bucket);
	if (archive->reading)
		bucket->stamp = stamp & BUCKET_STAMP_MOST;
}

static void keep_series(struct archive *archive, struct series *series, int64_t length, int64_t since, uint64_t stamp)
{
	size_t first = series->first;
	/* An open one is in no quarter hour yet, however old it is. */
	while (!archive->reading && first < series->count && series->buckets[first].start < since && !series->buckets[first].open)
		first++;
	size_t count = archive_count(archive, series->count - first);
	if (archive->reading) {
		series->buckets = memory_new(count + 1, sizeof *series->buckets);
		series->room = count + 1;
	}
	for (size_t i = 0; i < count && archive_good(archive); i++) {
		struct bucket *bucket = &series->buckets[first + i];
		if (archive->reading)
			series->count = i + 1;
		keep_bucket(archive, bucket, length, stamp);
		if (archive->reading && i && bucket->start <= bucket[-1].start)
			archive_wrong(archive, "buckets out of order");
	}
	if (archive->reading && length != MINUTE_MS)
		series_share(series);
}

static void keep_old_arrivals(struct archive *archive, struct old_arrivals *old)
{
	keep_array(archive, (void **)&old->days, &old->count, &old->room, sizeof *old->days);
	if (archive->reading && old->count > OLD_ARRIVALS_MOST)
		archive_wrong(archive, "more days of arrivals than are kept");
	for (size_t i = 0; i < old->count && archive_good(archive); i++) {
		KEEP(archive, old->days[i].day);
		for (int quarter = 0; quarter < OLD_ARRIVALS_QUARTERS; quarter++)
			KEEP(archive, old->days[i].offered[quarter]);
		if (archive->reading && i && old->days[i].day <= old->days[i - 1].day)
			archive_wrong(archive, "days of arrivals out of order");
	}
}

/* Days begin wherever the zone has it: any instant may be one's start. */
#define ANY_START 1

static void keep_ledger(struct archive *archive, const struct engine *engine, struct ledger *ledger, int64_t since)
{
	const int64_t recent = since == INT64_MIN || engine->now - BOARD_MINUTES < since ? since : engine->now - BOARD_MINUTES;
	for (int way = 0; way < LEDGER_WAYS; way++) {
		keep_series(archive, &ledger->minutes[way], MINUTE_MS, recent, engine->lsn);
		keep_series(archive, &ledger->quarters[way], QUARTER_MS, since, engine->lsn);
		keep_series(archive, &ledger->days[way], ANY_START, since == INT64_MIN ? since : INT64_MAX, engine->lsn);
	}
	keep_old_arrivals(archive, &ledger->old);
	if (archive->reading)
		ledger->counted = ledger->closed = engine->lsn;
}

/* ---- samples ---- */

static void keep_samples(struct archive *archive, struct samples *samples, int64_t since)
{
	size_t first = archive->reading ? 0 : samples->first;
	while (!archive->reading && first < samples->count && samples_start(samples, first) < since)
		first++;
	size_t count = archive_count(archive, samples->count - first);
	if (archive->reading)
		samples_begin(samples, count);
	for (size_t i = first; i < first + count; i++) {
		struct sample sample = samples_get(samples, i);
		KEEP(archive, sample.start);
		for (int gauge = 0; gauge < GAUGE_COUNT; gauge++) {
			KEEP(archive, sample.last[gauge]);
			KEEP(archive, sample.most[gauge]);
			KEEP(archive, sample.most_at[gauge]);
		}
		if (!archive->reading)
			continue;
		if (sample.start < 0 || (i && sample.start <= samples_start(samples, i - 1)))
			archive_wrong(archive, "samples out of order");
		samples_set(samples, i, &sample);
	}
}

static void keep_watch(struct archive *archive, struct watch *watch, int64_t since)
{
	keep_samples(archive, &watch->minutes, INT64_MIN);
	keep_samples(archive, &watch->quarters, since);
	for (int gauge = 0; gauge < GAUGE_COUNT; gauge++)
		KEEP(archive, watch->value[gauge]);
	KEEP(archive, watch->since);
	KEEP(archive, watch->dirty);
}

/* ---- slots ---- */

static void keep_slot(struct archive *archive, struct engine *engine, uint16_t number, int64_t since)
{
	struct slot *slot = &engine->slots[number];
	keep_ledger(archive, engine, &slot->ledger, since);
	KEEP(archive, slot->busy);
	KEEP(archive, slot->callbacks_due);
	KEEP(archive, slot->callbacks_scheduled);
	KEEP(archive, slot->rude);
	KEEP(archive, slot->sla_breached_open);
	KEEP(archive, slot->running);
	KEEP(archive, slot->running_base);
	KEEP(archive, slot->sla_running);
	KEEP(archive, slot->sla_paused);
	KEEP(archive, slot->sla_due_soon);
	for (int gauge = 0; gauge < GAUGE_COUNT; gauge++)
		KEEP(archive, slot->sampled[gauge]);
	bool touched = slot->touched;
	KEEP(archive, touched);
	if (archive->reading && touched)
		slot_touch(engine, number);
}

/* Which queue, channel and market a slot is for: slots get their numbers, and watches theirs, in the order in which they were made. */
static void keep_places(struct archive *archive, struct engine *engine)
{
	size_t count = archive_count(archive, engine->slot_count);
	for (size_t i = 1; i < count && archive_good(archive); i++) {
		struct slot place = {0};
		if (!archive->reading)
			place = (struct slot){.queue = engine->slots[i].queue, .channel = engine->slots[i].channel, .market = engine->slots[i].market};
		KEEP_BELOW(archive, place.queue, engine->queues.count);
		KEEP_BELOW(archive, place.channel, CHANNEL_COUNT);
		KEEP_BELOW(archive, place.market, engine->markets.count);
		if (archive->reading && slot_of(engine, place.queue, (uint8_t)place.channel, place.market) != i)
			archive_wrong(archive, "a slot twice, or more than there may be");
	}
	if (archive->reading && count < 1)
		archive_wrong(archive, "no slots");
}

static void keep_queue_info(struct archive *archive, struct engine *engine)
{
	size_t count = archive_count(archive, engine->queue_info_room < engine->queues.count ? engine->queue_info_room : engine->queues.count);
	for (size_t i = 0; i < count && archive_good(archive); i++) {
		if (i >= engine->queues.count) {
			archive_wrong(archive, "more queues than names");
			return;
		}
		struct queue_info *info = queue_info_of(engine, (uint16_t)i);
		keep_shown_text(archive, info->title, sizeof info->title);
		KEEP(archive, info->target);
		KEEP(archive, info->short_abandon);
		KEEP(archive, info->formula);
		KEEP(archive, info->hidden);
		KEEP(archive, info->defined);
		KEEP(archive, info->channel);
		KEEP_BELOW(archive, info->calendar, keep_limit(engine->calendar_names.count));
		KEEP_BELOW(archive, info->market, keep_limit(engine->markets.count));
		if (archive->reading && (info->formula < -1 || info->formula >= SL_FORMULA_COUNT))
			archive_wrong(archive, "a formula that is none");
	}
}

void keep_slots(struct archive *archive, struct engine *engine, int64_t since)
{
	keep_queue_info(archive, engine);
	keep_places(archive, engine);
	for (size_t i = 0; i < engine->slot_count && archive_good(archive); i++)
		keep_slot(archive, engine, (uint16_t)i, since);
	size_t watches = archive_count(archive, engine->watch_count);
	if (archive->reading && watches != engine->watch_count)
		archive_wrong(archive, "other watches than the slots have");
	for (size_t i = 0; i < engine->watch_count && archive_good(archive); i++)
		keep_watch(archive, &engine->watches[i], since);
}

/* ---- agents ---- */

static void keep_agent(struct archive *archive, struct engine *engine, struct agent *agent, int64_t since)
{
	KEEP(archive, agent->team);
	KEEP_BELOW(archive, agent->availability, AGENT_OFFLINE + 1);
	KEEP(archive, agent->declared);
	KEEP(archive, agent->reason);
	KEEP(archive, agent->declared_since);
	KEEP(archive, agent->activity_since);
	KEEP(archive, agent->shift_since);
	KEEP(archive, agent->until);
	KEEP(archive, agent->ringing);
	KEEP(archive, agent->talking);
	KEEP(archive, agent->held);
	KEEP(archive, agent->wrapping);
	KEEP(archive, agent->help);
	KEEP(archive, agent->help_since);
	KEEP(archive, agent->accounted);
	for (size_t i = 0; i < sizeof agent->unflushed / sizeof *agent->unflushed; i++)
		KEEP(archive, agent->unflushed[i]);
	KEEP(archive, agent->session_since);
	KEEP(archive, agent->chats);
	for (int channel = 0; channel < CHANNEL_COUNT; channel++)
		KEEP(archive, agent->slots[channel]);
	KEEP(archive, agent->running);
	KEEP(archive, agent->running_base);
	keep_care(archive, &agent->care);
	KEEP(archive, agent->mistakes);
	KEEP(archive, agent->serial);
	keep_ledger(archive, engine, &agent->ledger, since);
	if (archive->reading && agent->accounted > engine->now)
		archive_wrong(archive, "an agent who is ahead of his time");
}

static void keep_members(struct archive *archive, struct engine *engine)
{
	size_t count = archive_count(archive, engine->member_count);
	for (size_t i = 0; i < count && archive_good(archive); i++) {
		struct membership member = {0};
		if (!archive->reading)
			member = engine->members[i];
		KEEP_BELOW(archive, member.agent, keep_limit(engine->agent_count));
		KEEP_BELOW(archive, member.queue, engine->queues.count);
		KEEP(archive, member.told);
		KEEP(archive, member.in);
		KEEP(archive, member.penalty);
		KEEP(archive, member.took);
		if (archive->reading && archive_good(archive) && !agent_restore_member(engine, member))
			archive_wrong(archive, "a membership twice");
	}
}

void keep_agents(struct archive *archive, struct engine *engine, int64_t since)
{
	for (size_t i = 0; i < engine->agent_count && archive_good(archive); i++)
		keep_agent(archive, engine, &engine->agents[i], since);
	keep_members(archive, engine);
}

/* ---- topics ---- */

void keep_topics(struct archive *archive, struct engine *engine, int64_t since)
{
	const size_t count = archive_count(archive, engine->topic_count);
	if (archive->reading && count && !topic_ledger(engine, count - 1)) {
		archive_wrong(archive, "more topics than names");
		return;
	}
	for (size_t i = 0; i < count && archive_good(archive); i++)
		keep_ledger(archive, engine, &engine->topic_ledgers[i], since);
}
