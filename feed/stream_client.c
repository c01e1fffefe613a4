#include "feed/stream_client.h"

#include <stdlib.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/stream_client_state.h"

#define RANGE_MOST 20000
#define STATE_MOST ((size_t)1 << 30)
#define BACKLOG_RECORDS 200000
#define BACKLOG_BYTES ((size_t)256 << 20)
#define TIMEOUT 2000	      /* ms */
#define ACT_PATIENCE 5 / 2    /* times the time-out */
#define RESTARTS_A_TIMEOUT 4  /* beginnings at most */
#define HASTE 5		      /* time-outs after a state in which beginning anew is no good sign */
#define LEFTOVERS 5000	      /* ms that messages of the epoch before are passed over */

static const char gone_back[] = "the collector's records went back";

static void set_defaults(struct stream_client_options *options)
{
	options->range_most = options->range_most ? options->range_most : RANGE_MOST;
	options->state_most = options->state_most ? options->state_most : STATE_MOST;
	options->backlog_records = options->backlog_records ? options->backlog_records : BACKLOG_RECORDS;
	options->backlog_bytes = options->backlog_bytes ? options->backlog_bytes : BACKLOG_BYTES;
	options->timeout = options->timeout > 0 ? options->timeout : TIMEOUT;
}

struct stream_client *stream_client_open(const struct stream_client_options *options, const struct stream_sink *sink, struct error *err)
{
	struct stream_client *client = memory_new(1, sizeof *client);
	client->options = *options;
	set_defaults(&client->options);
	client->sink = *sink;
	client->options.url = client->url = memory_text(options->url);
	client->options.feed.site = client->site = memory_text(options->feed.site ? options->feed.site : "");
	client->told = LINK_CONNECTING;
	client->restart_at = clock_monotonic() - client->options.timeout;
	if (options->lsn) {
		client->can_resume = client->has_origin = client->had_state = true;
		client->origin = options->origin;
		client->next = options->lsn + 1;
	}
	stream_backlog_init(&client->backlog, client->options.backlog_records, client->options.backlog_bytes);
	stream_dealer_init(&client->dealer, client->url, &client->options.feed);
	if (stream_link_open(&client->link, client->url, &client->options.feed, options->queue, err))
		return client;
	stream_client_close(client);
	return NULL;
}

void stream_client_close(struct stream_client *client)
{
	if (!client)
		return;
	stream_link_close(&client->link);
	stream_dealer_finish(&client->dealer);
	stream_backlog_finish(&client->backlog);
	wire_buffer_finish(&client->fetch.bytes);
	wire_buffer_finish(&client->room);
	free(client->url);
	free(client->site);
	free(client);
}

/* ---- the position ---- */

void stream_client_restart(struct stream_client *client, const char *why, int64_t now)
{
	if (client->phase == PHASE_FOLLOW)
		client->counts.restarts++;
	client->why = why;
	client->phase = PHASE_HELLO;
	client->can_resume = false;
	client->heard = 0;
	client->asked.id = 0;
	client->misses = 0;
	stream_backlog_clear(&client->backlog);
	wire_buffer_finish(&client->fetch.bytes);
	/* Whoever makes us begin again and again gets less and less of it. */
	bool is_hasty = client->settled_at && now - client->settled_at < HASTE * client->options.timeout;
	client->hasty = is_hasty ? client->hasty + 1 : 0;
	int64_t spacing = client->options.timeout / RESTARTS_A_TIMEOUT << (client->hasty < 5 ? client->hasty : 5);
	int64_t earliest = client->restart_at + spacing;
	client->restart_at = client->not_before = now > earliest ? now : earliest;
}

static const char *why_other(const struct stream_client *client, const struct stream_origin *origin)
{
	bool is_same = memcmp(origin->journal, client->origin.journal, JOURNAL_ID_SIZE) == 0;
	return is_same ? "the collector began a new epoch" : "the collector has another journal";
}

