#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include <zmq.h>

#include "base/view.h"
#include "feed/endpoint.h"

#define HOST_ROOM 256
/* Linux' default ip_local_port_range. */
#define NEAR_PORT_LEAST 32768
#define NEAR_PORT_MOST 60999

static bool begins(const char *text, const char *prefix)
{
	return strncmp(text, prefix, strlen(prefix)) == 0;
}

/* The host of "tcp://[SOURCE;]HOST:PORT", without brackets. */
static bool host_of(const char *endpoint, char host[HOST_ROOM])
{
	const char *text = endpoint + strlen("tcp://"), *source = strrchr(text, ';');
	text = source ? source + 1 : text;
	const char *colon = strrchr(text, ':');
	if (!colon || colon == text || colon - text >= HOST_ROOM)
		return false;
	struct view view = {text, (size_t)(colon - text)};
	if (*text == '[') {
		if (view.size < 3 || text[view.size - 1] != ']')
			return false;
		view = (struct view){text + 1, view.size - 2};
	}
	view_copy(view, host, HOST_ROOM);
	return true;
}

static bool loopback(const char *host)
{
	struct in_addr four;
	struct in6_addr six;
	if (strcasecmp(host, "localhost") == 0)
		return true;
	/* The whole text must be the address: "127.0.0.1.example.org" is somebody else's. */
	if (inet_pton(AF_INET, host, &four) == 1)
		return ntohl(four.s_addr) >> 24 == 127;
	if (inet_pton(AF_INET6, host, &six) == 1)
		return IN6_IS_ADDR_LOOPBACK(&six) || (IN6_IS_ADDR_V4MAPPED(&six) && six.s6_addr[12] == 127);
	return false;
}

bool endpoint_local(const char *endpoint)
{
	char host[HOST_ROOM];
	if (begins(endpoint, "ipc://") || begins(endpoint, "inproc://"))
		return true;
	return begins(endpoint, "tcp://") && host_of(endpoint, host) && loopback(host);
}

bool endpoint_meets_itself(const char *endpoint)
{
	if (!begins(endpoint, "tcp://") || !endpoint_local(endpoint))
		return false;
	const char *port = strrchr(endpoint, ':') + 1;
	char *end;
	long number = strtol(port, &end, 10);
	return end != port && !*end && number >= NEAR_PORT_LEAST && number <= NEAR_PORT_MOST;
}

bool endpoint_bound(void *socket, char *to, size_t room)
{
	size_t size = room;
	if (zmq_getsockopt(socket, ZMQ_LAST_ENDPOINT, to, &size) != 0)
		return false;
	static const char *const anywhere[] = {"tcp://0.0.0.0:", "tcp://[::]:"};
	for (size_t i = 0; i < sizeof anywhere / sizeof *anywhere; i++) {
		if (!begins(to, anywhere[i]))
			continue;
		char port[32];
		snprintf(port, sizeof port, "%s", to + strlen(anywhere[i]));
		snprintf(to, room, "tcp://*:%s", port);
	}
	return true;
}
