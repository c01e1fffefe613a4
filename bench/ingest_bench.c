/* The simulator's mix with 100,000 contacts open: decoded and folded from memory on one core; then over tcp loopback in batches of 12,
 * against a loop that only receives and decodes the same batches, and against a consumer in Python that only counts.
 * Lines: name value unit ratio limit ok|OVER. */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <zmq.h>

#include "app/desk.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "bench/mix.h"
#include "feed/wire.h"

#define OPEN_CONTACTS 100000
#define BATCHES 60000
#define ROUNDS 3
#define TOPIC "mix//"

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;
	return left < right ? -1 : left > right;
}

static double median(double *values, int count)
{
	qsort(values, (size_t)count, sizeof *values, compare);
	return values[count / 2];
}

static void line(const char *name, double value, const char *unit, double ratio, double limit, bool good)
{
	printf("%-40s %12.3f %-8s ratio %6.2f limit %-8g %s\n", name, value, unit, ratio, limit, good ? "ok" : "OVER");
	fflush(stdout);
}

/* ---- from memory ---- */

static double decode_only(const struct mix *mix)
{
	struct batch batch = {0};
	struct error err;
	int64_t began = clock_monotonic_ns();
	for (uint32_t i = 0; i < mix->count; i++)
		wire_decode(mix->payloads[i].data, mix->payloads[i].size, &batch, &err);
	double spent = (double)(clock_monotonic_ns() - began);
	batch_finish(&batch);
	return spent / (double)mix->events;
}

static double decode_and_fold(const struct mix *mix, const struct settings *settings)
{
	struct batch batch = {0};
	struct error err;
	struct engine *engine = engine_create(settings, &err);
	uint64_t lsn = 0;
	int64_t began = clock_monotonic_ns();
	for (uint32_t i = 0; i < mix->count; i++) {
		wire_decode(mix->payloads[i].data, mix->payloads[i].size, &batch, &err);
		struct record record = {.kind = RECORD_BATCH, .lsn = ++lsn, .recv = batch.sent, .batch = &batch};
		engine_apply(engine, &record);
	}
	double spent = (double)(clock_monotonic_ns() - began);
	batch_finish(&batch);
	engine_destroy(engine);
	return spent / (double)mix->events;
}

static void from_memory(const struct mix *mix, const struct settings *settings)
{
	double bare[ROUNDS], whole[ROUNDS];
	for (int i = 0; i < ROUNDS; i++) {
		bare[i] = decode_only(mix);
		whole[i] = decode_and_fold(mix, settings);
	}
	double decode = median(bare, ROUNDS), all = median(whole, ROUNDS);
	line("mix: decode", decode, "ns/event", 1, 0, true);
	line("mix: decode + engine", all, "ns/event", all / decode, 666, all <= 666);
	line("mix: decode + engine", 1000 / all, "M ev/s", 0, 1.5, 1000 / all >= 1.5);
}

/* ---- over tcp ---- */

/* The publisher: waits for its subscriber, then sends everything, blocking where the reader is slow. */
static void publish(const struct mix *mix, const char *url)
{
	void *zmq = zmq_ctx_new(), *socket = zmq_socket(zmq, ZMQ_XPUB);
	int one = 1, room = 1000;
	zmq_setsockopt(socket, ZMQ_XPUB_NODROP, &one, sizeof one);
	zmq_setsockopt(socket, ZMQ_SNDHWM, &room, sizeof room);
	zmq_bind(socket, url);
	char subscription[64];
	zmq_recv(socket, subscription, sizeof subscription, 0);
	for (uint32_t i = 0; i < mix->count; i++) {
		zmq_send(socket, TOPIC, strlen(TOPIC), ZMQ_SNDMORE);
		zmq_send(socket, mix->payloads[i].data, mix->payloads[i].size, 0);
	}
	zmq_close(socket);
	zmq_ctx_term(zmq);
}

/* A program of its own: a forked copy would share its pages with the reader, who would pay for every first write to them. */
static pid_t start_publisher(const char *url)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	execl("/proc/self/exe", "ingest_bench", "--publish", url, (char *)NULL);
	_exit(1);
}

static double events_a_second(uint64_t events, int64_t began)
{
	return (double)events * 1e9 / (double)(clock_monotonic_ns() - began);
}

