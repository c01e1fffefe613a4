#include "metrics/arrivals.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/markets.h"
#include "metrics/forecast.h"
#include "metrics/query_sums.h"

#define DAY_QUARTERS 96
#define DRIFT_MOST 2.0
#define ARRIVALS_KEPT (29 * DAY_MS) /* four weeks before a day, to its end: metrics/old_arrivals.h */

/* The past weeks, oldest last: what came in each quarter hour, -1 where it is not known. */
struct weeks {
	int64_t count[ARRIVALS_WEEKS][ARRIVALS_QUARTERS];
	int known; /* so many of them have anything */
};

bool arrivals_take(const struct engine *engine, const struct slot *slot, struct scope scope)
{
	return slot != engine->slots && slot_in_scope(engine, slot, scope) && slot_waits_live(slot, scope.channel);
}

/* ---- what came ---- */

/* Slots with the same opening hours: what was offered in them by quarter hours from `from` on. */
struct arrivals_group {
	const struct open_hours *hours; /* NULL: always open */
	int64_t *offered;
};
struct stretch_counts {
	int64_t from;
	size_t room;
	struct arrivals_group *groups;
	size_t count, group_room;
};

static int64_t offered_in(const struct bucket *bucket)
{
	struct tally tally; /* only what is below the bound is written */
	tally.value[COUNT_OFFERED] = 0;
	bucket_sum(bucket, COUNT_OFFERED + 1, &tally);
	return tally.value[COUNT_OFFERED];
}

static void add_bucket(const struct stretch_counts *counts, int64_t *offered, const struct bucket *bucket)
{
	if (bucket->start >= counts->from && bucket->start < counts->from + (int64_t)counts->room * QUARTER_MS)
		offered[(bucket->start - counts->from) / QUARTER_MS] += offered_in(bucket);
}

static void add_old(const struct stretch_counts *counts, int64_t *offered, const struct old_arrivals *old)
{
	for (size_t i = 0; i < old->count; i++)
		for (int quarter = 0; quarter < OLD_ARRIVALS_QUARTERS; quarter++) {
			const int64_t start = old->days[i].day * DAY_MS + quarter * QUARTER_MS;
			if (start >= counts->from && start < counts->from + (int64_t)counts->room * QUARTER_MS)
				offered[(start - counts->from) / QUARTER_MS] += old->days[i].offered[quarter];
		}
}

/* What is counted in an open minute is not in its quarter hour yet. */
static void add_ledger(const struct stretch_counts *counts, int64_t *offered, const struct ledger *ledger, struct arrivals *arrivals)
{
	const struct series *quarters = &ledger->quarters[BY_ARRIVAL], *minutes = &ledger->minutes[BY_ARRIVAL];
	add_old(counts, offered, &ledger->old);
	for (size_t i = series_find(quarters, counts->from); i < quarters->count && quarters->buckets[i].start < arrivals->day; i++)
		add_bucket(counts, offered, &quarters->buckets[i]);
	for (size_t i = minutes->count; i > minutes->first && minutes->buckets[i - 1].open; i--)
		if (minutes->buckets[i - 1].start < arrivals->day) {
			add_bucket(counts, offered, &minutes->buckets[i - 1]);
			arrivals->open = true;
		}
}

static int64_t weeks_before(const struct engine *engine, int64_t at, int weeks)
{
	const int64_t local = at + zone_offset(engine->zone, at) * SECOND_MS;
	return zone_instant(engine->zone, local - weeks * 7 * DAY_MS);
}

/* Since when all that was counted is there, for the whole of the day: an answer must not depend on when in the day it was asked for. */
static int64_t known_since(const struct engine *engine, int64_t next_day)
{
	const int64_t length = engine->keeping.quarters > ARRIVALS_KEPT ? engine->keeping.quarters : ARRIVALS_KEPT;
	const int64_t kept = next_day - length, heard = query_heard_since(engine);
	const int64_t since = heard > engine->keeping.from ? heard : engine->keeping.from;
	return since > kept ? since : kept;
}

static struct arrivals_group *group_of(struct stretch_counts *counts, const struct open_hours *hours)
{
	for (size_t i = 0; i < counts->count; i++)
		if (counts->groups[i].hours == hours)
			return &counts->groups[i];
	counts->groups = memory_grow(counts->groups, &counts->group_room, counts->count + 1, sizeof *counts->groups);
	struct arrivals_group *group = &counts->groups[counts->count++];
	*group = (struct arrivals_group){hours, memory_new(counts->room, sizeof *group->offered)};
	return group;
}

static bool is_open(const struct arrivals_group *group, int64_t quarter)
{
	return open_between(group->hours, quarter, quarter + QUARTER_MS) > 0;
}

