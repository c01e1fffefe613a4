#include "feed/bridges/ami_link.h"

#include <errno.h>
#include <netdb.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/random.h"
#include "base/text.h"
#include "feed/bridges/ami_login.h"
#include "feed/bridges/target.h"

#define CONNECT_MOST 5000 /* ms until a connection stands and is logged in */
#define PING 5000	  /* ms of silence after which Asterisk is asked whether it is there */
#define SILENCE 12000	  /* ms of silence after which the connection is given up */
#define RETRY_FIRST 500
#define RETRY_MOST 30000
#define STEADY 10000	  /* ms: whoever cuts us off sooner after each login is left alone ever longer */
#define REFUSED_RETRY 30000 /* a login that is refused again and again is how an attack looks */
#define READ_MOST 65536	/* bytes in a turn */
#define UNREAD_MOST 131072 /* bytes that nobody has asked for yet: with more, Asterisk waits */
#define ADDRESSES_MOST 8
#define OUT_MOST 65536

enum link_step { STEP_APART, STEP_CONNECTING, STEP_BANNER, STEP_CHALLENGE, STEP_LOGIN, STEP_LIVE };

struct address {
	struct sockaddr_storage name;
	socklen_t size;
};

struct ami_link {
	struct ami_link_options options;
	char *target, *mask;
	struct ami_login login;
	struct address addresses[ADDRESSES_MOST];
	int address_count, address;
	enum link_step step;
	int descriptor;
	struct ami_wire wire;
	char *out;
	size_t out_size, out_room;
	uint64_t number;
	int attempts;
	int64_t retry, since, heard, pinged; /* monotonic ms */
	char last_said[300];		     /* the same reason again is no news */
};

/* ---- said ---- */

