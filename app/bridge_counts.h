/* What a bridge has taken, and what was odd about it: counted, and said in the log once a minute for each reason. Thread-safe. */
#ifndef APP_BRIDGE_COUNTS_H
#define APP_BRIDGE_COUNTS_H

#include <pthread.h>

#include "feed/bridges/bridge.h"

#define BRIDGE_REASONS 64   /* that are told apart in one minute; further ones are counted only */
#define BRIDGE_REASON_ROOM 200
#define BRIDGE_COUNTS_ROOM 300

struct bridge_counts {
	pthread_mutex_t lock;
	uint64_t counts[BRIDGE_COUNT];
	int64_t minute; /* monotonic, of the reasons */
	struct {
		char text[BRIDGE_REASON_ROOM];
		uint64_t more; /* times since it was said */
	} reasons[BRIDGE_REASONS];
	int reason_count;
};

void bridge_counts_init(struct bridge_counts *counts);
void bridge_counts_finish(struct bridge_counts *counts);
/* As struct bridge_host has it; `context` is a struct bridge_counts. */
void bridge_counts_take(void *context, enum bridge_count which, const char *why);
/* "12 requests taken, 10 documents mapped, 2 damaged"; what is none is left out but for the first. False: nothing changed since `before`, which
 * then is what is now. */
bool bridge_counts_write(struct bridge_counts *counts, const struct bridge_class *class, uint64_t before[BRIDGE_COUNT], char to[BRIDGE_COUNTS_ROOM]);

#endif
