#include "feed/bridges/bridge.h"

#include <string.h>

const char *const bridge_count_names[BRIDGE_COUNT] = {
	[BRIDGE_TAKEN] = "taken",
	[BRIDGE_MAPPED] = "mapped",
	[BRIDGE_IGNORED] = "ignored",
	[BRIDGE_UNKNOWN] = "unknown",
	[BRIDGE_DUPLICATE] = "duplicate",
	[BRIDGE_DAMAGED] = "damaged",
	[BRIDGE_REFUSED] = "refused",
};

static const enum bridge_count counts_of_outcomes[] = {
	[TRIAL_MAPPED] = BRIDGE_MAPPED,
	[TRIAL_IGNORED] = BRIDGE_IGNORED,
	[TRIAL_UNKNOWN] = BRIDGE_UNKNOWN,
	[TRIAL_DAMAGED] = BRIDGE_DAMAGED,
	[TRIAL_DUPLICATE] = BRIDGE_DUPLICATE,
};

enum bridge_count bridge_count_of(enum trial_outcome outcome)
{
	return counts_of_outcomes[outcome];
}

enum trial_outcome bridge_outcome_of(enum bridge_count which)
{
	for (int i = TRIAL_MAPPED; i <= TRIAL_DUPLICATE; i++)
		if (counts_of_outcomes[i] == which)
			return (enum trial_outcome)i;
	return TRIAL_IGNORED;
}

void bridge_take(const struct bridge_host *host, enum trial_outcome outcome, const char *why)
{
	const bool is_odd = outcome == TRIAL_UNKNOWN || outcome == TRIAL_DAMAGED;
	host->count(host->context, BRIDGE_TAKEN, NULL);
	host->count(host->context, bridge_count_of(outcome), is_odd ? why : NULL);
}

const struct bridge_class *const bridge_classes[] = {
	&queue_log_bridge,
	&ami_bridge,
	&freeswitch_bridge,
	&webhook_bridge,
	&csv_bridge,
	&ndjson_bridge,
	NULL,
};

const struct bridge_class *bridge_class_find(const char *name)
{
	for (int i = 0; bridge_classes[i]; i++)
		if (strcmp(bridge_classes[i]->name, name) == 0)
			return bridge_classes[i];
	return NULL;
}
