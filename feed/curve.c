#include <stdlib.h>
#include <string.h>

#include <zmq.h>

#include "base/memory.h"
#include "feed/curve.h"
#include "feed/curve_gate.h"
#include "feed/curve_keys.h"
#include "feed/endpoint.h"
#include "feed/message.h"

/* ZMQ_ZAP_ENFORCE_DOMAIN, without which a socket lets everybody in while no gate stands: libzmq 4.3 takes it, but its header
 * hides it among the drafts. */
#define ENFORCE_DOMAIN 93

/* The keys of one feed's section; keys[link_count] are the general ones. */
struct link_keys {
	char server[CURVE_KEY_ROOM]; /* "": plaintext */
	struct curve_pair own;	     /* secret "": none was given */
};

struct curve {
	const struct settings *settings;
	struct link_keys *keys;
	struct curve_pair guest; /* for feeds without a key of their own: encrypted, nameless; made once */
	struct curve_gate *gate; /* or NULL */
	bool has_own_gate;
	struct curve_door *door; /* or NULL */
	bool guards; /* what is plaintext asks at the gate, too */
	struct curve_narrow narrow; /* until there is a door */
	const char *list, *clients; /* the setting that says who may connect to what binds, and what it says */
};

#define CLIENT_KEYS "client_keys"

static bool given(const char *value)
{
	return value && *value;
}

static void forget_keys(struct link_keys *keys, const struct settings *settings)
{
	if (keys)
		explicit_bzero(keys, ((size_t)settings->link_count + 1) * sizeof *keys);
	free(keys);
}

/* Names the setting in front of what is wrong with its value. */
static bool blame(const struct settings *settings, int line, const char *name, const struct error *why, struct error *err)
{
	const char *file = settings->file ? settings->file : "--set";
	if (line)
		return fail(err, "%.150s:%d: %s: %.400s", file, line, name, why->text);
	return fail(err, "%.150s: %s: %.400s", file, name, why->text);
}

static bool read_link(const struct settings *settings, const char *server, const char *own, int line, struct link_keys *keys,
	struct error *err)
{
	struct error why;
	if (given(server) && (!curve_available(&why) || !curve_public_read(server, keys->server, &why)))
		return blame(settings, line, "server_key", &why, err);
	if (given(own) && !curve_pair_read(own, &keys->own, &why))
		return blame(settings, line, "key_file", &why, err);
	return true;
}

static struct link_keys *read_keys(const struct settings *settings, struct error *err)
{
	struct link_keys *keys = memory_new((size_t)settings->link_count + 1, sizeof *keys);
	struct link_keys *general = &keys[settings->link_count];
	bool good = read_link(settings, settings->server_key, settings->key_file, 0, general, err);
	for (int i = 0; good && i < settings->link_count; i++) {
		const struct feed_settings *link = &settings->links[i];
		good = read_link(settings, link->server_key, link->key_file, link->line, &keys[i], err);
	}
	if (good)
		return keys;
	forget_keys(keys, settings);
	return NULL;
}

struct curve *curve_open(const struct settings *settings, struct error *err)
{
	struct curve *curve = memory_new(1, sizeof *curve);
	curve->settings = settings;
	curve_serve(curve, CLIENT_KEYS, settings->client_keys);
	curve->keys = read_keys(settings, err);
	bool good = curve->keys != NULL;
	if (good && curve_available(NULL))
		good = curve_pair_create(&curve->guest, err);
	if (good)
		return curve;
	curve_close(curve);
	return NULL;
}

void curve_close(struct curve *curve)
{
	if (!curve)
		return;
	curve_door_close(curve->door);
	if (curve->has_own_gate)
		curve_gate_close(curve->gate);
	forget_keys(curve->keys, curve->settings);
	curve_pair_forget(&curve->guest);
	free(curve);
}

bool curve_reload(struct curve *curve, struct error *err)
{
	struct link_keys *keys = read_keys(curve->settings, err);
	if (!keys)
		return false;
	struct error why;
	if (curve->door && !curve_door_reload(curve->door, &why)) {
		forget_keys(keys, curve->settings);
		return blame(curve->settings, 0, curve->list, &why, err);
	}
	forget_keys(curve->keys, curve->settings);
	curve->keys = keys;
	return true;
}

/* ---- the rules of one endpoint ---- */

static int section_of(const struct settings *settings, const char *feed)
{
	for (int i = 0; i < settings->link_count; i++)
		if (strcmp(settings->links[i].endpoint, feed) == 0)
			return i;
	return settings->link_count;
}

/* The feed's own server key, or the general one. A section that allows plaintext and names no key means it. */
static const char *server_of(const struct curve *curve, int section)
{
	const struct settings *settings = curve->settings;
	const char *own = curve->keys[section].server;
	if (*own || section == settings->link_count || settings->links[section].allow_plaintext)
		return own;
	return curve->keys[settings->link_count].server;
}

static const struct curve_pair *pair_of(const struct curve *curve, int section)
{
	const struct link_keys *own = &curve->keys[section], *general = &curve->keys[curve->settings->link_count];
	if (*own->own.secret)
		return &own->own;
	return *general->own.secret ? &general->own : &curve->guest;
}

static bool plaintext_allowed(const struct settings *settings, int section)
{
	return settings->allow_plaintext || (section < settings->link_count && settings->links[section].allow_plaintext);
}

static const char *file_of(const struct settings *settings)
{
	return settings && settings->file ? settings->file : "the configuration";
}

static bool refuse_plaintext(const struct settings *settings, const char *feed, const char *endpoint, struct error *err)
{
	return fail(err,
		"feed %.150s: %.150s would be read unencrypted over the network: pin the publisher's key in %.120s "
		"(feed \"%.100s\" { server_key = ... }), or set allow_plaintext = true there",
		feed, endpoint, file_of(settings), feed);
}

