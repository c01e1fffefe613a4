/* Who may connect to what this program publishes: the ZAP handler (ZeroMQ RFC 27) of one ZeroMQ context. libzmq asks it, in a
 * thread of its own, about every client that has proved to hold a secret key. A context has one gate, and a door in it (a domain, in
 * ZAP's words) for each list of clients: it says yes to the public keys on the list of the door. Only CURVE is ever let in. */
#ifndef FEED_CURVE_GATE_H
#define FEED_CURVE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "feed/curve_keys.h"

#define CURVE_DOMAIN_ROOM 32

struct curve_gate;
struct curve_door;

/* It must be opened before the first socket behind it binds, and closed after the last one: libzmq asks nobody where no gate stands,
 * and nobody about a socket without a domain. */
struct curve_gate *curve_gate_open(void *zmq, struct error *err);
void curve_gate_close(struct curve_gate *gate); /* after its doors */

/* `allowed`: the file of client keys, or "any". Doors may be opened, closed and read again in any thread. */
struct curve_door *curve_door_open(struct curve_gate *gate, const char *allowed, struct error *err);
void curve_door_close(struct curve_door *door);
/* What every socket behind this door names. */
const char *curve_door_domain(const struct curve_door *door);
/* Beyond the list: these alone may come in, the owners of keys and, by ipc, users of this machine. */
struct curve_narrow {
	bool is_narrow; /* false: whoever is on the list */
	const char (*keys)[CURVE_KEY_ROOM];
	size_t key_count;
	const int64_t *users;
	size_t user_count;
};
/* Copied; from the next client on. */
void curve_door_narrow(struct curve_door *door, const struct curve_narrow *narrow);
/* A door of sockets without CURVE, whose ADDRESS alone says who it is: it has no list. */
struct curve_door *curve_door_open_plain(struct curve_gate *gate);
/* Would it let him in now? `key` NULL, `uid` -1: nothing is proved. */
bool curve_door_admits(const struct curve_door *door, const char *key, int64_t uid);
/* Reads the list again; on failure the one in force stays. The list is asked when a client connects: one whose key is gone stays
 * until he goes (libzmq closes no single connection of a bound socket), which the log says. */
bool curve_door_reload(struct curve_door *door, struct error *err);

struct curve_gate_counts {
	uint64_t allowed, refused, malformed; /* requests so far, at all doors */
};
struct curve_gate_counts curve_gate_counts(struct curve_gate *gate);

#endif
