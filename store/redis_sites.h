/* Which sites a Redis holds: for whoever looks for one that is not there. */
#ifndef STORE_REDIS_SITES_H
#define STORE_REDIS_SITES_H

#include "store/redis_link.h"

/* What is stored beside the site that is looked for: "there are acme and berlin: which one is meant says --site NAME". Harmless, and "" where
 * it cannot be told: the user may not look, or a Cluster keeps each site on a node of its own. How many were found. */
int redis_sites_text(struct redis_link *link, char *to, size_t room);

#endif