/* What came then to those who are open in the quarter hour to come; -1: not known, or they were all closed then, which is no example. */
static int64_t came_to_open(const struct stretch_counts *counts, int64_t then, const bool *open)
{
	int64_t sum = 0;
	bool any = false;
	for (size_t i = 0; i < counts->count; i++)
		if (open[i]) {
			any = any || is_open(&counts->groups[i], then);
			sum += counts->groups[i].offered[(then - counts->from) / QUARTER_MS];
		}
	return any ? sum : -1;
}

/* How far the clocks of a week lie behind ours, and until when that holds: to ask the zone for each quarter hour costs more than all the rest. */
struct lag {
	int64_t by, until;
};

/* Until a day before the clocks change; `at` itself where they do within a day. */
static int64_t steady_until(const struct engine *engine, int64_t at)
{
	const int64_t change = zone_change_after(engine->zone, at - DAY_MS);
	if (change == INT64_MAX)
		return change;
	return change <= at + DAY_MS ? at : change - DAY_MS;
}

static int64_t lagging(const struct engine *engine, struct lag *lag, int64_t quarter, int weeks)
{
	if (quarter < lag->until)
		return quarter - lag->by;
	const int64_t then = weeks_before(engine, quarter, weeks), here = steady_until(engine, quarter), there = steady_until(engine, then);
	lag->by = quarter - then;
	lag->until = there == INT64_MAX || there + lag->by > here ? here : there + lag->by;
	return then;
}

static void fill_weeks(struct weeks *weeks, const struct engine *engine, struct arrivals *arrivals, const struct stretch_counts *counts)
{
	const int64_t since = known_since(engine, arrivals->next_day);
	bool *open = memory_new(counts->count + 1, sizeof *open);
	struct lag lags[ARRIVALS_WEEKS];
	for (int week = 0; week < ARRIVALS_WEEKS; week++)
		lags[week].until = INT64_MIN;
	for (int i = 0; i < ARRIVALS_QUARTERS; i++) {
		const int64_t quarter = arrivals->day + i * QUARTER_MS;
		arrivals->closed[i] = counts->count > 0;
		for (size_t group = 0; group < counts->count; group++) {
			open[group] = is_open(&counts->groups[group], quarter);
			arrivals->closed[i] = arrivals->closed[i] && !open[group];
		}
		for (int week = 0; week < ARRIVALS_WEEKS; week++) {
			const int64_t then = lagging(engine, &lags[week], quarter, week + 1);
			const bool known = then >= since && then >= counts->from && then < arrivals->day;
			weeks->count[week][i] = known && counts->count ? came_to_open(counts, then, open) : known ? 0 : -1;
		}
	}
	free(open);
}

static void gather(struct weeks *weeks, const struct engine *engine, struct arrivals *arrivals)
{
	struct stretch_counts counts = {.from = weeks_before(engine, arrivals->day, ARRIVALS_WEEKS) - HOUR_MS};
	counts.from -= counts.from % QUARTER_MS;
	counts.room = (size_t)((arrivals->day - counts.from) / QUARTER_MS) + 1;
	for (size_t i = 0; i < engine->slot_count; i++) {
		const struct slot *slot = &engine->slots[i];
		if (arrivals_take(engine, slot, arrivals->scope))
			add_ledger(&counts, group_of(&counts, work_hours(engine, slot->queue, slot->market))->offered, &slot->ledger, arrivals);
	}
	fill_weeks(weeks, engine, arrivals, &counts);
	for (size_t i = 0; i < counts.count; i++)
		free(counts.groups[i].offered);
	free(counts.groups);
}

/* ---- what is an example ---- */

static int64_t day_total(const int64_t *counts)
{
	int64_t total = 0;
	for (int i = 0; i < DAY_QUARTERS; i++)
		total += counts[i] > 0 ? counts[i] : 0;
	return total;
}

static void leave_out_empty_days(struct weeks *weeks)
{
	for (int from = 0; from < ARRIVALS_QUARTERS; from += DAY_QUARTERS) {
		bool any = false;
		for (int week = 0; week < ARRIVALS_WEEKS; week++)
			any = any || day_total(&weeks->count[week][from]) > 0;
		for (int week = 0; any && week < ARRIVALS_WEEKS; week++)
			for (int i = from; i < from + DAY_QUARTERS && day_total(&weeks->count[week][from]) == 0; i++)
				weeks->count[week][i] = -1;
	}
}

static void count_known(struct weeks *weeks)
{
	weeks->known = 0;
	for (int week = 0; week < ARRIVALS_WEEKS; week++)
		for (int i = 0; i < ARRIVALS_QUARTERS; i++)
			if (weeks->count[week][i] >= 0)
				weeks->known = week + 1;
}

