/* What a client asks of its collector, one thing at a time, and what it makes of the answers. Nothing an answer says is believed: a
 * state is only as long as the bytes that came, records must be the next. */
#include <zmq.h>

#include "base/clock.h"
#include "base/text.h"
#include "feed/pack_write.h"
#include "feed/stream_client_state.h"

#define WINDOW 4	    /* pieces of a state asked for at a time: one is on its way while another is written */
#define BACK_OFF_MOST 10000 /* ms between questions that nobody answers */
#define RANGE_SPACING 8	    /* ms between ranges: no collector answers more than 128 questions a second */
#define PERMIT_EVERY 15000  /* ms: rights are changed without a new start */
#define PARTS_MOST (STREAM_RANGE_RECORDS + 1) /* frames of an answer behind its map */

/* ---- asking ---- */

/* How a state is asked for. */
static const char *state_word(const struct stream_client *client)
{
	return client->options.past ? "past" : "state";
}

static void note_asked(struct stream_client *client, int64_t id, int64_t now)
{
	client->asked.id = id;
	client->asked.due = now + client->options.timeout;
}

static void back_off(struct stream_client *client, int64_t now)
{
	int shift = client->misses < 8 ? client->misses : 8;
	int64_t wait = (client->options.timeout / 4) << shift;
	client->misses++;
	client->not_before = now + (wait < BACK_OFF_MOST ? wait : BACK_OFF_MOST);
	client->asked.id = 0;
}

static void ask(struct stream_client *client, struct stream_talk *talk, int64_t now)
{
	int64_t id = stream_dealer_ask(&client->dealer, talk, NULL);
	if (id)
		note_asked(client, id, now);
	else
		back_off(client, now);
}

/* Pieces that were not asked for yet, as many as the window takes. */
static void ask_pieces(struct stream_client *client, int64_t now)
{
	size_t most = client->fetch.bytes.size + (size_t)WINDOW * STREAM_CHUNK;
	while (client->fetch.requested < client->fetch.size && client->fetch.requested < most) {
		struct stream_talk talk = {.op = view_of(state_word(client)), .lsn = (int64_t)client->fetch.lsn, .at = (int64_t)client->fetch.requested,
			.has = STREAM_HAS(lsn) | STREAM_HAS(at)};
		int64_t id = stream_dealer_ask(&client->dealer, &talk, NULL);
		if (!id)
			break;
		if (!client->asked.id)
			client->asked.id = id;
		client->fetch.requested += STREAM_CHUNK;
	}
	client->asked.due = now + client->options.timeout;
	if (!client->asked.id)
		back_off(client, now);
}

static void ask_range(struct stream_client *client, uint64_t to, int64_t now)
{
	if (to - client->next >= client->options.range_most) {
		stream_client_restart(client, "too many records were missed to fetch each", now);
		return;
	}
	struct stream_talk talk = {.op = view_of("range"), .from = (int64_t)client->next, .to = (int64_t)to,
		.has = STREAM_HAS(from) | STREAM_HAS(to)};
	ask(client, &talk, now);
}

static void ask_next(struct stream_client *client, int64_t now)
{
	struct stream_talk talk = {0};
	uint64_t to;
	switch (client->phase) {
	case PHASE_HELLO:
		talk.op = view_of("hello");
		ask(client, &talk, now);
		break;
	case PHASE_STATE:
		talk.op = view_of(state_word(client));
		if (client->options.past) {
			talk.recv = client->options.since > 0 ? client->options.since : 0;
			talk.from = (int64_t)client->past_from;
			talk.has = STREAM_HAS(recv) | STREAM_HAS(from);
		}
		ask(client, &talk, now);
		break;
	case PHASE_FETCH:
		client->fetch.requested = client->fetch.bytes.size;
		ask_pieces(client, now);
		break;
	default:
		if (stream_client_hole(client, &to))
			ask_range(client, to, now);
	}
}

static bool wants(const struct stream_client *client)
{
	uint64_t to;
	return *client->dealer.endpoint && !client->asked.id && (client->phase != PHASE_FOLLOW || stream_client_hole(client, &to));
}

static bool wants_permit(const struct stream_client *client)
{
	return client->sink.permit && client->phase == PHASE_FOLLOW && *client->dealer.endpoint;
}

