/* A simulated helpdesk: from a seed, always the same day. 8 queues, 40 agents, phone, chat and e-mail, several markets. */
#ifndef FEED_SIMULATOR_H
#define FEED_SIMULATOR_H

#include "feed/wire.h"

struct simulator;

/* The events begin two hours before `start` (ms since the epoch), so that at `start` there is a past to show and an outage has
 * lasted 12 minutes. The day's shape (quiet night, rushes) hangs on the clock time UTC + `zone_offset` ms. */
struct simulator *simulator_create(uint64_t seed, int64_t start, int64_t zone_offset);
void simulator_destroy(struct simulator *simulator);
/* The instant of the next event. */
int64_t simulator_due(const struct simulator *simulator);
/* Fills the next event, in the order of ts; views stay valid until the next call. */
void simulator_next(struct simulator *simulator, struct event *event);

#endif
