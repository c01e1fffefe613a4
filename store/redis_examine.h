/* For `tablo doctor`: is this Redis as a store of ours needs it? */
#ifndef STORE_REDIS_EXAMINE_H
#define STORE_REDIS_EXAMINE_H

#include "base/finding.h"

/* Connects, looks, and says a line each: the server, what it keeps, what we may do there, how long it takes to answer. `site`: whose
 * keys are tried (one key, for ten seconds). */
void redis_examine(const char *url, const char *site, const struct findings *findings);

#endif
