#include <string.h>

#include "base/instant.h"
#include "metrics/query_sums.h"

#define DAYS(n) ((n) * DAY_MS)

static const int64_t window_lengths[WINDOW_COUNT] = {[WINDOW_5M] = 5 * MINUTE_MS, [WINDOW_15M] = 15 * MINUTE_MS,
	[WINDOW_30M] = 30 * MINUTE_MS, [WINDOW_60M] = 60 * MINUTE_MS, [WINDOW_24H] = DAYS(1), [WINDOW_7D] = DAYS(7),
	[WINDOW_35D] = DAYS(35)};

/* A window is what begins in (after, at]. Today begins at the last day boundary strictly before `at`. */
int64_t query_after(const struct engine *engine, enum window window, int64_t at)
{
	if (window == WINDOW_TODAY)
		return instant_day_begin(at, engine->zone, engine->settings->day_start) - 1;
	return at - window_lengths[window];
}

int64_t query_day_after(const struct engine *engine)
{
	return query_after(engine, WINDOW_TODAY, engine->now);
}

static int64_t minute_of(int64_t at)
{
	return at - at % MINUTE_MS;
}

bool query_from_quarters(enum window window)
{
	return window >= WINDOW_TODAY;
}

/* ---- sums ---- */

static void sum_ledger(const struct ledger *ledger, const struct stretch *stretch, struct tally *tally)
{
	(stretch->quarters ? ledger_sum_quarters : ledger_sum_minutes)(ledger, (int)stretch->by, stretch->after, stretch->until,
		stretch->with_bins, tally);
}

/* The time of agents is counted minute by minute: the running one is added here. */
static void sum_pending(const struct engine *engine, const struct agent *agent, const struct stretch *stretch, struct tally *tally)
{
	if (stretch->present && stretch->until > agent->accounted - MINUTE_MS)
		agent_pending(agent, engine->now, tally);
}

void agents_pending(const struct engine *engine, int64_t until, struct tally *tally)
{
	const struct stretch stretch = {.until = until, .present = true};
	for (size_t i = 1; i < engine->agent_count; i++)
		sum_pending(engine, &engine->agents[i], &stretch, tally);
}

static void sum_people(const struct engine *engine, struct scope scope, const struct stretch *stretch, struct tally *tally)
{
	for (size_t i = 1; i < engine->agent_count; i++) {
		const struct agent *agent = &engine->agents[i];
		if (!agent_in_scope(engine, agent, scope))
			continue;
		sum_ledger(&agent->ledger, stretch, tally);
		sum_pending(engine, agent, stretch, tally);
	}
}

/* A queue has no time of its own: it has that of its members. */
static void sum_member_time(const struct engine *engine, struct scope scope, const struct stretch *stretch, struct tally *tally)
{
	struct tally times;
	memset(times.value, 0, KEY_WAIT_BINS * sizeof *times.value);
	struct stretch counters = *stretch;
	counters.with_bins = false;
	for (size_t i = 0; i < engine->member_count; i++) {
		const struct membership *member = &engine->members[i];
		if (member->queue != scope.queue || !member_has_time(member))
			continue;
		const struct agent *agent = &engine->agents[member->agent];
		sum_ledger(&agent->ledger, &counters, &times);
		sum_pending(engine, agent, &counters, &times);
	}
	for (int key = COUNT_BUSY_MS; key <= COUNT_SLOTS_MS; key++)
		tally->value[key] += times.value[key];
}

static void sum_slots(const struct engine *engine, struct scope scope, const struct stretch *stretch, struct tally *tally)
{
	for (size_t i = slots_begin(engine, scope); i < engine->slot_count; i = slots_next(engine, scope, i)) {
		const struct slot *slot = &engine->slots[i];
		if (slot_in_scope(engine, slot, scope))
			sum_ledger(&slot->ledger, stretch, tally);
	}
	bool everything = scope.queue == SCOPE_ANY && scope.channel == SCOPE_ANY && scope.market == SCOPE_ANY;
	for (size_t i = 1; everything && i < engine->agent_count; i++)
		sum_pending(engine, &engine->agents[i], stretch, tally);
	if (scope.queue != SCOPE_ANY)
		sum_member_time(engine, scope, stretch, tally);
}

void query_sum(const struct engine *engine, struct scope scope, const struct stretch *stretch, struct tally *tally)
{
	memset(tally->value, 0, (stretch->with_bins ? TALLY_KEYS : KEY_WAIT_BINS) * sizeof *tally->value);
	if (scope_of_people(scope))
		sum_people(engine, scope, stretch, tally);
	else
		sum_slots(engine, scope, stretch, tally);
	if (scope.calm)
		rude_set_aside(tally);
}

/* ---- gauges ---- */

/* False: nobody watched, or what was seen is not all there. */
static bool find_peaks(const struct engine *engine, const struct query *query, struct gauges *gauges)
{
	const struct watch *watch = watch_find(engine, query->scope);
	if (!watch || (watch->is_cut && query_from_quarters(query->window)))
		return false;
	const struct samples *samples = query_from_quarters(query->window) ? &watch->quarters : &watch->minutes;
	gauges->depth_peak = samples_peak(samples, GAUGE_WAITING, query->after, query->at, &gauges->depth_peak_at);
	gauges->busy_peak = samples_peak(samples, GAUGE_BUSY, query->after, query->at, &gauges->busy_peak_at);
	return true;
}

