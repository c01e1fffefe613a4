/* Askers and collectors that mean harm, slow askers, and keys. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zmq.h>

#include "base/clock.h"
#include "config/settings.h"
#include "feed/curve.h"
#include "feed/curve_keys.h"
#include "feed/message.h"
#include "feed/pack_write.h"
#include "feed/stream_talk.h"
#include "tests/stream_rig.h"

#include <cmocka.h> /* last: it makes a macro of fail */

static struct rig rig;
static void *raw[8]; /* sockets of a test's own */

static int close_rig(void **state)
{
	(void)state;
	for (int i = 0; i < 8; i++) {
		if (raw[i])
			zmq_close(raw[i]);
		raw[i] = NULL;
	}
	rig_close(&rig);
	return 0;
}

static void *open_raw(int number, int type, const char *endpoint, bool is_bound)
{
	raw[number] = zmq_socket(rig.zmq, type);
	socket_set(raw[number], ZMQ_LINGER, 0);
	assert_int_equal(is_bound ? zmq_bind(raw[number], endpoint) : zmq_connect(raw[number], endpoint), 0);
	return raw[number];
}

static void send_request(void *socket, const struct stream_talk *talk)
{
	struct wire_buffer map = {0};
	stream_talk_write(&map, talk);
	zmq_send(socket, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT);
	zmq_send(socket, map.data, map.size, ZMQ_DONTWAIT);
	wire_buffer_finish(&map);
}

/* Turns until an answer's map is here; what follows it is thrown away. */
static void get_answer(void *socket, struct stream_talk *answer, zmq_msg_t *map)
{
	zmq_msg_t first;
	zmq_msg_init(&first);
	int64_t until = clock_monotonic() + RIG_DEADLINE;
	while (zmq_msg_recv(&first, socket, ZMQ_DONTWAIT) < 0) {
		assert_true(clock_monotonic() < until);
		rig_turn(&rig);
	}
	assert_int_equal(zmq_msg_size(&first), 0);
	zmq_msg_close(&first);
	zmq_msg_init(map);
	assert_true(zmq_msg_recv(map, socket, ZMQ_DONTWAIT) >= 0);
	assert_true(stream_talk_read(zmq_msg_data(map), zmq_msg_size(map), answer, NULL));
	while (message_skip(socket))
		;
}

static void expect_error(void *socket, const struct stream_talk *request, const char *word)
{
	struct stream_talk answer;
	zmq_msg_t map;
	send_request(socket, request);
	get_answer(socket, &answer, &map);
	assert_true(answer.id == request->id && view_is(answer.error, word));
	zmq_msg_close(&map);
}

static void requests_that_make_no_sense_get_a_word(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	rig_write(&rig, 10);
	void *socket = open_raw(0, ZMQ_DEALER, rig.ask, false);
#define ID STREAM_HAS(id)
	expect_error(socket, &(struct stream_talk){.op = view_of("format c:"), .id = 1, .has = ID}, "op");
	expect_error(socket, &(struct stream_talk){.op = view_of("state"), .id = 2, .lsn = 5, .has = ID | STREAM_HAS(lsn)}, "gone");
	expect_error(socket, &(struct stream_talk){.op = view_of("range"), .id = 3, .from = 5, .has = ID | STREAM_HAS(from)}, "request");
	expect_error(socket, &(struct stream_talk){.op = view_of("range"), .id = 4, .from = 5, .to = 4,
				     .has = ID | STREAM_HAS(from) | STREAM_HAS(to)}, "request");
	expect_error(socket, &(struct stream_talk){.op = view_of("act"), .id = 5, .has = ID}, "request");
	struct stream_talk range = {.op = view_of("range"), .id = 6, .from = 1, .to = INT64_MAX,
		.has = ID | STREAM_HAS(from) | STREAM_HAS(to)}, answer;
	zmq_msg_t map;
	send_request(socket, &range);
	get_answer(socket, &answer, &map);
	assert_true(answer.first == 1 && answer.count == 10 && answer.lsn == 10);
	zmq_msg_close(&map);
	range.from = INT64_MAX;
	send_request(socket, &range);
	get_answer(socket, &answer, &map);
	assert_true(answer.first == 0 && answer.count == 0);
	zmq_msg_close(&map);
	struct stream_talk state_first = {.op = view_of("state"), .id = 7, .has = ID};
	send_request(socket, &state_first);
	get_answer(socket, &answer, &map);
	assert_true(answer.size == (int64_t)rig.state_size && answer.at == 0 && answer.lsn == 10);
	zmq_msg_close(&map);
	expect_error(socket, &(struct stream_talk){.op = view_of("state"), .id = 8, .lsn = 10, .at = INT64_MAX,
				     .has = ID | STREAM_HAS(lsn) | STREAM_HAS(at)}, "request");
}

