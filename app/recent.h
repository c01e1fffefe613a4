/* What a standby's feeds brought lately: payloads in the order they came, the oldest forgotten beyond a time and a size. Nobody folds
 * them unless the standby takes over. */
#ifndef APP_RECENT_H
#define APP_RECENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

struct recent;

#define RECENT_TIME 60000		       /* ms */
#define RECENT_BYTES ((size_t)64 << 20) /* with what keeps them */

struct recent_payload {
	uint16_t feed;
	int64_t came; /* monotonic ms */
	struct view bytes;
};

/* most_time: ms; most_bytes: of all payloads. */
struct recent *recent_create(int64_t most_time, size_t most_bytes);
void recent_destroy(struct recent *recent); /* NULL is fine */
/* Copies the payload. One that is larger than everything may be is not kept. */
void recent_add(struct recent *recent, uint16_t feed, struct view payload, int64_t now);
/* The oldest, until the next call of any function here; false: there is none. */
bool recent_first(const struct recent *recent, struct recent_payload *payload);
void recent_drop(struct recent *recent);
size_t recent_count(const struct recent *recent);
size_t recent_bytes(const struct recent *recent);

#endif
