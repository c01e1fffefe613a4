/* Levels with hysteresis and holding time, and the alert rules, at the end of whole seconds. Figures of the present come from
 * the watches, which are sampled already; those over a window are asked for at most every 5 s, and at each minute. */
#include <math.h>
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "metrics/state.h"

#define WINDOW_PACE (5 * SECOND_MS)
#define BUILT_IN_SAMPLE 20 /* a built-in rule over a window says nothing of fewer */

/* ---- hysteresis and holding ---- */

static double margin(double limit, const struct limits *limits)
{
	return isnan(limits->hysteresis) ? fabs(limit) * 0.05 : limits->hysteresis;
}

static bool past(enum worse worse, double value, double limit)
{
	if (isnan(limit) || isnan(value))
		return false;
	return worse == WORSE_LOWER ? value < limit : value > limit;
}

/* Not yet back: past the limit, were it a margin better. */
static bool sticks(enum worse worse, double value, double limit, const struct limits *limits)
{
	double back = margin(limit, limits);
	return past(worse, value, worse == WORSE_LOWER ? limit + back : limit - back);
}

static enum level wanted_level(enum level shown, enum worse worse, double value, const struct limits *limits)
{
	if (past(worse, value, limits->crit) || (shown == LEVEL_CRIT && sticks(worse, value, limits->crit, limits)))
		return LEVEL_CRIT;
	if (past(worse, value, limits->warn) || (shown >= LEVEL_WARN && sticks(worse, value, limits->warn, limits)))
		return LEVEL_WARN;
	return LEVEL_OK;
}

/* A candidate that has lasted shows; a worse one begins its own time then. */
static void mature(struct level_state *state, int64_t second, int64_t hold)
{
	if (state->candidate > state->level && second - state->candidate_since >= hold) {
		state->level = state->candidate;
		state->since = second;
	}
}

bool level_step(struct level_state *state, enum worse worse, double value, const struct limits *limits, int64_t second, int64_t *wake)
{
	uint8_t before = state->level;
	enum level wanted = wanted_level(state->level, worse, value, limits);
	*wake = INT64_MAX;
	if (wanted <= state->level) {
		state->since = wanted < state->level ? second : state->since;
		state->level = state->candidate = (uint8_t)wanted;
		return state->level != before;
	}
	if (state->candidate <= state->level || wanted > state->candidate) {
		mature(state, second, limits->hold);
		state->candidate_since = second;
	}
	state->candidate = (uint8_t)wanted;
	mature(state, second, limits->hold);
	if (state->candidate > state->level)
		*wake = state->candidate_since + limits->hold;
	return state->level != before;
}

/* ---- states ---- */

static struct level_state *state_of(struct engine *engine, uint16_t rule, struct scope scope)
{
	/* They are asked for in the same order each second: the next one is nearly always the one wanted. */
	for (size_t i = 0; i < engine->level_count; i++) {
		size_t place = engine->level_next + i < engine->level_count ? engine->level_next + i : engine->level_next + i - engine->level_count;
		if (engine->levels[place].rule != rule || !scopes_equal(engine->levels[place].scope, scope))
			continue;
		engine->level_next = place + 1 < engine->level_count ? place + 1 : 0;
		return &engine->levels[place];
	}
	engine->levels = memory_grow(engine->levels, &engine->level_room, engine->level_count + 1, sizeof *engine->levels);
	struct level_state *state = &engine->levels[engine->level_count++];
	*state = (struct level_state){.rule = rule, .scope = scope, .level = LEVEL_OK, .candidate = LEVEL_OK};
	return state;
}

/* Of an alert: value and limit in thousandths (s -> ms, % -> thousandths of the ratio). */
static int64_t number_of(const struct metric *metric, double value)
{
	if (isnan(value))
		return 0;
	double scaled = value * (metric->unit == UNIT_RATIO ? 10 : 1000);
	return fabs(scaled) < 9e18 ? llround(scaled) : 0;
}