static uint32_t chance(uint64_t *seed, uint32_t below)
{
	*seed ^= *seed << 13;
	*seed ^= *seed >> 7;
	*seed ^= *seed << 17;
	return (uint32_t)(*seed >> 33) % below;
}

static void send_noise(void *socket, uint64_t *seed)
{
	uint8_t bytes[300];
	int frames = 1 + (int)chance(seed, 6);
	for (int i = 0; i < frames; i++) {
		size_t size = chance(seed, sizeof bytes);
		for (size_t j = 0; j < size; j++)
			bytes[j] = (uint8_t)chance(seed, 256);
		if (i == 0 && chance(seed, 2))
			size = 0;
		zmq_send(socket, bytes, size, ZMQ_DONTWAIT | (i + 1 < frames ? ZMQ_SNDMORE : 0));
	}
}

/* Noise, and more requests than anybody may make: an honest owner beside it gets all there is. */
static void noise_and_floods_starve_nobody(void **state)
{
	(void)state;
	rig_open(&rig, "ipc");
	rig.state_size = 3 * 512 * 1024;
	rig_write(&rig, 1000);
	uint64_t seed = 12345;
	for (int i = 0; i < 4; i++)
		open_raw(i, ZMQ_DEALER, rig.ask, false);
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){.timeout = 2000});
	struct stream_talk state_first = {.op = view_of("state"), .id = 7, .has = STREAM_HAS(id)};
	int64_t started = clock_monotonic();
	/* On a busy machine the server answers what was sent long ago: until it had its share. */
	for (int turn = 0; turn < 60 || ((!rig_is_level(&rig) || stream_server_counts(rig.server).refused <= 1000) &&
					    clock_monotonic() < started + RIG_DEADLINE); turn++) {
		for (int i = 0; i < 50; i++)
			send_noise(raw[i % 2], &seed);
		for (int i = 0; i < 50; i++)
			send_request(raw[2 + i % 2], &state_first);
		rig_write(&rig, 1);
		rig_turn(&rig);
	}
	RIG_UNTIL(&rig, rig_is_level(&rig));
	assert_int_equal(stream_client_counts(owner->client).misses, 0);
	struct stream_counts counts = stream_server_counts(rig.server);
	assert_true(counts.refused > 1000);
	assert_true(counts.states <= 6);
	/* They never read: what is kept for them is their queue, and no more was sent. */
	assert_true(counts.unread > 0);
	assert_true(counts.chunks * 4 < counts.requests);
}