/* How much of week `b` came in week `a`, over what is known of both; 1 where that tells nothing. */
static double level_ratio(const int64_t *a, const int64_t *b)
{
	int64_t sum_a = 0, sum_b = 0;
	for (int i = 0; i < ARRIVALS_QUARTERS; i++)
		if (a[i] >= 0 && b[i] >= 0) {
			sum_a += a[i];
			sum_b += b[i];
		}
	return sum_a > 0 && sum_b > 0 ? (double)sum_a / (double)sum_b : 1;
}

/* ---- what to expect ---- */

static void mean_of_weeks(const struct weeks *weeks, double *mean)
{
	double level[ARRIVALS_WEEKS];
	for (int week = 0; week < weeks->known; week++)
		level[week] = level_ratio(weeks->count[0], weeks->count[week]);
	for (int i = 0; i < ARRIVALS_QUARTERS; i++) {
		double sum = 0, weight = 0;
		for (int week = 0; week < weeks->known; week++)
			if (weeks->count[week][i] >= 0) {
				sum += (weeks->known - week) * level[week] * (double)weeks->count[week][i];
				weight += weeks->known - week;
			}
		mean[i] = weight > 0 ? sum / weight : NAN;
	}
}

/* The week goes round: before its first quarter hour comes its last. */
static void smooth(const double *mean, double *smoothed)
{
	static const double kernel[] = {1, 2, 3, 2, 1};
	for (int i = 0; i < ARRIVALS_QUARTERS; i++) {
		double sum = 0, weight = 0;
		for (int k = 0; k < 5; k++) {
			const double near = mean[(i + k - 2 + ARRIVALS_QUARTERS) % ARRIVALS_QUARTERS];
			if (isnan(near))
				continue;
			sum += kernel[k] * near;
			weight += kernel[k];
		}
		smoothed[i] = isnan(mean[i]) ? NAN : sum / weight;
	}
}

static double drift(const struct weeks *weeks)
{
	const double ratio = weeks->known > 1 ? level_ratio(weeks->count[0], weeks->count[1]) : 1;
	return sqrt(ratio > DRIFT_MOST ? DRIFT_MOST : ratio < 1 / DRIFT_MOST ? 1 / DRIFT_MOST : ratio);
}

static void sum_outcomes(struct arrivals *arrivals, const struct engine *engine)
{
	const struct stretch stretch = {.after = arrivals->day - 7 * DAY_MS - 1, .until = arrivals->day - 1, .by = BY_OUTCOME, .quarters = true};
	struct tally tally;
	memset(tally.value, 0, KEY_WAIT_BINS * sizeof *tally.value);
	for (size_t i = 0; i < engine->slot_count; i++)
		if (arrivals_take(engine, &engine->slots[i], arrivals->scope))
			ledger_sum_quarters(&engine->slots[i].ledger, BY_OUTCOME, stretch.after, stretch.until, false, &tally);
	const bool worked = channel_is_asynchronous(arrivals->scope.channel);
	arrivals->waited = tally.value[COUNT_WAIT_ANSWERED_MS] + tally.value[COUNT_WAIT_ABANDONED_MS];
	arrivals->gave_up = tally.value[COUNT_ABANDONED];
	arrivals->legs = tally.value[worked ? COUNT_WORKED : COUNT_LEGS];
	arrivals->handled = worked ? tally.value[COUNT_WORK_MS] : tally.value[COUNT_TALK_MS] + tally.value[COUNT_HOLD_MS] + tally.value[COUNT_WRAP_MS];
}

struct arrivals_stamp arrivals_stamp(const struct engine *engine, struct scope scope)
{
	struct arrivals_stamp stamp = {.from = engine->keeping.from, .calendars = engine->calendars_version};
	for (size_t i = 0; i < engine->slot_count; i++) {
		const struct ledger *ledger = &engine->slots[i].ledger;
		if (!arrivals_take(engine, &engine->slots[i], scope))
			continue;
		stamp.closed = ledger->closed > stamp.closed ? ledger->closed : stamp.closed;
		stamp.slots++;
		stamp.buckets += ledger->quarters[BY_ARRIVAL].count - ledger->quarters[BY_ARRIVAL].first;
	}
	return stamp;
}

bool arrivals_stamps_equal(const struct arrivals_stamp *a, const struct arrivals_stamp *b)
{
	return a->closed == b->closed && a->slots == b->slots && a->buckets == b->buckets && a->from == b->from &&
	       a->calendars == b->calendars;
}

