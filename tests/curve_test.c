#include <arpa/inet.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zmq.h>

#include "base/clock.h"
#include "config/settings.h"
#include "feed/curve.h"
#include "feed/curve_keys.h"
#include "tests/recorder.h"

#include <cmocka.h> /* last: it makes a macro of fail */

/* A publisher with its key and its list, a board with its own, and a folder for both. */
struct scene {
	struct stand stand;
	struct settings *publisher_settings, *board_settings;
	struct curve *publisher_curve, *board_curve;
	struct curve_pair publisher, board, stranger;
	char clients[128];
};

static void path_in(const struct scene *scene, const char *name, char to[128])
{
	snprintf(to, 128, "%s/%s", scene->stand.folder, name);
}

static void put_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

static void make_pair(const struct scene *scene, const char *name, struct curve_pair *pair)
{
	char path[128];
	struct error err;
	path_in(scene, name, path);
	assert_true(curve_pair_create(pair, &err));
	assert_true(curve_pair_write(path, pair, &err));
}

static void set(struct settings *settings, const char *name, const char *value)
{
	struct error err;
	if (!settings_set(settings, name, value, &err))
		fail_msg("%s", err.text);
}

static void allow(const struct scene *scene, const char *key)
{
	char text[200];
	snprintf(text, sizeof text, "# boards\n%s the wall\n", key);
	put_text(scene->clients, text);
}

static int open_scene(void **state)
{
	static struct scene scene;
	scene = (struct scene){0};
	umask(022);
	stand_open(&scene.stand);
	path_in(&scene, "clients", scene.clients);
	make_pair(&scene, "publisher", &scene.publisher);
	make_pair(&scene, "board", &scene.board);
	make_pair(&scene, "stranger", &scene.stranger);
	allow(&scene, scene.board.public);
	scene.publisher_settings = settings_create();
	scene.board_settings = settings_create();
	char path[128];
	path_in(&scene, "publisher", path);
	set(scene.publisher_settings, "key_file", path);
	set(scene.publisher_settings, "client_keys", scene.clients);
	path_in(&scene, "board", path);
	set(scene.board_settings, "key_file", path);
	set(scene.board_settings, "server_key", scene.publisher.public);
	*state = &scene;
	return 0;
}

static int close_scene(void **state)
{
	struct scene *scene = *state;
	feed_close(scene->stand.feed);
	publisher_close(scene->stand.publisher);
	scene->stand.feed = NULL;
	scene->stand.publisher = NULL;
	curve_close(scene->board_curve);
	curve_close(scene->publisher_curve);
	settings_destroy(scene->publisher_settings);
	settings_destroy(scene->board_settings);
	stand_close(&scene->stand);
	return 0;
}

static struct curve *open_curve(const struct settings *settings)
{
	struct error err;
	struct curve *curve = curve_open(settings, &err);
	if (!curve)
		fail_msg("%s", err.text);
	return curve;
}

static void start_publisher(struct scene *scene)
{
	scene->publisher_curve = open_curve(scene->publisher_settings);
	stand_publisher(&scene->stand, (struct publisher_options){.curve = scene->publisher_curve, .replay = scene->stand.replay});
}

static void start_board(struct scene *scene)
{
	scene->board_curve = open_curve(scene->board_settings);
	scene->stand.options.curve = scene->board_curve;
	stand_feed(&scene->stand);
}

/* ---- over the wire ---- */

/* An event comes as soon as there is a subscriber; a heartbeat would take a second. */
static void expect_live(struct scene *scene)
{
	struct stand *stand = &scene->stand;
	UNTIL(stand, publisher_subscribers(stand->publisher) > 0);
	stand_publish(stand, 1);
	UNTIL(stand, stand->recorder->events == 1 && recorder_link(stand->recorder) == LINK_LIVE);
}

static void test_with_the_right_keys_events_come(void **state)
{
	struct scene *scene = *state;
	struct stand *stand = &scene->stand;
	start_publisher(scene);
	start_board(scene);
	expect_live(scene);
	stand_publish(stand, 500);
	UNTIL(stand, stand->recorder->events == 501);
	assert_true(recorder_complete(stand->recorder, 1, 501));
	assert_int_equal(stand->recorder->refused[FAULT_KEY_REFUSED], 0);
	assert_true(curve_secures(scene->board_curve, stand->url));
	assert_string_equal(curve_public(scene->board_curve, stand->url), scene->board.public);
}

