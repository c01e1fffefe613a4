/* One connection to one server: bytes out, replies in, within a time and a size. After any failure it is of no more use. */
#ifndef STORE_REDIS_PEER_H
#define STORE_REDIS_PEER_H

#include "store/redis_command.h"
#include "store/redis_guard.h"
#include "store/redis_reply.h"
#include "store/redis_tls.h"

#define REDIS_PIPELINE_MOST 64 /* commands on their way at once */

struct redis_peer;

/* Connects; `tls` NULL: without. `stop`: a descriptor that ends all waiting when it is readable, -1: none. Outlive the peer: limits. */
struct redis_peer *redis_peer_open(const struct redis_address *address, const struct redis_limits *limits, struct redis_tls *tls, int stop,
	struct redis_fault *fault);
void redis_peer_close(struct redis_peer *peer);
const struct redis_address *redis_peer_address(const struct redis_peer *peer);
/* Sends all commands, at most REDIS_PIPELINE_MOST ahead of their replies, and adds one reply for each. Error replies are replies.
 * False: `replies` holds what came before, and whether the rest was done is not known. */
bool redis_peer_exchange(struct redis_peer *peer, const struct redis_commands *commands, struct redis_replies *replies,
	struct redis_fault *fault);

#endif
