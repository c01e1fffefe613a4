#include "metrics/forecast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/arrivals.h"
#include "metrics/erlang.h"
#include "metrics/query_sums.h"

/* How sure past weeks are of a day's level: the day may be a tenth above or below, as if so many contacts of it had been seen
 * already (1 / 0.1^2). So early in the day what came says little, and later nearly all. */
#define DAY_CERTAINTY 100.0
#define LEGS_LEAST 10	   /* in the last hour, for a mean of their handling times; else that of the 7 days before today */
#define GAVE_UP_LEAST 10   /* in 7 days, for a mean patience; below, Erlang C */
#define PATIENCE_MOST DAY_MS
#define REMEMBERED 512 /* scopes, 12 KiB each; more of them are worked out anew each time */

/* Handling times of the closed minutes of the last hour: the same until one closes or the hour moves on by a minute. */
struct closed_hour {
	int64_t minute; /* of the moment it was summed at */
	struct arrivals_stamp stamp;
	int64_t handled, legs;
};

struct forecast_memory {
	struct arrivals *arrivals[REMEMBERED]; /* NULL: none yet */
	struct closed_hour hours[REMEMBERED];  /* of the same scopes */
	size_t next;
	struct forecast last; /* one query asks for many figures of it */
	struct scope scope;
	uint64_t lsn;
	int agents;
	bool any;
};

struct forecast_memory *forecast_memory_create(void)
{
	return memory_new(1, sizeof(struct forecast_memory));
}

void forecast_memory_destroy(struct forecast_memory *memory)
{
	for (size_t i = 0; memory && i < REMEMBERED; i++)
		free(memory->arrivals[i]);
	free(memory);
}

/* Worked out once a minute at most, when minutes close; the oldest place is used again. */
static const struct arrivals *expect(const struct engine *engine, struct scope scope, int64_t day, struct closed_hour **hour)
{
	struct forecast_memory *memory = engine->forecasts;
	size_t place = 0;
	while (place < REMEMBERED && memory->arrivals[place] && !scopes_equal(memory->arrivals[place]->scope, scope))
		place++;
	const bool is_new = place == REMEMBERED || !memory->arrivals[place];
	if (place == REMEMBERED) {
		place = memory->next;
		memory->next = (memory->next + 1) % REMEMBERED;
	}
	*hour = &memory->hours[place];
	if (is_new)
		(*hour)->minute = INT64_MIN;
	else if (arrivals_hold(memory->arrivals[place], engine, scope, day))
		return memory->arrivals[place];
	if (!memory->arrivals[place])
		memory->arrivals[place] = memory_new(1, sizeof *memory->arrivals[place]);
	arrivals_expect(memory->arrivals[place], engine, scope, day);
	return memory->arrivals[place];
}

/* ---- today ---- */

struct present {
	int64_t offered;		/* since the day began */
	int64_t handled, legs;		/* in the last 60 minutes, as in struct arrivals */
	int64_t target_weight, targets; /* of the slots, by what came today */
};

static int64_t offered_since(const struct ledger *ledger, int64_t from, int64_t until)
{
	struct tally tally; /* only what is below the bound is written */
	tally.value[COUNT_OFFERED] = 0;
	ledger_sum_first(ledger, BY_ARRIVAL, from - 1, until, COUNT_OFFERED + 1, &tally);
	return tally.value[COUNT_OFFERED];
}

/* Handling times of the last hour's minutes, of the open ones or of the closed ones. */
static void sum_hour(const struct engine *engine, struct scope scope, bool open, int64_t *handled, int64_t *legs)
{
	const bool worked = channel_is_asynchronous(scope.channel);
	const uint16_t below = (worked ? COUNT_WORK_MS : COUNT_WRAP_MS) + 1;
	struct tally tally;
	memset(tally.value, 0, below * sizeof *tally.value);
	for (size_t i = 0; i < engine->slot_count; i++)
		if (arrivals_take(engine, &engine->slots[i], scope))
			ledger_sum_state(&engine->slots[i].ledger, BY_OUTCOME, engine->now - HOUR_MS, engine->now, open, below, &tally);
	*legs += tally.value[worked ? COUNT_WORKED : COUNT_LEGS];
	*handled += worked ? tally.value[COUNT_WORK_MS] : tally.value[COUNT_TALK_MS] + tally.value[COUNT_HOLD_MS] + tally.value[COUNT_WRAP_MS];
}

static void look_at_hour(struct present *present, const struct engine *engine, struct scope scope, struct closed_hour *hour)
{
	const struct closed_hour now = {.minute = engine->now / MINUTE_MS, .stamp = arrivals_stamp(engine, scope)};
	if (hour->minute != now.minute || !arrivals_stamps_equal(&hour->stamp, &now.stamp)) {
		*hour = now;
		sum_hour(engine, scope, false, &hour->handled, &hour->legs);
	}
	present->handled = hour->handled;
	present->legs = hour->legs;
	sum_hour(engine, scope, true, &present->handled, &present->legs);
}

