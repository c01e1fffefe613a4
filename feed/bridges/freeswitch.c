/* `tablo bridge freeswitch HOST[:PORT]`: FreeSWITCH's mod_callcenter over its event socket. This file holds the connection: it logs in,
 * asks for events and lists, notices silence, and tries again. What events mean is the table in freeswitch_events.c. */
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/words.h"
#include "feed/bridges/esl_link.h"
#include "feed/bridges/freeswitch_events.h"
#include "feed/bridges/login_file.h"

#define FRAMES_MOST 4000	 /* in a turn */
#define PAUSE_FIRST SECOND_MS	 /* before the first attempt that follows; doubles */
#define PAUSE_MOST (30 * SECOND_MS)
#define ANSWER_MOST (10 * SECOND_MS) /* silence while something is awaited */
#define HEARTBEAT_MS (20 * SECOND_MS) /* FreeSWITCH's own default */
#define HEARTBEATS_MOST 3	 /* that long a silence ends the connection */
#define SETTLE_MS 300		 /* for what happened before the lists were made and is told after them */
#define REFRESH_MS (10 * MINUTE_MS) /* the lists again: there are things without an event */
#define ABSENT_MS MINUTE_MS	 /* the lists again where mod_callcenter is not loaded */
#define RETRY_MS SECOND_MS	 /* the commit again, where the disk refuses */
#define PREPARED_MOST (2 * MINUTE_MS) /* from the connection, or the question, to the last of the lists */
/* CUSTOM comes last: whatever follows it is the name of a subclass. */
#define SUBSCRIBE "event plain HEARTBEAT CHANNEL_HOLD CHANNEL_UNHOLD CUSTOM callcenter::info\n\n"

enum stage { STAGE_AWAY, STAGE_CONNECTING, STAGE_GREETING, STAGE_LOGIN, STAGE_SUBSCRIBING, STAGE_LISTING, STAGE_SETTLING, STAGE_LIVE };

struct connection {
	struct freeswitch freeswitch;
	struct esl_link link;
	char *login; /* the file's path */
	enum stage stage;
	struct freeswitch_lists lists;
	enum freeswitch_list list; /* which is asked for */
	size_t queue;		   /* of which members are asked for */
	/* monotonic ms */
	int64_t pause, again, step_due, silence, begun; /* begun: the connection, or to ask for lists */
	int64_t stuck;	/* until then nothing is read: the disk refuses; 0: it does not */
	bool has_more;	/* frames are left over from this turn */
	bool is_shown;	/* this connection's first snapshot was told of */
};

static void say(const struct connection *connection, const char *format, ...) __attribute__((format(printf, 2, 3)));
static void say(const struct connection *connection, const char *format, ...)
{
	char text[700];
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text, sizeof text, format, arguments);
	va_end(arguments);
	connection->freeswitch.host.say(connection->freeswitch.host.context, text);
}

/* ---- its life ---- */

static void lose(struct connection *connection, const char *why)
{
	esl_link_close(&connection->link);
	connection->stage = STAGE_AWAY;
	connection->freeswitch.is_asking = connection->has_more = connection->is_shown = false;
	map_finish(&connection->freeswitch.touched);
	freeswitch_lists_finish(&connection->lists);
	connection->again = clock_monotonic() + connection->pause;
	say(connection, "FreeSWITCH at %s: %s; trying again in %lld s", connection->link.target.host, why, (long long)(connection->pause / SECOND_MS));
	connection->pause = connection->pause * 2 < PAUSE_MOST ? connection->pause * 2 : PAUSE_MOST;
}

static void lose_if(struct connection *connection, const char *why)
{
	if (why)
		lose(connection, why);
}

static void send_text(struct connection *connection, const char *text)
{
	lose_if(connection, esl_link_send(&connection->link, text));
}

static void send_login(struct connection *connection)
{
	struct login_text login;
	struct error err;
	char text[LOGIN_TEXT_MOST + 16];
	connection->stage = STAGE_LOGIN;
	if (!login_file_read(connection->login, &login, &err)) {
		connection->pause = PAUSE_MOST;
		lose(connection, err.text);
		return;
	}
	snprintf(text, sizeof text, "auth %s\n\n", login.text);
	send_text(connection, text);
	explicit_bzero(text, sizeof text);
	login_text_erase(&login);
}