void stream_client_adopt(struct stream_client *client, const struct stream_origin *origin)
{
	if (client->has_origin && stream_origin_equals(origin, &client->origin))
		return;
	if (client->has_origin)
		client->why = why_other(client, origin);
	stream_backlog_clear(&client->backlog);
	client->heard = 0;
	client->can_resume = false;
	client->origin = *origin;
	client->has_origin = true;
}

bool stream_client_deliver(struct stream_client *client, const struct frame *frame)
{
	if (frame->lsn != client->next)
		return false;
	client->next++;
	client->counts.records++;
	client->sink.record(client->sink.context, frame, &client->origin);
	return true;
}

bool stream_client_hole(const struct stream_client *client, uint64_t *to)
{
	const struct frame *first = stream_backlog_first(&client->backlog);
	*to = first ? first->lsn - 1 : client->heard;
	return client->phase == PHASE_FOLLOW && client->next <= *to;
}

/* True: there is more whose turn it is. */
static bool drain(struct stream_client *client, int most)
{
	const struct frame *first;
	while (client->phase == PHASE_FOLLOW && (first = stream_backlog_first(&client->backlog)) && first->lsn <= client->next) {
		if (most-- == 0)
			return true;
		stream_client_deliver(client, first);
		stream_backlog_drop(&client->backlog);
	}
	return false;
}

/* ---- the stream ---- */

/* What was thrown away is asked for, or a state replaces it. */
static void hold(struct stream_client *client, const struct frame *frame)
{
	if (stream_backlog_add(&client->backlog, frame))
		return;
	client->counts.overflows++;
	stream_backlog_clear(&client->backlog);
	stream_backlog_add(&client->backlog, frame);
}

static void take_record(struct stream_client *client, const struct frame *frame)
{
	bool is_following = client->phase == PHASE_FOLLOW;
	if (is_following && frame->lsn < client->next)
		return;
	if (!is_following || client->backlog.count || !stream_client_deliver(client, frame))
		hold(client, frame);
}

/* A state may be of a newer epoch than what still waits in the socket. */
static bool is_leftover(const struct stream_client *client, const struct stream_message *message, int64_t now)
{
	return client->settled_at && now - client->settled_at < LEFTOVERS && message->origin.epoch < client->origin.epoch &&
	       memcmp(message->origin.journal, client->origin.journal, JOURNAL_ID_SIZE) == 0;
}

/* False: it counts for nothing. */
static bool judge_origin(struct stream_client *client, const struct stream_message *message, int64_t now)
{
	const struct frame *frame = &message->frame;
	if (client->has_origin && !stream_origin_equals(&message->origin, &client->origin)) {
		if (is_leftover(client, message, now)) {
			client->counts.foreign++;
			return false;
		}
		stream_client_restart(client, why_other(client, &message->origin), now);
	} else if (client->heard && (message->is_heartbeat ? frame->lsn < client->heard : frame->lsn <= client->heard)) {
		stream_client_restart(client, gone_back, now);
	} else if (client->can_resume && message->is_heartbeat && frame->lsn + 1 < client->next) {
		client->can_resume = false;
		client->why = gone_back;
	}
	stream_client_adopt(client, &message->origin);
	return true;
}

static void take_message(struct stream_client *client, const struct message *raw, int64_t now)
{
	struct stream_message message;
	if (!stream_decode(raw->payload, raw->payload_size, &message, &client->room, NULL)) {
		client->counts.malformed++;
		return;
	}
	if (!judge_origin(client, &message, now))
		return;
	client->heard = message.frame.lsn;
	if (!message.is_heartbeat) {
		take_record(client, &message.frame);
		return;
	}
	if (message.ask.size && !stream_dealer_learn(&client->dealer, message.ask))
		client->counts.malformed++;
}

static bool take_messages(struct stream_client *client, int most, int64_t now)
{
	for (int i = 0; i < most; i++) {
		struct message message;
		const char *why;
		enum message_state state = stream_link_receive(&client->link, &message, now, &why);
		client->counts.malformed += why != NULL;
		if (state == MESSAGE_NONE)
			return false;
		if (state != MESSAGE_HERE)
			continue;
		take_message(client, &message, now);
		message_finish(&message);
	}
	return true;
}

