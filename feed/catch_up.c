#include <stdlib.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/catch_up.h"
#include "feed/curve.h"
#include "feed/replay_wire.h"
#include "feed/wire.h"
#include "feed/message.h"

#define SOURCES_MAX 16
#define HOLES_MAX 64
#define ENDPOINT_ROOM 512
#define ANSWER_BATCHES_MAX 64
#define REQUEST_SPACING 260 /* ms: a little under four requests a second */
#define ATTEMPTS_MAX 5	    /* requests without an answer until a hole is given up */
#define FRUITLESS_MAX 3	    /* answers without a missing batch */
#define NOTHING_BEYOND UINT64_MAX

/* Whom this feed offered to ask, by the publisher's name. */
struct source {
	char src[ID_MAX + 1];
	char endpoint[ENDPOINT_ROOM];
};

struct hole {
	int source;
	uint64_t boot;
	uint64_t next, to;    /* still missing, both inclusive */
	uint64_t beyond, beyond_last; /* what an answer gave past `next`: its first unbroken run */
	int attempts, fruitless;
	int64_t not_before;   /* monotonic ms */
};

struct catch_up {
	struct feed *feed;
	const struct feed_sink *sink;
	int64_t timeout; /* ms without a sign until a request counts as lost */
	void *zmq;
	const struct curve *curve;
	struct source sources[SOURCES_MAX];
	int source_count;
	struct hole holes[HOLES_MAX]; /* the first is the one asked for, or the next to be */
	int hole_count;
	void *socket; /* DEALER, or NULL */
	int socket_source;
	bool asked;	      /* a request for the first hole is under way */
	int64_t asked_at;     /* or the last useful answer to it */
	int64_t next_request; /* monotonic ms */
	int answered;	      /* batches of this answer so far */
	bool progress;
	struct batch batch; /* scratch */
};

struct catch_up *catch_up_create(struct feed *feed, const struct feed_options *options, const struct feed_sink *sink)
{
	struct catch_up *catch_up = memory_new(1, sizeof *catch_up);
	catch_up->feed = feed;
	catch_up->sink = sink;
	catch_up->zmq = options->zmq;
	catch_up->curve = options->curve;
	catch_up->timeout = options->stale / 2 > 100 ? options->stale / 2 : 100;
	return catch_up;
}

static void close_socket(struct catch_up *catch_up)
{
	if (catch_up->socket)
		zmq_close(catch_up->socket);
	catch_up->socket = NULL;
	catch_up->asked = false;
}

void catch_up_destroy(struct catch_up *catch_up)
{
	if (!catch_up)
		return;
	close_socket(catch_up);
	batch_finish(&catch_up->batch);
	free(catch_up);
}

static int find_source(const struct catch_up *catch_up, struct view src)
{
	for (int i = 0; i < catch_up->source_count; i++)
		if (view_is(src, catch_up->sources[i].src))
			return i;
	return -1;
}

void catch_up_learn(struct catch_up *catch_up, struct view src, struct view replay)
{
	char endpoint[ENDPOINT_ROOM];
	if (src.size == 0 || src.size > ID_MAX || memchr(src.data, 0, src.size) ||
		!replay_endpoint(catch_up->feed->endpoint, replay, endpoint, sizeof endpoint))
		return;
	int number = find_source(catch_up, src);
	if (number < 0) {
		if (catch_up->source_count == SOURCES_MAX)
			return;
		number = catch_up->source_count++;
		view_copy(src, catch_up->sources[number].src, sizeof catch_up->sources[number].src);
	}
	struct source *source = &catch_up->sources[number];
	if (strcmp(source->endpoint, endpoint) == 0)
		return;
	memcpy(source->endpoint, endpoint, sizeof endpoint);
	if (catch_up->socket_source == number)
		close_socket(catch_up);
}

/* What of [from, to] is not waited for yet; false: all of it is. The hole that touches it at its end is widened, so that
 * a repeated or growing request stays one hole. */
static bool trim(struct catch_up *catch_up, int source, uint64_t boot, uint64_t *from, uint64_t *to)
{
	for (int i = 0; i < catch_up->hole_count; i++) {
		struct hole *hole = &catch_up->holes[i];
		if (hole->source != source || hole->boot != boot || *from > hole->to || *to < hole->next)
			continue;
		if (*from >= hole->next) {
			if (*to > hole->to)
				hole->to = *to;
			return false;
		}
		if (*to > hole->to)
			hole->to = *to;
		*to = hole->next - 1;
	}
	return true;
}

bool catch_up_ask(struct catch_up *catch_up, struct view src, uint64_t boot, uint64_t from, uint64_t to)
{
	int source = find_source(catch_up, src);
	if (source < 0 || from > to)
		return false;
	if (!trim(catch_up, source, boot, &from, &to))
		return true;
	if (catch_up->hole_count == HOLES_MAX)
		return false;
	catch_up->holes[catch_up->hole_count++] =
		(struct hole){.source = source, .boot = boot, .next = from, .to = to, .beyond = NOTHING_BEYOND};
	return true;
}

