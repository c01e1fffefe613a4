/* The whole life of one contact or case, as its sources told it: every event about it, in the order of the journal. */
#ifndef REPLAY_LIFE_H
#define REPLAY_LIFE_H

#include "config/settings.h"
#include "store/proof.h"

struct life_request {
	const char *journal;
	const struct settings *settings;
	const char *subject; /* a contact's or case's id as it is shown */
	int64_t from, to;    /* recv: where to look */
	bool (*stop)(void *context); /* asked now and then; true: give up. May be NULL */
	void *context;
};
/* Names of agents are masked, customers are left out, unless the settings name people. */
bool life_gather(const struct life_request *request, struct life *life, struct error *err);
void life_finish(struct life *life);

#endif
