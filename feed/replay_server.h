/* The ROUTER of a publisher: answers readers that ask for what they missed, within limits no reader can lift. */
#ifndef FEED_REPLAY_SERVER_H
#define FEED_REPLAY_SERVER_H

#include "base/error.h"
#include "base/view.h"
#include "feed/replay_ring.h"

struct curve;
struct replay_server;

/* `bind`: a ZeroMQ endpoint; `curve` as for the publisher. */
struct replay_server *replay_server_open(void *zmq, struct curve *curve, const char *bind, int64_t linger, struct error *err);
void replay_server_close(struct replay_server *server);
void *replay_server_socket(const struct replay_server *server);
/* The endpoint to tell readers: with the port that was bound, and `*` where it was bound to every address. */
const char *replay_server_endpoint(const struct replay_server *server);

struct replay_offer {
	struct view src;
	uint64_t boot;
	uint64_t next; /* seq of the next event to be sent */
	struct replay_past past;
};
/* Answers a bounded number of waiting requests. */
void replay_server_serve(struct replay_server *server, const struct replay_offer *offer);

#endif
