#include "feed/stream_server.h"

#include <stdlib.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/curve.h"
#include "feed/endpoint.h"
#include "feed/message.h"
#include "feed/stream_answers.h"
#include "feed/topic.h"

#define SEND_QUEUE 100000     /* messages; libzmq's 1000 loses a burst to a healthy subscriber without a word */
#define FRESH 1000	      /* ms */
#define LINGER 1000	      /* ms */
#define HEARTBEAT 1000	      /* ms of idleness */
#define HEARTBEAT_BUSY 5000   /* ms: also between records, for `ask` is in them */
#define HEARTBEAT_SPACING 100 /* ms: one who subscribes gets one soon, but cannot ask for more by doing it again */
#define SUBSCRIPTIONS_A_TURN 64

struct stream_server {
	struct stream_server_options options;
	char *bind, *ask, *site, *program;
	char topic[TOPIC_ROOM];	    /* of batches and heartbeats */
	char own_topic[TOPIC_ROOM]; /* of the collector's own records: no reader of a feed subscribes to it */
	char endpoint[STREAM_ENDPOINT_MAX];
	void *socket; /* XPUB: it is told of subscribers */
	struct stream_proof proof;
	struct stream_guests guests; /* of the XPUB */
	struct stream_answers *answers;
	uint64_t lsn;
	int64_t recv;
	int64_t heartbeat_at, record_at; /* monotonic ms of the last ones */
	bool is_mute;
	bool is_awaited; /* somebody subscribed since the last heartbeat */
	struct stream_counts counts;
	struct wire_buffer message; /* scratch */
};

static bool bind_socket(struct stream_server *server, struct error *err)
{
	const struct stream_server_options *options = &server->options;
	server->socket = zmq_socket(options->zmq, ZMQ_XPUB);
	if (!server->socket)
		return fail(err, "stream %s: no socket: %s", server->bind, zmq_strerror(zmq_errno()));
	socket_set(server->socket, ZMQ_SNDHWM, options->queue);
	socket_set(server->socket, ZMQ_XPUB_VERBOSER, 1);
	socket_set(server->socket, ZMQ_XPUB_NODROP, 1);
	socket_set(server->socket, ZMQ_LINGER, (int)options->linger);
	socket_set(server->socket, ZMQ_HANDSHAKE_IVL, 5000);
	socket_set(server->socket, ZMQ_IPV6, strncmp(server->bind, "tcp://[", 7) == 0);
	if (!curve_bind(options->curve, options->zmq, server->socket, server->bind, err))
		return false;
	if (zmq_bind(server->socket, server->bind) != 0)
		return fail(err, "stream %s: cannot bind: %s; give tcp://ADDRESS:PORT or ipc://PATH", server->bind,
			zmq_strerror(zmq_errno()));
	server->proof = stream_proof_of(server->socket, server->bind);
	return endpoint_bound(server->socket, server->endpoint, sizeof server->endpoint) ||
	       fail(err, "stream %s: the endpoint is longer than %d bytes; give a shorter one", server->bind, STREAM_ENDPOINT_MAX - 1);
}

static bool open_all(struct stream_server *server, const struct stream_source *source, struct error *err)
{
	if (!topic_write(server->topic, server->site, (struct view){0}) || strlen(server->site) + 3 > TOPIC_MAX)
		return fail(err, "the site '%.80s' is too long or holds a '/'", server->site);
	memcpy(server->own_topic, "/", 1);
	memcpy(server->own_topic + 1, server->site, strlen(server->site));
	server->own_topic[1 + strlen(server->site)] = '/';
	if (!bind_socket(server, err))
		return false;
	server->answers = stream_answers_open(&server->options, source, &server->counts, err);
	if (!server->answers)
		return false;
	stream_answers_move(server->answers, &server->options.origin, server->lsn, server->recv);
	return true;
}

struct stream_server *stream_server_open(const struct stream_server_options *options, const struct stream_source *source,
	struct error *err)
{
	struct stream_server *server = memory_new(1, sizeof *server);
	server->options = *options;
	server->options.bind = server->bind = memory_text(options->bind);
	server->options.ask = server->ask = memory_text(options->ask);
	server->options.site = server->site = memory_text(options->site && *options->site ? options->site : "default");
	server->options.program = server->program = memory_text(options->program ? options->program : "");
	if (options->queue <= 0)
		server->options.queue = SEND_QUEUE;
	if (options->fresh <= 0)
		server->options.fresh = FRESH;
	if (options->linger <= 0)
		server->options.linger = LINGER;
	server->lsn = options->lsn;
	server->recv = options->recv;
	server->is_mute = options->mute;
	server->heartbeat_at = server->record_at = clock_monotonic() - HEARTBEAT;
	if (open_all(server, source, err))
		return server;
	stream_server_close(server);
	return NULL;
}

void stream_server_close(struct stream_server *server)
{
	if (!server)
		return;
	if (server->socket) {
		/* Closing frees an inproc name only later, in another thread. */
		if (strncmp(server->bind, "inproc:", 7) == 0)
			zmq_unbind(server->socket, server->bind);
		zmq_close(server->socket);
	}
	stream_answers_close(server->answers);
	stream_guests_finish(&server->guests);
	wire_buffer_finish(&server->message);
	free(server->bind);
	free(server->ask);
	free(server->site);
	free(server->program);
	free(server);
}

/* ---- sending ---- */

