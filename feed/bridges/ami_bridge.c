/* `tablo bridge ami HOST[:PORT] --login FILE [--queue-log FILE]`: Asterisk's manager interface as it speaks, beside the queue_log where there
 * is one. */
#include <stdio.h>
#include <stdlib.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/text.h"
#include "base/words.h"
#include "feed/bridges/ami_bridge.h"
#include "feed/bridges/ami_link.h"
#include "feed/bridges/ami_on.h"
#include "feed/bridges/queue_log_counts.h"
#include "feed/bridges/queue_log_follow.h"

#define MESSAGES_A_TURN 2000
#define LAG 500		/* ms that the manager interface's events wait for the log's lines about the same calls */
#define DELAYED_MOST 20000
#define DELAYED_BYTES ((size_t)16 << 20)
#define GRACE 1500	/* ms after Asterisk listed all: events of before may still be on their way */
#define LOG_GRACE 5000	/* the same where a log leads */
#define LIST_EVERY (5 * MINUTE_MS)
#define RETRY 1000
#define ALONE_KEY "ami/alone" /* of the outbox: the manager interface told of calls without the log, which is not read from its beginning then */

struct delayed {
	int64_t due, ts; /* monotonic ms; ms since the epoch */
	char *text;
	char linked[ID_MAX + 1]; /* what the channels of one call share */
};

struct ami_bridge {
	struct bridge_host host;
	struct ami ami;
	struct ami_link *link;
	struct queue_log_follow *log; /* NULL: none */
	uint64_t number;	      /* of the connection whose state was asked for */
	int64_t listed;		      /* monotonic ms: when it was asked for last */
	int64_t complete;	      /* monotonic ms: when all had been listed; 0: not yet */
	int64_t retry;		      /* monotonic ms: after a commit that failed */
	bool is_log_behind, is_told_rights, is_more;
	bool is_log_known; /* calls that the log knows from an earlier bridge are known here, too; or that there is no log is written */
	struct ami_message message; /* the one that is taken */
	struct delayed *delayed;
	size_t delayed_first, delayed_count, delayed_room;
	size_t delayed_bytes; /* of their texts */
};

static const char *option(const struct bridge_host *host, const char *name)
{
	return host->option ? host->option(host->arguments, name) : NULL;
}

static void say(void *context, const char *text)
{
	const struct ami_bridge *bridge = context;
	bridge->host.say(bridge->host.context, text);
}

int64_t ami_instant(const struct ami_message *message, int64_t otherwise)
{
	const struct view text = ami_value(message, "Timestamp");
	size_t dot = 0;
	while (dot < text.size && text.data[dot] != '.')
		dot++;
	const int64_t seconds = text_whole((struct view){text.data, dot}, INT64_C(32503680000));
	if (seconds <= 0)
		return otherwise;
	int64_t ms = 0;
	for (size_t i = 1; i <= 3; i++) {
		const char digit = dot + i < text.size ? text.data[dot + i] : '0';
		ms = ms * 10 + (digit >= '0' && digit <= '9' ? digit - '0' : 0);
	}
	return seconds * SECOND_MS + ms;
}

/* ---- messages ---- */

static void take(struct ami_bridge *bridge, const struct ami_message *message)
{
	const char *why;
	const enum trial_outcome outcome = ami_take(&bridge->ami, message, &why);
	bridge_take(&bridge->host, outcome, why);
}

/* Has the log told already what the event builds upon? Then it need not wait, unless others of the call do. */
static bool is_in_time(const struct ami_bridge *bridge, const struct ami_message *message)
{
	struct ami_names names;
	ami_names_read(message, &names);
	for (size_t i = bridge->delayed_first; names.linked[0] && i < bridge->delayed_count; i++)
		if (strcmp(bridge->delayed[i].linked, names.linked) == 0)
			return false;
	if (view_is(ami_value(message, "Event"), "AgentCalled")) {
		const struct ami_call *waiting = ami_call_find(&bridge->ami, view_of(names.queue), view_of(names.caller));
		return waiting && waiting->state == AMI_WAITING;
	}
	const struct ami_call *call = ami_call_of_channel(&bridge->ami, view_of(names.caller));
	if (!call)
		call = ami_call_linked(&bridge->ami, view_of(names.linked));
	return call && call->state == AMI_TALKING;
}

