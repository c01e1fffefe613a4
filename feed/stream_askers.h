/* How often each asker may ask: tokens by the name its connection has at the ROUTER. Part of stream_server.c. */
#ifndef FEED_STREAM_ASKERS_H
#define FEED_STREAM_ASKERS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/view.h"

#define STREAM_ASKERS_MAX 256
#define STREAM_ASKS_A_SECOND 128 /* 64 MiB of a state */

struct stream_askers {
	struct stream_asker_tokens {
		uint8_t name[255];
		uint8_t size;
		int64_t tokens, at; /* in thousandths; monotonic ms */
	} *list; /* STREAM_ASKERS_MAX places */
	int count;
};

void stream_askers_init(struct stream_askers *askers);
void stream_askers_finish(struct stream_askers *askers);
/* False: it has asked too often. Names of more than 255 bytes are never allowed. */
bool stream_askers_spend(struct stream_askers *askers, struct view name, int64_t now);

#endif
