#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/random.h"
#include "feed/message.h"

#define SKIP_MAX 4096
#define PIECE_MAX (4 * 1024 * 1024) /* bytes of a frame; above a payload's 1 MiB, or an oversize one would end the
				     * connection for ever instead of being refused and counted */
#define QUEUE_MESSAGES 100000

static bool more_follows(void *socket)
{
	int more = 0;
	size_t size = sizeof more;
	return zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) == 0 && more;
}

bool message_skip(void *socket)
{
	if (!more_follows(socket))
		return false;
	for (int i = 0; i < SKIP_MAX && more_follows(socket); i++) {
		zmq_msg_t frame;
		zmq_msg_init(&frame);
		zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT);
		zmq_msg_close(&frame);
	}
	return true;
}

static bool receive_frame(void *socket, zmq_msg_t *frame)
{
	zmq_msg_init(frame);
	if (zmq_msg_recv(frame, socket, ZMQ_DONTWAIT) >= 0)
		return true;
	zmq_msg_close(frame);
	return false;
}

enum message_state message_receive(void *socket, struct message *message)
{
	if (message_skip(socket))
		return MESSAGE_SKIPPED;
	*message = (struct message){0};
	if (!receive_frame(socket, &message->frame[0]))
		return MESSAGE_NONE;
	message->frames = 1;
	message->first = zmq_msg_data(&message->frame[0]);
	message->first_size = zmq_msg_size(&message->frame[0]);
	if (!zmq_msg_more(&message->frame[0]) || !receive_frame(socket, &message->frame[1]))
		return MESSAGE_HERE;
	message->frames = 2;
	message->payload = zmq_msg_data(&message->frame[1]);
	message->payload_size = zmq_msg_size(&message->frame[1]);
	if (!zmq_msg_more(&message->frame[1]))
		return MESSAGE_HERE;
	zmq_msg_close(&message->frame[1]);
	message->frames = 3;
	message_skip(socket);
	return MESSAGE_HERE;
}

void message_finish(struct message *message)
{
	zmq_msg_close(&message->frame[0]);
	if (message->frames == 2)
		zmq_msg_close(&message->frame[1]);
}

/* The options set here cannot fail with values of ours on any libzmq from 4.3 on. */
void socket_new_name(char *name, size_t room)
{
	uint64_t number;
	random_bytes(&number, sizeof number);
	snprintf(name, room, "inproc://tablo-%016" PRIx64, number);
}

void socket_set(void *socket, int option, int value)
{
	zmq_setsockopt(socket, option, &value, sizeof value);
}

void socket_set_reader(void *socket, const char *endpoint)
{
	const int64_t piece = PIECE_MAX;
	zmq_setsockopt(socket, ZMQ_MAXMSGSIZE, &piece, sizeof piece);
	socket_set(socket, ZMQ_RCVHWM, QUEUE_MESSAGES);
	socket_set(socket, ZMQ_HANDSHAKE_IVL, 5000);
	socket_set(socket, ZMQ_RECONNECT_IVL, 100);
	socket_set(socket, ZMQ_RECONNECT_IVL_MAX, 5000);
	socket_set(socket, ZMQ_CONNECT_TIMEOUT, 3000);
	socket_set(socket, ZMQ_LINGER, 0);
	if (strncmp(endpoint, "tcp:", 4) != 0)
		return;
	socket_set(socket, ZMQ_IPV6, 1);
	socket_set(socket, ZMQ_RCVBUF, 4 * 1024 * 1024);
	socket_set(socket, ZMQ_TCP_KEEPALIVE, 1);
	socket_set(socket, ZMQ_TCP_KEEPALIVE_IDLE, 10);
	socket_set(socket, ZMQ_TCP_KEEPALIVE_INTVL, 3);
	socket_set(socket, ZMQ_TCP_KEEPALIVE_CNT, 3);
}
