/* Rude contacts wear people out: at a limit a break is suggested, and it shows until it is taken that it was not. */
#include <strings.h>
#include <string.h>

#include "base/instant.h"
#include "metrics/state.h"

int care_within_hour(const struct care *care, int64_t at)
{
	int found = 0;
	for (size_t i = 0; i < CARE_TIMES; i++)
		found += care->times[i] && at - care->times[i] < HOUR_MS && care->times[i] <= at;
	return found;
}

static bool needs_break(const struct engine *engine, const struct care *care, int64_t at)
{
	return care->shift - care->at_break >= engine->settings->care_shift || care_within_hour(care, at) >= engine->settings->care_hour;
}

static void count(struct engine *engine, uint16_t agent, enum counter counter, int64_t at, int64_t delta)
{
	count_add(engine, 0, agent, counter, at, at, delta);
}

static void suggest(struct engine *engine, uint16_t number)
{
	struct care *care = &engine->agents[number].care;
	if (care->suggested)
		return;
	care->suggested = engine->ts;
	engine->care_open++;
	engine->dirty = true;
	count(engine, number, COUNT_CARE_SUGGESTED, engine->ts, 1);
	alerts_want(engine, ALERT_CARE, number, 0);
}

static void end_suggestion(struct engine *engine, struct care *care)
{
	care->suggested = 0;
	engine->care_open--;
	engine->dirty = true;
}

void care_for(struct engine *engine, struct conduct *record)
{
	if (record->cared || !record->agent)
		return;
	struct care *care = &engine->agents[record->agent].care;
	record->cared = record->agent;
	record->cared_shift = care->shift_number;
	record->cared_at = engine->ts;
	care->shift++;
	if (engine->ts <= care->rested) { /* told late: the break came after it */
		care->at_break++;
		return;
	}
	memmove(care->times + 1, care->times, (CARE_TIMES - 1) * sizeof *care->times);
	care->times[0] = engine->ts;
	if (needs_break(engine, care, engine->ts))
		suggest(engine, record->agent);
}

static void forget_time(struct care *care, int64_t at)
{
	for (size_t i = 0; i < CARE_TIMES; i++)
		if (care->times[i] == at) {
			memmove(care->times + i, care->times + i + 1, (CARE_TIMES - 1 - i) * sizeof *care->times);
			care->times[CARE_TIMES - 1] = 0;
			return;
		}
}

/* A break that was taken stays taken; a suggestion that is still open and rested on this flag never was. */
void care_take_back(struct engine *engine, struct conduct *record)
{
	uint16_t number = record->cared;
	struct care *care = &engine->agents[number].care;
	record->cared = 0;
	if (!number || record->cared_shift != care->shift_number)
		return;
	care->shift -= care->shift > 0;
	if (record->cared_at <= care->rested && care->at_break > 0)
		care->at_break--;
	forget_time(care, record->cared_at);
	if (!care->suggested || needs_break(engine, care, engine->ts))
		return;
	count(engine, number, COUNT_CARE_SUGGESTED, care->suggested, -1);
	end_suggestion(engine, care);
}

/* ---- breaks ---- */

static bool is_break(const struct engine *engine, const struct agent *agent)
{
	if (agent->availability != AGENT_AWAY)
		return false;
	const char *reason = names_text(&engine->kinds, agent->reason);
	for (int i = 0; i < engine->settings->care_reason_count; i++)
		if (strcasecmp(engine->settings->care_reasons[i], reason) == 0)
			return true;
	return engine->settings->care_reason_count == 0;
}

/* What came before the break does not ask for another one. */
static void take_break(struct engine *engine, uint16_t number)
{
	struct care *care = &engine->agents[number].care;
	care->rested = care->resting + engine->settings->care_break;
	care->at_break = care->shift;
	memset(care->times, 0, sizeof care->times);
	count(engine, number, COUNT_CARE_TAKEN, care->rested, 1);
	end_suggestion(engine, care);
}

static bool long_enough(const struct engine *engine, const struct care *care, int64_t until)
{
	return care->suggested && care->resting && until - care->resting >= engine->settings->care_break;
}

static void end_shift(struct engine *engine, uint16_t number)
{
	struct care *care = &engine->agents[number].care;
	if (care->suggested) {
		count(engine, number, COUNT_CARE_MISSED, engine->ts, 1);
		end_suggestion(engine, care);
	}
	*care = (struct care){.shift_number = care->shift_number + 1, .rested = care->rested};
}

void care_declared(struct engine *engine, uint16_t number)
{
	const struct agent *agent = &engine->agents[number];
	struct care *care = &engine->agents[number].care;
	bool resting = is_break(engine, agent);
	if (!resting && long_enough(engine, care, engine->ts))
		take_break(engine, number);
	if (!resting)
		care->resting = 0;
	else if (!care->resting)
		care->resting = engine->ts;
	if (agent->availability == AGENT_OFFLINE)
		end_shift(engine, number);
}

void care_evaluate(struct engine *engine)
{
	for (size_t i = 1; engine->care_open > 0 && i < engine->agent_count; i++) {
		const struct care *care = &engine->agents[i].care;
		if (!care->suggested || !care->resting)
			continue;
		if (long_enough(engine, care, engine->second))
			take_break(engine, (uint16_t)i);
		else
			engine_wake(engine, care->resting + engine->settings->care_break);
	}
}

void care_gauges(const struct engine *engine, struct scope scope, struct gauges *gauges)
{
	gauges->care_open = 0;
	if (scope.queue != SCOPE_ANY || scope.channel != SCOPE_ANY || scope.market != SCOPE_ANY)
		return;
	for (size_t i = 1; engine->care_open > 0 && i < engine->agent_count; i++)
		gauges->care_open += engine->agents[i].care.suggested && agent_in_scope(engine, &engine->agents[i], scope);
}
