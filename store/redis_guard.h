/* What stands between the socket and hiredis' parser: lengths before contents. hiredis 0.14 reserves what a reply claims, and scans
 * an endless line quadratically; nothing that is refused here reaches it. */
#ifndef STORE_REDIS_GUARD_H
#define STORE_REDIS_GUARD_H

#include <stddef.h>
#include <stdint.h>

#include "store/redis_trouble.h"

#define REDIS_LINE_MOST 4096 /* bytes of a line: errors and statuses are shorter */
#define REDIS_DEPTH_MOST 7   /* arrays in arrays; the parser takes no more */

struct redis_limits {
	int64_t connect_ms; /* 1000 */
	int64_t command_ms; /* 1000: for an exchange, plus a ms for each 64 bytes that move */
	size_t reply_most;    /* bytes of one reply: 1 MiB */
	size_t exchange_most; /* bytes of all replies to one pipeline: 16 MiB */
	size_t elements_most; /* strings, numbers and arrays in all replies to one pipeline: 262144 */
};

struct redis_guard {
	const struct redis_limits *limits;
	size_t replies;	 /* complete ones since the exchange began */
	size_t elements, bytes; /* since then */
	size_t reply_bytes;  /* of the reply that is being read */
	int depth;
	int64_t left[REDIS_DEPTH_MOST + 1]; /* elements that each open array still wants */
	enum { GUARD_KIND, GUARD_LINE, GUARD_BULK, GUARD_BULK_END } state;
	char kind, line[24]; /* the length line of $ and * */
	size_t line_size;
	size_t bulk_left;
	bool carriage; /* CR came, LF must follow */
};

void redis_guard_begin(struct redis_guard *guard, const struct redis_limits *limits);
/* Looks through the next bytes. False: they must not be parsed, the connection is to be dropped. */
bool redis_guard_pass(struct redis_guard *guard, struct view bytes, struct redis_fault *fault);
/* Between two replies? */
bool redis_guard_idle(const struct redis_guard *guard);

#endif
