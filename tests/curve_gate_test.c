#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <zmq.h>

#include "base/log.h"
#include "feed/curve_gate.h"
#include "feed/curve_keys.h"

#include <cmocka.h> /* last: it makes a macro of fail */

#define ROUNDS 3000 /* of damaged requests; TABLO_ROUNDS: so many times as many */
#define DEADLINE 10000 /* ms that an answer is waited for */

static void put_text(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	fclose(file);
}

struct gate_scene {
	char folder[64], clients[96];
	void *zmq, *asker;
	struct curve_gate *gate;
	struct curve_door *door;
	struct curve_pair pair;
	uint8_t raw[32];
};

static int open_gate(void **state)
{
	static struct gate_scene scene;
	struct error err;
	scene = (struct gate_scene){.folder = "/tmp/tablo-gate-XXXXXX", .zmq = zmq_ctx_new()};
	umask(022);
	log_set_level(LOG_LEVEL_ERROR);
	if (!mkdtemp(scene.folder) || !curve_pair_create(&scene.pair, &err) || !zmq_z85_decode(scene.raw, scene.pair.public))
		return -1;
	snprintf(scene.clients, sizeof scene.clients, "%s/clients", scene.folder);
	char text[64];
	snprintf(text, sizeof text, "%s\n", scene.pair.public);
	put_text(scene.clients, text);
	scene.gate = curve_gate_open(scene.zmq, &err);
	scene.door = scene.gate ? curve_door_open(scene.gate, scene.clients, &err) : NULL;
	scene.asker = zmq_socket(scene.zmq, ZMQ_DEALER);
	int linger = 0, patience = DEADLINE;
	zmq_setsockopt(scene.asker, ZMQ_LINGER, &linger, sizeof linger);
	zmq_setsockopt(scene.asker, ZMQ_RCVTIMEO, &patience, sizeof patience);
	*state = &scene;
	return scene.door && zmq_connect(scene.asker, "inproc://zeromq.zap.01") == 0 ? 0 : -1;
}

static int close_gate(void **state)
{
	struct gate_scene *scene = *state;
	zmq_close(scene->asker);
	curve_door_close(scene->door);
	curve_gate_close(scene->gate);
	zmq_ctx_term(scene->zmq);
	log_set_level(LOG_LEVEL_INFO);
	unlink(scene->clients);
	return rmdir(scene->folder);
}

struct frame {
	const void *data;
	size_t size;
};
#define TEXT(text) {text, sizeof(text) - 1}

static void send_frames(void *socket, const struct frame *frames, int count)
{
	assert_true(zmq_send(socket, "", 0, count ? ZMQ_SNDMORE : 0) == 0);
	for (int i = 0; i < count; i++)
		assert_true(zmq_send(socket, frames[i].data, frames[i].size, i + 1 < count ? ZMQ_SNDMORE : 0) >= 0);
}

struct answer {
	char text[7][300];
	int count;
};

static struct answer receive(void *socket)
{
	struct answer answer = {0};
	int more = 1;
	size_t size = sizeof more;
	while (more) {
		char frame[300] = "";
		int got = zmq_recv(socket, frame, sizeof frame - 1, 0);
		assert_true(got >= 0 && answer.count < 7);
		memcpy(answer.text[answer.count++], frame, sizeof frame);
		zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size);
	}
	return answer;
}

/* A reply is always whole: delimiter, version, the request's own number, code, text, user, metadata. */
static struct answer ask(struct gate_scene *scene, const struct frame *frames, int count, const char *code)
{
	send_frames(scene->asker, frames, count);
	struct answer answer = receive(scene->asker);
	assert_int_equal(answer.count, 7);
	assert_string_equal(answer.text[1], "1.0");
	assert_string_equal(answer.text[3], code);
	if (strcmp(code, "200") != 0)
		assert_string_equal(answer.text[5], "");
	return answer;
}

static void test_the_gate_lets_in_the_listed_key(void **state)
{
	struct gate_scene *scene = *state;
	const struct frame frames[] = {TEXT("1.0"), TEXT("17"), TEXT("tablo-1"), TEXT("10.0.0.1"), TEXT(""), TEXT("CURVE"), {scene->raw, 32}};
	struct answer answer = ask(scene, frames, 7, "200");
	assert_string_equal(answer.text[2], "17");
	assert_string_equal(answer.text[5], scene->pair.public);
	assert_int_equal(curve_gate_counts(scene->gate).allowed, 1);
}

