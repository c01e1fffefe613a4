/* Inside feed/bridges/webhook*.c: what the server's thread (webhook_door.c) and the bridge's (webhook.c) share. The first looks at who sends, and
 * puts what is genuine into a line; the second converts, commits and answers. */
#ifndef FEED_BRIDGES_WEBHOOK_STATE_H
#define FEED_BRIDGES_WEBHOOK_STATE_H

#include <pthread.h>
#include <stdatomic.h>

#include "feed/bridges/webhook_source.h"
#include "feed/http_server.h"

#define WEBHOOK_LINE_MOST 512 /* requests that wait to be converted: one more is answered 429 */
#define WEBHOOK_TURN_MOST 256 /* requests that one turn converts */
#define WEBHOOK_ANSWER_MOST 700
#define WEBHOOK_REASONS_MOST 16

struct webhook_waiting {
	const struct http_request *request;
	struct webhook_source *source;
	struct signature_proof proof;
	int64_t received; /* ms since the epoch */
};

struct webhook_line { /* a ring */
	struct webhook_waiting waiting[WEBHOOK_LINE_MOST];
	size_t first, count;
};

struct webhook_done { /* a request that is to be answered */
	struct http_call *call;
	int status;
	char text[WEBHOOK_ANSWER_MOST];
};

struct webhook {
	struct bridge_host host; /* a copy */
	struct webhook_sources sources;
	struct http_server *server;
	const char *origin; /* --public-url */
	bool secure;
	int bell; /* an eventfd: something stands in the line, or was refused */
	pthread_mutex_t lock; /* of what follows */
	struct webhook_line line;
	char *reasons[WEBHOOK_REASONS_MOST]; /* why requests were refused; owned */
	size_t reason_count;
	uint64_t refused; /* not told to the host yet */
	struct webhook_done done[WEBHOOK_TURN_MOST]; /* of this turn */
	_Atomic uint64_t counts[BRIDGE_COUNT];
	_Atomic bool failing; /* the disk refused what came last */
};

/* http_options.handle */
bool webhook_door(void *context, const struct http_request *request, struct http_answer *answer);
/* Plain text. */
struct http_answer webhook_answer(int status, const char *text);

#endif
