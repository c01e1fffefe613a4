/* What it costs to keep a site in Redis and to read it back: a day of events in so many queues, the quarter hours of 35 days. */
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/instant.h"
#include "feed/wire.h"
#include "metrics/series.h"
#include "store/redis_board.h"
#include "store/redis_store.h"
#include "tests/redis_server.h"

#define START INT64_C(1790000000000)
#define PATIENCE 120000
#define ROUNDS 40

struct site {
	struct settings *settings;
	struct engine *engine;
	struct redis_store *store;
	struct batch batch;
	uint64_t lsn;
	int queues, contact;
	int64_t now;
};

static void add(struct wire_buffer *events, struct event *event, enum event_type type, int64_t ts, const char *contact, const char *queue,
	const char *agent)
{
	*event = (struct event){.type = type, .ts = ts, .present = KEY_BIT(KEY_CONTACT)};
	event->text[KEY_CONTACT] = view_of(contact);
	if (type == EVENT_CONTACT_QUEUED) {
		event->present |= KEY_BIT(KEY_QUEUE) | KEY_BIT(KEY_CHANNEL);
		event->text[KEY_QUEUE] = view_of(queue);
		event->text[KEY_CHANNEL] = view_of("phone");
	} else if (type == EVENT_CONTACT_ANSWERED) {
		event->present |= KEY_BIT(KEY_AGENT);
		event->text[KEY_AGENT] = view_of(agent);
	} else if (type == EVENT_CONTACT_RELEASED) {
		event->present |= KEY_BIT(KEY_BY) | KEY_BIT(KEY_AGENT) | KEY_BIT(KEY_WRAP_MS);
		event->text[KEY_AGENT] = view_of(agent);
		event->number[KEY_WRAP_MS - KEY_TEXT_COUNT] = 5000;
		event->text[KEY_BY] = view_of("customer");
	}
	wire_encode_event(events, event);
}

/* One contact in each queue, from its arrival to its end. */
static void serve_all(struct site *site)
{
	for (int queue = 0; queue < site->queues; queue++) {
		struct wire_buffer events = {0}, whole = {0};
		struct event event;
		char contact[24], name[24], agent[24];
		snprintf(contact, sizeof contact, "c%d", ++site->contact);
		snprintf(name, sizeof name, "Queue %03d", queue);
		snprintf(agent, sizeof agent, "Agent %03d", (queue * 2 + site->contact % 3) % (site->queues * 2));
		add(&events, &event, EVENT_CONTACT_QUEUED, site->now - 60000, contact, name, agent);
		add(&events, &event, EVENT_CONTACT_ANSWERED, site->now - 60000 + site->contact % 30000, contact, name, agent);
		add(&events, &event, EVENT_CONTACT_RELEASED, site->now, contact, name, agent);
		const struct wire_header header = {.sent = site->now};
		wire_encode_batch(&whole, &header, 3, events.data, events.size);
		if (wire_decode(whole.data, whole.size, &site->batch, NULL) != FAULT_NONE)
			abort();
		engine_apply(site->engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++site->lsn, .recv = site->now, .batch = &site->batch});
		wire_buffer_finish(&events);
		wire_buffer_finish(&whole);
	}
}

/* The quarter hours of the day stand for those of the 34 days before. */
static void repeat_day(struct site *site)
{
	for (int kind = SERIES_SLOT; kind <= SERIES_AGENT; kind++)
		for (size_t i = 0; i < series_count(site->engine, (enum series_kind)kind); i++)
			for (int way = 0; way < LEDGER_WAYS; way++) {
				const struct series *day = series_of(series_ledger(site->engine, (enum series_kind)kind, i), way, GRAIN_QUARTERS);
				for (int before = 34; before > 0; before--)
					for (size_t b = day->first; b < day->count; b++) {
						struct bucket bucket = day->buckets[b];
						if (bucket.start < START)
							continue;
						series_restore_bucket(site->engine, (enum series_kind)kind, i, way, GRAIN_QUARTERS,
							bucket.start - before * DAY_MS, (struct view){bucket.data, bucket.size});
					}
			}
}

/* What the calling thread computed so far: others on the machine do not count. */
static int64_t spent_ns(void)
{
	struct timespec spent;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return spent.tv_sec * INT64_C(1000000000) + spent.tv_nsec;
}

static int64_t turn(struct site *site)
{
	const int64_t began = spent_ns();
	redis_store_commit(site->store, site->engine, site->lsn, clock_monotonic());
	return spent_ns() - began;
}

/* Until all is stored; the longest of its turns, which the desk waits for. */
static int64_t settle(struct site *site)
{
	int64_t most = 0;
	redis_store_hurry(site->store);
	for (const int64_t until = clock_monotonic() + PATIENCE; !redis_store_settled(site->store, site->lsn) && clock_monotonic() < until;) {
		struct pollfd wait = {.fd = redis_store_descriptor(site->store), .events = POLLIN};
		const int64_t took = turn(site);
		most = took > most ? took : most;
		poll(&wait, 1, 5);
	}
	return most;
}

static int compare(const void *a, const void *b)
{
	const int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
	return (x > y) - (x < y);
}

