/* What calendars and SLA clocks cost: a look-up beside a bare subtraction, an hour with many clocks of which none is due beside one with
 * none, and the lists and gauges of a board with so many. Usage: calendar_bench [CLOCKS] */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/calendar.h"
#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "base/open_hours.h"
#include "metrics/lists.h"
#include "metrics/query.h"

#define LOOKUPS 4096
#define RUNS 200
#define START INT64_C(1790000000000)
#define QUEUES 30

static uint64_t chance = 1;

static int64_t below(int64_t limit)
{
	chance = chance * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return (int64_t)((chance >> 20) % (uint64_t)limit);
}

/* A holiday every `apart` days from START on; 0: every day of 22 years, in no order. */
static struct open_hours *working_hours(int holidays, int apart)
{
	struct zone *zone = zone_open("Europe/Berlin", NULL);
	struct open_block blocks[10];
	int32_t *days = memory_new((size_t)holidays + 1, sizeof *days);
	if (!zone)
		exit(1);
	for (uint8_t i = 0; i < 5; i++) {
		blocks[2 * i] = (struct open_block){i, 540, 750};
		blocks[2 * i + 1] = (struct open_block){i, 810, 1080};
	}
	for (int i = 0; i < holidays; i++)
		days[i] = (int32_t)(START / DAY_MS) + (apart ? i * apart : i * 11 % 8000);
	struct open_hours *hours = open_hours_create(zone, blocks, 10, days, (size_t)holidays);
	zone_close(zone);
	free(days);
	return hours;
}

/* ns each of the fastest of many short runs: what else the machine does at the time makes the others slower. */
static double time_some(const struct open_hours *hours, const int64_t *instants, bool until, int64_t *sum)
{
	double best = 1e9;
	for (int run = 0; run < RUNS; run++) {
		const int64_t *at = &instants[run * LOOKUPS % 0x10000], begin = clock_monotonic_ns();
		for (int i = 0; i < LOOKUPS; i++)
			*sum += until ? open_until(hours, at[i], 8 * HOUR_MS) : open_between(hours, at[i], at[i] + 3 * DAY_MS);
		const double each = (double)(clock_monotonic_ns() - begin) / LOOKUPS;
		best = each < best ? each : best;
	}
	return best;
}

static void time_lookups(const char *name, const struct open_hours *hours, const int64_t *instants)
{
	int64_t sum = 0;
	const double between = time_some(hours, instants, false, &sum), until = time_some(hours, instants, true, &sum);
	printf("%-28s %6.1f ns open time between two instants, %6.1f ns until when (%lld)\n", name, between, until, (long long)(sum & 1));
}

static void bench_lookups(void)
{
	static int64_t instants[0x10000];
	for (int i = 0; i < 0x10000; i++)
		instants[i] = START + below(3 * 366 * DAY_MS);
	struct open_hours *few = working_hours(30, 36), *many = working_hours(10000, 6), *closed = working_hours(10000, 0);
	time_lookups("always open (baseline)", NULL, instants);
	time_lookups("two blocks, 30 holidays", few, instants);
	time_lookups("two blocks, 10,000 holidays", many, instants);
	time_lookups("closed for 22 years", closed, instants);
	open_hours_destroy(few);
	open_hours_destroy(many);
	open_hours_destroy(closed);
}

/* ---- an engine with many clocks ---- */

struct told {
	struct engine *engine;
	uint64_t lsn;
};

static void apply(struct told *told, struct event *events, uint32_t count, int64_t at)
{
	struct batch batch = {.sent = at, .count = count, .events = events};
	engine_apply(told->engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++told->lsn, .recv = at, .batch = &batch});
}

static void set_text(struct event *event, enum event_key key, const char *text)
{
	event->text[key] = view_of(text);
	event->present |= KEY_BIT(key);
}

static void define_calendar(struct told *told)
{
	/* Monday to Friday, 09:00 to 18:00; nothing on the other two days. */
	static const char week[] = "\x97\x91\x92\xcd\x02\x1c\xcd\x04\x38\x91\x92\xcd\x02\x1c\xcd\x04\x38\x91\x92\xcd\x02\x1c\xcd\x04\x38"
				   "\x91\x92\xcd\x02\x1c\xcd\x04\x38\x91\x92\xcd\x02\x1c\xcd\x04\x38\x90\x90";
	struct event event = {.type = EVENT_CALENDAR_DEFINED, .ts = START};
	set_text(&event, KEY_CALENDAR, "work");
	set_text(&event, KEY_ZONE, "Europe/Berlin");
	event.text[KEY_WEEK] = (struct view){week, sizeof week - 1};
	event.text[KEY_HOLIDAYS] = (struct view){"\x90", 1};
	event.present |= KEY_BIT(KEY_WEEK) | KEY_BIT(KEY_HOLIDAYS);
	apply(told, &event, 1, START);
}

