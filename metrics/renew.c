/* Other thresholds for an engine that runs: what stands by a level that is still there goes on by its new number. */
#include <string.h>

#include "metrics/state.h"

#define LEVEL_NONE_OF 0xFFFF

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* The number of the level of the same metric, place and window. */
static uint16_t find(const struct settings *settings, const struct level_settings *level)
{
	for (int i = 0; i < settings->level_count; i++) {
		const struct level_settings *other = &settings->levels[i];
		if (strcmp(other->metric, level->metric) == 0 && same(other->queue, level->queue) && same(other->channel, level->channel) &&
			same(other->market, level->market) && other->window == level->window)
			return (uint16_t)i;
	}
	return LEVEL_NONE_OF;
}

static bool is_configured(const struct settings *settings, uint16_t rule)
{
	return rule < settings->level_count;
}

/* An alert of a level that is gone has ended, as if the figure had come back. */
static void renumber_alerts(struct engine *engine, const struct settings *before, const struct settings *after)
{
	for (size_t i = 0; i < ALERTS_KEPT && i < engine->alert_count; i++) {
		struct alert *alert = &engine->alerts[i];
		if (alert->kind != ALERT_LEVEL || !is_configured(before, alert->rule))
			continue;
		const uint16_t rule = find(after, &before->levels[alert->rule]);
		if (rule == LEVEL_NONE_OF && alert->cleared)
			continue;
		if (rule == LEVEL_NONE_OF)
			alert_end(engine, alert, engine->second > alert->raised ? engine->second : alert->raised + 1);
		else
			alert->rule = rule;
	}
}

static void renumber_levels(struct engine *engine, const struct settings *before, const struct settings *after)
{
	size_t kept = 0;
	for (size_t i = 0; i < engine->level_count; i++) {
		struct level_state state = engine->levels[i];
		if (is_configured(before, state.rule))
			state.rule = find(after, &before->levels[state.rule]);
		if (state.rule != LEVEL_NONE_OF)
			engine->levels[kept++] = state;
	}
	engine->level_count = kept;
	engine->level_next = 0;
}

/* What was watched by a limit of the catalogue's, and has one of the configuration's now, has ended likewise. */
static void end_built_in(struct engine *engine)
{
	for (size_t i = 0; i < ALERTS_KEPT && i < engine->alert_count; i++) {
		struct alert *alert = &engine->alerts[i];
		if (alert->kind == ALERT_LEVEL && !alert->cleared && alert->rule >= LEVEL_BUILT_IN && alert->metric >= 0 &&
			limits_find(engine, alert->metric, alert->scope, 0).rule >= 0)
			alert_end(engine, alert, engine->second > alert->raised ? engine->second : alert->raised + 1);
	}
}

void engine_renew(struct engine *engine, const struct settings *settings)
{
	const struct settings *before = engine->settings;
	if (before == settings)
		return;
	renumber_alerts(engine, before, settings);
	renumber_levels(engine, before, settings);
	engine->settings = settings;
	end_built_in(engine);
	engine->levels_dirty = true;
	engine->levels_minute = INT64_MIN; /* figures over a window are looked at in the next second */
	for (size_t i = 0; i < engine->watch_count; i++)
		engine->watches[i].at_rest = false;
}
