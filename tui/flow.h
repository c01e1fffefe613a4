/* How often pictures go to a terminal, by what it takes. Knows no terminal: it is told what was sent and when. Times are monotonic ms. */
#ifndef TUI_FLOW_H
#define TUI_FLOW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define FLOW_SLOWEST 5000	/* ms: a picture in five seconds even where hardly anything goes through */
#define FLOW_FRUGAL_RATE 235	/* bytes a second that a frugal board sends of its own accord */

struct flow {
	int64_t fastest;  /* ms between pictures, as set */
	int64_t interval; /* as the terminal takes them */
	int64_t next;	  /* no ordinary picture before */
	bool frugal;
	double rate;	  /* bytes a second that the terminal takes; 0: it never let any wait */
	double frame;	  /* bytes of a picture, on average */
	int64_t waiting_since; /* a picture is under way since, with so many bytes; 0: none is */
	size_t waiting;
	double credit;	  /* frugal: bytes that may be sent now; below 0 they were sent already */
	int64_t credited; /* at */
};

/* frames: pictures a second at most. */
void flow_init(struct flow *flow, double frames, bool frugal, int64_t now);
/* A picture of so many bytes was handed over; waiting: so many of them the terminal did not take at once. */
void flow_sent(struct flow *flow, size_t bytes, size_t waiting, int64_t now);
/* All that waited is gone. */
void flow_drained(struct flow *flow, int64_t now);
/* There was a picture to be sent, and an older one still waits. */
void flow_dropped(struct flow *flow, int64_t now);
/* When the next ordinary picture may go. What cannot wait (a key, a level) goes before, and counts all the same. */
int64_t flow_due(const struct flow *flow, int64_t now);

#endif
