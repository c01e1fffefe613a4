/* Which server: what Sentinel says, what a Cluster's redirection names, which node is tried next. */
#ifndef STORE_REDIS_RESOLVE_H
#define STORE_REDIS_RESOLVE_H

#include "store/redis_peer.h"
#include "store/redis_url.h"

struct redis_resolve {
	int first;		   /* the host that answered last */
	struct redis_address last; /* the Cluster's node that had our slot; empty: not known */
};

/* The `index`th node to try: the one that had our slot, then those of the URL. False: no more. */
bool redis_resolve_node(const struct redis_resolve *resolve, const struct redis_url *url, int index, struct redis_address *address);
/* Asks a Sentinel for the master's address. */
bool redis_resolve_master(struct redis_peer *sentinel, const struct redis_url *url, struct redis_address *master, struct redis_fault *fault);
/* The address in "MOVED 3999 127.0.0.1:6381" or "ASK ..."; an empty host is that of the node that said it. */
bool redis_resolve_target(struct view reply, const struct redis_address *from, struct redis_address *target, struct redis_fault *fault);

#endif