static void test_the_gate_refuses_everything_else(void **state)
{
	struct gate_scene *scene = *state;
	uint8_t other[64] = {0};
	static char large[300 * 1024];
	memset(large, 'x', sizeof large);
	memcpy(other, scene->raw, 32);
	other[31] ^= 1;
	const struct frame right[] = {TEXT("1.0"), TEXT("1"), TEXT("tablo-1"), TEXT("10.0.0.1"), TEXT(""), TEXT("CURVE"), {scene->raw, 32}};
	const struct {
		int position;
		struct frame frame;
		const char *code;
	} wrong[] = {
		{6, {other, 32}, "400"},
		{6, {scene->raw, 31}, "400"},
		{6, {scene->raw, 0}, "400"},
		{6, {other, 33}, "400"},
		{6, TEXT("anonymous"), "400"},
		{6, {large, 257}, "500"},
		{6, {large, sizeof large}, "500"},
		{5, TEXT("NULL"), "400"},
		{5, TEXT("PLAIN"), "400"},
		{5, TEXT(""), "400"},
		{5, TEXT("CURVE2"), "400"},
		{2, TEXT(""), "400"},
		{2, TEXT("global"), "400"},
		{2, TEXT("tablo"), "400"},
		{2, TEXT("tablo-2"), "400"},
		{2, TEXT("tablo-1\0x"), "400"},
		{0, TEXT("2.0"), "500"},
		{0, TEXT(""), "500"},
		{1, {large, 300}, "500"},
		{3, {large, sizeof large}, "500"},
		{4, {large, 257}, "500"},
	};
	for (size_t i = 0; i < sizeof wrong / sizeof *wrong; i++) {
		struct frame frames[7];
		memcpy(frames, right, sizeof frames);
		frames[wrong[i].position] = wrong[i].frame;
		ask(scene, frames, 7, wrong[i].code);
	}
	for (int count = 1; count < 6; count++)
		ask(scene, right, count, "500");
	ask(scene, right, 6, "400");
	struct frame many[40];
	for (int i = 0; i < 40; i++)
		many[i] = right[i < 7 ? i : 6];
	ask(scene, many, 8, "400");
	ask(scene, many, 40, "400");
	assert_int_equal(curve_gate_counts(scene->gate).allowed, 0);
	ask(scene, right, 7, "200");
}

static void test_the_gate_stands_whatever_is_thrown_at_it(void **state)
{
	struct gate_scene *scene = *state;
	const struct frame right[] = {TEXT("1.0"), TEXT("9"), TEXT("tablo-1"), TEXT("10.0.0.1"), TEXT(""), TEXT("CURVE"), {scene->raw, 32}};
	uint64_t random = 88172645463325252u, let_in = 0;
	const char *times = getenv("TABLO_ROUNDS");
	int rounds = ROUNDS * (times ? atoi(times) : 1);
	for (int round = 0; round < rounds; round++) {
		static uint8_t noise[600];
		struct frame frames[12];
		for (size_t i = 0; i < sizeof noise; i++) {
			random ^= random << 13, random ^= random >> 7, random ^= random << 17;
			noise[i] = (uint8_t)random;
		}
		int count = 1 + noise[0] % 11;
		for (int i = 0; i < 12; i++)
			frames[i] = i < 7 && noise[i + 1] % 4 ? right[i] : (struct frame){noise + 20, (size_t)noise[i + 20] * 2};
		send_frames(scene->asker, frames, count);
		struct answer answer = receive(scene->asker);
		assert_int_equal(answer.count, 7);
		bool good = strcmp(answer.text[3], "200") == 0;
		let_in += good;
		/* Only who shows the listed key. */
		if (good)
			assert_true(count == 7 && frames[6].size == 32 && memcmp(frames[6].data, scene->raw, 32) == 0);
	}
	struct curve_gate_counts counts = curve_gate_counts(scene->gate);
	assert_int_equal(counts.allowed, let_in);
	assert_int_equal(counts.allowed + counts.refused + counts.malformed, rounds);
	ask(scene, right, 7, "200");
}

