#include "store/redis_backoff.h"

#define PAUSE_LEAST 100

/* xorshift64*: chance enough to keep boards apart. */
static uint64_t draw(struct redis_backoff *backoff)
{
	uint64_t state = backoff->seed ? backoff->seed : 0x9E3779B97F4A7C15u;
	state ^= state >> 12;
	state ^= state << 25;
	state ^= state >> 27;
	backoff->seed = state;
	return state * 0x2545F4914F6CDD1Du >> 32;
}

int64_t redis_backoff_next(struct redis_backoff *backoff, enum redis_trouble trouble)
{
	const struct redis_trouble_entry *entry = &redis_troubles[trouble];
	int64_t pause = entry->retry;
	for (int i = 0; i < backoff->failures && pause < entry->retry_most; i++)
		pause *= 2;
	if (pause > entry->retry_most)
		pause = entry->retry_most;
	backoff->failures++;
	pause = pause * 3 / 4 + (int64_t)(draw(backoff) % (uint64_t)(pause / 2 + 1));
	return pause < PAUSE_LEAST ? PAUSE_LEAST : pause;
}

void redis_backoff_calm(struct redis_backoff *backoff)
{
	backoff->failures = 0;
}
