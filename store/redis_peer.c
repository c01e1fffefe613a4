#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>

#include <hiredis/hiredis.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/text.h"
#include "store/redis_peer.h"

#define CHUNK ((size_t)64 * 1024) /* bytes handed to the socket at once; reads too: over 16 KiB, a TLS record leaves nothing behind */
#define BYTES_PER_MS 64		  /* the slowest line that is not called dead */

struct redis_peer {
	redisContext *context;
	struct redisReader *reader;
	struct redis_guard guard;
	struct redis_address address;
	const struct redis_limits *limits;
	int stop;
	bool tls;
	char *in; /* CHUNK bytes */
};

/* One pipeline of at most REDIS_PIPELINE_MOST commands on its way. */
struct window {
	struct view out;
	size_t sent, received, wanted, got;
	int64_t began;
};

static struct timeval time_of(int64_t ms)
{
	return (struct timeval){.tv_sec = ms / 1000, .tv_usec = ms % 1000 * 1000};
}

static const char *name_of(const struct redis_address *address, char *room, size_t size)
{
	snprintf(room, size, address->port ? "%.200s:%d" : "%.200s", address->host, (int)address->port);
	return room;
}

/* What errno says, or hiredis' own sentence where it is about a name. */
static bool fail_to_connect(const struct redis_peer *peer, int problem, struct redis_fault *fault)
{
	char where[280], words[128];
	const redisContext *context = peer->context;
	text_harmless(view_of(context ? context->errstr : "no memory"), words, sizeof words);
	enum redis_trouble trouble = TROUBLE_UNREACHABLE;
	if (context && context->err == REDIS_ERR_IO && (problem == ECONNREFUSED || problem == ENOENT))
		trouble = TROUBLE_REFUSED;
	else if (context && context->err == REDIS_ERR_IO && (problem == ETIMEDOUT || problem == EAGAIN || problem == EINPROGRESS))
		trouble = TROUBLE_TIMEOUT;
	return redis_fail(fault, trouble, "cannot connect to %s: %s; to do: %s", name_of(&peer->address, where, sizeof where), words,
		redis_troubles[trouble].remedy);
}

static bool connect_to(struct redis_peer *peer, struct redis_tls *tls, struct redis_fault *fault)
{
	const struct timeval patience = time_of(peer->limits->connect_ms);
	errno = 0;
	peer->context = peer->address.port ? redisConnectWithTimeout(peer->address.host, peer->address.port, patience)
					   : redisConnectUnixWithTimeout(peer->address.host, patience);
	if (!peer->context || peer->context->err)
		return fail_to_connect(peer, errno, fault);
	redisSetTimeout(peer->context, time_of(peer->limits->command_ms));
	if (peer->address.port)
		redisEnableKeepAlive(peer->context);
	peer->tls = tls != NULL;
	return !tls || redis_tls_start(tls, peer->context, fault);
}

struct redis_peer *redis_peer_open(const struct redis_address *address, const struct redis_limits *limits, struct redis_tls *tls, int stop,
	struct redis_fault *fault)
{
	struct redis_peer *peer = memory_new(1, sizeof *peer);
	peer->address = *address;
	peer->limits = limits;
	peer->stop = stop;
	peer->in = memory_new(CHUNK, 1);
	peer->reader = redis_reply_reader();
	if (connect_to(peer, tls, fault))
		return peer;
	redis_peer_close(peer);
	return NULL;
}

void redis_peer_close(struct redis_peer *peer)
{
	if (!peer)
		return;
	if (peer->context)
		redisFree(peer->context);
	redisReaderFree(peer->reader);
	explicit_bzero(peer->in, CHUNK);
	free(peer->in);
	free(peer);
}

const struct redis_address *redis_peer_address(const struct redis_peer *peer)
{
	return &peer->address;
}

/* ---- bytes ---- */

static bool fail_timeout(const struct redis_peer *peer, struct redis_fault *fault)
{
	char where[280];
	return redis_fail(fault, TROUBLE_TIMEOUT, "%s: %s; to do: %s", name_of(&peer->address, where, sizeof where),
		redis_troubles[TROUBLE_TIMEOUT].means, redis_troubles[TROUBLE_TIMEOUT].remedy);
}

static bool fail_reset(const struct redis_peer *peer, const char *why, struct redis_fault *fault)
{
	char where[280];
	return redis_fail(fault, TROUBLE_RESET, "%s: %s (%s); to do: %s", name_of(&peer->address, where, sizeof where),
		redis_troubles[TROUBLE_RESET].means, why, redis_troubles[TROUBLE_RESET].remedy);
}

/* Bytes written, 0 for none now, -1 for never again. */
static ssize_t write_some(struct redis_peer *peer, struct view bytes)
{
#if HIREDIS_MAJOR >= 1
	if (peer->tls) {
		int done = 0;
		if (redisAppendFormattedCommand(peer->context, bytes.data, bytes.size) != REDIS_OK)
			return -1;
		while (!done)
			if (redisBufferWrite(peer->context, &done) != REDIS_OK)
				return -1;
		return (ssize_t)bytes.size;
	}
#endif
	const ssize_t sent = send(peer->context->fd, bytes.data, bytes.size, MSG_NOSIGNAL | MSG_DONTWAIT);
	return sent < 0 && (errno == EAGAIN || errno == EINTR) ? 0 : sent;
}