/* Nobody waits for its answer. */
static void ask_permit(struct stream_client *client, int64_t now)
{
	struct stream_talk talk = {.op = view_of("may")};
	client->permit.id = stream_dealer_ask(&client->dealer, &talk, NULL);
	client->permit.due = now + PERMIT_EVERY;
}

void stream_questions_drive(struct stream_client *client, int64_t now)
{
	if (client->asked.id && now >= client->asked.due) {
		client->counts.misses++;
		stream_dealer_reset(&client->dealer); /* a new one also heals a connection that a protocol error ended */
		back_off(client, now);
	}
	if (wants(client) && now >= client->not_before)
		ask_next(client, now);
	if (wants_permit(client) && now >= client->permit.due)
		ask_permit(client, now);
}

int64_t stream_questions_due(const struct stream_client *client)
{
	const int64_t permit = wants_permit(client) ? client->permit.due : INT64_MAX;
	const int64_t question = client->asked.id ? client->asked.due : wants(client) ? client->not_before : INT64_MAX;
	return permit < question ? permit : question;
}

/* ---- answers ---- */

/* Of one answer. */
struct answer {
	struct stream_talk talk;
	int64_t now;
	uint64_t delivered; /* records of a range */
	bool is_wanted;
};

static void settle(struct stream_client *client, enum phase phase)
{
	client->phase = phase;
	client->asked.id = 0;
	client->misses = 0;
}

/* A state that cannot be read: perhaps that of another program, after a while. */
static void put_off(struct stream_client *client, int64_t now)
{
	client->is_unreadable = true;
	client->phase = PHASE_HELLO;
	client->asked.id = 0;
	client->not_before = now + client->options.feed.reconnect;
	wire_buffer_finish(&client->fetch.bytes);
}

static bool read_origin(const struct stream_talk *talk, struct stream_origin *origin)
{
	origin->epoch = (uint64_t)talk->epoch;
	return talk->has & STREAM_HAS(epoch) && talk->has & STREAM_HAS(lsn) && talk->journal.data &&
	       stream_unhex(talk->journal, origin->journal);
}

static bool knows_format(const struct stream_client *client, const struct stream_talk *talk)
{
	const char *const *formats = client->options.formats;
	if (!formats || talk->format_count == 0)
		return true;
	for (; *formats; formats++)
		for (uint32_t i = 0; i < talk->format_count; i++)
			if (view_is(talk->formats[i], *formats))
				return true;
	return false;
}

/* Asks the owner where it can go on. False: it wants nothing any more. */
static bool resume(struct stream_client *client, const struct stream_origin *origin, struct view epochs, int64_t now)
{
	if (!client->sink.resume || client->is_too_old)
		return true;
	uint64_t lsn = client->sink.resume(client->sink.context, origin, epochs);
	if (lsn == STREAM_HOLD) {
		put_off(client, now);
		return false;
	}
	client->can_resume = lsn > 0;
	client->had_state = client->had_state || lsn > 0;
	if (lsn)
		client->next = lsn + 1;
	return true;
}

static void take_hello(struct stream_client *client, const struct answer *answer)
{
	struct stream_origin origin;
	const struct stream_talk *talk = &answer->talk;
	if (!read_origin(talk, &origin)) {
		back_off(client, answer->now);
		return;
	}
	text_harmless(talk->program, client->program, sizeof client->program);
	client->permit.due = answer->now;
	stream_client_adopt(client, &origin);
	if (!resume(client, &origin, talk->epochs, answer->now))
		return;
	bool is_further = (uint64_t)talk->lsn + 1 >= client->next;
	if (client->can_resume && is_further) {
		settle(client, PHASE_FOLLOW);
		client->is_unreadable = false;
		return;
	}
	if (client->can_resume && !is_further)
		client->why = "the collector's records went back";
	if (knows_format(client, talk)) {
		settle(client, PHASE_STATE);
		return;
	}
	char format[64];
	text_harmless(talk->formats[0], format, sizeof format);
	fail(&client->trouble, "the collector's program %s writes its state as %s, which this one does not know: update it", client->program,
		format);
	put_off(client, answer->now);
}

