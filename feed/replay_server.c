#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/curve.h"
#include "feed/endpoint.h"
#include "feed/message.h"
#include "feed/replay_server.h"
#include "feed/replay_wire.h"

#define ANSWER_BATCHES_MAX 64
#define ANSWER_BYTES_MAX (8 * 1024 * 1024)
#define REQUESTS_A_SECOND 4	   /* of one reader */
#define ALL_REQUESTS_A_SECOND 64   /* of all together: names cost a hostile reader nothing */
#define REQUESTS_A_TURN 16
#define READERS_MAX 256
#define REQUEST_FRAME_MAX (64 * 1024)
#define ENDPOINT_ROOM 256

/* Tokens in thousandths: a reader has four at most and gains four a second. */
struct allowance {
	int64_t tokens, at;
};

struct reader {
	uint8_t name[255];
	uint8_t size;
	struct allowance allowance;
};

struct replay_server {
	void *socket;
	char endpoint[ENDPOINT_ROOM];
	struct reader *readers;
	size_t reader_count;
	struct allowance all;
};

static bool spend(struct allowance *allowance, int64_t a_second, int64_t now)
{
	int64_t passed = now - allowance->at < 1000 ? now - allowance->at : 1000;
	allowance->at = now;
	allowance->tokens += passed * a_second;
	if (allowance->tokens > a_second * 1000)
		allowance->tokens = a_second * 1000;
	if (allowance->tokens < 1000)
		return false;
	allowance->tokens -= 1000;
	return true;
}

static struct reader *longest_unheard(struct replay_server *server)
{
	struct reader *oldest = &server->readers[0];
	for (size_t i = 1; i < server->reader_count; i++)
		if (server->readers[i].allowance.at < oldest->allowance.at)
			oldest = &server->readers[i];
	return oldest;
}

static struct reader *find_reader(struct replay_server *server, const void *name, size_t size, int64_t now)
{
	for (size_t i = 0; i < server->reader_count; i++) {
		struct reader *reader = &server->readers[i];
		if (reader->size == size && memcmp(reader->name, name, size) == 0)
			return reader;
	}
	struct reader *reader = server->reader_count < READERS_MAX ? &server->readers[server->reader_count++]
								   : longest_unheard(server);
	*reader = (struct reader){.size = (uint8_t)size, .allowance = {REQUESTS_A_SECOND * 1000, now}};
	memcpy(reader->name, name, size);
	return reader;
}

static bool bind_socket(struct replay_server *server, void *zmq, struct curve *curve, const char *bind, int64_t linger,
	struct error *err)
{
	server->socket = zmq_socket(zmq, ZMQ_ROUTER);
	if (!server->socket)
		return fail(err, "replay %s: no socket: %s", bind, zmq_strerror(zmq_errno()));
	const int64_t largest = REQUEST_FRAME_MAX;
	zmq_setsockopt(server->socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest);
	/* Room for all the answers of a second; a reader that does not read gets no more. */
	socket_set(server->socket, ZMQ_SNDHWM, REQUESTS_A_SECOND * (ANSWER_BATCHES_MAX + 1));
	socket_set(server->socket, ZMQ_RCVHWM, 64);
	socket_set(server->socket, ZMQ_ROUTER_MANDATORY, 1);
	socket_set(server->socket, ZMQ_LINGER, (int)linger);
	socket_set(server->socket, ZMQ_HANDSHAKE_IVL, 5000);
	if (!curve_bind(curve, zmq, server->socket, bind, err))
		return false;
	if (zmq_bind(server->socket, bind) != 0)
		return fail(err, "replay %s: cannot bind: %s", bind, zmq_strerror(zmq_errno()));
	return endpoint_bound(server->socket, server->endpoint, sizeof server->endpoint) ||
	       fail(err, "the replay endpoint is longer than %d bytes; give a shorter one", ENDPOINT_ROOM - 1);
}

struct replay_server *replay_server_open(void *zmq, struct curve *curve, const char *bind, int64_t linger, struct error *err)
{
	struct replay_server *server = memory_new(1, sizeof *server);
	server->readers = memory_new(READERS_MAX, sizeof *server->readers);
	server->all = (struct allowance){ALL_REQUESTS_A_SECOND * 1000, clock_monotonic()};
	if (bind_socket(server, zmq, curve, bind, linger, err))
		return server;
	replay_server_close(server);
	return NULL;
}

