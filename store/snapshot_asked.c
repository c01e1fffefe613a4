/* The lists that only some pages show. */
#include "base/memory.h"
#include "metrics/lists.h"
#include "store/snapshot_parts.h"

void snapshot_fill_asked(struct snapshot *snapshot, const struct engine *engine)
{
	const unsigned lists = snapshot->request.lists;
	if (lists & 1u << SNAPSHOT_AGENTS) {
		snapshot->agents = memory_new(AGENTS_MOST, sizeof *snapshot->agents);
		snapshot->agent_count = list_agents(engine, snapshot->request.scope, snapshot->at, snapshot->agents, AGENTS_MOST);
	}
	if (lists & 1u << SNAPSHOT_ALERTS) {
		snapshot->history = memory_new(ITEMS_MOST, sizeof *snapshot->history);
		snapshot->history_count = list_alert_history(engine, snapshot->at, snapshot->history, ITEMS_MOST);
	}
}
