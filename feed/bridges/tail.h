/* Lines for a bridge, from a file that is followed or from standard input ("-"), committed in turns: what a class makes of some lines and where
 * they ended hold together, or are done again. */
#ifndef FEED_BRIDGES_TAIL_H
#define FEED_BRIDGES_TAIL_H

#include "feed/bridges/bridge.h"

struct tail;

struct tail_line {
	struct view text;
	int64_t number; /* in its file, from 1 */
};

struct tail_options {
	const struct bridge_host *host; /* copied; it is asked for --once and --from-end */
	const char *target;
	const char *key; /* in the outbox, of the position */
	/* One line: makes events and remembers, inside a commit. `host` counts: lines that are done again are not counted again. False: it cannot go on. */
	bool (*take)(void *context, const struct bridge_host *host, const struct tail_line *line, struct error *err);
	/* How many of the lines that were taken wait for more, as rows with open quotes do: those are given again after a restart, and are kept
	 * nowhere. NULL: none ever wait. */
	int (*unfinished)(void *context);
	void (*again)(void *context); /* nothing holds of what came since the last commit, nor of unfinished lines before it; may be NULL */
	void *context;
};

struct tail *tail_open(const struct tail_options *options, struct error *err);
void tail_close(struct tail *tail); /* NULL is fine */
/* As struct bridge_class has them: the class's state begins with its `struct tail *`. */
int tail_items(void *state, struct zmq_pollitem_t *items, int room);
int64_t tail_due(const void *state);
bool tail_turn(void *state, struct error *err);

#endif