static void look_at_present(struct present *present, const struct engine *engine, struct scope scope, int64_t day, struct closed_hour *hour)
{
	*present = (struct present){0};
	for (size_t i = 0; i < engine->slot_count; i++) {
		const struct slot *slot = &engine->slots[i];
		if (!arrivals_take(engine, slot, scope))
			continue;
		const int64_t offered = offered_since(&slot->ledger, day, engine->now);
		present->offered += offered;
		present->targets += (offered + 1) * slot_target(engine, (uint16_t)i);
		present->target_weight += offered + 1;
	}
	look_at_hour(present, engine, scope, hour);
}

static int64_t mean_of(int64_t sum, int64_t count)
{
	return count > 0 ? sum / count : 0;
}

static void fill_times(struct forecast *forecast, const struct arrivals *arrivals, const struct present *present)
{
	const int64_t patience = arrivals->gave_up >= GAVE_UP_LEAST ? mean_of(arrivals->waited, arrivals->gave_up) : 0;
	forecast->handle = present->legs >= LEGS_LEAST || !arrivals->legs ? mean_of(present->handled, present->legs)
									  : mean_of(arrivals->handled, arrivals->legs);
	forecast->patience = patience < PATIENCE_MOST ? patience : PATIENCE_MOST;
	forecast->target = mean_of(present->targets, present->target_weight);
}

/* Of today's rest with today's factor, of tomorrow without: a busy day tells little of the next. */
static double to_come(const struct forecast *forecast, const struct arrivals *arrivals, int64_t from, int64_t to)
{
	if (to <= forecast->next_day)
		return forecast->today * arrivals_between(arrivals, from, to);
	if (from >= forecast->next_day)
		return arrivals_between(arrivals, from, to);
	return forecast->today * arrivals_between(arrivals, from, forecast->next_day) + arrivals_between(arrivals, forecast->next_day, to);
}

static void fill_today(struct forecast *forecast, const struct arrivals *arrivals, const struct present *present)
{
	const double expected = arrivals_between(arrivals, arrivals->day, forecast->at);
	forecast->so_far = (double)present->offered;
	forecast->expected_so_far = expected;
	forecast->today = isnan(expected) ? 1 : (forecast->so_far + DAY_CERTAINTY) / (expected + DAY_CERTAINTY);
	forecast->next_15m = to_come(forecast, arrivals, forecast->at, forecast->at + QUARTER_MS);
	forecast->next_30m = to_come(forecast, arrivals, forecast->at, forecast->at + 2 * QUARTER_MS);
	forecast->next_60m = to_come(forecast, arrivals, forecast->at, forecast->at + HOUR_MS);
	forecast->known = !isnan(forecast->next_60m);
}

/* ---- staffing ---- */

static const struct staffing nothing = {.needed = -1, .agents = -1, .service_level = NAN, .abandons = NAN, .occupancy = NAN, .wait = NAN};

static double changed(double value, int percent)
{
	return percent > -100 ? value * (100 + percent) / 100 : 0;
}

void forecast_staff(const struct forecast *forecast, const struct settings *settings, double arrivals, int64_t length, int agents,
	const struct what_if *change, struct staffing *staffing)
{
	*staffing = nothing;
	staffing->arrivals = change ? changed(arrivals, change->arrivals_percent) : arrivals;
	if (isnan(arrivals) || forecast->handle <= 0)
		return;
	const double handle = change ? changed((double)forecast->handle, change->handle_percent) : (double)forecast->handle;
	const struct erlang_queue queue = {.arrivals = staffing->arrivals / ((double)length / 1000), .handle = handle / 1000,
		.patience = (double)forecast->patience / 1000, .target = (double)forecast->target / 1000};
	staffing->needed = erlang_agents_needed(&queue, (double)settings->staffing_goal / 100);
	if (agents < 0)
		return;
	staffing->agents = agents + (change ? change->agents : 0);
	staffing->agents = staffing->agents < 0 ? 0 : staffing->agents;
	const struct erlang_answer answer = erlang_answer(&queue, staffing->agents);
	staffing->service_level = answer.service_level;
	staffing->abandons = answer.abandons;
	staffing->occupancy = answer.occupancy;
	staffing->wait = answer.wait * 1000;
}

/* ---- questions ---- */

void forecast_run(struct forecast *forecast, const struct engine *engine, struct scope scope, int agents)
{
	*forecast = (struct forecast){.at = engine->now, .next_15m = NAN, .next_30m = NAN, .next_60m = NAN, .expected_so_far = NAN, .today = 1,
		.staffing = nothing};
	if (engine->now == INSTANT_NONE || scope_of_people(scope))
		return;
	struct present present;
	const int64_t day = query_day_after(engine) + 1;
	struct closed_hour *hour;
	const struct arrivals *arrivals = expect(engine, scope, day, &hour);
	look_at_present(&present, engine, scope, day, hour);
	forecast->day = day;
	forecast->next_day = arrivals->next_day;
	forecast->weeks = arrivals->weeks;
	fill_times(forecast, arrivals, &present);
	fill_today(forecast, arrivals, &present);
	forecast_staff(forecast, engine->settings, forecast->next_30m, FORECAST_STEP, agents, NULL, &forecast->staffing);
}

