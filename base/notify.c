#include <errno.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/notify.h"

#define PATIENCE_US 200000 /* a manager that does not read must not stop the feeds */
#define STATUS_ROOM 512

/* "/path", or "@name" for one in the abstract name space. */
static bool address_of(const char *name, struct sockaddr_un *address, socklen_t *size, struct error *err)
{
	size_t length = strlen(name);
	*address = (struct sockaddr_un){.sun_family = AF_UNIX};
	if ((*name != '/' && *name != '@') || length < 2 || length >= sizeof address->sun_path)
		return fail(err, "NOTIFY_SOCKET is '%.120s', which is neither a path nor @NAME; the service manager sets it", name);
	memcpy(address->sun_path, name, length);
	if (*name == '@')
		address->sun_path[0] = 0;
	*size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + length);
	return true;
}

static bool send_text(const char *text, struct error *err)
{
	const char *name = getenv("NOTIFY_SOCKET");
	struct sockaddr_un address;
	socklen_t size = 0;
	if (!name || !*name)
		return true;
	if (!address_of(name, &address, &size, err))
		return false;
	int file = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (file < 0)
		return fail(err, "the service manager cannot be told: %s", strerror(errno));
	const struct timeval patience = {.tv_usec = PATIENCE_US};
	setsockopt(file, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
	bool sent = sendto(file, text, strlen(text), MSG_NOSIGNAL, (const struct sockaddr *)&address, size) >= 0;
	int reason = errno;
	close(file);
	return sent || fail(err, "the service manager cannot be told over %.120s: %s", name, strerror(reason));
}

bool notify_ready(struct error *err)
{
	return send_text("READY=1", err);
}

bool notify_reloading(struct error *err)
{
	char text[80];
	snprintf(text, sizeof text, "RELOADING=1\nMONOTONIC_USEC=%lld", (long long)(clock_monotonic_ns() / 1000));
	return send_text(text, err);
}

bool notify_stopping(struct error *err)
{
	return send_text("STOPPING=1", err);
}

bool notify_watchdog(struct error *err)
{
	return send_text("WATCHDOG=1", err);
}

bool notify_status(struct error *err, const char *format, ...)
{
	static const char key[] = "STATUS=";
	char text[STATUS_ROOM] = "STATUS=";
	va_list arguments;
	va_start(arguments, format);
	vsnprintf(text + sizeof key - 1, sizeof text - (sizeof key - 1), format, arguments);
	va_end(arguments);
	/* A newline would begin another assignment. */
	for (char *at = text; *at; at++)
		if ((unsigned char)*at < ' ' || *at == 127)
			*at = ' ';
	return send_text(text, err);
}

static bool read_number(const char *name, long long *number)
{
	const char *text = getenv(name);
	char *end;
	if (!text || *text < '0' || *text > '9')
		return false;
	errno = 0;
	*number = strtoll(text, &end, 10);
	return errno == 0 && *end == 0;
}

int64_t notify_interval(void)
{
	long long microseconds, process;
	if (!getenv("NOTIFY_SOCKET") || !read_number("WATCHDOG_USEC", &microseconds) || microseconds <= 0)
		return 0;
	/* Meant for another process, of which we inherited the environment. */
	if (getenv("WATCHDOG_PID") && (!read_number("WATCHDOG_PID", &process) || process != getpid()))
		return 0;
	return microseconds / 2000 > 0 ? microseconds / 2000 : 1;
}

bool notify_beat(struct notify_beats *beats, int64_t now)
{
	if (!beats->asked) {
		beats->asked = true;
		beats->interval = notify_interval();
		beats->due = now;
	}
	if (beats->interval == 0 || now < beats->due)
		return false;
	beats->due = now + beats->interval;
	notify_watchdog(NULL); /* what is lost here is sent again before the manager's patience ends */
	return true;
}
