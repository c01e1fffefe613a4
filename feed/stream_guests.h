/* Who is connected to a collector's sockets, so that one who may not be any more can be cut off: libzmq ends no single connection of a
 * bound socket, but its descriptor can be shut down. Part of stream_server.c. */
#ifndef FEED_STREAM_GUESTS_H
#define FEED_STREAM_GUESTS_H

#include <stddef.h>

#include "feed/curve_keys.h"
#include "feed/stream_person.h"

#define STREAM_GUESTS_MOST 4096 /* of those who were heard of last */

struct stream_guest {
	int descriptor;
	uint64_t peer; /* of its address: a descriptor that is another's by now is left alone */
	char key[CURVE_KEY_ROOM];
	int64_t uid;
};

struct stream_guests {
	struct stream_guest *list;
	size_t count, room, next; /* next: the place that is used anew where there are too many */
};

void stream_guests_finish(struct stream_guests *guests);
/* A message of his came. */
void stream_guests_note(struct stream_guests *guests, const struct stream_proof *proof, struct zmq_msg_t *message);
typedef bool stream_admits(void *context, const struct stream_person *who);
/* Cuts off whom `admits` does not let in; returns how many. */
size_t stream_guests_cut(struct stream_guests *guests, stream_admits *admits, void *context);

#endif
