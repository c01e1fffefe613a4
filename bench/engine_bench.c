/* Decoding and folding together, with 100,000 contacts open all the time: what an event costs from the payload to the figures.
 * Lines: name value unit ratio limit ok|OVER. The limit is 1.5 million events a second: 666 ns an event. */
#include <stdio.h>
#include <stdlib.h>

#include "base/clock.h"
#include "base/instant.h"
#include "base/memory.h"
#include "feed/wire.h"
#include "metrics/engine.h"
#include "metrics/query.h"

#define TURN_CONTACTS 160000 /* in the script at once; about 100,000 of them are open */
#define AGENTS 2000
#define QUEUES 20
#define CUSTOMERS 1000003
#define BATCH_EVENTS 100
#define BATCHES 3000 /* measured in one round */
#define ROUNDS 5
#define LIMIT_NS 666.0
#define START INT64_C(1790000000000)
#define STEPS 8 /* the events of one contact's life */

static struct view text(const char *format, uint64_t number, char *room, size_t size)
{
	snprintf(room, size, format, (unsigned long long)number);
	return view_of(room);
}

static void put_text(struct event *event, enum event_key key, struct view value)
{
	event->text[key] = value;
	event->present |= KEY_BIT(key);
}

/* Step `step` of contact `contact`: a life of eight events, one in four hangs up instead of being answered. */
static bool make_event(struct wire_buffer *to, uint64_t contact, int step, int64_t ts)
{
	static const enum event_type types[STEPS] = {EVENT_CONTACT_QUEUED, EVENT_CONTACT_OFFERED, EVENT_CONTACT_MISSED,
		EVENT_CONTACT_OFFERED, EVENT_CONTACT_ANSWERED, EVENT_CONTACT_HELD, EVENT_CONTACT_RELEASED, EVENT_CONTACT_WRAPPED};
	char id[32], queue[32], agent[32], customer[32];
	bool leaves = contact % 4 == 3;
	if (leaves && step > 3)
		return false;
	struct event event = {.type = leaves && step == 3 ? EVENT_CONTACT_LEFT : types[step], .ts = ts};
	put_text(&event, KEY_CONTACT, text("pbx-1-%010llu", contact, id, sizeof id));
	put_text(&event, KEY_AGENT, text("agent-%04llu", contact % AGENTS, agent, sizeof agent));
	put_text(&event, KEY_QUEUE, text("queue-%02llu", contact % QUEUES, queue, sizeof queue));
	put_text(&event, KEY_CHANNEL, view_of(contact % 3 ? "phone" : "chat"));
	put_text(&event, KEY_CUSTOMER, text("c%015llx", contact % CUSTOMERS * 2654435761u, customer, sizeof customer));
	put_text(&event, KEY_TOPIC, view_of("invoice"));
	put_text(&event, KEY_BY, view_of("agent"));
	put_text(&event, KEY_WHY, view_of(event.type == EVENT_CONTACT_MISSED ? "noanswer" : "abandoned"));
	event.present &= event_types[event.type].allowed;
	wire_encode_event(to, &event);
	return true;
}

/* The script: every contact lives TURN_CONTACTS * STEPS event slots, so as many are open at any moment; each slot gives one
 * contact its next step. */
struct script {
	uint64_t at; /* slot */
	uint64_t seq;
	struct wire_buffer *payloads;
	uint32_t *counts;
	size_t count, room;
};

static uint32_t fill_batch(struct script *script, struct wire_buffer *events, uint64_t slots, int64_t ts)
{
	uint32_t count = 0;
	events->size = 0;
	for (uint64_t i = 0; i < slots; i++, script->at++) {
		uint64_t turn = script->at / TURN_CONTACTS, place = script->at % TURN_CONTACTS;
		uint64_t phase = (turn + place) % STEPS;
		uint64_t life = (turn + place) / STEPS;
		count += make_event(events, life * TURN_CONTACTS + place, (int)phase, ts);
	}
	return count;
}

