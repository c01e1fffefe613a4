/* The HTTP server by the wire: what is sent byte for byte, and what comes back. */
#include <netinet/in.h>
#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/http_server.h"

#include <cmocka.h>

struct stage {
	struct http_server *server;
	pthread_t answering;
	bool answers;
	_Atomic int handled;
};

static void *answer_later(void *call)
{
	const struct http_answer answer = {.status = 202, .type = "text/plain", .body = view_of("later")};
	http_answer_call(call, &answer);
	return NULL;
}

/* Answers what it was sent, so that one can see what was understood. */
static bool handle(void *context, const struct http_request *request, struct http_answer *answer)
{
	static char text[4096];
	struct stage *stage = context;
	stage->handled++;
	if (strcmp(request->path, "/later") == 0) {
		stage->answers = pthread_create(&stage->answering, NULL, answer_later, request->call) == 0;
		return false;
	}
	if (strcmp(request->path, "/never") == 0)
		return false;
	const char *given = http_header(request, "x-given");
	const int size = snprintf(text, sizeof text, "%s %s ?%s %s %zu<%.*s>", request->method, request->path, request->query, given ? given :
		"-", request->body.size,
		(int)(request->body.size < 100 ? request->body.size : 100), request->body.data);
	*answer = (struct http_answer){.status = strcmp(request->path, "/busy") == 0 ? 429 : 200, .type = "text/plain", .body = {text, (size_t)size}};
	if (answer->status == 429)
		answer->retry_after = 7;
	return true;
}

static void begin_with(struct stage *stage, struct http_options options)
{
	struct error err;
	options.handle = handle;
	options.context = stage;
	options.listen = options.listen ? options.listen : "127.0.0.1:0";
	stage->server = http_server_open(&options, &err);
	if (!stage->server)
		fail_msg("%s", err.text);
}

static int set_up(void **state)
{
	struct stage *stage = memory_new(1, sizeof *stage);
	begin_with(stage, (struct http_options){.body_most = 1000, .connections_most = 50, .seconds_most = 1});
	*state = stage;
	return 0;
}

static int tear_down(void **state)
{
	struct stage *stage = *state;
	if (stage->answers)
		pthread_join(stage->answering, NULL);
	http_server_close(stage->server);
	free(stage);
	return 0;
}