static void test_what_was_missed_comes_again_with_the_same_keys(void **state)
{
	struct scene *scene = *state;
	struct stand *stand = &scene->stand;
	start_publisher(scene);
	stand_publish(stand, 300); /* nobody is there yet */
	start_board(scene);
	UNTIL(stand, stand->recorder->heartbeats > 0);
	const char *src = "test";
	UNTIL(stand, stand->feed->class->catch_up(stand->feed, view_of(src), stand->recorder->heartbeat_boot, 1, 300));
	UNTIL(stand, stand->recorder->events == 300);
	assert_true(recorder_complete(stand->recorder, 1, 300));
	assert_int_equal(stand->recorder->gap_count, 0);
}

static void expect_refusal(struct scene *scene, enum feed_fault fault, const char *words)
{
	struct stand *stand = &scene->stand;
	UNTIL(stand, recorder_link(stand->recorder) == LINK_REFUSED);
	assert_true(stand->recorder->refused[fault] > 0);
	if (!strstr(stand->recorder->why, words))
		fail_msg("\"%s\" is not in \"%s\"", words, stand->recorder->why);
	assert_int_equal(stand->recorder->batch_count, 0);
	assert_int_equal(stand->recorder->heartbeats, 0);
}

static void test_a_key_that_is_not_listed_is_refused_by_name(void **state)
{
	struct scene *scene = *state;
	char path[128];
	path_in(scene, "stranger", path);
	set(scene->board_settings, "key_file", path);
	start_publisher(scene);
	start_board(scene);
	expect_refusal(scene, FAULT_KEY_REFUSED, scene->stranger.public);
	assert_null(strstr(scene->stand.recorder->why, scene->stranger.secret));
}

static void test_without_a_key_of_its_own_a_board_is_a_stranger(void **state)
{
	struct scene *scene = *state;
	set(scene->board_settings, "key_file", "");
	start_publisher(scene);
	start_board(scene);
	expect_refusal(scene, FAULT_KEY_REFUSED, "list of clients");
}

static void test_anybody_may_come_where_that_is_said(void **state)
{
	struct scene *scene = *state;
	set(scene->board_settings, "key_file", "");
	set(scene->publisher_settings, "client_keys", "any");
	start_publisher(scene);
	start_board(scene);
	expect_live(scene);
}

static void test_another_server_key_is_refused(void **state)
{
	struct scene *scene = *state;
	set(scene->board_settings, "server_key", scene->stranger.public);
	start_publisher(scene);
	start_board(scene);
	expect_refusal(scene, FAULT_SERVER_KEY, "not the one pinned");
}

static void test_plaintext_and_curve_do_not_mix(void **state)
{
	struct scene *scene = *state;
	set(scene->board_settings, "server_key", "");
	start_publisher(scene);
	start_board(scene);
	expect_refusal(scene, FAULT_SECURITY, "server_key");
}

static void test_a_plaintext_publisher_is_not_believed(void **state)
{
	struct scene *scene = *state;
	set(scene->publisher_settings, "client_keys", "");
	start_publisher(scene);
	start_board(scene);
	expect_refusal(scene, FAULT_SECURITY, "plaintext");
	DURING(&scene->stand, 300, scene->stand.recorder->heartbeats == 0);
}

static void test_a_key_that_is_put_on_the_list_comes_in_without_a_restart(void **state)
{
	struct scene *scene = *state;
	struct error err;
	allow(scene, scene->stranger.public);
	scene->stand.options.reconnect = 400;
	start_publisher(scene);
	start_board(scene);
	expect_refusal(scene, FAULT_KEY_REFUSED, "list of clients");
	allow(scene, scene->board.public);
	assert_true(curve_reload(scene->publisher_curve, &err));
	expect_live(scene);
}

static void test_a_bad_list_leaves_the_old_one_in_force(void **state)
{
	struct scene *scene = *state;
	struct error err;
	start_publisher(scene);
	put_text(scene->clients, "nonsense\n");
	assert_false(curve_reload(scene->publisher_curve, &err));
	assert_non_null(strstr(err.text, "client_keys"));
	assert_non_null(strstr(err.text, "clients:1: "));
	start_board(scene);
	expect_live(scene);
}

