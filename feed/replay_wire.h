/* The two small maps of catching up: a reader's request {src, boot, from, to} and the publisher's last word
 * {end: true, have_from: n}. Both come from outside: one flat map of scalars is read, anything else is refused. */
#ifndef FEED_REPLAY_WIRE_H
#define FEED_REPLAY_WIRE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/view.h"

/* Bytes of the largest map either side writes or reads; a src of 64 bytes needs about 110. */
#define REPLAY_MAP_MAX 512

struct replay_map {
	struct view src; /* data NULL: absent; points into what was read */
	uint64_t boot, from, to, have_from;
	bool has_boot, has_from, has_to, has_have_from, end;
};

/* False: not one flat map of at most 16 entries, or a number that is no whole one from 0 on. */
bool replay_map_read(const void *data, size_t size, struct replay_map *map);
/* Both return the bytes written to `to`, which has room for REPLAY_MAP_MAX; src is at most 255 bytes (longer: 0). */
size_t replay_request_write(uint8_t *to, struct view src, uint64_t boot, uint64_t from, uint64_t last);
size_t replay_end_write(uint8_t *to, uint64_t have_from);

#endif
