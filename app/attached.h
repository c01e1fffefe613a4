/* What a board follows instead of feeds: a collector's engine as it was, and every record after it. */
#ifndef APP_ATTACHED_H
#define APP_ATTACHED_H

#include "config/settings.h"
#include "feed/event.h"
#include "metrics/engine.h"

struct attached;
struct curve;
struct zmq_pollitem_t; /* of <zmq.h> */

#define ATTACHED_POLL_MAX 3
#define ATTACHED_ADDRESSES_MOST 8

struct attached_sink {
	void *context;
	void (*engine)(void *context, struct engine *engine); /* takes it, in place of the one there was */
	void (*record)(void *context, const struct record *record);
	void (*link)(void *context);
};

/* `url`: tcp://HOST:PORT, ipc://PATH, inproc://NAME of a collector's --publish; several with commas between: of a pair, the one that is
 * primary is found. */
struct attached *attached_open(const char *url, const struct settings *settings, void *zmq, struct curve *curve, const struct attached_sink *sink,
	struct error *err);
/* Cuts such a text at its commas; how many there are, -1: too many. */
int attached_addresses(char *urls, const char *addresses[ATTACHED_ADDRESSES_MOST]);
void attached_close(struct attached *attached);
int attached_items(const struct attached *attached, struct zmq_pollitem_t *items);
int64_t attached_due(const struct attached *attached); /* monotonic ms */
void attached_next(struct attached *attached, int most);

struct attached_link {
	enum link_state state;
	int64_t silent_since; /* monotonic ms: when something was last heard */
	const char *why;      /* what somebody has to do about it, or "" */
};
struct attached_link attached_link(const struct attached *attached);

/* Hands what somebody did (the payload of one event) to the collector, whose answer comes later. False: it cannot be sent now. */
bool attached_act(struct attached *attached, struct view payload, struct error *err);
/* What became of the action sent last; true once. lsn 0: it was not taken, and `error` is the word for why. */
struct attached_answer {
	uint64_t lsn;
	char error[40];
	char whose[160]; /* who may do it, harmless; "": not a matter of that */
};
bool attached_answered(struct attached *attached, struct attached_answer *answer);

/* What may be done at this board, as the collector says. */
struct attached_permit {
	unsigned may; /* bits of enum right */
	char as[64];  /* as whom, harmless; "": as it says itself */
};
struct attached_permit attached_permit(const struct attached *attached);

#endif
