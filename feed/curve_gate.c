#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/clock.h"
#include "base/log.h"
#include "base/memory.h"
#include "base/view.h"
#include "feed/curve_gate.h"
#include "feed/curve_keys.h"
#include "feed/message.h"
#include "feed/stream_person.h"

#define ENDPOINT "inproc://zeromq.zap.01"
#define FRAME_MAX 256 /* bytes of any frame of a request that is looked at */
#define RAW_KEY 32
#define LOG_SPACING 1000 /* ms: a stranger who knocks all day must not fill the log */

/* The frames of a request, RFC 27; CURVE sends one frame of credentials. */
enum { VERSION, REQUEST_ID, DOMAIN, ADDRESS, IDENTITY, MECHANISM, CREDENTIALS, FRAME_COUNT };

struct request {
	struct {
		char data[FRAME_MAX];
		size_t size; /* as it came: over FRAME_MAX nothing of it is kept */
	} frames[FRAME_COUNT];
	int count; /* of all that came */
};

struct curve_door {
	struct curve_gate *gate;
	struct curve_door *next;
	char domain[CURVE_DOMAIN_ROOM];
	char *path;
	bool any, is_plain; /* is_plain: there is no list, for nobody shows a key */
	char (*keys)[CURVE_KEY_ROOM];
	size_t key_count;
	bool is_narrow; /* those that follow alone */
	char (*only_keys)[CURVE_KEY_ROOM];
	int64_t *only_users;
	size_t only_key_count, only_user_count;
};

struct curve_gate {
	void *handler, *stop; /* `stop`: our end of the pair that ends the thread */
	void *stop_end;	      /* the thread's */
	pthread_t thread;
	bool running;
	pthread_mutex_t mutex; /* of what follows */
	struct curve_door *doors; /* and what is in them */
	unsigned door_count;	  /* ever opened */
	struct curve_gate_counts counts;
	int64_t logged; /* monotonic ms; of the thread */
	uint64_t untold; /* refusals since */
};

/* ---- requests ---- */

static bool more_follows(void *socket)
{
	int more = 0;
	size_t size = sizeof more;
	return zmq_getsockopt(socket, ZMQ_RCVMORE, &more, &size) == 0 && more;
}

/* The whole message is read whatever is in it: a reply may only follow a request that was read to its end. */
static bool receive(void *socket, struct request *request)
{
	*request = (struct request){0};
	do {
		zmq_msg_t frame;
		zmq_msg_init(&frame);
		if (zmq_msg_recv(&frame, socket, ZMQ_DONTWAIT) < 0) {
			zmq_msg_close(&frame);
			return false;
		}
		if (request->count < FRAME_COUNT) {
			size_t size = zmq_msg_size(&frame);
			request->frames[request->count].size = size;
			if (size <= FRAME_MAX && size)
				memcpy(request->frames[request->count].data, zmq_msg_data(&frame), size);
		}
		if (request->count <= FRAME_COUNT)
			request->count++;
		zmq_msg_close(&frame);
	} while (more_follows(socket));
	return true;
}

static struct view frame(const struct request *request, int number)
{
	size_t size = request->frames[number].size;
	return (struct view){request->frames[number].data, size <= FRAME_MAX ? size : 0};
}

static bool well_formed(const struct request *request)
{
	if (request->count <= MECHANISM || !view_is(frame(request, VERSION), "1.0"))
		return false;
	for (int i = 0; i < request->count && i < FRAME_COUNT; i++)
		if (request->frames[i].size > FRAME_MAX)
			return false;
	return true;
}

static bool on_list(char (*keys)[CURVE_KEY_ROOM], size_t count, const char *key)
{
	for (size_t i = 0; i < count; i++)
		if (memcmp(keys[i], key, CURVE_KEY_SIZE) == 0)
			return true;
	return false;
}

