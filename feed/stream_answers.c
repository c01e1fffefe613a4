#include "feed/stream_answers.h"

#include <stdlib.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/curve.h"
#include "feed/endpoint.h"
#include "feed/message.h"
#include "feed/stream_askers.h"
#include "feed/stream_states.h"
#include "feed/stream_talk.h"

#define REQUESTS_A_TURN 32
#define BYTES_A_TURN (8 * 1024 * 1024)
#define ANSWERS_QUEUED 8 /* for one that does not read: with their sizes some 10 MiB */
#define REQUESTS_QUEUED 64
#define REQUEST_FRAMES 3

struct stream_answers {
	struct stream_server_options options;
	struct stream_source source;
	char *epochs; /* NULL: none are told */
	struct stream_counts *counts;
	struct stream_origin origin;
	uint64_t lsn;
	int64_t recv;
	void *socket;
	struct stream_proof proof;
	struct stream_guests guests;
	char endpoint[STREAM_ENDPOINT_MAX];
	struct stream_askers askers;
	struct stream_states states;
	size_t sent; /* bytes, in this turn */
	struct wire_buffer map, message; /* scratch */
	struct wire_buffer records;	  /* of a range, one message after another, */
	uint32_t ends[STREAM_RANGE_RECORDS]; /* ending here */
};

static bool bind_socket(struct stream_answers *answers, struct error *err)
{
	const struct stream_server_options *options = &answers->options;
	answers->socket = zmq_socket(options->zmq, ZMQ_ROUTER);
	if (!answers->socket)
		return fail(err, "collector %s: no socket: %s", options->ask, zmq_strerror(zmq_errno()));
	const int64_t largest = STREAM_TALK_MAX;
	zmq_setsockopt(answers->socket, ZMQ_MAXMSGSIZE, &largest, sizeof largest);
	socket_set(answers->socket, ZMQ_SNDHWM, ANSWERS_QUEUED);
	socket_set(answers->socket, ZMQ_RCVHWM, REQUESTS_QUEUED);
	socket_set(answers->socket, ZMQ_ROUTER_MANDATORY, 1);
	socket_set(answers->socket, ZMQ_LINGER, (int)options->linger);
	socket_set(answers->socket, ZMQ_HANDSHAKE_IVL, 5000);
	socket_set(answers->socket, ZMQ_IPV6, strncmp(options->ask, "tcp://[", 7) == 0);
	if (!curve_bind(options->curve, options->zmq, answers->socket, options->ask, err))
		return false;
	if (zmq_bind(answers->socket, options->ask) != 0)
		return fail(err, "collector %s: cannot bind: %s; give tcp://ADDRESS:PORT or ipc://PATH", options->ask,
			zmq_strerror(zmq_errno()));
	answers->proof = stream_proof_of(answers->socket, options->ask);
	return endpoint_bound(answers->socket, answers->endpoint, sizeof answers->endpoint) ||
	       fail(err, "collector %s: the endpoint is longer than %d bytes; give a shorter one", options->ask,
		       STREAM_ENDPOINT_MAX - 1);
}

struct stream_answers *stream_answers_open(const struct stream_server_options *options, const struct stream_source *source,
	struct stream_counts *counts, struct error *err)
{
	struct stream_answers *answers = memory_new(1, sizeof *answers);
	answers->options = *options;
	answers->source = *source;
	answers->counts = counts;
	stream_askers_init(&answers->askers);
	if (bind_socket(answers, err))
		return answers;
	stream_answers_close(answers);
	return NULL;
}

void stream_answers_close(struct stream_answers *answers)
{
	if (!answers)
		return;
	if (answers->socket) {
		/* Closing frees an inproc name only later, in another thread. */
		if (strncmp(answers->options.ask, "inproc:", 7) == 0)
			zmq_unbind(answers->socket, answers->options.ask);
		zmq_close(answers->socket);
	}
	free(answers->epochs);
	stream_guests_finish(&answers->guests);
	stream_askers_finish(&answers->askers);
	stream_states_finish(&answers->states);
	wire_buffer_finish(&answers->map);
	wire_buffer_finish(&answers->message);
	wire_buffer_finish(&answers->records);
	free(answers);
}

