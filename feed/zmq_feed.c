#include <stdio.h>
#include <stdlib.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/catch_up.h"
#include "feed/curve.h"
#include "feed/feed_classes.h"
#include "feed/handshake.h"
#include "feed/message.h"
#include "feed/topic.h"
#include "feed/wire.h"
#include "feed/zmq_watchdog.h"

#define HEARTBEAT_MAX 512 /* bytes: only payloads this small are looked into, in search of heartbeats */
#define MONITORED                                                                                                  \
	(ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED |                            \
		ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL | ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL |                       \
		ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

struct zmq_feed {
	struct feed feed;
	struct feed_sink sink;
	struct feed_options options;
	char *prefix; /* "<site>/", or "" for everything */
	void *socket, *monitor;
	struct watchdog watchdog;
	struct handshake handshake;
	enum link_state state;
	struct catch_up *catch_up;
	struct batch batch; /* scratch */
};

static struct zmq_feed *own(struct feed *feed)
{
	return (struct zmq_feed *)feed;
}

static void refuse(struct zmq_feed *zmq, enum feed_fault fault, const char *why)
{
	zmq->sink.refused(zmq->sink.context, &zmq->feed, fault, why);
}

/* ---- the socket and its monitor ---- */

static void close_sockets(struct zmq_feed *zmq)
{
	/* The monitor is read until nothing is told to it any more: libzmq would wait for its reader, and never end. */
	if (zmq->socket)
		zmq_socket_monitor(zmq->socket, NULL, 0);
	if (zmq->monitor)
		zmq_close(zmq->monitor);
	if (zmq->socket)
		zmq_close(zmq->socket);
	zmq->socket = zmq->monitor = NULL;
}

/* A monitor that nobody reads blocks libzmq's I/O thread: only what is needed is asked for, and next() drains it. */
static bool open_monitor(struct zmq_feed *zmq)
{
	char name[64];
	socket_new_name(name, sizeof name);
	if (zmq_socket_monitor(zmq->socket, name, MONITORED) != 0)
		return false;
	zmq->monitor = zmq_socket(zmq->options.zmq, ZMQ_PAIR);
	if (!zmq->monitor)
		return false;
	socket_set(zmq->monitor, ZMQ_LINGER, 0);
	return zmq_connect(zmq->monitor, name) == 0;
}

static bool open_sockets(struct zmq_feed *zmq, struct error *err)
{
	const char *endpoint = zmq->feed.endpoint;
	zmq->socket = zmq_socket(zmq->options.zmq, ZMQ_SUB);
	if (!zmq->socket)
		return fail(err, "feed %s: no socket: %s", endpoint, zmq_strerror(zmq_errno()));
	socket_set_reader(zmq->socket, endpoint);
	if (!curve_connect(zmq->options.curve, zmq->socket, endpoint, endpoint, err))
		return false;
	zmq_setsockopt(zmq->socket, ZMQ_SUBSCRIBE, zmq->prefix, strlen(zmq->prefix));
	if (!open_monitor(zmq))
		return fail(err, "feed %s: no monitor: %s", endpoint, zmq_strerror(zmq_errno()));
	if (zmq_connect(zmq->socket, endpoint) != 0)
		return fail(err, "feed %s: cannot connect: %s; give tcp://HOST:PORT or ipc://PATH", endpoint,
			zmq_strerror(zmq_errno()));
	return true;
}

static void zmq_feed_close(struct feed *feed)
{
	struct zmq_feed *zmq = own(feed);
	close_sockets(zmq);
	catch_up_destroy(zmq->catch_up);
	batch_finish(&zmq->batch);
	free(zmq->prefix);
	free(zmq->feed.endpoint);
	free(zmq);
}

static struct feed *zmq_feed_open(const char *url, const struct feed_options *options, const struct feed_sink *sink,
	struct error *err)
{
	struct zmq_feed *zmq = memory_new(1, sizeof *zmq);
	bool any_site = !options->site || !*options->site;
	zmq->feed.endpoint = memory_text(url);
	zmq->sink = *sink;
	zmq->options = *options;
	zmq->prefix = any_site ? memory_text("") : memory_format("%s/", options->site);
	zmq->state = LINK_CONNECTING;
	zmq->catch_up = catch_up_create(&zmq->feed, options, &zmq->sink);
	watchdog_init(&zmq->watchdog, options, strncmp(url, "inproc:", 7) != 0, clock_monotonic());
	if (open_sockets(zmq, err))
		return &zmq->feed;
	zmq_feed_close(&zmq->feed);
	return NULL;
}

/* ---- what comes in ---- */

static void learn(struct zmq_feed *zmq, const void *payload, size_t size)
{
	if (size > HEARTBEAT_MAX || wire_decode(payload, size, &zmq->batch, NULL) != FAULT_NONE || zmq->batch.count)
		return;
	watchdog_heartbeat(&zmq->watchdog);
	if (zmq->batch.replay.size)
		catch_up_learn(zmq->catch_up, zmq->batch.src, zmq->batch.replay);
}

static bool acceptable(struct zmq_feed *zmq, const struct message *message)
{
	size_t prefix = strlen(zmq->prefix);
	if (message->frames != 2)
		refuse(zmq, FAULT_FRAMES,
			message->frames == 1 ? "one frame; a message is [topic][payload]"
					     : "more than two frames; a message is [topic][payload]");
	else if (message->first_size > TOPIC_MAX)
		refuse(zmq, FAULT_FRAMES, "the topic is longer than 200 bytes");
	else if (message->first_size < prefix || memcmp(message->first, zmq->prefix, prefix) != 0)
		refuse(zmq, FAULT_SITE, "the topic names another site");
	else if (message->payload_size > PAYLOAD_MAX)
		refuse(zmq, FAULT_TOO_LARGE, "the payload is over 1 MiB");
	else
		return true;
	return false;
}

/* False: nothing is there. */
static bool take_message(struct zmq_feed *zmq, int64_t now)
{
	struct message message;
	enum message_state state = message_receive(zmq->socket, &message);
	if (state != MESSAGE_HERE)
		return state == MESSAGE_SKIPPED;
	if (acceptable(zmq, &message)) {
		watchdog_heard(&zmq->watchdog, now);
		learn(zmq, message.payload, message.payload_size);
		zmq->sink.batch(zmq->sink.context, &zmq->feed, message.payload, message.payload_size, INSTANT_NONE);
	}
	message_finish(&message);
	return true;
}

/* What somebody has to do about it. */
static void tell_refusal(struct zmq_feed *zmq, enum feed_fault fault)
{
	char why[300];
	bool secured = curve_secures(zmq->options.curve, zmq->feed.endpoint);
	if (fault == FAULT_KEY_REFUSED)
		snprintf(why, sizeof why, "%s: put our public key %s on its list of clients", feed_fault_helps[fault],
			curve_public(zmq->options.curve, zmq->feed.endpoint));
	else if (fault == FAULT_SERVER_KEY)
		snprintf(why, sizeof why, "%s: ask for its public key, and set server_key", feed_fault_helps[fault]);
	else
		snprintf(why, sizeof why, "%s", secured ? "the publisher speaks plaintext, but a server_key is set for it"
							: "the publisher speaks only CURVE: set its server_key");
	refuse(zmq, fault, why);
}

/* libzmq would go on trying a wrong key ten times a second: the watchdog connects anew, and more gently. */
static void note_refusal(struct zmq_feed *zmq, enum feed_fault fault)
{
	zmq_disconnect(zmq->socket, zmq->feed.endpoint);
	watchdog_refused(&zmq->watchdog);
	tell_refusal(zmq, fault);
}

static void note_event(struct zmq_feed *zmq, uint16_t event, uint32_t value, int64_t now)
{
	bool secured = curve_secures(zmq->options.curve, zmq->feed.endpoint);
	enum feed_fault fault = handshake_judge(&zmq->handshake, event, value, secured);
	if (fault != FAULT_NONE) {
		note_refusal(zmq, fault);
		return;
	}
	switch (event) {
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		watchdog_connected(&zmq->watchdog, now);
		break;
	case ZMQ_EVENT_DISCONNECTED:
	case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
		watchdog_disconnected(&zmq->watchdog);
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		watchdog_refused(&zmq->watchdog);
		break;
	default:
		break;
	}
}

static void drain_monitor(struct zmq_feed *zmq, int64_t now)
{
	struct message message;
	while (message_receive(zmq->monitor, &message) == MESSAGE_HERE) {
		uint16_t event = 0;
		uint32_t value = 0;
		if (message.first_size >= sizeof event + sizeof value) {
			memcpy(&event, message.first, sizeof event);
			memcpy(&value, (const char *)message.first + sizeof event, sizeof value);
		}
		note_event(zmq, event, value, now);
		message_finish(&message);
	}
}

/* ---- the watchdog ---- */

/* Only called when the queue was found empty: disconnecting throws away what still waits there. */
static void revive(struct zmq_feed *zmq, enum revival revival)
{
	if (revival == REVIVE_NOT)
		return;
	/* A link that was refused gets a new socket: keys may have been read again meanwhile. */
	if (revival == REVIVE_CONNECTION && zmq->socket && !zmq->watchdog.refused) {
		zmq_disconnect(zmq->socket, zmq->feed.endpoint);
		zmq_connect(zmq->socket, zmq->feed.endpoint);
		return;
	}
	close_sockets(zmq);
	if (!open_sockets(zmq, NULL))
		close_sockets(zmq); /* tried again with the next revival */
}

static void tell_state(struct zmq_feed *zmq, int64_t now)
{
	enum link_state state = watchdog_state(&zmq->watchdog, now);
	if (state == zmq->state)
		return;
	zmq->state = state;
	zmq->sink.link(zmq->sink.context, &zmq->feed, state, now - zmq->watchdog.heard);
}

static bool take_messages(struct zmq_feed *zmq, int most)
{
	int64_t now = clock_monotonic();
	for (int i = 0; i < most; i++)
		if (!take_message(zmq, now))
			return false;
	return true;
}

static bool zmq_feed_next(struct feed *feed, int most)
{
	struct zmq_feed *zmq = own(feed);
	if (zmq->monitor)
		drain_monitor(zmq, clock_monotonic());
	bool more = zmq->socket && take_messages(zmq, most);
	int64_t now = clock_monotonic();
	watchdog_look(&zmq->watchdog, now);
	tell_state(zmq, now);
	if (!more)
		revive(zmq, watchdog_revive(&zmq->watchdog, now));
	bool more_answers = catch_up_next(zmq->catch_up, most);
	return more || more_answers;
}

static int zmq_feed_items(struct feed *feed, struct zmq_pollitem_t *items)
{
	struct zmq_feed *zmq = own(feed);
	int count = 0;
	if (zmq->socket)
		items[count++] = (zmq_pollitem_t){.socket = zmq->socket, .events = ZMQ_POLLIN};
	if (zmq->monitor)
		items[count++] = (zmq_pollitem_t){.socket = zmq->monitor, .events = ZMQ_POLLIN};
	return count + catch_up_items(zmq->catch_up, items + count);
}

static int64_t zmq_feed_due(struct feed *feed)
{
	struct zmq_feed *zmq = own(feed);
	int64_t watch = watchdog_due(&zmq->watchdog), catching = catch_up_due(zmq->catch_up);
	return watch < catching ? watch : catching;
}

static bool zmq_feed_catch_up(struct feed *feed, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	return catch_up_ask(own(feed)->catch_up, src, boot, from, to);
}

static int zmq_feed_progress(struct feed *feed)
{
	(void)feed;
	return -1;
}

#define ZMQ_FEED(name, about)                                                                                      \
	{.scheme = (name),                                                                                         \
		.help = (about),                                                                                   \
		.open = zmq_feed_open,                                                                             \
		.close = zmq_feed_close,                                                                           \
		.items = zmq_feed_items,                                                                           \
		.due = zmq_feed_due,                                                                               \
		.next = zmq_feed_next,                                                                             \
		.catch_up = zmq_feed_catch_up,                                                                     \
		.progress = zmq_feed_progress}

const struct feed_class tcp_feed_class = ZMQ_FEED("tcp", "a publisher elsewhere: tcp://HOST:PORT");
const struct feed_class ipc_feed_class = ZMQ_FEED("ipc", "a publisher on this machine: ipc://PATH");
const struct feed_class inproc_feed_class = ZMQ_FEED("inproc", "a publisher in this process: inproc://NAME");