/* With the mutex held. */
static const struct curve_door *door_of(const struct curve_gate *gate, struct view domain)
{
	const struct curve_door *door = gate->doors;
	while (door && !view_is(domain, door->domain))
		door = door->next;
	return door;
}

static bool has_user(const int64_t *users, size_t count, int64_t uid)
{
	for (size_t i = 0; i < count; i++)
		if (users[i] == uid)
			return true;
	return false;
}

/* With the mutex held. NULL: let him in. */
static const char *why_not(const struct curve_door *door, const char *key, int64_t uid)
{
	if (!door->is_plain && (!key || !(door->any || on_list(door->keys, door->key_count, key))))
		return "the key is not on the list";
	if (!door->is_narrow || (key && on_list(door->only_keys, door->only_key_count, key)) ||
		(uid >= 0 && has_user(door->only_users, door->only_user_count, uid)))
		return NULL;
	return "names are not for this key or user: no right has them";
}

struct verdict {
	const char *why;	  /* what is wrong with the request; NULL: let it in */
	char key[CURVE_KEY_ROOM]; /* of the client; "": it brought none */
	char list[200];		  /* the file that was asked; "": none */
};

/* With the mutex held. */
static void judge(const struct curve_gate *gate, const struct request *request, struct verdict *verdict)
{
	const struct curve_door *door = door_of(gate, frame(request, DOMAIN));
	*verdict = (struct verdict){.why = "another domain"};
	if (!door)
		return;
	snprintf(verdict->list, sizeof verdict->list, "%s", door->path);
	char address[FRAME_MAX + 1];
	view_copy(frame(request, ADDRESS), address, sizeof address);
	const int64_t uid = stream_uid_of(address);
	if (door->is_plain) {
		verdict->why = view_is(frame(request, MECHANISM), "NULL") ? why_not(door, NULL, uid) : "only plaintext is expected here";
		return;
	}
	verdict->why = "only CURVE is let in";
	if (!view_is(frame(request, MECHANISM), "CURVE"))
		return;
	verdict->why = "no key";
	if (request->count != FRAME_COUNT || request->frames[CREDENTIALS].size != RAW_KEY)
		return;
	zmq_z85_encode(verdict->key, (const uint8_t *)request->frames[CREDENTIALS].data, RAW_KEY);
	verdict->why = why_not(door, verdict->key, uid);
}

static void send_text(void *socket, struct view text, bool more)
{
	zmq_send(socket, text.data, text.size, more ? ZMQ_SNDMORE : 0);
}

static void reply(struct curve_gate *gate, const struct request *request, const char *code, const char *text, const char *user)
{
	struct view id = request->count > REQUEST_ID ? frame(request, REQUEST_ID) : view_of("");
	send_text(gate->handler, view_of("1.0"), true);
	send_text(gate->handler, id, true);
	send_text(gate->handler, view_of(code), true);
	send_text(gate->handler, view_of(text), true);
	send_text(gate->handler, view_of(user), true);
	send_text(gate->handler, view_of(""), false);
}

static void tell_refusal(struct curve_gate *gate, const struct request *request, const struct verdict *verdict)
{
	int64_t now = clock_monotonic();
	gate->untold++;
	if (gate->logged && now - gate->logged < LOG_SPACING)
		return;
	struct view address = frame(request, ADDRESS);
	log_line(LOG_LEVEL_WARNING, "a subscriber from %.*s with the public key %s was refused: %s (%s)%s", (int)address.size,
		address.data, *verdict->key ? verdict->key : "(none)", verdict->why, *verdict->list ? verdict->list : "no list",
		gate->untold > 1 ? "; and others before it" : "");
	gate->logged = now;
	gate->untold = 0;
}

static void judge_and_count(struct curve_gate *gate, const struct request *request, struct verdict *verdict)
{
	pthread_mutex_lock(&gate->mutex);
	judge(gate, request, verdict);
	if (verdict->why)
		gate->counts.refused++;
	else
		gate->counts.allowed++;
	pthread_mutex_unlock(&gate->mutex);
}

