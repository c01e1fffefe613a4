/* What a bridge counts of the lines of a queue_log, whether it follows the log alone or beside the manager interface. */
#ifndef FEED_BRIDGES_QUEUE_LOG_COUNTS_H
#define FEED_BRIDGES_QUEUE_LOG_COUNTS_H

#include "feed/bridges/bridge.h"
#include "feed/imports/import.h"

enum bridge_count queue_log_count_of(enum import_count outcome);
/* Counts a line that was taken and what became of it. */
void queue_log_take(const struct bridge_host *host, enum import_count outcome, const char *reason);

#endif
