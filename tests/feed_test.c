#include <stdarg.h>
#include <stddef.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <cmocka.h>
#undef fail
#include <zmq.h>

#include "base/clock.h"
#include "feed/wire.h"
#include "tests/recorder.h"

/* A PUB socket without any of our manners. */
static void *raw_publisher(struct stand *stand)
{
	void *socket = stand->raw[0] = zmq_socket(stand->zmq, ZMQ_XPUB);
	int linger = 0;
	zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof linger);
	assert_int_equal(zmq_bind(socket, stand->url), 0);
	return socket;
}

static bool take_subscription(void *socket)
{
	char frame[64];
	return zmq_recv(socket, frame, sizeof frame, ZMQ_DONTWAIT) > 0 && frame[0] == 1;
}

static size_t encode(struct wire_buffer *to, const char *src, uint64_t boot, uint64_t seq, uint32_t count)
{
	struct event event = {.type = EVENT_CONTACT_OFFERED, .ts = 5, .present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_AGENT)};
	event.text[KEY_CONTACT] = view_of("c");
	event.text[KEY_AGENT] = view_of("a");
	struct wire_buffer events = {0};
	for (uint32_t i = 0; i < count; i++)
		wire_encode_event(&events, &event);
	struct wire_header header = {.src = view_of(src), .boot = boot, .seq = seq, .sent = 1};
	wire_encode_batch(to, &header, count, events.data, events.size);
	wire_buffer_finish(&events);
	return to->size;
}

static void send_two(void *socket, const char *topic, const void *payload, size_t size)
{
	assert_true(zmq_send(socket, topic, strlen(topic), ZMQ_SNDMORE) >= 0);
	assert_true(zmq_send(socket, payload, size, 0) >= 0);
}

static void test_every_batch_comes_once_and_in_order(void **state)
{
	struct stand *stand = *state;
	stand_publisher(stand, (struct publisher_options){.wait = true});
	stand_feed(stand);
	assert_true(publisher_wait(stand->publisher, 1, DEADLINE));
	stand_publish(stand, 10050);
	UNTIL(stand, stand->recorder->events >= 10050);
	assert_int_equal(stand->recorder->events, 10050);
	assert_int_equal(stand->recorder->batch_count, 101);
	uint64_t next = 1;
	for (int i = 0; i < 101; i++) {
		assert_int_equal(stand->recorder->batches[i].seq, next);
		assert_true(stand->recorder->batches[i].at == INT64_MIN);
		assert_string_equal(stand->recorder->batches[i].src, "test");
		next += stand->recorder->batches[i].count;
	}
	assert_int_equal(publisher_sent(stand->publisher), 10050);
	assert_int_equal(recorder_link(stand->recorder), LINK_LIVE);
}

static void test_a_heartbeat_names_the_next_number(void **state)
{
	struct stand *stand = *state;
	stand_publisher(stand, (struct publisher_options){.boot = 77});
	stand_feed(stand);
	UNTIL(stand, stand->recorder->heartbeats > 0);
	assert_int_equal(stand->recorder->heartbeat_seq, 1);
	assert_int_equal(stand->recorder->heartbeat_boot, 77);
	stand_publish(stand, 5);
	UNTIL(stand, stand->recorder->heartbeat_seq == 6);
	assert_int_equal(publisher_subscribers(stand->publisher), 1);
}

static void test_a_small_batch_leaves_after_its_delay(void **state)
{
	struct stand *stand = *state;
	struct wire_buffer payload = {0}, event = {0};
	struct error err;
	stand_publisher(stand, (struct publisher_options){.batch_delay = 30});
	stand_feed(stand);
	assert_true(publisher_wait(stand->publisher, 1, DEADLINE));
	struct event one = {.type = EVENT_CONTACT_OFFERED, .ts = 5, .present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_AGENT)};
	one.text[KEY_CONTACT] = one.text[KEY_AGENT] = view_of("x");
	wire_encode_event(&event, &one);
	assert_true(publisher_add(stand->publisher, event.data, event.size, (struct view){0}, 4, &err));
	assert_int_equal(publisher_sent(stand->publisher), 0);
	assert_true(publisher_due(stand->publisher) <= clock_monotonic() + 30);
	UNTIL(stand, stand->recorder->events == 1);
	wire_buffer_finish(&payload);
	wire_buffer_finish(&event);
}