static void count_malformed(struct curve_gate *gate)
{
	pthread_mutex_lock(&gate->mutex);
	gate->counts.malformed++;
	pthread_mutex_unlock(&gate->mutex);
}

static bool answer(struct curve_gate *gate)
{
	struct request request;
	struct verdict verdict;
	if (!receive(gate->handler, &request))
		return false;
	if (!well_formed(&request)) {
		count_malformed(gate);
		reply(gate, &request, "500", "no request of ZAP 1.0", "");
		return true;
	}
	judge_and_count(gate, &request, &verdict);
	const char *why = verdict.why;
	reply(gate, &request, why ? "400" : "200", why ? why : "OK", why ? "" : verdict.key);
	if (why)
		tell_refusal(gate, &request, &verdict);
	return true;
}

/* ---- the thread ---- */

static void *run(void *argument)
{
	struct curve_gate *gate = argument;
	for (;;) {
		zmq_pollitem_t items[] = {{.socket = gate->stop_end, .events = ZMQ_POLLIN}, {.socket = gate->handler, .events = ZMQ_POLLIN}};
		if (zmq_poll(items, 2, -1) < 0 && zmq_errno() != EINTR)
			return NULL;
		if (items[0].revents)
			return NULL;
		while (answer(gate))
			continue;
	}
}

static bool start(struct curve_gate *gate, struct error *err)
{
	sigset_t all, before;
	sigfillset(&all);
	pthread_sigmask(SIG_SETMASK, &all, &before);
	int reason = pthread_create(&gate->thread, NULL, run, gate);
	pthread_sigmask(SIG_SETMASK, &before, NULL);
	gate->running = reason == 0;
	return gate->running || fail(err, "no thread to check the keys of subscribers: %s", strerror(reason));
}

static bool open_sockets(struct curve_gate *gate, void *zmq, struct error *err)
{
	char name[64];
	socket_new_name(name, sizeof name);
	gate->handler = zmq_socket(zmq, ZMQ_REP);
	gate->stop = zmq_socket(zmq, ZMQ_PAIR);
	gate->stop_end = zmq_socket(zmq, ZMQ_PAIR);
	if (!gate->handler || !gate->stop || !gate->stop_end)
		return fail(err, "no socket to check the keys of subscribers: %s", zmq_strerror(zmq_errno()));
	socket_set(gate->handler, ZMQ_LINGER, 0);
	socket_set(gate->stop, ZMQ_LINGER, 0);
	socket_set(gate->stop_end, ZMQ_LINGER, 0);
	if (zmq_bind(gate->handler, ENDPOINT) != 0)
		return fail(err, "the keys of subscribers are checked by another handler of this context already: %s", zmq_strerror(zmq_errno()));
	return (zmq_bind(gate->stop, name) == 0 && zmq_connect(gate->stop_end, name) == 0) ||
	       fail(err, "no socket to check the keys of subscribers: %s", zmq_strerror(zmq_errno()));
}

struct curve_gate *curve_gate_open(void *zmq, struct error *err)
{
	struct curve_gate *gate = memory_new(1, sizeof *gate);
	pthread_mutex_init(&gate->mutex, NULL);
	if (open_sockets(gate, zmq, err) && start(gate, err))
		return gate;
	curve_gate_close(gate);
	return NULL;
}

void curve_gate_close(struct curve_gate *gate)
{
	if (!gate)
		return;
	if (gate->running) {
		zmq_send(gate->stop, "", 0, 0);
		pthread_join(gate->thread, NULL);
	}
	if (gate->handler) {
		/* Closing frees an inproc name only later, in another thread; the next gate should not have to wait. */
		zmq_unbind(gate->handler, ENDPOINT);
		zmq_close(gate->handler);
	}
	if (gate->stop)
		zmq_close(gate->stop);
	if (gate->stop_end)
		zmq_close(gate->stop_end);
	pthread_mutex_destroy(&gate->mutex);
	free(gate);
}