/* ---- values ---- */

/* From the samples of this second, where the metric is one of the watched gauges; NAN: nothing to measure. */
static bool watched_value(const struct engine *engine, int metric, struct scope scope, double *value)
{
	const struct watch *watch = metrics[metric].gauge ? watch_find(engine, scope) : NULL;
	if (!watch)
		return false;
	*value = watch->value[metrics[metric].gauge - 1];
	if (metrics[metric].gauge - 1 == GAUGE_LONGEST && watch->value[GAUGE_WAITING] == 0)
		*value = NAN;
	return true;
}

static int formula_of(const struct engine *engine, struct scope scope)
{
	int formula = scope.queue < engine->queue_info_room ? engine->queue_info[scope.queue].formula : -1;
	return formula >= 0 ? formula : engine->settings->formula;
}

static double asked_value(const struct engine *engine, int metric, struct scope scope, enum window window, int64_t least)
{
	struct query query;
	(metrics[metric].kind == KIND_GAUGE ? query_run : query_without_cases)(&query, engine, scope, window,
		(enum attribution)engine->settings->by, (enum sl_formula)formula_of(engine, scope), strstr(metrics[metric].name, "_p") != NULL);
	struct figure figure = {.denominator = 1, .n = -1, .low = -1, .high = -1};
	metrics[metric].value(&query, &figure);
	if (metrics[metric].survey && least < SURVEY_LEAST)
		least = SURVEY_LEAST;
	if (figure.n >= 0 && figure.n < least)
		return NAN;
	return figure_limit_value(&metrics[metric], &figure);
}

static double value_of(const struct engine *engine, int metric, struct scope scope, enum window window, int64_t least)
{
	double value;
	if (watched_value(engine, metric, scope, &value))
		return value;
	return asked_value(engine, metric, scope, metrics[metric].kind == KIND_GAUGE ? WINDOW_NOW : window, least);
}

static enum window window_of(const struct engine *engine, int window)
{
	return (enum window)(window < 0 ? engine->settings->window : window);
}

/* ---- one level ---- */

static void raise_level(struct engine *engine, const struct level_state *state, int metric, double value, double limit)
{
	alert_raise(engine, (struct alert){.kind = ALERT_LEVEL, .severity = SEVERITY_CRITICAL, .metric = (int16_t)metric,
		.rule = state->rule, .scope = state->scope, .value = number_of(&metrics[metric], value),
		.limit = number_of(&metrics[metric], limit)});
}

static void end_alert(struct engine *engine, uint8_t kind, uint16_t rule, int metric, struct scope scope)
{
	struct alert *alert = alert_standing(engine, kind, rule, 0, (int16_t)metric, scope);
	if (alert)
		alert_end(engine, alert, engine->second);
}

static bool is_calm(const struct level_state *state)
{
	return state->level == LEVEL_OK && state->candidate == LEVEL_OK;
}

/* True: it is all right, and nothing is about to change that. */
static bool step(struct engine *engine, uint16_t rule, int metric, struct scope scope, double value, const struct limits *limits)
{
	struct level_state *state = state_of(engine, rule, scope);
	if (isnan(value) && is_calm(state))
		return true;
	int64_t wake;
	uint8_t before = state->level;
	bool changed = level_step(state, metrics[metric].worse, value, limits, engine->second, &wake);
	if (wake != INT64_MAX)
		engine_wake(engine, wake);
	if (changed && state->level == LEVEL_CRIT)
		raise_level(engine, state, metric, value, isnan(limits->crit) ? limits->warn : limits->crit);
	else if (changed && before == LEVEL_CRIT)
		end_alert(engine, ALERT_LEVEL, rule, metric, scope);
	return is_calm(state);
}

/* ---- configured levels ---- */

