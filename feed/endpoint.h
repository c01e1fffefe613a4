/* Where an endpoint leads: does what is sent there leave this machine? */
#ifndef FEED_ENDPOINT_H
#define FEED_ENDPOINT_H

#include <stdbool.h>
#include <stddef.h>

/* ipc://, inproc://, and tcp:// to a loopback address or localhost. Anything that cannot be told to be local is not. */
bool endpoint_local(const char *endpoint);
/* Of this machine, in the range that outgoing connections are taken from: a connection there can meet itself. */
bool endpoint_meets_itself(const char *endpoint);
/* What a bound socket's endpoint is to those who connect: with the port it got, and `*` where it was bound to every address.
 * False: there is no room for it. */
bool endpoint_bound(void *socket, char *to, size_t room);

#endif
