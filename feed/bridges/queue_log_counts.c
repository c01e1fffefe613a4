#include "feed/bridges/queue_log_counts.h"

enum bridge_count queue_log_count_of(enum import_count outcome)
{
	switch (outcome) {
	case IMPORT_DAMAGED:
		return BRIDGE_DAMAGED;
	case IMPORT_DUPLICATE:
		return BRIDGE_DUPLICATE;
	case IMPORT_ORPHAN:
		return BRIDGE_REFUSED;
	case IMPORT_UNKNOWN:
		return BRIDGE_UNKNOWN;
	case IMPORT_BLANK:
	case IMPORT_PASSED:
	case IMPORT_DROPPED:
		return BRIDGE_IGNORED;
	default:
		return BRIDGE_MAPPED;
	}
}

void queue_log_take(const struct bridge_host *host, enum import_count outcome, const char *reason)
{
	host->count(host->context, BRIDGE_TAKEN, NULL);
	host->count(host->context, queue_log_count_of(outcome), reason);
}