static void test_only_the_own_site_is_taken(void **state)
{
	struct stand *stand = *state;
	void *socket = raw_publisher(stand);
	struct wire_buffer payload = {0};
	stand_feed(stand);
	UNTIL(stand, take_subscription(socket));
	encode(&payload, "s", 1, 1, 1);
	send_two(socket, "there/x/", payload.data, payload.size);
	send_two(socket, "hereabouts/x/", payload.data, payload.size);
	encode(&payload, "s", 1, 2, 1);
	send_two(socket, "here/x/", payload.data, payload.size);
	UNTIL(stand, stand->recorder->events);
	assert_int_equal(stand->recorder->batches[0].seq, 2);
	assert_int_equal(stand->recorder->events, 1);
	wire_buffer_finish(&payload);
}

static void send_frames(void *socket, int count)
{
	for (int i = 0; i < count; i++)
		assert_true(zmq_send(socket, "here//", 6, i + 1 < count ? ZMQ_SNDMORE : 0) >= 0);
}

static void test_what_is_no_message_is_refused_and_counted(void **state)
{
	struct stand *stand = *state;
	void *socket = raw_publisher(stand);
	struct recorder *recorder = stand->recorder;
	stand_feed(stand);
	UNTIL(stand, take_subscription(socket));
	send_frames(socket, 1);
	send_frames(socket, 3);
	send_frames(socket, 20000); /* more than is thrown away in one turn */
	char topic[300] = "here/";
	memset(topic + 5, 'x', 250);
	send_two(socket, topic, "", 0);
	UNTIL(stand, recorder->refused[FAULT_FRAMES] == 4);
	char *large = calloc(1, PAYLOAD_MAX + 1);
	send_two(socket, "here//", large, PAYLOAD_MAX + 1);
	UNTIL(stand, recorder->refused[FAULT_TOO_LARGE] == 1);
	send_two(socket, "here//", large, PAYLOAD_MAX); /* as large as allowed: whether it is a batch is for the decoder */
	send_two(socket, "here//", "\xc1garbage", 8);
	UNTIL(stand, recorder->malformed == 2);
	struct wire_buffer payload = {0};
	encode(&payload, "s", 1, 1, 3);
	send_two(socket, "here//", payload.data, payload.size);
	UNTIL(stand, recorder->events == 3);
	wire_buffer_finish(&payload);
	free(large);
}

static void test_a_silent_publisher_is_stale_and_then_live_again(void **state)
{
	struct stand *stand = *state;
	struct recorder *recorder = stand->recorder;
	stand_publisher(stand, (struct publisher_options){.boot = 1});
	stand_feed(stand);
	UNTIL(stand, recorder_link(recorder) == LINK_LIVE);
	publisher_close(stand->publisher);
	stand->publisher = NULL;
	UNTIL(stand, recorder_link(recorder) == LINK_STALE);
	stand_publisher(stand, (struct publisher_options){.boot = 2});
	UNTIL(stand, recorder_link(recorder) == LINK_LIVE);
	assert_int_equal(recorder->heartbeat_boot, 2);
	assert_true(publisher_wait(stand->publisher, 1, DEADLINE));
	stand_publish(stand, 10);
	UNTIL(stand, recorder->events == 10);
	assert_int_equal(recorder->batches[0].boot, 2);
}

