#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/curve.h"
#include "feed/message.h"
#include "feed/publisher.h"
#include "feed/replay_ring.h"
#include "feed/replay_server.h"
#include "feed/topic.h"

#define SEND_QUEUE 100000 /* messages; libzmq's 1000 loses a burst to a healthy subscriber without a word */
#define HEARTBEAT 1000	  /* ms */
#define SLICE 20	  /* ms that a send waits at most before the sockets are served again */
#define HEADER_ROOM 1024  /* bytes of a payload that are not events, generously */
#define HURRIED_LINGER 1000 /* ms, where it was told to stop, and for answers to readers */
#define KEEP_BYTES (64 * 1024 * 1024)
#define BATCH_EVENTS 100
#define BATCH_DELAY 50

struct publisher {
	struct publisher_options options;
	char *site, *src;
	char idle_topic[TOPIC_ROOM]; /* of heartbeats and mixed batches */
	void *socket; /* XPUB: it is told of subscribers */
	struct replay_server *replay; /* or NULL */
	struct replay_ring ring; /* empty where the past is kept elsewhere */
	struct replay_past past;
	uint64_t boot, next; /* seq of the first event not yet sent */
	int subscribers;
	int64_t heartbeat_due;
	struct {
		uint8_t *data; /* encoded events, one after another */
		size_t size, room;
		int count;
		bool mixed; /* of several queues */
		char topic[TOPIC_ROOM];
		int64_t sent, due;
	} pending;
	struct wire_buffer payload; /* scratch */
};

static bool stopped(const struct publisher *publisher)
{
	struct pollfd item = {.fd = publisher->options.stop, .events = POLLIN};
	return publisher->options.stop > 0 && poll(&item, 1, 0) > 0;
}

static bool bind_socket(struct publisher *publisher, struct error *err)
{
	const struct publisher_options *options = &publisher->options;
	publisher->socket = zmq_socket(options->zmq, ZMQ_XPUB);
	if (!publisher->socket)
		return fail(err, "publish to %s: no socket: %s", options->bind, zmq_strerror(zmq_errno()));
	socket_set(publisher->socket, ZMQ_SNDHWM, SEND_QUEUE);
	socket_set(publisher->socket, ZMQ_XPUB_VERBOSER, 1);
	socket_set(publisher->socket, ZMQ_XPUB_NODROP, options->wait);
	socket_set(publisher->socket, ZMQ_SNDTIMEO, options->wait ? SLICE : 0);
	socket_set(publisher->socket, ZMQ_LINGER, (int)options->linger);
	socket_set(publisher->socket, ZMQ_HANDSHAKE_IVL, 5000);
	socket_set(publisher->socket, ZMQ_IPV6, strncmp(options->bind, "tcp://[", 7) == 0);
	if (!curve_bind(options->curve, options->zmq, publisher->socket, options->bind, err))
		return false;
	if (zmq_bind(publisher->socket, options->bind) != 0)
		return fail(err, "publish to %s: cannot bind: %s; give tcp://ADDRESS:PORT or ipc://PATH", options->bind,
			zmq_strerror(zmq_errno()));
	return true;
}

static bool open_all(struct publisher *publisher, struct error *err)
{
	const struct publisher_options *options = &publisher->options;
	if (!*publisher->src || strlen(publisher->src) > ID_MAX)
		return fail(err, "the publisher's name '%.80s' must have 1 to %d bytes", publisher->src, ID_MAX);
	if (!topic_write(publisher->idle_topic, publisher->site, (struct view){0}))
		return fail(err, "the site '%.80s' is too long or holds a '/'", publisher->site);
	if (!bind_socket(publisher, err))
		return false;
	if (!options->replay)
		return true;
	int64_t linger = options->linger < HURRIED_LINGER ? options->linger : HURRIED_LINGER;
	publisher->replay = replay_server_open(options->zmq, options->curve, options->replay, linger, err);
	return publisher->replay != NULL;
}