static void remove_first(struct catch_up *catch_up)
{
	catch_up->hole_count--;
	memmove(catch_up->holes, catch_up->holes + 1, (size_t)catch_up->hole_count * sizeof *catch_up->holes);
}

/* The first hole goes to the end of the queue: no hole keeps the others waiting. */
static void rotate(struct catch_up *catch_up)
{
	struct hole first = catch_up->holes[0];
	remove_first(catch_up);
	catch_up->holes[catch_up->hole_count++] = first;
}

/* What cannot come any more, up to `last`. */
static void give_up(struct catch_up *catch_up, struct hole *hole, uint64_t last)
{
	if (last > hole->to)
		last = hole->to;
	if (last < hole->next)
		return;
	const struct source *source = &catch_up->sources[hole->source];
	uint64_t from = hole->next;
	hole->next = last + 1;
	catch_up->sink->gap(catch_up->sink->context, catch_up->feed, view_of(source->src), hole->boot, from, last);
}

static bool filled(const struct hole *hole)
{
	return hole->next > hole->to || hole->next == 0;
}

static void finish_request(struct catch_up *catch_up)
{
	struct hole *hole = &catch_up->holes[0];
	catch_up->asked = false;
	if (filled(hole))
		remove_first(catch_up);
	else
		rotate(catch_up);
}

static void refuse(struct catch_up *catch_up, enum feed_fault fault, const char *why)
{
	catch_up->sink->refused(catch_up->sink->context, catch_up->feed, fault, why);
}

static void note_beyond(struct hole *hole, uint64_t first, uint64_t last)
{
	if (hole->beyond == NOTHING_BEYOND)
		hole->beyond = first;
	else if (first != hole->beyond_last + 1)
		return;
	hole->beyond_last = last;
}

/* Once what lies before it is given up, the run past it need not be asked for again. */
static void pass_beyond(struct hole *hole)
{
	if (hole->beyond != NOTHING_BEYOND && hole->next >= hole->beyond && hole->next <= hole->beyond_last)
		hole->next = hole->beyond_last + 1;
	hole->beyond = NOTHING_BEYOND;
}

/* A batch is only handed on when it holds something that is missing: a publisher cannot make us work for nothing. */
static void take_batch(struct catch_up *catch_up, const void *payload, size_t size)
{
	struct hole *hole = &catch_up->holes[0];
	struct error err;
	enum feed_fault fault = wire_decode(payload, size, &catch_up->batch, &err);
	if (fault != FAULT_NONE) {
		refuse(catch_up, fault, err.text);
		return;
	}
	const struct batch *batch = &catch_up->batch;
	uint64_t last = batch->seq + batch->count - 1;
	bool wanted = batch->count && view_is(batch->src, catch_up->sources[hole->source].src) &&
		      batch->boot == hole->boot && batch->seq <= hole->to && last >= hole->next && last >= batch->seq;
	if (!wanted || catch_up->answered == ANSWER_BATCHES_MAX)
		return;
	catch_up->answered++;
	catch_up->asked_at = clock_monotonic();
	if (batch->seq <= hole->next) {
		hole->next = last + 1;
		hole->attempts = hole->fruitless = 0;
		catch_up->progress = true;
	} else {
		note_beyond(hole, batch->seq, last);
	}
	catch_up->sink->batch(catch_up->sink->context, catch_up->feed, payload, size, INT64_MIN);
}

static void take_end(struct catch_up *catch_up, const struct replay_map *map)
{
	struct hole *hole = &catch_up->holes[0];
	if (map->has_have_from && map->have_from > 0)
		give_up(catch_up, hole, map->have_from - 1);
	if (!filled(hole) && !catch_up->progress && ++hole->fruitless == FRUITLESS_MAX) {
		uint64_t last = hole->beyond > hole->next && hole->beyond != NOTHING_BEYOND ? hole->beyond - 1 : hole->to;
		give_up(catch_up, hole, last);
		hole->fruitless = 0;
	}
	pass_beyond(hole);
	finish_request(catch_up);
}

static void take_answer(struct catch_up *catch_up, const void *payload, size_t size)
{
	struct replay_map map;
	if (!catch_up->asked)
		return;
	if (size > PAYLOAD_MAX)
		refuse(catch_up, FAULT_TOO_LARGE, "a batch of an answer is over 1 MiB");
	else if (replay_map_read(payload, size, &map) && map.end)
		take_end(catch_up, &map);
	else
		take_batch(catch_up, payload, size);
}