static void hand_over(struct stream_client *client, int64_t now)
{
	struct stream_state state = {.origin = client->origin, .lsn = client->fetch.lsn, .recv = client->fetch.recv,
		.bytes = {(const char *)client->fetch.bytes.data, client->fetch.bytes.size}, .program = client->program,
		.why = client->had_state ? (client->why ? client->why : "the collector was attached anew") : NULL};
	client->trouble = (struct error){"the collector's state cannot be read"};
	if (!client->sink.state(client->sink.context, &state, &client->trouble)) {
		put_off(client, now);
		return;
	}
	wire_buffer_finish(&client->fetch.bytes);
	client->counts.states++;
	client->had_state = true;
	client->is_unreadable = false;
	client->can_resume = client->is_too_old = false;
	client->next = client->fetch.lsn + 1;
	client->settled_at = now;
	client->why = NULL;
	client->not_before = now;
	settle(client, PHASE_FOLLOW);
}

/* The first piece says what state it is. */
static bool begin_fetch(struct stream_client *client, const struct answer *answer)
{
	struct stream_origin origin;
	const struct stream_talk *talk = &answer->talk;
	const bool is_beginning = client->options.past && talk->lsn == 0 && talk->size == 0;
	if (!read_origin(talk, &origin) || talk->at != 0 || (talk->size <= 0 && !is_beginning) || (uint64_t)talk->size > client->options.state_most)
		return false;
	if (client->options.past && (uint64_t)talk->lsn < client->past_from)
		return false;
	stream_client_adopt(client, &origin);
	client->fetch.bytes.size = 0;
	client->fetch.size = (size_t)talk->size;
	client->fetch.lsn = (uint64_t)talk->lsn;
	client->fetch.recv = talk->recv;
	client->fetch.requested = STREAM_CHUNK;
	client->phase = PHASE_FETCH;
	return true;
}

static bool fits(const struct stream_client *client, const struct answer *answer, size_t size)
{
	const struct stream_talk *talk = &answer->talk;
	size_t left = client->fetch.size - client->fetch.bytes.size;
	return (uint64_t)talk->lsn == client->fetch.lsn && (uint64_t)talk->size == client->fetch.size &&
	       (uint64_t)talk->at == client->fetch.bytes.size && size == (left < STREAM_CHUNK ? left : STREAM_CHUNK);
}

static void take_piece(struct stream_client *client, const struct answer *answer, const void *bytes, size_t size)
{
	if (client->phase == PHASE_STATE && !begin_fetch(client, answer)) {
		back_off(client, answer->now);
		return;
	}
	if (client->phase != PHASE_FETCH || !fits(client, answer, size))
		return; /* one before it was lost: it is asked for again in time */
	pack_put_bytes(&client->fetch.bytes, bytes, size);
	client->misses = 0;
	if (client->fetch.bytes.size == client->fetch.size)
		hand_over(client, answer->now);
	else
		ask_pieces(client, answer->now);
}

/* One record of a range. */
static void take_part(struct stream_client *client, struct answer *answer, const void *bytes, size_t size)
{
	struct stream_message message;
	if (client->phase != PHASE_FOLLOW)
		return;
	if (!stream_decode(bytes, size, &message, &client->room, NULL) || message.is_heartbeat) {
		client->counts.malformed++;
		return;
	}
	if (stream_origin_equals(&message.origin, &client->origin) && stream_client_deliver(client, &message.frame))
		answer->delivered++;
}

static void end_range(struct stream_client *client, const struct answer *answer)
{
	const struct stream_talk *talk = &answer->talk;
	client->counts.asked += answer->delivered;
	client->asked.id = 0;
	if (answer->delivered) {
		client->misses = 0;
		client->not_before = answer->now + RANGE_SPACING;
	} else if (talk->first == 0 || (uint64_t)talk->first > client->next) {
		client->is_too_old = true;
		client->past_from = client->next;
		stream_client_restart(client, "the collector does not have the records missed any more", answer->now);
	} else {
		back_off(client, answer->now);
	}
}

static void take_error(struct stream_client *client, const struct answer *answer)
{
	struct view error = answer->talk.error;
	client->asked.id = 0;
	if (client->options.past && client->phase == PHASE_STATE && (view_is(error, "none") || view_is(error, "op"))) {
		if (view_is(error, "op"))
			fail(&client->trouble, "the collector's program %s cannot give its past: update it", client->program);
		else
			fail(&client->trouble, "the collector keeps nothing to look back with%s", client->past_from ? " after what its journal lacks" : "");
		put_off(client, answer->now);
		return;
	}
	if (view_is(error, "not_allowed")) {
		fail(&client->trouble, "the collector shows this key or user no names, so nothing of this end: attach at its publish_outside, or ask for "
			"the right \"names\"");
		put_off(client, answer->now);
	} else if (view_is(error, "gone") && client->phase == PHASE_FETCH) {
		client->phase = PHASE_STATE;
		back_off(client, answer->now);
	} else if (view_is(error, "none")) {
		client->not_before = answer->now + client->options.timeout / 2; /* the collector has no state yet */
	} else {
		back_off(client, answer->now);
	}
}

