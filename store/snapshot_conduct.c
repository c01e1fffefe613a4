/* What a snapshot knows of conduct: flags, customers who were flagged before, steps out of turn, agents' care. */
#include <stdio.h>
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
	snapshot->false_flags = memory_new(NAMED_MOST, sizeof *snapshot->false_flags);
	snapshot->false_flag_count = list_false_flags(engine, snapshot->false_flags, NAMED_MOST);
	snapshot->loads = memory_new(ITEMS_MOST, sizeof *snapshot->loads);
	snapshot->load_count = list_care_load(engine, scope, at, snapshot->loads, ITEMS_MOST);
}

/* Publishers of two sites may have one name. */
void snapshot_join_conduct(struct snapshot *snapshot, const struct snapshot *part, const char *site)
{
	const int begin = snapshot->false_flag_count, count = begin + part->false_flag_count;
	snapshot->false_flags = memory_resize(snapshot->false_flags, (size_t)count + 1, sizeof *snapshot->false_flags);
	for (int i = begin; i < count; i++) {
		struct list_false_flags *item = &snapshot->false_flags[i];
		char src[sizeof item->src + sizeof part->sites->name + 1];
		*item = part->false_flags[i - begin];
		snprintf(src, sizeof src, "%s%s%s", site, *site ? "/" : "", item->src);
		view_copy(view_of(src), item->src, sizeof item->src);
	}
	if (count)
		qsort(snapshot->false_flags, (size_t)count, sizeof *snapshot->false_flags, list_false_flags_order);
	snapshot->false_flag_count = count < NAMED_MOST ? count : NAMED_MOST;
}

void snapshot_finish_conduct(struct snapshot *snapshot)
{
	free(snapshot->conduct);
	free(snapshot->flagged_before);
	free(snapshot->protocol_faults);
	free(snapshot->care);
	free(snapshot->loads);
	free(snapshot->false_flags);
}
