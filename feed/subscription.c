#include "feed/subscription.h"

#include <stdio.h>
#include <string.h>

#include <zmq.h>

#include "feed/curve.h"
#include "feed/message.h"

#define MONITORED                                                                                                                  \
	(ZMQ_EVENT_CONNECTED | ZMQ_EVENT_DISCONNECTED | ZMQ_EVENT_HANDSHAKE_SUCCEEDED | ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL |        \
		ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL | ZMQ_EVENT_HANDSHAKE_FAILED_AUTH)

/* ---- the socket and its monitor ---- */

void subscription_close(struct subscription *subscription)
{
	/* The monitor is read until nothing is told to it any more: libzmq would wait for its reader, and never end. */
	if (subscription->socket)
		zmq_socket_monitor(subscription->socket, NULL, 0);
	if (subscription->monitor)
		zmq_close(subscription->monitor);
	if (subscription->socket)
		zmq_close(subscription->socket);
	subscription->socket = subscription->monitor = NULL;
}

/* A monitor that nobody reads blocks libzmq's I/O thread: only what is needed is asked for, and every turn drains it. */
static bool open_monitor(struct subscription *subscription)
{
	char name[64];
	socket_new_name(name, sizeof name);
	if (zmq_socket_monitor(subscription->socket, name, MONITORED) != 0)
		return false;
	subscription->monitor = zmq_socket(subscription->options.zmq, ZMQ_PAIR);
	if (!subscription->monitor)
		return false;
	socket_set(subscription->monitor, ZMQ_LINGER, 0);
	return zmq_connect(subscription->monitor, name) == 0;
}

static bool open_sockets(struct subscription *subscription, struct error *err)
{
	const char *name = subscription->name, *url = subscription->url;
	subscription->socket = zmq_socket(subscription->options.zmq, ZMQ_SUB);
	if (!subscription->socket)
		return fail(err, "%s %s: no socket: %s", name, url, zmq_strerror(zmq_errno()));
	socket_set_reader(subscription->socket, url);
	if (subscription->queue > 0)
		socket_set(subscription->socket, ZMQ_RCVHWM, subscription->queue);
	if (!curve_connect(subscription->options.curve, subscription->socket, url, url, err))
		return false;
	for (int i = 0; i < SUBSCRIPTION_TOPICS && subscription->topics[i]; i++)
		zmq_setsockopt(subscription->socket, ZMQ_SUBSCRIBE, subscription->topics[i], strlen(subscription->topics[i]));
	if (!open_monitor(subscription))
		return fail(err, "%s %s: no monitor: %s", name, url, zmq_strerror(zmq_errno()));
	if (zmq_connect(subscription->socket, url) != 0)
		return fail(err, "%s %s: cannot connect: %s; give tcp://HOST:PORT or ipc://PATH", name, url, zmq_strerror(zmq_errno()));
	return true;
}

bool subscription_open(struct subscription *subscription, struct error *err)
{
	subscription_close(subscription);
	if (open_sockets(subscription, err))
		return true;
	subscription_close(subscription);
	return false;
}

int subscription_items(const struct subscription *subscription, struct zmq_pollitem_t *items)
{
	int count = 0;
	if (subscription->socket)
		items[count++] = (zmq_pollitem_t){.socket = subscription->socket, .events = ZMQ_POLLIN};
	if (subscription->monitor)
		items[count++] = (zmq_pollitem_t){.socket = subscription->monitor, .events = ZMQ_POLLIN};
	return count;
}

/* ---- what the monitor tells ---- */

/* What somebody has to do about it. */
static void tell_refusal(struct subscription *subscription, enum feed_fault fault, bool is_secured)
{
	char why[300];
	const char *peer = subscription->peer;
	if (fault == FAULT_KEY_REFUSED)
		snprintf(why, sizeof why, "%s: put our public key %s on its list of clients", feed_fault_helps[fault],
			curve_public(subscription->options.curve, subscription->url));
	else if (fault == FAULT_SERVER_KEY)
		snprintf(why, sizeof why, "%s: ask for its public key, and set server_key", feed_fault_helps[fault]);
	else if (is_secured)
		snprintf(why, sizeof why, "the %s speaks plaintext, but a server_key is set for it", peer);
	else
		snprintf(why, sizeof why, "the %s speaks only CURVE: set its server_key", peer);
	subscription->refused(subscription->context, fault, why);
}

static void tell_broken(struct subscription *subscription)
{
	char why[100];
	snprintf(why, sizeof why, "the handshake with the %s failed: is it one, and is the port right?", subscription->peer);
	subscription->refused(subscription->context, FAULT_NONE, why);
}

static void note_event(struct subscription *subscription, struct watchdog *watchdog, uint16_t event, uint32_t value, int64_t now)
{
	bool is_secured = curve_secures(subscription->options.curve, subscription->url);
	enum feed_fault fault = handshake_judge(&subscription->handshake, event, value, is_secured);
	if (fault != FAULT_NONE) {
		/* libzmq would go on trying a wrong key ten times a second: the watchdog connects anew, and more gently. */
		zmq_disconnect(subscription->socket, subscription->url);
		watchdog_refused(watchdog);
		tell_refusal(subscription, fault, is_secured);
		return;
	}
	switch (event) {
	case ZMQ_EVENT_HANDSHAKE_SUCCEEDED:
		watchdog_connected(watchdog, now);
		break;
	case ZMQ_EVENT_DISCONNECTED:
	case ZMQ_EVENT_HANDSHAKE_FAILED_NO_DETAIL:
		watchdog_disconnected(watchdog);
		break;
	case ZMQ_EVENT_HANDSHAKE_FAILED_PROTOCOL:
	case ZMQ_EVENT_HANDSHAKE_FAILED_AUTH:
		watchdog_refused(watchdog);
		tell_broken(subscription);
		break;
	default:
		break;
	}
}

void subscription_listen(struct subscription *subscription, struct watchdog *watchdog, int64_t now)
{
	struct message message;
	while (subscription->monitor && message_receive(subscription->monitor, &message) == MESSAGE_HERE) {
		uint16_t event = 0;
		uint32_t value = 0;
		if (message.first_size >= sizeof event + sizeof value) {
			memcpy(&event, message.first, sizeof event);
			memcpy(&value, (const char *)message.first + sizeof event, sizeof value);
		}
		note_event(subscription, watchdog, event, value, now);
		message_finish(&message);
	}
}

/* ---- connecting anew ---- */

void subscription_revive(struct subscription *subscription, struct watchdog *watchdog, int64_t now)
{
	enum revival revival = watchdog_revive(watchdog, now);
	if (revival == REVIVE_NOT)
		return;
	/* A link that was refused gets a new socket: keys may have been read again meanwhile. */
	if (revival == REVIVE_CONNECTION && subscription->socket && !watchdog->refused) {
		zmq_disconnect(subscription->socket, subscription->url);
		zmq_connect(subscription->socket, subscription->url);
		return;
	}
	subscription_open(subscription, NULL); /* where it fails, the next revival tries again */
}
