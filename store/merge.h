/* One snapshot of several sites: figures of the sums, lists joined and sorted, each site's link. Queues keep the site they are at. */
#ifndef STORE_MERGE_H
#define STORE_MERGE_H

#include "metrics/joined.h"
#include "store/snapshot.h"

struct merge_site {
	const char *name;
	const struct engine *engine; /* NULL: nothing is known of it */
	const struct settings *settings; /* the board's, with the site's zone */
	const struct zone *zone;
	enum link_state link;
	bool from_store;
	int64_t silent; /* ms */
	const char *why; /* what somebody has to do about the link, or "" */
};

struct merge {
	struct joined joined; /* of all of them, by their order */
	const struct merge_site *sites;
	int count;
	const struct engine **parts; /* its own */
};

/* The sites stay the caller's and must outlive it. Their queues' names are learned by `names`. */
void merge_set(struct merge *merge, struct engine *names, const struct merge_site *sites, int count);
void merge_finish(struct merge *merge);
/* As snapshot_create(); the scope is in the numbers of `names`, request->site chooses one site. */
struct snapshot *snapshot_merge(const struct merge *merge, const struct settings *settings, const struct zone *zone,
	const struct snapshot_request *request);

#endif