static double receive_and_decode(const struct mix *mix, const char *url)
{
	void *zmq = zmq_ctx_new(), *socket = zmq_socket(zmq, ZMQ_SUB);
	int room = 100000;
	zmq_setsockopt(socket, ZMQ_RCVHWM, &room, sizeof room);
	zmq_setsockopt(socket, ZMQ_SUBSCRIBE, "", 0);
	zmq_connect(socket, url);
	struct batch batch = {0};
	struct error err;
	uint64_t events = 0;
	int64_t began = 0;
	while (events < mix->events) {
		zmq_msg_t message;
		zmq_msg_init(&message);
		zmq_msg_recv(&message, socket, 0);
		if (!zmq_msg_more(&message) && wire_decode(zmq_msg_data(&message), zmq_msg_size(&message), &batch, &err) == FAULT_NONE)
			events += batch.count;
		if (!began)
			began = clock_monotonic_ns();
		zmq_msg_close(&message);
	}
	double rate = events_a_second(events, began);
	batch_finish(&batch);
	zmq_close(socket);
	zmq_ctx_term(zmq);
	return rate;
}

/* The whole way: feed, desk, engine. `lost`: how many events of those published were not received. */
static double whole_way(const struct mix *mix, const char *url, const struct settings *settings, uint64_t *lost)
{
	struct error err;
	void *zmq = zmq_ctx_new();
	struct desk_options options = {.settings = settings, .feeds = &url, .feed_count = 1, .speed = 1, .start = INSTANT_NONE, .stop = INT64_MAX,
		.zmq = zmq};
	struct desk *desk = desk_open(&options, &err);
	if (!desk) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	int64_t began = 0, give_up = clock_monotonic() + 60 * SECOND_MS;
	while (desk_events(desk) < mix->events && clock_monotonic() < give_up) {
		desk_turn(desk, -1, clock_monotonic() + 100);
		if (!began && desk_events(desk))
			began = clock_monotonic_ns();
	}
	double rate = events_a_second(desk_events(desk), began);
	*lost = mix->events - desk_events(desk);
	desk_close(desk);
	zmq_ctx_term(zmq);
	return rate;
}

static double in_python(const struct mix *mix, const char *url, const char *script)
{
	char command[400];
	snprintf(command, sizeof command, "/usr/bin/python3 %s %s %llu", script, url, (unsigned long long)mix->events);
	FILE *pipe = popen(command, "r");
	double rate = 0;
	if (pipe && fscanf(pipe, "%lf", &rate) != 1)
		rate = 0;
	if (pipe)
		pclose(pipe);
	return rate;
}

static void over_tcp(const struct mix *mix, const struct settings *settings, const char *script)
{
	double bare[ROUNDS], whole[ROUNDS], python[ROUNDS];
	uint64_t lost = 0;
	for (int i = 0; i < ROUNDS; i++) {
		char url[64];
		pid_t publisher;
		int port = 21000 + (int)(getpid() % 5000) + i * 3;
		snprintf(url, sizeof url, "tcp://127.0.0.1:%d", port);
		publisher = start_publisher(url);
		bare[i] = receive_and_decode(mix, url);
		waitpid(publisher, NULL, 0);
		snprintf(url, sizeof url, "tcp://127.0.0.1:%d", port + 1);
		publisher = start_publisher(url);
		uint64_t missing;
		whole[i] = whole_way(mix, url, settings, &missing);
		lost += missing;
		kill(publisher, SIGKILL);
		waitpid(publisher, NULL, 0);
		snprintf(url, sizeof url, "tcp://127.0.0.1:%d", port + 2);
		publisher = start_publisher(url);
		python[i] = in_python(mix, url, script);
		kill(publisher, SIGKILL);
		waitpid(publisher, NULL, 0);
	}
	double loop = median(bare, ROUNDS), all = median(whole, ROUNDS), other = median(python, ROUNDS);
	line("tcp: receive and decode", loop / 1e6, "M ev/s", 1, 0, true);
	line("tcp: feed + desk + engine", all / 1e6, "M ev/s", all / loop, 0.5, all / loop >= 0.5);
	line("tcp: lost", (double)lost, "events", 0, 0, lost == 0);
	if (other > 0)
		line("tcp: against Python that counts", other / 1e6, "M ev/s", all / other, 4, all / other >= 4);
	else
		puts("tcp: against Python that counts: skipped, no pyzmq and msgpack here");
}

int main(int argc, char **argv)
{
	struct settings *settings = settings_create();
	struct error err;
	if (!settings_set(settings, "clock", "feed", &err) || !settings_set(settings, "zone", "UTC", &err)) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	struct mix *mix = mix_create(7, BATCHES, OPEN_CONTACTS);
	if (argc > 2 && strcmp(argv[1], "--publish") == 0) {
		publish(mix, argv[2]);
		return 0;
	}
	from_memory(mix, settings);
	over_tcp(mix, settings, argc > 1 ? argv[1] : "bench/python_consumer.py");
	mix_destroy(mix);
	settings_destroy(settings);
	return 0;
}
