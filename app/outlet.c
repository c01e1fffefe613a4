#include <stdlib.h>
#include <string.h>

#include "app/archive.h"
#include "app/outlet.h"
#include "app/redactor.h"
#include "app/version.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/log.h"
#include "base/memory.h"
#include "feed/curve.h"

#define SERVES_A_TURN 8

/* Frames that are not written yet, in order: their payloads one after the other. */
struct waiting {
	struct frame *frames;
	size_t count, room;
	struct wire_buffer bytes;
};

struct outlet {
	struct outlet_options options;
	struct curve *curve;
	struct stream_server *server;
	struct stream_origin origin;
	struct desk *desk;
	struct waiting waiting;
	uint64_t lsn, written; /* the last one sent */
	char *ask;
	struct archive archive;
	struct redactor redactor; /* where options.veil */
	uint64_t told_unsent; /* LSN */
};

/* For boards elsewhere the frame gets another payload. False: they have to do without it, and get a state in its place. */
static bool make_sendable(struct outlet *outlet, struct frame *frame)
{
	struct error err;
	if (!outlet->options.veil || redactor_frame(&outlet->redactor, frame, &err))
		return true;
	if (frame->lsn > outlet->told_unsent) {
		outlet->told_unsent = frame->lsn;
		log_line(LOG_LEVEL_WARNING, "record %llu is not sent to boards elsewhere: %s", (unsigned long long)frame->lsn, err.text);
	}
	return false;
}

/* ---- what those attached ask for ---- */

static bool give_state(void *context, struct wire_buffer *to, uint64_t *lsn, int64_t *recv)
{
	struct outlet *outlet = context;
	if (!outlet->desk)
		return false;
	const struct engine *engine = desk_engine(outlet->desk);
	size_t size;
	uint8_t *bytes = engine_pack_veiled(engine, outlet->options.veil, INT64_MIN, &size);
	to->data = memory_grow(to->data, &to->room, to->size + size, 1);
	memcpy(to->data + to->size, bytes, size);
	to->size += size;
	free(bytes);
	*lsn = engine_lsn(engine);
	*recv = engine_now(engine);
	return true;
}

/* A range on its way. */
struct passing {
	struct outlet *outlet;
	stream_emit *emit;
	void *emit_to;
};

static bool pass_on(void *to, const struct frame *frame)
{
	const struct passing *passing = to;
	struct frame sent = *frame;
	return !make_sendable(passing->outlet, &sent) || passing->emit(passing->emit_to, &sent);
}

static void give_range(void *context, uint64_t from, uint64_t to, stream_emit *emit, void *emit_to)
{
	struct outlet *outlet = context;
	struct passing passing = {outlet, emit, emit_to};
	archive_range(&outlet->archive, from, to < outlet->written ? to : outlet->written, pass_on, &passing);
}

static bool give_past(void *context, int64_t recv, uint64_t from, struct stream_past *found)
{
	const struct outlet *outlet = context;
	return archive_past(&outlet->archive, recv, from, found) && found->lsn <= outlet->written;
}

static bool give_piece(void *context, uint64_t lsn, uint64_t at, size_t most, struct wire_buffer *to, struct stream_past *found)
{
	const struct outlet *outlet = context;
	return archive_piece(&outlet->archive, lsn, at, most, to, found);
}

/* People may say what they did; a board is no publisher. */
static const char *why_not(const struct batch *batch)
{
	static const enum event_type actions[] = {EVENT_ALERT_ACKNOWLEDGED, EVENT_ALERT_MUTED, EVENT_NOTE_POSTED, EVENT_AGENT_STATE};
	if (batch->count != 1 || batch->events[0].fault)
		return "bad_event";
	if (batch->src.size <= 6 || memcmp(batch->src.data, "board:", 6) != 0)
		return "bad_src";
	for (size_t i = 0; i < sizeof actions / sizeof *actions; i++)
		if (batch->events[0].type == actions[i])
			return NULL;
	return "not_an_action";
}

const char *outlet_refusal(struct view event)
{
	struct batch batch = {0};
	struct error err;
	const char *word = wire_decode(event.data, event.size, &batch, &err) == FAULT_NONE ? why_not(&batch) : "malformed";
	batch_finish(&batch);
	return word;
}

static uint64_t take_action(void *context, struct view event, const char *who, const char **error)
{
	struct outlet *outlet = context;
	struct error err;
	(void)who; /* the gate for clients decided already */
	*error = outlet_refusal(event);
	if (!*error && outlet->options.veil)
		*error = redactor_take_back(&outlet->redactor, desk_engine(outlet->desk), &event);
	if (*error)
		return 0;
	uint64_t lsn = desk_take(outlet->desk, event, &err);
	if (!lsn)
		*error = "not_kept";
	return lsn;
}

static void take_ack(void *context, uint64_t lsn)
{
	struct outlet *outlet = context;
	if (outlet->options.ack)
		outlet->options.ack(outlet->options.context, lsn);
}

/* ---- opening and closing ---- */

/* tcp://HOST:PORT asks at the next port, ipc://PATH at PATH.ask. */
static char *ask_beside(const char *publish)
{
	const char *colon = strrchr(publish, ':');
	if (strncmp(publish, "tcp://", 6) == 0 && colon && atoi(colon + 1) > 0)
		return memory_format("%.*s:%d", (int)(colon - publish), publish, atoi(colon + 1) + 1);
	return memory_format("%s.ask", publish);
}

