#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/eventfd.h>
#include <sys/socket.h>

#include "base/clock.h"
#include "base/memory.h"
#include "feed/http_server_state.h"

#define BODIES_MOST 64 /* whole bodies in memory, of all connections */

/* ---- answers ---- */

static struct MHD_Response *make_response(const struct http_answer *answer)
{
	/* The library copies; it takes what is not const only for its other ways of keeping it. */
	struct MHD_Response *response =
		MHD_create_response_from_buffer(answer->body.size, (void *)(uintptr_t)(answer->body.size ? answer->body.data : ""), MHD_RESPMEM_MUST_COPY);
	if (!response)
		abort(); /* out of memory */
	if (answer->type)
		MHD_add_response_header(response, MHD_HTTP_HEADER_CONTENT_TYPE, answer->type);
	if (answer->allow)
		MHD_add_response_header(response, MHD_HTTP_HEADER_ALLOW, answer->allow);
	if (answer->retry_after) {
		char seconds[16];
		snprintf(seconds, sizeof seconds, "%d", answer->retry_after);
		MHD_add_response_header(response, MHD_HTTP_HEADER_RETRY_AFTER, seconds);
	}
	return response;
}

static enum MHD_Result answer_now(struct http_call *call, const struct http_answer *answer)
{
	struct MHD_Response *response = make_response(answer);
	const enum MHD_Result result = MHD_queue_response(call->connection, (unsigned)answer->status, response);
	MHD_destroy_response(response);
	call->link->since = clock_monotonic();
	return result;
}

static enum MHD_Result refuse(struct http_call *call, int status, const char *why)
{
	const struct http_answer answer = {.status = status, .type = "text/plain; charset=utf-8", .body = view_of(why),
		.retry_after = status == 503 ? 1 : 0};
	call->state = CALL_REFUSED;
	return answer_now(call, &answer);
}

void link_cut(const struct link *link, const char *status)
{
	char text[160];
	const int size = snprintf(text, sizeof text, "HTTP/1.1 %s\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", status);
	if (!link->server->options.certificate && send(link->descriptor, text, (size_t)size, MSG_DONTWAIT | MSG_NOSIGNAL) < 0)
		return; /* nobody reads it */
	shutdown(link->descriptor, SHUT_RDWR);
}

/* ---- a request ---- */

void call_free(struct http_call *call)
{
	call->link->server->bodies -= call->room;
	if (call->response)
		MHD_destroy_response(call->response);
	free(call->body);
	free(call->uri);
	free(call);
}

void *request_begin(void *context, const char *uri, struct MHD_Connection *connection)
{
	(void)context;
	const union MHD_ConnectionInfo *info = MHD_get_connection_info(connection, MHD_CONNECTION_INFO_SOCKET_CONTEXT);
	struct link *link = info->socket_context;
	if (link->call)
		call_free(link->call);
	struct http_call *call = memory_new(1, sizeof *call);
	call->link = link;
	call->connection = connection;
	call->uri = memory_text(uri);
	link->call = call;
	link->since = clock_monotonic();
	return call;
}

void request_end(void *context, struct MHD_Connection *connection, void **request, enum MHD_RequestTerminationCode why)
{
	(void)context;
	(void)connection;
	(void)why;
	struct http_call *call = *request;
	if (!call)
		return;
	call->link->call = NULL;
	call->link->since = clock_monotonic();
	call_free(call);
	*request = NULL;
}

struct shape { /* of a header: what says how long the body is, and whether two could read it differently */
	int lengths, encodings, hosts;
	bool odd, chunked;
	const char *length;
};

static bool token(const char *name, size_t size)
{
	for (size_t i = 0; i < size; i++) {
		const unsigned char c = (unsigned char)name[i];
		if (c <= ' ' || c >= 127 || strchr("()<>@,;:\\\"/[]?={}", c))
			return false;
	}
	return size > 0;
}

/* The library reads a line that is folded behind its colon as a part of the name: to others that is the header itself. */
static bool folded(const char *key, const char *name)
{
	const size_t size = strlen(name);
	return strncasecmp(key, name, size) == 0 && key[size];
}

static enum MHD_Result look_at(void *context, enum MHD_ValueKind kind, const char *key, size_t key_size, const char *value, size_t value_size)
{
	(void)kind;
	struct shape *shape = context;
	if (!token(key, key_size) || (value && memchr(value, 0, value_size)) || folded(key, MHD_HTTP_HEADER_CONTENT_LENGTH) ||
		folded(key, MHD_HTTP_HEADER_TRANSFER_ENCODING)) {
		shape->odd = true;
	} else if (strcasecmp(key, MHD_HTTP_HEADER_CONTENT_LENGTH) == 0) {
		shape->lengths++;
		shape->length = value;
	} else if (strcasecmp(key, MHD_HTTP_HEADER_TRANSFER_ENCODING) == 0) {
		shape->encodings++;
		shape->chunked = value && strcasecmp(value, "chunked") == 0;
	} else if (strcasecmp(key, MHD_HTTP_HEADER_HOST) == 0) {
		shape->hosts++;
	}
	return MHD_YES;
}