static void say(struct ami_link *link, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void say(struct ami_link *link, const char *format, ...)
{
	char text[300];
	va_list list;
	va_start(list, format);
	vsnprintf(text, sizeof text, format, list);
	va_end(list);
	if (strcmp(text, link->last_said) == 0)
		return;
	memcpy(link->last_said, text, sizeof text);
	link->options.say(link->options.context, text);
}

/* ---- apart and together ---- */

static int64_t jittered(int64_t ms)
{
	uint32_t random;
	random_bytes(&random, sizeof random);
	return ms / 2 + (int64_t)(random % (uint32_t)(ms + 1)) / 2;
}

static void part(struct ami_link *link, int64_t least)
{
	if (link->step == STEP_LIVE && clock_monotonic() - link->since >= STEADY)
		link->attempts = 0;
	if (link->descriptor >= 0)
		close(link->descriptor);
	link->descriptor = -1;
	link->step = STEP_APART;
	link->out_size = 0;
	ami_wire_reset(&link->wire);
	int64_t wait = RETRY_FIRST;
	for (int i = 0; i < link->attempts && wait < RETRY_MOST; i++)
		wait *= 2;
	link->attempts++;
	wait = wait < RETRY_MOST ? wait : RETRY_MOST;
	link->retry = clock_monotonic() + jittered(wait > least ? wait : least);
	link->address = (link->address + 1) % link->address_count;
}

void ami_link_break(struct ami_link *link, const char *why)
{
	if (link->step == STEP_APART)
		return;
	say(link, "%s: %s; it is tried again", link->target, why);
	part(link, 0);
}

static void begin(struct ami_link *link)
{
	const struct address *address = &link->addresses[link->address];
	link->descriptor = socket(address->name.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	link->step = STEP_CONNECTING;
	link->since = link->heard = link->pinged = clock_monotonic();
	if (link->descriptor < 0 || (connect(link->descriptor, (const struct sockaddr *)&address->name, address->size) != 0 && errno != EINPROGRESS))
		ami_link_break(link, strerror(errno));
}

static void check_connected(struct ami_link *link)
{
	int error = 0;
	socklen_t size = sizeof error;
	char byte;
	if (getsockopt(link->descriptor, SOL_SOCKET, SO_ERROR, &error, &size) != 0 || error) {
		ami_link_break(link, strerror(error ? error : errno));
		return;
	}
	if (recv(link->descriptor, &byte, 1, MSG_PEEK) >= 0 || errno == EAGAIN) {
		struct sockaddr_storage peer;
		size = sizeof peer;
		if (getpeername(link->descriptor, (struct sockaddr *)&peer, &size) == 0)
			link->step = STEP_BANNER;
	}
}

/* ---- bytes ---- */

static void flush(struct ami_link *link)
{
	while (link->out_size && link->step > STEP_CONNECTING) {
		const ssize_t sent = send(link->descriptor, link->out, link->out_size, MSG_NOSIGNAL);
		if (sent < 0 && errno == EINTR)
			continue;
		if (sent < 0) {
			if (errno != EAGAIN)
				ami_link_break(link, strerror(errno));
			return;
		}
		memmove(link->out, link->out + sent, link->out_size - (size_t)sent);
		link->out_size -= (size_t)sent;
	}
}

static void send_text(struct ami_link *link, const char *text)
{
	const size_t size = strlen(text);
	if (link->out_size + size > OUT_MOST) {
		ami_link_break(link, "it reads nothing");
		return;
	}
	link->out = memory_grow(link->out, &link->out_room, link->out_size + size, 1);
	memcpy(link->out + link->out_size, text, size);
	link->out_size += size;
	flush(link);
}

void ami_link_ask(struct ami_link *link, const char *action, const char *id)
{
	char *text = memory_format("Action: %s\r\nActionID: tablo-%s\r\n\r\n", action, id);
	send_text(link, text);
	explicit_bzero(text, strlen(text));
	free(text);
}

static void receive(struct ami_link *link)
{
	char bytes[16384];
	for (size_t taken = 0; taken < READ_MOST && link->wire.size < UNREAD_MOST && link->step > STEP_CONNECTING;) {
		const ssize_t size = recv(link->descriptor, bytes, sizeof bytes, 0);
		if (size > 0) {
			ami_wire_add(&link->wire, bytes, (size_t)size);
			link->heard = clock_monotonic();
			taken += (size_t)size;
		} else if (size < 0 && errno == EINTR) {
			continue;
		} else if (size < 0 && errno == EAGAIN) {
			return;
		} else {
			/* what came before the end is still read: ami_link_next() gives it, the turn after parts */
			if (taken)
				return;
			ami_link_break(link, size == 0 ? "the connection was closed" : strerror(errno));
		}
	}
}

static void watch(struct ami_link *link)
{
	const int64_t now = clock_monotonic();
	if (link->step < STEP_LIVE && now - link->since > CONNECT_MOST) {
		ami_link_break(link, link->step == STEP_CONNECTING ? "no answer" : "it does not speak as a manager interface does");
	} else if (link->step == STEP_LIVE && now - link->heard > SILENCE) {
		ami_link_break(link, "it has been silent for 12 s");
	} else if (link->step == STEP_LIVE && now - link->heard >= PING && now - link->pinged >= PING) {
		link->pinged = now;
		ami_link_ask(link, "Ping", "ping");
	}
}

void ami_link_turn(struct ami_link *link)
{
	if (link->step == STEP_APART && clock_monotonic() >= link->retry)
		begin(link);
	if (link->step == STEP_CONNECTING)
		check_connected(link);
	if (link->step > STEP_CONNECTING)
		flush(link);
	if (link->step > STEP_CONNECTING)
		receive(link);
	if (link->step != STEP_APART)
		watch(link);
}

/* ---- logging in ---- */

static void answer_challenge(struct ami_link *link, struct view challenge)
{
	char key[2 * 16 + 1];
	if (!ami_login_key(&link->login, challenge, key)) {
		ami_link_break(link, "MD5 is not allowed on this machine");
		return;
	}
	char *action = memory_format("Login\r\nAuthType: MD5\r\nUsername: %s\r\nKey: %s\r\nEvents: %s", link->login.user, key, link->mask);
	link->step = STEP_LOGIN;
	ami_link_ask(link, action, "login");
	explicit_bzero(action, strlen(action));
	free(action);
}

static void refuse(struct ami_link *link, struct view message)
{
	char text[120];
	text_harmless(message, text, sizeof text);
	say(link, "%s: the login of '%s' is refused (%s): see [%s] in manager.conf, its secret, permit and deny", link->target, link->login.user, text,
		link->login.user);
	part(link, REFUSED_RETRY);
}

static void log_in(struct ami_link *link, const struct ami_message *message)
{
	const struct view response = ami_value(message, "Response");
	if (message->is_banner && link->step == STEP_BANNER) {
		link->step = STEP_CHALLENGE;
		ami_link_ask(link, "Challenge\r\nAuthType: MD5", "challenge");
	} else if (link->step == STEP_CHALLENGE && view_is(ami_value(message, "ActionID"), "tablo-challenge")) {
		const struct view challenge = ami_value(message, "Challenge");
		if (challenge.size)
			answer_challenge(link, challenge);
		else
			refuse(link, ami_value(message, "Message"));
	} else if (link->step == STEP_LOGIN && view_is(ami_value(message, "ActionID"), "tablo-login")) {
		if (!view_is(response, "Success")) {
			refuse(link, ami_value(message, "Message"));
			return;
		}
		link->step = STEP_LIVE;
		link->number++;
		link->since = clock_monotonic();
		say(link, "%s: connected", link->target);
	}
}

enum ami_step ami_link_next(struct ami_link *link, struct ami_message *message)
{
	while (link->step > STEP_CONNECTING) {
		const enum ami_step step = ami_wire_next(&link->wire, message);
		if (step == AMI_MORE || (link->step == STEP_LIVE && !view_is(ami_value(message, "ActionID"), "tablo-ping")))
			return step;
		if (step == AMI_MESSAGE)
			log_in(link, message);
	}
	return AMI_MORE;
}

/* ---- its beginning and its end ---- */

static bool look_up(struct ami_link *link, struct error *err)
{
	struct target target;
	const struct addrinfo hints = {.ai_socktype = SOCK_STREAM};
	struct addrinfo *found = NULL;
	if (!target_read(&target, link->target, AMI_PORT, err))
		return false;
	const int code = getaddrinfo(target.host, target.port, &hints, &found);
	if (code != 0)
		return fail(err, "%.200s: no such host or port: %s", link->target, gai_strerror(code));
	for (const struct addrinfo *one = found; one && link->address_count < ADDRESSES_MOST; one = one->ai_next) {
		struct address *address = &link->addresses[link->address_count++];
		memcpy(&address->name, one->ai_addr, one->ai_addrlen);
		address->size = one->ai_addrlen;
	}
	freeaddrinfo(found);
	return link->address_count > 0 || fail(err, "%.200s: no address", link->target);
}

struct ami_link *ami_link_open(const struct ami_link_options *options, struct error *err)
{
	struct ami_link *link = memory_new(1, sizeof *link);
	link->options = *options;
	link->target = memory_text(options->target);
	link->mask = memory_text(options->mask);
	link->descriptor = -1;
	if (ami_login_read(&link->login, options->login, err) && look_up(link, err))
		return link;
	ami_link_close(link);
	return NULL;
}

void ami_link_close(struct ami_link *link)
{
	if (!link)
		return;
	if (link->descriptor >= 0)
		close(link->descriptor);
	ami_wire_finish(&link->wire);
	explicit_bzero(&link->login, sizeof link->login);
	free(link->out);
	free(link->target);
	free(link->mask);
	free(link);
}

int ami_link_descriptor(const struct ami_link *link)
{
	return link->descriptor;
}

bool ami_link_wants_write(const struct ami_link *link)
{
	return link->step == STEP_CONNECTING || link->out_size > 0;
}

int64_t ami_link_due(const struct ami_link *link)
{
	if (link->step == STEP_APART)
		return link->retry;
	if (link->step < STEP_LIVE)
		return link->since + CONNECT_MOST + 1;
	const int64_t heard = link->heard + PING, pinged = link->pinged + PING;
	const int64_t ping = heard > pinged ? heard : pinged, silence = link->heard + SILENCE + 1;
	return ping < silence ? ping : silence;
}

bool ami_link_is_live(const struct ami_link *link)
{
	return link->step == STEP_LIVE;
}

uint64_t ami_link_number(const struct ami_link *link)
{
	return link->number;
}

int64_t ami_link_since(const struct ami_link *link)
{
	return link->since;
}