/* Events about calls wait until the log has told of the calls. */
static void delay(struct ami_bridge *bridge, const struct ami_message *message)
{
	if (bridge->delayed_count - bridge->delayed_first >= DELAYED_MOST || bridge->delayed_bytes >= DELAYED_BYTES) {
		bridge_take(&bridge->host, TRIAL_DAMAGED, "more events than can wait for the log");
		return;
	}
	size_t size = 3;
	for (size_t i = 0; i < message->count; i++)
		size += message->headers[i].name.size + message->headers[i].value.size + 4;
	char *text = memory_new(1, size), *to = text;
	for (size_t i = 0; i < message->count; i++)
		to += sprintf(to, "%.*s: %.*s\r\n", (int)message->headers[i].name.size, message->headers[i].name.data, (int)message->headers[i].value.size,
			message->headers[i].value.size ? message->headers[i].value.data : "");
	memcpy(to, "\r\n", 3);
	bridge->delayed_bytes += strlen(text);
	if (bridge->delayed_count == bridge->delayed_room)
		bridge->delayed = memory_grow(bridge->delayed, &bridge->delayed_room, bridge->delayed_count + 1, sizeof *bridge->delayed);
	bridge->delayed[bridge->delayed_count++] = (struct delayed){.due = clock_monotonic() + LAG, .ts = bridge->ami.now, .text = text};
	import_id(ami_value(message, "Linkedid"), bridge->delayed[bridge->delayed_count - 1].linked);
}

static void take_delayed(struct ami_bridge *bridge)
{
	const int64_t now = clock_monotonic();
	if (bridge->delayed_count == 0)
		return;
	struct ami_message *message = &bridge->message;
	while (bridge->delayed_first < bridge->delayed_count && bridge->delayed[bridge->delayed_first].due <= now) {
		struct delayed *delayed = &bridge->delayed[bridge->delayed_first++];
		struct ami_wire wire = {0};
		const size_t size = strlen(delayed->text);
		ami_wire_add(&wire, delayed->text, size);
		bridge->delayed_bytes -= size;
		bridge->ami.now = delayed->ts;
		if (ami_wire_next(&wire, message) == AMI_MESSAGE)
			take(bridge, message);
		ami_wire_finish(&wire);
		free(delayed->text);
	}
	if (bridge->delayed_first == bridge->delayed_count || bridge->delayed_first >= DELAYED_MOST) {
		bridge->delayed_count -= bridge->delayed_first;
		memmove(bridge->delayed, bridge->delayed + bridge->delayed_first, bridge->delayed_count * sizeof *bridge->delayed);
		bridge->delayed_first = 0;
	}
}

/* What goes wrong with the questions about the present state, which are the only ones asked. */
static void take_answer(struct ami_bridge *bridge, const struct ami_message *message)
{
	const struct view id = ami_value(message, "ActionID");
	if (!view_is(ami_value(message, "Response"), "Error"))
		return;
	if (view_is(id, "tablo-channels")) {
		bridge->ami.present.is_channels_done = true;
		if (!bridge->is_told_rights)
			say(bridge, "CoreShowChannels is refused: with write = system,reporting for this user in manager.conf calls that ended in a gap are noticed");
		bridge->is_told_rights = true;
	} else if (view_is(id, "tablo-queues")) {
		say(bridge, "QueueStatus is refused: without it what waits already is not seen; it needs the module app_queue");
		ami_present_drop(&bridge->ami);
	}
}

/* A call that came while we listened, and of which no event told. */
static void check_rights(struct ami_bridge *bridge, const struct ami_message *message)
{
	char queue[ID_MAX + 1], caller[ID_MAX + 1];
	const int64_t wait = text_whole(ami_value(message, "Wait"), 7 * 86400);
	if (bridge->ami.is_joined || bridge->is_told_rights || !view_is(ami_value(message, "Event"), "QueueEntry"))
		return;
	if (wait < 0 || clock_monotonic() - wait * SECOND_MS < ami_link_since(bridge->link) + 3 * SECOND_MS)
		return;
	import_id(ami_value(message, "Queue"), queue);
	import_id(ami_value(message, "Uniqueid"), caller);
	if (ami_call_find(&bridge->ami, view_of(queue), view_of(caller)))
		return;
	bridge->is_told_rights = true;
	say(bridge, "calls come of which no event tells: in manager.conf this user needs read = agent,call,dialplan");
}