struct publisher *publisher_open(const struct publisher_options *options, struct error *err)
{
	struct publisher *publisher = memory_new(1, sizeof *publisher);
	publisher->options = *options;
	publisher->site = memory_text(options->site && *options->site ? options->site : "default");
	publisher->src = memory_text(options->src ? options->src : "");
	publisher->boot = options->boot ? options->boot : (uint64_t)clock_wall();
	publisher->next = options->first ? options->first : 1;
	publisher->heartbeat_due = clock_monotonic();
	if (publisher->options.batch_events <= 0)
		publisher->options.batch_events = BATCH_EVENTS;
	if (publisher->options.batch_events > BATCH_EVENTS_MAX)
		publisher->options.batch_events = BATCH_EVENTS_MAX;
	if (publisher->options.batch_delay <= 0)
		publisher->options.batch_delay = BATCH_DELAY;
	replay_ring_init(&publisher->ring, options->keep_bytes ? options->keep_bytes : KEEP_BYTES);
	publisher->past = options->past ? *options->past : replay_ring_past(&publisher->ring);
	if (open_all(publisher, err))
		return publisher;
	publisher_close(publisher);
	return NULL;
}

void publisher_close(struct publisher *publisher)
{
	if (!publisher)
		return;
	if (publisher->socket) {
		publisher_flush(publisher, NULL);
		if (stopped(publisher) && publisher->options.linger > HURRIED_LINGER)
			socket_set(publisher->socket, ZMQ_LINGER, HURRIED_LINGER);
		/* Closing frees an inproc name only later, in another thread; whoever binds it next should not have to wait. */
		if (strncmp(publisher->options.bind, "inproc:", 7) == 0)
			zmq_unbind(publisher->socket, publisher->options.bind);
		zmq_close(publisher->socket);
	}
	replay_server_close(publisher->replay);
	replay_ring_finish(&publisher->ring);
	wire_buffer_finish(&publisher->payload);
	free(publisher->pending.data);
	free(publisher->site);
	free(publisher->src);
	free(publisher);
}

/* ---- sending ---- */

static struct replay_offer offer_of(const struct publisher *publisher)
{
	return (struct replay_offer){view_of(publisher->src), publisher->boot, publisher->next, publisher->past};
}

static void note_subscription(struct publisher *publisher, const struct message *message)
{
	if (message->frames != 1 || message->first_size == 0)
		return;
	uint8_t first = *(const uint8_t *)message->first;
	if (first == 1)
		publisher->subscribers++;
	else if (first == 0 && publisher->subscribers > 0)
		publisher->subscribers--;
}

/* Subscriptions and requests; no sending of our own, so that it may be called while a send waits. */
static void serve_readers(struct publisher *publisher)
{
	struct message message;
	enum message_state state;
	while ((state = message_receive(publisher->socket, &message)) != MESSAGE_NONE) {
		if (state != MESSAGE_HERE)
			continue;
		note_subscription(publisher, &message);
		message_finish(&message);
	}
	if (!publisher->replay)
		return;
	struct replay_offer offer = offer_of(publisher);
	replay_server_serve(publisher->replay, &offer);
}

/* Sends one frame; where it waits for slow subscribers, readers are served between slices. */
static bool send_frame(struct publisher *publisher, const void *data, size_t size, int flags, struct error *err)
{
	while (zmq_send(publisher->socket, data, size, flags) < 0) {
		int reason = zmq_errno();
		if (reason != EAGAIN && reason != EINTR)
			return fail(err, "publish to %s: %s", publisher->options.bind, zmq_strerror(reason));
		if (stopped(publisher))
			return fail(err, "publish to %s: stopped while a subscriber did not read", publisher->options.bind);
		/* Serving needs the socket between two messages, not inside one. */
		if (flags & ZMQ_SNDMORE)
			serve_readers(publisher);
	}
	return true;
}

static bool send_batch(struct publisher *publisher, const char *topic, uint32_t count, int64_t sent, struct error *err)
{
	struct wire_header header = {
		.src = view_of(publisher->src),
		.boot = publisher->boot,
		.seq = publisher->next,
		.sent = publisher->options.unstamped ? INSTANT_NONE : sent == INSTANT_NONE ? clock_wall() : sent,
	};
	if (count == 0 && publisher->replay)
		header.replay = view_of(replay_server_endpoint(publisher->replay));
	wire_encode_batch(&publisher->payload, &header, count, publisher->pending.data, count ? publisher->pending.size : 0);
	const struct wire_buffer *payload = &publisher->payload;
	return send_frame(publisher, topic, strlen(topic), ZMQ_SNDMORE, err) &&
	       send_frame(publisher, payload->data, payload->size, 0, err);
}