static void test_a_feed_without_heartbeats_is_quiet_and_left_connected(void **state)
{
	struct stand *stand = *state;
	struct recorder *recorder = stand->recorder;
	stand->options.stale = 200;
	stand->options.reconnect = 300;
	stand->options.silence = 1500;
	void *socket = raw_publisher(stand);
	struct wire_buffer payload = {0};
	stand_feed(stand);
	UNTIL(stand, take_subscription(socket));
	encode(&payload, "s", 1, 1, 1);
	send_two(socket, "here//", payload.data, payload.size);
	UNTIL(stand, recorder_link(recorder) == LINK_LIVE);
	UNTIL(stand, recorder_link(recorder) == LINK_QUIET);
	DURING(stand, 800, recorder_link(recorder) == LINK_QUIET);
	UNTIL(stand, recorder_link(recorder) == LINK_STALE);
	DURING(stand, 400, !take_subscription(socket)); /* a reconnect would subscribe again */
	encode(&payload, "s", 1, 2, 1);
	send_two(socket, "here//", payload.data, payload.size);
	UNTIL(stand, recorder_link(recorder) == LINK_QUIET);
	assert_int_equal(recorder->events, 2);
	wire_buffer_finish(&payload);
}

/* An endless silence of ours must not be taken for one of the publisher. */
static void test_a_connected_feed_that_never_spoke_is_told(void **state)
{
	struct stand *stand = *state;
	stand->options.stale = 200;
	stand->options.silence = 700;
	raw_publisher(stand);
	stand_feed(stand);
	UNTIL(stand, recorder_link(stand->recorder) == LINK_QUIET);
	UNTIL(stand, recorder_link(stand->recorder) == LINK_STALE);
}

static int listen_on_loopback(uint16_t *port)
{
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	int yes = 1;
	setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes);
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof address;
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 8), 0);
	assert_int_equal(getsockname(listener, (struct sockaddr *)&address, &size), 0);
	*port = ntohs(address.sin_port);
	return listener;
}

/* libzmq ends such a connection for ever; only the watchdog brings it back. */
static void test_a_peer_that_speaks_garbage_is_survived(void **state)
{
	struct stand *stand = *state;
	uint16_t port;
	int listener = listen_on_loopback(&port), peer = -1;
	stand->options.stale = 300;
	stand->options.reconnect = 500;
	snprintf(stand->url, sizeof stand->url, "tcp://127.0.0.1:%d", port);
	stand_feed(stand);
	UNTIL(stand, (peer = accept(listener, NULL, NULL)) >= 0);
	char garbage[64];
	memset(garbage, 'G', sizeof garbage);
	assert_int_equal(send(peer, garbage, sizeof garbage, MSG_NOSIGNAL), sizeof garbage);
	UNTIL(stand, recorder_saw_link(stand->recorder, LINK_REFUSED) || recorder_saw_link(stand->recorder, LINK_STALE));
	close(peer);
	close(listener);
	stand_publisher(stand, (struct publisher_options){0});
	UNTIL(stand, recorder_link(stand->recorder) == LINK_LIVE);
}

static void test_a_second_publisher_on_an_address_is_told(void **state)
{
	struct stand *stand = *state;
	struct error err = {""};
	uint16_t port;
	close(listen_on_loopback(&port));
	snprintf(stand->url, sizeof stand->url, "tcp://127.0.0.1:%d", port);
	stand_publisher(stand, (struct publisher_options){0});
	struct publisher_options options = {.bind = stand->url, .src = "b", .zmq = stand->zmq};
	assert_null(publisher_open(&options, &err));
	assert_non_null(strstr(err.text, stand->url));
	assert_non_null(strstr(err.text, "Address already in use"));
}

static void test_two_sources_of_one_endpoint_are_kept_apart(void **state)
{
	struct stand *stand = *state;
	void *socket = raw_publisher(stand);
	struct wire_buffer payload = {0};
	stand_feed(stand);
	UNTIL(stand, take_subscription(socket));
	encode(&payload, "one", 5, 1, 2);
	send_two(socket, "here//", payload.data, payload.size);
	encode(&payload, "two", 6, 1, 1);
	send_two(socket, "here//", payload.data, payload.size);
	UNTIL(stand, stand->recorder->events == 3);
	assert_string_equal(stand->recorder->batches[0].src, "one");
	assert_string_equal(stand->recorder->batches[1].src, "two");
	assert_int_equal(stand->recorder->batches[1].boot, 6);
	wire_buffer_finish(&payload);
}

