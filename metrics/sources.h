/* Publishers and feeds, and what of their numbers is missing: for the files of metrics/ only. sources.c. */
#ifndef METRICS_SOURCES_H
#define METRICS_SOURCES_H

#include "metrics/engine.h"

#define BOOTS_KEPT 4
#define SPANS_MOST 4096 /* holes kept per boot; the oldest beyond are given up as lost */
struct span { uint64_t from, to; int64_t since; };
struct boot {
	uint64_t boot, first, next; /* next expected */
	struct span *missing;	    /* holes, ascending */
	size_t holes, room;
	int64_t heard, since; /* engine time */
	uint64_t received, lost; /* lost: holes that were given up */
};
struct source {
	uint16_t name; /* in engine->sources_names */
	uint16_t feed;
	struct boot boots[BOOTS_KEPT];
	int boot_count, current;
	int switches; /* how often two boots took turns: a second publisher */
	uint64_t faults[FAULT_COUNT];
	uint64_t received;
	uint64_t flags, false_flags; /* customers it flagged as rude; those of them that were withdrawn */
	int64_t last_sent, last_recv;
	uint32_t snapshot_scope; /* running snapshot: queue name + 1; 0: none */
	bool snapshot_running, snapshot_void;
	uint32_t snapshot_number; /* how many were begun */
	bool known;
};
/* The last event with some fault. */
struct fault_example {
	int64_t at; /* when it was received; 0: none yet */
	int64_t ts; /* when it says that it happened */
	uint8_t type; /* enum event_type; EVENT_UNKNOWN: `about` is its name */
	uint8_t key;  /* enum event_key: what `about` is the id of; KEY_COUNT: of nothing */
	char about[ID_MAX + 1]; /* harmless */
};
struct feed_status {
	struct fault_example examples[FAULT_COUNT];
	enum link_state link;
	enum feed_fault refusal; /* why the link is refused, where it said so; else FAULT_NONE */
	int64_t link_since, silent_since, heard;
	uint64_t faults[FAULT_COUNT], received, batches;
	int64_t lag; /* ms of the last batch: recv - sent; -1 */
};

/* Registers a batch (a heartbeat too) and gives its source; 0: unsequenced. */
uint16_t source_batch(struct engine *engine, const struct record *record);
void source_gap(struct engine *engine, const struct record *record);
void sources_finish(struct engine *engine);
bool source_take(struct engine *engine, uint16_t source, uint64_t boot, uint64_t seq); /* false: a duplicate */

#endif