static bool send_both(struct stream_server *server, const char *topic)
{
	return zmq_send(server->socket, topic, strlen(topic), ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	       zmq_send(server->socket, server->message.data, server->message.size, ZMQ_DONTWAIT) >= 0;
}

/* libzmq drops for a full queue without a word, or refuses to send to anybody: first the latter, so that it is counted. */
static bool send_message(struct stream_server *server, const char *topic, struct error *err)
{
	if (send_both(server, topic))
		return true;
	int reason = zmq_errno();
	bool is_sent = false;
	if (reason == EAGAIN) {
		server->counts.slow++;
		socket_set(server->socket, ZMQ_XPUB_NODROP, 0);
		is_sent = send_both(server, topic);
		reason = zmq_errno();
		socket_set(server->socket, ZMQ_XPUB_NODROP, 1);
	}
	return is_sent || fail(err, "stream %s: %s", server->bind, zmq_strerror(reason));
}

bool stream_server_publish(struct stream_server *server, const struct frame *frame, struct error *err)
{
	server->lsn = frame->lsn;
	server->recv = frame->recv;
	stream_answers_move(server->answers, &server->options.origin, frame->lsn, frame->recv);
	if (!stream_encode(&server->message, frame, &server->options.origin, err)) {
		server->counts.unsendable++;
		return false;
	}
	if (!send_message(server, frame->type == FRAME_BATCH ? server->topic : server->own_topic, err))
		return false;
	server->record_at = clock_monotonic();
	server->counts.records++;
	server->counts.bytes += server->message.size;
	return true;
}

static void send_heartbeat(struct stream_server *server, int64_t now)
{
	struct view ask = view_of(stream_answers_endpoint(server->answers));
	stream_encode_heartbeat(&server->message, server->lsn, server->recv, &server->options.origin, ask);
	send_message(server, server->topic, NULL);
	server->heartbeat_at = now;
	server->is_awaited = false;
}

void stream_server_restart(struct stream_server *server, const struct stream_origin *origin, uint64_t lsn, int64_t recv)
{
	server->options.origin = *origin;
	server->lsn = lsn;
	server->recv = recv;
	stream_answers_move(server->answers, origin, lsn, recv);
	if (!server->is_mute)
		send_heartbeat(server, clock_monotonic());
}

void stream_server_lead(struct stream_server *server, const struct stream_origin *origin, const char *epochs, uint64_t lsn, int64_t recv)
{
	server->is_mute = false;
	stream_answers_lead(server->answers, epochs);
	stream_server_restart(server, origin, lsn, recv);
}

/* ---- what is due ---- */

static int64_t heartbeat_due(const struct stream_server *server)
{
	if (server->is_mute)
		return INT64_MAX;
	if (server->is_awaited)
		return server->heartbeat_at + HEARTBEAT_SPACING;
	int64_t last = server->record_at > server->heartbeat_at ? server->record_at : server->heartbeat_at;
	int64_t idle = last + HEARTBEAT, busy = server->heartbeat_at + HEARTBEAT_BUSY;
	return idle < busy ? idle : busy;
}

static void note_subscription(struct stream_server *server, const struct message *message)
{
	if (message->frames != 1 || message->first_size == 0)
		return;
	uint8_t first = *(const uint8_t *)message->first;
	/* Each client subscribes to two topics; one is what counts it. */
	bool is_own = message->first_size > 1 && ((const char *)message->first)[1] == '/';
	if (first == 1 && !is_own) {
		server->counts.subscribers++;
		server->is_awaited = true;
	} else if (first == 0 && !is_own && server->counts.subscribers > 0) {
		server->counts.subscribers--;
	}
}

/* True: there may be more. */
static bool take_subscriptions(struct stream_server *server)
{
	for (int i = 0; i < SUBSCRIPTIONS_A_TURN; i++) {
		struct message message;
		enum message_state state = message_receive(server->socket, &message);
		if (state == MESSAGE_NONE)
			return false;
		if (state != MESSAGE_HERE)
			continue;
		note_subscription(server, &message);
		stream_guests_note(&server->guests, &server->proof, &message.frame[0]);
		message_finish(&message);
	}
	return true;
}

bool stream_server_serve(struct stream_server *server)
{
	bool more = take_subscriptions(server);
	int64_t now = clock_monotonic();
	if (now >= heartbeat_due(server))
		send_heartbeat(server, now);
	bool more_requests = stream_answers_serve(server->answers, now);
	return more || more_requests;
}

size_t stream_server_cut(struct stream_server *server, stream_admits *admits, void *context)
{
	return stream_guests_cut(&server->guests, admits, context) + stream_answers_cut(server->answers, admits, context);
}

int stream_server_items(struct stream_server *server, struct zmq_pollitem_t *items)
{
	items[0] = (zmq_pollitem_t){.socket = server->socket, .events = ZMQ_POLLIN};
	items[1] = (zmq_pollitem_t){.socket = stream_answers_socket(server->answers), .events = ZMQ_POLLIN};
	return 2;
}

int64_t stream_server_due(const struct stream_server *server)
{
	int64_t heartbeat = heartbeat_due(server), answers = stream_answers_due(server->answers);
	return heartbeat < answers ? heartbeat : answers;
}

const char *stream_server_endpoint(const struct stream_server *server)
{
	return server->endpoint;
}

const char *stream_server_ask_endpoint(const struct stream_server *server)
{
	return stream_answers_endpoint(server->answers);
}

struct stream_counts stream_server_counts(const struct stream_server *server)
{
	return server->counts;
}