static void take_messages(struct ami_bridge *bridge)
{
	struct ami_message *message = &bridge->message;
	enum ami_step step = AMI_MORE;
	int taken = 0;
	for (; taken < MESSAGES_A_TURN && (step = ami_link_next(bridge->link, message)) != AMI_MORE; taken++) {
		bridge->ami.now = ami_instant(message, clock_wall());
		if (step == AMI_DAMAGED) {
			bridge_take(&bridge->host, TRIAL_DAMAGED, "a block that is no message");
		} else if (ami_value(message, "Response").size) {
			take_answer(bridge, message);
		} else if (bridge->log && ami_waits_for_log(message) && !is_in_time(bridge, message)) {
			delay(bridge, message);
		} else {
			check_rights(bridge, message);
			take(bridge, message);
		}
	}
	bridge->is_more = taken == MESSAGES_A_TURN;
}

/* ---- the present state ---- */

static void ask_present(struct ami_bridge *bridge)
{
	const int64_t now = clock_monotonic();
	const bool is_new = bridge->number != ami_link_number(bridge->link);
	if (!ami_link_is_live(bridge->link) || (!is_new && now - bridge->listed < LIST_EVERY))
		return;
	bridge->number = ami_link_number(bridge->link);
	bridge->listed = now;
	bridge->complete = 0;
	ami_present_ask(&bridge->ami);
	ami_link_ask(bridge->link, "QueueStatus", "queues");
	ami_link_ask(bridge->link, "CoreShowChannels", "channels");
}

static void tell_present(struct ami_bridge *bridge)
{
	const int64_t now = clock_monotonic();
	if (!ami_present_is_complete(&bridge->ami) || bridge->number != ami_link_number(bridge->link))
		return;
	if (!bridge->complete)
		bridge->complete = now;
	if (now - bridge->complete < (bridge->log ? LOG_GRACE : GRACE) || bridge->is_log_behind)
		return;
	bridge->ami.now = clock_wall();
	ami_present_tell(&bridge->ami);
	bridge->complete = 0;
}

/* ---- turns ---- */

static void begin_again(struct ami_bridge *bridge, const struct error *why)
{
	say(bridge, why->text);
	bridge->retry = clock_monotonic() + RETRY;
	ami_present_drop(&bridge->ami);
	ami_restore(&bridge->ami);
	bridge->is_log_known = false;
	ami_link_break(bridge->link, "what was heard could not be written");
}

static bool turn_log(struct ami_bridge *bridge, struct error *err)
{
	struct error why;
	bool wanted = false;
	if (!bridge->log)
		return true;
	outbox_begin(bridge->host.outbox);
	const bool good = queue_log_follow_read(bridge->log, &wanted, err);
	bridge->is_log_behind = wanted;
	if (!good || !wanted) {
		outbox_abandon(bridge->host.outbox);
		return good;
	}
	if (outbox_commit(bridge->host.outbox, &why))
		return true;
	begin_again(bridge, &why);
	return queue_log_follow_again(bridge->log, err);
}

static void know_call(void *context, const struct call *call)
{
	struct ami_bridge *bridge = context;
	ami_log_known(&bridge->ami, call);
}

/* A bridge of the log alone may have had the outbox before, and one with the log may have it after. */
static void know_log(struct ami_bridge *bridge)
{
	if (bridge->is_log_known)
		return;
	bridge->is_log_known = true;
	if (bridge->log) {
		queue_log_follow_calls(bridge->log, know_call, bridge);
		return;
	}
	outbox_put(bridge->host.outbox, view_of(ALONE_KEY), view_of("1"));
	queue_log_follow_leave(bridge->host.outbox);
}

static bool turn(void *state, struct error *err)
{
	struct ami_bridge *bridge = state;
	struct error why;
	if (bridge->retry && clock_monotonic() < bridge->retry)
		return true;
	bridge->retry = 0;
	bridge->ami.heard = clock_wall();
	if (!turn_log(bridge, err) || bridge->retry)
		return bridge->retry != 0;
	ami_link_turn(bridge->link);
	outbox_begin(bridge->host.outbox);
	know_log(bridge);
	take_messages(bridge);
	ask_present(bridge);
	take_delayed(bridge);
	bridge->ami.now = clock_wall();
	ami_settle(&bridge->ami, false);
	tell_present(bridge);
	if (!outbox_commit(bridge->host.outbox, &why))
		begin_again(bridge, &why);
	return true;
}

