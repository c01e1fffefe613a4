/* Fields told to a sink, kept to be told to another one later. */
#ifndef STORE_REDIS_TAPE_H
#define STORE_REDIS_TAPE_H

#include "store/redis_sink.h"

struct redis_tape {
	char *bytes;
	size_t size, room;
};

/* Takes a field: for a sink whose context is the tape. */
void redis_tape_field(void *context, const char *key, struct view field, struct view value);
/* In the order in which they came. */
void redis_tape_play(const struct redis_tape *tape, const struct redis_sink *sink);
void redis_tape_finish(struct redis_tape *tape);

#endif
