/* Where an alert rule is held against its figure: one scope, or one for each queue, agent ... there is. */
#include "metrics/state.h"

/* False: nobody has named it yet. */
static bool find_name(const struct names *names, const char *name, uint16_t *number)
{
	if (!name)
		return true;
	const uint32_t found = names_find(names, view_of(name));
	*number = (uint16_t)found;
	return found != NAME_NONE;
}

bool rule_scope(const struct engine *engine, const struct alert_settings *rule, struct scope *scope)
{
	*scope = SCOPE_ALL;
	const int channel = rule->channel ? word_number(WORDS_CHANNEL, view_of(rule->channel)) : SCOPE_ANY;
	if (channel < 0)
		return false;
	scope->channel = (uint16_t)channel;
	return find_name(&engine->queues, rule->queue, &scope->queue) && find_name(&engine->markets, rule->market, &scope->market) &&
		find_name(&engine->agents_names, rule->agent, &scope->agent) && find_name(&engine->teams, rule->team, &scope->team);
}

bool rule_is_of_watches(const struct alert_settings *rule)
{
	const bool of_queue = rule->queue || rule->each == EACH_QUEUE, of_market = rule->market || rule->each == EACH_MARKET;
	const bool of_people = rule->agent || rule->team || rule->each == EACH_AGENT || rule->each == EACH_TEAM;
	return !of_people && !(of_queue && of_market); /* of both there may be more than are watched */
}

static size_t count_of(const struct engine *engine, enum alert_each each)
{
	switch (each) {
	case EACH_QUEUE:
		return engine->queues.count - 1;
	case EACH_CHANNEL:
		return CHANNEL_COUNT;
	case EACH_MARKET:
		return engine->markets.count - 1;
	case EACH_AGENT:
		return engine->agents_names.count - 1;
	case EACH_TEAM:
		return engine->teams.count - 1;
	case EACH_NONE:
		break;
	}
	return 0;
}

/* The place in the scope that `each` goes through; names begin after the one that stands for none. */
static void set_place(struct scope *scope, enum alert_each each, size_t place)
{
	uint16_t *const places[] = {[EACH_QUEUE] = &scope->queue, [EACH_CHANNEL] = &scope->channel, [EACH_MARKET] = &scope->market,
		[EACH_AGENT] = &scope->agent, [EACH_TEAM] = &scope->team};
	*places[each] = (uint16_t)(each == EACH_CHANNEL ? place : place + 1);
}

size_t rule_scopes(const struct engine *engine, const struct alert_settings *rule, struct scope *scopes)
{
	struct scope base;
	if (!rule_scope(engine, rule, &base))
		return 0;
	if (rule->each == EACH_NONE) {
		scopes[0] = base;
		return 1;
	}
	const enum alert_each each = (enum alert_each)rule->each;
	const size_t known = count_of(engine, each), count = known < RULE_SCOPES_MOST ? known : RULE_SCOPES_MOST;
	for (size_t i = 0; i < count; i++) {
		scopes[i] = base;
		set_place(&scopes[i], each, i);
	}
	return count;
}
