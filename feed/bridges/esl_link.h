/* The connection to an event socket: a TCP socket that never blocks, what came, what could not be sent yet. */
#ifndef FEED_BRIDGES_ESL_LINK_H
#define FEED_BRIDGES_ESL_LINK_H

#include "feed/bridges/esl.h"
#include "feed/bridges/target.h"

#define ESL_PORT "8021"

struct esl_link {
	struct target target;
	int socket; /* -1: none */
	bool is_connecting;
	unsigned attempts;
	int64_t heard; /* monotonic ms: when something came, or the attempt began */
	struct esl esl;
	char out[1024];
	size_t out_size;
};

bool esl_link_init(struct esl_link *link, const char *target, struct error *err);
void esl_link_finish(struct esl_link *link);

/* These give NULL, or why it cannot go on: then it is to be closed. */
const char *esl_link_start(struct esl_link *link); /* of several addresses each in its turn */
const char *esl_link_look(struct esl_link *link);  /* whether it is connected: then is_connecting ends */
const char *esl_link_send(struct esl_link *link, const char *text);
const char *esl_link_flush(struct esl_link *link);
const char *esl_link_read(struct esl_link *link); /* at most half a MiB */
void esl_link_close(struct esl_link *link);	  /* what came and what was to be sent is gone */

#endif