static void test_a_new_key_of_ours_counts_from_the_next_connection(void **state)
{
	struct scene *scene = *state;
	struct error err;
	char path[128], beside[160];
	path_in(scene, "stranger", path);
	set(scene->board_settings, "key_file", path);
	scene->stand.options.reconnect = 400;
	start_publisher(scene);
	start_board(scene);
	expect_refusal(scene, FAULT_KEY_REFUSED, scene->stranger.public);
	snprintf(beside, sizeof beside, "%s.pub", path);
	assert_int_equal(unlink(path) + unlink(beside), 0);
	assert_true(curve_pair_write(path, &scene->board, &err));
	assert_true(curve_reload(scene->board_curve, &err));
	expect_live(scene);
}

static int listen_on_loopback(uint16_t *port)
{
	struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
	socklen_t size = sizeof address;
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	assert_int_equal(bind(listener, (struct sockaddr *)&address, size), 0);
	assert_int_equal(listen(listener, 64), 0);
	getsockname(listener, (struct sockaddr *)&address, &size);
	*port = ntohs(address.sin_port);
	return listener;
}

static int hang_up(int listener, int calls)
{
	int peer = accept(listener, NULL, NULL);
	if (peer < 0)
		return calls;
	close(peer);
	return calls + 1;
}

/* As a publisher with another key does: libzmq alone would knock ten times a second for ever. */
static void test_whoever_hangs_up_is_not_pestered(void **state)
{
	struct scene *scene = *state;
	struct stand *stand = &scene->stand;
	uint16_t port;
	int listener = listen_on_loopback(&port), calls = 0;
	snprintf(stand->url, sizeof stand->url, "tcp://127.0.0.1:%d", port);
	stand->options.reconnect = 10000;
	start_board(scene);
	UNTIL(stand, (calls = hang_up(listener, calls), recorder_link(stand->recorder) == LINK_REFUSED));
	assert_true(calls >= 3 && calls <= 5);
	int then = calls;
	DURING(stand, 800, (calls = hang_up(listener, calls)) <= then + 1);
	close(listener);
}

/* ---- settings ---- */

static void load(struct settings *settings, const struct scene *scene, const char *text)
{
	char path[128];
	struct error err;
	path_in(scene, "wall.conf", path);
	put_text(path, text);
	if (!settings_load(settings, path, NULL, &err))
		fail_msg("%s", err.text);
}

static bool may_connect(const struct curve *curve, const char *endpoint, struct error *err)
{
	void *zmq = zmq_ctx_new(), *socket = zmq_socket(zmq, ZMQ_SUB);
	bool may = curve_connect(curve, socket, endpoint, endpoint, err);
	zmq_close(socket);
	zmq_ctx_term(zmq);
	return may;
}

static bool may_bind(struct curve *curve, const char *endpoint, struct error *err)
{
	void *zmq = zmq_ctx_new(), *socket = zmq_socket(zmq, ZMQ_PUB);
	bool may = curve_bind(curve, zmq, socket, endpoint, err);
	zmq_close(socket);
	zmq_ctx_term(zmq);
	return may;
}

static void test_plaintext_over_the_network_needs_leave(void **state)
{
	struct scene *scene = *state;
	struct error err = {""};
	assert_true(may_connect(NULL, "tcp://127.0.0.1:5560", &err));
	assert_true(may_connect(NULL, "ipc:///x", &err));
	assert_false(may_connect(NULL, "tcp://pbx:5560", &err));
	assert_false(may_bind(NULL, "tcp://*:5560", &err));
	struct settings *settings = settings_create();
	load(settings, scene, "title = \"Wall\"\nfeed \"tcp://old:5560\" { allow_plaintext = true }\n");
	struct curve *curve = open_curve(settings);
	assert_true(may_connect(curve, "tcp://old:5560", &err));
	assert_false(may_connect(curve, "tcp://pbx:5560", &err));
	assert_non_null(strstr(err.text, "tcp://pbx:5560"));
	assert_non_null(strstr(err.text, "wall.conf"));
	assert_non_null(strstr(err.text, "allow_plaintext = true"));
	assert_false(may_bind(curve, "tcp://0.0.0.0:5560", &err));
	assert_non_null(strstr(err.text, "wall.conf"));
	assert_non_null(strstr(err.text, "allow_plaintext = true"));
	assert_true(may_bind(curve, "tcp://127.0.0.1:5560", &err));
	set(settings, "allow_plaintext", "true");
	assert_true(may_connect(curve, "tcp://pbx:5560", &err));
	assert_true(may_bind(curve, "tcp://*:5560", &err));
	curve_close(curve);
	settings_destroy(settings);
}

