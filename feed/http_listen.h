/* The socket an HTTP server listens at. Part of http_server.c. */
#ifndef FEED_HTTP_LISTEN_H
#define FEED_HTTP_LISTEN_H

#include <stdbool.h>
#include <sys/socket.h>

#include "base/error.h"

#define HTTP_ADDRESS_ROOM 200

/* "HOST:PORT", "[IPV6]:PORT", "unix:/PATH"; not blocking. `local`: nobody but this machine reaches it. -1: err says why. */
int http_listen(const char *where, bool *local, char address[HTTP_ADDRESS_ROOM], struct error *err);
/* "192.0.2.7", "2001:db8::7", "unix"; never a port. */
void http_peer(const struct sockaddr *peer, char *to, size_t room);

#endif
