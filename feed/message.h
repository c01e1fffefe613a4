/* Messages of two frames as they come from a socket, and the options every socket that faces the outside gets. */
#ifndef FEED_MESSAGE_H
#define FEED_MESSAGE_H

#include <stdbool.h>
#include <stddef.h>

#include <zmq.h>

enum message_state {
	MESSAGE_NONE,	 /* nothing is there */
	MESSAGE_HERE,	 /* message_finish() when done */
	MESSAGE_SKIPPED, /* a piece of an endless message was thrown away; there may be more at once */
};

struct message {
	zmq_msg_t frame[2];
	int frames; /* 1, 2, or 3 for more than two */
	size_t first_size, payload_size;
	const void *first, *payload; /* payload: the second frame */
};

/* Never waits. Frames past the second are thrown away, a bounded number a call. */
enum message_state message_receive(void *socket, struct message *message);
void message_finish(struct message *message);
/* Throws away what is left of a message whose first frames were taken, a bounded piece at a time. True: there was some. */
bool message_skip(void *socket);

void socket_set(void *socket, int option, int value);
/* The name of an inproc socket that nobody had before: those of closed sockets stay taken for a while. `room`: 40 or more. */
void socket_new_name(char *name, size_t room);
/* For a socket that connects and reads from outside: high-water mark, limits, time-outs, keepalive. Never ZMQ_HEARTBEAT_*:
 * with a bounded queue and a reader that stalls it aborts the process. */
void socket_set_reader(void *socket, const char *endpoint);

#endif
