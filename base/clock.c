#include <time.h>

#include "base/clock.h"

static int64_t nanoseconds(clockid_t clock)
{
	struct timespec now;
	clock_gettime(clock, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_wall(void)
{
	return nanoseconds(CLOCK_REALTIME) / 1000000;
}

int64_t clock_monotonic(void)
{
	return nanoseconds(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_monotonic_ns(void)
{
	return nanoseconds(CLOCK_MONOTONIC);
}

void clock_sleep(int64_t ms)
{
	struct timespec pause = {.tv_sec = ms / 1000, .tv_nsec = ms % 1000 * 1000000};
	nanosleep(&pause, NULL);
}
