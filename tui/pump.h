/* Bytes on their way to a terminal that may be slow, stopped or gone. Nothing here ever waits, but pump_finish(). */
#ifndef TUI_PUMP_H
#define TUI_PUMP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pump {
	int descriptor;
	bool careful; /* the descriptor blocks and is not ours to change: ask poll(2) first and write little at a time */
	bool gone;    /* the terminal went away; whatever comes is thrown away */
	char *bytes;
	size_t used, sent, room;
};

void pump_init(struct pump *pump, int descriptor, bool careful);
void pump_release(struct pump *pump);
void pump_add(struct pump *pump, const char *bytes, size_t count);
/* Hands over what the terminal takes now. False: the terminal is gone. */
bool pump_send(struct pump *pump);
size_t pump_waiting(const struct pump *pump); /* bytes */
bool pump_pending(const struct pump *pump);
/* Sends all, waiting at most so many ms. */
bool pump_finish(struct pump *pump, int64_t most);

#endif
