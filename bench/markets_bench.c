/* What markets cost: a day of contacts in 200 queues, each of which serves so many markets. By market: folding an event, a second that
 * passes, a state, and the figures of every scope that a commit to Redis takes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/instant.h"
#include "feed/wire.h"
#include "metrics/day_sums.h"
#include "metrics/lists_service.h"

#define START INT64_C(1790000000000)
#define QUEUES 200
#define ROUNDS 96 /* a contact in each queue each quarter hour */
#define ROWS 2000

struct site {
	struct settings *settings;
	struct engine *engine;
	struct batch batch;
	uint64_t lsn, events;
	int markets, contact;
	int64_t now, folding, passing;
};

/* What the calling thread computed so far. */
static int64_t spent_ns(void)
{
	struct timespec spent;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &spent);
	return spent.tv_sec * INT64_C(1000000000) + spent.tv_nsec;
}

static void add(struct wire_buffer *events, enum event_type type, int64_t ts, const char *contact, const char *queue, const char *market)
{
	struct event event = {.type = type, .ts = ts, .present = KEY_BIT(KEY_CONTACT)};
	event.text[KEY_CONTACT] = view_of(contact);
	event.text[KEY_AGENT] = view_of("Ana");
	if (type == EVENT_CONTACT_QUEUED) {
		event.present |= KEY_BIT(KEY_QUEUE) | KEY_BIT(KEY_CHANNEL) | (*market ? KEY_BIT(KEY_MARKET) : 0);
		event.text[KEY_QUEUE] = view_of(queue);
		event.text[KEY_CHANNEL] = view_of("phone");
		event.text[KEY_MARKET] = view_of(market);
	} else {
		event.present |= KEY_BIT(KEY_AGENT);
	}
	if (type == EVENT_CONTACT_RELEASED) {
		event.present |= KEY_BIT(KEY_BY) | KEY_BIT(KEY_WRAP_MS);
		event.number[KEY_WRAP_MS - KEY_TEXT_COUNT] = 5000;
		event.text[KEY_BY] = view_of("customer");
	}
	wire_encode_event(events, &event);
}

static void apply(struct site *site, enum event_type type, const char *contact, const char *queue, const char *market)
{
	struct wire_buffer events = {0}, whole = {0};
	const struct wire_header header = {.sent = site->now};
	add(&events, type, site->now, contact, queue, market);
	wire_encode_batch(&whole, &header, 1, events.data, events.size);
	if (wire_decode(whole.data, whole.size, &site->batch, NULL) != FAULT_NONE)
		abort();
	const int64_t before = spent_ns();
	engine_apply(site->engine, &(struct record){.kind = RECORD_BATCH, .lsn = ++site->lsn, .recv = site->now, .batch = &site->batch});
	site->folding += spent_ns() - before;
	site->events++;
	wire_buffer_finish(&events);
	wire_buffer_finish(&whole);
}

static void pass(struct site *site, int64_t to)
{
	const int64_t before = spent_ns();
	for (; site->now < to; site->now += SECOND_MS)
		engine_apply(site->engine, &(struct record){.kind = RECORD_CLOCK, .lsn = ++site->lsn, .recv = site->now});
	site->passing += spent_ns() - before;
}

/* All wait for a minute, are talked to for a minute, and it is quiet. */
static void serve_all(struct site *site, int round)
{
	static const enum event_type types[] = {EVENT_CONTACT_QUEUED, EVENT_CONTACT_ANSWERED, EVENT_CONTACT_RELEASED};
	const int first = site->contact;
	for (int step = 0; step < 3; step++) {
		for (int queue = 0; queue < QUEUES; queue++) {
			char contact[24], name[24], market[24] = "";
			snprintf(contact, sizeof contact, "c%d", first + queue);
			snprintf(name, sizeof name, "Queue %03d", queue);
			if (site->markets)
				snprintf(market, sizeof market, "M%d", (queue + round) % site->markets);
			apply(site, types[step], contact, name, market);
		}
		pass(site, site->now + MINUTE_MS);
	}
	site->contact += QUEUES;
	pass(site, site->now + 12 * MINUTE_MS);
}

/* As a commit to Redis asks: each queue, each queue and channel, each market. */
static int64_t ask_all(const struct site *site, struct query *query, int *asked)
{
	struct day_sums *sums = day_sums_create();
	struct scope *rows = malloc(ROWS * sizeof *rows);
	struct list_market *markets = malloc(64 * sizeof *markets);
	int64_t least = INT64_MAX;
	for (int turn = 0; turn < 5; turn++) {
		const int64_t before = spent_ns();
		const int row_count = list_rows(site->engine, SCOPE_ALL, rows, ROWS), market_count = list_markets(site->engine, INSTANT_NONE, markets, 64);
		day_sums_renew(sums, site->engine, BY_OUTCOME);
		for (int i = 0; i < row_count; i++)
			day_sums_query(sums, query, rows[i], SL_FORMULA_SL2SV);
		for (int i = 0; i < market_count; i++)
			day_sums_query(sums, query, markets[i].scope, SL_FORMULA_SL2SV);
		*asked = row_count + market_count;
		least = spent_ns() - before < least ? spent_ns() - before : least;
	}
	free(rows);
	free(markets);
	day_sums_destroy(sums);
	return least;
}

static size_t resident_kib(void)
{
	long pages = 0;
	FILE *from = fopen("/proc/self/statm", "r");
	if (!from || fscanf(from, "%*d %ld", &pages) != 1)
		pages = 0;
	if (from)
		fclose(from);
	return (size_t)pages * (size_t)sysconf(_SC_PAGESIZE) / 1024;
}

static void measure(int markets)
{
	const size_t memory = resident_kib();
	struct site *site = calloc(1, sizeof *site);
	struct query *query = calloc(1, sizeof *query);
	size_t size;
	int asked;
	site->markets = markets;
	site->now = START;
	site->settings = settings_create();
	settings_set(site->settings, "zone", "UTC", NULL);
	site->engine = engine_create(site->settings, NULL);
	for (int round = 0; round < ROUNDS; round++)
		serve_all(site, round);
	const size_t grown = resident_kib() - memory;
	const int64_t questions = ask_all(site, query, &asked);
	free(engine_pack(site->engine, INT64_MIN, &size));
	printf("%2d markets: %5.0f ns an event, %5.2f us a second, state %6.0f KiB, memory %4.0f MiB, %d scopes asked in %.2f ms\n", markets,
		(double)site->folding / (double)site->events, (double)site->passing / 1000 / (ROUNDS * 900.0), (double)size / 1024, (double)grown / 1024,
		asked, (double)questions / 1e6);
	engine_destroy(site->engine);
	settings_destroy(site->settings);
	free(query);
	free(site);
}

/* In a process each: what one freed is not what another needs. */
int main(int count, char **arguments)
{
	static const int markets[] = {0, 1, 5, 8, 20};
	if (count > 1) {
		measure(atoi(arguments[1]));
		return 0;
	}
	for (size_t i = 0; i < sizeof markets / sizeof *markets; i++) {
		char command[400];
		snprintf(command, sizeof command, "'%s' %d", arguments[0], markets[i]);
		fflush(stdout);
		if (system(command) != 0)
			return 1;
	}
	return 0;
}