void stream_answers_move(struct stream_answers *answers, const struct stream_origin *origin, uint64_t lsn, int64_t recv)
{
	if (!stream_origin_equals(origin, &answers->origin)) {
		stream_states_finish(&answers->states);
		answers->origin = *origin;
	}
	answers->lsn = lsn;
	answers->recv = recv;
}

void stream_answers_lead(struct stream_answers *answers, const char *epochs)
{
	free(answers->epochs);
	answers->epochs = memory_text(epochs);
	answers->options.mute = false;
}

size_t stream_answers_cut(struct stream_answers *answers, stream_admits *admits, void *context)
{
	return stream_guests_cut(&answers->guests, admits, context);
}

void *stream_answers_socket(const struct stream_answers *answers)
{
	return answers->socket;
}

const char *stream_answers_endpoint(const struct stream_answers *answers)
{
	return answers->endpoint;
}

int64_t stream_answers_due(const struct stream_answers *answers)
{
	return stream_states_due(&answers->states);
}

/* ---- sending ---- */

/* Who asks, and what. */
struct asked {
	struct view asker;
	struct stream_person who;
	struct stream_talk talk;
};

static bool send_frame(struct stream_answers *answers, const void *bytes, size_t size, bool more)
{
	answers->sent += size;
	return zmq_send(answers->socket, bytes, size, ZMQ_DONTWAIT | (more ? ZMQ_SNDMORE : 0)) >= 0;
}

/* The map, and more to follow or not. False: the asker is gone, or does not read; once the first frame went the others do too. */
static bool send_map(struct stream_answers *answers, const struct asked *asked, struct stream_talk *talk, bool more)
{
	talk->op = asked->talk.op;
	talk->id = asked->talk.id;
	talk->has |= STREAM_HAS(id);
	stream_talk_write(&answers->map, talk);
	if (send_frame(answers, asked->asker.data, asked->asker.size, true) && send_frame(answers, "", 0, true) &&
		send_frame(answers, answers->map.data, answers->map.size, more))
		return true;
	answers->counts->unread++;
	return false;
}

static void send_error(struct stream_answers *answers, const struct asked *asked, const char *error, const char *why)
{
	struct stream_talk talk = {.error = view_of(error), .why = view_of(why)};
	send_map(answers, asked, &talk, false);
}

static void put_origin(const struct stream_answers *answers, struct stream_talk *talk, char hex[STREAM_HEX_ROOM])
{
	stream_hex(answers->origin.journal, hex);
	talk->journal = view_of(hex);
	talk->epoch = (int64_t)answers->origin.epoch;
	talk->has |= STREAM_HAS(epoch);
}

/* ---- the answers ---- */

static void answer_hello(struct stream_answers *answers, const struct asked *asked)
{
	char hex[STREAM_HEX_ROOM];
	const struct stream_server_options *options = &answers->options;
	struct stream_talk talk = {.program = view_of(options->program ? options->program : ""), .lsn = (int64_t)answers->lsn,
		.recv = answers->recv > 0 ? answers->recv : 0, .has = STREAM_HAS(lsn) | STREAM_HAS(recv)};
	if (answers->epochs)
		talk.epochs = view_of(answers->epochs);
	put_origin(answers, &talk, hex);
	for (int i = 0; options->formats && options->formats[i] && i < STREAM_FORMATS_MAX; i++)
		talk.formats[talk.format_count++] = view_of(options->formats[i]);
	send_map(answers, asked, &talk, false);
}