/* Bytes read, 0 for none now, -1 at the end. */
static ssize_t read_some(struct redis_peer *peer)
{
#if HIREDIS_MAJOR >= 1
	if (peer->tls)
		return peer->context->funcs->read(peer->context, peer->in, CHUNK);
#endif
	const ssize_t got = recv(peer->context->fd, peer->in, CHUNK, MSG_DONTWAIT);
	if (got < 0 && (errno == EAGAIN || errno == EINTR))
		return 0;
	return got > 0 ? got : -1;
}

/* Waits until something can be done; false: stopped, or too long. */
static bool wait_for(struct redis_peer *peer, const struct window *window, short *events, struct redis_fault *fault)
{
	const int64_t moved = (int64_t)(window->sent + window->received) / BYTES_PER_MS;
	const int64_t left = window->began + peer->limits->command_ms + moved - clock_monotonic();
	struct pollfd waits[2] = {{.fd = peer->context->fd, .events = (short)(POLLIN | (window->sent < window->out.size ? POLLOUT : 0))},
		{.fd = peer->stop, .events = POLLIN}};
	if (left <= 0)
		return fail_timeout(peer, fault);
	const int ready = poll(waits, 2, (int)left);
	if (waits[1].revents)
		return redis_fail(fault, TROUBLE_STOPPED, "%s", redis_troubles[TROUBLE_STOPPED].means);
	if (ready == 0)
		return fail_timeout(peer, fault);
	*events = ready > 0 ? waits[0].revents : 0;
	return true;
}

static bool fail_unasked(struct redis_fault *fault)
{
	return redis_fail(fault, TROUBLE_PROTOCOL, "%s (more replies than questions); to do: %s", redis_troubles[TROUBLE_PROTOCOL].means,
		redis_troubles[TROUBLE_PROTOCOL].remedy);
}

static bool take_replies(struct redis_peer *peer, struct window *window, struct redis_replies *replies, struct redis_fault *fault)
{
	if (peer->guard.replies > window->wanted)
		return fail_unasked(fault);
	for (void *reply; window->got < peer->guard.replies; window->got++) {
		reply = NULL;
		if (redisReaderGetReply(peer->reader, &reply) != REDIS_OK || !reply)
			return redis_fail(fault, TROUBLE_PROTOCOL, "%s (%s); to do: %s", redis_troubles[TROUBLE_PROTOCOL].means,
				peer->reader->errstr, redis_troubles[TROUBLE_PROTOCOL].remedy);
		redis_replies_add(replies, reply);
	}
	return window->got < window->wanted || redis_guard_idle(&peer->guard) || fail_unasked(fault);
}

/* The server's last words, said before it hung up, explain more than the hanging up. */
static bool fail_at_end(struct redis_peer *peer, const struct redis_replies *replies, struct redis_fault *fault)
{
	const struct redis_reply *last = replies->count ? replies->list[replies->count - 1] : NULL;
	if (last && last->kind == REPLY_ERROR && redis_trouble_of(redis_reply_text(last)) != TROUBLE_UNKNOWN)
		return redis_fail_reply(fault, redis_reply_text(last));
	return fail_reset(peer, "closed by the other side", fault);
}

static bool receive(struct redis_peer *peer, struct window *window, struct redis_replies *replies, struct redis_fault *fault)
{
	const ssize_t got = read_some(peer);
	if (got < 0)
		return fail_at_end(peer, replies, fault);
	window->received += (size_t)got;
	if (!redis_guard_pass(&peer->guard, (struct view){peer->in, (size_t)got}, fault))
		return false;
	if (got && redisReaderFeed(peer->reader, peer->in, (size_t)got) != REDIS_OK)
		return fail_reset(peer, peer->reader->errstr, fault);
	return take_replies(peer, window, replies, fault);
}

/* Reads while it writes: two full buffers that wait for each other would stand still. */
static bool move(struct redis_peer *peer, struct window *window, short events, struct redis_replies *replies, struct redis_fault *fault)
{
	if (events & (POLLIN | POLLHUP | POLLERR) && !receive(peer, window, replies, fault))
		return false;
	if (!(events & POLLOUT) || window->sent == window->out.size)
		return true;
	const size_t left = window->out.size - window->sent;
	const ssize_t sent = write_some(peer, (struct view){window->out.data + window->sent, left < CHUNK ? left : CHUNK});
	if (sent < 0)
		window->sent = window->out.size; /* nothing more can be said; what the server said before may still be read */
	else
		window->sent += (size_t)sent;
	return true;
}

static bool exchange_window(struct redis_peer *peer, struct view out, size_t wanted, struct redis_replies *replies, struct redis_fault *fault)
{
	struct window window = {.out = out, .wanted = wanted, .began = clock_monotonic()};
	redis_guard_begin(&peer->guard, peer->limits);
	while (window.got < wanted) {
		short events = 0;
		if (!wait_for(peer, &window, &events, fault) || !move(peer, &window, events, replies, fault))
			return false;
	}
	return window.sent == out.size || fail_reset(peer, "answered before it had the whole question", fault);
}

bool redis_peer_exchange(struct redis_peer *peer, const struct redis_commands *commands, struct redis_replies *replies,
	struct redis_fault *fault)
{
	for (size_t first = 0; first < commands->count;) {
		const size_t left = commands->count - first, wanted = left < REDIS_PIPELINE_MOST ? left : REDIS_PIPELINE_MOST;
		const size_t from = first ? commands->ends[first - 1] : 0;
		const struct view out = {commands->bytes + from, commands->ends[first + wanted - 1] - from};
		if (!exchange_window(peer, out, wanted, replies, fault))
			return false;
		first += wanted;
	}
	return true;
}
