#include "metrics/week.h"

#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/query_sums.h"

#define PAST_MS (35 * DAY_MS)
#define HOURS_MOST (35 * 24 + 2)

/* An hour by the clock of the zone: where the clocks go back one of two hours, where they go forward one less. */
struct past_hour {
	int64_t from, to;
	int cell;
};

struct past {
	struct past_hour hours[HOURS_MOST];
	int count;
};

static int64_t quarter_before(int64_t at)
{
	const int64_t past = at % QUARTER_MS;
	return at - past - (past < 0 ? QUARTER_MS : 0);
}

static int cell_of(const struct civil *civil)
{
	return (civil->weekday + 6) % 7 * 24 + civil->hour;
}

static bool same_hour(const struct civil *a, const struct civil *b)
{
	return a->hour == b->hour && a->day == b->day && a->month == b->month;
}

/* The whole hours within [since, now). */
static void find_hours(const struct engine *engine, int64_t since, int64_t now, struct past *past)
{
	const int64_t until = quarter_before(now), kept = until - PAST_MS;
	int64_t begin = quarter_before(since > kept ? since - 1 : kept - 1) + QUARTER_MS;
	past->count = 0;
	if (begin >= until)
		return;
	struct civil hour = instant_civil(begin - QUARTER_MS, engine->zone);
	bool is_whole = false; /* it began within what is known */
	for (int64_t quarter = begin; quarter <= until; quarter += QUARTER_MS) {
		const struct civil civil = instant_civil(quarter, engine->zone);
		if (same_hour(&civil, &hour))
			continue;
		if (is_whole && past->count < HOURS_MOST)
			past->hours[past->count++] = (struct past_hour){begin, quarter, cell_of(&hour)};
		is_whole = true;
		begin = quarter;
		hour = civil;
	}
}

static int64_t since_of(const struct engine *engine)
{
	const int64_t known = query_known_since(engine);
	return known == INT64_MAX ? engine->now : known;
}

static void clear(struct week *week)
{
	for (int cell = 0; cell < WEEK_CELLS; cell++) {
		week->value[cell] = INT64_MIN;
		week->hours[cell] = 0;
	}
}

/* ---- what was counted ---- */

/* What this engine counted in a cell's hours is added. */
static int add_cell(const struct engine *engine, struct scope scope, const struct past *past, int cell, bool with_bins, struct tally *scratch, struct tally *sum)
{
	int hours = 0;
	for (int i = 0; i < past->count; i++) {
		if (past->hours[i].cell != cell)
			continue;
		const struct stretch stretch = {past->hours[i].from - 1, past->hours[i].to - 1, BY_OUTCOME, true, with_bins, false};
		query_sum(engine, scope, &stretch, scratch);
		joined_add(sum, scratch, with_bins ? TALLY_KEYS : KEY_WAIT_BINS);
		hours++;
	}
	return hours;
}

static int64_t value_of(int metric, const struct query *query, int hours)
{
	const int64_t value = spark_point(&metrics[metric], query);
	struct figure figure = {.denominator = 1, .n = -1, .low = -1, .high = -1};
	metrics[metric].value(query, &figure);
	const bool is_sum = metrics[metric].unit == UNIT_COUNT && figure.denominator == 1;
	return value == INT64_MIN || !is_sum || hours < 2 ? value : value / hours;
}

static bool has_past(int metric)
{
	return metrics[metric].kind != KIND_GAUGE || metrics[metric].gauge;
}

/* ---- gauges ---- */

/* Those of queue and market together are kept for a day, and what was left out of a state is not 0. */
static int64_t watched_since(const struct watch *watch)
{
	const struct samples *samples = &watch->quarters;
	const int64_t first = samples->first < samples->count ? samples_start(samples, samples->first) : INT64_MAX;
	if (watch->is_cut || watch_is_brief(watch))
		return first > watch->since ? first : watch->since;
	return watch->since;
}

