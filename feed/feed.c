#include <string.h>

#include "base/memory.h"
#include "feed/feed.h"
#include "feed/feed_classes.h"

const struct feed_class *const feed_classes[] = {
	&tcp_feed_class,
	&ipc_feed_class,
	&inproc_feed_class,
	&file_feed_class,
	&sim_feed_class,
	NULL,
};

static const struct feed_class *find_class(const struct feed_class *const *classes, struct view scheme)
{
	for (const struct feed_class *const *class = classes; class && *class; class++)
		if (view_is(scheme, (*class)->scheme))
			return *class;
	return NULL;
}

const struct feed_class *feed_find_class(const char *url, const struct feed_class *const *more, struct error *err)
{
	const char *colon = strchr(url, ':');
	struct view scheme = {url, colon ? (size_t)(colon - url) : 0};
	const struct feed_class *class = find_class(feed_classes, scheme);
	if (!class)
		class = find_class(more, scheme);
	if (!class)
		fail(err, "feed '%.200s': no such kind of feed; give tcp://HOST:PORT, ipc://PATH, file:PATH, journal:DIR or sim:SEED",
			url);
	return class;
}

struct feed *feed_open(const char *url, const struct feed_options *options, const struct feed_sink *sink,
	struct error *err)
{
	const struct feed_class *class = feed_find_class(url, options->more, err);
	if (!class)
		return NULL;
	struct feed *feed = class->open(url, options, sink, err);
	if (!feed)
		return NULL;
	feed->class = class;
	if (!feed->endpoint)
		feed->endpoint = memory_text(url);
	return feed;
}

void feed_close(struct feed *feed)
{
	if (feed)
		feed->class->close(feed);
}
