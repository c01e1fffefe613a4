/* Simulated days for the tests of what is in Redis: events lost, doubled and out of order, as records with numbers. */
#ifndef TESTS_REDIS_DAY_H
#define TESTS_REDIS_DAY_H

#include "config/settings.h"
#include "feed/simulator.h"
#include "metrics/engine.h"

#define DAY_START INT64_C(1790000000000)

struct redis_day {
	struct simulator *simulator;
	struct batch batch;
	uint64_t random, seq, lsn;
	int64_t recv;
	bool whole;    /* no event is lost or doubled */
	bool punctual; /* no event is later than those around it */
	/* Told of each record before it is applied; may be NULL. */
	void (*told)(void *context, const struct record *record, struct view payload);
	void *context;
};

void redis_day_start(struct redis_day *day, uint64_t seed);
void redis_day_finish(struct redis_day *day);
/* Applies `count` further events as records. */
void redis_day_play(struct redis_day *day, struct engine *engine, int count);
/* Time alone goes on. */
void redis_day_wait(struct redis_day *day, struct engine *engine, int64_t ms);

struct settings *redis_day_settings(void);
struct engine *redis_day_engine(const struct settings *settings); /* a collector's */
uint32_t redis_day_random(struct redis_day *day, uint32_t below);

#endif
