/* What is counted by topic: where an answer is missing that would spare customers a second contact. For the files of metrics/ only. topics.c. */
#ifndef METRICS_TOPICS_H
#define METRICS_TOPICS_H

#include "metrics/engine.h"
#include "metrics/ledger.h"

/* Places of topics are the numbers of their names; what comes after so many is counted under "other". */
#define TOPICS_MOST 502

void topics_finish(struct engine *engine);
/* Counts for a topic (nothing where there is none), by arrival alone: under the instant at which its contact was queued. Keys ascending. */
void topic_count(struct engine *engine, uint16_t topic, const struct count *counts, size_t n, int64_t queued);
/* The name under which a topic is counted; size 0: it has none. */
struct view topic_label(const struct engine *engine, uint16_t topic);
/* Its ledger, made where there is none yet. NULL: no topic has this place. */
struct ledger *topic_ledger(struct engine *engine, size_t place);

#endif