static void test_the_gate_reads_its_list_again(void **state)
{
	struct gate_scene *scene = *state;
	struct error err;
	const struct frame frames[] = {TEXT("1.0"), TEXT("1"), TEXT("tablo-1"), TEXT("::1"), TEXT(""), TEXT("CURVE"), {scene->raw, 32}};
	put_text(scene->clients, "# nobody\n");
	ask(scene, frames, 7, "200"); /* not read yet */
	assert_true(curve_door_reload(scene->door, &err));
	ask(scene, frames, 7, "400");
	unlink(scene->clients);
	assert_false(curve_door_reload(scene->door, &err));
	ask(scene, frames, 7, "400");
	put_text(scene->clients, scene->pair.public);
	assert_true(curve_door_reload(scene->door, &err));
	ask(scene, frames, 7, "200");
}

static void test_there_is_one_gate_in_a_context(void **state)
{
	struct gate_scene *scene = *state;
	struct error err;
	assert_null(curve_gate_open(scene->zmq, &err));
	assert_non_null(strstr(err.text, "already"));
	curve_door_close(scene->door);
	curve_gate_close(scene->gate);
	scene->gate = curve_gate_open(scene->zmq, &err);
	assert_non_null(scene->gate);
	scene->door = curve_door_open(scene->gate, scene->clients, &err);
	assert_non_null(scene->door);
}

static void test_each_door_has_a_list_of_its_own(void **state)
{
	struct gate_scene *scene = *state;
	struct error err;
	struct curve_pair other;
	char path[112];
	snprintf(path, sizeof path, "%s.other", scene->clients);
	assert_true(curve_pair_create(&other, &err));
	put_text(path, other.public);
	struct curve_door *second = curve_door_open(scene->gate, path, &err), *any = curve_door_open(scene->gate, "any", &err);
	assert_true(second && any);
	assert_string_not_equal(curve_door_domain(second), curve_door_domain(any));
	uint8_t raw[32];
	assert_non_null(zmq_z85_decode(raw, other.public));
	const char *second_domain = curve_door_domain(second);
	char any_domain[CURVE_DOMAIN_ROOM];
	snprintf(any_domain, sizeof any_domain, "%s", curve_door_domain(any)); /* it is asked for when the door is gone */
	const struct frame first_key[] = {TEXT("1.0"), TEXT("1"), {second_domain, strlen(second_domain)}, TEXT("::1"), TEXT(""), TEXT("CURVE"), {scene->raw, 32}};
	const struct frame second_key[] = {TEXT("1.0"), TEXT("1"), {second_domain, strlen(second_domain)}, TEXT("::1"), TEXT(""), TEXT("CURVE"), {raw, 32}};
	const struct frame at_first[] = {TEXT("1.0"), TEXT("1"), TEXT("tablo-1"), TEXT("::1"), TEXT(""), TEXT("CURVE"), {raw, 32}};
	const struct frame at_any[] = {TEXT("1.0"), TEXT("1"), {any_domain, strlen(any_domain)}, TEXT("::1"), TEXT(""), TEXT("CURVE"), {raw, 32}};
	ask(scene, first_key, 7, "400");
	ask(scene, second_key, 7, "200");
	ask(scene, at_first, 7, "400");
	ask(scene, at_any, 7, "200");
	put_text(path, "# nobody\n");
	assert_true(curve_door_reload(second, &err));
	ask(scene, second_key, 7, "400");
	ask(scene, at_any, 7, "200");
	/* A door that is closed is none; its name is not given again. */
	curve_door_close(any);
	ask(scene, at_any, 7, "400");
	any = curve_door_open(scene->gate, "any", &err);
	ask(scene, at_any, 7, "400");
	curve_door_close(any);
	curve_door_close(second);
	unlink(path);
	assert_null(curve_door_open(scene->gate, path, &err));
}

#define GATE(test) cmocka_unit_test_setup_teardown(test, open_gate, close_gate)

int main(void)
{
	const struct CMUnitTest tests[] = {
		GATE(test_the_gate_lets_in_the_listed_key),
		GATE(test_the_gate_refuses_everything_else),
		GATE(test_the_gate_stands_whatever_is_thrown_at_it),
		GATE(test_the_gate_reads_its_list_again),
		GATE(test_there_is_one_gate_in_a_context),
		GATE(test_each_door_has_a_list_of_its_own),
	};
	if (!zmq_has("curve"))
		return 77; /* meson: skipped */
	return cmocka_run_group_tests_name("curve_gate", tests, NULL, NULL);
}
