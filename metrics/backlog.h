/* Open cases of each slot by age, so that a figure costs a few searches and not a look at each of them: for the files of metrics/ only. */
#ifndef METRICS_BACKLOG_H
#define METRICS_BACKLOG_H

#include "metrics/engine.h"

/* Cases by an instant of theirs, the earliest first: in chunks, so that one that comes or goes in the middle of many moves few. */
struct aged { int64_t since; uint32_t number; };
struct age_chunk {
	struct aged *items;
	size_t count; /* never 0 */
};
struct by_age {
	struct age_chunk *chunks;
	size_t chunk_count, chunk_room;
	size_t count; /* of cases */
};
/* Of a slot; made again from the cases, no part of the state. */
struct backlog {
	struct by_age opened;
	struct by_age unanswered; /* of channels where people do not hold the line: since the first message nobody answered */
};

/* Around every change of a listed case's slot, or of when it was opened or left unanswered. */
void backlog_leave(struct engine *engine, uint32_t case_item);
void backlog_join(struct engine *engine, uint32_t case_item);
void backlog_finish(struct backlog *backlog);

#endif
