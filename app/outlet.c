#include <stdlib.h>
#include <string.h>

#include "app/archive.h"
#include "app/authored.h"
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
	struct authored authored;
	struct allowances allowances;
	bool is_guarded; /* who connects is asked whether he may see names */
	uint64_t refused;   /* actions that the log did not tell of */
	int64_t refused_at; /* monotonic: when it told last */
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

/* One line a second, however many there are. */
static void tell_refused(struct outlet *outlet, const char *author, const char *word)
{
	const int64_t now = clock_monotonic();
	outlet->refused++;
	if (outlet->refused_at && now - outlet->refused_at < SECOND_MS)
		return;
	log_line(LOG_LEVEL_WARNING, "an action of %s is not taken: %s%s", *author ? author : "somebody who proves nothing", word,
		outlet->refused > 1 ? "; and others before it" : "");
	outlet->refused_at = now;
	outlet->refused = 0;
}

/* NULL: it may be taken. */
static const char *judge(struct outlet *outlet, const struct stream_person *who, const char *author, struct view event, struct stream_refusal *refusal)
{
	const struct permits *permits = outlet->options.permits;
	unsigned needs;
	if (!allowances_spend(&outlet->allowances, author, clock_monotonic()))
		return "too_many";
	const char *word = authored_read(&outlet->authored, event, &needs);
	if (word || permits_of(permits, who) & needs)
		return word;
	permits_whose(permits, (enum right)__builtin_ctz(needs), refusal->whose, sizeof refusal->whose);
	return "not_allowed";
}

static uint64_t take_action(void *context, struct view event, const struct stream_person *who, struct stream_refusal *refusal)
{
	struct outlet *outlet = context;
	struct error err;
	char author[AUTHOR_ROOM];
	unsigned needs;
	permits_author(outlet->options.permits, who, author);
	refusal->word = judge(outlet, who, author, event, refusal);
	if (!refusal->word && outlet->options.veil)
		refusal->word = redactor_take_back(&outlet->redactor, desk_engine(outlet->desk), &event);
	if (!refusal->word)
		refusal->word = authored_read(&outlet->authored, event, &needs);
	if (refusal->word) {
		tell_refused(outlet, author, refusal->word);
		return 0;
	}
	const struct view written = authored_write(&outlet->authored, author, permits_ruled(outlet->options.permits));
	const uint64_t lsn = desk_take(outlet->desk, written, &err);
	if (lsn)
		authored_taken(&outlet->authored, author, permits_ruled(outlet->options.permits), outlet->archive.directory,
			engine_now(desk_engine(outlet->desk)));
	else
		refusal->word = "not_kept";
	return lsn;
}

static void tell_permit(void *context, const struct stream_person *who, struct stream_permit *permit)
{
	const struct outlet *outlet = context;
	const unsigned may = permits_of(outlet->options.permits, who);
	permit->reads = outlet->options.veil || may & RIGHT_BIT(RIGHT_NAMES);
	rights_write(may, permit->may, sizeof permit->may);
	permits_author(outlet->options.permits, who, permit->as);
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

/* Who sees names here must have the right to; where hashes stand for them that is no matter. */
static void narrow(struct outlet *outlet)
{
	const struct curve_narrow narrow = permits_narrow(outlet->options.permits);
	if (outlet->options.veil || !(outlet->is_guarded || permits_ruled(outlet->options.permits)))
		return;
	outlet->is_guarded = true;
	if (!curve_narrow(outlet->curve, &narrow) && outlet->server && narrow.is_narrow)
		log_line(LOG_LEVEL_WARNING, "%s: who may see names is asked of everybody who connects only after a new start, for there was no right when this "
			"one began", outlet->options.publish);
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
	if (outlet->curve)
		narrow(outlet);
	outlet->redactor.veil = options->veil;
	const struct stream_source source = {.context = outlet, .state = give_state, .range = give_range, .act = take_action, .ack = take_ack,
		.past = give_past, .past_piece = give_piece, .permit = tell_permit};
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
	authored_finish(&outlet->authored);
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

static bool admits(void *context, const struct stream_person *who)
{
	const struct outlet *outlet = context;
	return curve_admits(outlet->curve, who->key, who->uid);
}

bool outlet_reload_keys(struct outlet *outlet, struct error *err)
{
	if (!curve_reload(outlet->curve, err))
		return false;
	narrow(outlet);
	const size_t cut = stream_server_cut(outlet->server, admits, outlet);
	if (cut)
		log_line(LOG_LEVEL_WARNING, "%s: %zu connections of those who may not attach any more were ended", outlet->options.publish, cut);
	return true;
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