bool publisher_flush(struct publisher *publisher, struct error *err)
{
	uint32_t count = (uint32_t)publisher->pending.count;
	if (count == 0)
		return true;
	const char *topic = publisher->pending.mixed ? publisher->idle_topic : publisher->pending.topic;
	bool sent = send_batch(publisher, topic, count, publisher->pending.sent, err);
	publisher->pending.count = 0;
	publisher->pending.size = 0;
	if (!sent)
		return false;
	uint64_t first = publisher->next;
	publisher->next += count;
	if (publisher->replay && !publisher->options.past)
		replay_ring_add(&publisher->ring, publisher->payload.data, publisher->payload.size, first,
			publisher->next - 1);
	return true;
}

static void begin_batch(struct publisher *publisher, const char *topic)
{
	publisher->pending.mixed = false;
	publisher->pending.due = clock_monotonic() + publisher->options.batch_delay;
	memcpy(publisher->pending.topic, topic, TOPIC_ROOM);
}

bool publisher_add(struct publisher *publisher, const void *event, size_t size, struct view queue, int64_t sent,
	struct error *err)
{
	if (size > PAYLOAD_MAX - HEADER_ROOM)
		return fail(err, "an event of %zu bytes is larger than a payload may be", size);
	if (publisher->pending.size + size > PAYLOAD_MAX - HEADER_ROOM && !publisher_flush(publisher, err))
		return false;
	char topic[TOPIC_ROOM];
	topic_write(topic, publisher->site, queue);
	if (publisher->pending.count == 0)
		begin_batch(publisher, topic);
	else if (strcmp(topic, publisher->pending.topic) != 0)
		publisher->pending.mixed = true;
	publisher->pending.data =
		memory_grow(publisher->pending.data, &publisher->pending.room, publisher->pending.size + size, 1);
	memcpy(publisher->pending.data + publisher->pending.size, event, size);
	publisher->pending.size += size;
	publisher->pending.sent = sent;
	if (++publisher->pending.count < publisher->options.batch_events)
		return true;
	return publisher_flush(publisher, err);
}

/* ---- what is due ---- */

/* It names the next number to come, so that a loss at the end shows. What waits goes first: the heartbeat's time would make it late. */
static bool send_heartbeat(struct publisher *publisher, int64_t sent, struct error *err)
{
	publisher->heartbeat_due = clock_monotonic() + HEARTBEAT;
	return publisher_flush(publisher, err) &&
	       send_batch(publisher, publisher->idle_topic, 0, sent, err);
}

bool publisher_serve(struct publisher *publisher, int64_t sent, struct error *err)
{
	serve_readers(publisher);
	int64_t now = clock_monotonic();
	if (publisher->pending.count && now >= publisher->pending.due && !publisher_flush(publisher, err))
		return false;
	return now < publisher->heartbeat_due || send_heartbeat(publisher, sent, err);
}

bool publisher_wait(struct publisher *publisher, int count, int64_t timeout)
{
	int64_t until = timeout < 0 ? INT64_MAX : clock_monotonic() + timeout;
	while (publisher->subscribers < count) {
		int64_t left = until - clock_monotonic();
		if (left <= 0 || stopped(publisher))
			return false;
		zmq_pollitem_t items[3];
		int used = publisher_items(publisher, items);
		if (publisher->options.stop > 0)
			items[used++] = (zmq_pollitem_t){.fd = publisher->options.stop, .events = ZMQ_POLLIN};
		zmq_poll(items, used, left < HEARTBEAT ? (long)left : HEARTBEAT);
		serve_readers(publisher);
	}
	return true;
}

int publisher_items(struct publisher *publisher, struct zmq_pollitem_t *items)
{
	items[0] = (zmq_pollitem_t){.socket = publisher->socket, .events = ZMQ_POLLIN};
	if (!publisher->replay)
		return 1;
	items[1] = (zmq_pollitem_t){.socket = replay_server_socket(publisher->replay), .events = ZMQ_POLLIN};
	return 2;
}

int64_t publisher_due(const struct publisher *publisher)
{
	int64_t due = publisher->heartbeat_due;
	return publisher->pending.count && publisher->pending.due < due ? publisher->pending.due : due;
}

uint64_t publisher_sent(const struct publisher *publisher)
{
	return publisher->next - 1;
}

int publisher_subscribers(const struct publisher *publisher)
{
	return publisher->subscribers;
}
