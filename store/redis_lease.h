/* Who writes a site: one owner, by a lease of 2 s that runs out by itself; each take-over makes the epoch one higher, and the commit
 * script turns away every older epoch. */
#ifndef STORE_REDIS_LEASE_H
#define STORE_REDIS_LEASE_H

#include "store/redis_link.h"

#define REDIS_LEASE_MS 2000 /* renew it every 500 ms or so */

enum redis_lease_step { LEASE_TAKE, LEASE_TAKE_BY_FORCE /* although another one holds it */, LEASE_RENEW, LEASE_RELEASE };

struct redis_lease {
	char meta[128], key[128]; /* "{acme}:meta", "{acme}:lease" */
	char owner[65];		  /* different for each process: host, process id and start, say */
	char journal[65];
	uint64_t schema;
	uint64_t epoch; /* what we hold; 0: nothing */
	/* A take-over is refused (TROUBLE_AHEAD) while more than this is stored, or what is stored was written in a later epoch than this:
	 * we do not have it. 0: never. The new epoch is beyond `known`. */
	uint64_t most, known;
	uint64_t watermark; /* what was stored when it was last taken or renewed */
};

/* The call for one step, for redis_worker_call(); `call` is empty before. */
void redis_lease_encode(const struct redis_lease *lease, enum redis_lease_step step, struct redis_call *call);
/* Takes in the answer: epoch and watermark. */
bool redis_lease_learn(struct redis_lease *lease, enum redis_lease_step step, const struct redis_reply *reply, struct redis_fault *fault);
/* Both over a link: TROUBLE_HELD, TROUBLE_FENCED, TROUBLE_FOREIGN, TROUBLE_SCHEMA, TROUBLE_WRONGKEY are the script's refusals. */
bool redis_lease_run(struct redis_lease *lease, enum redis_lease_step step, struct redis_link *link, struct redis_fault *fault);

#endif
