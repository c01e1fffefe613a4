#include "tests/redis_day.h"

#include <stdlib.h>

#include "base/instant.h"
#include "feed/wire.h"

void redis_day_start(struct redis_day *day, uint64_t seed)
{
	*day = (struct redis_day){.simulator = simulator_create(seed, DAY_START, 0), .random = seed * 2 + 1, .recv = DAY_START};
}

void redis_day_finish(struct redis_day *day)
{
	simulator_destroy(day->simulator);
	batch_finish(&day->batch);
}

uint32_t redis_day_random(struct redis_day *day, uint32_t below)
{
	day->random = day->random * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(day->random >> 33) % below;
}

static void put(struct redis_day *day, struct engine *engine, const struct record *record, struct view payload)
{
	if (day->told)
		day->told(day->context, record, payload);
	engine_apply(engine, record);
}

static void apply(struct redis_day *day, struct engine *engine, const struct event *event, uint64_t seq)
{
	struct wire_buffer one = {0}, whole = {0};
	const struct wire_header header = {.src = view_of("pbx"), .boot = 7, .seq = seq, .sent = day->recv};
	wire_encode_event(&one, event);
	wire_encode_batch(&whole, &header, 1, one.data, one.size);
	if (wire_decode(whole.data, whole.size, &day->batch, NULL) != FAULT_NONE)
		abort();
	const struct record record = {.kind = RECORD_BATCH, .lsn = ++day->lsn, .recv = day->recv, .batch = &day->batch};
	put(day, engine, &record, (struct view){(const char *)whole.data, whole.size});
	wire_buffer_finish(&one);
	wire_buffer_finish(&whole);
}

void redis_day_play(struct redis_day *day, struct engine *engine, int count)
{
	for (int i = 0; i < count; i++) {
		struct event event;
		simulator_next(day->simulator, &event);
		const uint64_t seq = ++day->seq;
		const uint32_t chance = redis_day_random(day, 100);
		if (event.ts > day->recv)
			day->recv = event.ts;
		if (chance == 0 && !day->whole)
			continue; /* lost */
		if (chance < 4 && !day->punctual)
			day->recv += redis_day_random(day, 900000); /* the event is late */
		apply(day, engine, &event, seq);
		if (chance == 5 && !day->whole)
			apply(day, engine, &event, seq);
	}
}

void redis_day_wait(struct redis_day *day, struct engine *engine, int64_t ms)
{
	day->recv += ms;
	put(day, engine, &(struct record){.kind = RECORD_CLOCK, .lsn = ++day->lsn, .recv = day->recv}, (struct view){NULL, 0});
}

struct settings *redis_day_settings(void)
{
	struct settings *settings = settings_create();
	if (!settings_set(settings, "zone", "Europe/Berlin", NULL) || !settings_set(settings, "site", "acme", NULL))
		abort();
	return settings;
}

struct engine *redis_day_engine(const struct settings *settings)
{
	struct engine *engine = engine_create(settings, NULL);
	engine_keep_long(engine);
	return engine;
}