void replay_server_close(struct replay_server *server)
{
	if (!server)
		return;
	if (server->socket)
		zmq_close(server->socket);
	free(server->readers);
	free(server);
}

void *replay_server_socket(const struct replay_server *server)
{
	return server->socket;
}

const char *replay_server_endpoint(const struct replay_server *server)
{
	return server->endpoint;
}

/* False: the reader is gone, or does not read. */
static bool send_to(struct replay_server *server, struct view reader, const void *payload, size_t size)
{
	return zmq_send(server->socket, reader.data, reader.size, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	       zmq_send(server->socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) >= 0 &&
	       zmq_send(server->socket, payload, size, ZMQ_DONTWAIT) >= 0;
}

/* False: it was not all sent, so the last word must not be either. */
static bool send_batches(struct replay_server *server, const struct replay_offer *offer, struct view reader,
	const struct replay_map *request)
{
	const struct replay_past *past = &offer->past;
	struct replay_batch batch;
	size_t bytes = 0;
	uint64_t next = request->from;
	for (int sent = 0; sent < ANSWER_BATCHES_MAX && next <= request->to && past->batch(past->context, next, &batch); sent++) {
		bytes += batch.size;
		if (batch.first > request->to || (sent && bytes > ANSWER_BYTES_MAX))
			return true;
		if (!send_to(server, reader, batch.payload, batch.size))
			return false;
		next = batch.last + 1;
	}
	return true;
}

/* Of another src, or of a boot that is over, there is nothing up to and with `to`. */
static uint64_t have_from(const struct replay_offer *offer, const struct replay_map *request, bool ours)
{
	if (!ours)
		return request->to < UINT64_MAX ? request->to + 1 : UINT64_MAX;
	const uint64_t oldest = offer->past.oldest(offer->past.context);
	return oldest ? oldest : offer->next;
}

static void answer(struct replay_server *server, const struct replay_offer *offer, struct view reader,
	const struct replay_map *request)
{
	bool ours = view_equals(request->src, offer->src) && request->boot == offer->boot;
	if (ours && !send_batches(server, offer, reader, request))
		return;
	uint8_t end[REPLAY_MAP_MAX];
	send_to(server, reader, end, replay_end_write(end, have_from(offer, request, ours)));
}

static bool good_request(struct view payload, struct replay_map *request)
{
	return replay_map_read(payload.data, payload.size, request) && request->src.data && request->has_boot &&
	       request->has_from && request->has_to && request->from <= request->to;
}

static struct view frame_view(zmq_msg_t *frame)
{
	return (struct view){zmq_msg_data(frame), zmq_msg_size(frame)};
}

/* [reader][""][map]; whatever else is dropped without an answer. */
static void take_request(struct replay_server *server, const struct replay_offer *offer, zmq_msg_t *frames, int count)
{
	struct view reader = frame_view(&frames[0]);
	struct replay_map request;
	int64_t now = clock_monotonic();
	if (count != 3 || reader.size > 255 || zmq_msg_size(&frames[1]) != 0)
		return;
	if (!spend(&find_reader(server, reader.data, reader.size, now)->allowance, REQUESTS_A_SECOND, now) ||
		!spend(&server->all, ALL_REQUESTS_A_SECOND, now))
		return;
	if (good_request(frame_view(&frames[2]), &request))
		answer(server, offer, reader, &request);
}

static bool receive(struct replay_server *server, const struct replay_offer *offer)
{
	zmq_msg_t frames[3];
	int count = 0;
	bool more = true;
	while (more && count < 3) {
		zmq_msg_init(&frames[count]);
		if (zmq_msg_recv(&frames[count], server->socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(&frames[count]);
			break;
		}
		more = zmq_msg_more(&frames[count++]);
	}
	if (count)
		take_request(server, offer, frames, more ? 0 : count);
	for (int i = 0; i < count; i++)
		zmq_msg_close(&frames[i]);
	return count > 0;
}

void replay_server_serve(struct replay_server *server, const struct replay_offer *offer)
{
	for (int i = 0; i < REQUESTS_A_TURN; i++) {
		if (message_skip(server->socket))
			continue;
		if (!receive(server, offer))
			return;
	}
}
