/* Telling the service manager how it goes, as sd_notify(3) does, without libsystemd: a datagram to $NOTIFY_SOCKET. Where there
 * is none every call does nothing. */
#ifndef BASE_NOTIFY_H
#define BASE_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* False: somebody wants to be told, and could not be. */
bool notify_ready(struct error *err);
bool notify_reloading(struct error *err); /* notify_ready() when it is done */
bool notify_stopping(struct error *err);
/* One line for `systemctl status`; control characters become spaces. */
bool notify_status(struct error *err, const char *format, ...) __attribute__((format(printf, 2, 3)));
bool notify_watchdog(struct error *err);
/* ms between two notify_watchdog() that are half of what the manager waits for; 0: it does not wait for this process. */
int64_t notify_interval(void);

/* Watchdog beats from a loop: notify_beat() in every turn, a turn at least as often as the interval. A zeroed one is new. */
struct notify_beats {
	bool asked;
	int64_t interval, due; /* monotonic ms */
};
/* True: it was one. */
bool notify_beat(struct notify_beats *beats, int64_t now);

#endif
