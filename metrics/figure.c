#include <math.h>

#include "base/instant.h"
#include "metrics/state.h"

double figure_value(const struct metric *metric, const struct figure *figure)
{
	if (!figure->known || figure->denominator == 0)
		return NAN;
	double numerator = (double)figure->numerator, denominator = (double)figure->denominator;
	/* One division, so that the result is the correctly rounded quotient. */
	if (metric->unit == UNIT_DURATION || metric->unit == UNIT_SCORE)
		return numerator / (denominator * 1000);
	return numerator / denominator;
}

double figure_limit_value(const struct metric *metric, const struct figure *figure)
{
	if (!figure->known || figure->denominator == 0)
		return NAN;
	if (metric->unit == UNIT_RATIO)
		return (double)figure->numerator * 100 / (double)figure->denominator;
	return figure_value(metric, figure);
}

static bool past(enum worse worse, double value, double limit)
{
	if (isnan(limit))
		return false;
	return worse == WORSE_LOWER ? value < limit : value > limit;
}

/* A survey is coloured only where its whole interval is on one side of the limit. low and high are millionths. */
static enum level interval_level(enum worse worse, const struct figure *figure, double warn, double crit)
{
	double low = (double)figure->low / 10000, high = (double)figure->high / 10000;
	double best = worse == WORSE_LOWER ? high : low, worst = worse == WORSE_LOWER ? low : high;
	if (past(worse, best, crit))
		return LEVEL_CRIT;
	if (past(worse, best, warn))
		return LEVEL_WARN;
	return past(worse, worst, warn) || past(worse, worst, crit) ? LEVEL_UNSURE : LEVEL_OK;
}

static enum level level_of(const struct metric *metric, const struct figure *figure, double warn, double crit)
{
	/* What rests on nothing has no level: nobody on shift, no answers. */
	if (!figure->known || figure->n == 0 || metric->worse == WORSE_NEITHER || (isnan(warn) && isnan(crit)))
		return LEVEL_NONE;
	if (metric->survey && figure->n < SURVEY_LEAST)
		return LEVEL_NONE;
	if (figure->low >= 0 && figure->high >= 0)
		return interval_level(metric->worse, figure, warn, crit);
	double value = figure_limit_value(metric, figure);
	if (past(metric->worse, value, crit))
		return LEVEL_CRIT;
	return past(metric->worse, value, warn) ? LEVEL_WARN : LEVEL_OK;
}

/* How well a level section fits a scope: 0 not at all, more is closer: a queue says more than a market, that more than a channel. Without
 * a queue it holds for everything and every
 * queue; a scope of people is held only against general ones. */
static int fits(const struct engine *engine, const struct level_settings *level, struct scope scope)
{
	int fit = 1;
	if (level->queue) {
		uint32_t number = names_find(&engine->queues, view_of(level->queue));
		if (scope.queue == SCOPE_ANY || number == NAME_NONE || number != scope.queue)
			return 0;
		fit += 4;
	}
	if (level->market) {
		uint32_t number = names_find(&engine->markets, view_of(level->market));
		if (scope.market == SCOPE_ANY || number == NAME_NONE || number != scope.market)
			return 0;
		fit += 2;
	}
	if (level->channel) {
		if (scope.channel == SCOPE_ANY || word_number(WORDS_CHANNEL, view_of(level->channel)) != scope.channel)
			return 0;
		fit += 1;
	}
	return fit;
}

/* Limits per hour hold for windows of up to an hour as they are, and grow with longer ones. */
static double per_hour(double limit, int64_t window_ms)
{
	return window_ms > HOUR_MS ? limit * (double)window_ms / (double)HOUR_MS : limit;
}

static struct limits catalogue_limits(const struct engine *engine, int metric, struct scope scope, int64_t window_ms)
{
	struct limits limits = {.warn = metrics[metric].warn, .crit = metrics[metric].crit, .hysteresis = NAN, .rule = -1};
	if (strcmp(metrics[metric].name, "sla_breached") == 0) {
		limits.warn = per_hour(limits.warn, window_ms);
		limits.crit = per_hour(limits.crit, window_ms);
	}
	int mistakes = engine->settings->mistakes_limit;
	if (scope.agent != SCOPE_ANY && mistakes > 0 && strcmp(metrics[metric].name, "mistakes") == 0)
		limits.warn = mistakes - 1; /* coloured from the limit on */
	/* Three minutes are nothing for a letter: its target is the limit. */
	if (strcmp(metrics[metric].name, "longest_wait") == 0 && scope.channel < CHANNEL_COUNT &&
		market_target(engine, scope.market, scope.channel) >= HOUR_MS) {
		limits.warn = (double)market_target(engine, scope.market, scope.channel) / 1000;
		limits.crit = limits.warn * 1.5;
	}
	return limits;
}

struct limits limits_find(const struct engine *engine, int metric, struct scope scope, int64_t window_ms)
{
	const struct settings *settings = engine->settings;
	struct limits limits = catalogue_limits(engine, metric, scope, window_ms);
	int best = 0;
	for (int i = 0; i < settings->level_count; i++) {
		const struct level_settings *level = &settings->levels[i];
		int fit = strcmp(level->metric, metrics[metric].name) == 0 ? fits(engine, level, scope) : 0;
		if (fit <= best)
			continue;
		best = fit;
		limits = (struct limits){level->warn, level->crit, level->hysteresis, level->hold, i};
	}
	return limits;
}

bool scopes_equal(struct scope a, struct scope b)
{
	return a.queue == b.queue && a.channel == b.channel && a.market == b.market && a.agent == b.agent && a.team == b.team;
}

/* The level that hysteresis and holding time made of it, where this very (metric, scope, window) is configured. */
static bool held_level(const struct query *query, int metric, int rule, enum level *level)
{
	const struct engine *engine = query->engine;
	if (rule < 0)
		return false;
	int window = engine->settings->levels[rule].window < 0 ? engine->settings->window : engine->settings->levels[rule].window;
	if (metrics[metric].kind != KIND_GAUGE && window != (int)query->window)
		return false;
	for (size_t i = 0; i < engine->level_count; i++)
		if (engine->levels[i].rule == rule && scopes_equal(engine->levels[i].scope, query->scope)) {
			*level = engine->levels[i].level;
			return true;
		}
	return false;
}

void query_figure(const struct query *query, int metric, struct figure *figure)
{
	*figure = (struct figure){.denominator = 1, .n = -1, .low = -1, .high = -1};
	metrics[metric].value(query, figure);
	struct limits limits = limits_find(query->engine, metric, query->scope, query->at - query->after);
	figure->level = level_of(&metrics[metric], figure, limits.warn, limits.crit);
	if (figure->level != LEVEL_NONE && figure->level != LEVEL_UNSURE)
		held_level(query, metric, limits.rule, &figure->level);
}

enum level query_level(const struct query *query, int metric, int64_t value)
{
	const bool is_time = metrics[metric].unit == UNIT_DURATION;
	const struct figure figure = {.known = value != INT64_MIN, .numerator = value, .denominator = is_time ? 1 : 1000, .n = -1, .low = -1, .high = -1};
	const struct limits limits = limits_find(query->engine, metric, query->scope, query->at - query->after);
	return level_of(&metrics[metric], &figure, limits.warn, limits.crit);
}