/* False: nothing is there. */
static bool receive(struct catch_up *catch_up)
{
	struct message message;
	enum message_state state = message_receive(catch_up->socket, &message);
	if (state == MESSAGE_NONE)
		return false;
	if (state == MESSAGE_SKIPPED)
		return true;
	if (message.frames == 2 && message.first_size == 0)
		take_answer(catch_up, message.payload, message.payload_size);
	else
		refuse(catch_up, FAULT_FRAMES, "an answer to catch up with is not [\"\"][payload]");
	message_finish(&message);
	return true;
}

static bool open_socket(struct catch_up *catch_up, int source)
{
	if (catch_up->socket && catch_up->socket_source == source)
		return true;
	close_socket(catch_up);
	void *socket = zmq_socket(catch_up->zmq, ZMQ_DEALER);
	if (!socket)
		return false;
	socket_set_reader(socket, catch_up->sources[source].endpoint);
	socket_set(socket, ZMQ_RCVHWM, 4 * ANSWER_BATCHES_MAX);
	/* The endpoint came over the wire: it must have the feed's own key, or a leave for plaintext. */
	if (!curve_connect(catch_up->curve, socket, catch_up->feed->endpoint, catch_up->sources[source].endpoint, NULL) ||
		zmq_connect(socket, catch_up->sources[source].endpoint) != 0) {
		zmq_close(socket);
		return false;
	}
	catch_up->socket = socket;
	catch_up->socket_source = source;
	return true;
}

static bool send_request(const struct catch_up *catch_up, const struct hole *hole)
{
	uint8_t map[REPLAY_MAP_MAX];
	struct view src = view_of(catch_up->sources[hole->source].src);
	size_t size = replay_request_write(map, src, hole->boot, hole->next, hole->to);
	return zmq_send(catch_up->socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT) == 0 &&
	       zmq_send(catch_up->socket, map, size, ZMQ_DONTWAIT) >= 0;
}

/* Five requests without a sign, each waited for twice as long: whoever is there does not answer. */
static void miss_answer(struct catch_up *catch_up, int64_t now)
{
	struct hole *hole = &catch_up->holes[0];
	close_socket(catch_up); /* a new one also heals a connection that a protocol error ended */
	hole->not_before = now + (catch_up->timeout << hole->attempts);
	if (++hole->attempts >= ATTEMPTS_MAX)
		give_up(catch_up, hole, hole->to);
	finish_request(catch_up);
}

/* Of one boot's holes the lowest comes first: what it says must come in the order in which it happened. */
static void prefer_lowest(struct catch_up *catch_up, int64_t now)
{
	struct hole *first = &catch_up->holes[0];
	for (int i = 1; i < catch_up->hole_count; i++) {
		struct hole *hole = &catch_up->holes[i];
		if (hole->source != first->source || hole->boot != first->boot || hole->next > first->next || hole->not_before > now)
			continue;
		const struct hole lower = *hole;
		*hole = *first;
		*first = lower;
	}
}

static void ask(struct catch_up *catch_up, int64_t now)
{
	for (int i = 0; i < catch_up->hole_count && catch_up->holes[0].not_before > now; i++)
		rotate(catch_up);
	prefer_lowest(catch_up, now);
	struct hole *hole = &catch_up->holes[0];
	if (hole->not_before > now)
		return;
	catch_up->next_request = now + REQUEST_SPACING;
	if (!open_socket(catch_up, hole->source) || !send_request(catch_up, hole)) {
		miss_answer(catch_up, now);
		return;
	}
	catch_up->asked = true;
	catch_up->asked_at = now;
	catch_up->answered = 0;
	catch_up->progress = false;
}

int catch_up_items(const struct catch_up *catch_up, struct zmq_pollitem_t *items)
{
	if (!catch_up->socket)
		return 0;
	items[0] = (zmq_pollitem_t){.socket = catch_up->socket, .events = ZMQ_POLLIN};
	return 1;
}

int64_t catch_up_due(const struct catch_up *catch_up)
{
	if (catch_up->asked)
		return catch_up->asked_at + catch_up->timeout;
	int64_t due = INT64_MAX;
	for (int i = 0; i < catch_up->hole_count; i++)
		if (catch_up->holes[i].not_before < due)
			due = catch_up->holes[i].not_before;
	return due < catch_up->next_request ? catch_up->next_request : due;
}

bool catch_up_next(struct catch_up *catch_up, int most)
{
	for (int i = 0; catch_up->socket && receive(catch_up); i++)
		if (i + 1 >= most)
			return true;
	int64_t now = clock_monotonic();
	if (catch_up->asked && now >= catch_up->asked_at + catch_up->timeout)
		miss_answer(catch_up, now);
	if (!catch_up->asked && catch_up->hole_count && now >= catch_up->next_request)
		ask(catch_up, now);
	return false;
}
