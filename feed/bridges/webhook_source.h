/* The sources of the webhook bridge: each a mapping with a `webhook` section, a path, and its secrets. */
#ifndef FEED_BRIDGES_WEBHOOK_SOURCE_H
#define FEED_BRIDGES_WEBHOOK_SOURCE_H

#include <pthread.h>

#include "feed/bridges/signature.h"
#include "feed/mapping/source.h"

#define WEBHOOK_SECRET_LEAST 8 /* bytes; with less, a secret is guessed */

struct webhook_source {
	struct source *source;
	struct signature *signature; /* NULL: not checked, by consent; of the lock once requests come */
	char *path;		     /* "/zammad" */
};

struct webhook_sources {
	struct webhook_source *list;
	size_t count;
	pthread_mutex_t lock; /* held while a signature is checked or replaced */
	bool unsigned_ones; /* there is one whose signature is not checked */
};

/* Those that --secret-file has secrets of, those of --map, and those of --unsigned. */
bool webhook_sources_open(struct webhook_sources *sources, const struct bridge_host *host, struct error *err);
/* Reads --secret-file again, while requests come. False: all stays as it was. The sources stay the same. */
bool webhook_sources_reload(struct webhook_sources *sources, const struct bridge_host *host, struct error *err);
void webhook_sources_close(struct webhook_sources *sources);
/* "/zammad" and "/zammad/" are the same; NULL: nobody's. */
struct webhook_source *webhook_sources_find(const struct webhook_sources *sources, const char *path);

#endif
