#include "metrics/lists_service.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/instant.h"
#include "base/text.h"
#include "base/words.h"
#include "config/markets.h"
#include "metrics/state.h"

#define PRIORITY_LAST (PRIORITIES_MOST - 1)

static void add_clock(struct list_clocks *item, const struct sla *sla)
{
	const bool breached = sla->state == SLA_STATE_BREACHED;
	item->breached += breached;
	item->paused += sla->paused;
	item->running += !breached && !sla->paused;
	item->due_soon += !breached && !sla->paused && sla->soon;
}

static int priority_of(const struct engine *engine, const struct sla *sla)
{
	const int priority = engine->cases[sla->case_item].priority;
	return priority <= PRIORITY_LAST ? priority : PRIORITY_LAST;
}

/* Every live clock of the scope, once: with very many of them most of the time goes into fetching each from memory. */
static void gather(const struct engine *engine, struct scope scope, struct list_clocks *kinds, struct list_clocks *priorities)
{
	const bool everything = scopes_equal(scope, SCOPE_ALL);
	memset(kinds, 0, SLA_CLOCK_COUNT * sizeof *kinds);
	memset(priorities, 0, PRIORITIES_MOST * sizeof *priorities);
	for (size_t i = 0; i < engine->live_slas.count; i++) {
		const struct sla *sla = &engine->slas[engine->live_slas.items[i]];
		const struct case_item *of = &engine->cases[sla->case_item];
		if (!everything && !item_in_scope(engine, of->slot, of->agent, scope))
			continue;
		add_clock(&kinds[sla->clock], sla);
		add_clock(&priorities[priority_of(engine, sla)], sla);
	}
}

const char *list_priority_name(int priority)
{
	static const char *const names[PRIORITIES_MOST] = {NC_("priority", "none"), "P1", "P2", "P3", "P4", "P5"};
	return names[priority < 0 ? 0 : priority > PRIORITY_LAST ? PRIORITY_LAST : priority];
}

void list_live_clocks(const struct engine *engine, struct scope scope, struct list_clocks kinds[SLA_CLOCK_COUNT],
	struct list_clocks priorities[PRIORITIES_MOST], int *priority_count)
{
	struct list_clocks all[PRIORITIES_MOST];
	gather(engine, scope, kinds, all);
	for (int clock = 0; clock < SLA_CLOCK_COUNT; clock++)
		snprintf(kinds[clock].name, sizeof kinds->name, "%s", word_text(WORDS_SLA_CLOCK, clock));
	*priority_count = 0;
	for (int i = 1; i <= PRIORITIES_MOST; i++) {
		const int priority = i % PRIORITIES_MOST; /* whose priority nobody told comes last */
		if (all[priority].running + all[priority].paused + all[priority].breached == 0)
			continue;
		priorities[*priority_count] = all[priority];
		snprintf(priorities[(*priority_count)++].name, sizeof priorities->name, "%s", list_priority_name(priority));
	}
}

static struct list_market market_item(const struct engine *engine, const char *name, int settings, int64_t at)
{
	const uint32_t number = names_find(&engine->markets, view_of(name));
	struct list_market item = {.settings = settings, .told = number > NAME_OTHER, .scope = SCOPE_ALL};
	const struct market_settings *section = settings >= 0 ? &engine->settings->markets[settings] : NULL;
	if (item.told)
		item.scope.market = (uint16_t)number;
	if (section && at != INSTANT_NONE)
		item.day = market_day(engine, section, at);
	text_harmless(view_of(section ? market_title(section) : name), item.name, sizeof item.name);
	return item;
}

int list_markets(const struct engine *engine, int64_t at, struct list_market *items, int room)
{
	const struct settings *settings = engine->settings;
	int count = 0;
	for (; count < settings->market_count && count < room; count++)
		items[count] = market_item(engine, settings->markets[count].name, count, at);
	for (uint32_t number = NAME_OTHER + 1; number < engine->markets.count && count < room; number++)
		if (!market_find(settings, names_text(&engine->markets, number)))
			items[count++] = market_item(engine, names_text(&engine->markets, number), -1, at);
	return count;
}

int list_impossible(const struct engine *engine, struct list_named *items, int room)
{
	struct list_named all[EVENT_TYPE_COUNT];
	int count = 0;
	for (int type = 0; type < EVENT_TYPE_COUNT; type++) {
		if (!engine->impossible[type])
			continue;
		all[count] = (struct list_named){.count = (int64_t)engine->impossible[type]};
		snprintf(all[count++].name, sizeof all->name, "%s", event_types[type].name);
	}
	if (count)
		qsort(all, (size_t)count, sizeof *all, list_named_order);
	count = count < room ? count : room;
	memcpy(items, all, (size_t)count * sizeof *items);
	return count;
}