/* A request that a proxy before this could read as another one is not read at all. */
static const char *check_shape(const struct shape *shape, const char *version)
{
	if (shape->odd)
		return "a header has a name that is none\n";
	if (shape->lengths > 1 || (shape->lengths && shape->encodings) || shape->encodings > 1)
		return "the header says more than once how long the body is\n";
	if (shape->encodings && (!shape->chunked || strcmp(version, MHD_HTTP_VERSION_1_1) != 0))
		return "of transfer encodings only \"chunked\" is taken, in HTTP/1.1\n";
	if (shape->lengths && (!shape->length || !*shape->length || strspn(shape->length, "0123456789") != strlen(shape->length)))
		return "Content-Length is no number\n";
	return shape->hosts > 1 ? "the header names more than one host\n" : NULL;
}

static enum MHD_Result check_header(struct http_call *call, const char *version)
{
	const struct http_server *server = call->link->server;
	struct shape shape = {0};
	MHD_get_connection_values_n(call->connection, MHD_HEADER_KIND, look_at, &shape);
	const char *why = check_shape(&shape, version);
	if (why)
		return refuse(call, 400, why);
	errno = 0;
	const unsigned long long length = shape.length ? strtoull(shape.length, NULL, 10) : 0;
	if (errno || length > server->options.body_most) {
		char text[120];
		snprintf(text, sizeof text, "a body may have %zu bytes at most\n", server->options.body_most);
		return refuse(call, 413, text);
	}
	if (server->bodies + length > BODIES_MOST * server->options.body_most)
		return refuse(call, 503, "too many bodies are on their way at once; try again\n");
	return MHD_YES;
}

/* False: there is no room for it; the connection is cut. */
static bool body_add(struct http_call *call, const char *data, size_t size)
{
	struct http_server *server = call->link->server;
	if (size > server->options.body_most - call->size) {
		link_cut(call->link, "413 Content Too Large");
		return false;
	}
	if (call->size + size > call->room) {
		size_t room = call->room ? call->room : 2048;
		while (room < call->size + size)
			room *= 2;
		if (server->bodies + room - call->room > 2 * BODIES_MOST * server->options.body_most) {
			link_cut(call->link, "503 Service Unavailable");
			return false;
		}
		call->body = memory_resize(call->body, room, 1);
		server->bodies += room - call->room;
		call->room = room;
	}
	memcpy(call->body + call->size, data, size);
	call->size += size;
	return true;
}

static enum MHD_Result handle_whole(struct http_call *call, const char *method)
{
	struct http_server *server = call->link->server;
	if (server->ending) /* whoever has the calls answered those that waited, and will not look again */
		return refuse(call, 503, "ending; try again\n");
	char *question = strchr(call->uri, '?');
	if (question)
		*question = 0;
	call->request = (struct http_request){.method = method, .path = call->uri, .query = question ? question + 1 : "",
		.body = {call->body ? call->body : "", call->size}, .address = call->link->address, .call = call};
	struct http_answer answer = {0};
	call->state = CALL_WAITING;
	if (server->options.handle(server->options.context, &call->request, &answer)) {
		call->state = CALL_REFUSED;
		return answer_now(call, &answer);
	}
	pthread_mutex_lock(&server->lock);
	const bool answered = call->state == CALL_ANSWERED;
	if (!answered) {
		call->suspended = true;
		MHD_suspend_connection(call->connection);
	}
	pthread_mutex_unlock(&server->lock);
	if (!answered)
		return MHD_YES;
	call->link->since = clock_monotonic();
	return MHD_queue_response(call->connection, (unsigned)call->status, call->response);
}

enum MHD_Result request_take(void *context, struct MHD_Connection *connection, const char *uri, const char *method, const char *version,
	const char *data,
	size_t *size, void **request)
{
	(void)context;
	(void)uri;
	struct http_call *call = *request;
	if (call->state == CALL_REFUSED) {
		*size = 0;
		return MHD_YES;
	}
	if (call->state == CALL_ANSWERED) { /* resumed */
		call->link->since = clock_monotonic();
		return MHD_queue_response(connection, (unsigned)call->status, call->response);
	}
	if (!call->room) { /* the header is whole */
		call->body = memory_new(1, 1);
		call->room = 1;
		call->link->server->bodies++;
		return check_header(call, version);
	}
	if (*size) {
		if (!body_add(call, data, *size))
			return MHD_NO;
		*size = 0;
		return MHD_YES;
	}
	return handle_whole(call, method);
}

const char *http_header(const struct http_request *request, const char *name)
{
	return MHD_lookup_connection_value(request->call->connection, MHD_HEADER_KIND, name);
}

void http_answer_call(struct http_call *call, const struct http_answer *answer)
{
	struct http_server *server = call->link->server;
	struct MHD_Response *response = make_response(answer);
	pthread_mutex_lock(&server->lock);
	call->response = response;
	call->status = answer->status;
	call->state = CALL_ANSWERED;
	const bool first = call->suspended && !server->answered;
	if (call->suspended) {
		call->answered = server->answered;
		server->answered = call;
	}
	pthread_mutex_unlock(&server->lock);
	if (first)
		eventfd_write(server->bell, 1);
}