/* A collector that sends anything: whatever it is, nothing is handed on but what fits, and the owner's checks hold. */
static void a_collector_that_sends_noise(void **state)
{
	(void)state;
	rig_open(&rig, "inproc");
	void *publisher = open_raw(0, ZMQ_PUB, "inproc://evil", true), *router = open_raw(1, ZMQ_ROUTER, "inproc://evil-ask", true);
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){.url = "inproc://evil", .timeout = 50, .state_most = 100000});
	struct wire_buffer message = {0}, payload = {0};
	uint64_t seed = 99, asked = 0;
	for (int i = 0; i < 6000; i++) {
		struct frame frame;
		rig_record(&rig.origin, 1 + chance(&seed, 1000), &payload, &frame);
		stream_encode(&message, &frame, &rig.origin, NULL);
		if (chance(&seed, 4) == 0)
			stream_encode_heartbeat(&message, chance(&seed, 1000), 5, &rig.origin, view_of("inproc://evil-ask"));
		if (chance(&seed, 3))
			message.data[chance(&seed, (uint32_t)message.size)] = (uint8_t)chance(&seed, 256);
		zmq_send(publisher, "here//", 6, ZMQ_SNDMORE | ZMQ_DONTWAIT);
		zmq_send(publisher, message.data, chance(&seed, 5) ? message.size : chance(&seed, (uint32_t)message.size), ZMQ_DONTWAIT);
		zmq_msg_t name;
		zmq_msg_init(&name);
		if (zmq_msg_recv(&name, router, ZMQ_DONTWAIT) > 0) {
			asked++;
			while (message_skip(router))
				;
			struct stream_talk talk = {.op = view_of(chance(&seed, 2) ? "hello" : "state"),
				.journal = view_of("01010101010101010101010101010101"), .id = (int64_t)chance(&seed, 30), .epoch = 1,
				.lsn = chance(&seed, 1000), .size = chance(&seed, 2) ? INT64_MAX : 90000, .at = chance(&seed, 2) * 524288,
				.has = (1u << STREAM_NUMBER_COUNT) - 1};
			stream_talk_write(&message, &talk);
			zmq_send(router, zmq_msg_data(&name), zmq_msg_size(&name), ZMQ_SNDMORE | ZMQ_DONTWAIT);
			zmq_send(router, "", 0, ZMQ_SNDMORE | ZMQ_DONTWAIT);
			zmq_send(router, message.data, message.size, ZMQ_SNDMORE | ZMQ_DONTWAIT);
			zmq_send(router, message.data, chance(&seed, 50), ZMQ_DONTWAIT);
		}
		zmq_msg_close(&name);
		rig_read(owner, 10);
	}
	assert_true(asked > 0);
	assert_true(stream_client_counts(owner->client).malformed > 500);
	assert_int_equal(owner->states, 0);
	assert_int_equal(owner->records, 0);
	wire_buffer_finish(&message);
	wire_buffer_finish(&payload);
}

/* A collector elsewhere must not send us to sockets of this machine. */
static void where_to_ask_is_not_believed(void **state)
{
	(void)state;
	rig_open(&rig, "tcp");
	void *publisher = open_raw(0, ZMQ_PUB, "tcp://127.0.0.1:*", true);
	char url[128];
	size_t size = sizeof url;
	zmq_getsockopt(publisher, ZMQ_LAST_ENDPOINT, url, &size);
	struct rig_owner *owner = rig_attach(&rig, (struct stream_client_options){.url = url});
	struct wire_buffer message = {0};
	stream_encode_heartbeat(&message, 7, 5, &rig.origin, view_of("ipc:///run/docker.sock"));
	int64_t until = clock_monotonic() + RIG_DEADLINE;
	while (stream_client_counts(owner->client).malformed == 0 && clock_monotonic() < until) {
		zmq_send(publisher, "here//", 6, ZMQ_SNDMORE | ZMQ_DONTWAIT);
		zmq_send(publisher, message.data, message.size, ZMQ_DONTWAIT);
		rig_turn(&rig);
	}
	assert_true(stream_client_counts(owner->client).malformed > 0);
	struct error err = {""};
	assert_int_equal(stream_client_act(owner->client, "\x80", 1, &err), 0);
	assert_non_null(strstr(err.text, "where to ask"));
	wire_buffer_finish(&message);
}

/* ---- keys ---- */

