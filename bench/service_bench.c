/* What the service part costs. Usage: service_bench base|contacts|all|clocks [N]|snapshot
 *
 * base, contacts, all: a simulated day at seventy events a second, folded event by event, with a look at the figures each second. `base`: only
 * what contacts and agents do, without customers and topics, so that nothing is remembered of anybody. `contacts`: the same events with customers and topics.
 * `all`: with cases, SLA clocks by a calendar, surveys, conduct, what is learned, and forecasts asked. Prints "EVENTS SECONDS". The work that is
 * counted is all in functions whose names begin with "measured": bench/service_bench.py counts their instructions.
 * clocks: an hour of seconds in which nothing is due, with 100,000 open cases and N clocks (100000). Prints "SECONDS N".
 * snapshot: ms of a snapshot with 100,000 clocks and 200 queues. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/simulator.h"
#include "metrics/engine.h"
#include "metrics/query.h"
#include "store/snapshot.h"

#define START INT64_C(1790000000000)
#define BEFORE (2 * HOUR_MS) /* the simulator's first event is so long before its start */
#define PACE 40 /* the simulated helpdesk has 2.5 events a second */
#define WARMING 60000
#define MEASURED 150000
#define CLOCKS 100000
#define QUEUES 200
#define SNAPSHOTS 20

enum load { LOAD_BASE, LOAD_CONTACTS, LOAD_ALL };

struct bench {
	struct settings *settings;
	struct engine *engine;
	struct simulator *simulator;
	enum load load;
	uint64_t lsn, seq;
	int64_t now;
	uint64_t events, seconds;
};

static bool is_base(const struct event *event)
{
	return event->type <= EVENT_CONTACT_WORKED || (event->type >= EVENT_AGENT_STATE && event->type <= EVENT_AGENT_HELP);
}

static bool is_taken(const struct bench *bench, struct event *event)
{
	if (bench->load == LOAD_ALL)
		return true;
	if (bench->load == LOAD_BASE)
		event->present &= ~(KEY_BIT(KEY_CUSTOMER) | KEY_BIT(KEY_TOPIC) | KEY_BIT(KEY_CASE));
	return is_base(event);
}

__attribute__((noinline)) static void measured_look(struct bench *bench)
{
	static struct query query;
	static struct figure figure;
	query_run(&query, bench->engine, SCOPE_ALL, WINDOW_15M, BY_OUTCOME, SL_FORMULA_SL2SV, false);
	query.asks_forecast = bench->load == LOAD_ALL;
	for (int i = 0; i < metric_count; i++)
		if (bench->load == LOAD_ALL || (metrics[i].people && metrics[i].kind != KIND_DAY))
			query_figure(&query, i, &figure);
	bench->seconds++;
}

static void apply(struct bench *bench, struct event *event, int64_t at)
{
	const struct batch batch = {.src = view_of("bench"), .boot = 1, .seq = ++bench->seq, .sent = at, .events = event, .count = 1};
	engine_apply(bench->engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++bench->lsn, .recv = at, .batch = &batch});
	bench->events++;
}

__attribute__((noinline)) static void measured_apply(struct bench *bench, struct event *event, int64_t at)
{
	apply(bench, event, at);
}

static void next_event(struct bench *bench, bool is_measured)
{
	struct event event;
	simulator_next(bench->simulator, &event);
	const int64_t at = START - BEFORE + (event.ts - (START - BEFORE)) / PACE;
	if (is_measured && at / SECOND_MS != bench->now / SECOND_MS)
		measured_look(bench);
	bench->now = event.ts = at;
	if (is_taken(bench, &event))
		(is_measured ? measured_apply : apply)(bench, &event, at);
}

static void configure(struct settings *settings)
{
	static const char text[] = "zone = \"UTC\"\nsla_calendar = \"work\"\ncalendar \"work\" {\n\tzone = \"Europe/Berlin\"\n"
				   "\tmonday = { \"06:00-12:30\", \"13:30-22:00\" }\n\ttuesday = { \"06:00-22:00\" }\n\twednesday = { \"06:00-22:00\" }\n"
				   "\tthursday = { \"06:00-22:00\" }\n\tfriday = { \"06:00-22:00\" }\n\tsaturday = { \"08:00-12:00\" }\n}\n";
	char path[] = "/tmp/service_bench_XXXXXX";
	struct error err;
	const int descriptor = mkstemp(path);
	FILE *file = descriptor < 0 ? NULL : fdopen(descriptor, "w");
	if (!file || fputs(text, file) < 0 || fclose(file) != 0 || !settings_load(settings, path, NULL, &err)) {
		fprintf(stderr, "service_bench: %s\n", file ? err.text : "no temporary file");
		exit(1);
	}
	remove(path);
}

static void begin(struct bench *bench)
{
	struct error err;
	bench->settings = settings_create();
	configure(bench->settings);
	bench->engine = engine_create(bench->settings, &err);
	if (!bench->engine) {
		fprintf(stderr, "service_bench: %s\n", err.text);
		exit(1);
	}
}