/* ---- lists ---- */

/* The next command for the list that is asked for; moves on to the list that follows where there is nothing (more) to ask for. */
static void ask(struct connection *connection)
{
	static const char *const commands[LIST_COUNT] = {
		[LIST_QUEUES] = "api callcenter_config queue list\n\n",
		[LIST_AGENTS] = "api callcenter_config agent list\n\n",
		[LIST_TIERS] = "api callcenter_config tier list\n\n",
	};
	char text[400];
	if (connection->list < LIST_MEMBERS) {
		send_text(connection, commands[connection->list]);
		return;
	}
	while (freeswitch_members_command(&connection->lists, connection->queue, text, sizeof text)) {
		if (*text) {
			send_text(connection, text);
			return;
		}
		connection->queue++;
	}
	connection->stage = STAGE_SETTLING;
	connection->step_due = clock_monotonic() + SETTLE_MS;
}

static void ask_first(struct connection *connection)
{
	map_finish(&connection->freeswitch.touched);
	freeswitch_lists_finish(&connection->lists);
	connection->freeswitch.is_asking = true;
	connection->stage = STAGE_LISTING;
	connection->begun = clock_monotonic();
	connection->list = LIST_QUEUES;
	connection->queue = 0;
	connection->link.heard = clock_monotonic();
	ask(connection);
}

static void go_live(struct connection *connection, int64_t next)
{
	connection->freeswitch.is_asking = false;
	map_finish(&connection->freeswitch.touched);
	freeswitch_lists_finish(&connection->lists);
	connection->stage = STAGE_LIVE;
	connection->step_due = clock_monotonic() + next;
	connection->pause = PAUSE_FIRST;
}

static void take_list(struct connection *connection, struct view content)
{
	struct error err;
	if (!freeswitch_lists_add(&connection->lists, connection->list, content, &err)) {
		say(connection, "FreeSWITCH at %s: %s", connection->link.target.host, err.text);
		go_live(connection, ABSENT_MS);
		return;
	}
	if (connection->list < LIST_MEMBERS)
		connection->list++;
	else
		connection->queue++;
	ask(connection);
}

/* ---- commits ---- */

/* Nothing of what was begun holds, and it is tried again. */
static void stick(struct connection *connection, const struct error *err)
{
	freeswitch_count(&connection->freeswitch);
	connection->freeswitch.wrap_next = 0;
	connection->stuck = clock_monotonic() + RETRY_MS;
	say(connection, "%s", err->text);
}

static bool commit(struct connection *connection)
{
	struct error err;
	if (outbox_commit(connection->freeswitch.host.outbox, &err))
		return true;
	stick(connection, &err);
	return false;
}

static void show(struct connection *connection)
{
	struct freeswitch *freeswitch = &connection->freeswitch;
	outbox_begin(freeswitch->host.outbox);
	const struct freeswitch_state state = freeswitch_snapshot(freeswitch, &connection->lists);
	if (!commit(connection))
		return;
	if (!connection->is_shown)
		say(connection, "FreeSWITCH at %s: %zu queues, %zu agents, %zu callers wait, %zu are in talk", connection->link.target.host, state.queues,
			state.agents, state.waiting, state.talking);
	connection->is_shown = true;
	if (state.damaged)
		freeswitch->host.count(freeswitch->host.context, BRIDGE_DAMAGED, "rows of FreeSWITCH's lists that could not be read");
	go_live(connection, REFRESH_MS);
}

static void end_wraps(struct connection *connection)
{
	if (connection->freeswitch.wrap_next > connection->freeswitch.now)
		return;
	outbox_begin(connection->freeswitch.host.outbox);
	freeswitch_wraps(&connection->freeswitch);
	commit(connection);
}

/* ---- frames ---- */

static bool is_ok(struct view reply)
{
	return reply.size >= 3 && memcmp(reply.data, "+OK", 3) == 0;
}

