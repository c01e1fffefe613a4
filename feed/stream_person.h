/* Who is at the other end of a collector's socket, as the transport proved it; what he says of himself is not looked at. */
#ifndef FEED_STREAM_PERSON_H
#define FEED_STREAM_PERSON_H

#include <stdbool.h>
#include <stdint.h>

struct zmq_msg_t;

struct stream_person {
	const char *key; /* the public key of a CURVE client, which holds the secret one; NULL: none */
	int64_t uid;	 /* the user of this machine at the other end of ipc, as the kernel says; -1: not known */
};

/* The user in an address as libzmq tells it of ipc: "localhost:UID:GID:PID"; -1: none. */
int64_t stream_uid_of(const char *address);

/* What is proved on this socket. */
struct stream_proof {
	bool is_curve, is_ipc;
};
struct stream_proof stream_proof_of(void *socket, const char *endpoint);
/* Of a message that came by it; good as long as the message. */
struct stream_person stream_person_of(const struct stream_proof *proof, struct zmq_msg_t *message);

#endif