static void finish(struct bench *bench)
{
	simulator_destroy(bench->simulator);
	engine_destroy(bench->engine);
	settings_destroy(bench->settings);
}

static void run_day(enum load load)
{
	struct bench bench = {.load = load, .simulator = simulator_create(7, START, 0), .now = START - BEFORE};
	begin(&bench);
	for (int i = 0; i < WARMING; i++)
		next_event(&bench, false);
	bench.events = bench.seconds = 0;
	for (int i = 0; i < MEASURED; i++)
		next_event(&bench, true);
	printf("%llu %llu\n", (unsigned long long)bench.events, (unsigned long long)bench.seconds);
	finish(&bench);
}

/* ---- clocks ---- */

static void put(struct event *event, enum event_key key, const char *text)
{
	event->text[key] = view_of(text);
	event->present |= KEY_BIT(key);
}

static void open_case(struct bench *bench, int number, bool has_clock)
{
	char id[24], queue[24];
	snprintf(id, sizeof id, "case-%d", number);
	snprintf(queue, sizeof queue, "queue %d", number % QUEUES);
	struct event opened = {.type = EVENT_CASE_OPENED, .ts = START}, started = {.type = EVENT_SLA_STARTED, .ts = START};
	put(&opened, KEY_CASE, id);
	put(&opened, KEY_QUEUE, queue);
	put(&opened, KEY_CHANNEL, "email");
	opened.word[KEY_CHANNEL] = CHANNEL_EMAIL;
	put(&started, KEY_CASE, id);
	put(&started, KEY_CLOCK, "resolve");
	started.word[KEY_CLOCK] = SLA_RESOLVE;
	started.number[KEY_TARGET_MS - KEY_TEXT_COUNT] = 40 * HOUR_MS + (int64_t)number * 7919 % (200 * HOUR_MS);
	started.present |= KEY_BIT(KEY_TARGET_MS);
	apply(bench, &opened, START);
	if (has_clock)
		apply(bench, &started, START);
}

static struct bench open_cases(int clocks)
{
	struct bench bench = {.now = START + SECOND_MS};
	begin(&bench);
	for (int i = 0; i < CLOCKS; i++) /* as many cases whatever runs */
		open_case(&bench, i, i < clocks);
	return bench;
}

static void pass(struct bench *bench, int64_t until)
{
	for (; bench->now < until; bench->now += SECOND_MS)
		engine_apply(bench->engine, &(struct record){.kind = RECORD_CLOCK, .lsn = ++bench->lsn, .recv = bench->now});
}

__attribute__((noinline)) static void measured_pass(struct bench *bench, int64_t until)
{
	pass(bench, until);
}

static void run_clocks(int clocks)
{
	struct bench bench = open_cases(clocks);
	pass(&bench, START + MINUTE_MS);
	measured_pass(&bench, START + HOUR_MS + MINUTE_MS);
	printf("%lld %d\n", (long long)(HOUR_MS / SECOND_MS), clocks);
	finish(&bench);
}

static void run_snapshot(void)
{
	struct bench bench = open_cases(CLOCKS);
	struct zone *zone = zone_open("UTC", NULL);
	const struct snapshot_request request = {.scope = SCOPE_ALL, .window = WINDOW_15M, .formula = -1, .lists = 1u << SNAPSHOT_CLOCKS};
	double best = 1e9;
	int rows = 0;
	for (int i = 0; i < SNAPSHOTS; i++) {
		engine_apply(bench.engine, &(struct record){.kind = RECORD_CLOCK, .lsn = ++bench.lsn, .recv = bench.now += SECOND_MS});
		const int64_t from = clock_monotonic_ns();
		struct snapshot *snapshot = snapshot_create(bench.engine, bench.settings, zone, &request);
		const double ms = (double)(clock_monotonic_ns() - from) / 1e6;
		best = ms < best ? ms : best;
		rows = snapshot->row_count;
		snapshot_destroy(snapshot);
	}
	printf("%.3f %d\n", best, rows);
	zone_close(zone);
	finish(&bench);
}

int main(int argc, char **argv)
{
	static const char *const loads[] = {[LOAD_BASE] = "base", [LOAD_CONTACTS] = "contacts", [LOAD_ALL] = "all"};
	const char *part = argc > 1 ? argv[1] : "";
	for (int i = 0; i < 3; i++)
		if (strcmp(part, loads[i]) == 0)
			return run_day((enum load)i), 0;
	if (strcmp(part, "clocks") == 0)
		return run_clocks(argc > 2 ? atoi(argv[2]) : CLOCKS), 0;
	if (strcmp(part, "snapshot") == 0)
		return run_snapshot(), 0;
	fputs("service_bench: base, contacts, all, clocks [N] or snapshot\n", stderr);
	return 2;
}