static int items(void *state, struct zmq_pollitem_t *items, int room)
{
	const struct ami_bridge *bridge = state;
	int found = 0;
	const int link = ami_link_descriptor(bridge->link), log = bridge->log ? queue_log_follow_descriptor(bridge->log) : -1;
	if (link >= 0 && found < room)
		items[found++] = (zmq_pollitem_t){.fd = link, .events = (short)(ZMQ_POLLIN | (ami_link_wants_write(bridge->link) ? ZMQ_POLLOUT : 0))};
	if (log >= 0 && found < room)
		items[found++] = (zmq_pollitem_t){.fd = log, .events = ZMQ_POLLIN};
	return found;
}

static int64_t earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

static int64_t due(const void *state)
{
	const struct ami_bridge *bridge = state;
	const int64_t now = clock_monotonic();
	if (bridge->retry)
		return bridge->retry;
	if (bridge->is_more)
		return now;
	int64_t due = ami_link_due(bridge->link);
	const int64_t settle = ami_settle_due(&bridge->ami);
	if (settle != INT64_MAX)
		due = earlier(due, now + (settle > clock_wall() ? settle - clock_wall() : 0));
	if (bridge->complete)
		due = earlier(due, bridge->complete + (bridge->log ? LOG_GRACE : GRACE));
	if (bridge->delayed_first < bridge->delayed_count)
		due = earlier(due, bridge->delayed[bridge->delayed_first].due);
	return bridge->log ? earlier(due, queue_log_follow_due(bridge->log)) : due;
}

/* ---- its beginning and its end ---- */

static void take_log_event(void *context, const struct event *event, struct view queue)
{
	struct ami_bridge *bridge = context;
	ami_log_event(&bridge->ami, event, queue);
}

static void take_log_line(void *context, enum import_count outcome, const char *reason)
{
	const struct ami_bridge *bridge = context;
	queue_log_take(&bridge->host, outcome, reason);
}

static bool open_log(struct ami_bridge *bridge, const char *path, struct error *err)
{
	struct view alone;
	const struct queue_log_follow_options options = {
		.path = path,
		.outbox = bridge->host.outbox,
		.pseudonym = &bridge->host.pseudonym,
		.from = INSTANT_NONE,
		.from_end = outbox_find(bridge->host.outbox, view_of(ALONE_KEY), &alone),
		.context = bridge,
		.event = take_log_event,
		.line = take_log_line,
		.say = say,
	};
	bridge->ami.is_joined = path != NULL;
	if (!path)
		return true;
	bridge->log = queue_log_follow_open(&options, err);
	return bridge->log != NULL;
}

static void close_bridge(void *state)
{
	struct ami_bridge *bridge = state;
	ami_link_close(bridge->link);
	queue_log_follow_close(bridge->log);
	for (size_t i = bridge->delayed_first; i < bridge->delayed_count; i++)
		free(bridge->delayed[i].text);
	free(bridge->delayed);
	ami_finish(&bridge->ami);
	free(bridge);
}

static void *open_bridge(const struct bridge_host *host, const char *target, struct error *err)
{
	const char *login = option(host, "--login"), *log = option(host, "--queue-log");
	if (!login) {
		fail(err, "tablo bridge ami wants --login FILE, which holds user = NAME and secret = TEXT, a line each (mode 0600)");
		return NULL;
	}
	struct ami_bridge *bridge = memory_new(1, sizeof *bridge);
	bridge->host = *host;
	ami_init(&bridge->ami, host);
	const struct ami_link_options options = {.target = target, .login = login,
		.mask = log ? "agent,call" : "agent,call,dialplan", .say = say, .context = bridge};
	bridge->link = ami_link_open(&options, err);
	if (bridge->link && open_log(bridge, log, err))
		return bridge;
	close_bridge(bridge);
	return NULL;
}

static const char *const options[] = {"--login", "--queue-log", NULL};

const struct bridge_class ami_bridge = {
	.name = "ami",
	.positional = "HOST[:PORT]",
	.help = N_("Asterisk's manager interface, beside its queue_log where that can be read"),
	.gives = "messages",
	.options = options,
	.open = open_bridge,
	.close = close_bridge,
	.items = items,
	.due = due,
	.turn = turn,
	.test = ami_trial,
};
