/* What a snapshot knows of conduct: flags, customers who were flagged before, steps out of turn, agents' care. */
#include <stdlib.h>

#include "base/instant.h"
#include "base/memory.h"
#include "store/snapshot_parts.h"

void snapshot_fill_conduct(struct snapshot *snapshot, const struct engine *engine)
{
	snapshot->conduct = memory_new(ITEMS_MOST, sizeof *snapshot->conduct);
	snapshot->conduct_count = list_conduct(engine, snapshot->request.scope, snapshot->at, snapshot->conduct, ITEMS_MOST);
	snapshot->care = memory_new(NAMED_MOST, sizeof *snapshot->care);
	snapshot->care_count = list_care(engine, snapshot->at, snapshot->care, NAMED_MOST);
}

void snapshot_ask_conduct(struct snapshot *snapshot, const struct engine *engine)
{
	const struct scope scope = snapshot->request.scope;
	const int64_t at = snapshot->at, today = at == INSTANT_NONE ? at : query_day_after(engine);
	snapshot->flagged_before = memory_new(ITEMS_MOST, sizeof *snapshot->flagged_before);
	snapshot->flagged_before_count = list_flagged_before(engine, scope, at, snapshot->flagged_before, ITEMS_MOST);
	snapshot->protocol_faults = memory_new(ITEMS_MOST, sizeof *snapshot->protocol_faults);
	snapshot->protocol_fault_count = list_faults(engine, scope, today, at, snapshot->protocol_faults, ITEMS_MOST);
	snapshot->loads = memory_new(ITEMS_MOST, sizeof *snapshot->loads);
	snapshot->load_count = list_care_load(engine, scope, at, snapshot->loads, ITEMS_MOST);
}

void snapshot_finish_conduct(struct snapshot *snapshot)
{
	free(snapshot->conduct);
	free(snapshot->flagged_before);
	free(snapshot->protocol_faults);
	free(snapshot->care);
	free(snapshot->loads);
}
