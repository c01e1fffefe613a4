/* What the pages show beside the lists of the overview, most of it only where it is asked for. */
#include <string.h>

#include "base/memory.h"
#include "metrics/lists.h"
#include "store/snapshot_parts.h"

/* Which there are and what day it is there, always: the filter offers them. Their figures only for the page that has them. */
static void fill_markets(struct snapshot *snapshot, const struct engine *engine)
{
	const struct snapshot_request *request = &snapshot->request;
	struct list_market items[MARKETS_MOST];
	const int count = list_markets(engine, snapshot->at, items, MARKETS_MOST);
	snapshot->markets = memory_new((size_t)count + 1, sizeof *snapshot->markets);
	for (int i = 0; i < count; i++) {
		struct snapshot_asked asked = {.engine = engine, .scope = request->scope, .by = request->by,
			.formula = snapshot_formula_asked(snapshot->settings, request, NULL)};
		if (request->scope.market != SCOPE_ANY && (!items[i].told || request->scope.market != items[i].scope.market))
			continue;
		struct snapshot_market *market = &snapshot->markets[snapshot->market_count++];
		market->of = items[i];
		if (!items[i].told || scope_of_people(request->scope) || !(request->lists & 1u << SNAPSHOT_VOICE)) /* nobody belongs to a market */
			continue;
		asked.scope.market = items[i].scope.market;
		snapshot_gather(request, &asked, market->figures, NULL);
	}
}

void snapshot_fill_asked(struct snapshot *snapshot, const struct engine *engine)
{
	const unsigned lists = snapshot->request.lists;
	const struct scope scope = snapshot->request.scope;
	fill_markets(snapshot, engine);
	snapshot->impossible = memory_new(NAMED_MOST, sizeof *snapshot->impossible);
	snapshot->impossible_count = list_impossible(engine, snapshot->impossible, NAMED_MOST);
	if (lists & 1u << SNAPSHOT_AGENTS) {
		snapshot->agents = memory_new(AGENTS_MOST, sizeof *snapshot->agents);
		snapshot->agent_count = list_agents(engine, scope, snapshot->at, snapshot->agents, AGENTS_MOST);
	}
	if (lists & 1u << SNAPSHOT_CLOCKS) {
		list_live_clocks(engine, scope, snapshot->clock_kinds, snapshot->priorities, &snapshot->priority_count);
		snapshot->clock_kind_count = SLA_CLOCK_COUNT;
	}
	if (lists & 1u << SNAPSHOT_VOICE) {
		snapshot->followups = memory_new(FOLLOWUPS_SHOWN, sizeof *snapshot->followups);
		snapshot->followup_count = list_followups(engine, scope, snapshot->at, snapshot->followups, FOLLOWUPS_SHOWN);
	}
	if (lists & 1u << SNAPSHOT_CONDUCT)
		snapshot_ask_conduct(snapshot, engine);
	if (lists & 1u << SNAPSHOT_LEARNING)
		snapshot_ask_learning(snapshot, engine);
	if (lists & 1u << SNAPSHOT_ALERTS) {
		snapshot->history = memory_new(ITEMS_MOST, sizeof *snapshot->history);
		snapshot->history_count = list_alert_history(engine, snapshot->at, snapshot->history, ITEMS_MOST);
	}
}