static void open_case(struct told *told, int number)
{
	char id[24], queue[24];
	snprintf(id, sizeof id, "case-%d", number);
	snprintf(queue, sizeof queue, "queue %d", number % QUEUES);
	struct event events[2] = {{.type = EVENT_CASE_OPENED, .ts = START}, {.type = EVENT_SLA_STARTED, .ts = START}};
	set_text(&events[0], KEY_CASE, id);
	set_text(&events[0], KEY_QUEUE, queue);
	set_text(&events[0], KEY_CHANNEL, "email");
	events[0].word[KEY_CHANNEL] = CHANNEL_EMAIL;
	set_text(&events[1], KEY_CASE, id);
	set_text(&events[1], KEY_CLOCK, "resolve");
	events[1].word[KEY_CLOCK] = SLA_RESOLVE;
	set_text(&events[1], KEY_CALENDAR, "work");
	events[1].number[KEY_TARGET_MS - KEY_TEXT_COUNT] = 40 * HOUR_MS + below(200 * HOUR_MS);
	events[1].present |= KEY_BIT(KEY_TARGET_MS);
	apply(told, events, 2, START);
}

static double run_hour(struct told *told, int64_t from)
{
	const int64_t begin = clock_monotonic_ns();
	for (int64_t at = from; at < from + HOUR_MS; at += SECOND_MS)
		engine_apply(told->engine, &(struct record){.kind = RECORD_CLOCK, .lsn = ++told->lsn, .recv = at});
	return (double)(clock_monotonic_ns() - begin) / 1e6;
}

static void bench_snapshot(const struct told *told)
{
	struct list_due items[200];
	static struct query query;
	const int64_t at = engine_now(told->engine);
	int64_t begin = clock_monotonic_ns(), sum = 0;
	for (int i = 0; i < 100; i++)
		sum += list_due(told->engine, SCOPE_ALL, at, items, 200) + list_due_within(told->engine, SCOPE_ALL, at, 10 * MINUTE_MS);
	printf("%12.3f ms the list of the next 200 due (%lld)\n", (double)(clock_monotonic_ns() - begin) / 1e8, (long long)(sum & 1));
	begin = clock_monotonic_ns();
	for (int i = 0; i < 10; i++)
		for (uint16_t row = 0; row <= QUEUES; row++) {
			struct scope scope = SCOPE_ALL;
			scope.queue = row ? (uint16_t)(row + 1) : SCOPE_ANY;
			query_run(&query, told->engine, scope, WINDOW_15M, BY_OUTCOME, SL_FORMULA_SL2SV, false);
		}
	printf("%12.3f ms the figures of everything and of a row for each of %d queues\n", (double)(clock_monotonic_ns() - begin) / 1e7, QUEUES);
}

static void bench_engine(int clocks)
{
	struct settings *settings = settings_create();
	struct told told = {.engine = NULL};
	struct error err = {""};
	settings_set(settings, "zone", "UTC", &err);
	told.engine = engine_create(settings, &err);
	if (!told.engine) {
		fprintf(stderr, "calendar_bench: %s\n", err.text);
		exit(1);
	}
	define_calendar(&told);
	int64_t begin = clock_monotonic_ns();
	for (int i = 0; i < clocks; i++)
		open_case(&told, i);
	printf("%d clocks:\n", clocks);
	if (clocks)
		printf("%12.3f us to open a case and start its clock\n", (double)(clock_monotonic_ns() - begin) / 1e3 / clocks);
	run_hour(&told, START + SECOND_MS);
	printf("%12.3f ms an hour of seconds in which nothing is due\n", run_hour(&told, START + HOUR_MS + SECOND_MS));
	bench_snapshot(&told);
	engine_destroy(told.engine);
	settings_destroy(settings);
}

int main(int argc, char **argv)
{
	bench_lookups();
	bench_engine(0);
	bench_engine(argc > 1 ? atoi(argv[1]) : 100000);
	return 0;
}