struct curve_gate_counts curve_gate_counts(struct curve_gate *gate)
{
	pthread_mutex_lock(&gate->mutex);
	struct curve_gate_counts counts = gate->counts;
	pthread_mutex_unlock(&gate->mutex);
	return counts;
}

/* ---- doors ---- */

static struct curve_door *hang(struct curve_gate *gate, const char *path)
{
	struct curve_door *door = memory_new(1, sizeof *door);
	door->path = memory_text(path);
	door->gate = gate;
	pthread_mutex_lock(&gate->mutex);
	snprintf(door->domain, sizeof door->domain, "tablo-%u", ++gate->door_count);
	door->next = gate->doors;
	gate->doors = door;
	pthread_mutex_unlock(&gate->mutex);
	return door;
}

struct curve_door *curve_door_open_plain(struct curve_gate *gate)
{
	struct curve_door *door = hang(gate, "");
	door->any = door->is_plain = true;
	return door;
}

void curve_door_narrow(struct curve_door *door, const struct curve_narrow *narrow)
{
	char (*keys)[CURVE_KEY_ROOM] = memory_new(narrow->key_count + 1, CURVE_KEY_ROOM);
	int64_t *users = memory_new(narrow->user_count + 1, sizeof *users);
	if (narrow->key_count)
		memcpy(keys, narrow->keys, narrow->key_count * sizeof *keys);
	if (narrow->user_count)
		memcpy(users, narrow->users, narrow->user_count * sizeof *users);
	pthread_mutex_lock(&door->gate->mutex);
	free(door->only_keys);
	free(door->only_users);
	door->is_narrow = narrow->is_narrow;
	door->only_keys = keys;
	door->only_key_count = narrow->key_count;
	door->only_users = users;
	door->only_user_count = narrow->user_count;
	pthread_mutex_unlock(&door->gate->mutex);
}

bool curve_door_admits(const struct curve_door *door, const char *key, int64_t uid)
{
	pthread_mutex_lock(&door->gate->mutex);
	const bool admits = why_not(door, key, uid) == NULL;
	pthread_mutex_unlock(&door->gate->mutex);
	return admits;
}

struct curve_door *curve_door_open(struct curve_gate *gate, const char *allowed, struct error *err)
{
	struct curve_door *door = hang(gate, allowed);
	pthread_mutex_lock(&gate->mutex);
	door->any = strcmp(allowed, "any") == 0;
	pthread_mutex_unlock(&gate->mutex);
	if (curve_door_reload(door, err))
		return door;
	curve_door_close(door);
	return NULL;
}

void curve_door_close(struct curve_door *door)
{
	if (!door)
		return;
	pthread_mutex_lock(&door->gate->mutex);
	struct curve_door **place = &door->gate->doors;
	while (*place != door)
		place = &(*place)->next;
	*place = door->next;
	pthread_mutex_unlock(&door->gate->mutex);
	free(door->keys);
	free(door->only_keys);
	free(door->only_users);
	free(door->path);
	free(door);
}

const char *curve_door_domain(const struct curve_door *door)
{
	return door->domain;
}

bool curve_door_reload(struct curve_door *door, struct error *err)
{
	if (door->any)
		return true;
	size_t count, gone = 0;
	char (*keys)[CURVE_KEY_ROOM] = curve_allowed_read(door->path, &count, err);
	if (!keys)
		return false;
	for (size_t i = 0; i < door->key_count; i++)
		gone += !on_list(keys, count, door->keys[i]);
	if (gone)
		log_line(LOG_LEVEL_WARNING, "%s: %zu keys are gone: they come in no more; a collector ends their connections, at a publisher they stay until they go", door->path, gone);
	pthread_mutex_lock(&door->gate->mutex);
	char (*old)[CURVE_KEY_ROOM] = door->keys;
	door->keys = keys;
	door->key_count = count;
	pthread_mutex_unlock(&door->gate->mutex);
	free(old);
	return true;
}