static void evaluate_at(struct engine *engine, int rule, int metric, struct scope scope)
{
	const struct level_settings *level = &engine->settings->levels[rule];
	const struct limits limits = {level->warn, level->crit, level->hysteresis, level->hold, rule};
	double value = value_of(engine, metric, scope, window_of(engine, level->window), 0);
	step(engine, (uint16_t)rule, metric, scope, value, &limits);
}

/* Without a queue, a channel and a market it holds for everything, and each queue that has no entry of its own. */
static void evaluate_level(struct engine *engine, int rule, int metric)
{
	const struct level_settings *level = &engine->settings->levels[rule];
	struct scope scope;
	if (!rule_scope(engine, &(struct alert_settings){.queue = level->queue, .channel = level->channel, .market = level->market}, &scope))
		return;
	evaluate_at(engine, rule, metric, scope);
	if (level->queue || level->channel || level->market)
		return;
	for (size_t i = 1; i < engine->watch_count; i++) {
		struct scope of = engine->watches[i].scope;
		if (of.queue != SCOPE_ANY && of.channel != SCOPE_ANY && of.market == SCOPE_ANY && limits_find(engine, metric, of, 0).rule == rule)
			evaluate_at(engine, rule, metric, of);
	}
}

static void evaluate_levels(struct engine *engine, bool windows)
{
	for (int i = 0; i < engine->settings->level_count; i++) {
		int metric = metric_find(engine->settings->levels[i].metric);
		if (metric >= 0 && (windows || metrics[metric].kind == KIND_GAUGE))
			evaluate_level(engine, i, metric);
	}
}

/* ---- what is watched without being configured ---- */

/* True: all right, as step() has it. */
static bool evaluate_built_in(struct engine *engine, int metric, struct scope scope, int64_t least)
{
	struct limits limits = limits_find(engine, metric, scope, 0);
	if (limits.rule >= 0)
		return true;
	double value = value_of(engine, metric, scope, window_of(engine, -1), least);
	return step(engine, (uint16_t)(LEVEL_BUILT_IN + (unsigned)metric), metric, scope, value, &limits);
}

/* Nights and years of a log in which nothing happens: what is built in has nothing to measure, and found all well before. */
static bool is_quiet(struct engine *engine)
{
	if (!engine->counted)
		engine->counted = engine->now;
	if (engine->waiting || engine->settings->window > WINDOW_60M || engine->now - engine->counted < HOUR_MS + 2 * MINUTE_MS)
		return false;
	const uint16_t rule = (uint16_t)(LEVEL_BUILT_IN + (unsigned)engine->watched_metrics[2]);
	for (size_t i = 0; i < engine->level_count; i++)
		if (engine->levels[i].rule == rule && scopes_equal(engine->levels[i].scope, SCOPE_ALL))
			return is_calm(&engine->levels[i]);
	return false;
}

static void evaluate_defaults(struct engine *engine, bool minute)
{
	int longest = engine->watched_metrics[0], depth = engine->watched_metrics[1];
	for (size_t i = 1; i < engine->watch_count; i++) {
		struct watch *watch = &engine->watches[i];
		const bool is_empty = watch->value[GAUGE_WAITING] == 0;
		if (watch->scope.queue == SCOPE_ANY || watch->scope.channel == SCOPE_ANY || watch->scope.market != SCOPE_ANY || (watch->at_rest && is_empty))
			continue;
		const bool short_enough = evaluate_built_in(engine, longest, watch->scope, 0);
		watch->at_rest = evaluate_built_in(engine, depth, watch->scope, 0) && short_enough && is_empty;
	}
	if (minute && !is_quiet(engine))
		evaluate_built_in(engine, engine->watched_metrics[2], SCOPE_ALL, BUILT_IN_SAMPLE);
}

/* ---- alert rules ---- */