/* One that is there and new enough, or a new one. NULL: there is none to be had. */
static struct stream_frozen *freeze(struct stream_answers *answers, int64_t now)
{
	struct stream_frozen *newest = stream_states_newest(&answers->states);
	if (newest && (newest->lsn == answers->lsn || now - newest->taken < answers->options.fresh))
		return newest;
	struct stream_frozen *place = stream_states_place(&answers->states, now);
	if (!place)
		return newest;
	place->bytes.size = 0;
	if (!answers->source.state(answers->source.context, &place->bytes, &place->lsn, &place->recv) || place->bytes.size == 0) {
		wire_buffer_finish(&place->bytes);
		return NULL;
	}
	place->taken = place->used = now;
	place->fetching = 0;
	answers->counts->states++;
	return place;
}

static void answer_state(struct stream_answers *answers, const struct asked *asked, int64_t now)
{
	const struct stream_talk *request = &asked->talk;
	bool is_first = !(request->has & STREAM_HAS(lsn));
	struct stream_frozen *frozen =
		is_first ? freeze(answers, now) : stream_states_find(&answers->states, (uint64_t)request->lsn, now);
	if (!frozen) {
		send_error(answers, asked, is_first ? "none" : "gone",
			is_first ? "there is no state to be had now" : "the state of that LSN is not kept any more: begin anew");
		return;
	}
	frozen->used = now;
	size_t at = is_first ? 0 : (size_t)request->at;
	if (at >= frozen->bytes.size) {
		send_error(answers, asked, "request", "at is behind the state's end");
		return;
	}
	size_t left = frozen->bytes.size - at, size = left < STREAM_CHUNK ? left : STREAM_CHUNK;
	frozen->fetching += is_first - (size == left);
	char hex[STREAM_HEX_ROOM];
	struct stream_talk talk = {.lsn = (int64_t)frozen->lsn, .recv = frozen->recv > 0 ? frozen->recv : 0, .at = (int64_t)at,
		.size = (int64_t)frozen->bytes.size,
		.has = STREAM_HAS(lsn) | STREAM_HAS(recv) | STREAM_HAS(size) | STREAM_HAS(at)};
	put_origin(answers, &talk, hex);
	if (send_map(answers, asked, &talk, true) && send_frame(answers, frozen->bytes.data + at, size, false))
		answers->counts->chunks++;
}

/* A state as it lies in its file: the asker unpacks it, and finds out whether it is whole. */
static void send_past(struct stream_answers *answers, const struct asked *asked, const struct stream_past *past, uint64_t at)
{
	char hex[STREAM_HEX_ROOM];
	struct stream_talk talk = {.lsn = (int64_t)past->lsn, .recv = past->recv > 0 ? past->recv : 0, .at = (int64_t)at, .size = (int64_t)past->size,
		.has = STREAM_HAS(lsn) | STREAM_HAS(recv) | STREAM_HAS(size) | STREAM_HAS(at)};
	put_origin(answers, &talk, hex);
	if (send_map(answers, asked, &talk, true) && send_frame(answers, answers->message.data, answers->message.size, false))
		answers->counts->chunks++;
}

static void answer_past(struct stream_answers *answers, const struct asked *asked)
{
	const struct stream_talk *request = &asked->talk;
	const struct stream_source *source = &answers->source;
	struct stream_past past = {.lsn = (uint64_t)request->lsn};
	const bool is_first = !(request->has & STREAM_HAS(lsn));
	const uint32_t needed = is_first ? STREAM_HAS(recv) | STREAM_HAS(from) : STREAM_HAS(at);
	if ((request->has & needed) != needed) {
		send_error(answers, asked, "request", "a state of the past is asked for by recv and from, its pieces by lsn and at");
		return;
	}
	if (is_first && (!source->past || !source->past(source->context, request->recv, (uint64_t)request->from, &past))) {
		send_error(answers, asked, "none", "no state is kept to begin with");
		return;
	}
	const uint64_t at = is_first ? 0 : (uint64_t)request->at;
	answers->message.size = 0;
	if (past.lsn && (!source->past_piece || !source->past_piece(source->context, past.lsn, at, STREAM_CHUNK, &answers->message, &past))) {
		send_error(answers, asked, "gone", "the state of that LSN is not kept any more: begin anew");
		return;
	}
	send_past(answers, asked, &past, at);
}