bool curve_check(const struct settings *settings, struct error *err)
{
	for (int i = 0; i < settings->feed_count; i++) {
		const char *feed = settings->feeds[i];
		int section = section_of(settings, feed);
		bool pinned = given(settings->server_key) || (section < settings->link_count && given(settings->links[section].server_key));
		bool here = strncmp(feed, "tcp:", 4) != 0 || endpoint_local(feed);
		if (!here && !pinned && !plaintext_allowed(settings, section))
			return refuse_plaintext(settings, feed, feed, err);
	}
	return true;
}

bool curve_secures(const struct curve *curve, const char *feed)
{
	return curve && *server_of(curve, section_of(curve->settings, feed));
}

const char *curve_public(const struct curve *curve, const char *feed)
{
	return curve ? pair_of(curve, section_of(curve->settings, feed))->public : "";
}

static bool set_text(void *socket, int option, const char *value)
{
	/* The length without its zero would be taken for a raw key of 40 bytes. */
	return zmq_setsockopt(socket, option, value, CURVE_KEY_ROOM) == 0;
}

bool curve_connect(const struct curve *curve, void *socket, const char *feed, const char *endpoint, struct error *err)
{
	int section = curve ? section_of(curve->settings, feed) : 0;
	const char *server = curve ? server_of(curve, section) : "";
	if (*server) {
		const struct curve_pair *pair = pair_of(curve, section);
		return (set_text(socket, ZMQ_CURVE_SERVERKEY, server) && set_text(socket, ZMQ_CURVE_PUBLICKEY, pair->public) &&
			       set_text(socket, ZMQ_CURVE_SECRETKEY, pair->secret)) ||
		       fail(err, "feed %.200s: libzmq does not take its keys: %s", feed, zmq_strerror(zmq_errno()));
	}
	if (endpoint_local(endpoint) || (curve && plaintext_allowed(curve->settings, section)))
		return true;
	return refuse_plaintext(curve ? curve->settings : NULL, feed, endpoint, err);
}

/* ---- publishing ---- */

void curve_use_gate(struct curve *curve, struct curve_gate *gate)
{
	curve->gate = gate;
}

void curve_serve(struct curve *curve, const char *setting, const char *clients)
{
	curve->list = setting;
	curve->clients = clients;
}

bool curve_narrow(struct curve *curve, const struct curve_narrow *narrow)
{
	curve->guards = true;
	curve->narrow = *narrow;
	if (curve->door)
		curve_door_narrow(curve->door, narrow);
	return curve->door != NULL;
}

bool curve_admits(const struct curve *curve, const char *key, int64_t uid)
{
	return !curve->door || curve_door_admits(curve->door, key, uid);
}

static bool open_door(struct curve *curve, void *zmq, struct error *err)
{
	struct error why;
	if (!curve->gate) {
		curve->gate = curve_gate_open(zmq, &why);
		curve->has_own_gate = curve->gate != NULL;
	}
	if (curve->gate && !curve->door) {
		curve->door = given(curve->clients) ? curve_door_open(curve->gate, curve->clients, &why) : curve_door_open_plain(curve->gate);
		if (curve->door)
			curve_door_narrow(curve->door, &curve->narrow);
	}
	return curve->door || blame(curve->settings, 0, curve->list, &why, err);
}

static bool set_domain(const struct curve *curve, void *socket)
{
	const char *domain = curve_door_domain(curve->door);
	socket_set(socket, ENFORCE_DOMAIN, 1);
	return zmq_setsockopt(socket, ZMQ_ZAP_DOMAIN, domain, strlen(domain)) == 0;
}

/* Whoever comes shows no key, but by ipc the kernel says who he is. */
static bool bind_guarded(struct curve *curve, void *zmq, void *socket, const char *endpoint, struct error *err)
{
	if (!open_door(curve, zmq, err))
		return false;
	return set_domain(curve, socket) || fail(err, "publish to %.200s: libzmq does not ask who connects: %s", endpoint, zmq_strerror(zmq_errno()));
}

static bool bind_secured(struct curve *curve, void *zmq, void *socket, const char *endpoint, struct error *err)
{
	const struct curve_pair *pair = &curve->keys[curve->settings->link_count].own;
	if (!*pair->secret)
		return fail(err, "publish to %.200s: %s is set in %.200s, but no key_file; tablo keygen makes one", endpoint,
			curve->list, file_of(curve->settings));
	if (!open_door(curve, zmq, err))
		return false;
	socket_set(socket, ZMQ_CURVE_SERVER, 1);
	return (set_domain(curve, socket) &&
		       set_text(socket, ZMQ_CURVE_SECRETKEY, pair->secret)) ||
	       fail(err, "publish to %.200s: libzmq does not take the key: %s", endpoint, zmq_strerror(zmq_errno()));
}

bool curve_bind(struct curve *curve, void *zmq, void *socket, const char *endpoint, struct error *err)
{
	if (curve && given(curve->clients))
		return bind_secured(curve, zmq, socket, endpoint, err);
	if (endpoint_local(endpoint) || (curve && curve->settings->allow_plaintext))
		return !curve || !curve->guards || bind_guarded(curve, zmq, socket, endpoint, err);
	return fail(err,
		"publish to %.200s: it would be sent unencrypted to whoever connects: set key_file and %s in %.200s "
		"(tablo keygen makes a key), or allow_plaintext = true",
		endpoint, curve ? curve->list : CLIENT_KEYS, file_of(curve ? curve->settings : NULL));
}