struct outlet *outlet_open(const struct outlet_options *options, struct error *err)
{
	struct outlet *outlet = memory_new(1, sizeof *outlet);
	outlet->options = *options;
	outlet->archive.directory = options->settings->journal;
	outlet->archive.states = options->states;
	outlet->ask = options->ask ? memory_text(options->ask) : ask_beside(options->publish);
	memcpy(outlet->origin.journal, options->journal_id, JOURNAL_ID_SIZE);
	/* Records that a power cut took may have been sent: after each start everybody begins with a state. */
	outlet->origin.epoch = (uint64_t)clock_wall();
	outlet->curve = curve_open(options->settings, err);
	if (outlet->curve)
		curve_use_gate(outlet->curve, options->gate);
	if (outlet->curve && options->veil)
		curve_serve(outlet->curve, "client_keys_outside", options->settings->client_keys_outside);
	outlet->redactor.veil = options->veil;
	const struct stream_source source = {.context = outlet, .state = give_state, .range = give_range, .act = take_action, .ack = take_ack,
		.past = give_past, .past_piece = give_piece};
	const struct stream_server_options server = {.bind = options->publish, .ask = outlet->ask,
		.site = options->settings->site[0] ? options->settings->site : "default", .program = TABLO_VERSION, .origin = outlet->origin,
		.linger = SECOND_MS, .mute = options->mute, .zmq = options->zmq, .curve = outlet->curve};
	outlet->server = outlet->curve ? stream_server_open(&server, &source, err) : NULL;
	if (outlet->server)
		return outlet;
	outlet_close(outlet);
	return NULL;
}

void outlet_close(struct outlet *outlet)
{
	if (!outlet)
		return;
	stream_server_close(outlet->server);
	curve_close(outlet->curve);
	archive_close(&outlet->archive);
	redactor_finish(&outlet->redactor);
	free(outlet->waiting.frames);
	wire_buffer_finish(&outlet->waiting.bytes);
	free(outlet->ask);
	free(outlet);
}

void outlet_attach(struct outlet *outlet, struct desk *desk, uint64_t lsn)
{
	outlet->desk = desk;
	outlet->lsn = outlet->written = lsn;
	stream_server_restart(outlet->server, &outlet->origin, lsn, engine_now(desk_engine(desk)));
}

void outlet_lead(struct outlet *outlet, struct desk *desk, uint64_t lsn, uint64_t epoch, const char *epochs)
{
	outlet->desk = desk;
	outlet->lsn = outlet->written = lsn;
	outlet->origin.epoch = epoch; /* each start of one of a pair takes a new one */
	/* Who follows elsewhere has other records than the pair: nobody may take them for its journal. */
	stream_server_lead(outlet->server, &outlet->origin, outlet->options.veil ? "" : epochs, lsn, engine_now(desk_engine(desk)));
}

/* ---- records ---- */

void outlet_add(struct outlet *outlet, const struct frame *frame)
{
	struct waiting *waiting = &outlet->waiting;
	struct wire_buffer *bytes = &waiting->bytes;
	waiting->frames = memory_grow(waiting->frames, &waiting->room, waiting->count + 1, sizeof *waiting->frames);
	bytes->data = memory_grow(bytes->data, &bytes->room, bytes->size + frame->payload.size + 1, 1);
	memcpy(bytes->data + bytes->size, frame->payload.data, frame->payload.size);
	bytes->size += frame->payload.size;
	waiting->frames[waiting->count++] = *frame; /* the payload's place is told by the sizes before it */
}

static void send_written(struct outlet *outlet, uint64_t written)
{
	struct waiting *waiting = &outlet->waiting;
	size_t sent = 0, from = 0;
	for (; sent < waiting->count && waiting->frames[sent].lsn <= written; sent++) {
		struct frame *frame = &waiting->frames[sent];
		struct error err;
		frame->payload.data = (const char *)waiting->bytes.data + from;
		from += frame->payload.size;
		outlet->written = frame->lsn;
		if (!make_sendable(outlet, frame))
			continue;
		if (!stream_server_publish(outlet->server, frame, &err))
			log_line(LOG_LEVEL_WARNING, "record %llu is not sent to those attached: %s", (unsigned long long)frame->lsn, err.text);
	}
	if (!sent)
		return;
	waiting->count -= sent;
	memmove(waiting->frames, waiting->frames + sent, waiting->count * sizeof *waiting->frames);
	waiting->bytes.size -= from;
	memmove(waiting->bytes.data, waiting->bytes.data + from, waiting->bytes.size);
}

void outlet_turn(struct outlet *outlet, uint64_t written)
{
	send_written(outlet, written);
	for (int i = 0; i < SERVES_A_TURN && stream_server_serve(outlet->server); i++)
		;
	archive_tidy(&outlet->archive);
}

void outlet_restart(struct outlet *outlet)
{
	if (!outlet->desk)
		return;
	const struct engine *engine = desk_engine(outlet->desk);
	stream_server_restart(outlet->server, &outlet->origin, engine_lsn(engine), engine_now(engine));
}

bool outlet_reload_keys(struct outlet *outlet, struct error *err)
{
	return curve_reload(outlet->curve, err);
}

int outlet_items(struct outlet *outlet, struct zmq_pollitem_t *items)
{
	return stream_server_items(outlet->server, items);
}

int64_t outlet_due(const struct outlet *outlet)
{
	return stream_server_due(outlet->server);
}

struct stream_counts outlet_counts(const struct outlet *outlet)
{
	return stream_server_counts(outlet->server);
}

const char *outlet_endpoint(const struct outlet *outlet)
{
	return stream_server_endpoint(outlet->server);
}