static double middle(int64_t *times, size_t count)
{
	qsort(times, count, sizeof *times, compare);
	return (double)times[count / 2] / 1e6;
}

/* Commits of a contact in every queue: what the desk waits, and until it is stored. */
static void bench_commits(struct site *site)
{
	int64_t desk[ROUNDS], whole[ROUNDS];
	size_t size = 0;
	for (int i = 0; i < ROUNDS; i++) {
		site->now += 1000;
		serve_all(site);
		const int64_t began = clock_monotonic_ns();
		desk[i] = 0;
		while (!redis_store_settled(site->store, site->lsn)) {
			struct pollfd wait = {.fd = redis_store_descriptor(site->store), .events = POLLIN};
			const int64_t took = turn(site);
			desk[i] = took > desk[i] ? took : desk[i];
			poll(&wait, 1, 5);
		}
		whole[i] = clock_monotonic_ns() - began;
		size = redis_store_status(site->store).newest_size;
	}
	printf("redis store    %d queues: commit with a contact in each: desk %.1f ms, stored after %.1f ms, %zu KiB\n", site->queues, middle(desk, ROUNDS),
		middle(whole, ROUNDS), size / 1024);
}

static void bench_load(struct site *site, const char *url)
{
	int64_t times[9];
	struct error err;
	struct redis_board *board = redis_board_open(url, site->settings, &err);
	for (int i = 0; i < 9; i++) {
		const int64_t began = clock_monotonic_ns();
		struct engine *engine = redis_board_load(board, 24, &err);
		times[i] = clock_monotonic_ns() - began;
		if (!engine)
			fprintf(stderr, "%s\n", err.text);
		engine_destroy(engine);
	}
	const double ms = middle(times, 9), limit = site->queues > 20 ? 100 : 40;
	printf("redis load     %d queues x 24 h: %.1f ms (limit %.0f) %s\n", site->queues, ms, limit, ms <= limit ? "ok" : "OVER");
	redis_board_close(board);
}

/* What the program holds of the machine's memory, MiB. */
static double resident(void)
{
	long long pages = 0;
	FILE *file = fopen("/proc/self/statm", "r");
	if (file && fscanf(file, "%*d %lld", &pages) != 1)
		pages = 0;
	if (file)
		fclose(file);
	return (double)(pages * sysconf(_SC_PAGESIZE)) / 1048576;
}

static long long used_memory(struct redis_link *link)
{
	const char *found = strstr(redis_server_ask(link, "INFO", "memory", NULL), "used_memory:");
	return found ? atoll(found + strlen("used_memory:")) : 0;
}

/* For a program that looks at what is stored: says where it is, until the input ends. */
static void hold(const struct redis_server *server)
{
	printf("store %s\n", server->url);
	fflush(stdout);
	while (getchar() != EOF)
		;
}

static void bench(int queues, bool with_past, bool held)
{
	struct redis_server server = {.folder = ""};
	struct error err;
	struct site site = {.settings = settings_create(), .queues = queues, .now = START};
	settings_set(site.settings, "zone", "UTC", NULL);
	settings_set(site.settings, "site", "acme", NULL);
	settings_set(site.settings, "history_days", "35", NULL);
	const double before = resident();
	redis_server_start(&server, NULL);
	struct redis_link *link = redis_server_link(&server, NULL, 3000);
	redis_link_connect(link, NULL);
	site.engine = engine_create(site.settings, NULL);
	engine_keep_long(site.engine);
	for (int i = 0; i < 24 * 30; i++, site.now += 2 * MINUTE_MS)
		serve_all(&site);
	if (with_past)
		repeat_day(&site);
	printf("engine         %d queues, %s: %.1f MiB resident\n", queues, with_past ? "quarter hours of 35 d" : "24 h", resident() - before);
	struct redis_store_options options = {.url = server.url, .settings = site.settings, .journal = "bench", .interval = 1};
	site.store = redis_store_open(&options, &err);
	const int64_t began = clock_monotonic();
	const int64_t most = settle(&site);
	printf("redis store    %d queues, %d agents, %s: all written anew in %lld ms (desk at most %.1f ms at once), %.1f MiB in Redis\n", queues,
		queues * 2, with_past ? "quarter hours of 35 d" : "24 h", (long long)(clock_monotonic() - began), (double)most / 1e6,
		(double)used_memory(link) / 1048576);
	bench_commits(&site);
	settle(&site);
	bench_load(&site, server.url);
	if (held)
		hold(&server);
	redis_store_close(site.store);
	engine_destroy(site.engine);
	batch_finish(&site.batch);
	settings_destroy(site.settings);
	redis_link_destroy(link);
	redis_server_finish(&server);
}

/* Without arguments everything; with one only so many queues, a day of them; with "hold" behind it the store stays (start_bench.py). */
int main(int argc, char **argv)
{
	if (!redis_server_there()) {
		printf("redis_store_bench: no redis-server here\n");
		return 0;
	}
	if (argc > 1) {
		bench(atoi(argv[1]), false, argc > 2);
		return 0;
	}
	bench(20, false, false);
	bench(200, false, false);
	bench(200, true, false);
	return 0;
}
