#include "feed/http_listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/view.h"

#define BACKLOG 1024
#define UNIX "unix:"

/* Cuts "HOST:PORT" or "[HOST]:PORT" in two. */
static bool split(const char *where, char *host, size_t room, const char **port)
{
	const char *colon = strrchr(where, ':');
	if (!colon || !colon[1] || strspn(colon + 1, "0123456789") != strlen(colon + 1))
		return false;
	struct view name = {where, (size_t)(colon - where)};
	if (name.size > 2 && where[0] == '[' && colon[-1] == ']')
		name = (struct view){where + 1, name.size - 2};
	else if (memchr(name.data, ':', name.size))
		return false;
	if (!name.size || name.size >= room)
		return false;
	view_copy(name, host, room);
	*port = colon + 1;
	return true;
}

static bool is_local(const struct sockaddr *address)
{
	if (address->sa_family == AF_INET)
		return ntohl(((const struct sockaddr_in *)(const void *)address)->sin_addr.s_addr) >> 24 == 127;
	return address->sa_family == AF_INET6 && IN6_IS_ADDR_LOOPBACK(&((const struct sockaddr_in6 *)(const void *)address)->sin6_addr);
}

void http_peer(const struct sockaddr *peer, char *to, size_t room)
{
	const void *bytes = NULL;
	if (peer && peer->sa_family == AF_INET)
		bytes = &((const struct sockaddr_in *)(const void *)peer)->sin_addr;
	if (peer && peer->sa_family == AF_INET6)
		bytes = &((const struct sockaddr_in6 *)(const void *)peer)->sin6_addr;
	if (!bytes || !inet_ntop(peer->sa_family, bytes, to, (socklen_t)room))
		snprintf(to, room, "unix");
}

static void describe(int listener, char address[HTTP_ADDRESS_ROOM])
{
	struct sockaddr_storage own = {0};
	socklen_t size = sizeof own;
	char host[INET6_ADDRSTRLEN + 1];
	if (getsockname(listener, (struct sockaddr *)&own, &size) != 0)
		return;
	http_peer((struct sockaddr *)&own, host, sizeof host);
	if (own.ss_family == AF_INET6)
		snprintf(address, HTTP_ADDRESS_ROOM, "[%s]:%d", host, ntohs(((struct sockaddr_in6 *)(void *)&own)->sin6_port));
	else
		snprintf(address, HTTP_ADDRESS_ROOM, "%s:%d", host, ntohs(((struct sockaddr_in *)(void *)&own)->sin_port));
}

static int bind_to(const struct sockaddr *address, socklen_t size, int family)
{
	const int on = 1, listener = socket(family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (listener < 0)
		return -1;
	if (family != AF_UNIX)
		setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
	if (bind(listener, address, size) == 0 && listen(listener, BACKLOG) == 0)
		return listener;
	const int reason = errno;
	close(listener);
	errno = reason;
	return -1;
}

/* What a server before this one has left goes; one that still answers keeps its socket. */
static bool clear_socket(const struct sockaddr_un *address)
{
	const int probe = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (probe < 0)
		return false;
	const bool stale = connect(probe, (const struct sockaddr *)address, sizeof *address) != 0 && errno == ECONNREFUSED;
	close(probe);
	return stale && unlink(address->sun_path) == 0;
}

static int listen_unix(const char *where, char address[HTTP_ADDRESS_ROOM], struct error *err)
{
	struct sockaddr_un name = {.sun_family = AF_UNIX};
	const char *path = where + strlen(UNIX);
	if (*path != '/' || strlen(path) >= sizeof name.sun_path) {
		fail(err, "--listen %.200s: write \"unix:/PATH\" of at most %zu bytes", where, sizeof name.sun_path - 1);
		return -1;
	}
	view_copy(view_of(path), name.sun_path, sizeof name.sun_path);
	int listener = bind_to((struct sockaddr *)&name, sizeof name, AF_UNIX);
	if (listener < 0 && errno == EADDRINUSE && clear_socket(&name))
		listener = bind_to((struct sockaddr *)&name, sizeof name, AF_UNIX);
	if (listener < 0)
		fail(err, "--listen %.200s: %s", where, strerror(errno));
	snprintf(address, HTTP_ADDRESS_ROOM, "%s", where);
	return listener;
}

int http_listen(const char *where, bool *local, char address[HTTP_ADDRESS_ROOM], struct error *err)
{
	char host[160];
	const char *port;
	if (strncmp(where, UNIX, strlen(UNIX)) == 0) {
		*local = true;
		return listen_unix(where, address, err);
	}
	if (!split(where, host, sizeof host, &port)) {
		fail(err, "--listen %.200s: write \"ADDRESS:PORT\", as in 127.0.0.1:8480 or [::1]:8480", where);
		return -1;
	}
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_PASSIVE | AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	const int trouble = getaddrinfo(host, port, &hints, &found);
	if (trouble) {
		fail(err, "--listen %.200s: %s", where, gai_strerror(trouble));
		return -1;
	}
	const int listener = bind_to(found->ai_addr, found->ai_addrlen, found->ai_family);
	if (listener < 0)
		fail(err, "--listen %.200s: %s", where, strerror(errno));
	else
		describe(listener, address);
	*local = is_local(found->ai_addr);
	freeaddrinfo(found);
	return listener;
}