static void clear_gauges(struct gauges *gauges)
{
	*gauges = (struct gauges){.longest_wait = -1, .longest_wait_total = -1, .longest_wait_async = -1, .depth_peak = -1,
		.depth_peak_at = -1, .busy_peak = -1, .busy_peak_at = -1, .case_oldest = -1, .case_age_p50 = -1,
		.case_age_p90 = -1, .rude_oldest_step = -1, .followup_oldest = -1};
}

/* The running second has no sample yet: the peak is at least what stands now. */
static void raise_peak(int64_t *peak, int64_t *peak_at, int64_t present, int64_t at)
{
	if (present <= *peak || (present == 0 && *peak < 0))
		return;
	*peak = present;
	*peak_at = at - at % SECOND_MS;
}

static void gather_peaks(const struct engine *engine, struct query *query)
{
	struct gauges *gauges = &query->gauges;
	if (!find_peaks(engine, query, gauges))
		return;
	raise_peak(&gauges->depth_peak, &gauges->depth_peak_at, gauges->waiting, query->at);
	raise_peak(&gauges->busy_peak, &gauges->busy_peak_at, gauges->busy, query->at);
}

/* All but those of cases and their clocks, which cost most. */
static void gather_live(const struct engine *engine, struct query *query)
{
	struct gauges *gauges = &query->gauges;
	query->asks_forecast = true;
	contacts_gauges(engine, query->scope, query->at, gauges);
	agents_gauges(engine, query->scope, query->at, gauges);
	gather_peaks(engine, query);
	gauges->customers = engine->customers;
	conduct_gauges(engine, query->scope, query->at, gauges);
	care_gauges(engine, query->scope, gauges);
	fcr_gauges(engine, query->scope, query->at, gauges);
	surveys_gauges(engine, query->scope, query->at, gauges);
}

static void gather_gauges(const struct engine *engine, struct query *query)
{
	gather_live(engine, query);
	cases_gauges(engine, query->scope, query->at, &query->gauges);
}

/* ---- questions ---- */

void query_begin(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula)
{
	query->engine = engine;
	query->scope = scope;
	query->window = window;
	query->by = by;
	query->formula = formula;
	query->has_arrival = false;
	query->joined = NULL;
	query->asks_forecast = false;
	query->told = NULL;
	query->has_bins = true;
	clear_gauges(&query->gauges);
}

/* Whoever needs no sketches does not even clear their place. */
static void sum_window(struct query *query, int64_t at, bool with_bins)
{
	const struct engine *engine = query->engine;
	query->after = query_after(engine, query->window, at);
	query->has_bins = with_bins;
	const struct stretch stretch = {query->after, query->at, query->by, query_from_quarters(query->window), with_bins,
		minute_of(engine->now) > query->after};
	if (query->window != WINDOW_NOW)
		query_sum(engine, query->scope, &stretch, &query->tally);
	else
		memset(query->tally.value, 0, (with_bins ? TALLY_KEYS : KEY_WAIT_BINS) * sizeof *query->tally.value);
}

void query_run(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins)
{
	query_reach(query, engine, scope, window, by, formula, with_bins, engine->now);
}

static void reach(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins, int64_t at)
{
	query_begin(query, engine, scope, window, by, formula);
	query->at = query->after = engine->now;
	if (engine->now == INT64_MIN) {
		memset(query->tally.value, 0, sizeof query->tally.value);
		return;
	}
	sum_window(query, at, with_bins);
	gather_live(engine, query);
}

void query_reach(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins, int64_t at)
{
	reach(query, engine, scope, window, by, formula, with_bins, at);
	if (engine->now != INT64_MIN)
		cases_gauges(engine, scope, query->at, &query->gauges);
}

void query_without_cases(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins)
{
	reach(query, engine, scope, window, by, formula, with_bins, engine->now);
}

void query_turn(struct query *query, enum window window, bool with_bins)
{
	if (query->engine->now == INT64_MIN)
		return;
	query->window = window;
	query->has_arrival = false;
	sum_window(query, query->engine->now, with_bins);
	query->gauges.depth_peak = query->gauges.depth_peak_at = query->gauges.busy_peak = query->gauges.busy_peak_at = -1;
	gather_peaks(query->engine, query);
}

bool query_again(struct query *query, const struct engine *engine, enum sl_formula formula)
{
	if (query_after(engine, query->window, engine->now) != query->after)
		return false;
	query->engine = engine;
	query->formula = formula;
	query->at = engine->now;
	clear_gauges(&query->gauges);
	gather_gauges(engine, query);
	return true;
}

int64_t query_oldest(const struct engine *engine)
{
	int64_t oldest = INT64_MIN;
	for (size_t i = 0; i < engine->slot_count; i++)
		for (int way = 0; way < LEDGER_WAYS; way++) {
			const struct series *const kept[] = {&engine->slots[i].ledger.quarters[way], &engine->slots[i].ledger.minutes[way]};
			for (int k = 0; k < 2; k++)
				if (kept[k]->count > kept[k]->first && (oldest == INT64_MIN || kept[k]->buckets[kept[k]->first].start < oldest))
					oldest = kept[k]->buckets[kept[k]->first].start;
		}
	return oldest == INT64_MIN ? oldest : oldest / QUARTER_MS * QUARTER_MS;
}

void query_interval(struct query *query, const struct engine *engine, struct scope scope, int64_t from, int64_t to,
	enum attribution by, enum sl_formula formula)
{
	query_begin(query, engine, scope, WINDOW_24H, by, formula);
	query->after = from - 1;
	query->at = to - 1;
	const struct stretch stretch = {query->after, query->at, by, true, true, to > engine->now};
	query_sum(engine, scope, &stretch, &query->tally);
	find_peaks(engine, query, &query->gauges);
}