static void run_once(struct forecast *forecast, const struct engine *engine, struct scope scope, int agents)
{
	struct forecast_memory *memory = engine->forecasts;
	if (!memory->any || memory->lsn != engine->lsn || memory->last.at != engine->now || memory->agents != agents ||
		!scopes_equal(memory->scope, scope)) {
		forecast_run(&memory->last, engine, scope, agents);
		memory->scope = scope;
		memory->lsn = engine->lsn;
		memory->agents = agents;
		memory->any = true;
	}
	*forecast = memory->last;
}

static int agents_on(const struct gauges *gauges)
{
	return gauges->agents > 0 ? (int)gauges->agents_on : -1;
}

/* ---- of several engines ---- */

static void weigh(double *sum, double value, double weight)
{
	*sum += weight > 0 ? value * weight : 0;
}

/* Nobody in one site takes a call of another: what each needs is added. */
static void add_part(struct forecast *sum, const struct forecast *part)
{
	struct staffing *all = &sum->staffing;
	const struct staffing *of = &part->staffing;
	sum->next_15m += part->next_15m;
	sum->next_30m += part->next_30m;
	sum->next_60m += part->next_60m;
	sum->known = sum->known && part->known;
	sum->weeks = part->weeks < sum->weeks ? part->weeks : sum->weeks;
	all->needed = all->needed < 0 || of->needed < 0 ? -1 : all->needed + of->needed;
	all->agents = all->agents < 0 || of->agents < 0 ? -1 : all->agents + of->agents;
	all->arrivals += of->arrivals;
	weigh(&all->service_level, of->service_level, of->arrivals);
	weigh(&all->abandons, of->abandons, of->arrivals);
	weigh(&all->wait, of->wait, of->arrivals);
	weigh(&all->occupancy, of->occupancy, of->agents);
}

static void run_joined(struct forecast *forecast, const struct query *query)
{
	struct staffing *all = &forecast->staffing;
	*forecast = (struct forecast){.at = query->at, .known = true, .weeks = ARRIVALS_WEEKS, .today = 1};
	int parts = 0;
	for (int i = 0; i < query->joined->count; i++) {
		struct scope own;
		if (!joined_scope_in(query->joined, i, query->scope, &own))
			continue;
		struct forecast part;
		struct gauges gauges = {0};
		agents_gauges(query->joined->parts[i], own, query->joined->parts[i]->now, &gauges);
		run_once(&part, query->joined->parts[i], own, agents_on(&gauges));
		add_part(forecast, &part);
		parts++;
	}
	forecast->known = forecast->known && parts > 0;
	all->service_level = all->arrivals > 0 ? all->service_level / all->arrivals : NAN;
	all->abandons = all->arrivals > 0 ? all->abandons / all->arrivals : NAN;
	all->wait = all->arrivals > 0 ? all->wait / all->arrivals : NAN;
	all->occupancy = all->agents > 0 ? all->occupancy / all->agents : NAN;
}

void forecast_of(struct forecast *forecast, const struct query *query)
{
	*forecast = (struct forecast){.staffing = nothing};
	if (query->told)
		*forecast = *query->told;
	else if (query->joined)
		run_joined(forecast, query);
	else if (query->asks_forecast && query->engine)
		run_once(forecast, query->engine, query->scope, agents_on(&query->gauges));
}

/* ---- a day by half hours ---- */

static int64_t came_in(const struct engine *engine, struct scope scope, int64_t from, int64_t to)
{
	int64_t came = 0;
	for (size_t i = 0; i < engine->slot_count; i++)
		if (arrivals_take(engine, &engine->slots[i], scope))
			came += offered_since(&engine->slots[i].ledger, from, to - 1);
	return came;
}

static double last_week(const struct arrivals *arrivals, int64_t from, int64_t to)
{
	double sum = 0;
	for (int64_t i = (from - arrivals->day) / QUARTER_MS; i < (to - arrivals->day) / QUARTER_MS && i < ARRIVALS_QUARTERS; i++)
		sum += arrivals->last[i];
	return sum;
}

int forecast_day(const struct engine *engine, struct scope scope, const struct forecast *forecast, struct forecast_half halves[FORECAST_HALVES_MOST])
{
	if (engine->now == INSTANT_NONE || scope_of_people(scope))
		return 0;
	struct closed_hour *hour;
	const struct arrivals *arrivals = expect(engine, scope, forecast->day, &hour);
	int count = 0;
	const int64_t ahead = engine->now + FORECAST_AHEAD, end = ahead > forecast->next_day ? ahead : forecast->next_day;
	for (int64_t from = forecast->day; from < end && count < FORECAST_HALVES_MOST; from += FORECAST_STEP, count++) {
		const int64_t to = from + FORECAST_STEP;
		const bool over = to <= engine->now;
		halves[count] = (struct forecast_half){.from = from, .last = last_week(arrivals, from, to),
			.expected = over ? arrivals_between(arrivals, from, to) : to_come(forecast, arrivals, from, to),
			.came = from < engine->now ? came_in(engine, scope, from, to) : -1};
	}
	return count;
}
