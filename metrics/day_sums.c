#include "metrics/day_sums.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

/* Quarter hours that began so long ago only change by a late event; what is younger is summed at each question. */
#define YOUNG_MS HOUR_MS

struct way_sum {
	bool known;
	uint64_t counted, closed; /* of the ledger, when `value` was summed */
	uint64_t lsn;		  /* of the engine, when `old` was looked at */
	int64_t horizon;	  /* `old` are the quarter hours up to here */
	int64_t next;		  /* what begins here was still to come; INT64_MAX: nothing */
	int64_t old[COUNTER_COUNT], value[COUNTER_COUNT];
};

struct slot_sum {
	struct way_sum ways[LEDGER_WAYS];
};

struct day_sums {
	const struct engine *engine;
	enum attribution by;
	int64_t after, now, horizon;
	struct slot_sum *slots;
	size_t slot_count, slot_room;
	bool old_known;
	struct tally old;    /* of everything, with bins, up to the horizon */
	struct tally scratch;
};

struct day_sums *day_sums_create(void)
{
	return memory_new(1, sizeof(struct day_sums));
}

void day_sums_destroy(struct day_sums *sums)
{
	if (!sums)
		return;
	free(sums->slots);
	free(sums);
}

static void forget(struct day_sums *sums)
{
	for (size_t i = 0; i < sums->slot_count; i++)
		for (int way = 0; way < LEDGER_WAYS; way++)
			sums->slots[i].ways[way].known = false;
	sums->old_known = false;
}

static int64_t quarter_begin(int64_t at)
{
	const int64_t past = at % QUARTER_MS;
	return at - past - (past < 0 ? QUARTER_MS : 0);
}

/* ---- sums ---- */

static void sum_quarters(const struct series *quarters, int64_t after, int64_t until, uint16_t below, struct tally *tally)
{
	for (size_t i = series_find(quarters, after + 1); i < quarters->count && quarters->buckets[i].start <= until; i++)
		bucket_sum(&quarters->buckets[i], below, tally);
}

/* What is not old: young quarter hours, and open minutes, which stand in no quarter hour yet. Returns the first instant at which there
 * would be more to sum though nothing was counted. */
static int64_t sum_young(const struct day_sums *sums, const struct ledger *ledger, int way, int64_t horizon, uint16_t below, struct tally *tally)
{
	const struct series *quarters = &ledger->quarters[way], *minutes = &ledger->minutes[way];
	int64_t next = INT64_MAX;
	sum_quarters(quarters, horizon, sums->now, below, tally);
	if (quarters->count > quarters->first && quarters->buckets[quarters->count - 1].start > sums->now)
		next = quarters->buckets[series_find(quarters, sums->now + 1)].start;
	for (size_t i = minutes->count; i > minutes->first && minutes->buckets[i - 1].open; i--) {
		const int64_t quarter = quarter_begin(minutes->buckets[i - 1].start);
		if (quarter > sums->now)
			next = quarter < next ? quarter : next;
		else if (quarter > sums->after)
			bucket_sum(&minutes->buckets[i - 1], below, tally);
	}
	return next;
}

static void add(int64_t *to, const int64_t *values)
{
	for (uint16_t key = 0; key < COUNTER_COUNT; key++)
		count_into(&to[key], key, values[key]);
}

static void clear(struct tally *tally)
{
	memset(tally->value, 0, COUNTER_COUNT * sizeof *tally->value);
}

/* ---- one ledger ---- */

/* Was an old quarter hour changed by a late event? Records that were not kept share a number with the one before: hence "at least". */
static bool old_changed(const struct day_sums *sums, const struct series *quarters, const struct way_sum *sum)
{
	for (size_t i = series_find(quarters, sums->after + 1); i < quarters->count && quarters->buckets[i].start <= sum->horizon; i++)
		if (quarters->buckets[i].stamp >= sum->lsn)
			return true;
	return false;
}

static void renew_old(struct day_sums *sums, const struct ledger *ledger, int way, struct way_sum *sum)
{
	const struct series *quarters = &ledger->quarters[way];
	if (sum->known && ledger->closed != sum->closed && old_changed(sums, quarters, sum)) {
		sum->known = false;
		sums->old_known = sums->old_known && way != (int)sums->by;
	}
	if (!sum->known) {
		memset(sum->old, 0, sizeof sum->old);
		sum->horizon = sums->after;
	}
	clear(&sums->scratch);
	sum_quarters(quarters, sum->horizon, sums->horizon, COUNTER_COUNT, &sums->scratch);
	add(sum->old, sums->scratch.value);
	sum->horizon = sums->horizon;
	sum->lsn = engine_lsn(sums->engine);
}

