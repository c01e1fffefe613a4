/* What a board shows that has only Redis: the collector's engine as it is stored, looked at once a second. */
#ifndef APP_STORED_H
#define APP_STORED_H

#include "config/settings.h"
#include "feed/event.h"
#include "metrics/engine.h"

struct stored;

/* False: the URL is wrong. What is stored is read here, where it can be; else it is tried again. */
struct stored *stored_open(const char *url, const struct settings *settings, struct error *err);
void stored_close(struct stored *stored);
/* The engine read last, now the caller's; NULL: nothing newer. Reads when it is due: waits for Redis, two seconds at most. */
struct engine *stored_take(struct stored *stored);
int64_t stored_due(const struct stored *stored); /* monotonic ms */
/* LINK_CONNECTING: nothing read yet; LIVE: what is stored moves on; STALE: it does not, or Redis is away. silent: ms; `why`: what to do,
 * or "". */
enum link_state stored_link(const struct stored *stored, int64_t *silent, const char **why);

/* Nothing was read, for this Redis holds other sites. */
bool stored_is_mistaken(const struct stored *stored);

#endif