static bool run_gauge(const struct engine *engine, struct scope scope, const struct metric *metric, struct week *week)
{
	const enum gauge gauge = (enum gauge)(metric->gauge - 1);
	const struct watch *watch = watch_find(engine, scope);
	struct past past;
	if (!watch)
		return false;
	const int64_t watched = watched_since(watch), known = since_of(engine);
	find_hours(engine, watched > known ? watched : known, engine->now, &past);
	const struct samples *samples = &watch->quarters;
	size_t next = samples->first;
	for (int i = 0; i < past.count; i++) {
		const struct past_hour *hour = &past.hours[i];
		int64_t most = 0; /* nothing is sampled while everything stands at 0 */
		while (next < samples->count && samples_start(samples, next) < hour->from)
			next++;
		for (; next < samples->count && samples_start(samples, next) < hour->to; next++)
			most = samples_get(samples, next).most[gauge] > most ? samples_get(samples, next).most[gauge] : most;
		const int64_t value = most * SECOND_MS; /* a wait in ms, a count in thousandths */
		week->value[hour->cell] = value > week->value[hour->cell] ? value : week->value[hour->cell];
		week->hours[hour->cell]++;
	}
	return true;
}

static void add_gauge(struct week *week, const struct week *part, bool worst)
{
	for (int cell = 0; cell < WEEK_CELLS; cell++) {
		week->hours[cell] = part->hours[cell] > week->hours[cell] ? part->hours[cell] : week->hours[cell];
		if (part->value[cell] == INT64_MIN)
			continue;
		if (week->value[cell] == INT64_MIN || (worst && part->value[cell] > week->value[cell]))
			week->value[cell] = part->value[cell];
		else if (!worst)
			week->value[cell] += part->value[cell];
	}
}

/* ---- questions ---- */

struct part {
	const struct engine *engine;
	struct scope scope;
	struct past past;
};

static void run_counted(const struct part *parts, int count, const struct query *empty, int metric, struct week *week)
{
	struct query *sum = memory_new(1, sizeof *sum);
	struct tally *scratch = memory_new(1, sizeof *scratch);
	const bool bins = metrics[metric].bins;
	for (int cell = 0; cell < WEEK_CELLS; cell++) {
		int most = 0;
		*sum = *empty;
		for (int i = 0; i < count; i++) {
			const int hours = add_cell(parts[i].engine, parts[i].scope, &parts[i].past, cell, bins, scratch, &sum->tally);
			most = hours > most ? hours : most;
		}
		week->hours[cell] = most;
		week->value[cell] = most ? value_of(metric, sum, most) : INT64_MIN;
	}
	free(scratch);
	free(sum);
}

static struct query *empty_query(const struct engine *engine, struct scope scope, enum sl_formula formula, int64_t now)
{
	struct query *query = memory_new(1, sizeof *query);
	query_begin(query, engine, scope, WINDOW_24H, BY_OUTCOME, formula);
	query->at = query->after = now;
	return query;
}

bool week_run(const struct engine *engine, struct scope scope, enum sl_formula formula, int metric, struct week *week)
{
	clear(week);
	if (engine->now == INT64_MIN || !has_past(metric))
		return false;
	if (metrics[metric].gauge)
		return run_gauge(engine, scope, &metrics[metric], week);
	struct part *part = memory_new(1, sizeof *part);
	struct query *empty = empty_query(engine, scope, formula, engine->now);
	*part = (struct part){.engine = engine, .scope = scope};
	find_hours(engine, since_of(engine), engine->now, &part->past);
	run_counted(part, 1, empty, metric, week);
	free(empty);
	free(part);
	return true;
}

bool joined_week(const struct joined *joined, struct scope scope, enum sl_formula formula, int metric, struct week *week)
{
	clear(week);
	if (joined->now == INT64_MIN || !has_past(metric))
		return false;
	struct part *parts = memory_new((size_t)joined->count + 1, sizeof *parts);
	int count = 0;
	bool any = false;
	for (int i = 0; i < joined->count; i++)
		if (joined_scope_in(joined, i, scope, &parts[count].scope)) {
			parts[count].engine = joined->parts[i];
			find_hours(joined->parts[i], since_of(joined->parts[i]), joined->parts[i]->now, &parts[count].past);
			count++;
		}
	for (int i = 0; i < count && metrics[metric].gauge; i++) {
		struct week part;
		clear(&part);
		if (run_gauge(parts[i].engine, parts[i].scope, &metrics[metric], &part)) {
			add_gauge(week, &part, metrics[metric].gauge - 1 == GAUGE_LONGEST);
			any = true;
		}
	}
	if (!metrics[metric].gauge && count) {
		struct query *empty = empty_query(joined->names, scope, formula, joined->now);
		run_counted(parts, count, empty, metric, week);
		free(empty);
		any = true;
	}
	free(parts);
	return any;
}