/* What a range gave so far. */
struct gathering {
	struct stream_answers *answers;
	uint64_t first;
	uint32_t count;
};

static bool gather(void *to, const struct frame *frame)
{
	struct gathering *gathering = to;
	struct stream_answers *answers = gathering->answers;
	/* An unsendable record ends the piece before it: asked for again it is the first, and the answer is empty. */
	if (gathering->count == STREAM_RANGE_RECORDS || !stream_encode(&answers->message, frame, &answers->origin, NULL))
		return false;
	struct wire_buffer *records = &answers->records, *message = &answers->message;
	if (gathering->count == 0)
		gathering->first = frame->lsn;
	records->data = memory_grow(records->data, &records->room, records->size + message->size, 1);
	memcpy(records->data + records->size, message->data, message->size);
	records->size += message->size;
	answers->ends[gathering->count++] = (uint32_t)records->size;
	return gathering->count < STREAM_RANGE_RECORDS && records->size < STREAM_RANGE_BYTES;
}

static void answer_range(struct stream_answers *answers, const struct asked *asked)
{
	const struct stream_talk *request = &asked->talk;
	uint32_t needed = STREAM_HAS(from) | STREAM_HAS(to);
	if ((request->has & needed) != needed || request->from > request->to || request->from == 0) {
		send_error(answers, asked, "request", "a range has from and to, counted from 1");
		return;
	}
	struct gathering gathering = {.answers = answers};
	uint64_t last = (uint64_t)request->to < answers->lsn ? (uint64_t)request->to : answers->lsn;
	answers->records.size = 0;
	if ((uint64_t)request->from <= last)
		answers->source.range(answers->source.context, (uint64_t)request->from, last, gather, &gathering);
	struct stream_talk talk = {.first = (int64_t)gathering.first, .count = gathering.count, .lsn = (int64_t)answers->lsn,
		.has = STREAM_HAS(first) | STREAM_HAS(count) | STREAM_HAS(lsn)};
	if (!send_map(answers, asked, &talk, gathering.count > 0))
		return;
	uint32_t start = 0;
	for (uint32_t i = 0; i < gathering.count; start = answers->ends[i++])
		if (!send_frame(answers, answers->records.data + start, answers->ends[i] - start, i + 1 < gathering.count))
			return;
}

static void answer_act(struct stream_answers *answers, const struct asked *asked)
{
	struct stream_refusal refusal = {.word = "refused"};
	if (!asked->talk.event.data) {
		send_error(answers, asked, "request", "an action has an event");
		return;
	}
	uint64_t lsn = answers->source.act ? answers->source.act(answers->source.context, asked->talk.event, &asked->who, &refusal) : 0;
	struct stream_talk talk = {.lsn = (int64_t)lsn, .has = STREAM_HAS(lsn)};
	if (lsn == 0) {
		talk = (struct stream_talk){.error = view_of(refusal.word), .why = view_of("the collector did not take the action")};
		if (refusal.whose[0])
			talk.whose = view_of(refusal.whose);
	}
	send_map(answers, asked, &talk, false);
}

static void answer_may(struct stream_answers *answers, const struct asked *asked)
{
	struct stream_permit permit = {.reads = true};
	if (!answers->source.permit) {
		send_error(answers, asked, "op", "nobody's rights are asked here");
		return;
	}
	answers->source.permit(answers->source.context, &asked->who, &permit);
	struct stream_talk talk = {.may = view_of(permit.may), .as = view_of(permit.as)};
	send_map(answers, asked, &talk, false);
}

/* What is read holds names: false, and he is told, where somebody must not see them. */
static bool lets_read(struct stream_answers *answers, const struct asked *asked)
{
	struct stream_permit permit = {.reads = true};
	if (answers->source.permit)
		answers->source.permit(answers->source.context, &asked->who, &permit);
	if (!permit.reads)
		send_error(answers, asked, "not_allowed", "names are not for this key or user: attach where boards elsewhere do");
	return permit.reads;
}

