/* The bridge against a simulated FreeSWITCH on a socket: login, lists, events, gaps, restarts, and a peer that lies. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <zmq.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/bridges/bridge.h"
#include "outbox_lines.h"

#include <cmocka.h>

#define PATIENCE 10000 /* ms */
#define LISTS 4

/* ---- a simulated FreeSWITCH ---- */

struct exchange {
	int door, guest; /* listening, and who is connected; -1: nobody */
	int port, visits, refused;
	char in[4096];
	size_t in_size;
	const char *password;
	const char *lists[LISTS]; /* of queues, agents, tiers, members */
	bool is_slow;		  /* each byte a write of its own */
	const char *before_members; /* an event that is told while the lists are being asked for; NULL: none */
};

static void exchange_open(struct exchange *exchange)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	*exchange = (struct exchange){.guest = -1, .password = "ClueCon", .lists = {"+OK\n", "+OK\n", "+OK\n", "+OK\n"}};
	exchange->door = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(exchange->door, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(exchange->door, 4), 0);
	assert_int_equal(getsockname(exchange->door, (struct sockaddr *)&address, &size), 0);
	exchange->port = ntohs(address.sin_port);
}

static void exchange_hang_up(struct exchange *exchange)
{
	if (exchange->guest >= 0)
		close(exchange->guest);
	exchange->guest = -1;
	exchange->in_size = 0;
}

static void exchange_say(const struct exchange *exchange, const char *text)
{
	const size_t step = exchange->is_slow ? 1 : 65536;
	for (size_t at = 0, size = strlen(text); at < size;) {
		const ssize_t sent = send(exchange->guest, text + at, size - at < step ? size - at : step, MSG_NOSIGNAL);
		assert_true(sent > 0);
		at += (size_t)sent;
	}
}

static void exchange_tell(const struct exchange *exchange, const char *type, const char *content)
{
	char *text = memory_format("Content-Length: %zu\nContent-Type: %s\n\n%s", strlen(content), type, content);
	exchange_say(exchange, text);
	free(text);
}

static void exchange_event(const struct exchange *exchange, const char *block)
{
	exchange_tell(exchange, "text/event-plain", block);
}

static void exchange_answer(struct exchange *exchange, const char *command)
{
	static const char *const names[LISTS] = {"api callcenter_config queue list", "api callcenter_config agent list",
		"api callcenter_config tier list", NULL};
	char *login = memory_format("auth %s", exchange->password);
	if (strncmp(command, "auth ", 5) == 0 && strcmp(command, login) != 0) {
		exchange->refused++;
		exchange_say(exchange, "Content-Type: command/reply\nReply-Text: -ERR invalid\n\n");
		exchange_hang_up(exchange);
	} else if (strncmp(command, "auth ", 5) == 0) {
		exchange_say(exchange, "Content-Type: command/reply\nReply-Text: +OK accepted\n\n");
	} else if (strncmp(command, "event ", 6) == 0) {
		assert_string_equal(command, "event plain HEARTBEAT CHANNEL_HOLD CHANNEL_UNHOLD CUSTOM callcenter::info");
		exchange_say(exchange, "Content-Type: command/reply\nReply-Text: +OK event listener enabled plain\n\n");
	} else if (strncmp(command, "api callcenter_config queue list members '", 42) == 0) {
		if (exchange->before_members)
			exchange_event(exchange, exchange->before_members);
		exchange_tell(exchange, "api/response", exchange->lists[LISTS - 1]);
	} else {
		int which = 0;
		while (names[which] && strcmp(names[which], command) != 0)
			which++;
		assert_non_null(names[which]);
		exchange_tell(exchange, "api/response", exchange->lists[which]);
	}
	free(login);
}

