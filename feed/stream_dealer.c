#include "feed/stream_dealer.h"

#include <stdlib.h>

#include <zmq.h>

#include "feed/catch_up.h"
#include "feed/curve.h"
#include "feed/message.h"

#define ANSWERS_QUEUED 64

void stream_dealer_init(struct stream_dealer *dealer, const char *url, const struct feed_options *options)
{
	*dealer = (struct stream_dealer){.url = url, .options = options};
}

void stream_dealer_reset(struct stream_dealer *dealer)
{
	if (dealer->socket)
		zmq_close(dealer->socket);
	dealer->socket = NULL;
}

void stream_dealer_finish(struct stream_dealer *dealer)
{
	stream_dealer_reset(dealer);
	wire_buffer_finish(&dealer->map);
}

bool stream_dealer_learn(struct stream_dealer *dealer, struct view ask)
{
	char endpoint[sizeof dealer->endpoint];
	if (!replay_endpoint(dealer->url, ask, endpoint, sizeof endpoint))
		return false;
	if (strcmp(endpoint, dealer->endpoint) == 0)
		return true;
	memcpy(dealer->endpoint, endpoint, sizeof endpoint);
	stream_dealer_reset(dealer);
	return true;
}

static bool open_socket(struct stream_dealer *dealer, struct error *err)
{
	if (dealer->socket)
		return true;
	if (!*dealer->endpoint)
		return fail(err, "collector %s: it has not said yet where to ask", dealer->url);
	void *socket = zmq_socket(dealer->options->zmq, ZMQ_DEALER);
	if (!socket)
		return fail(err, "collector %s: no socket: %s", dealer->url, zmq_strerror(zmq_errno()));
	socket_set_reader(socket, dealer->endpoint);
	socket_set(socket, ZMQ_RCVHWM, ANSWERS_QUEUED);
	/* The endpoint came over the wire: it must have the stream's own key, or a leave for plaintext. */
	bool is_good = curve_connect(dealer->options->curve, socket, dealer->url, dealer->endpoint, err);
	if (is_good && zmq_connect(socket, dealer->endpoint) != 0)
		is_good = fail(err, "collector %s: cannot connect to %s: %s", dealer->url, dealer->endpoint, zmq_strerror(zmq_errno()));
	if (!is_good) {
		zmq_close(socket);
		return false;
	}
	dealer->socket = socket;
	return true;
}

static bool send_map(struct stream_dealer *dealer)
{
	return zmq_send(dealer->socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	       zmq_send(dealer->socket, dealer->map.data, dealer->map.size, ZMQ_DONTWAIT) >= 0;
}

int64_t stream_dealer_ask(struct stream_dealer *dealer, struct stream_talk *talk, struct error *err)
{
	talk->id = dealer->id + 1;
	talk->has |= STREAM_HAS(id);
	stream_talk_write(&dealer->map, talk);
	/* A socket that takes nothing has lost its other side for good, as inproc does: a new one may find it. */
	for (int attempt = 0; attempt < 2; attempt++) {
		if (!open_socket(dealer, err))
			return 0;
		if (send_map(dealer))
			return ++dealer->id;
		fail(err, "collector %s: cannot ask at %s: %s", dealer->url, dealer->endpoint, zmq_strerror(zmq_errno()));
		stream_dealer_reset(dealer);
	}
	return 0;
}

int64_t stream_dealer_act(struct stream_dealer *dealer, struct view event, int64_t due, struct error *err)
{
	if (event.size == 0 || event.size > STREAM_EVENT_MAX) {
		fail(err, "an action of %zu bytes; 1 to %d are allowed", event.size, STREAM_EVENT_MAX);
		return 0;
	}
	for (int i = 0; i < STREAM_ACTS_MAX; i++) {
		struct stream_act *act = &dealer->acts[i];
		if (act->id)
			continue;
		struct stream_talk talk = {.op = view_of("act"), .event = event};
		act->id = stream_dealer_ask(dealer, &talk, err);
		act->due = due;
		return act->id;
	}
	fail(err, "%d actions wait for their answer already: try again in a moment", STREAM_ACTS_MAX);
	return 0;
}

bool stream_dealer_settle(struct stream_dealer *dealer, int64_t id)
{
	for (int i = 0; id && i < STREAM_ACTS_MAX; i++) {
		if (dealer->acts[i].id != id)
			continue;
		dealer->acts[i].id = 0;
		return true;
	}
	return false;
}

int64_t stream_dealer_overdue(struct stream_dealer *dealer, int64_t now)
{
	for (int i = 0; i < STREAM_ACTS_MAX; i++) {
		int64_t id = dealer->acts[i].id;
		if (id == 0 || now < dealer->acts[i].due)
			continue;
		dealer->acts[i].id = 0;
		stream_dealer_reset(dealer);
		return id;
	}
	return 0;
}

int64_t stream_dealer_due(const struct stream_dealer *dealer)
{
	int64_t due = INT64_MAX;
	for (int i = 0; i < STREAM_ACTS_MAX; i++)
		if (dealer->acts[i].id && dealer->acts[i].due < due)
			due = dealer->acts[i].due;
	return due;
}
