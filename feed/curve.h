/* How the wire is secured, as the settings say: which sockets speak CURVE with which keys, and which may speak plaintext. Every
 * socket that leaves this machine is made ready here, before it binds or connects.
 *
 * A feed with a server key (of its own section, or the general one) is encrypted, and connects to nobody else; without one it
 * is plaintext, which needs allow_plaintext unless it stays on this machine. What is published is encrypted as soon as
 * client_keys says who may read it; without that it is plaintext, with the same rule.
 *
 * Not thread-safe: of the thread that owns the sockets. */
#ifndef FEED_CURVE_H
#define FEED_CURVE_H

#include "base/error.h"
#include "config/settings.h"

struct curve;
struct curve_gate;

/* Reads every key that the settings name, so that a wrong one is told at the start. `settings` must outlive it. */
struct curve *curve_open(const struct settings *settings, struct error *err);
void curve_close(struct curve *curve); /* after the sockets, before the context is terminated */
/* Reads key files and the list of clients again (SIGHUP). Own keys and server keys count from the next connection on, the
 * list from the next client on (who is connected stays so). On failure everything stays as it was. */
bool curve_reload(struct curve *curve, struct error *err);

/* For a socket that will connect to `endpoint` on behalf of the feed `feed` (the URL as configured; for a feed's own socket
 * both are the same). `curve` NULL: there are no settings: plaintext on this machine only. */
bool curve_connect(const struct curve *curve, void *socket, const char *feed, const char *endpoint, struct error *err);
/* Where several share a ZeroMQ context its owner opens the gate, and each is told of it before it binds; the
 * gate outlives them. Without it the first bind opens one. */
void curve_use_gate(struct curve *curve, struct curve_gate *gate);
/* Whose list of clients counts for what binds, and the setting that names it; both outlive it. Without a call: client_keys. */
void curve_serve(struct curve *curve, const char *setting, const char *clients);
/* Who of them alone may come in (feed/curve_gate.h); before it binds, so that what is plaintext asks too, and again whenever that changes. False:
 * nobody stands at a door yet whom that could be told. */
struct curve_narrow;
bool curve_narrow(struct curve *curve, const struct curve_narrow *narrow);
/* Would what is bound let him in now? As curve_door_admits(). */
bool curve_admits(const struct curve *curve, const char *key, int64_t uid);
/* For a socket of the context `zmq` that will bind. */
bool curve_bind(struct curve *curve, void *zmq, void *socket, const char *endpoint, struct error *err);
/* Would every feed of the settings be allowed to connect? Looks at no key file: those may be another user's. */
bool curve_check(const struct settings *settings, struct error *err);
/* Is this feed encrypted? */
bool curve_secures(const struct curve *curve, const char *feed);
/* The public key we show to this feed's publisher. */
const char *curve_public(const struct curve *curve, const char *feed);

#endif