static void put_file(const char *name, const char *text, char path[128])
{
	snprintf(path, 128, "%s/%s", rig.folder, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make_key(struct settings *settings, const char *name, struct curve_pair *pair)
{
	char path[128];
	struct error err = {""};
	snprintf(path, sizeof path, "%s/%s", rig.folder, name);
	assert_true(curve_pair_create(pair, &err) && curve_pair_write(path, pair, &err) && settings_set(settings, "key_file", path, &err));
}

static void use(struct settings *settings, const char *name, const char *value)
{
	struct error err = {""};
	if (!settings_set(settings, name, value, &err))
		fail_msg("%s", err.text);
}

static struct curve *ready(const struct settings *settings)
{
	struct error err = {""};
	struct curve *curve = curve_open(settings, &err);
	if (!curve)
		fail_msg("%s", err.text);
	return curve;
}

static struct rig_owner *attach_with(struct curve *curve)
{
	struct stream_client_options options = {.feed = rig.feed};
	options.feed.curve = curve;
	return rig_attach(&rig, options);
}

static void only_known_keys_are_served(void **state)
{
	(void)state;
	struct settings *theirs = settings_create(), *ours = settings_create(), *strange = settings_create(), *misled = settings_create();
	struct curve_pair server, board, stranger;
	char clients[128];
	umask(022);
	rig_open(&rig, "tcp");
	rig_stop(&rig);
	make_key(theirs, "server", &server);
	make_key(ours, "board", &board);
	make_key(strange, "stranger", &stranger);
	make_key(misled, "misled", &stranger);
	char line[200];
	snprintf(line, sizeof line, "%s the wall\n", board.public);
	put_file("clients", line, clients);
	use(theirs, "client_keys", clients);
	use(ours, "server_key", server.public);
	use(strange, "server_key", server.public);
	use(misled, "server_key", board.public);
	struct curve *collector = ready(theirs), *good = ready(ours), *unknown = ready(strange), *wrong = ready(misled);
	rig.options.curve = collector;
	rig_start(&rig);
	rig_write(&rig, 20);
	struct rig_owner *welcome = attach_with(good), *refused = attach_with(unknown), *wary = attach_with(wrong), *plain = attach_with(NULL);
	RIG_UNTIL(&rig, welcome->position == 20 && welcome->link == LINK_LIVE && refused->link == LINK_REFUSED &&
				wary->link == LINK_REFUSED && plain->link == LINK_REFUSED);
	assert_non_null(strstr(refused->link_why, "list of clients"));
	assert_non_null(strstr(wary->link_why, "ask for its public key"));
	assert_non_null(strstr(plain->link_why, "set its server_key"));
	assert_true(refused->states + wary->states + plain->states == 0);
	assert_true(stream_client_act(welcome->client, "\x81\xa1""a\xa1""b", 5, NULL) > 0);
	RIG_UNTIL(&rig, welcome->answers == 1);
	assert_string_equal(rig.act_who, board.public);
	for (int i = 0; i < rig.owner_count; i++)
		rig_detach(&rig.owners[i]);
	rig_stop(&rig);
	curve_close(good);
	curve_close(unknown);
	curve_close(wrong);
	curve_close(collector);
	settings_destroy(theirs);
	settings_destroy(ours);
	settings_destroy(strange);
	settings_destroy(misled);
	for (int i = 0; i < 5; i++) {
		static const char *const names[] = {"server", "board", "stranger", "misled", "clients"};
		snprintf(line, sizeof line, "%s/%s", rig.folder, names[i]);
		unlink(line);
	}
}

#define TEST(name) cmocka_unit_test_teardown(name, close_rig)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(requests_that_make_no_sense_get_a_word),
		TEST(noise_and_floods_starve_nobody),
		TEST(a_collector_that_sends_noise),
		TEST(where_to_ask_is_not_believed),
		TEST(only_known_keys_are_served),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
