/* The publishing side: a PUB socket that numbers what it sends, batches, sends heartbeats, and a ROUTER that sends again what
 * a reader missed. Used by `tablo publish`, `tablo import --publish` and the simulator of `tablo demo`. */
#ifndef FEED_PUBLISHER_H
#define FEED_PUBLISHER_H

#include "base/error.h"
#include "feed/wire.h"

struct curve;
struct publisher;
struct replay_past;
struct zmq_pollitem_t; /* of <zmq.h> */

struct publisher_options {
	const char *bind;    /* PUB endpoint */
	const char *replay;  /* ROUTER endpoint; NULL: none */
	const char *site;    /* "default" */
	const char *src;     /* this publisher's name */
	uint64_t boot;	     /* 0: now */
	uint64_t first;	     /* the number of the first event that will be added (0: 1) */
	size_t keep_bytes;   /* how much is kept for catching up (default 64 MiB) */
	const struct replay_past *past; /* where it is kept already, copied; NULL: here, in memory */
	int batch_events;    /* a batch is sent when it has this many (default 100) */
	int64_t batch_delay; /* ms after which a smaller one is sent (50) */
	bool unstamped;	     /* no batch says when it was sent: the times of recorded events are all there is */
	bool wait;	     /* wait for subscribers instead of dropping (XPUB_NODROP): recorded months at full speed */
	int64_t linger;	     /* ms at close for what is still queued */
	int stop;	     /* a descriptor that ends all waiting when it is readable (a signalfd); 0: none */
	void *zmq;
	struct curve *curve; /* how both sockets are secured; NULL: plaintext, and only on this machine */
};

struct publisher *publisher_open(const struct publisher_options *options, struct error *err);
void publisher_close(struct publisher *publisher);
/* Blocks until `count` subscribers have come, or `timeout` ms passed (-1: for ever); serves the ROUTER meanwhile. */
bool publisher_wait(struct publisher *publisher, int count, int64_t timeout);
/* Adds one encoded event (wire_encode_event, ndjson_read). `queue`: for the topic. `sent`: the `sent` its batch will carry (ms;
 * simulated time for demo and publish --speed; INT64_MIN: the wall clock). False: a socket error. */
bool publisher_add(struct publisher *publisher, const void *event, size_t size, struct view queue, int64_t sent, struct error *err);
bool publisher_flush(struct publisher *publisher, struct error *err);
/* Heartbeats, delayed batches, catch-up requests; call when its sockets are readable or its time has come. `sent` as above. */
bool publisher_serve(struct publisher *publisher, int64_t sent, struct error *err);
int publisher_items(struct publisher *publisher, struct zmq_pollitem_t *items); /* at most 2 */
int64_t publisher_due(const struct publisher *publisher);	      /* monotonic ms */
uint64_t publisher_sent(const struct publisher *publisher);	      /* the number of the last event sent */
int publisher_subscribers(const struct publisher *publisher);

#endif
