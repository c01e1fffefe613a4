/* What the monitor of a connecting socket tells about its handshakes, judged. Knows no socket. Part of subscription.c. */
#ifndef FEED_HANDSHAKE_H
#define FEED_HANDSHAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "feed/event.h"

struct handshake {
	int broken; /* handshakes in a row that ended without a word */
};

/* `event`, `value`: of the monitor. FAULT_NONE: nothing to be refused for. A publisher with another key than the pinned one
 * cannot read our first message, and just hangs up: that is told from one that died by its doing so again and again. */
enum feed_fault handshake_judge(struct handshake *handshake, uint16_t event, uint32_t value, bool secured);

#endif
