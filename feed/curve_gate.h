/* Who may connect to what this program publishes: the ZAP handler (ZeroMQ RFC 27) of one ZeroMQ context. libzmq asks it, in a
 * thread of its own, about every client that has proved to hold a secret key; it says yes to the public keys of its list.
 * Only CURVE and only our domain are ever let in. */
#ifndef FEED_CURVE_GATE_H
#define FEED_CURVE_GATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

#define CURVE_DOMAIN "tablo" /* what every socket behind the gate names; libzmq asks nobody about one without a domain */

struct curve_gate;

/* `allowed`: the file of client keys, or "any". One gate a context. It must be opened before the first socket behind it binds,
 * and closed after the last one: libzmq asks nobody where no gate stands. */
struct curve_gate *curve_gate_open(void *zmq, const char *allowed, struct error *err);
void curve_gate_close(struct curve_gate *gate);
/* Reads the list again; on failure the one in force stays. Who is connected stays so: the list is asked when one connects. */
bool curve_gate_reload(struct curve_gate *gate, struct error *err);

struct curve_gate_counts {
	uint64_t allowed, refused, malformed; /* requests so far */
};
struct curve_gate_counts curve_gate_counts(struct curve_gate *gate);

#endif