static void make_payload(struct script *script, int64_t ts)
{
	static struct wire_buffer events;
	script->payloads = memory_grow(script->payloads, &script->room, script->count + 1, sizeof *script->payloads);
	script->counts = memory_resize(script->counts, script->room, sizeof *script->counts);
	struct wire_buffer *payload = &script->payloads[script->count];
	*payload = (struct wire_buffer){0};
	uint32_t count = fill_batch(script, &events, BATCH_EVENTS, ts);
	struct wire_header header = {.src = view_of("pbx-1"), .boot = 1, .seq = script->seq, .sent = ts};
	wire_encode_batch(payload, &header, count, events.data, events.size);
	script->seq += count;
	script->counts[script->count++] = count;
}

static void forget_payloads(struct script *script)
{
	for (size_t i = 0; i < script->count; i++)
		wire_buffer_finish(&script->payloads[i]);
	script->count = 0;
}

struct runner {
	struct engine *engine;
	struct batch batch;
	uint64_t lsn, events;
};

static void run(struct runner *runner, const struct script *script)
{
	struct error err;
	for (size_t i = 0; i < script->count; i++) {
		if (wire_decode(script->payloads[i].data, script->payloads[i].size, &runner->batch, &err) != FAULT_NONE) {
			fprintf(stderr, "engine_bench: %s\n", err.text);
			exit(1);
		}
		struct record record = {.kind = RECORD_BATCH, .lsn = ++runner->lsn, .recv = runner->batch.sent, .batch = &runner->batch};
		engine_apply(runner->engine, &record);
		runner->events += runner->batch.count;
	}
}

static int by_value(const void *left, const void *right)
{
	double a = *(const double *)left, b = *(const double *)right;
	return (a > b) - (a < b);
}

static bool report(const char *name, double value, const char *unit, double limit)
{
	printf("%s %.1f %s %.2f %.1f %s\n", name, value, unit, value / limit, limit, value <= limit ? "ok" : "OVER");
	return value <= limit;
}

static double measure_event(struct runner *runner, struct script *script, int64_t *ts)
{
	double rounds[ROUNDS];
	for (int round = 0; round < ROUNDS; round++) {
		for (int i = 0; i < BATCHES; i++)
			make_payload(script, *ts += 5); /* 20,000 events a second of engine time */
		uint64_t before = runner->events;
		int64_t start = clock_monotonic_ns();
		run(runner, script);
		rounds[round] = (double)(clock_monotonic_ns() - start) / (double)(runner->events - before);
		forget_payloads(script);
	}
	qsort(rounds, ROUNDS, sizeof *rounds, by_value);
	return rounds[ROUNDS / 2];
}

static double measure_query(const struct engine *engine, enum window window)
{
	static struct query query;
	int64_t start = clock_monotonic_ns();
	for (int i = 0; i < 50; i++)
		query_run(&query, engine, SCOPE_ALL, window, BY_OUTCOME, SL_FORMULA_SL2SV, true);
	return (double)(clock_monotonic_ns() - start) / 50 / 1000;
}

int main(void)
{
	struct error err = {""};
	struct settings *settings = settings_create();
	struct runner runner = {.engine = engine_create(settings, &err)};
	if (!runner.engine) {
		fprintf(stderr, "engine_bench: %s\n", err.text);
		return 1;
	}
	struct script script = {.seq = 1};
	int64_t ts = START;
	/* Two turns over all contacts, so that all are open and the measured part is the steady state. */
	while (script.at < 9 * (uint64_t)TURN_CONTACTS) {
		for (int i = 0; i < BATCHES; i++)
			make_payload(&script, ts += 5);
		run(&runner, &script);
		forget_payloads(&script);
	}
	static struct query query;
	query_run(&query, runner.engine, SCOPE_ALL, WINDOW_5M, BY_OUTCOME, SL_FORMULA_SL2SV, false);
	fprintf(stderr, "waiting %lld, running %lld\n", (long long)query.gauges.waiting, (long long)query.gauges.running);
	bool kept = report("engine_event", measure_event(&runner, &script, &ts), "ns", LIMIT_NS);
	kept &= report("engine_query_60m", measure_query(runner.engine, WINDOW_60M), "us", 2000);
	kept &= report("engine_query_today", measure_query(runner.engine, WINDOW_TODAY), "us", 2000);
	engine_destroy(runner.engine);
	settings_destroy(settings);
	batch_finish(&runner.batch);
	free(script.payloads);
	free(script.counts);
	return kept ? 0 : 1;
}
