/* One of a pair while the other one writes: follows its stream, keeps the same records under the same numbers, says what it has written;
 * and takes over where the other one is silent and its lease is over. */
#ifndef APP_STANDBY_H
#define APP_STANDBY_H

#include "app/desk.h"

struct collector;
struct standby;
struct zmq_pollitem_t; /* of <zmq.h> */

#define STANDBY_POLL_MAX 3

struct standby *standby_open(struct collector *collector, void *zmq, struct error *err);
void standby_close(struct standby *standby); /* NULL is fine */
int standby_items(const struct standby *standby, struct zmq_pollitem_t *items);
int64_t standby_due(const struct standby *standby); /* monotonic ms */
/* Takes what came and does what is due. May end the standby: collector->standby is NULL where it has taken over, collector->turnover
 * says so where the journal must be put right first. */
void standby_turn(struct standby *standby, struct desk *desk);
bool standby_reload_keys(struct standby *standby, struct error *err);

struct standby_status {
	bool follows;	  /* a primary is heard, and its records come */
	uint64_t newest;  /* the last record the primary told of */
	int64_t silence;  /* ms since it was heard last */
	const char *why;  /* why it does not take over, or what somebody has to do; "" */
};
struct standby_status standby_status(const struct standby *standby);

#endif
