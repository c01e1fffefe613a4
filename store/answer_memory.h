/* Answers that change with the minute or more slowly, not with the picture: what weeks were like is summed from thousands of buckets, and asked for four times
 * a second. One memory belongs to one maker of snapshots; it is not shared by threads. */
#ifndef STORE_ANSWER_MEMORY_H
#define STORE_ANSWER_MEMORY_H

#include "store/snapshot_ask.h"

struct answer_memory;

struct answer_memory *answer_memory_create(void);
void answer_memory_destroy(struct answer_memory *memory);

struct answer_of {
	const void *parts; /* whose sums: sites chosen, or NULL of one engine alone. A board that reads Redis has another one each second */
	int64_t from;	   /* instant: the beginning of the minute, or whatever it is, that it holds for */
	int formula;
};
/* Both do nothing where memory is NULL. False: it is to be worked out. */
bool answer_recall(const struct answer_memory *memory, const struct answer_of *of, const struct snapshot_ask *ask, struct snapshot_answer *answer);
void answer_keep(struct answer_memory *memory, const struct answer_of *of, const struct snapshot_ask *ask, const struct snapshot_answer *answer);

#endif
