#include "config/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"

#define PATIENCE_MS 3000 /* with a pipe; a program that makes the configuration ends before */

/* A pipe that nobody ever wrote into is as silent as one whose writer thinks. */
static bool wait_for(int file, int64_t until)
{
	for (int64_t left; (left = until - clock_monotonic()) > 0;) {
		struct pollfd item = {.fd = file, .events = POLLIN};
		const int ready = poll(&item, 1, (int)left);
		if (ready > 0 || (ready < 0 && errno != EINTR))
			return ready > 0;
	}
	errno = ETIMEDOUT;
	return false;
}

static bool read_all(int file, char *bytes, size_t *size)
{
	const int64_t until = clock_monotonic() + PATIENCE_MS;
	for (*size = 0; *size <= CONFIG_FILE_MOST;) {
		if (!wait_for(file, until))
			return false;
		const ssize_t got = read(file, bytes + *size, CONFIG_FILE_MOST + 1 - *size);
		if (got == 0)
			return true;
		if (got < 0 && errno != EINTR && errno != EAGAIN)
			return false;
		*size += got > 0 ? (size_t)got : 0;
	}
	return true;
}

char *config_file_read(const char *path, const char *what, size_t *size, struct error *err)
{
	const int file = open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY | O_NONBLOCK);
	char *bytes = memory_new(CONFIG_FILE_MOST + 1, 1);
	const bool good = file >= 0 && read_all(file, bytes, size);
	const int reason = errno;
	if (file >= 0)
		close(file);
	if (good)
		return bytes;
	free(bytes);
	fail(err, reason == ETIMEDOUT ? "%s: %s cannot be read: nothing more comes out of it; put a file there" : "%s: %s cannot be read: %s", path, what,
		strerror(reason));
	return NULL;
}