static void test_inproc_is_brought_back_too(void **state)
{
	struct stand *stand = *state;
	stand->options.stale = 300;
	stand->options.reconnect = 1500;
	snprintf(stand->url, sizeof stand->url, "inproc://feed");
	stand_publisher(stand, (struct publisher_options){.boot = 1});
	stand_feed(stand);
	UNTIL(stand, recorder_saw_link(stand->recorder, LINK_LIVE));
	publisher_close(stand->publisher);
	stand_publisher(stand, (struct publisher_options){.boot = 2});
	UNTIL(stand, stand->recorder->heartbeat_boot == 2);
}

static void test_a_topic_carries_the_queue_encoded(void **state)
{
	struct stand *stand = *state;
	struct error err;
	stand_publisher(stand, (struct publisher_options){.wait = true});
	void *socket = stand->raw[0] = zmq_socket(stand->zmq, ZMQ_SUB);
	zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
	assert_int_equal(zmq_connect(socket, stand->url), 0);
	assert_true(publisher_wait(stand->publisher, 1, DEADLINE));
	struct wire_buffer event = {0};
	struct event one = {.type = EVENT_CONTACT_OFFERED, .ts = 5, .present = KEY_BIT(KEY_CONTACT) | KEY_BIT(KEY_AGENT)};
	one.text[KEY_CONTACT] = one.text[KEY_AGENT] = view_of("x");
	wire_encode_event(&event, &one);
	const char *const queues[] = {"A/B c\xc3\xa9", "", NULL};
	const char *const topics[] = {"here/A%2FB%20c%C3%A9/", "here//", "here//"};
	char topic[256];
	for (int i = 0; i < 3; i++) {
		if (queues[i])
			publisher_add(stand->publisher, event.data, event.size, view_of(queues[i]), 1, &err);
		else { /* of two queues */
			publisher_add(stand->publisher, event.data, event.size, view_of("a"), 1, &err);
			publisher_add(stand->publisher, event.data, event.size, view_of("b"), 1, &err);
		}
		assert_true(publisher_flush(stand->publisher, &err));
		int size = zmq_recv(socket, topic, sizeof topic - 1, 0);
		assert_true(size > 0);
		topic[size] = 0;
		assert_string_equal(topic, topics[i]);
		assert_true(zmq_recv(socket, topic, sizeof topic, 0) > 0);
	}
	wire_buffer_finish(&event);
}

static void test_an_unknown_kind_of_feed_is_refused(void **state)
{
	(void)state;
	struct feed_options options = {0};
	struct feed_sink sink = {0};
	struct error err;
	assert_null(feed_open("carrier-pigeon:loft", &options, &sink, &err));
	assert_non_null(strstr(err.text, "carrier-pigeon:loft"));
	assert_non_null(strstr(err.text, "tcp://"));
	assert_null(feed_open("", &options, &sink, &err));
}

static void test_an_endpoint_that_is_none_is_refused(void **state)
{
	struct stand *stand = *state;
	struct feed_sink sink = recorder_sink(stand->recorder);
	struct error err;
	assert_null(feed_open("tcp://nowhere", &stand->options, &sink, &err));
	assert_non_null(strstr(err.text, "tcp://nowhere"));
}

#define STAND(test) cmocka_unit_test_setup_teardown(test, stand_setup, stand_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		STAND(test_every_batch_comes_once_and_in_order),
		STAND(test_a_heartbeat_names_the_next_number),
		STAND(test_a_small_batch_leaves_after_its_delay),
		STAND(test_only_the_own_site_is_taken),
		STAND(test_what_is_no_message_is_refused_and_counted),
		STAND(test_a_silent_publisher_is_stale_and_then_live_again),
		STAND(test_a_feed_without_heartbeats_is_quiet_and_left_connected),
		STAND(test_a_connected_feed_that_never_spoke_is_told),
		STAND(test_a_peer_that_speaks_garbage_is_survived),
		STAND(test_a_second_publisher_on_an_address_is_told),
		STAND(test_two_sources_of_one_endpoint_are_kept_apart),
		STAND(test_inproc_is_brought_back_too),
		STAND(test_a_topic_carries_the_queue_encoded),
		cmocka_unit_test(test_an_unknown_kind_of_feed_is_refused),
		STAND(test_an_endpoint_that_is_none_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