static void take_reply(struct connection *connection, struct view head)
{
	const bool good = is_ok(esl_header(head, "Reply-Text"));
	if (connection->stage == STAGE_LOGIN && good) {
		connection->stage = STAGE_SUBSCRIBING;
		send_text(connection, SUBSCRIBE);
	} else if (connection->stage == STAGE_LOGIN) {
		connection->pause = PAUSE_MOST;
		lose(connection, "it does not take the password of the login file");
	} else if (connection->stage == STAGE_SUBSCRIBING && good) {
		ask_first(connection);
	} else if (connection->stage == STAGE_SUBSCRIBING) {
		lose(connection, "it does not give events");
	}
}

/* Whatever is no event. */
static void take_other(struct connection *connection, const struct esl_frame *frame)
{
	const struct view type = esl_header(frame->head, "Content-Type");
	if (view_is(type, "auth/request") && connection->stage == STAGE_GREETING) {
		send_login(connection);
	} else if (view_is(type, "command/reply")) {
		take_reply(connection, frame->head);
	} else if (view_is(type, "api/response") && connection->stage == STAGE_LISTING) {
		take_list(connection, frame->content);
	} else if (view_is(type, "text/disconnect-notice")) {
		lose(connection, "it ended the connection");
	} else if (view_is(type, "text/rude-rejection")) {
		connection->pause = PAUSE_MOST;
		lose(connection, "it refuses this address (apply-inbound-acl of event_socket.conf)");
	}
}

static void take_event(struct connection *connection, struct view block)
{
	const char *why;
	const int64_t interval = esl_number(block, "Heartbeat-Interval", 3600);
	const enum trial_outcome outcome = freeswitch_take(&connection->freeswitch, block, &why);
	if (interval > 0)
		connection->silence = interval * SECOND_MS;
	bridge_take(&connection->freeswitch.host, outcome, why);
}

static bool is_event(const struct connection *connection, const struct esl_frame *frame)
{
	return connection->stage >= STAGE_SUBSCRIBING && view_is(esl_header(frame->head, "Content-Type"), "text/event-plain");
}

/* Events that follow one another are one commit. Where the disk refuses it they are taken again, from `begun` on. */
static void take_events(struct connection *connection, struct esl_frame frame, size_t begun, int *left)
{
	struct esl *esl = &connection->link.esl;
	size_t after;
	outbox_begin(connection->freeswitch.host.outbox);
	do {
		take_event(connection, frame.content);
		after = esl->at;
	} while (--*left > 0 && esl_next(esl, &frame, NULL) == ESL_FRAME && is_event(connection, &frame));
	esl->at = commit(connection) ? after : begun;
}

static void take_frames(struct connection *connection)
{
	struct esl_frame frame;
	struct error err;
	enum esl_state state = ESL_FRAME;
	int left = FRAMES_MOST;
	while (left > 0 && connection->stage >= STAGE_GREETING && !connection->stuck) {
		const size_t begun = connection->link.esl.at;
		state = esl_next(&connection->link.esl, &frame, &err);
		if (state != ESL_FRAME)
			break;
		if (is_event(connection, &frame)) {
			take_events(connection, frame, begun, &left);
			continue;
		}
		take_other(connection, &frame);
		left--;
	}
	connection->has_more = state == ESL_FRAME && connection->stage >= STAGE_GREETING;
	if (state == ESL_BROKEN) {
		connection->freeswitch.host.count(connection->freeswitch.host.context, BRIDGE_DAMAGED, err.text);
		lose(connection, err.text);
	}
}

static void converse(struct connection *connection)
{
	const char *ended = esl_link_read(&connection->link);
	take_frames(connection);
	if (ended && connection->stage >= STAGE_GREETING && !connection->has_more && !connection->stuck)
		lose(connection, ended);
}

/* ---- turns ---- */

static void begin(struct connection *connection)
{
	connection->stage = STAGE_CONNECTING;
	connection->silence = HEARTBEAT_MS;
	connection->begun = clock_monotonic();
	lose_if(connection, esl_link_start(&connection->link));
}

static void look(struct connection *connection)
{
	lose_if(connection, esl_link_look(&connection->link));
	if (connection->stage == STAGE_CONNECTING && !connection->link.is_connecting)
		connection->stage = STAGE_GREETING;
}

static int64_t silence_ends(const struct connection *connection)
{
	const bool is_awaited = connection->stage < STAGE_SETTLING;
	return connection->link.heard + (is_awaited ? ANSWER_MOST : connection->silence * HEARTBEATS_MOST);
}