static int dial(const struct stage *stage)
{
	const int peer = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	const struct timeval patience = {.tv_sec = 8};
	setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
	const struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons((uint16_t)atoi(strchr(http_server_address(stage->server), ':') + 1)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	assert_int_equal(connect(peer, (const struct sockaddr *)&to, sizeof to), 0);
	return peer;
}

static void say(int peer, const char *text)
{
	const size_t size = strlen(text);
	assert_int_equal(send(peer, text, size, MSG_NOSIGNAL), (ssize_t)size);
}

/* Until the server closes, or (`until`) this stands in it. */
static char *hear(int peer, const char *until)
{
	static char text[65536];
	size_t size = 0;
	text[0] = 0;
	while (size < sizeof text - 1) {
		const ssize_t got = recv(peer, text + size, sizeof text - 1 - size, 0);
		if (got <= 0)
			break;
		size += (size_t)got;
		text[size] = 0;
		if (until && strstr(text, until))
			break;
	}
	return text;
}

static char *ask(const struct stage *stage, const char *request)
{
	const int peer = dial(stage);
	say(peer, request);
	char *text = hear(peer, NULL);
	close(peer);
	return text;
}

#define EXPECT(text, part) \
	do { \
		const char *heard_ = (text); \
		if (!strstr(heard_, (part))) \
			fail_msg("no \"%s\" in: %s", (part), heard_); \
	} while (0)

static void answers_what_was_asked(void **state)
{
	EXPECT(ask(*state, "POST /a%20b?x=1&y HTTP/1.1\r\nHost: t\r\nX-GIVEN: yes\r\nContent-Length: 3\r\nConnection: close\r\n\r\nabc"),
		"POST /a%20b ?x=1&y yes 3<abc>");
	EXPECT(ask(*state, "GET / HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n"), "GET / ? - 0<>");
	EXPECT(ask(*state, "POST /c HTTP/1.1\r\nHost: t\r\nConnection: close\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n1\r\nc\r\n0\r\n\r\n"), " 3<abc>");
	char *busy = ask(*state, "GET /busy HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
	EXPECT(busy, " 429 ");
	EXPECT(busy, "Retry-After: 7");
}

static void pipelined_requests_are_answered_in_order(void **state)
{
	char *text = ask(*state, "POST /1 HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\naPOST /2 HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\nb"
				 "GET /3 HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
	const char *first = strstr(text, "/1 ? - 1<a>"), *second = strstr(text, "/2 ? - 1<b>"), *third = strstr(text, "/3 ? - 0<>");
	assert_true(first && second && third && first < second && second < third);
}

static void an_answer_may_come_later_from_another_thread(void **state)
{
	char *text = ask(*state, "POST /later HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\nConnection: close\r\n\r\nx");
	EXPECT(text, " 202 ");
	EXPECT(text, "later");
}

static void what_is_pipelined_behind_a_later_answer_waits_for_it(void **state)
{
	char *text = ask(*state, "POST /later HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\nxGET /2 HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
	const char *first = strstr(text, "later"), *second = strstr(text, "GET /2");
	assert_true(first && second && first < second);
}

static void what_waits_at_the_end_is_answered_503(void **state)
{
	struct stage *stage = *state;
	const int peer = dial(stage);
	say(peer, "POST /never HTTP/1.1\r\nHost: t\r\nContent-Length: 1\r\n\r\nx");
	const int64_t until = clock_monotonic() + 5000;
	while (!stage->handled && clock_monotonic() < until)
		clock_sleep(5);
	http_server_close(stage->server);
	stage->server = NULL;
	EXPECT(hear(peer, NULL), " 503 ");
	close(peer);
}

/* Whoever has sent more meanwhile does not begin to wait behind the one that is answered. */
static void what_stands_behind_it_does_not_begin(void **state)
{
	static const char one[] = "POST /never HTTP/1.1\r\nHost: t\r\nContent-Length: 0\r\n\r\n";
	struct stage *stage = *state;
	int peers[8];
	for (int i = 0; i < 8; i++) {
		peers[i] = dial(stage);
		for (int more = 0; more < 4; more++)
			say(peers[i], one);
	}
	const int64_t until = clock_monotonic() + 5000;
	while (stage->handled < 8 && clock_monotonic() < until)
		clock_sleep(1);
	http_server_close(stage->server);
	stage->server = NULL;
	for (int i = 0; i < 8; i++) {
		EXPECT(hear(peers[i], NULL), " 503 ");
		close(peers[i]);
	}
	assert_int_equal(stage->handled, 8);
}

static void too_long_a_body_is_refused_before_it_is_read(void **state)
{
	EXPECT(ask(*state, "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 1073741824\r\n\r\n"), " 413 ");
	EXPECT(ask(*state, "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 1001\r\n\r\n"), " 413 ");
	EXPECT(ask(*state, "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 99999999999999999999999999\r\n\r\n"), " 413 ");
	char piece[612];
	snprintf(piece, sizeof piece, "258\r\n%0600d\r\n", 0);
	const int peer = dial(*state);
	say(peer, "POST /a HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n");
	say(peer, piece);
	say(peer, piece);
	EXPECT(hear(peer, NULL), " 413 ");
	close(peer);
	assert_int_equal(((struct stage *)*state)->handled, 0);
}

static void what_two_could_read_differently_is_read_by_nobody(void **state)
{
	static const char *const shapes[] = {
		"POST /s HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /s HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nContent-Length: 4\r\n\r\nabcd",
		"POST /s HTTP/1.1\r\nHost: t\r\nContent-Length: 3\r\nContent-Length: 3\r\n\r\nabc",
		"POST /s HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
		"POST /s HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
		"POST /s HTTP/1.0\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
		"POST /s HTTP/1.1\r\nHost: t\r\nContent-Length: +3\r\n\r\nabc",
		"POST /s HTTP/1.1\r\nHost: t\r\nContent-Length: 3 3\r\n\r\nabc",
		"POST /s HTTP/1.1\r\nHost: t\r\nContent-Length: -1\r\n\r\nabc",
		"POST /s HTTP/1.1\r\nHost: t\r\nHost: u\r\nContent-Length: 3\r\n\r\nabc",
		"POST /s HTTP/1.1\r\nContent-Length: 3\r\n\r\nabc",
		"POST /s HTTP/1.1\r\nHost: t\r\nContent-Length : 3\r\n\r\nabc",
		"POST /s HTTP/1.1\r\nHost: t\r\nTransfer-Encoding\t: chunked\r\n\r\n0\r\n\r\n",
		"POST /s HTTP/1.1\r\nHost: t\r\nTransfer-Encoding:\r\n chunked\r\nContent-Length: 3\r\n\r\n0\r\n\r\n",
		"POST /s HTTP/1.1\r\nHost: t\r\nContent-Length:\r\n\t0\r\nContent-Length: 3\r\n\r\nabc",
		"POST /s HTTP/1.1\r\nHost: t\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nabc\r\n0\r\n\r\n",
	};
	for (size_t i = 0; i < sizeof shapes / sizeof *shapes; i++) {
		char *text = ask(*state, shapes[i]);
		if (strstr(text, " 200 ") || (*text && !strstr(text, " 400 ")))
			fail_msg("shape %zu was answered: %s", i, text);
	}
	assert_int_equal(((struct stage *)*state)->handled, 0);
}

static void a_header_has_its_bounds(void **state)
{
	char *request = memory_format("GET / HTTP/1.1\r\nHost: t\r\nX-Long: %020000d\r\n\r\n", 0);
	const char *text = ask(*state, request);
	assert_null(strstr(text, " 200 "));
	free(request);
	assert_int_equal(((struct stage *)*state)->handled, 0);
}

/* A byte from time to time, `most` ms long: until the server has had enough. */
static int64_t drip(const struct stage *stage, const char *beginning, const char *drop, const char **said)
{
	const int peer = dial(stage);
	const struct timeval pause = {.tv_usec = 50000};
	const int64_t began = clock_monotonic();
	setsockopt(peer, SOL_SOCKET, SO_RCVTIMEO, &pause, sizeof pause);
	say(peer, beginning);
	static char text[400];
	ssize_t got = -1;
	while (got < 0 && clock_monotonic() - began < 10000) {
		if (send(peer, drop, strlen(drop), MSG_NOSIGNAL) < 0)
			break;
		got = recv(peer, text, sizeof text - 1, 0);
	}
	text[got > 0 ? got : 0] = 0;
	*said = text;
	close(peer);
	return clock_monotonic() - began;
}

static void who_sends_a_byte_now_and_then_is_ended(void **state)
{
	const char *said;
	int64_t took = drip(*state, "POST /a HTTP/1.1\r\nHost: t\r\nContent-Length: 900\r\n\r\n", "x", &said);
	assert_in_range(took, 900, 4000);
	EXPECT(said, " 408 ");
	took = drip(*state, "POST /a HTTP/1.1\r\nHost: t\r\n", "X-A: b\r\n", &said);
	assert_in_range(took, 900, 4000);
	assert_null(strstr(said, " 200 "));
	took = drip(*state, "P", "O", &said);
	assert_in_range(took, 900, 5000);
	const int64_t until = clock_monotonic() + 3000;
	while (http_server_connections(((struct stage *)*state)->server) && clock_monotonic() < until)
		clock_sleep(10);
	assert_int_equal(http_server_connections(((struct stage *)*state)->server), 0);
}

static void more_connections_than_allowed_wait(void **state)
{
	int peers[60];
	for (int i = 0; i < 60; i++)
		peers[i] = dial(*state);
	const int64_t until = clock_monotonic() + 500;
	while (clock_monotonic() < until) {
		assert_in_range(http_server_connections(((struct stage *)*state)->server), 0, 50);
		clock_sleep(10);
	}
	/* Once the silent ones have been ended, the last ones are served. */
	say(peers[59], "GET /last HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
	EXPECT(hear(peers[59], NULL), "GET /last");
	for (int i = 0; i < 60; i++)
		close(peers[i]);
}

static void an_address_of_others_wants_tls(void **state)
{
	(void)state;
	struct error err;
	struct http_options options = {.listen = "0.0.0.0:0", .handle = handle};
	assert_null(http_server_open(&options, &err));
	assert_non_null(strstr(err.text, "--behind-proxy"));
	options.listen = "127.0.0.1";
	assert_null(http_server_open(&options, &err));
	assert_non_null(strstr(err.text, "ADDRESS:PORT"));
	options = (struct http_options){.listen = "127.0.0.1:0", .certificate = "/nonexistent/certificate.pem", .key = "/nonexistent/key.pem",
		.handle = handle};
	assert_null(http_server_open(&options, &err));
	assert_non_null(strstr(err.text, "/nonexistent/certificate.pem"));
	options = (struct http_options){.listen = "0.0.0.0:0", .behind_proxy = true, .handle = handle};
	struct http_server *server = http_server_open(&options, &err);
	assert_non_null(server);
	http_server_close(server);
}

static void listens_at_a_socket_of_the_file_system(void **state)
{
	(void)state;
	struct stage stage = {0};
	char folder[] = "/tmp/http_server_testXXXXXX", where[100];
	assert_non_null(mkdtemp(folder));
	snprintf(where, sizeof where, "unix:%s/http", folder);
	for (int round = 0; round < 2; round++) { /* the second finds what the first left */
		begin_with(&stage, (struct http_options){.listen = where});
		struct sockaddr_un to = {.sun_family = AF_UNIX};
		snprintf(to.sun_path, sizeof to.sun_path, "%s/http", folder);
		const int peer = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
		assert_int_equal(connect(peer, (struct sockaddr *)&to, sizeof to), 0);
		say(peer, "GET /u HTTP/1.1\r\nHost: t\r\nConnection: close\r\n\r\n");
		EXPECT(hear(peer, NULL), "GET /u");
		close(peer);
		http_server_close(stage.server);
	}
	unlink(where + strlen("unix:"));
	rmdir(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(answers_what_was_asked, set_up, tear_down),
		cmocka_unit_test_setup_teardown(pipelined_requests_are_answered_in_order, set_up, tear_down),
		cmocka_unit_test_setup_teardown(an_answer_may_come_later_from_another_thread, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_is_pipelined_behind_a_later_answer_waits_for_it, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_waits_at_the_end_is_answered_503, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_stands_behind_it_does_not_begin, set_up, tear_down),
		cmocka_unit_test_setup_teardown(too_long_a_body_is_refused_before_it_is_read, set_up, tear_down),
		cmocka_unit_test_setup_teardown(what_two_could_read_differently_is_read_by_nobody, set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_header_has_its_bounds, set_up, tear_down),
		cmocka_unit_test_setup_teardown(who_sends_a_byte_now_and_then_is_ended, set_up, tear_down),
		cmocka_unit_test_setup_teardown(more_connections_than_allowed_wait, set_up, tear_down),
		cmocka_unit_test(an_address_of_others_wants_tls),
		cmocka_unit_test(listens_at_a_socket_of_the_file_system),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