static void renew_way(struct day_sums *sums, const struct ledger *ledger, int way, struct way_sum *sum)
{
	if (sum->known && sum->horizon == sums->horizon && sum->counted == ledger->counted && sum->closed == ledger->closed && sums->now < sum->next)
		return;
	if (!sum->known || sum->horizon != sums->horizon || sum->closed != ledger->closed)
		renew_old(sums, ledger, way, sum);
	clear(&sums->scratch);
	sum->next = sum_young(sums, ledger, way, sum->horizon, COUNTER_COUNT, &sums->scratch);
	memcpy(sum->value, sum->old, sizeof sum->value);
	add(sum->value, sums->scratch.value);
	sum->counted = ledger->counted;
	sum->closed = ledger->closed;
	sum->known = true;
}

/* ---- all of them ---- */

static void take_slots(struct day_sums *sums)
{
	const struct engine *engine = sums->engine;
	if (sums->slot_count == engine->slot_count)
		return;
	sums->slots = memory_grow(sums->slots, &sums->slot_room, engine->slot_count, sizeof *sums->slots);
	memset(sums->slots + sums->slot_count, 0, (engine->slot_count - sums->slot_count) * sizeof *sums->slots);
	sums->slot_count = engine->slot_count;
}

bool day_sums_renew(struct day_sums *sums, const struct engine *engine, enum attribution by)
{
	if (engine->now == INT64_MIN)
		return false;
	const int64_t after = query_day_after(engine);
	const int64_t young = quarter_begin(engine->now) - YOUNG_MS, horizon = young > after ? young : after;
	if (sums->engine != engine) {
		sums->slot_count = 0;
		sums->old_known = false;
	} else if (sums->after != after || sums->by != by || horizon < sums->horizon) {
		forget(sums);
	}
	sums->old_known = sums->old_known && horizon == sums->horizon;
	sums->engine = engine;
	sums->by = by;
	sums->after = after;
	sums->now = engine->now;
	sums->horizon = horizon;
	take_slots(sums);
	for (size_t i = 0; i < sums->slot_count; i++)
		for (int way = 0; way < LEDGER_WAYS; way++)
			renew_way(sums, &engine->slots[i].ledger, way, &sums->slots[i].ways[way]);
	return true;
}

/* ---- questions ---- */

static void begin(const struct day_sums *sums, struct query *query, struct scope scope)
{
	memset(&query->tally, 0, KEY_WAIT_BINS * sizeof *query->tally.value);
	query->scope = scope;
	query->window = WINDOW_TODAY;
	query->by = sums->by;
	query->after = sums->after;
}

static void add_slot(const struct slot_sum *slot, struct query *query)
{
	const struct way_sum *arrival = &slot->ways[BY_ARRIVAL];
	add(query->tally.value, slot->ways[query->by].value);
	query->arrival_offered += arrival->value[COUNT_OFFERED];
	query->arrival_in_time += arrival->value[COUNT_ANSWERED_IN_TIME];
}

static void begin_arrival(struct query *query)
{
	query->has_arrival = true;
	query->arrival_offered = query->arrival_in_time = 0;
}

void day_sums_query(const struct day_sums *sums, struct query *query, struct scope scope, enum sl_formula formula)
{
	const struct engine *engine = sums->engine;
	begin(sums, query, scope);
	begin_arrival(query);
	for (size_t i = slots_begin(engine, scope); i < sums->slot_count; i = slots_next(engine, scope, i))
		if (slot_in_scope(engine, &engine->slots[i], scope))
			add_slot(&sums->slots[i], query);
	query_again(query, engine, formula);
}

static void renew_whole(struct day_sums *sums)
{
	if (sums->old_known)
		return;
	memset(&sums->old, 0, sizeof sums->old);
	for (size_t i = 0; i < sums->slot_count; i++)
		sum_quarters(&sums->engine->slots[i].ledger.quarters[sums->by], sums->after, sums->horizon, TALLY_KEYS, &sums->old);
	sums->old_known = true;
}

void day_sums_whole(struct day_sums *sums, struct query *query, enum sl_formula formula)
{
	const struct engine *engine = sums->engine;
	begin(sums, query, SCOPE_ALL);
	begin_arrival(query);
	renew_whole(sums);
	for (size_t i = 0; i < sums->slot_count; i++)
		add_slot(&sums->slots[i], query);
	query->tally = sums->old;
	for (size_t i = 0; i < sums->slot_count; i++)
		sum_young(sums, &engine->slots[i].ledger, (int)sums->by, sums->horizon, TALLY_KEYS, &query->tally);
	agents_pending(engine, sums->now, &query->tally);
	query_again(query, engine, formula);
}
