/* A source of batches: ZeroMQ, a file of events, the simulator. A feed knows nothing of the engine: it hands on payloads and
 * says how its link is; the desk makes records of both. */
#ifndef FEED_FEED_H
#define FEED_FEED_H

#include "base/error.h"
#include "feed/event.h"

struct curve;
struct feed;
struct zmq_pollitem_t; /* of <zmq.h> */

/* What the desk gives a feed to call. */
struct feed_sink {
	void *context;
	/* A payload as it came. `at`: INT64_MIN: stamp it with the clock; else the feed's own time for it (file, sim). */
	void (*batch)(void *context, struct feed *feed, const void *payload, size_t size, int64_t at);
	/* The link changed; silent: ms since something was last heard (monotonic). */
	void (*link)(void *context, struct feed *feed, enum link_state state, int64_t silent);
	/* Something was refused before it became a payload (frames, site, too large), or a line of a file was bad. */
	void (*refused)(void *context, struct feed *feed, enum feed_fault fault, const char *why);
	/* A hole that the publisher says it can no longer fill: lost for good. */
	void (*gap)(void *context, struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to);
};

struct feed_options {
	const char *site;  /* "" any */
	int64_t silence;   /* ms until a feed without heartbeats is stale */
	int64_t stale;	   /* ms until one with heartbeats is (5000) */
	int64_t reconnect; /* ms of silence until the socket is drained and connected anew (10000) */
	double speed;	   /* file, sim: times real time; 0: as fast as it goes */
	int64_t start;	   /* file, sim: everything up to this instant at full speed, then by `speed`; INT64_MIN: from the first */
	int64_t stop;	   /* file: nothing after this instant; INT64_MAX: to the end */
	void *zmq;	   /* the ZeroMQ context */
	const struct curve *curve; /* how links are secured; NULL: plaintext, and only on this machine */
	const struct feed_class *const *more; /* kinds of feeds beside feed_classes, ends with NULL; or NULL */
};

#define FEED_POLL_MAX 8

struct feed_class {
	const char *scheme; /* "tcp", "ipc", "file", ... : what stands before the first ':' */
	const char *help;
	struct feed *(*open)(const char *url, const struct feed_options *options, const struct feed_sink *sink, struct error *err);
	void (*close)(struct feed *feed);
	/* Fills at most FEED_POLL_MAX items to wait for; returns how many. */
	int (*items)(struct feed *feed, struct zmq_pollitem_t *items);
	/* The monotonic ms at which next() wants to be called even if nothing comes; INT64_MAX: never. */
	int64_t (*due)(struct feed *feed);
	/* Takes at most `most` messages, and does what is due. True: there may be more at once. */
	bool (*next)(struct feed *feed, int most);
	/* Asks the publisher for what is missing (rate-limited inside; repeats are harmless). False: this feed cannot. */
	bool (*catch_up)(struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to);
	/* How far a file is: 0 to 1000 thousandths, -1 where it makes no sense. */
	int (*progress)(struct feed *feed);
	/* The feed's own clock now (ms since the epoch), for feeds that play by their own; NULL or INT64_MIN: it has none. */
	int64_t (*time)(struct feed *feed);
};

/* Every feed starts with this. */
struct feed {
	const struct feed_class *class;
	char *endpoint; /* as given, for people */
	uint16_t index; /* set by the desk */
};

extern const struct feed_class *const feed_classes[]; /* ends with NULL */
/* By its scheme, among those and `more`; NULL: there is none such. */
const struct feed_class *feed_find_class(const char *url, const struct feed_class *const *more, struct error *err);
struct feed *feed_open(const char *url, const struct feed_options *options, const struct feed_sink *sink, struct error *err);
void feed_close(struct feed *feed); /* NULL is fine */

#endif