/* Never answered: what it is of must be said, for numbers of another journal or epoch mean other records. */
static void take_ack(struct stream_answers *answers, const struct asked *asked)
{
	const struct stream_talk *talk = &asked->talk;
	struct stream_origin origin = {.epoch = (uint64_t)talk->epoch};
	uint32_t needed = STREAM_HAS(lsn) | STREAM_HAS(epoch);
	bool is_good = (talk->has & needed) == needed && talk->journal.data && stream_unhex(talk->journal, origin.journal) &&
		       stream_origin_equals(&origin, &answers->origin) && (uint64_t)talk->lsn <= answers->lsn;
	answers->counts->acks += is_good;
	answers->counts->refused += !is_good;
	if (is_good && answers->source.ack)
		answers->source.ack(answers->source.context, (uint64_t)talk->lsn);
}

static bool is_reading(struct view op)
{
	return view_is(op, "state") || view_is(op, "past") || view_is(op, "range");
}

static void answer(struct stream_answers *answers, const struct asked *asked, int64_t now)
{
	struct view op = asked->talk.op;
	if (view_is(op, "hello"))
		answer_hello(answers, asked);
	else if (view_is(op, "may"))
		answer_may(answers, asked);
	else if (view_is(op, "act"))
		answer_act(answers, asked);
	else if (!is_reading(op))
		send_error(answers, asked, "op", "hello, state, past, range, may, act and ack are known");
	else if (!lets_read(answers, asked))
		return;
	else if (view_is(op, "state"))
		answer_state(answers, asked, now);
	else if (view_is(op, "past"))
		answer_past(answers, asked);
	else
		answer_range(answers, asked);
}

/* ---- what comes in ---- */

static struct view view_frame(zmq_msg_t *frame)
{
	return (struct view){zmq_msg_data(frame), zmq_msg_size(frame)};
}

/* [asker][""][map]; whatever else is dropped without an answer. */
static void take_request(struct stream_answers *answers, zmq_msg_t *frames, int count, int64_t now)
{
	struct asked asked = {.asker = view_frame(&frames[0])};
	answers->counts->requests++;
	/* A standby that catches up may ask as often as it is allowed to, and its acknowledgements count all the same: they make no work. */
	bool is_read = count == REQUEST_FRAMES && zmq_msg_size(&frames[1]) == 0 && !answers->options.mute &&
		       stream_talk_read(zmq_msg_data(&frames[2]), zmq_msg_size(&frames[2]), &asked.talk, NULL);
	if (is_read && view_is(asked.talk.op, "ack")) {
		take_ack(answers, &asked);
		return;
	}
	bool is_good = is_read && stream_askers_spend(&answers->askers, asked.asker, now) && asked.talk.has & STREAM_HAS(id) && asked.talk.op.size <= 16;
	if (!is_good) {
		answers->counts->refused++;
		return;
	}
	stream_guests_note(&answers->guests, &answers->proof, &frames[2]);
	asked.who = stream_person_of(&answers->proof, &frames[2]);
	answer(answers, &asked, now);
}

/* False: nothing is there. */
static bool receive(struct stream_answers *answers, int64_t now)
{
	zmq_msg_t frames[REQUEST_FRAMES];
	int count = 0;
	bool more = true;
	if (message_skip(answers->socket))
		return true;
	while (more && count < REQUEST_FRAMES) {
		zmq_msg_init(&frames[count]);
		if (zmq_msg_recv(&frames[count], answers->socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(&frames[count]);
			break;
		}
		more = zmq_msg_more(&frames[count++]);
	}
	if (count)
		take_request(answers, frames, more ? 0 : count, now);
	for (int i = 0; i < count; i++)
		zmq_msg_close(&frames[i]);
	return count > 0;
}

bool stream_answers_serve(struct stream_answers *answers, int64_t now)
{
	answers->sent = 0;
	stream_states_tidy(&answers->states, now);
	for (int i = 0; i < REQUESTS_A_TURN && answers->sent < BYTES_A_TURN; i++)
		if (!receive(answers, now))
			return false;
	return true;
}
