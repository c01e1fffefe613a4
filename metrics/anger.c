#include "metrics/anger.h"

#include <string.h>

#include "base/instant.h"
#include "metrics/state.h"

/* Within the last minutes, the running one included, over all channels and markets of the queue. */
static int64_t count_of(const struct engine *engine, uint32_t queue)
{
	struct tally tally;
	memset(tally.value, 0, KEY_WAIT_BINS * sizeof *tally.value);
	const int64_t until = engine->second, after = until - engine->settings->anger_within;
	for (size_t i = 0; i < engine->slot_count; i++)
		if (engine->slots[i].queue == queue)
			ledger_sum_minutes(&engine->slots[i].ledger, BY_OUTCOME, after, until, false, &tally);
	return tally.value[COUNT_ANGER_AT_COMPANY];
}

void anger_told(struct engine *engine, uint16_t slot)
{
	if (engine->settings->anger_limit > 0 && !engine->too_old)
		alerts_want(engine, ALERT_ANGER, engine->slots[slot].queue, 0);
}

bool anger_alert(const struct engine *engine, uint32_t queue, struct alert *alert)
{
	const int64_t count = count_of(engine, queue);
	if (engine->settings->anger_limit <= 0 || count < engine->settings->anger_limit)
		return false;
	*alert = (struct alert){.kind = ALERT_ANGER, .severity = SEVERITY_WARNING, .metric = -1, .item = queue, .scope = SCOPE_ALL, .value = count,
		.limit = engine->settings->anger_within};
	if (queue)
		alert->scope.queue = (uint16_t)queue;
	return true;
}

/* Nothing takes such a count back, so it can only fall when a minute leaves the window: on a whole minute, where that is made of whole ones. */
bool anger_stands(const struct engine *engine, uint32_t queue)
{
	if (engine->second % MINUTE_MS && engine->settings->anger_within % MINUTE_MS == 0 && engine->settings->anger_limit > 0)
		return true;
	return engine->settings->anger_limit > 0 && count_of(engine, queue) * 2 > engine->settings->anger_limit;
}
