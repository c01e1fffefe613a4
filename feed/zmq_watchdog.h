/* Tells from what is heard, on the monotonic clock, how a link is, and when its socket must be connected anew: libzmq never
 * says that a publisher vanished, and after a protocol error it never tries again. Knows no socket. Part of
 * zmq_feed.c and stream_link.c. */
#ifndef FEED_ZMQ_WATCHDOG_H
#define FEED_ZMQ_WATCHDOG_H

#include "feed/feed.h"

struct watchdog {
	int64_t stale, silence, reconnect; /* of feed_options */
	int64_t opened, connected_at, first_heard;
	int64_t heard;	   /* when anything last came, or the link was opened */
	int64_t looked;	   /* when it was last asked */
	int64_t not_before; /* of the next reconnect */
	int failures;	   /* reconnects since something was last heard */
	bool ever_heard, heartbeats, connected, refused;
	bool monitored; /* the transport says when it is connected (not inproc) */
};

void watchdog_init(struct watchdog *watchdog, const struct feed_options *options, bool monitored, int64_t now);
void watchdog_heard(struct watchdog *watchdog, int64_t now);
void watchdog_heartbeat(struct watchdog *watchdog);
/* What the monitor says. */
void watchdog_connected(struct watchdog *watchdog, int64_t now);
void watchdog_disconnected(struct watchdog *watchdog);
void watchdog_refused(struct watchdog *watchdog);
/* To be called before the two below: a program that was stopped itself must not blame the feed. */
void watchdog_look(struct watchdog *watchdog, int64_t now);
enum link_state watchdog_state(const struct watchdog *watchdog, int64_t now);

enum revival { REVIVE_NOT, REVIVE_CONNECTION, REVIVE_SOCKET };
/* What is due now; counts it as done. */
enum revival watchdog_revive(struct watchdog *watchdog, int64_t now);
int64_t watchdog_due(const struct watchdog *watchdog);

#endif
