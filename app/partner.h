/* What a primary knows of its standby: how far it has written, and whether it keeps up. Nothing but a value. */
#ifndef APP_PARTNER_H
#define APP_PARTNER_H

#include <stdbool.h>
#include <stdint.h>

#define PARTNER_PATIENCE 1000 /* ms without an acknowledgement of what was written before; then the primary goes on alone */

struct partner {
	bool attached;
	uint64_t acked;	 /* the newest acknowledgement */
	uint64_t wanted; /* the one that shows it keeps up: what was written when the one before came */
	int64_t good_at; /* monotonic ms: when one did last */
	int64_t since;	 /* ms, wall clock: attached, or alone, since then */
};

void partner_begin(struct partner *partner, int64_t wall);
/* An acknowledgement; `written`: what we have written ourselves. A standby that keeps up acknowledges, each time, what was written when
 * it did so last: one that is far behind is not waited for. */
void partner_ack(struct partner *partner, uint64_t lsn, uint64_t written, int64_t now, int64_t wall);
/* True: it has just been lost, and the primary is alone. */
bool partner_lost(struct partner *partner, int64_t now, int64_t wall);
/* How far what is `written` may go to Redis. */
uint64_t partner_safe(const struct partner *partner, uint64_t written);

#endif
