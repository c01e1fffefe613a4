/* A small HTTP server: one thread, bounded in connections, bytes and time. The only file that knows libmicrohttpd. Used by `tablo bridge
 * webhook` and `tablo export prometheus`. */
#ifndef FEED_HTTP_SERVER_H
#define FEED_HTTP_SERVER_H

#include "base/error.h"
#include "base/view.h"

struct http_server;
struct http_call; /* one request that waits for its answer */

/* All of it stays until the request is answered, and may be read by the thread that answers it. */
struct http_request {
	const char *method;	/* "POST" */
	const char *path;	/* as sent, without the query; still percent-encoded */
	const char *query;	/* without '?', "" for none */
	struct view body;	/* whole; at most options.body_most */
	const char *address;	/* of the peer, for rates; never logged whole */
	struct http_call *call;
};
const char *http_header(const struct http_request *request, const char *name); /* any case of letters; NULL: none */

struct http_answer {
	int status;
	const char *type;	/* "text/plain; charset=utf-8" */
	struct view body;	/* copied */
	const char *allow;	/* 405: "POST"; else NULL */
	int retry_after;	/* seconds, 429 and 503; 0: none */
};

struct http_options {
	const char *listen;	/* "127.0.0.1:8480", "[::1]:8480", "unix:/run/tablo.sock"; an address that is not this machine's wants TLS or `behind_proxy` */
	bool behind_proxy;	/* plain HTTP on any address: a reverse proxy stands before it */
	const char *certificate, *key; /* TLS: files; both or none */
	size_t body_most;	/* bytes (0: 1 MiB): more is 413, and the connection ends */
	int connections_most;	/* (0: 1000) */
	int seconds_most;	/* for one request from its first byte to its last (0: 10): slow ones end */
	/* In the server's thread. True: *answer holds. False: it is answered later with http_answer_call(), by any thread, exactly once. */
	bool (*handle)(void *context, const struct http_request *request, struct http_answer *answer);
	void *context;
};

struct http_server *http_server_open(const struct http_options *options, struct error *err);
void http_server_close(struct http_server *server); /* NULL is fine; calls that wait are answered 503 before */
const char *http_server_address(const struct http_server *server); /* with the port that was taken, where it was 0 */
void http_answer_call(struct http_call *call, const struct http_answer *answer);
int http_server_connections(const struct http_server *server);

#endif
