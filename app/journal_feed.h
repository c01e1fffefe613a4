/* journal:PATH as a feed: what a collector kept, handed on again as it came, by its own clock. */
#ifndef APP_JOURNAL_FEED_H
#define APP_JOURNAL_FEED_H

#include "feed/feed.h"

/* For feed_options.more; ends with NULL. */
extern const struct feed_class *const journal_feeds[];

#endif