void arrivals_expect(struct arrivals *arrivals, const struct engine *engine, struct scope scope, int64_t day)
{
	*arrivals = (struct arrivals){.scope = scope, .day = day, .stamp = arrivals_stamp(engine, scope)};
	arrivals->next_day = instant_day_begin(day + 30 * HOUR_MS, engine->zone, engine->settings->day_start);
	struct weeks *weeks = memory_new(1, sizeof *weeks);
	double *mean = memory_new(ARRIVALS_QUARTERS, sizeof *mean);
	gather(weeks, engine, arrivals);
	leave_out_empty_days(weeks);
	count_known(weeks);
	mean_of_weeks(weeks, mean);
	smooth(mean, arrivals->expected);
	const double going_on = drift(weeks);
	for (int i = 0; i < ARRIVALS_QUARTERS; i++) {
		arrivals->expected[i] = arrivals->closed[i] ? 0 : arrivals->expected[i] * going_on;
		arrivals->last[i] = weeks->count[0][i] >= 0 ? (double)weeks->count[0][i] : NAN;
	}
	arrivals->weeks = weeks->known;
	free(mean);
	free(weeks);
	sum_outcomes(arrivals, engine);
}

bool arrivals_hold(const struct arrivals *arrivals, const struct engine *engine, struct scope scope, int64_t day)
{
	if (arrivals->open || arrivals->day != day || !scopes_equal(arrivals->scope, scope))
		return false;
	const struct arrivals_stamp now = arrivals_stamp(engine, scope);
	return arrivals_stamps_equal(&now, &arrivals->stamp);
}

double arrivals_between(const struct arrivals *arrivals, int64_t from, int64_t to)
{
	double sum = 0;
	for (int64_t at = from; at < to;) {
		const int64_t i = at >= arrivals->day ? (at - arrivals->day) / QUARTER_MS : -1;
		if (i < 0 || i >= ARRIVALS_QUARTERS)
			return NAN;
		const int64_t end = arrivals->day + (i + 1) * QUARTER_MS, part = (end < to ? end : to) - at;
		sum += arrivals->expected[i] * (double)part / (double)QUARTER_MS;
		at += part;
	}
	return sum;
}

/* ---- why ---- */

_Static_assert(FORECAST_WEEKS == ARRIVALS_WEEKS, "each week is told");

/* Where everybody is closed nothing is expected, and nothing is asked of past weeks. */
static double sum_between(const struct arrivals *arrivals, const double *values, int from, int to)
{
	double sum = 0;
	for (int i = from; i < to; i++)
		sum += arrivals->closed[i] ? 0 : values[i];
	return sum;
}

static bool is_closed(const struct arrivals *arrivals, int from, int to)
{
	bool closed = from < to;
	for (int i = from; i < to; i++)
		closed = closed && arrivals->closed[i];
	return closed;
}

static void tell_week(struct forecast_reason *reason, const struct arrivals *arrivals, const struct weeks *weeks, int week, int from, int to)
{
	struct forecast_week *past = &reason->past[week];
	past->level = level_ratio(weeks->count[0], weeks->count[week]);
	past->weight = weeks->known - week;
	for (int i = from; i < to; i++)
		if (!arrivals->closed[i])
			past->came = weeks->count[week][i] < 0 ? NAN : past->came + (double)weeks->count[week][i];
}

void forecast_explain(struct forecast_reason *reason, const struct engine *engine, struct scope scope, int64_t day, int64_t from, int64_t to)
{
	const int64_t first = (from - day) / QUARTER_MS, end = (to - day) / QUARTER_MS;
	*reason = (struct forecast_reason){.mean = NAN, .smoothed = NAN, .drift = NAN, .expected = NAN};
	if (from < day || end > ARRIVALS_QUARTERS)
		return;
	struct arrivals *arrivals = memory_new(1, sizeof *arrivals);
	arrivals->scope = scope;
	arrivals->day = day;
	arrivals->next_day = instant_day_begin(day + 30 * HOUR_MS, engine->zone, engine->settings->day_start);
	struct weeks *weeks = memory_new(1, sizeof *weeks);
	double *mean = memory_new(2 * ARRIVALS_QUARTERS, sizeof *mean), *smoothed = mean + ARRIVALS_QUARTERS;
	gather(weeks, engine, arrivals);
	leave_out_empty_days(weeks);
	count_known(weeks);
	mean_of_weeks(weeks, mean);
	smooth(mean, smoothed);
	reason->closed = is_closed(arrivals, (int)first, (int)end);
	reason->weeks = weeks->known;
	for (int week = 0; week < weeks->known; week++) {
		reason->past[week].from = weeks_before(engine, from, week + 1);
		tell_week(reason, arrivals, weeks, week, (int)first, (int)end);
	}
	reason->mean = sum_between(arrivals, mean, (int)first, (int)end);
	reason->smoothed = sum_between(arrivals, smoothed, (int)first, (int)end);
	reason->drift = drift(weeks);
	reason->expected = reason->smoothed * reason->drift;
	free(arrivals);
	free(mean);
	free(weeks);
}
