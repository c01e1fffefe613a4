#include "feed/stream_person.h"

#include <stdlib.h>
#include <string.h>

#include <zmq.h>

struct stream_proof stream_proof_of(void *socket, const char *endpoint)
{
	int mechanism = ZMQ_NULL;
	size_t size = sizeof mechanism;
	const bool told = zmq_getsockopt(socket, ZMQ_MECHANISM, &mechanism, &size) == 0;
	return (struct stream_proof){.is_curve = told && mechanism == ZMQ_CURVE, .is_ipc = strncmp(endpoint, "ipc://", 6) == 0};
}

/* libzmq writes what SO_PEERCRED told when the connection was made behind the address: "localhost:UID:GID:PID". */
int64_t stream_uid_of(const char *address)
{
	const char *end = address + strlen(address), *from[3];
	for (int i = 0; i < 3; i++) {
		while (end > address && end[-1] != ':')
			end--;
		if (end == address)
			return -1;
		from[i] = end--;
	}
	char *rest;
	const long long uid = strtoll(from[2], &rest, 10);
	return rest != from[2] && *rest == ':' && uid >= 0 && uid <= UINT32_MAX ? uid : -1;
}

/* A property that the transport did not set is whatever the other side says: without CURVE that is so of User-Id, and libzmq
 * sets the address before it takes the other side's. */
struct stream_person stream_person_of(const struct stream_proof *proof, struct zmq_msg_t *message)
{
	struct stream_person person = {.uid = -1};
	if (proof->is_curve)
		person.key = zmq_msg_gets(message, "User-Id");
	const char *address = proof->is_ipc ? zmq_msg_gets(message, "Peer-Address") : NULL;
	if (address)
		person.uid = stream_uid_of(address);
	return person;
}
