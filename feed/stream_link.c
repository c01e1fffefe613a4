#include "feed/stream_link.h"

#include <stdio.h>

#include <zmq.h>

#include "base/clock.h"
#include "feed/curve.h"
#include "feed/stream_wire.h"
#include "feed/topic.h"

#define MONITORED                                                                                                                  \
	(ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |        \
		ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

static void close_sockets(struct stream_link *link)
{
	/* The monitor is read until nothing is told to it any more: libzmq would wait for its reader, and never end. */
	if (link->socket)
		zmq_socket_monitor(link->socket, NULL, 0);
	if (link->monitor)
		zmq_close(link->monitor);
	if (link->socket)
		zmq_close(link->socket);
	link->socket = link->monitor = NULL;
}

/* A monitor that nobody reads blocks libzmq's I/O thread: only what is needed is asked for, and every turn drains it. */
static bool open_monitor(struct stream_link *link)
{
	char name[64];
	socket_new_name(name, sizeof name);
	if (zmq_socket_monitor(link->socket, name, MONITORED) != 0)
		return false;
	link->monitor = zmq_socket(link->options.zmq, ZMQ_PAIR);
	if (!link->monitor)
		return false;
	socket_set(link->monitor, ZMQ_LINGER, 0);
	return zmq_connect(link->monitor, name) == 0;
}

/* The two topics of a site: batches and heartbeats, and the collector's own records. */
static void subscribe(struct stream_link *link)
{
	char topic[TOPIC_ROOM + 2] = "";
	if (link->options.site && *link->options.site)
		snprintf(topic, sizeof topic, "/%s/", link->options.site);
	zmq_setsockopt(link->socket, ZMQ_SUBSCRIBE, topic, strlen(topic));
	if (*topic)
		zmq_setsockopt(link->socket, ZMQ_SUBSCRIBE, topic + 1, strlen(topic + 1));
}

static bool open_sockets(struct stream_link *link, struct error *err)
{
	link->socket = zmq_socket(link->options.zmq, ZMQ_SUB);
	if (!link->socket)
		return fail(err, "collector %s: no socket: %s", link->url, zmq_strerror(zmq_errno()));
	socket_set_reader(link->socket, link->url);
	if (link->queue > 0)
		socket_set(link->socket, ZMQ_RCVHWM, link->queue);
	if (!curve_connect(link->options.curve, link->socket, link->url, link->url, err))
		return false;
	subscribe(link);
	if (!open_monitor(link))
		return fail(err, "collector %s: no monitor: %s", link->url, zmq_strerror(zmq_errno()));
	if (zmq_connect(link->socket, link->url) != 0)
		return fail(err, "collector %s: cannot connect: %s; give tcp://HOST:PORT or ipc://PATH", link->url,
			zmq_strerror(zmq_errno()));
	return true;
}

bool stream_link_open(struct stream_link *link, const char *url, const struct feed_options *options, int queue, struct error *err)
{
	*link = (struct stream_link){.url = url, .options = *options, .queue = queue, .told_at = clock_monotonic()};
	if (options->site && strlen(options->site) + 3 > TOPIC_MAX)
		return fail(err, "the site '%.80s' is too long", options->site);
	watchdog_init(&link->watchdog, options, strncmp(url, "inproc:", 7) != 0, clock_monotonic());
	watchdog_heartbeat(&link->watchdog); /* every collector sends them: without any, something is wrong from the first second on */
	if (open_sockets(link, err))
		return true;
	close_sockets(link);
	return false;
}

void stream_link_close(struct stream_link *link)
{
	close_sockets(link);
}

int stream_link_items(const struct stream_link *link, struct zmq_pollitem_t *items)
{
	int count = 0;
	if (link->socket)
		items[count++] = (zmq_pollitem_t){.socket = link->socket, .events = ZMQ_POLLIN};
	if (link->monitor)
		items[count++] = (zmq_pollitem_t){.socket = link->monitor, .events = ZMQ_POLLIN};
	return count;
}

/* ---- the monitor ---- */

/* libzmq would go on trying a wrong key ten times a second: the watchdog connects anew, and more gently. */
static void note_refusal(struct stream_link *link, enum feed_fault fault)
{
	const char *help = feed_fault_helps[fault];
	bool is_secured = curve_secures(link->options.curve, link->url);
	zmq_disconnect(link->socket, link->url);
	watchdog_refused(&link->watchdog);
	if (fault == FAULT_KEY_REFUSED)
		snprintf(link->why, sizeof link->why, "%s: put our public key %s on its list of clients", help,
			curve_public(link->options.curve, link->url));
	else if (fault == FAULT_SERVER_KEY)
		snprintf(link->why, sizeof link->why, "%s: ask for its public key, and set server_key", help);
	else
		snprintf(link->why, sizeof link->why, "%s",
			is_secured ? "the collector speaks plaintext, but a server_key is set for it"
				   : "the collector speaks only CURVE: set its server_key");
}

static void note_event(struct stream_link *link, uint16_t event, uint32_t value, int64_t now)
{
	enum feed_fault fault = handshake_judge(&link->handshake, event, value, curve_secures(link->options.curve, link->url));
	if (fault != FAULT_NONE) {
		note_refusal(link, fault);
		return;
	}
	switch (event) {
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		watchdog_connected(&link->watchdog, now);
		break;
	case ZMQ_EVENT_DISCONNECTED:
	case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
		watchdog_disconnected(&link->watchdog);
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		watchdog_refused(&link->watchdog);
		snprintf(link->why, sizeof link->why, "the handshake with the collector failed: is it one, and is the port right?");
		break;
	default:
		break;
	}
}

void stream_link_listen(struct stream_link *link, int64_t now)
{
	struct message message;
	while (link->monitor && message_receive(link->monitor, &message) == MESSAGE_HERE) {
		uint16_t event = 0;
		uint32_t value = 0;
		if (message.first_size >= sizeof event + sizeof value) {
			memcpy(&event, message.first, sizeof event);
			memcpy(&value, (const char *)message.first + sizeof event, sizeof value);
		}
		note_event(link, event, value, now);
		message_finish(&message);
	}
}

/* ---- messages ---- */

static bool of_site(const struct stream_link *link, const struct message *message)
{
	const char *site = link->options.site, *topic = message->first;
	size_t size = message->first_size, length = site ? strlen(site) : 0;
	if (length == 0)
		return true;
	size_t skip = size && topic[0] == '/' ? 1 : 0;
	return size > skip + length && memcmp(topic + skip, site, length) == 0 && topic[skip + length] == '/';
}

static const char *judge(const struct stream_link *link, const struct message *message)
{
	if (message->frames != 2)
		return "a message that is not [topic][payload]";
	if (message->first_size > TOPIC_MAX)
		return "the topic is longer than 200 bytes";
	if (!of_site(link, message))
		return "the topic names another site";
	return message->payload_size > STREAM_MESSAGE_MAX ? "the message is too large" : NULL;
}

enum message_state stream_link_receive(struct stream_link *link, struct message *message, int64_t now, const char **why)
{
	*why = NULL;
	enum message_state state = link->socket ? message_receive(link->socket, message) : MESSAGE_NONE;
	if (state != MESSAGE_HERE)
		return state;
	*why = judge(link, message);
	if (*why) {
		message_finish(message);
		return MESSAGE_SKIPPED;
	}
	watchdog_heard(&link->watchdog, now);
	link->told_at = now;
	return MESSAGE_HERE;
}

void stream_link_revive(struct stream_link *link, int64_t now)
{
	enum revival revival = watchdog_revive(&link->watchdog, now);
	if (revival == REVIVE_NOT)
		return;
	/* A link that was refused gets a new socket: keys may have been read again meanwhile. */
	if (revival == REVIVE_CONNECTION && link->socket && !link->watchdog.refused) {
		zmq_disconnect(link->socket, link->url);
		zmq_connect(link->socket, link->url);
		return;
	}
	close_sockets(link);
	if (!open_sockets(link, NULL))
		close_sockets(link); /* tried again with the next revival */
}
