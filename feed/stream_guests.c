#include "feed/stream_guests.h"

#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <zmq.h>

#include "base/map.h"
#include "base/memory.h"

void stream_guests_finish(struct stream_guests *guests)
{
	free(guests->list);
	*guests = (struct stream_guests){0};
}

/* The other end: its address, and for ipc its process. 0: it is no connection (any more). */
static uint64_t peer_of(int descriptor)
{
	struct {
		struct sockaddr_storage address;
		struct ucred who;
	} peer;
	memset(&peer, 0, sizeof peer);
	socklen_t size = sizeof peer.address, who_size = sizeof peer.who;
	if (getpeername(descriptor, (struct sockaddr *)&peer.address, &size) != 0)
		return 0;
	if (peer.address.ss_family == AF_UNIX)
		getsockopt(descriptor, SOL_SOCKET, SO_PEERCRED, &peer.who, &who_size);
	return map_hash((struct view){(const char *)&peer, sizeof peer});
}

static struct stream_guest *place_of(struct stream_guests *guests, int descriptor)
{
	for (size_t i = 0; i < guests->count; i++)
		if (guests->list[i].descriptor == descriptor)
			return &guests->list[i];
	if (guests->count == STREAM_GUESTS_MOST)
		return &guests->list[guests->next++ % STREAM_GUESTS_MOST];
	guests->list = memory_grow(guests->list, &guests->room, guests->count + 1, sizeof *guests->list);
	return &guests->list[guests->count++];
}

void stream_guests_note(struct stream_guests *guests, const struct stream_proof *proof, struct zmq_msg_t *message)
{
	const int descriptor = zmq_msg_get(message, ZMQ_SRCFD);
	if (descriptor < 0)
		return;
	const struct stream_person who = stream_person_of(proof, message);
	struct stream_guest *guest = place_of(guests, descriptor);
	*guest = (struct stream_guest){.descriptor = descriptor, .peer = peer_of(descriptor), .uid = who.uid};
	if (who.key && strlen(who.key) < sizeof guest->key)
		memcpy(guest->key, who.key, strlen(who.key) + 1);
}

size_t stream_guests_cut(struct stream_guests *guests, stream_admits *admits, void *context)
{
	size_t kept = 0, cut = 0;
	for (size_t i = 0; i < guests->count; i++) {
		const struct stream_guest *guest = &guests->list[i];
		const struct stream_person who = {.key = *guest->key ? guest->key : NULL, .uid = guest->uid};
		if (!guest->peer || peer_of(guest->descriptor) != guest->peer)
			continue;
		if (admits(context, &who)) {
			guests->list[kept++] = *guest;
			continue;
		}
		cut += shutdown(guest->descriptor, SHUT_RDWR) == 0;
	}
	guests->count = kept;
	guests->next = 0;
	return cut;
}
