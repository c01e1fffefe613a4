/* How fast events are taken in with a journal, and with a journal and Redis, beside the same feed and engine without: batches of 12 over
 * ipc, as fast as they go. The rate, and what the desk's own thread computes for an event (on a machine with idle cores that alone is
 * the rate). Lines: name value unit ratio limit ok|OVER. usage: collect_bench [FOLDER for the journals] */
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <zmq.h>

#include "app/collector.h"
#include "app/desk.h"
#include "base/clock.h"
#include "base/instant.h"
#include "bench/mix.h"
#include "tests/redis_server.h"

#define OPEN_CONTACTS 5000
#define BATCHES 100000
#define ROUNDS 3
#define LIMIT 0.8

enum way { WAY_BARE, WAY_JOURNAL, WAY_REDIS, WAYS };
static const char *const names[WAYS] = {"feed and engine", "with a journal", "with a journal and Redis"};

struct measured {
	double rate, spent; /* events a second; ns of the desk's thread for an event */
};

static int by_rate(const void *a, const void *b)
{
	const struct measured *left = a, *right = b;
	return left->rate < right->rate ? -1 : left->rate > right->rate;
}

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
		zmq_send(socket, "mix//", 5, ZMQ_SNDMORE);
		zmq_send(socket, mix->payloads[i].data, mix->payloads[i].size, 0);
	}
	zmq_close(socket);
	zmq_ctx_term(zmq);
}

/* A program of its own, for the pages of a forked copy would be the reader's to pay for. */
static pid_t start_publisher(const char *url)
{
	pid_t pid = fork();
	if (pid != 0)
		return pid;
	execl("/proc/self/exe", "collect_bench", "--publish", url, (char *)NULL);
	_exit(1);
}

static double spent_ns(void)
{
	struct timespec spent;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return (double)spent.tv_sec * 1e9 + (double)spent.tv_nsec;
}

static struct settings *settings_of(const char *journal)
{
	struct settings *settings = settings_create();
	struct error err;
	if (!settings_set(settings, "clock", "feed", &err) || !settings_set(settings, "zone", "UTC", &err) ||
		!settings_set(settings, "journal", journal, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	return settings;
}

static void must(const void *made, const struct error *err)
{
	if (made)
		return;
	fprintf(stderr, "%s\n", err->text);
	exit(1);
}

/* Turns of the desk until all is taken in. */
static struct measured take_all(struct desk *desk, const struct mix *mix)
{
	const int64_t give_up = clock_monotonic() + 60 * SECOND_MS;
	double began = 0, spent = 0;
	uint64_t first = 0;
	while (desk_events(desk) < mix->events && clock_monotonic() < give_up) {
		desk_turn(desk, -1, clock_monotonic() + 100);
		if (began > 0 || !desk_events(desk))
			continue;
		first = desk_events(desk);
		began = (double)clock_monotonic_ns();
		spent = spent_ns();
	}
	if (desk_events(desk) < mix->events)
		fprintf(stderr, "%llu events are missing\n", (unsigned long long)(mix->events - desk_events(desk)));
	const double events = (double)(desk_events(desk) - first);
	return (struct measured){events * 1e9 / ((double)clock_monotonic_ns() - began), (spent_ns() - spent) / events};
}

/* Each round is a journal of its own: what another one left in Redis is not for it. */
static void empty(const struct redis_server *server)
{
	struct redis_link *link = redis_server_link(server, NULL, 3000);
	if (redis_link_connect(link, NULL))
		redis_server_ask(link, "FLUSHALL", NULL);
	redis_link_destroy(link);
}

static struct measured run(enum way way, const struct mix *mix, const char *folder, const struct redis_server *server)
{
	static int number;
	struct error err;
	char url[200], journal[200];
	const char *feed = url;
	snprintf(journal, sizeof journal, "%s/journal%d", folder, ++number);
	snprintf(url, sizeof url, "ipc://%s/feed%d", folder, number);
	struct settings *settings = settings_of(journal);
	void *zmq = zmq_ctx_new();
	struct collector *collector = NULL;
	struct desk_options options = {.settings = settings, .feeds = &feed, .feed_count = 1, .speed = 1, .start = INSTANT_NONE, .stop = INT64_MAX,
		.zmq = zmq};
	if (way == WAY_REDIS)
		empty(server);
	const pid_t publisher = start_publisher(url);
	if (way != WAY_BARE) {
		collector = collector_open(&(struct collector_options){.settings = settings, .store = way == WAY_REDIS ? server->url : NULL, .zmq = zmq}, &err);
		must(collector, &err);
		options.engine = collector_engine(collector);
		options.recorder = collector_recorder(collector);
		options.company = collector_company(collector);
	}
	struct desk *desk = desk_open(&options, &err);
	must(desk, &err);
	if (collector)
		collector_begin(collector, desk);
	const struct measured measured = take_all(desk, mix);
	if (way == WAY_REDIS)
		printf("%-40s %12llu commits while it lasted\n", "", (unsigned long long)collector_health(collector).store.commits);
	if (!collector_close(collector, NULL, &err))
		fprintf(stderr, "%s\n", err.text);
	desk_close(desk);
	zmq_ctx_term(zmq);
	kill(publisher, SIGKILL);
	waitpid(publisher, NULL, 0);
	settings_destroy(settings);
	return measured;
}

static void tell(const struct measured *bare, const struct measured *with, const char *name)
{
	const double rate = with->rate / bare->rate, spent = bare->spent / with->spent;
	printf("ingest: %-32s %12.3f %-8s ratio %6.2f limit %-8g %s\n", name, with->rate / 1e6, "M ev/s", rate, LIMIT, rate >= LIMIT ? "ok" : "OVER");
	printf("ingest: %-32s %12.1f %-8s ratio %6.2f limit %-8g %s\n", "  its desk's thread", with->spent, "ns/event", spent, LIMIT,
		spent >= LIMIT ? "ok" : "OVER");
}

int main(int argc, char **argv)
{
	struct mix *mix = mix_create(7, BATCHES, OPEN_CONTACTS);
	if (argc > 2 && strcmp(argv[1], "--publish") == 0) {
		publish(mix, argv[2]);
		return 0;
	}
	struct measured measured[WAYS][ROUNDS];
	struct redis_server server = {.folder = ""};
	const enum way last = redis_server_there() ? WAY_REDIS : WAY_JOURNAL;
	char folder[120];
	snprintf(folder, sizeof folder, "%s/tablo-bench-XXXXXX", argc > 1 ? argv[1] : "/tmp");
	if (!mkdtemp(folder))
		return 1;
	if (last == WAY_REDIS)
		redis_server_start(&server, NULL);
	for (int round = 0; round < ROUNDS; round++) /* in turn, so that all meet the same machine */
		for (enum way way = WAY_BARE; way <= last; way++)
			measured[way][round] = run(way, mix, folder, &server);
	for (enum way way = WAY_BARE; way <= last; way++) {
		qsort(measured[way], ROUNDS, sizeof measured[way][0], by_rate);
		tell(&measured[WAY_BARE][ROUNDS / 2], &measured[way][ROUNDS / 2], names[way]);
	}
	if (last == WAY_REDIS)
		redis_server_finish(&server);
	char command[160];
	snprintf(command, sizeof command, "rm -rf '%s'", folder);
	if (system(command) != 0)
		fprintf(stderr, "%s stays\n", folder);
	mix_destroy(mix);
	return 0;
}
