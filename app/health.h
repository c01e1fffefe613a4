/* How a collector is, as JSON in its journal's directory: rewritten every second, read by `tablo collect --status`. */
#ifndef APP_HEALTH_H
#define APP_HEALTH_H

#include "app/collector.h"

struct health {
	const struct settings *settings;
	const char *journal_id;
	int64_t began; /* wall clock */
};

void health_begin(struct health *health, const struct settings *settings, const char *journal_id);
/* Once a second. */
bool health_write(const struct health *health, const struct collector_health *collector, const struct engine *engine, uint64_t events,
	bool running, struct error *err);
/* "ok", "full" or "not durable". */
const char *health_word(const struct collector_health *collector);
/* Prints what the collector of this directory wrote last, with "running" as it is now. True: it runs and all is well. An error text
 * where there is nothing to print. */
bool health_print(const char *directory, struct error *err);

#endif