static void exchange_turn(struct exchange *exchange)
{
	const int on = 1;
	if (exchange->guest < 0) {
		exchange->guest = accept4(exchange->door, NULL, NULL, SOCK_CLOEXEC);
		if (exchange->guest < 0)
			return;
		setsockopt(exchange->guest, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
		exchange->visits++;
		exchange_say(exchange, "Content-Type: auth/request\n\n");
	}
	const ssize_t got = recv(exchange->guest, exchange->in + exchange->in_size, sizeof exchange->in - 1 - exchange->in_size, MSG_DONTWAIT);
	if (got > 0)
		exchange->in_size += (size_t)got;
	exchange->in[exchange->in_size] = 0;
	for (char *end; exchange->guest >= 0 && (end = strstr(exchange->in, "\n\n"));) {
		char command[1024];
		snprintf(command, sizeof command, "%.*s", (int)(end - exchange->in), exchange->in);
		exchange->in_size -= (size_t)(end + 2 - exchange->in);
		memmove(exchange->in, end + 2, exchange->in_size + 1);
		exchange_answer(exchange, command);
	}
	if (got == 0)
		exchange_hang_up(exchange);
}

/* ---- the bridge beside it ---- */

struct stage {
	struct exchange exchange;
	struct bridge_host host;
	void *bridge;
	uint64_t from;
	char directory[64], login[80], target[32];
	char said[8192];
	uint64_t counts[BRIDGE_COUNT];
};

static const char *option(const void *arguments, const char *name)
{
	const struct stage *stage = arguments;
	return strcmp(name, "--login") == 0 ? stage->login : NULL;
}

static void count(void *context, enum bridge_count which, const char *why)
{
	struct stage *stage = context;
	(void)why;
	stage->counts[which]++;
}

static void take_text(void *context, const char *text)
{
	struct stage *stage = context;
	const size_t size = strlen(stage->said);
	snprintf(stage->said + size, sizeof stage->said - size, "%s\n", text);
}

static void open_bridge(struct stage *stage)
{
	const struct outbox_options options = {.directory = stage->directory, .src = "freeswitch"};
	struct error err = {""};
	stage->host = (struct bridge_host){.outbox = outbox_open(&options, &err), .option = option, .arguments = stage, .count = count,
		.say = take_text, .context = stage};
	if (!stage->host.outbox)
		fail_msg("%s", err.text);
	pseudonym_init(&stage->host.pseudonym, view_of("a salt that is long enough"));
	stage->bridge = freeswitch_bridge.open(&stage->host, stage->target, &err);
	if (!stage->bridge)
		fail_msg("%s", err.text);
}

static void close_bridge(struct stage *stage)
{
	freeswitch_bridge.close(stage->bridge);
	outbox_close(stage->host.outbox);
}

static void write_login(const struct stage *stage, const char *text)
{
	const int file = open(stage->login, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	assert_true(file >= 0);
	assert_int_equal(write(file, text, strlen(text)), (ssize_t)strlen(text));
	close(file);
}

static int set_up(void **state)
{
	struct stage *stage = memory_new(1, sizeof *stage);
	exchange_open(&stage->exchange);
	snprintf(stage->directory, sizeof stage->directory, "/tmp/freeswitch_link.XXXXXX");
	if (!mkdtemp(stage->directory))
		return -1;
	snprintf(stage->login, sizeof stage->login, "%s.login", stage->directory);
	snprintf(stage->target, sizeof stage->target, "127.0.0.1:%d", stage->exchange.port);
	write_login(stage, "ClueCon\n");
	stage->from = 1;
	open_bridge(stage);
	*state = stage;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;
	char *command = memory_format("rm -rf %s %s", stage->directory, stage->login);
	close_bridge(stage);
	exchange_hang_up(&stage->exchange);
	close(stage->exchange.door);
	assert_int_equal(system(command), 0);
	free(command);
	free(stage);
	return 0;
}

static void step(struct stage *stage)
{
	zmq_pollitem_t items[2];
	struct error err = {""};
	const int have = freeswitch_bridge.items(stage->bridge, items, 1);
	const int64_t wait = freeswitch_bridge.due(stage->bridge) - clock_monotonic();
	zmq_poll(items, have, wait <= 0 ? 0 : wait < 5 ? (long)wait : 5);
	if (!freeswitch_bridge.turn(stage->bridge, &err))
		fail_msg("%s", err.text);
	exchange_turn(&stage->exchange);
}

/* Until the bridge has said that. */
static void until_said(struct stage *stage, const char *text)
{
	const int64_t deadline = clock_monotonic() + PATIENCE;
	while (!strstr(stage->said, text)) {
		if (clock_monotonic() > deadline)
			fail_msg("not said: %s; but: %s", text, stage->said);
		step(stage);
	}
	stage->said[0] = 0;
}

/* Until so many events were made; what they are, to be freed. */
static char *until_made(struct stage *stage, uint64_t events)
{
	const int64_t deadline = clock_monotonic() + PATIENCE;
	while (outbox_next(stage->host.outbox) < stage->from + events) {
		if (clock_monotonic() > deadline)
			fail_msg("%llu events in place of %llu; said: %s", (unsigned long long)(outbox_next(stage->host.outbox) - stage->from),
				(unsigned long long)events, stage->said);
		step(stage);
	}
	return outbox_lines(stage->host.outbox, &stage->from);
}

static void expect_made(struct stage *stage, uint64_t events, const char *lines)
{
	char *made = until_made(stage, events);
	assert_string_equal(made, lines);
	free(made);
}

/* ---- the tests ---- */

#define CC(action, ms) "Event-Name: CUSTOM\nEvent-Subclass: callcenter%3A%3Ainfo\nEvent-Date-Timestamp: " #ms "000\nCC-Action: " action "\n"
#define MEMBER(id) "CC-Queue: sales%40default\nCC-Member-UUID: " id "\n"
#define JOINED(id, ms) CC("member-queue-start", ms) MEMBER(id) "CC-Member-CID-Number: 15550100\n\n"
#define ANSWERED(id, ms) CC("bridge-agent-start", ms) MEMBER(id) "CC-Agent: 1\nCC-Agent-UUID: c-" id "\n\n"
#define ENDED(id, ms) CC("bridge-agent-end", ms) MEMBER(id) "CC-Agent: 1\n\n"
#define LEFT(id, ms) CC("member-queue-end", ms) MEMBER(id) "CC-Cause: Cancel\nCC-Cancel-Reason: BREAK_OUT\nAnswer-State: hangup\n\n"
#define QUEUE_LIST "name|strategy\nsales@default|ring-all\n+OK\n"
#define MEMBER_HEAD "queue|uuid|session_uuid|cid_number|cid_name|joined_epoch|bridge_epoch|serving_agent|state\n"

static void go_live(struct stage *stage)
{
	stage->exchange.lists[0] = QUEUE_LIST;
	until_said(stage, "1 queues, 0 agents, 0 callers wait, 0 are in talk");
	char *made = until_made(stage, 3);
	assert_non_null(strstr(made, "queue.defined"));
	assert_non_null(strstr(made, "snapshot.end"));
	free(made);
}

static void test_conversation(void **state)
{
	struct stage *stage = *state;
	stage->exchange.is_slow = true;
	go_live(stage);
	exchange_event(&stage->exchange, JOINED("u", 1000));
	exchange_event(&stage->exchange, ANSWERED("u", 2000));
	exchange_event(&stage->exchange, "Event-Name: HEARTBEAT\nHeartbeat-Interval: 20\n\n");
	exchange_event(&stage->exchange, ENDED("u", 3000));
	expect_made(stage, 3,
		"contact.queued 1000 contact=u queue=sales@default channel=phone customer=*\ncontact.answered 2000 contact=u queue=sales@default agent=1\n"
		"contact.released 3000 contact=u agent=1 by=system wrap_ms=0\n");
	assert_int_equal(stage->counts[BRIDGE_TAKEN], 4);
	assert_int_equal(stage->counts[BRIDGE_MAPPED], 3);
	assert_int_equal(stage->counts[BRIDGE_IGNORED], 1);
}

static void test_wrong_password(void **state)
{
	struct stage *stage = *state;
	stage->exchange.password = "another";
	until_said(stage, "does not take the password of the login file; trying again in 30 s");
	assert_int_equal(stage->exchange.refused, 1);
	assert_true(freeswitch_bridge.due(stage->bridge) > clock_monotonic() + 20000);
}

static void test_bad_beginnings(void **state)
{
	struct stage *stage = *state;
	static const char *const targets[] = {"", ":8021", "host:", "host:0", "host:65536", "host:x", "::1", "[::1", "[::1]8021", "[]:1"};
	struct error err;
	for (size_t i = 0; i < sizeof targets / sizeof targets[0]; i++) {
		err.text[0] = 0;
		assert_null(freeswitch_bridge.open(&stage->host, targets[i], &err));
		assert_true(*err.text);
	}
	assert_int_equal(chmod(stage->login, 0644), 0);
	assert_null(freeswitch_bridge.open(&stage->host, stage->target, &err));
	assert_non_null(strstr(err.text, "chmod 600"));
	assert_int_equal(unlink(stage->login), 0);
	assert_null(freeswitch_bridge.open(&stage->host, stage->target, &err));
}

/* What happened while nobody listened is seen in the lists; what follows then belongs to what was known before. */
static void test_gap(void **state)
{
	struct stage *stage = *state;
	go_live(stage);
	exchange_event(&stage->exchange, JOINED("stays", 1000));
	exchange_event(&stage->exchange, JOINED("goes", 1100));
	free(until_made(stage, 2));
	stage->exchange.lists[3] = MEMBER_HEAD "sales@default|stays|s|1|n|1|0||Waiting\nsales@default|came|s|1|n|2|0||Waiting\n+OK\n";
	exchange_tell(&stage->exchange, "text/disconnect-notice", "Disconnected, goodbye.\n");
	until_said(stage, "it ended the connection; trying again in 1 s");
	exchange_hang_up(&stage->exchange);
	until_said(stage, "2 callers wait");
	char *made = until_made(stage, 5);
	assert_non_null(strstr(made, "contact.queued 1000 contact=stays queue=sales@default channel=phone customer=* snapshot=1\n"));
	assert_non_null(strstr(made, "contact.queued 2000 contact=came queue=sales@default channel=phone customer=* snapshot=1\n"));
	assert_null(strstr(made, "goes"));
	free(made);
	exchange_event(&stage->exchange, LEFT("goes", 5000));
	exchange_event(&stage->exchange, LEFT("stays", 6000));
	expect_made(stage, 1, "contact.left 6000 contact=stays why=abandoned\n");
}

static void test_event_among_lists(void **state)
{
	struct stage *stage = *state;
	stage->exchange.lists[0] = QUEUE_LIST;
	stage->exchange.lists[3] = MEMBER_HEAD "sales@default|early|s|1|n|1|0||Waiting\n+OK\n";
	stage->exchange.before_members = LEFT("early", 9000);
	until_said(stage, "0 callers wait");
	char *made = until_made(stage, 4);
	assert_non_null(strstr(made, "contact.left 9000 contact=early why=abandoned\n"));
	assert_null(strstr(made, "contact=early queue=sales@default channel=phone customer=* snapshot=1"));
	free(made);
}

/* Killed and begun again: what was remembered is there, and what is told again makes nothing. */
static void test_restart(void **state)
{
	struct stage *stage = *state;
	go_live(stage);
	exchange_event(&stage->exchange, JOINED("u", 1000));
	exchange_event(&stage->exchange, ANSWERED("u", 2000));
	free(until_made(stage, 2));
	close_bridge(stage);
	exchange_hang_up(&stage->exchange);
	open_bridge(stage);
	assert_int_equal(outbox_next(stage->host.outbox), stage->from);
	stage->exchange.lists[1] = "name|uuid|contact|status|state|wrap_up_time\n1|c-u|x|Available|In a queue call|0\n+OK\n";
	stage->exchange.lists[3] = MEMBER_HEAD "sales@default|u|s|1|n|1|2|1|Answered\n+OK\n";
	until_said(stage, "1 are in talk");
	free(until_made(stage, 6));
	exchange_event(&stage->exchange, JOINED("u", 1000));
	exchange_event(&stage->exchange, ENDED("u", 3000));
	exchange_event(&stage->exchange, ENDED("u", 3000));
	exchange_event(&stage->exchange, JOINED("v", 4000));
	expect_made(stage, 2, "contact.released 3000 contact=u agent=1 by=system wrap_ms=0\n"
		"contact.queued 4000 contact=v queue=sales@default channel=phone customer=*\n");
	assert_int_equal(stage->counts[BRIDGE_DUPLICATE], 2);
}

static void tell_now(const struct stage *stage, const char *action)
{
	char *block = memory_format("Event-Name: CUSTOM\nEvent-Date-Timestamp: %lld000\nCC-Action: %s\nCC-Queue: sales\nCC-Member-UUID: u\n"
		"CC-Agent: 1\n\n",
		(long long)clock_wall(), action);
	exchange_event(&stage->exchange, block);
	free(block);
}

/* A wrap-up that runs when the bridge is killed ends when it would have. */
static void test_wrap_up_over_restart(void **state)
{
	struct stage *stage = *state;
	stage->exchange.lists[1] = "name|uuid|contact|status|state|wrap_up_time\n1||x|Available|Waiting|1\n+OK\n";
	until_said(stage, "1 agents");
	free(until_made(stage, 3));
	tell_now(stage, "member-queue-start");
	tell_now(stage, "bridge-agent-start");
	tell_now(stage, "bridge-agent-end");
	char *made = until_made(stage, 3);
	assert_null(strstr(made, "wrap_ms"));
	free(made);
	close_bridge(stage);
	exchange_hang_up(&stage->exchange);
	open_bridge(stage);
	made = until_made(stage, 1);
	while (!strstr(made, "contact.wrapped")) {
		free(made);
		made = until_made(stage, 1);
	}
	assert_non_null(strstr(made, "contact=u agent=1 wrap_ms=1000 nominal=1\n"));
	free(made);
}

static void test_hostile_peer(void **state)
{
	struct stage *stage = *state;
	go_live(stage);
	exchange_say(&stage->exchange, "Content-Length: 99999999999\nContent-Type: text/event-plain\n\n");
	until_said(stage, "a Content-Length that is no number up to");
	assert_int_equal(stage->counts[BRIDGE_DAMAGED], 1);
	exchange_hang_up(&stage->exchange);
	until_said(stage, "0 callers wait");
	exchange_tell(&stage->exchange, "text/rude-rejection", "Access Denied, go away.\n");
	until_said(stage, "apply-inbound-acl");
}

static void test_nothing_before_login(void **state)
{
	struct stage *stage = *state;
	const int64_t deadline = clock_monotonic() + PATIENCE;
	stage->exchange.password = "another"; /* the login is answered last */
	while (stage->exchange.guest < 0 && clock_monotonic() < deadline)
		step(stage);
	exchange_event(&stage->exchange, JOINED("u", 1000));
	until_said(stage, "does not take the password");
	assert_int_equal(outbox_next(stage->host.outbox), 1);
}

static void test_without_module(void **state)
{
	struct stage *stage = *state;
	stage->exchange.lists[0] = "-ERR callcenter_config Command not found!\n";
	until_said(stage, "is mod_callcenter loaded?");
	assert_int_equal(outbox_next(stage->host.outbox), 1);
}

/* Three heartbeats long nothing: something between here and there is gone. */
static void test_silence(void **state)
{
	struct stage *stage = *state;
	go_live(stage);
	exchange_event(&stage->exchange, "Event-Name: HEARTBEAT\nHeartbeat-Interval: 1\n\n");
	const int64_t begun = clock_monotonic();
	until_said(stage, "nothing was heard of it for too long");
	assert_in_range(clock_monotonic() - begun, 2900, 9000);
}

#define WITH_STAGE(test) cmocka_unit_test_setup_teardown(test, set_up, tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		WITH_STAGE(test_conversation),
		WITH_STAGE(test_wrong_password),
		WITH_STAGE(test_bad_beginnings),
		WITH_STAGE(test_gap),
		WITH_STAGE(test_event_among_lists),
		WITH_STAGE(test_restart),
		WITH_STAGE(test_wrap_up_over_restart),
		WITH_STAGE(test_hostile_peer),
		WITH_STAGE(test_nothing_before_login),
		WITH_STAGE(test_without_module),
		WITH_STAGE(test_silence),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
