#include "feed/bridges/esl_link.h"

#include <errno.h>
#include <netdb.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"

#define READ_SIZE 65536
#define READS_MOST 8

bool esl_link_init(struct esl_link *link, const char *target, struct error *err)
{
	*link = (struct esl_link){.socket = -1};
	return target_read(&link->target, target, ESL_PORT, err);
}

void esl_link_close(struct esl_link *link)
{
	if (link->socket >= 0)
		close(link->socket);
	link->socket = -1;
	link->is_connecting = false;
	esl_forget(&link->esl);
	explicit_bzero(link->out, sizeof link->out);
	link->out_size = 0;
}

void esl_link_finish(struct esl_link *link)
{
	esl_link_close(link);
	esl_finish(&link->esl);
}

static int open_socket(const struct addrinfo *address)
{
	const int file = socket(address->ai_family, address->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, address->ai_protocol);
	const int on = 1;
	if (file < 0)
		return -1;
	setsockopt(file, SOL_SOCKET, SO_KEEPALIVE, &on, sizeof on);
	if (connect(file, address->ai_addr, address->ai_addrlen) == 0 || errno == EINPROGRESS)
		return file;
	const int trouble = errno;
	close(file);
	errno = trouble;
	return -1;
}

const char *esl_link_start(struct esl_link *link)
{
	const struct addrinfo wanted = {.ai_socktype = SOCK_STREAM, .ai_flags = AI_NUMERICSERV};
	struct addrinfo *found = NULL;
	const int trouble = getaddrinfo(link->target.host, link->target.port, &wanted, &found);
	if (trouble)
		return gai_strerror(trouble);
	unsigned count = 0;
	for (const struct addrinfo *address = found; address; address = address->ai_next)
		count++;
	const struct addrinfo *address = found;
	for (unsigned skip = link->attempts++ % count; skip; skip--)
		address = address->ai_next;
	link->socket = open_socket(address);
	link->is_connecting = true;
	link->heard = clock_monotonic();
	const char *why = link->socket < 0 ? strerror(errno) : NULL;
	freeaddrinfo(found);
	return why;
}

const char *esl_link_look(struct esl_link *link)
{
	struct pollfd wanted = {.fd = link->socket, .events = POLLOUT};
	int trouble = 0;
	socklen_t size = sizeof trouble;
	if (poll(&wanted, 1, 0) <= 0)
		return NULL;
	getsockopt(link->socket, SOL_SOCKET, SO_ERROR, &trouble, &size);
	link->is_connecting = trouble != 0;
	return trouble ? strerror(trouble) : NULL;
}

const char *esl_link_flush(struct esl_link *link)
{
	if (link->out_size == 0)
		return NULL;
	const ssize_t sent = send(link->socket, link->out, link->out_size, MSG_NOSIGNAL);
	if (sent < 0)
		return errno == EAGAIN || errno == EINTR ? NULL : strerror(errno);
	link->out_size -= (size_t)sent;
	memmove(link->out, link->out + sent, link->out_size);
	explicit_bzero(link->out + link->out_size, sizeof link->out - link->out_size); /* there may have been a password in it */
	return NULL;
}

const char *esl_link_send(struct esl_link *link, const char *text)
{
	const size_t size = strlen(text);
	if (link->out_size + size > sizeof link->out)
		return "it takes nothing";
	memcpy(link->out + link->out_size, text, size);
	link->out_size += size;
	return esl_link_flush(link);
}

const char *esl_link_read(struct esl_link *link)
{
	for (int i = 0; i < READS_MOST; i++) {
		const ssize_t got = recv(link->socket, esl_room(&link->esl, READ_SIZE), READ_SIZE, 0);
		if (got < 0)
			return errno == EAGAIN || errno == EINTR ? NULL : strerror(errno);
		if (got == 0)
			return "it closed the connection";
		esl_added(&link->esl, (size_t)got);
		link->heard = clock_monotonic();
	}
	return NULL;
}