static void take_step(struct connection *connection)
{
	const int64_t now = clock_monotonic();
	if (connection->stage == STAGE_AWAY && now >= connection->again)
		begin(connection);
	if (connection->stage == STAGE_CONNECTING)
		look(connection);
	if (connection->stage >= STAGE_GREETING)
		lose_if(connection, esl_link_flush(&connection->link));
	if (connection->stage >= STAGE_GREETING)
		converse(connection);
	if (connection->stuck)
		return;
	if (connection->stage == STAGE_SETTLING && now >= connection->step_due)
		show(connection);
	else if (connection->stage == STAGE_LIVE && now >= connection->step_due)
		ask_first(connection);
	if (connection->stage != STAGE_AWAY && clock_monotonic() >= silence_ends(connection))
		lose(connection, "nothing was heard of it for too long");
	else if (connection->stage != STAGE_AWAY && connection->stage < STAGE_SETTLING && clock_monotonic() - connection->begun > PREPARED_MOST)
		lose(connection, "it talks, but does not come to the end of its answers");
}

static bool turn(void *state, struct error *err)
{
	struct connection *connection = state;
	(void)err;
	if (connection->stuck && clock_monotonic() < connection->stuck)
		return true;
	connection->stuck = 0;
	connection->freeswitch.now = clock_wall();
	end_wraps(connection);
	if (!connection->stuck)
		take_step(connection);
	return true;
}

static int items(void *state, struct zmq_pollitem_t *items, int room)
{
	const struct connection *connection = state;
	if (connection->link.socket < 0 || connection->stuck || room < 1)
		return 0;
	const bool sends = connection->stage == STAGE_CONNECTING || connection->link.out_size > 0;
	items[0] = (zmq_pollitem_t){.fd = connection->link.socket, .events = (short)(ZMQ_POLLIN | (sends ? ZMQ_POLLOUT : 0))};
	return 1;
}

static int64_t due(const void *state)
{
	const struct connection *connection = state;
	const int64_t now = clock_monotonic();
	int64_t at = connection->stage == STAGE_AWAY ? connection->again : silence_ends(connection);
	if (connection->stuck)
		return connection->stuck;
	if (connection->has_more)
		return now;
	if (connection->stage >= STAGE_SETTLING && connection->step_due < at)
		at = connection->step_due;
	if (connection->freeswitch.wrap_next != FREESWITCH_NEVER) {
		const int64_t wait = connection->freeswitch.wrap_next - clock_wall();
		if (now + wait < at)
			at = now + (wait > 0 ? wait : 0);
	}
	return at;
}

/* ---- the class ---- */

static bool read_login(struct connection *connection, struct error *err)
{
	struct login_text login;
	const struct bridge_host *host = &connection->freeswitch.host;
	const char *path = host->option(host->arguments, "--login");
	if (!path || !*path)
		return fail(err, "--login FILE is missing: a file of mode 0600 whose first line is the password of event_socket.conf");
	if (!login_file_read(path, &login, err))
		return false;
	login_text_erase(&login); /* it is read again at each connection: it may have been changed */
	connection->login = memory_text(path);
	return true;
}

static void close_connection(void *state)
{
	struct connection *connection = state;
	map_finish(&connection->freeswitch.touched);
	freeswitch_lists_finish(&connection->lists);
	esl_link_finish(&connection->link);
	free(connection->login);
	free(connection);
}

static void *open_connection(const struct bridge_host *host, const char *target, struct error *err)
{
	struct connection *connection = memory_new(1, sizeof *connection);
	connection->pause = PAUSE_FIRST;
	connection->freeswitch.host = *host;
	if (!esl_link_init(&connection->link, target, err) || !read_login(connection, err)) {
		close_connection(connection);
		return NULL;
	}
	freeswitch_count(&connection->freeswitch);
	return connection;
}

static const char *const options[] = {"--login", NULL};

const struct bridge_class freeswitch_bridge = {
	.name = "freeswitch",
	.positional = "HOST[:PORT]",
	.help = N_("FreeSWITCH's mod_callcenter over its event socket"),
	.gives = "events",
	.options = options,
	.open = open_connection,
	.close = close_connection,
	.items = items,
	.due = due,
	.turn = turn,
	.test = freeswitch_test,
};