/* An endpoint to catch up from comes over the wire: it must not lead us into plaintext. */
static void test_a_replay_elsewhere_needs_leave_as_well(void **state)
{
	(void)state;
	struct error err;
	struct settings *settings = settings_create();
	struct curve *curve = open_curve(settings);
	void *zmq = zmq_ctx_new(), *socket = zmq_socket(zmq, ZMQ_DEALER);
	assert_true(curve_connect(curve, socket, "ipc:///feed", "ipc:///replay", &err));
	assert_false(curve_connect(curve, socket, "ipc:///feed", "tcp://10.0.0.1:5561", &err));
	zmq_close(socket);
	zmq_ctx_term(zmq);
	curve_close(curve);
	settings_destroy(settings);
}

static void test_a_section_pins_its_own_feed(void **state)
{
	struct scene *scene = *state;
	char text[600], path[128];
	path_in(scene, "stranger", path);
	snprintf(text, sizeof text,
		"server_key = \"%s\"\nfeed \"tcp://a:1\" { server_key = \"%s\" key_file = \"%s\" }\nfeed \"tcp://b:1\" { allow_plaintext = yes }\n",
		scene->publisher.public, scene->board.public, path);
	struct settings *settings = settings_create();
	load(settings, scene, text);
	struct curve *curve = open_curve(settings);
	assert_true(curve_secures(curve, "tcp://a:1"));
	assert_string_equal(curve_public(curve, "tcp://a:1"), scene->stranger.public);
	assert_false(curve_secures(curve, "tcp://b:1"));
	assert_true(curve_secures(curve, "tcp://c:1"));
	assert_string_not_equal(curve_public(curve, "tcp://c:1"), scene->stranger.public);
	curve_close(curve);
	settings_destroy(settings);
}

static void test_a_wrong_key_is_told_at_the_start_with_its_line(void **state)
{
	struct scene *scene = *state;
	struct error err;
	struct settings *settings = settings_create();
	load(settings, scene, "title = \"Wall\"\n\nfeed \"tcp://a:1\" { server_key = \"abc\" }\n");
	assert_null(curve_open(settings, &err));
	assert_non_null(strstr(err.text, "wall.conf:3: server_key"));
	settings_destroy(settings);
	settings = settings_create();
	load(settings, scene, "key_file = \"/no/such/key\"\n");
	assert_null(curve_open(settings, &err));
	assert_non_null(strstr(err.text, "wall.conf: key_file: /no/such/key"));
	settings_destroy(settings);
	settings = settings_create();
	set(settings, "client_keys", "any");
	struct curve *curve = open_curve(settings);
	assert_false(may_bind(curve, "ipc:///x", &err));
	assert_non_null(strstr(err.text, "keygen"));
	curve_close(curve);
	settings_destroy(settings);
}

#define SCENE(test) cmocka_unit_test_setup_teardown(test, open_scene, close_scene)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SCENE(test_with_the_right_keys_events_come),
		SCENE(test_what_was_missed_comes_again_with_the_same_keys),
		SCENE(test_a_key_that_is_not_listed_is_refused_by_name),
		SCENE(test_without_a_key_of_its_own_a_board_is_a_stranger),
		SCENE(test_anybody_may_come_where_that_is_said),
		SCENE(test_another_server_key_is_refused),
		SCENE(test_plaintext_and_curve_do_not_mix),
		SCENE(test_a_plaintext_publisher_is_not_believed),
		SCENE(test_a_key_that_is_put_on_the_list_comes_in_without_a_restart),
		SCENE(test_a_bad_list_leaves_the_old_one_in_force),
		SCENE(test_a_new_key_of_ours_counts_from_the_next_connection),
		SCENE(test_whoever_hangs_up_is_not_pestered),
		SCENE(test_plaintext_over_the_network_needs_leave),
		SCENE(test_a_replay_elsewhere_needs_leave_as_well),
		SCENE(test_a_section_pins_its_own_feed),
		SCENE(test_a_wrong_key_is_told_at_the_start_with_its_line),
	};
	if (!zmq_has("curve"))
		return 77; /* meson: skipped */
	return cmocka_run_group_tests_name("curve", tests, NULL, NULL);
}
