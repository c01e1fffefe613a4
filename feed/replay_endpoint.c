#include <stdio.h>
#include <string.h>

#include "feed/catch_up.h"

static bool begins(struct view text, const char *prefix)
{
	struct view wanted = view_of(prefix);
	return text.size > wanted.size && memcmp(text.data, wanted.data, wanted.size) == 0;
}

static bool printable(struct view text)
{
	for (size_t i = 0; i < text.size; i++)
		if (text.data[i] <= ' ' || text.data[i] > '~')
			return false;
	return true;
}

static struct view after(struct view text, size_t size)
{
	return (struct view){text.data + size, text.size - size};
}

/* "HOST:PORT" cut at its last colon. */
static bool split(struct view address, struct view *host, struct view *port)
{
	const char *colon = memrchr(address.data, ':', address.size);
	if (!colon)
		return false;
	*host = (struct view){address.data, (size_t)(colon - address.data)};
	*port = after(address, host->size + 1);
	return port->size > 0 && host->size > 0;
}

static bool any_host(struct view host)
{
	return view_is(host, "*") || view_is(host, "0.0.0.0") || view_is(host, "[::]");
}

/* The host of "tcp://[SOURCE;]HOST:PORT". */
static bool own_host(const char *endpoint, struct view *host)
{
	struct view text = view_of(endpoint), port;
	if (!begins(text, "tcp://"))
		return false;
	text = after(text, strlen("tcp://"));
	const char *semicolon = memchr(text.data, ';', text.size);
	if (semicolon)
		text = after(text, (size_t)(semicolon + 1 - text.data));
	return text.size && split(text, host, &port);
}

static bool over_tcp(const char *endpoint, struct view replay, char *to, size_t room)
{
	struct view host, port;
	if (!split(after(replay, strlen("tcp://")), &host, &port))
		return false;
	/* A feed over ipc is on this machine, so is its publisher. */
	if (any_host(host) && !own_host(endpoint, &host))
		host = view_of("127.0.0.1");
	int length = snprintf(to, room, "tcp://%.*s:%.*s", (int)host.size, host.data, (int)port.size, port.data);
	return length > 0 && (size_t)length < room;
}

/* A publisher elsewhere must not send us to sockets of this machine: ipc and inproc only over a feed of the same kind. */
bool replay_endpoint(const char *endpoint, struct view replay, char *to, size_t room)
{
	if (replay.size >= room || !printable(replay))
		return false;
	if (begins(replay, "tcp://"))
		return over_tcp(endpoint, replay, to, room);
	bool local = (begins(replay, "ipc://") && begins(view_of(endpoint), "ipc://")) ||
		     (begins(replay, "inproc://") && begins(view_of(endpoint), "inproc://"));
	if (local)
		view_copy(replay, to, room);
	return local;
}