/* ---- the link ---- */

static enum link_state state_of(const struct stream_client *client, int64_t now)
{
	enum link_state state = watchdog_state(&client->link.watchdog, now);
	if (state == LINK_REFUSED || state == LINK_STALE)
		return state;
	if (client->is_unreadable)
		return LINK_REFUSED;
	bool is_heard = state == LINK_LIVE || state == LINK_QUIET;
	return is_heard && client->phase == PHASE_FOLLOW ? LINK_LIVE : LINK_CONNECTING;
}

static const char *reason_for(const struct stream_client *client, enum link_state state)
{
	if (state == LINK_REFUSED)
		return client->link.watchdog.refused ? client->link.why : client->trouble.text;
	return state == LINK_CONNECTING && client->why ? client->why : "";
}

static void tell(struct stream_client *client, int64_t now)
{
	enum link_state state = state_of(client, now);
	if (state == client->told)
		return;
	client->told = state;
	client->sink.link(client->sink.context, state, reason_for(client, state), now - client->link.watchdog.heard);
}

static void give_up_acts(struct stream_client *client, int64_t now)
{
	int64_t id;
	while ((id = stream_dealer_overdue(&client->dealer, now)) != 0)
		client->sink.answer(client->sink.context, id, 0, "timeout", view_of(""));
}

bool stream_client_next(struct stream_client *client, int most)
{
	int64_t now = clock_monotonic();
	stream_link_listen(&client->link, now);
	bool more = take_messages(client, most, now);
	tell(client, now); /* between a restart and the state that follows it */
	now = clock_monotonic();
	bool more_answers = stream_questions_take(client, most, now);
	bool more_held = drain(client, most);
	stream_questions_drive(client, now);
	give_up_acts(client, now);
	watchdog_look(&client->link.watchdog, now);
	tell(client, now);
	if (!more)
		stream_link_revive(&client->link, now);
	return more || more_answers || more_held;
}

int stream_client_items(const struct stream_client *client, struct zmq_pollitem_t *items)
{
	int count = stream_link_items(&client->link, items);
	if (client->dealer.socket)
		items[count++] = (zmq_pollitem_t){.socket = client->dealer.socket, .events = ZMQ_POLLIN};
	return count;
}

static int64_t sooner(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

int64_t stream_client_due(const struct stream_client *client)
{
	int64_t due = sooner(watchdog_due(&client->link.watchdog), stream_dealer_due(&client->dealer));
	return sooner(due, stream_questions_due(client));
}

int64_t stream_client_act(struct stream_client *client, const void *event, size_t size, struct error *err)
{
	int64_t due = clock_monotonic() + client->options.timeout * ACT_PATIENCE;
	return stream_dealer_act(&client->dealer, (struct view){event, size}, due, err);
}

void stream_client_ack(struct stream_client *client, uint64_t lsn)
{
	char hex[STREAM_HEX_ROOM];
	if (client->phase != PHASE_FOLLOW || !*client->dealer.endpoint)
		return;
	stream_hex(client->origin.journal, hex);
	struct stream_talk talk = {.op = view_of("ack"), .journal = view_of(hex), .epoch = (int64_t)client->origin.epoch, .lsn = (int64_t)lsn,
		.has = STREAM_HAS(lsn) | STREAM_HAS(epoch)};
	stream_dealer_ask(&client->dealer, &talk, NULL);
}

struct stream_client_counts stream_client_counts(const struct stream_client *client)
{
	return client->counts;
}

uint64_t stream_client_lsn(const struct stream_client *client)
{
	return client->next ? client->next - 1 : 0;
}

uint64_t stream_client_newest(const struct stream_client *client)
{
	return client->heard;
}

size_t stream_client_fetched(const struct stream_client *client)
{
	return client->fetch.bytes.size;
}

int64_t stream_client_heard(const struct stream_client *client, bool *ever)
{
	*ever = client->link.watchdog.ever_heard;
	return client->link.told_at;
}
