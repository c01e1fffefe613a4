/* Inside feed/http_server.c and http_request.c: the server, its connections and their requests. All of it is the server's
 * thread's, but what stands under the lock. */
#ifndef FEED_HTTP_SERVER_STATE_H
#define FEED_HTTP_SERVER_STATE_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdint.h>

#include <microhttpd.h>

#include "feed/http_listen.h"
#include "feed/http_server.h"

enum call_state { CALL_READING, CALL_REFUSED, CALL_WAITING, CALL_ANSWERED };

struct link { /* a connection */
	struct link *next, *before;
	struct http_server *server;
	struct http_call *call; /* the request that it is about, or NULL */
	int descriptor;
	int64_t since; /* monotonic ms: when it began to be, or its request did, or its last answer was out */
	char address[64];
};

struct http_call {
	struct link *link;
	struct MHD_Connection *connection;
	struct http_request request;
	char *uri;
	char *body;
	size_t size, room;
	_Atomic int state; /* enum call_state; the server's lock is held where another thread may look */
	bool suspended;
	struct http_call *answered; /* the next one that was answered while it waited */
	struct MHD_Response *response;
	int status;
};

struct http_server {
	struct http_options options;
	struct MHD_Daemon *daemon;
	struct link *links;
	size_t bodies; /* bytes of bodies held */
	int epoll, bell; /* an eventfd: something was answered, or the end has come */
	bool running;
	_Atomic bool ending;
	struct http_call *answered; /* to be resumed; of the lock */
	_Atomic int connections;
	pthread_t thread;
	pthread_mutex_t lock; /* of the calls that wait */
	char address[HTTP_ADDRESS_ROOM];
};

/* What the library calls; `context` is the server. */
void *request_begin(void *context, const char *uri, struct MHD_Connection *connection);
void request_end(void *context, struct MHD_Connection *connection, void **request, enum MHD_RequestTerminationCode why);
enum MHD_Result request_take(void *context, struct MHD_Connection *connection, const char *uri, const char *method, const char *version,
	const char *data,
	size_t *size, void **request);
void call_free(struct http_call *call);
/* Where the library will not answer any more, within a body or a header: said on the socket itself, and that is the end of it. */
void link_cut(const struct link *link, const char *status);

#endif
