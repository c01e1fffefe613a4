#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "tui/pump.h"

/* A terminal that poll(2) calls writable takes at least this much without blocking (Linux: 256 are free before it says so). */
#define CAREFUL_BYTES 128

void pump_init(struct pump *pump, int descriptor, bool careful)
{
	*pump = (struct pump){.descriptor = descriptor, .careful = careful};
}

void pump_release(struct pump *pump)
{
	free(pump->bytes);
	*pump = (struct pump){.descriptor = -1, .gone = true};
}

void pump_add(struct pump *pump, const char *bytes, size_t count)
{
	if (pump->gone || count == 0)
		return;
	if (pump->sent == pump->used)
		pump->sent = pump->used = 0;
	pump->bytes = memory_grow(pump->bytes, &pump->room, pump->used + count, 1);
	memcpy(pump->bytes + pump->used, bytes, count);
	pump->used += count;
}

static bool writable(int descriptor)
{
	struct pollfd item = {.fd = descriptor, .events = POLLOUT};
	return poll(&item, 1, 0) == 1;
}

/* True: there may be room for more. */
static bool send_some(struct pump *pump)
{
	size_t count = pump->used - pump->sent;
	if (pump->careful) {
		if (!writable(pump->descriptor))
			return false;
		count = count < CAREFUL_BYTES ? count : CAREFUL_BYTES;
	}
	const ssize_t written = write(pump->descriptor, pump->bytes + pump->sent, count);
	if (written > 0) {
		pump->sent += (size_t)written;
		return true;
	}
	if (written < 0 && errno == EINTR)
		return true;
	if (written < 0 && errno != EAGAIN && errno != EWOULDBLOCK)
		pump->gone = true;
	return false;
}

bool pump_send(struct pump *pump)
{
	while (!pump->gone && pump->sent < pump->used)
		if (!send_some(pump))
			break;
	return !pump->gone;
}

size_t pump_waiting(const struct pump *pump)
{
	return pump->used - pump->sent;
}

bool pump_pending(const struct pump *pump)
{
	return !pump->gone && pump->sent < pump->used;
}

bool pump_finish(struct pump *pump, int64_t most)
{
	const int64_t until = clock_monotonic() + most;
	while (pump_send(pump) && pump_pending(pump)) {
		const int64_t left = until - clock_monotonic();
		struct pollfd item = {.fd = pump->descriptor, .events = POLLOUT};
		if (left <= 0 || poll(&item, 1, (int)left) <= 0)
			break;
	}
	return !pump_pending(pump) && !pump->gone;
}
