#include <string.h>

#include "base/instant.h"
#include "metrics/state.h"

#define DAYS(n) ((n) * DAY_MS)

static const int64_t window_lengths[WINDOW_COUNT] = {[WINDOW_5M] = 5 * MINUTE_MS, [WINDOW_15M] = 15 * MINUTE_MS,
	[WINDOW_30M] = 30 * MINUTE_MS, [WINDOW_60M] = 60 * MINUTE_MS, [WINDOW_24H] = DAYS(1), [WINDOW_7D] = DAYS(7),
	[WINDOW_35D] = DAYS(35)};

/* A window is what begins in (after, at]. Today begins at the last day boundary strictly before `at`. */
static int64_t window_after(const struct engine *engine, enum window window, int64_t at)
{
	if (window == WINDOW_TODAY)
		return instant_day_begin(at, engine->zone, engine->settings->day_start) - 1;
	return at - window_lengths[window];
}

static int64_t minute_of(int64_t at)
{
	return at - at % MINUTE_MS;
}

static bool from_quarters(enum window window)
{
	return window >= WINDOW_TODAY;
}

/* ---- sums ---- */

/* Which buckets: minutes or quarters, from when to when, counted how. */
struct stretch {
	int64_t after, until;
	enum attribution by;
	bool quarters, with_bins;
	bool present; /* reaches to now: what is not yet written down belongs to it */
};

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
		if (member->queue != scope.queue || (member->told && !member->in))
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
	for (size_t i = 0; i < engine->slot_count; i++) {
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

static void sum_scope(const struct engine *engine, struct scope scope, const struct stretch *stretch, struct tally *tally)
{
	memset(tally->value, 0, (stretch->with_bins ? TALLY_KEYS : KEY_WAIT_BINS) * sizeof *tally->value);
	if (scope_of_people(scope))
		sum_people(engine, scope, stretch, tally);
	else
		sum_slots(engine, scope, stretch, tally);
}

/* ---- gauges ---- */

static void find_peaks(const struct engine *engine, const struct query *query, struct gauges *gauges)
{
	const struct watch *watch = watch_find(engine, query->scope);
	if (!watch)
		return;
	const struct samples *samples = from_quarters(query->window) ? &watch->quarters : &watch->minutes;
	gauges->depth_peak = samples_peak(samples, GAUGE_WAITING, query->after, query->at, &gauges->depth_peak_at);
	gauges->busy_peak = samples_peak(samples, GAUGE_BUSY, query->after, query->at, &gauges->busy_peak_at);
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

static void gather_gauges(const struct engine *engine, struct query *query)
{
	struct gauges *gauges = &query->gauges;
	contacts_gauges(engine, query->scope, query->at, gauges);
	agents_gauges(engine, query->scope, query->at, gauges);
	find_peaks(engine, query, gauges);
	raise_peak(&gauges->depth_peak, &gauges->depth_peak_at, gauges->waiting, query->at);
	raise_peak(&gauges->busy_peak, &gauges->busy_peak_at, gauges->busy, query->at);
	gauges->customers = engine->customers;
	cases_gauges(engine, query->scope, query->at, gauges);
	conduct_gauges(engine, query->scope, query->at, gauges);
	fcr_gauges(engine, query->scope, query->at, gauges);
	surveys_gauges(engine, query->scope, query->at, gauges);
}

/* ---- questions ---- */

static void begin(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula)
{
	query->engine = engine;
	query->scope = scope;
	query->window = window;
	query->by = by;
	query->formula = formula;
	query->joined = NULL;
	clear_gauges(&query->gauges);
}

void query_run(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins)
{
	query_reach(query, engine, scope, window, by, formula, with_bins, engine->now);
}

void query_reach(struct query *query, const struct engine *engine, struct scope scope, enum window window, enum attribution by,
	enum sl_formula formula, bool with_bins, int64_t at)
{
	begin(query, engine, scope, window, by, formula);
	query->at = query->after = engine->now;
	memset(query->tally.value, 0, sizeof query->tally.value);
	if (engine->now == INT64_MIN)
		return;
	query->after = window_after(engine, window, at);
	const struct stretch stretch = {query->after, query->at, by, from_quarters(window), with_bins, minute_of(engine->now) > query->after};
	if (window != WINDOW_NOW)
		sum_scope(engine, scope, &stretch, &query->tally);
	gather_gauges(engine, query);
}

bool query_again(struct query *query, const struct engine *engine, enum sl_formula formula)
{
	if (window_after(engine, query->window, engine->now) != query->after)
		return false;
	query->engine = engine;
	query->formula = formula;
	query->at = engine->now;
	clear_gauges(&query->gauges);
	gather_gauges(engine, query);
	return true;
}

void query_interval(struct query *query, const struct engine *engine, struct scope scope, int64_t from, int64_t to,
	enum attribution by, enum sl_formula formula)
{
	begin(query, engine, scope, WINDOW_24H, by, formula);
	query->after = from - 1;
	query->at = to - 1;
	const struct stretch stretch = {query->after, query->at, by, true, true, to > engine->now};
	sum_scope(engine, scope, &stretch, &query->tally);
}

void query_minute(struct query *query, const struct engine *engine, struct scope scope, int64_t minute, enum sl_formula formula)
{
	begin(query, engine, scope, WINDOW_5M, BY_OUTCOME, formula);
	query->after = minute - 1;
	query->at = minute;
	const struct stretch stretch = {query->after, query->at, BY_OUTCOME, false, true, minute == minute_of(engine->now)};
	sum_scope(engine, scope, &stretch, &query->tally);
}

/* ---- sparks ---- */

int64_t query_point(const struct metric *metric, const struct query *query)
{
	struct figure figure = {.denominator = 1, .n = -1, .low = -1, .high = -1};
	metric->value(query, &figure);
	if (!figure.known || !figure.denominator)
		return INT64_MIN;
	/* Durations are ms and scores thousandths already. */
	int64_t scale = metric->unit == UNIT_DURATION || metric->unit == UNIT_SCORE ? 1 : 1000;
	return figure.numerator * scale / figure.denominator;
}

void query_gauge_points(const struct engine *engine, struct scope scope, const struct metric *metric, int64_t first, int count, int64_t *points)
{
	enum gauge gauge = (enum gauge)(metric->gauge - 1);
	const struct watch *watch = watch_find(engine, scope);
	if (!watch)
		return;
	/* Nothing is sampled while everything stands at 0. */
	for (int i = 0; i < count; i++)
		points[i] = first + i * MINUTE_MS >= watch->since ? 0 : INT64_MIN;
	const struct samples *samples = &watch->minutes;
	for (size_t i = samples->first; i < samples->count; i++) {
		int64_t place = (samples->items[i].start - first) / MINUTE_MS;
		if (samples->items[i].start >= first && place < count)
			points[place] = (int64_t)samples->items[i].most[gauge] * SECOND_MS; /* a wait in ms, a count in thousandths */
	}
}

void query_spark(const struct engine *engine, struct scope scope, int number, enum sl_formula formula, int count, int64_t *points)
{
	for (int i = 0; i < count; i++)
		points[i] = INT64_MIN;
	if (engine->now == INT64_MIN)
		return;
	const struct metric *metric = &metrics[number];
	int64_t first = minute_of(engine->now) - (count - 1) * MINUTE_MS;
	if (metric->gauge) {
		query_gauge_points(engine, scope, metric, first, count, points);
		return;
	}
	struct query query;
	for (int i = 0; i < count; i++) {
		query_minute(&query, engine, scope, first + i * MINUTE_MS, formula);
		points[i] = query_point(metric, &query);
	}
}