static void take_act(struct stream_client *client, const struct stream_talk *talk)
{
	char word[64];
	if (!stream_dealer_settle(&client->dealer, talk->id))
		return;
	bool is_taken = talk->has & STREAM_HAS(lsn) && !talk->error.data;
	view_copy(talk->error.data ? talk->error : view_of("malformed"), word, sizeof word);
	if (talk->whose.data)
		client->permit.due = 0; /* it knows better than what was told last */
	client->sink.answer(client->sink.context, talk->id, is_taken ? (uint64_t)talk->lsn : 0, is_taken ? NULL : word, talk->whose);
}

static void take_permit(struct stream_client *client, const struct stream_talk *talk)
{
	if (!client->sink.permit || !client->permit.id || talk->id != client->permit.id)
		return;
	client->permit.id = 0;
	if (talk->may.data)
		client->sink.permit(client->sink.context, talk->may, talk->as);
	else
		client->permit.due = INT64_MAX;
}

/* Is it the answer to what was asked last? Pieces of a state come several at a time. */
static bool wanted(const struct stream_client *client, const struct stream_talk *talk)
{
	const char *const ops[] = {"hello", state_word(client), state_word(client), "range"};
	if (!(talk->has & STREAM_HAS(id)) || client->asked.id == 0 || !view_is(talk->op, ops[client->phase]))
		return false;
	return client->phase == PHASE_FETCH ? talk->id >= client->asked.id && talk->id <= client->dealer.id
					    : talk->id == client->asked.id;
}

static void take_map(struct stream_client *client, struct answer *answer, const void *bytes, size_t size)
{
	if (!stream_talk_read(bytes, size, &answer->talk, NULL)) {
		client->counts.malformed++;
		return;
	}
	if (view_is(answer->talk.op, "act")) {
		take_act(client, &answer->talk);
		return;
	}
	if (view_is(answer->talk.op, "may")) {
		take_permit(client, &answer->talk);
		return;
	}
	answer->is_wanted = wanted(client, &answer->talk);
	if (answer->is_wanted && answer->talk.error.data) {
		take_error(client, answer);
		answer->is_wanted = false;
	} else if (answer->is_wanted && client->phase == PHASE_HELLO) {
		take_hello(client, answer);
		answer->is_wanted = false;
	}
}

/* The frames of an answer as they come: an empty one, the map, and what belongs to it. */
static void take_frame(struct stream_client *client, struct answer *answer, int number, const void *bytes, size_t size)
{
	if (number == 1)
		take_map(client, answer, bytes, size);
	else if (!answer->is_wanted)
		return;
	else if (view_is(answer->talk.op, "range"))
		take_part(client, answer, bytes, size);
	else if (number == 2)
		take_piece(client, answer, bytes, size);
}

/* False: nothing is there. */
static bool take_answer(struct stream_client *client, int64_t now)
{
	struct answer answer = {.now = now};
	zmq_msg_t map, frame; /* the map's bytes are looked at until the end */
	bool more = true, has_map = false;
	if (message_skip(client->dealer.socket))
		return true;
	void *socket = client->dealer.socket;
	int number = 0;
	for (; more && number <= PARTS_MOST + 1; number++) {
		zmq_msg_t *to = number == 1 ? &map : &frame;
		zmq_msg_init(to);
		if (zmq_msg_recv(to, socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(to);
			break;
		}
		more = zmq_msg_more(to);
		has_map |= number == 1;
		take_frame(client, &answer, number, zmq_msg_data(to), zmq_msg_size(to));
		if (number != 1)
			zmq_msg_close(&frame);
	}
	if (answer.is_wanted && client->asked.id && view_is(answer.talk.op, "range"))
		end_range(client, &answer);
	if (has_map)
		zmq_msg_close(&map);
	return number > 0;
}

bool stream_questions_take(struct stream_client *client, int most, int64_t now)
{
	for (int i = 0; client->dealer.socket; i++) {
		if (i == most)
			return true;
		if (!take_answer(client, now))
			return false;
	}
	return false;
}
