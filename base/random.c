#include "base/random.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>

#include <sys/random.h>

void random_bytes(void *to, size_t size)
{
	uint8_t *at = to;
	while (size) {
		ssize_t got = getrandom(at, size, 0);
		if (got < 0 && errno == EINTR)
			continue;
		if (got < 0)
			abort(); /* no kernel this program runs on is without it */
		at += got;
		size -= (size_t)got;
	}
}