/* The second condition has a state of its own: it lasts until it is past and_leave. */
static bool both_hold(struct engine *engine, int index, struct scope scope)
{
	const struct alert_settings *rule = &engine->settings->alerts[index];
	int other = rule->and_metric ? metric_find(rule->and_metric) : -1;
	if (other < 0)
		return true;
	const struct limits limits = {NAN, rule->and_enter, isnan(rule->and_leave) ? 0 : fabs(rule->and_enter - rule->and_leave), 0, index};
	struct level_state *state = state_of(engine, (uint16_t)(ALERT_SECONDS + (unsigned)index), scope);
	int64_t wake;
	level_step(state, metrics[other].worse, value_of(engine, other, scope, window_of(engine, rule->window), 0), &limits, engine->second, &wake);
	return state->level == LEVEL_CRIT;
}

/* A rule is a level with one limit; leaving is told by the distance of the two. */
static void evaluate_rule_at(struct engine *engine, int index, int metric, struct scope scope)
{
	const struct alert_settings *rule = &engine->settings->alerts[index];
	uint16_t number = (uint16_t)(ALERT_RULES + (unsigned)index);
	struct limits limits = {NAN, rule->enter, isnan(rule->leave) ? 0 : fabs(rule->enter - rule->leave), rule->hold, index};
	double value = value_of(engine, metric, scope, window_of(engine, rule->window), 0);
	if (!both_hold(engine, index, scope))
		value = NAN;
	struct level_state *state = state_of(engine, number, scope);
	int64_t wake;
	bool changed = level_step(state, metrics[metric].worse, value, &limits, engine->second, &wake);
	if (wake != INT64_MAX)
		engine_wake(engine, wake);
	if (!changed)
		return;
	if (state->level == LEVEL_CRIT)
		alert_raise(engine, (struct alert){.kind = ALERT_RULE, .severity = (uint8_t)rule->severity,
			.metric = (int16_t)metric, .rule = number, .scope = scope,
			.value = number_of(&metrics[metric], value), .limit = number_of(&metrics[metric], rule->enter)});
	else
		end_alert(engine, ALERT_RULE, number, metric, scope);
}

static void evaluate_rule(struct engine *engine, int index, int metric)
{
	struct scope scopes[RULE_SCOPES_MOST];
	const size_t count = rule_scopes(engine, &engine->settings->alerts[index], scopes);
	for (size_t i = 0; i < count; i++)
		evaluate_rule_at(engine, index, metric, scopes[i]);
}

static void evaluate_rules(struct engine *engine, bool windows)
{
	for (int i = 0; i < engine->settings->alert_count; i++) {
		const struct alert_settings *rule = &engine->settings->alerts[i];
		int metric = metric_find(rule->metric), other = rule->and_metric ? metric_find(rule->and_metric) : -1;
		if (metric < 0)
			continue;
		bool gauges = metrics[metric].kind == KIND_GAUGE && (other < 0 || metrics[other].kind == KIND_GAUGE) && rule_is_of_watches(rule);
		if (windows || gauges)
			evaluate_rule(engine, i, metric);
	}
}

/* Windows move on at each minute; within it they change only by what happens. */
static bool windows_due(struct engine *engine, bool minute)
{
	engine->levels_dirty |= engine->dirty;
	bool paced = engine->levels_minute == INT64_MIN || engine->second - engine->levels_minute >= WINDOW_PACE;
	if (!minute && !(engine->levels_dirty && paced)) {
		if (engine->levels_dirty && engine->settings->level_count + engine->settings->alert_count > 0)
			engine_wake(engine, engine->levels_minute + WINDOW_PACE);
		return false;
	}
	engine->levels_minute = engine->second;
	engine->levels_dirty = false;
	return true;
}

void levels_evaluate(struct engine *engine)
{
	bool minute = engine->second % MINUTE_MS == 0;
	bool windows = windows_due(engine, minute);
	evaluate_levels(engine, windows);
	evaluate_rules(engine, windows);
	evaluate_defaults(engine, minute);
	care_evaluate(engine);
	alerts_evaluate(engine);
}
