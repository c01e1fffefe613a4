/* The only file that asks the machine what time it is. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/* ms since the Unix epoch, UTC. */
int64_t clock_wall(void);
/* ms and ns since some fixed moment; never goes back. For watchdogs, pacing and time-outs. */
int64_t clock_monotonic(void);
int64_t clock_monotonic_ns(void);
void clock_sleep(int64_t ms);

#endif
